package loom_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
	"github.com/goloom/loom/sparse"
)

// copyOf returns the path of a copy of a file that the test may change.
func copyOf(t testing.TB, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

// connect opens a file for changing it.
func connect(t testing.TB, path string, opts ...loom.Option) *loom.Conn {
	t.Helper()
	return open(t, path, append(opts, loom.WithMode(loom.ReadWrite))...)
}

// arrayOf is hdf5.NewArray of what fits.
func arrayOf[T hdf5.Element](t testing.TB, values []T, shape ...int) *loom.Array {
	t.Helper()
	a, err := hdf5.NewArray(values, shape...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// denseOf returns a matrix whose elements are those of value.
func denseOf[T loom.Number](t testing.TB, rows, cols int, value func(i, j int) T) *sparse.Dense[T] {
	t.Helper()
	data := make([]T, 0, rows*cols)
	for i := range rows {
		for j := range cols {
			data = append(data, value(i, j))
		}
	}
	m, err := sparse.NewDense(rows, cols, data)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// spotted has a number in every seventh place, and zeros.
func spotted[T loom.Number](i, j int) T {
	if (3*i+j)%7 != 0 {
		return 0
	}
	return T((i + 2*j) % 100)
}

// A valuesSpec is an array for loompy_edit.py.
type valuesSpec struct {
	DType  string `json:"dtype"`
	Shape  []int  `json:"shape"` // nil for a scalar
	Values any    `json:"values"`
}

func specOf(a *loom.Array) *valuesSpec {
	s := &valuesSpec{DType: a.Type().String(), Shape: a.Shape(), Values: a.Data()}
	if s.DType == "string" {
		s.DType = "str"
	}
	if len(s.Shape) == 0 {
		s.Shape = nil
	}
	if bytes, ok := a.Data().([]uint8); ok { // which encoding/json would make base64 of
		wide := make([]int, len(bytes))
		for i, b := range bytes {
			wide[i] = int(b)
		}
		s.Values = wide
	}
	return s
}

func specOfMatrix(m loom.Matrix) *valuesSpec {
	rows, cols := m.Dims()
	s := &valuesSpec{DType: matrixType(m), Shape: []int{rows, cols}}
	values := make([]float64, 0, rows*cols)
	for i := range rows {
		for j := range cols {
			values = append(values, m.At(i, j))
		}
	}
	s.Values = values
	return s
}

func matrixType(m loom.Matrix) string {
	switch m.(type) {
	case *sparse.Dense[float32], *sparse.COO[float32], *sparse.CSC[float32], *sparse.CSR[float32]:
		return "float32"
	case *sparse.Dense[int16], *sparse.COO[int16], *sparse.CSC[int16], *sparse.CSR[int16]:
		return "int16"
	case *sparse.Dense[uint8]:
		return "uint8"
	}
	return "float64"
}

// A change is what loompy_edit.py calls so, and the same done by this package.
type change struct {
	Op       string                 `json:"op"`
	Axis     loom.Axis              `json:"axis"`
	Name     string                 `json:"name"`
	Values   *valuesSpec            `json:"values"`
	DType    string                 `json:"dtype"`
	Rows     []int                  `json:"rows"`
	Cols     []int                  `json:"cols"`
	A        []int32                `json:"a"`
	B        []int32                `json:"b"`
	Fill     any                    `json:"fill"`
	Layers   map[string]*valuesSpec `json:"layers"`
	Attrs    map[string]*valuesSpec `json:"attrs"`
	RowAttrs map[string]*valuesSpec `json:"row_attrs"`
	ColAttrs map[string]*valuesSpec `json:"col_attrs"`

	make func(context.Context, *loom.Conn) error
}

type step struct {
	Out     string   `json:"out"`
	Changes []change `json:"changes"`
}

func attributes(ds *loom.Conn, axis loom.Axis) *loom.Attributes {
	if axis == loom.Columns {
		return ds.ColAttrs()
	}
	return ds.RowAttrs()
}

func graphs(ds *loom.Conn, axis loom.Axis) *loom.Graphs {
	if axis == loom.Columns {
		return ds.ColGraphs()
	}
	return ds.RowGraphs()
}

func setAttr(axis loom.Axis, name string, values *loom.Array) change {
	return change{Op: "set_attr", Axis: axis, Name: name, Values: specOf(values),
		make: func(_ context.Context, ds *loom.Conn) error { return attributes(ds, axis).Set(name, values) }}
}

func deleteAttr(axis loom.Axis, name string) change {
	return change{Op: "delete_attr", Axis: axis, Name: name,
		make: func(_ context.Context, ds *loom.Conn) error { return attributes(ds, axis).Delete(name) }}
}

func setGlobal(name string, value *loom.Array) change {
	return change{Op: "set_global", Name: name, Values: specOf(value),
		make: func(_ context.Context, ds *loom.Conn) error { return ds.Attrs().Set(name, value) }}
}

func deleteGlobal(name string) change {
	return change{Op: "delete_global", Name: name,
		make: func(_ context.Context, ds *loom.Conn) error { return ds.Attrs().Delete(name) }}
}

func setLayer(name string, m loom.Matrix) change {
	c := change{Op: "set_layer", Name: name, Values: specOfMatrix(m),
		make: func(ctx context.Context, ds *loom.Conn) error { return ds.Layers().Set(ctx, name, m) }}
	switch m.(type) {
	case *sparse.COO[float32], *sparse.CSC[int16], *sparse.CSR[float64]:
		c.Op = "set_sparse"
	}
	return c
}

func setEmpty(name, dtype string) change {
	return change{Op: "set_empty", Name: name, DType: dtype,
		make: func(ctx context.Context, ds *loom.Conn) error { return ds.Layers().SetEmpty(ctx, name, dtype) }}
}

func deleteLayer(name string) change {
	return change{Op: "delete_layer", Name: name,
		make: func(_ context.Context, ds *loom.Conn) error { return ds.Layers().Delete(name) }}
}

func writeLayer(name string, r0, r1, c0, c1 int, m loom.Matrix) change {
	return change{Op: "write_layer", Name: name, Rows: []int{r0, r1}, Cols: []int{c0, c1}, Values: specOfMatrix(m),
		make: func(ctx context.Context, ds *loom.Conn) error {
			layer, err := ds.Layer(name)
			if err != nil {
				return err
			}
			return layer.Write(ctx, loom.Range(r0, r1), loom.Range(c0, c1), m)
		}}
}

func setGraph(axis loom.Axis, name string, a, b []int32, w *loom.Array) change {
	return change{Op: "set_graph", Axis: axis, Name: name, A: a, B: b, Values: specOf(w),
		make: func(_ context.Context, ds *loom.Conn) error { return graphs(ds, axis).Set(name, a, b, w) }}
}

func deleteGraph(axis loom.Axis, name string) change {
	return change{Op: "delete_graph", Axis: axis, Name: name,
		make: func(_ context.Context, ds *loom.Conn) error { return graphs(ds, axis).Delete(name) }}
}

// addColumns adds columns; fill is nil, "auto" or a map of arrays.
func addColumns(layers map[string]loom.Matrix, attrs map[string]*loom.Array, fill any) change {
	c := change{Op: "add_columns", Layers: specsOfMatrices(layers), Attrs: specsOf(attrs), Fill: fill}
	var opts []loom.AddOption
	switch fill := fill.(type) {
	case string:
		opts = append(opts, loom.FillAuto())
	case map[string]*loom.Array:
		c.Fill = specsOf(fill)
		opts = append(opts, loom.FillWith(fill))
	}
	c.make = func(ctx context.Context, ds *loom.Conn) error {
		_, err := ds.AddColumns(ctx, layers, attrs, opts...)
		return err
	}
	return c
}

func specsOf(arrays map[string]*loom.Array) map[string]*valuesSpec {
	specs := map[string]*valuesSpec{}
	for name, a := range arrays {
		specs[name] = specOf(a)
	}
	return specs
}

func specsOfMatrices(matrices map[string]loom.Matrix) map[string]*valuesSpec {
	specs := map[string]*valuesSpec{}
	for name, m := range matrices {
		specs[name] = specOfMatrix(m)
	}
	return specs
}

// runLoompy makes the changes of all steps with loompy. An error of loompy's fails
// the test.
func runLoompy(t *testing.T, base string, validate bool, steps []step) {
	t.Helper()
	text, err := json.Marshal(map[string]any{"base": base, "validate": validate, "steps": steps})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "steps.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	oracle.Run(t, "oracle/loompy_edit.py", file)
}

// compareWithLoompy makes each change in turn, on copies of one file, with
// loompy and with this package, and holds the contents against each other after each.
func compareWithLoompy(t *testing.T, base string, changes []change) (ours string) {
	t.Helper()
	dir := t.TempDir()
	var steps []step
	for i, c := range changes {
		steps = append(steps, step{filepath.Join(dir, "loompy."+strconv.Itoa(i)), []change{c}})
	}
	runLoompy(t, base, false, steps)

	path := copyOf(t, base)
	ds := connect(t, path, loom.SkipValidation())
	var pairs []string
	for i, c := range changes {
		if err := c.make(t.Context(), ds); err != nil {
			t.Fatalf("change %d, %s %q: %v", i, c.Op, c.Name, err)
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got := filepath.Join(dir, strconv.Itoa(i)+"."+c.Op+"."+c.Name)
		if err := os.WriteFile(got, content, 0o600); err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, steps[i].Out, got)
	}
	if differences := oracle.Run(t, "oracle/same_contents.py", pairs...); len(differences) > 0 {
		t.Errorf("differences from loompy:\n%s", differences)
	}
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// compareFiles holds a file of ours against one of loompy's.
func compareFiles(t *testing.T, want, got string) {
	t.Helper()
	if differences := oracle.Run(t, "oracle/same_contents.py", want, got); len(differences) > 0 {
		t.Errorf("differences from loompy:\n%s", differences)
	}
}

// addLayers adds layers of zeros to a file, and returns its path.
func addLayers(t *testing.T, path string, names ...string) string {
	t.Helper()
	ds := connect(t, path)
	defer ds.Close()
	for _, name := range names {
		if err := ds.Layers().SetEmpty(t.Context(), name, "float32"); err != nil {
			t.Fatal(err)
		}
	}
	return path
}
