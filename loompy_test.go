package loom_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/internal/oracle"
	"github.com/goloom/loom/sparse"
)

// What testdata/oracle/loompy_read.py prints.
type (
	loompyArray struct {
		Error  string
		DType  string
		Shape  []int
		Values []string
	}
	loompyGraph struct {
		Error string
		A, B  []int32
		W     loompyArray
	}
	loompyContents struct {
		Error     string
		Shape     []int
		Layers    map[string]loompyArray
		RA, CA    map[string]loompyArray
		Attrs     map[string]loompyArray
		RowGraphs map[string]loompyGraph `json:"row_graphs"`
		ColGraphs map[string]loompyGraph `json:"col_graphs"`
	}
	loompyEntries struct {
		Error      string
		Shape      []int
		Rows, Cols []int32
		Values     []string
	}
	loompyBatch struct {
		Start     int
		Positions []int
		View      loompyContents
	}
	// An outcome is a list, or an object with an error.
	outcome[T any] struct {
		Error string
		List  []T
	}
	loompyFile struct {
		Error       string
		File        string
		Contents    loompyContents
		View        loompyContents
		ViewOfView  loompyContents        `json:"view_of_view"`
		Sparse      loompyEntries         `json:"sparse"`
		SparseSome  loompyEntries         `json:"sparse_some"`
		ScanColumns outcome[loompyBatch]  `json:"scan_columns"`
		ScanRows    outcome[loompyBatch]  `json:"scan_rows"`
		ScanMask    outcome[loompyBatch]  `json:"scan_mask"`
		ScanKey     *outcome[loompyBatch] `json:"scan_key"`
		RowKey      any                   `json:"row_key"`
		Map0        outcome[loompyArray]  `json:"map_0"`
		Map1        outcome[loompyArray]  `json:"map_1"`
		MapSome0    outcome[loompyArray]  `json:"map_some_0"`
		MapSome1    outcome[loompyArray]  `json:"map_some_1"`
	}
)

func (o *outcome[T]) UnmarshalJSON(text []byte) error {
	if bytes.HasPrefix(text, []byte("[")) {
		return json.Unmarshal(text, &o.List)
	}
	var failed struct{ Error string }
	err := json.Unmarshal(text, &failed)
	o.Error = failed.Error
	return err
}

// TestAgainstLoompy holds everything that can be read against loompy, for the
// real files and for those that loompy and h5py make of every dialect.
func TestAgainstLoompy(t *testing.T) {
	t.Parallel()
	for _, want := range loompyFiles(t, soundFiles(t)) {
		t.Run(filepath.Base(want.File), func(t *testing.T) {
			ds, err := loom.Open(want.File, loom.SkipValidation())
			if want.Error != "" {
				t.Skipf("loompy cannot read it (%s); here: %v", want.Error, err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer ds.Close()
			compareFile(t, ds, want)
		})
	}
}

// soundFiles returns the paths of all Loom files but those that were made to
// break the specification.
func soundFiles(t *testing.T) []string {
	paths := realFiles(t)
	for _, path := range oracle.GeneratedFiles(t, "*.loom") {
		name := filepath.Base(path)
		if !strings.HasPrefix(name, "invalid_") && !strings.HasPrefix(name, "unchecked_") {
			paths = append(paths, path)
		}
	}
	return paths
}

// loompyFiles asks loompy about all files in one go.
func loompyFiles(t *testing.T, paths []string) []loompyFile {
	t.Helper()
	var files []loompyFile
	dec := json.NewDecoder(bytes.NewReader(oracle.Run(t, "oracle/loompy_read.py", paths...)))
	for dec.More() {
		var f loompyFile
		if err := dec.Decode(&f); err != nil {
			t.Fatal(err)
		}
		if f.File == "" {
			f.File = paths[len(files)]
		}
		files = append(files, f)
	}
	return files
}

// realFiles returns the files of [oracle.Fixtures], or none where it would skip.
func realFiles(t *testing.T) []string {
	var paths []string
	t.Run("fixtures", func(t *testing.T) { paths = oracle.Fixtures(t, "loom") })
	return paths
}

func compareFile(t *testing.T, ds *loom.Conn, want loompyFile) {
	ctx := context.Background()
	compareContents(t, "file", ds, want.Contents)
	rows, cols := ds.Shape()

	if want.View.Error == "" && rows > 3 && cols > 3 {
		view, err := ds.View(ctx, loom.Range(2, rows-1), loom.Strided(1, cols, 2))
		if err != nil {
			t.Fatal(err)
		}
		compareContents(t, "view", view, want.View)
		height, width := view.Shape()
		if want.ViewOfView.Error == "" && height > 1 && width > 2 {
			view, err = view.View(ctx, loom.Range(1, height), loom.Range(2, width))
			if err != nil {
				t.Fatal(err)
			}
			compareContents(t, "view of view", view, want.ViewOfView)
		}
	}

	someRows, someCols := loom.Strided(0, rows, 3), loom.Strided(min(1, cols), cols, 2)
	compareSparse(t, ds, loom.All(), loom.All(), want.Sparse)
	compareSparse(t, ds, someRows, someCols, want.SparseSome)

	compareScan(t, ds, loom.Columns, want.ScanColumns, loom.BatchSize(17))
	compareScan(t, ds, loom.Rows, want.ScanRows, loom.BatchSize(17))
	mask := make([]bool, cols)
	for i := range mask {
		mask[i] = i%3 != 1
	}
	compareScan(t, ds, loom.Columns, want.ScanMask, loom.BatchSize(9), loom.Items(loom.Mask(mask)),
		loom.OnlyLayers(""), loom.Carry(loom.ColAttrsPart))
	if key, ok := want.RowKey.(string); ok && want.ScanKey != nil {
		compareScan(t, ds, loom.Columns, *want.ScanKey, loom.BatchSize(20), loom.OrderBy(key), loom.Carry(loom.RowAttrsPart))
	}

	compareMap(t, ds, loom.Rows, loom.All(), want.Map0)
	compareMap(t, ds, loom.Columns, loom.All(), want.Map1)
	compareMap(t, ds, loom.Rows, someCols, want.MapSome0)
	compareMap(t, ds, loom.Columns, someRows, want.MapSome1)
}

// parts is what a Conn and a View have in common.
type parts interface {
	Shape() (rows, cols int)
	Layers() *loom.Layers
	RowAttrs() *loom.Attributes
	ColAttrs() *loom.Attributes
	Attrs() *loom.GlobalAttributes
	RowGraphs() *loom.Graphs
	ColGraphs() *loom.Graphs
}

func compareContents(t *testing.T, where string, got parts, want loompyContents) {
	t.Helper()
	if want.Error != "" {
		return
	}
	if rows, cols := got.Shape(); len(want.Shape) == 2 && !slices.Equal([]int{rows, cols}, want.Shape) {
		t.Errorf("%s: shape %d x %d, loompy %v", where, rows, cols, want.Shape)
	}
	for name, layer := range want.Layers {
		compareLayer(t, where, got, name, layer)
	}
	compareAttributes(t, where+" row attributes", got.RowAttrs().Get, want.RA)
	compareAttributes(t, where+" column attributes", got.ColAttrs().Get, want.CA)
	compareAttributes(t, where+" global attributes", got.Attrs().Get, want.Attrs)
	compareGraphs(t, where+" row graphs", got.RowGraphs(), want.RowGraphs)
	compareGraphs(t, where+" column graphs", got.ColGraphs(), want.ColGraphs)
}

func compareLayer(t *testing.T, where string, got parts, name string, want loompyArray) {
	t.Helper()
	layer, err := got.Layers().Get(name)
	if err != nil {
		if want.Error == "" && len(want.Shape) == 2 {
			t.Errorf("%s: %v", where, err)
		}
		return
	}
	if want.Error != "" || !layer.Type().IsNumeric() {
		return
	}
	if layer.Type().String() != want.DType {
		t.Errorf("%s layer %q: %s, loompy %s", where, name, layer.Type(), want.DType)
	}
	values, err := loom.ReadAs[float64](context.Background(), layer, loom.All(), loom.All())
	if err != nil {
		t.Errorf("%s: %v", where, err)
		return
	}
	if rows, cols := values.Dims(); !slices.Equal([]int{rows, cols}, want.Shape) {
		t.Errorf("%s layer %q: shape %d x %d, loompy %v", where, name, rows, cols, want.Shape)
		return
	}
	for i, v := range values.Raw() {
		if !sameNumber(v, parse(t, want.Values[i]), 0) {
			t.Errorf("%s layer %q element %d: %v, loompy %s", where, name, i, v, want.Values[i])
			return
		}
	}
}

func compareAttributes(t *testing.T, where string, get func(string) (*loom.Array, error), want map[string]loompyArray) {
	t.Helper()
	for name, array := range want {
		if array.Error != "" {
			continue
		}
		got, err := get(name)
		if err != nil {
			t.Errorf("%s: %v", where, err)
			continue
		}
		compareArray(t, where+" "+name, got, array)
	}
}

func compareArray(t *testing.T, where string, got *loom.Array, want loompyArray) {
	t.Helper()
	if !slices.Equal(got.Shape(), want.Shape) || got.Type().String() != want.DType {
		t.Errorf("%s: %s %v, loompy %s %v", where, got.Type(), got.Shape(), want.DType, want.Shape)
		return
	}
	texts, err := valueTexts(got)
	if err != nil {
		t.Errorf("%s: %v", where, err)
		return
	}
	for i, text := range texts {
		if want.DType == "string" {
			// loompy drops what is not ASCII, unless it is written as an entity, and
			// takes "&" for the start of one in any file.
			if text != want.Values[i] && asciiText(text) != want.Values[i] {
				t.Errorf("%s element %d: %q, loompy %q", where, i, text, want.Values[i])
				return
			}
			continue
		}
		if text != want.Values[i] && !sameNumber(parse(t, text), parse(t, want.Values[i]), 0) {
			t.Errorf("%s element %d: %s, loompy %s", where, i, text, want.Values[i])
			return
		}
	}
}

func asciiText(text string) string {
	ascii := strings.Map(func(r rune) rune {
		if r > 127 {
			return -1
		}
		return r
	}, text)
	return html.UnescapeString(ascii)
}

// valueTexts returns the elements as text.
func valueTexts(a *loom.Array) ([]string, error) {
	if texts, err := a.Strings(); err == nil {
		return texts, nil
	}
	if integers, err := a.Int64s(); err == nil {
		texts := make([]string, len(integers))
		for i, v := range integers {
			texts[i] = strconv.FormatInt(v, 10)
		}
		return texts, nil
	}
	if large, ok := a.Data().([]uint64); ok {
		texts := make([]string, len(large))
		for i, v := range large {
			texts[i] = strconv.FormatUint(v, 10)
		}
		return texts, nil
	}
	numbers, err := a.Float64s()
	texts := make([]string, len(numbers))
	for i, v := range numbers {
		texts[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return texts, err
}

func compareGraphs(t *testing.T, where string, got *loom.Graphs, want map[string]loompyGraph) {
	t.Helper()
	for name, graph := range want {
		g, err := got.Get(name)
		if graph.Error != "" {
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", where, err)
			continue
		}
		a, b, w := g.Edges()
		if !slices.Equal(a, graph.A) || !slices.Equal(b, graph.B) {
			t.Errorf("%s %q: edges differ", where, name)
		}
		compareArray(t, where+" "+name, w, graph.W)
	}
}

func compareSparse(t *testing.T, ds *loom.Conn, rows, cols loom.Selector, want loompyEntries) {
	t.Helper()
	if want.Error != "" {
		return
	}
	ctx, l := context.Background(), ds.Matrix()
	coo, err := loom.SparseAs[float64](ctx, l, rows, cols)
	if err != nil {
		t.Error(err)
		return
	}
	csr, err := loom.CSRAs[float64](ctx, l, rows, cols)
	if err != nil {
		t.Error(err)
		return
	}
	csc, err := loom.CSCAs[float64](ctx, l, rows, cols)
	if err != nil {
		t.Error(err)
		return
	}
	compareEntries(t, "COO", coo.ToCSR(), want)
	compareEntries(t, "CSR", csr, want)
	compareEntries(t, "CSC", csc.ToCSR(), want)
}

func compareEntries(t *testing.T, form string, m *sparse.CSR[float64], want loompyEntries) {
	t.Helper()
	if height, width := m.Dims(); !slices.Equal([]int{height, width}, want.Shape) {
		t.Errorf("%s: shape %d x %d, loompy %v", form, height, width, want.Shape)
		return
	}
	r, c, v := m.ToCOO().Raw()
	if !slices.Equal(r, want.Rows) || !slices.Equal(c, want.Cols) {
		t.Errorf("%s: %d entries, loompy %d", form, len(r), len(want.Rows))
		return
	}
	for i := range v {
		if v[i] != parse(t, want.Values[i]) {
			t.Errorf("%s (%d, %d): %v, loompy %s", form, r[i], c[i], v[i], want.Values[i])
			return
		}
	}
}

func compareScan(t *testing.T, ds *loom.Conn, axis loom.Axis, want outcome[loompyBatch], opts ...loom.ScanOption) {
	t.Helper()
	if want.Error != "" {
		return
	}
	n := 0
	for b, err := range ds.Scan(context.Background(), axis, opts...) {
		if err != nil {
			t.Errorf("scan of %s: %v", axis, err)
			return
		}
		if n == len(want.List) {
			t.Errorf("scan of %s: more than the %d batches of loompy", axis, n)
			return
		}
		batch := want.List[n]
		if b.Start != batch.Start || !slices.Equal(b.Positions, batch.Positions) {
			t.Errorf("scan of %s: batch at %d %v, loompy at %d %v", axis, b.Start, b.Positions, batch.Start, batch.Positions)
			return
		}
		compareContents(t, fmt.Sprintf("scan of %s, batch at %d:", axis, b.Start), b, batch.View)
		n++
	}
	if n != len(want.List) {
		t.Errorf("scan of %s: %d batches, loompy %d", axis, n, len(want.List))
	}
}

// median is numpy's.
func median(values []float64) float64 {
	n := len(values)
	slices.Sort(values)
	switch {
	case n == 0:
		return math.NaN()
	case n%2 == 1:
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

func compareMap(t *testing.T, ds *loom.Conn, axis loom.Axis, across loom.Selector, want outcome[loompyArray]) {
	t.Helper()
	if want.Error != "" || !ds.Matrix().Type().IsNumeric() {
		return
	}
	reducers := []loom.Func{loom.Sum, loom.Mean, loom.Var, loom.Std, loom.Min, loom.Max, loom.NonZeros}
	for _, fs := range [][]loom.Func{reducers, append(slices.Clone(reducers), loom.Apply(median))} {
		results, err := ds.Matrix().Map(context.Background(), axis, across, fs...)
		if err != nil {
			t.Errorf("map of %s: %v", axis, err)
			return
		}
		for i, values := range results {
			compareNumbers(t, fmt.Sprintf("map of %s, function %d of %d", axis, i, len(fs)), values, want.List[i])
		}
	}
}

func compareNumbers(t *testing.T, where string, got []float64, want loompyArray) {
	t.Helper()
	if len(got) != len(want.Values) {
		t.Errorf("%s: %d numbers, loompy %d", where, len(got), len(want.Values))
		return
	}
	for i, v := range got {
		// numpy computes in the matrix's type, which may be float32.
		if w := parse(t, want.Values[i]); !sameNumber(v, w, 2e-6) {
			t.Errorf("%s, number %d: %v, loompy %v", where, i, v, w)
			return
		}
	}
}

func sameNumber(a, b, tolerance float64) bool {
	if math.IsNaN(a) || math.IsNaN(b) {
		return math.IsNaN(a) && math.IsNaN(b)
	}
	return a == b || math.Abs(a-b) <= tolerance*max(1, math.Abs(b))
}

func parse(t *testing.T, text string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
