package loom

import (
	"context"
	"errors"
	"iter"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestScanLaw: batches cut the axis at multiples of the batch size; together
// they have every selected position, those of a batch in the order of the
// selection; and each is the view of its positions. It is so in memory and in a file,
// which is read ahead.
func TestScanLaw(t *testing.T) {
	path := filepath.Join(t.TempDir(), "view.loom")
	rapid.Check(t, func(t *rapid.T) {
		v := drawView(t)
		axis := rapid.SampledFrom([]Axis{Rows, Columns}).Draw(t, "axis")
		size := rapid.IntRange(1, 80).Draw(t, "batch size")
		opts := []ScanOption{BatchSize(size)}
		items := everything(v.length(axis))
		if rapid.Bool().Draw(t, "some") {
			items = drawSelection(t, v.length(axis))
			opts = append(opts, Items(Indices(items)))
		}
		checkBatches(t, v, axis, size, items, v.Scan(context.Background(), axis, opts...))
		if v.rows == 0 || v.cols == 0 {
			return // has no place in a file
		}
		if err := v.Create(context.Background(), path); err != nil {
			t.Fatal(err)
		}
		ds, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer os.Remove(path)
		defer ds.Close()
		checkBatches(t, v, axis, size, items, ds.Scan(context.Background(), axis, opts...))
	})
}

// checkBatches holds the batches of a scan of whole for the items against it.
func checkBatches(t *rapid.T, whole *View, axis Axis, size int, items []int, batches iter.Seq2[*Batch, error]) {
	var seen []int
	for b, err := range batches {
		if err != nil {
			t.Fatal(err)
		}
		if b.Start%size != 0 || len(b.Positions) == 0 {
			t.Fatalf("batch at %d of %d positions", b.Start, len(b.Positions))
		}
		if want := within(items, b.Start, b.Start+size); !slices.Equal(b.Positions, want) {
			t.Fatalf("batch at %d has %v, want %v", b.Start, b.Positions, want)
		}
		across := everything(whole.length(axis.across()))
		checkSelected(t, whole, b.View, pick(axis, b.Positions, across), pick(axis, across, b.Positions))
		seen = append(seen, b.Positions...)
	}
	slices.Sort(seen)
	if !slices.Equal(seen, slices.Sorted(slices.Values(items))) {
		t.Fatalf("batches have %v, want %v", seen, items)
	}
}

func everything(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func within(items []int, lo, hi int) []int {
	var in []int
	for _, i := range items {
		if lo <= i && i < hi {
			in = append(in, i)
		}
	}
	return in
}

func TestScanOrderBy(t *testing.T) {
	for _, test := range []struct {
		name string
		key  *Array
		want []int64
	}{
		{"strings", mustArray(t, []string{"b", "a", "B", "é", "a"}), []int64{2, 1, 4, 0, 3}},
		{"integers", mustArray(t, []int8{3, -1, 3, 0, -1}), []int64{1, 4, 3, 0, 2}},
		{"large integers", mustArray(t, []int64{1<<53 + 1, 1 << 53, 3, 2, 1}), []int64{4, 3, 2, 1, 0}},
		{"beyond int64", mustArray(t, []uint64{1<<63 + 1, 1 << 63, 3, 2, 1}), []int64{4, 3, 2, 1, 0}},
		{"floats", mustArray(t, []float32{float32(math.NaN()), 1, -1, float32(math.Inf(1)), 0}), []int64{2, 4, 1, 3, 0}},
		{"booleans", mustArray(t, []bool{true, false, true, false, false}), []int64{1, 3, 4, 0, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := newMemoryView(t, 5, 2, make([]float64, 10))
			v.rowAttrs.put("position", mustArray(t, []int64{0, 1, 2, 3, 4}))
			v.rowAttrs.put("key", test.key)
			for b, err := range v.Scan(context.Background(), Columns, OrderBy("key")) {
				if err != nil {
					t.Fatal(err)
				}
				if got, _ := b.RowAttrs().Int64s("position"); !slices.Equal(got, test.want) {
					t.Errorf("rows %v, want %v", got, test.want)
				}
			}
		})
	}
}

// TestOrderByIsStable: equal keys stay in the file's order, however many.
func TestOrderByIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOf(rapid.Float64Range(0, 3)).Draw(t, "keys")
		for i := range keys {
			keys[i] = math.Floor(keys[i])
		}
		ordering, err := argsort(mustArray(t, keys))
		if err != nil {
			t.Fatal(err)
		}
		for k := 1; k < len(ordering); k++ {
			i, j := ordering[k-1], ordering[k]
			if keys[i] > keys[j] || keys[i] == keys[j] && i > j {
				t.Fatalf("position %d with %v before %d with %v", i, keys[i], j, keys[j])
			}
		}
	})
}

func TestScanErrors(t *testing.T) {
	v := newMemoryView(t, 2, 3, make([]float64, 6))
	v.rowAttrs.put("pairs", mustArray(t, []int8{1, 2, 3, 4}, 2, 2))
	for _, test := range []struct {
		name string
		axis Axis
		opt  ScanOption
		want error
	}{
		{"axis", 2, BatchSize(1), ErrSelection},
		{"batch size", Rows, BatchSize(0), ErrSelection},
		{"items", Rows, Items(At(2)), ErrSelection},
		{"key", Columns, OrderBy("none"), ErrNotExist},
		{"key of two dimensions", Columns, OrderBy("pairs"), ErrShape},
		{"layer", Rows, OnlyLayers("none"), ErrNotExist},
	} {
		n := 0
		for b, err := range v.Scan(context.Background(), test.axis, test.opt) {
			if n++; b != nil || !errors.Is(err, test.want) {
				t.Errorf("%s: %v, want %v", test.name, err, test.want)
			}
		}
		if n != 1 {
			t.Errorf("%s: yielded %d times, want once", test.name, n)
		}
	}
}

func TestScanStops(t *testing.T) {
	v := newMemoryView(t, 2, 9, make([]float64, 18))
	n := 0
	for range v.Scan(context.Background(), Columns, BatchSize(2)) {
		if n++; n == 2 {
			break
		}
	}
	if n != 2 {
		t.Errorf("%d batches after a break at 2", n)
	}
}
