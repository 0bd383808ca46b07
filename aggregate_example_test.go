package loom_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"
	"slices"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// The mean of every gene in every cluster, as a file of its own.
func ExampleConn_Aggregate() {
	ds := tiny()
	defer ds.Close()
	dir, err := os.MkdirTemp("", "loom")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "clusters.loom")

	a, err := ds.Aggregate(context.Background(), loom.GroupBy("ClusterName"), loom.Mean,
		loom.AggregateAttr("Age", loom.Tally), loom.AggregateAttr("TotalUMI", loom.Median), loom.AggregateIfEqual(),
		loom.AggregateTo(out))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Labels.Data(), a.Sizes)
	fmt.Printf("%.3f\n", a.Matrix.Row(1))

	clusters, err := loom.Open(out)
	if err != nil {
		log.Fatal(err)
	}
	defer clusters.Close()
	fmt.Println(clusters.ColAttrs().Names())
	// Output:
	// [Astrocyte Interneuron Sst Microglia Oligodendrocyte Pyramidal L2/3 Pyramidal L5] [14 18 8 20 34 26]
	// [0.143 0.167 0.250 0.100 2.647 0.308]
	// [Age_p21 Age_p23 Age_p28 ClusterID ClusterName TotalUMI Valid]
}

// Groups need not be those of an attribute, nor the function one of those that
// there are.
func ExampleView_Aggregate() {
	ds := tiny()
	defer ds.Close()
	ctx := context.Background()
	v, err := ds.View(ctx, loom.Range(0, 3), loom.Range(0, 6))
	if err != nil {
		log.Fatal(err)
	}
	halves, err := hdf5.NewArray([]string{"left", "left", "left", "right", "right", "right"})
	if err != nil {
		log.Fatal(err)
	}
	span := loom.Apply(func(v []float64) float64 { return slices.Max(v) - slices.Min(v) })
	a, err := v.Aggregate(ctx, loom.GroupByLabels("half", halves), span)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Labels.Data(), a.Matrix.Row(0), a.Matrix.Row(1), a.Matrix.Row(2))
	// Output:
	// [left right] [12 20] [4 4] [12 18]
}

func ExampleParseReducer() {
	r, err := loom.ParseReducer("nanmean")
	fmt.Println(r == loom.Mean.SkipNaN(), err)
	_, err = loom.ParseReducer("average")
	fmt.Println(errors.Is(err, fs.ErrInvalid))
	// Output:
	// true <nil>
	// true
}
