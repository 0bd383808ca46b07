package hdf5_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// A mover is one of the two ways to reorder: in the file, or in a new one.
type mover func(*hdf5.Editor, context.Context, func(*hdf5.Tx) error) error

var movers = map[string]mover{"update": (*hdf5.Editor).Update, "rewrite": (*hdf5.Editor).Rewrite}

// TestReorderForeignFiles reorders every dataset of files that others wrote. What
// is read then is what reading in another order reads; and when the opposite has
// been done h5py finds what was there before.
func TestReorderForeignFiles(t *testing.T) {
	for i, path := range slices.Concat(oracle.GeneratedFiles(t, "*"), oracle.Fixtures(t, "loom")) {
		if hdf5.RaceEnabled && i%8 != 0 {
			continue // the others are for the run without the race detector
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			for name, move := range movers {
				if name == "rewrite" || i%4 == 0 {
					t.Run(name, func(t *testing.T) { reorderForeign(t, path, move) })
				}
			}
		})
	}
}

func reorderForeign(t *testing.T, original string, move mover) {
	path := copyFile(t, original)
	e, err := hdf5.Edit(path)
	if errors.Is(err, hdf5.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	whole, err := hdf5.Open(original)
	if err != nil {
		t.Fatal(err)
	}
	defer whole.Close()
	forth, back := randomOrders(whole)
	err = move(e, t.Context(), reorderAll(t, forth))
	if errors.Is(err, hdf5.ErrReferenced) || errors.Is(err, hdf5.ErrUnsupported) {
		t.Logf("refused: %v", err)
		compareDumps(t, oracle.Dump(t, original), oracle.Dump(t, path), false)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	compareReordered(t, whole, e.File(), forth)
	if err := move(e, t.Context(), reorderAll(t, back)); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	sameContent(t, original, path)
	checkSound(t, path)
}

// sameContent has h5diff, or h5py where that gives up, compare two files.
func sameContent(t *testing.T, want, got string) {
	t.Helper()
	diff := exec.Command(oracle.Tool(t, "h5diff"), want, got)
	switch out, err := diff.CombinedOutput(); {
	case err == nil:
	case diff.ProcessState.ExitCode() == 1:
		t.Errorf("h5diff: %s", out)
	default:
		compareDumps(t, dumpWithoutAddresses(t, want), dumpWithoutAddresses(t, got), false)
	}
}

// An order is what is to become of one dimension of a dataset.
type order struct {
	dim       int
	positions []int
}

// randomOrders returns an order for each dataset that has dimensions, by path, and
// the opposite one.
func randomOrders(f *hdf5.File) (forth, back map[string]order) {
	random := rand.New(rand.NewPCG(1, 2))
	forth, back = map[string]order{}, map[string]order{}
	var datasets []*hdf5.Dataset
	walk(f, func(o hdf5.Object) {
		d, ok := o.(*hdf5.Dataset)
		if !ok || len(d.Shape()) == 0 || slices.ContainsFunc(datasets, d.Same) {
			return
		}
		datasets = append(datasets, d)
		dim := random.IntN(len(d.Shape()))
		positions := random.Perm(d.Shape()[dim])
		inverse := make([]int, len(positions))
		for i, at := range positions {
			inverse[at] = i
		}
		forth[d.Path()], back[d.Path()] = order{dim, positions}, order{dim, inverse}
	})
	return forth, back
}

func reorderAll(t *testing.T, orders map[string]order) func(*hdf5.Tx) error {
	return func(tx *hdf5.Tx) error {
		for path, o := range orders {
			if err := tx.Reorder(t.Context(), path, o.dim, o.positions); err != nil {
				return err
			}
		}
		return nil
	}
}

func compareReordered(t *testing.T, before, after *hdf5.File, orders map[string]order) {
	t.Helper()
	for path, o := range orders {
		d, err := before.Dataset(path)
		if err != nil {
			t.Fatal(err)
		}
		selectors := make([]hdf5.Selector, len(d.Shape()))
		selectors[o.dim] = hdf5.Indices(o.positions)
		want, err := d.Read(t.Context(), selectors...)
		if err != nil {
			continue // a type that no Go type holds
		}
		if d, err = after.Dataset(path); err != nil {
			t.Fatal(err)
		}
		got, err := d.Read(t.Context())
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got, want := valuesText(t, got), valuesText(t, want); got != want {
			t.Errorf("%s of shape %v, dimension %d:\n%.300s, want\n%.300s", path, d.Shape(), o.dim, got, want)
		}
	}
}

// valuesText returns values, but for addresses, in a form that can be compared.
func valuesText(t *testing.T, a *hdf5.Array) string {
	t.Helper()
	if refersTo(a.Type()) {
		return "references"
	}
	v, err := encode(a)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// refersTo reports whether values of a type hold addresses.
func refersTo(t *hdf5.Datatype) bool {
	return t.Class() == hdf5.Reference || t.Class() == hdf5.Opaque ||
		slices.ContainsFunc(t.Members(), func(m hdf5.Member) bool { return refersTo(m.Type) })
}

// TestReorderChunks reorders datasets whose chunks have all kinds of shapes, some
// too large to be in memory together, by either dimension.
func TestReorderChunks(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct{ shape, chunks []int }{
		{[]int{1, 1}, []int{1, 1}},
		{[]int{65, 63}, []int{64, 64}},
		{[]int{64, 130}, []int{64, 64}},
		{[]int{130, 64}, []int{1, 64}},
		{[]int{70, 33}, []int{7, 1}},
		{[]int{50, 40}, []int{100, 100}},
		{[]int{50, 40}, nil},
		{[]int{2100, 2100}, []int{1050, 2100}}, // a stripe of chunks exceeds what is in memory at a time
		{[]int{2100, 2100}, nil},
		{[]int{3, 66_000}, []int{64, 64}}, // so does one of many small ones
	} {
		for dim := range 2 {
			t.Run(fmt.Sprint(c.shape, c.chunks, dim), func(t *testing.T) {
				data := make([]float64, c.shape[0]*c.shape[1])
				for i := range data {
					if random.IntN(3) == 0 {
						data[i] = random.NormFloat64()
					}
				}
				path := filepath.Join(t.TempDir(), "a.h5")
				values, err := hdf5.NewArray(data, c.shape...)
				if err != nil {
					t.Fatal(err)
				}
				e := editWith(t, path, hdf5.DatasetSpec{Type: values.Type(), Shape: c.shape, Chunks: c.chunks}, values)
				order := random.Perm(c.shape[dim])
				for name, move := range movers {
					before, err := e.File().Dataset("a")
					if err != nil {
						t.Fatal(err)
					}
					err = move(e, t.Context(), func(tx *hdf5.Tx) error { return tx.Reorder(t.Context(), "a", dim, order) })
					if err != nil {
						t.Fatal(err)
					}
					after, err := e.File().Dataset("a")
					if err != nil {
						t.Fatal(err)
					}
					selectors := make([]hdf5.Selector, 2)
					selectors[dim] = hdf5.Indices(order)
					if got, want := numbers(t, after), numbers(t, before, selectors...); !slices.Equal(got, want) {
						t.Errorf("%s: %.5v, want %.5v", name, got[:min(9, len(got))], want[:min(9, len(want))])
					}
				}
			})
		}
	}
}

// TestReorderTypes reorders datasets of three dimensions, with elements of all sizes, of
// which few or most are zero, or have another fill value. Not a bit of them changes.
func TestReorderTypes(t *testing.T) {
	t.Run("uint8", testReorderType[uint8])
	t.Run("int16", testReorderType[int16])
	t.Run("float32", testReorderType[float32])
	t.Run("float64", testReorderType[float64])
}

func testReorderType[T int16 | uint8 | float32 | float64](t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	shape := []int{7, 10, 70}
	zero := float64(0)
	for _, zeros := range []int{0, 4} {
		data := make([]T, shape[0]*shape[1]*shape[2])
		for i := range data {
			if random.IntN(1<<zeros) == 0 {
				data[i] = T(random.IntN(100))
			}
			if random.IntN(50) == 0 {
				data[i] = T(-zero)
			}
		}
		values, err := hdf5.NewArray(data, shape...)
		if err != nil {
			t.Fatal(err)
		}
		for _, chunks := range [][]int{{4, 3, 64}, {2, 10, 5}, {7, 10, 128}} {
			for _, fill := range []*hdf5.Array{nil, hdf5.NewScalar(T(3))} {
				spec := hdf5.DatasetSpec{Type: values.Type(), Shape: shape, Chunks: chunks, Deflate: 2, Fill: fill}
				spec.MaxShape = []int{-1, -1, -1}
				e := editWith(t, filepath.Join(t.TempDir(), "a.h5"), spec, values)
				for dim := range shape {
					checkReorder[T](t, e, dim, random.Perm(shape[dim]))
				}
			}
		}
	}
}

// checkReorder reorders a dimension of the dataset "a".
func checkReorder[T any](t *testing.T, e *hdf5.Editor, dim int, order []int) {
	t.Helper()
	read := func(selectors ...hdf5.Selector) string {
		d, err := e.File().Dataset("a")
		if err != nil {
			t.Fatal(err)
		}
		a, err := d.Read(t.Context(), selectors...)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(a.Data().([]T)) // -0 is not 0 here
	}
	selectors := make([]hdf5.Selector, 3)
	selectors[dim] = hdf5.Indices(order)
	want := read(selectors...)
	if err := e.Update(t.Context(), func(tx *hdf5.Tx) error { return tx.Reorder(t.Context(), "a", dim, order) }); err != nil {
		t.Fatal(err)
	}
	if got := read(); got != want {
		t.Errorf("dimension %d, order %v:\n%.200s, want\n%.200s", dim, order, got, want)
	}
}

func numbers(t *testing.T, d *hdf5.Dataset, selectors ...hdf5.Selector) []float64 {
	t.Helper()
	a, err := d.Read(t.Context(), selectors...)
	if err != nil {
		t.Fatal(err)
	}
	values, err := a.Float64s()
	if err != nil {
		t.Fatal(err)
	}
	return values
}

// editWith makes a file with the dataset "a" and opens it for change.
func editWith(t *testing.T, path string, spec hdf5.DatasetSpec, values *hdf5.Array) *hdf5.Editor {
	t.Helper()
	err := hdf5.Create(t.Context(), path, func(tx *hdf5.Tx) error {
		return errors.Join(tx.CreateDataset("a", spec), tx.Write(t.Context(), "a", values))
	})
	if err != nil {
		t.Fatal(err)
	}
	e, err := hdf5.Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// TestReorderRefuses orders what is no order: the file stays as it is, and
// nothing is left beside it.
func TestReorderRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.h5")
	values, err := hdf5.NewArray([]int32{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	e := editWith(t, path, hdf5.DatasetSpec{Type: values.Type(), Shape: values.Shape()}, values)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, move := range movers {
		for what, change := range map[string]func(*hdf5.Tx) error{
			"too short":    func(tx *hdf5.Tx) error { return tx.Reorder(t.Context(), "a", 0, []int{1, 0}) },
			"out of range": func(tx *hdf5.Tx) error { return tx.Reorder(t.Context(), "a", 0, []int{1, 0, 3}) },
			"twice":        func(tx *hdf5.Tx) error { return tx.Reorder(t.Context(), "a", 0, []int{1, 0, 1}) },
			"no dimension": func(tx *hdf5.Tx) error { return tx.Reorder(t.Context(), "a", 1, []int{0}) },
		} {
			if err := move(e, t.Context(), change); !errors.Is(err, hdf5.ErrSelection) {
				t.Errorf("%s, %s: %v, want ErrSelection", name, what, err)
			}
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	onlyFile(t, path, before)
}

// onlyFile requires that a file has the given content, and that nothing is beside it.
func onlyFile(t *testing.T, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s has changed: %d bytes, were %d", path, len(got), len(want))
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("beside %s: %v, %v", path, entries, err)
	}
}
