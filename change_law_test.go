package loom_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// smallFile makes a file of 5 rows and 4 columns and connects to it.
func smallFile(t testing.TB) *loom.Conn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "small.loom")
	layers := map[string]loom.Matrix{"": denseOf(t, 5, 4, spotted[float32]), "counts": denseOf(t, 5, 4, spotted[int16])}
	rowAttrs := map[string]*loom.Array{"Gene": arrayOf(t, []string{"a", "b", "c", "d", "e"})}
	colAttrs := map[string]*loom.Array{
		"ID": arrayOf(t, []int64{1, 2, 3, 4}),
		"XY": arrayOf(t, []float64{0, 1, 2, 3, 4, 5, 6, 7}, 4, 2),
	}
	if err := loom.Create(t.Context(), path, layers, rowAttrs, colAttrs, nil); err != nil {
		t.Fatal(err)
	}
	return connect(t, path)
}

// TestRefusedChanges: what is wrong is refused with the numbers in the message,
// and the file stays as it was, to the byte.
func TestRefusedChanges(t *testing.T) {
	ds := smallFile(t)
	ctx := t.Context()
	before, err := os.ReadFile(ds.Filename())
	if err != nil {
		t.Fatal(err)
	}
	four := arrayOf(t, []float32{1, 2, 3, 4})
	nan := denseOf(t, 5, 4, func(i, j int) float64 { return math.NaN() })
	one := denseOf(t, 1, 1, func(int, int) float64 { return 1e9 })
	complete := map[string]loom.Matrix{"": denseOf(t, 5, 1, spotted[float32]), "counts": denseOf(t, 5, 1, spotted[float32])}
	add := func(layers map[string]loom.Matrix, attrs map[string]*loom.Array, opts ...loom.AddOption) error {
		_, err := ds.AddColumns(ctx, layers, attrs, opts...)
		return err
	}
	for _, test := range []struct {
		what string
		err  error
		want error
		text string
	}{
		{"length of a row attribute", ds.RowAttrs().Set("x", four), loom.ErrShape, "[4] for 5 rows"},
		{"scalar as an attribute", ds.ColAttrs().Set("x", hdf5.NewScalar("x")), loom.ErrShape, "single value"},
		{"complex attribute", ds.ColAttrs().Set("x", arrayOf(t, make([]complex64, 4))), loom.ErrType, "complex64"},
		{"zero byte", ds.Attrs().Set("x", hdf5.NewScalar("a\x00b")), loom.ErrType, "zero byte"},
		{"no values", ds.Attrs().Set("x", nil), loom.ErrType, "no values"},
		{"slash", ds.ColAttrs().Set("a/b", four), loom.ErrName, "slash"},
		{"empty name", ds.ColAttrs().Set("", four), loom.ErrName, "empty"},
		{"name of a group", ds.Attrs().Set("..", four), loom.ErrName, ".."},
		{"name of a layer", ds.Layers().Set(ctx, "a/b", nan), loom.ErrName, "slash"},
		{"name of a graph", ds.RowGraphs().Set("a/b", nil, nil, four), loom.ErrName, "slash"},
		{"delete nothing", ds.ColAttrs().Delete("none"), loom.ErrNotExist, `"none"`},
		{"delete no global", ds.Attrs().Delete("none"), loom.ErrNotExist, `"none"`},
		{"delete no graph", ds.ColGraphs().Delete("none"), loom.ErrNotExist, `"none"`},
		{"delete no layer", ds.Layers().Delete("none"), loom.ErrNotExist, `"none"`},
		{"delete the main matrix", ds.Layers().Delete(""), loom.ErrName, "main matrix"},
		{"shape of a layer", ds.Layers().Set(ctx, "x", denseOf(t, 4, 5, spotted[int8])), loom.ErrShape, "[4 5] in a file with 5 rows"},
		{"shape of the main matrix", ds.Layers().Set(ctx, "", denseOf(t, 5, 3, spotted[int8])), loom.ErrShape, "[5 3] in a file with 4 columns"},
		{"no layer", ds.Layers().Set(ctx, "x", nil), loom.ErrType, "no matrix"},
		{"type of a layer", ds.Layers().SetEmpty(ctx, "x", "string"), loom.ErrType, "string"},
		{"NaN", ds.Layers().Set(ctx, "x", nan), loom.ErrNotFinite, "NaN"},
		{"NaN in a slice", ds.Matrix().Write(ctx, loom.All(), loom.All(), nan), loom.ErrNotFinite, "NaN"},
		{"too large for the type", must(ds.Layer("counts")).Write(ctx, loom.At(0), loom.At(0), one), loom.ErrType, "1e+09"},
		{"shape of a slice", ds.Matrix().Write(ctx, loom.At(0), loom.Range(0, 3), one), loom.ErrShape, "[1 1] for a selection of [1 3]"},
		{"slice outside", ds.Matrix().Write(ctx, loom.At(5), loom.At(0), one), loom.ErrSelection, "5"},
		{"vertex", ds.ColGraphs().Set("g", []int32{0}, []int32{4}, arrayOf(t, []float32{1})), loom.ErrSelection, "from 0 to 4, of 4 columns"},
		{"negative vertex", ds.ColGraphs().Set("g", []int32{-1}, []int32{0}, arrayOf(t, []float32{1})), loom.ErrSelection, "-1"},
		{"lengths of vectors", ds.ColGraphs().Set("g", []int32{0}, []int32{1, 2}, arrayOf(t, []float32{1})), loom.ErrShape, "from 1 positions to 2"},
		{"weights", ds.ColGraphs().Set("g", []int32{0}, []int32{1}, arrayOf(t, []string{"x"})), loom.ErrType, "string"},
		{"columns of one layer", add(map[string]loom.Matrix{"": complete[""]}, nil), loom.ErrShape, `"counts"`},
		{"columns of no layer", add(map[string]loom.Matrix{"none": one}, nil), loom.ErrNotExist, `"none"`},
		{"rows of new columns", add(map[string]loom.Matrix{"": one, "counts": one}, nil), loom.ErrShape, "1 rows and 1 columns"},
		{"values for new columns", add(complete, map[string]*loom.Array{"ID": four}), loom.ErrShape, "[4] for 1 new columns"},
		{"types that do not mix", add(complete, map[string]*loom.Array{"ID": arrayOf(t, []string{"x"})}), loom.ErrType, "int64 and string"},
		{"attributes that would go", add(complete, nil, loom.KeepAttributes()), loom.ErrShape, `["ID" "XY"]`},
		{"nothing to fill in", add(complete, nil, loom.FillWith(map[string]*loom.Array{})), loom.ErrNotExist, `"ID"`},
		{"row attributes of old rows", add(complete, nil, loom.WithRowAttrs(map[string]*loom.Array{"x": four})), loom.ErrShape, `"x"`},
	} {
		if !errors.Is(test.err, test.want) || !strings.Contains(fmt.Sprint(test.err), test.text) ||
			!strings.Contains(fmt.Sprint(test.err), ds.Filename()) || strings.Contains(test.err.Error(), "file does not exist") {
			t.Errorf("%s: %v, want %v with %q and the file's name", test.what, test.err, test.want, test.text)
		}
	}
	if err := add(complete, nil, loom.FillWith(map[string]*loom.Array{})); strings.Count(err.Error(), ds.Filename()) != 1 {
		t.Errorf("%v: want the file's name once", err)
	}
	after, err := os.ReadFile(ds.Filename())
	if err != nil {
		t.Fatal(err)
	}
	if !sameState(before, after) {
		t.Error("the file has changed")
	}
}

// sameState reports whether two contents of a file are the same committed state:
// what was written and not committed lies in free space, and the superblock, of
// 96 bytes in these files, does not lead there.
func sameState(before, after []byte) bool {
	return len(before) == len(after) && bytes.Equal(before[:96], after[:96])
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// TestReadOnlyRefusesChanges: neither a file that is open for reading nor a view can be changed.
func TestReadOnlyRefusesChanges(t *testing.T) {
	ds := open(t, tinyFile)
	ctx := t.Context()
	view, err := ds.View(ctx, loom.Range(0, 2), loom.Range(0, 2))
	if err != nil {
		t.Fatal(err)
	}
	two := arrayOf(t, []float32{1, 2})
	m := denseOf(t, 2, 2, spotted[float32])
	_, added := ds.AddColumns(ctx, nil, nil)
	for i, err := range []error{
		ds.RowAttrs().Set("x", two), ds.Attrs().Delete("x"), ds.Layers().Set(ctx, "x", m), ds.Matrix().Write(ctx, loom.All(), loom.All(), m),
		ds.ColGraphs().Delete("x"), ds.Update(ctx, func(*loom.Tx) error { return nil }), added,
		view.RowAttrs().Set("x", two), view.Attrs().Set("x", two), view.Layers().Set(ctx, "x", m),
		view.Matrix().Write(ctx, loom.All(), loom.All(), m), view.RowGraphs().Set("x", nil, nil, two),
	} {
		if !errors.Is(err, loom.ErrReadOnly) {
			t.Errorf("change %d: %v, want %v", i, err, loom.ErrReadOnly)
		}
	}
}

// TestConnectKeepsOtherWritersOut: readers come and go, a second writer does not get in.
func TestConnectKeepsOtherWritersOut(t *testing.T) {
	ds := smallFile(t)
	if _, err := loom.Connect(ds.Filename()); !errors.Is(err, loom.ErrLocked) || !strings.Contains(err.Error(), ds.Filename()) {
		t.Errorf("second writer: %v, want %v with the file's name", err, loom.ErrLocked)
	}
	open(t, ds.Filename())
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
	if err := ds.Attrs().Set("x", hdf5.NewScalar("x")); !errors.Is(err, loom.ErrClosed) {
		t.Errorf("change after Close: %v, want %v", err, loom.ErrClosed)
	}
	connect(t, ds.Filename())
}

// TestConnectWritesNothing: not a byte, and not its time, before something changes.
func TestConnectWritesNothing(t *testing.T) {
	path := copyOf(t, "testdata/edges_old.loom")
	before := must(os.ReadFile(path))
	ds := connect(t, path)
	if err := ds.Update(t.Context(), func(tx *loom.Tx) error {
		tx.Shape()
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, must(os.ReadFile(path))) {
		t.Error("the file has changed")
	}
}

// TestStatesStay: what was obtained before a change reads the state before it.
func TestStatesStay(t *testing.T) {
	ds := smallFile(t)
	ctx := t.Context()
	attrs, layers, matrix := ds.ColAttrs(), ds.Layers(), ds.Matrix()
	one := map[string]loom.Matrix{"": denseOf(t, 5, 1, spotted[float32]), "counts": denseOf(t, 5, 1, spotted[float32])}
	if _, err := ds.AddColumns(ctx, one, nil); err != nil {
		t.Fatal(err)
	}
	if err := ds.Layers().Delete("counts"); err != nil {
		t.Fatal(err)
	}
	if !attrs.Has("ID") || !layers.Has("counts") {
		t.Error("old managers have forgotten what was deleted")
	}
	if ids, err := attrs.Int64s("ID"); err != nil || len(ids) != 4 {
		t.Errorf("old attribute: %v, %v", ids, err)
	}
	if m, err := matrix.Read(ctx, loom.All(), loom.All()); err != nil || m.(*sparse.Dense[float32]).Value(0, 0) != 0 {
		t.Errorf("old matrix: %v", err)
	} else if _, cols := m.Dims(); cols != 4 {
		t.Errorf("old matrix has %d columns", cols)
	}
	if rows, cols := ds.Shape(); rows != 5 || cols != 5 {
		t.Errorf("shape %d x %d, want 5 x 5", rows, cols)
	}
	if ds.ColAttrs().Has("ID") || ds.Layers().Has("counts") {
		t.Error("new managers have what was deleted")
	}
}

// TestReadersWhileChanging: readers on one connection see whole states only, while
// it changes the matrix and an attribute together.
func TestReadersWhileChanging(t *testing.T) {
	ds := smallFile(t)
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for ctx.Err() == nil {
				view, err := ds.View(t.Context(), loom.All(), loom.All())
				if err != nil {
					t.Error(err)
					return
				}
				m := must(view.Matrix().Read(t.Context(), loom.All(), loom.All()))
				if view.ColAttrs().Has("Round") {
					if round := must(view.ColAttrs().Float64s("Round")); m.At(4, 3) != round[3] {
						t.Errorf("matrix of round %v, attribute of %v", m.At(4, 3), round[3])
					}
				}
			}
		})
	}
	for round := range 20 {
		value := float32(round)
		err := ds.Update(t.Context(), func(tx *loom.Tx) error {
			m := denseOf(t, 5, 4, func(int, int) float32 { return value })
			if err := tx.Matrix().Write(t.Context(), loom.All(), loom.All(), m); err != nil {
				return err
			}
			return tx.ColAttrs().Set("Round", arrayOf(t, []float32{value, value, value, value}))
		})
		if err != nil {
			t.Error(err)
		}
	}
	stop()
	readers.Wait()
}

// TestUpdate: all or nothing, and what was changed can be read within.
func TestUpdate(t *testing.T) {
	ds := smallFile(t)
	ctx := t.Context()
	stop := errors.New("stop")
	change := func(result error) func(tx *loom.Tx) error {
		return func(tx *loom.Tx) error {
			if err := tx.ColAttrs().Set("New", arrayOf(t, []int32{1, 2, 3, 4})); err != nil {
				return err
			}
			if values, err := tx.ColAttrs().Int64s("New"); err != nil || values[3] != 4 {
				t.Errorf("within: %v, %v", values, err)
			}
			if err := tx.RowAttrs().Delete("Gene"); err != nil {
				return err
			}
			if err := tx.Layers().Set(ctx, "third", denseOf(t, 5, 4, spotted[uint8])); err != nil {
				return err
			}
			one := map[string]loom.Matrix{}
			for layer := range tx.Layers().All() {
				one[layer.Name()] = denseOf(t, 5, 1, spotted[float32])
			}
			if _, err := tx.AddColumns(ctx, one, nil, loom.FillAuto()); err != nil {
				return err
			}
			if _, cols := tx.Shape(); cols != 5 {
				t.Errorf("within: %d columns, want 5", cols)
			}
			return result
		}
	}
	before := must(os.ReadFile(ds.Filename()))
	if err := ds.Update(ctx, change(stop)); !errors.Is(err, stop) {
		t.Fatalf("%v, want %v", err, stop)
	}
	if after := must(os.ReadFile(ds.Filename())); !sameState(before, after) {
		t.Error("the file has changed")
	}
	if ds.ColAttrs().Has("New") || !ds.RowAttrs().Has("Gene") {
		t.Error("the connection shows what was not committed")
	}
	if err := ds.Update(ctx, change(nil)); err != nil {
		t.Fatal(err)
	}
	if values, err := ds.ColAttrs().Int64s("New"); err != nil || !slices.Equal(values, []int64{1, 2, 3, 4, 0}) {
		t.Errorf("after: %v, %v", values, err)
	}
	if ds.RowAttrs().Has("Gene") || !slices.Equal(ds.Layers().Names(), []string{"", "counts", "third"}) {
		t.Errorf("after: %q and layers %q", ds.RowAttrs().Names(), ds.Layers().Names())
	}
}

// TestHalfChangeFailsUpdate: an error that came when something was changed
// already cannot be ignored.
func TestHalfChangeFailsUpdate(t *testing.T) {
	ds := smallFile(t)
	nan := denseOf(t, 5, 4, func(i, j int) float64 { return math.NaN() })
	err := ds.Update(t.Context(), func(tx *loom.Tx) error {
		_ = tx.Layers().Set(t.Context(), "x", nan)
		return nil
	})
	if !errors.Is(err, loom.ErrNotFinite) || ds.Layers().Has("x") {
		t.Errorf("%v, want %v", err, loom.ErrNotFinite)
	}
	err = ds.Update(t.Context(), func(tx *loom.Tx) error {
		_ = tx.RowAttrs().Set("a/b", arrayOf(t, make([]int8, 5))) // refused, nothing changed
		return tx.RowAttrs().Set("ok", arrayOf(t, make([]int8, 5)))
	})
	if err != nil || !ds.RowAttrs().Has("ok") {
		t.Errorf("after a change that was refused: %v", err)
	}
}

// TestAddColumnsTells which attributes were lost, and fills in what is asked.
func TestAddColumnsTells(t *testing.T) {
	ctx := t.Context()
	two := map[string]loom.Matrix{"": denseOf(t, 5, 2, spotted[float32]), "counts": denseOf(t, 5, 2, spotted[float64]).ToCSC()}
	attrs := map[string]*loom.Array{"ID": arrayOf(t, []uint8{8, 9}), "Name": arrayOf(t, []string{"x", "y"})}

	ds := smallFile(t)
	added, err := ds.AddColumns(ctx, two, attrs)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(added.Deleted, []string{"XY"}) || !slices.Equal(added.Ignored, []string{"Name"}) {
		t.Errorf("%+v, want XY deleted and Name ignored", added)
	}
	if ids, err := ds.ColAttrs().Int64s("ID"); err != nil || !slices.Equal(ids, []int64{1, 2, 3, 4, 8, 9}) {
		t.Errorf("ID %v, %v", ids, err)
	}

	ds = smallFile(t)
	if added, err = ds.AddColumns(ctx, two, attrs, loom.FillAuto(), loom.KeepAttributes()); err != nil || len(added.Deleted)+len(added.Ignored) > 0 {
		t.Fatalf("%+v, %v", added, err)
	}
	if names, err := ds.ColAttrs().Strings("Name"); err != nil || !slices.Equal(names, []string{"", "", "", "", "x", "y"}) {
		t.Errorf("Name %q, %v", names, err)
	}
	xy, err := ds.ColAttrs().Get("XY")
	if err != nil || !slices.Equal(xy.Shape(), []int{6, 2}) || must(xy.Float64s())[11] != 0 || must(xy.Float64s())[7] != 7 {
		t.Errorf("XY %v, %v", xy, err)
	}
	counts := must(must(ds.Layer("counts")).Read(ctx, loom.All(), loom.All()))
	for i := range 5 {
		for j := range 6 {
			want := spotted[float64](i, j)
			if j >= 4 {
				want = spotted[float64](i, j-4)
			}
			if counts.At(i, j) != want {
				t.Fatalf("counts at %d, %d: %v, want %v", i, j, counts.At(i, j), want)
			}
		}
	}
}

// TestNewFileGrows from nothing, as loompy's new and add_columns let it.
func TestNewFileGrows(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "new.loom")
	ds, err := loom.New(ctx, path, map[string]*loom.Array{"Title": hdf5.NewScalar("new")})
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	if rows, cols := ds.Shape(); rows != 0 || cols != 0 || ds.SpecVersion() != "3.0.0" {
		t.Errorf("%d x %d of version %s", rows, cols, ds.SpecVersion())
	}
	if err := ds.Layers().SetEmpty(ctx, "", "float32"); !errors.Is(err, loom.ErrShape) {
		t.Errorf("matrix of no shape: %v", err)
	}
	genes := map[string]*loom.Array{"Gene": arrayOf(t, []string{"a", "b", "c"})}
	for i := range 70 {
		m := denseOf(t, 3, 2, func(r, c int) float32 { return float32(100*r + 2*i + c) })
		var opts []loom.AddOption
		if i == 0 {
			opts = append(opts, loom.WithRowAttrs(genes))
		}
		if _, err := ds.AddColumns(ctx, map[string]loom.Matrix{"": m}, map[string]*loom.Array{"N": arrayOf(t, []int32{int32(2 * i), int32(2*i + 1)})}, opts...); err != nil {
			t.Fatal(err)
		}
	}
	m := must(ds.Matrix().Read(ctx, loom.All(), loom.All()))
	n := must(ds.ColAttrs().Int64s("N"))
	for j := range 140 {
		if m.At(2, j) != float64(200+j) || n[j] != int64(j) {
			t.Fatalf("column %d: %v and %d", j, m.At(2, j), n[j])
		}
	}
	if report, err := loom.Validate(path); err != nil || !report.Valid() {
		t.Errorf("%v, %v", report, err)
	}
}

// TestTimesOfChange: every change is noted on the object and on the file, and nowhere else.
func TestTimesOfChange(t *testing.T) {
	ctx := t.Context()
	for _, base := range []string{"", "testdata/entities_spec2.loom", "testdata/edges_old.loom"} {
		ds := smallFile(t)
		if base != "" {
			ds = connect(t, copyOf(t, base))
		}
		rows, cols := ds.Shape()
		ones := denseOf(t, rows, cols, func(int, int) float32 { return 1 })
		for _, test := range []struct {
			change func() error
			want   loom.Changes
		}{
			{func() error { return ds.RowAttrs().Set("X", arrayOf(t, make([]int8, rows))) }, loom.Changes{RowAttrs: []string{"X"}}},
			{func() error { return ds.ColAttrs().Set("X", arrayOf(t, make([]int8, cols))) }, loom.Changes{ColAttrs: []string{"X"}}},
			{func() error { return ds.Layers().Set(ctx, "X", ones) }, loom.Changes{Layers: []string{"X"}}},
			{func() error { return ds.Matrix().Write(ctx, loom.All(), loom.All(), ones) }, loom.Changes{Layers: []string{""}}},
			{func() error { return ds.RowGraphs().Set("X", []int32{0}, []int32{0}, arrayOf(t, []int8{1})) }, loom.Changes{RowGraphs: []string{"X"}}},
			{func() error { return ds.ColGraphs().Set("X", []int32{0}, []int32{0}, arrayOf(t, []int8{1})) }, loom.Changes{ColGraphs: []string{"X"}}},
			{func() error { return ds.Attrs().Set("X", hdf5.NewScalar("x")) }, loom.Changes{}},
			{func() error { return ds.ColAttrs().Delete("X") }, loom.Changes{}},
		} {
			time.Sleep(time.Millisecond)
			since := must(ds.LastModified())
			if since.IsZero() {
				since = time.Now().Add(-time.Millisecond)
			}
			if err := test.change(); err != nil {
				t.Fatal(err)
			}
			changes, err := ds.ChangesSince(since)
			if err != nil || fmt.Sprint(changes) != fmt.Sprint(test.want) {
				t.Errorf("%s: changed %v, %v, want %v", base, changes, err, test.want)
			}
			if last := must(ds.LastModified()); !last.After(since) {
				t.Errorf("%s: last modified at %v, want after %v", base, last, since)
			}
		}
	}
}

// TestSparseLayers: any form and type of matrix is read back as it was, at the
// sizes at which chunks and tiles end.
func TestSparseLayers(t *testing.T) {
	ctx := t.Context()
	for _, n := range []int{1, 63, 64, 65} {
		for _, cols := range []int{1, 64, 129} {
			m := denseOf(t, n, cols, spotted[float32])
			layers := map[string]loom.Matrix{"": m, "coo": m.ToCOO(), "csr": m.ToCSR(), "csc": m.ToCSC()}
			path := filepath.Join(t.TempDir(), "sparse.loom")
			if err := loom.Create(ctx, path, layers, nil, nil, nil); err != nil {
				t.Fatal(err)
			}
			ds := open(t, path, loom.SkipValidation())
			for layer := range ds.Layers().All() {
				if got := must(layer.Read(ctx, loom.All(), loom.All())); !got.(*sparse.Dense[float32]).Equal(m) {
					t.Errorf("%d x %d: layer %q differs", n, cols, layer.Name())
				}
			}
		}
	}
}

// TestStoreAs converts, exactly or not at all, and lets NaN in where asked to.
func TestStoreAs(t *testing.T) {
	ds := smallFile(t)
	ctx := t.Context()
	half := denseOf(t, 5, 4, func(i, j int) float64 { return float64(i) + 0.5 })
	if err := ds.Layers().Set(ctx, "half", half, loom.StoreAs("float16")); err != nil {
		t.Fatal(err)
	}
	layer := must(ds.Layer("half"))
	if m := must(layer.Read(ctx, loom.All(), loom.All())); layer.Type().String() != "float16" || m.At(4, 0) != 4.5 {
		t.Errorf("%v of type %s", m.At(4, 0), layer.Type())
	}
	if err := ds.Layers().Set(ctx, "int", half, loom.StoreAs("int32")); !errors.Is(err, loom.ErrType) {
		t.Errorf("halves as integers: %v", err)
	}
	minus := denseOf(t, 5, 4, func(int, int) int8 { return -1 })
	if err := ds.Layers().Set(ctx, "int", minus, loom.StoreAs("uint64")); !errors.Is(err, loom.ErrType) {
		t.Errorf("-1 without a sign: %v", err)
	}
	big := denseOf(t, 1, 1, func(int, int) float32 { return 65520 })
	if err := layer.Write(ctx, loom.At(0), loom.At(0), big); !errors.Is(err, loom.ErrNotFinite) {
		t.Errorf("65520 as float16: %v", err)
	}
	inf := denseOf(t, 1, 1, func(int, int) float64 { return math.Inf(1) })
	if err := layer.Write(ctx, loom.At(0), loom.At(0), inf, loom.AllowNonFinite()); err != nil {
		t.Errorf("infinity that is allowed: %v", err)
	}
	if m := must(must(ds.Layer("half")).Read(ctx, loom.At(0), loom.At(0))); !math.IsInf(m.At(0, 0), 1) {
		t.Errorf("%v, want infinity", m.At(0, 0))
	}
}

// TestCreateReplacesAtomically: a file that cannot be created leaves what was there.
func TestCreateReplacesAtomically(t *testing.T) {
	ctx := t.Context()
	path := copyOf(t, tinyFile)
	before := must(os.ReadFile(path))
	m := denseOf(t, 2, 2, spotted[float32])
	for what, err := range map[string]error{
		"no main matrix": loom.Create(ctx, path, map[string]loom.Matrix{"x": m}, nil, nil, nil),
		"lengths":        loom.Create(ctx, path, map[string]loom.Matrix{"": m}, map[string]*loom.Array{"x": arrayOf(t, []int8{1})}, nil, nil),
		"shapes":         loom.Create(ctx, path, map[string]loom.Matrix{"": m, "x": denseOf(t, 2, 1, spotted[int8])}, nil, nil, nil),
		"empty":          loom.Create(ctx, path, map[string]loom.Matrix{"": denseOf(t, 0, 2, spotted[int8])}, nil, nil, nil),
	} {
		if err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if !bytes.Equal(before, must(os.ReadFile(path))) {
		t.Error("the file has changed")
	}
	if entries := must(os.ReadDir(filepath.Dir(path))); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// TestCreateFromView copies what a view has.
func TestCreateFromView(t *testing.T) {
	ctx := t.Context()
	view, err := open(t, tinyFile).View(ctx, loom.Range(3, 9), loom.Indices([]int{8, 2, 5}))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "view.loom")
	err = loom.Create(ctx, path, must(view.Layers().Matrices(ctx)), must(view.RowAttrs().Arrays()), must(view.ColAttrs().Arrays()), must(view.Attrs().Arrays()))
	if err != nil {
		t.Fatal(err)
	}
	ds := open(t, path)
	if !slices.Equal(ds.Layers().Names(), view.Layers().Names()) {
		t.Errorf("layers %q, want %q", ds.Layers().Names(), view.Layers().Names())
	}
	for _, name := range view.ColAttrs().Names() {
		got, want := must(ds.ColAttrs().Get(name)), must(view.ColAttrs().Get(name))
		if fmt.Sprint(got.Data(), got.Shape()) != fmt.Sprint(want.Data(), want.Shape()) {
			t.Errorf("%s: %v, want %v", name, got.Data(), want.Data())
		}
	}
}

// TestLayersThatCannotGrow are stored anew when columns are added.
func TestLayersThatCannotGrow(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "fixed.loom")
	old := denseOf(t, 70, 3, spotted[int16])
	err := hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
		values := arrayOf(t, old.Raw(), 70, 3)
		if err := tx.CreateDataset("/matrix", hdf5.DatasetSpec{Type: values.Type(), Shape: []int{70, 3}}); err != nil {
			return err
		}
		if err := tx.Write(ctx, "/matrix", values); err != nil {
			return err
		}
		return tx.SetAttribute("/", "LOOM_SPEC_VERSION", hdf5.NewScalar("2.0.1"))
	})
	if err != nil {
		t.Fatal(err)
	}
	ds := connect(t, path, loom.SkipValidation())
	if _, err := ds.AddColumns(ctx, map[string]loom.Matrix{"": denseOf(t, 70, 64, spotted[int16])}, nil); err != nil {
		t.Fatal(err)
	}
	got := must(ds.Matrix().Read(ctx, loom.All(), loom.All()))
	for i := range 70 {
		for j := range 67 {
			want := spotted[float64](i, j)
			if j >= 3 {
				want = spotted[float64](i, j-3)
			}
			if got.At(i, j) != want {
				t.Fatalf("element %d, %d: %v, want %v", i, j, got.At(i, j), want)
			}
		}
	}
}
