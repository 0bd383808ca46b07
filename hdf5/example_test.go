package hdf5_test

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"os"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// The examples read a small data set: 60 genes in 120 cells.
const exampleFile = "../testdata/mouse_cortex_tiny.loom"

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

func Example() {
	f := must(hdf5.Open(exampleFile))
	defer f.Close()
	matrix := must(f.Dataset("/matrix"))
	block := must(matrix.Read(context.Background(), hdf5.Range(0, 10), hdf5.All()))
	counts := must(hdf5.Values[float32](block))
	fmt.Println(matrix.Shape(), matrix.Type(), block.Shape(), len(counts))
	// Output: [60 120] float32 [10 120] 1200
}

func ExampleNewFile() {
	content := must(os.ReadFile(exampleFile))
	f := must(hdf5.NewFile(bytes.NewReader(content), int64(len(content)), hdf5.WithName("in memory")))
	defer f.Close()
	_, err := f.Dataset("/no/such")
	fmt.Println(err)
	// Output: in memory: /no/such: / has no member "no": file does not exist
}

func ExampleGroup_Links() {
	f := must(hdf5.Open(exampleFile))
	defer f.Close()
	for _, link := range must(f.Root().Links()) {
		fmt.Println(link.Name)
	}
	// Output:
	// attrs
	// col_attrs
	// col_graphs
	// layers
	// matrix
	// row_attrs
	// row_graphs
}

func ExampleFile_Lookup() {
	f := must(hdf5.Open(exampleFile))
	defer f.Close()
	for _, path := range []string{"/matrix", "/row_attrs"} {
		switch o := must(f.Lookup(path)).(type) {
		case *hdf5.Dataset:
			fmt.Println(o.Path(), "is a dataset")
		case *hdf5.Group:
			fmt.Println(o.Path(), "is a group")
		}
	}
	// Output:
	// /matrix is a dataset
	// /row_attrs is a group
}

func ExampleDataset_Read() {
	f := must(hdf5.Open(exampleFile))
	defer f.Close()
	genes := must(f.Dataset("/row_attrs/Gene"))
	first := must(genes.Read(context.Background(), hdf5.Range(0, 3)))
	fmt.Println(len(must(first.Strings())))

	matrix := must(f.Dataset("/matrix"))
	part := must(matrix.Read(context.Background(), hdf5.At(7), hdf5.Indices([]int{3, 1, 1})))
	fmt.Println(part.Shape())
	// Output:
	// 3
	// [1 3]
}

func ExampleDataset_StoredBytes() {
	f := must(hdf5.Open(exampleFile))
	defer f.Close()
	matrix := must(f.Dataset("/matrix"))
	stored := must(matrix.StoredBytes(context.Background()))
	fmt.Println(matrix.Layout(), matrix.Chunks(), matrix.Filters(), stored < 60*120*4)
	// Output: chunked [60 64] [deflate(2)] true
}

func ExampleReadInto() {
	f := must(hdf5.Open(exampleFile))
	defer f.Close()
	matrix := must(f.Dataset("/matrix"))
	row := make([]float64, 120)
	if err := hdf5.ReadInto(context.Background(), matrix, row, hdf5.At(0), hdf5.All()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(row))
	// Output: 120
}

func ExampleStreamNonZeros() {
	f := must(hdf5.Open(exampleFile))
	defer f.Close()
	matrix := must(f.Dataset("/matrix"))

	// Sums are made chunk by chunk in parallel and added up in a fixed order.
	sum := func(nz *hdf5.NonZeros[float64]) (total float64, err error) {
		for _, v := range nz.Values {
			total += v
		}
		return total, nil
	}
	total := 0.0
	add := func(part float64) error {
		total += part
		return nil
	}
	if err := hdf5.StreamNonZeros(context.Background(), matrix, hdf5.All(), hdf5.All(), sum, add); err != nil {
		log.Fatal(err)
	}

	dense := must(must(matrix.Read(context.Background())).Float64s())
	for _, v := range dense {
		total -= v
	}
	fmt.Println(total)
	// Output: 0
}

func ExampleReadCompressed() {
	f := must(hdf5.Open(exampleFile))
	defer f.Close()
	matrix := must(f.Dataset("/matrix"))

	byColumn := must(hdf5.ReadCompressed[float64](context.Background(), matrix, hdf5.All(), hdf5.All(), 1))
	column := must(must(matrix.Read(context.Background(), hdf5.All(), hdf5.At(3))).Float64s())
	for k := byColumn.Ptr[3]; k < byColumn.Ptr[4]; k++ {
		column[byColumn.Idx[k]] -= byColumn.Values[k]
	}
	fmt.Println(slices.Max(column), slices.Min(column))
	// Output: 0 0
}

func ExampleEachNonZeros() {
	f := must(hdf5.Open(exampleFile))
	defer f.Close()
	matrix := must(f.Dataset("/matrix"))

	// Elements of a row are added up in order, whoever shares out rows among goroutines.
	sums := make([]float64, matrix.Shape()[0])
	add := func(nz *hdf5.NonZeros[float64]) error {
		first := 0
		for i, row := range nz.Rows {
			for _, v := range nz.Values[first:nz.Ends[i]] {
				sums[row] += v
			}
			first = nz.Ends[i]
		}
		return nil
	}
	if err := hdf5.EachNonZeros(context.Background(), matrix, hdf5.All(), hdf5.All(), add); err != nil {
		log.Fatal(err)
	}

	for _, v := range must(must(matrix.Read(context.Background(), hdf5.At(0), hdf5.All())).Float64s()) {
		sums[0] -= v
	}
	fmt.Println(sums[0])
	// Output: 0
}

func ExampleSelector_Positions() {
	fmt.Println(must(hdf5.Strided(1, 8, 3).Positions(10)))
	fmt.Println(must(hdf5.Mask([]bool{true, false, true}).Positions(3)))
	// Output:
	// [1 4 7]
	// [0 2]
}

func ExampleArray_Select() {
	a := must(hdf5.NewArray([]string{"a", "b", "c", "d"}, 2, 2))
	swapped := must(a.Select([]int{1, 0}))
	fmt.Println(must(swapped.Strings()))
	// Output: [c d a b]
}

func ExampleValues() {
	a := must(hdf5.NewArray([]int32{1, 2, 3}))
	if _, err := hdf5.Values[float64](a); err != nil {
		fmt.Println(err)
	}
	fmt.Println(must(hdf5.Values[int32](a)), must(a.Float64s()))
	// Output:
	// int32 values, not float64: values are of another type
	// [1 2 3] [1 2 3]
}

func ExampleAttribute_Read() {
	f := must(hdf5.Open(exampleFile))
	defer f.Close()
	group := must(f.Group("/row_attrs"))
	modified := must(group.Attribute("last_modified"))
	value := must(modified.Read())
	fmt.Println(modified.Type(), value.Shape(), len(must(value.Strings())))
	// Output: string [] 1
}

func ExampleNamedType() {
	fmt.Println(must(hdf5.NamedType("uint16")).Size())
	// Output: 2
}
