package loom_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
	"github.com/goloom/loom/sparse"
)

// What testdata/oracle/loompy_aggregate.py prints.
type loompyAggregates struct {
	File               string
	Error              string
	Groups, Rows, Cols map[string]outcome[string]
	Attributes         map[string]json.RawMessage
}

// aggregatedFiles are some of every dialect.
var aggregatedFiles = []string{
	"old_edges.loom", "spec2_attributes.loom", "spec3_contiguous.loom", "spec3_plain.loom",
	"spec3_several_chunks.loom", "spec3_unwritten.loom", "unusual_big_endian.loom", "unusual_bool_and_enum.loom",
	"osmfish_cortex.loom", "scp_test_spec2.loom",
}

// TestAggregateAgainstLoompy holds every reducer, of groups of columns and of
// whole rows and columns, and every function of attributes against loompy's, for
// files of every dialect and type.
func TestAggregateAgainstLoompy(t *testing.T) {
	paths := append(unusualNumbers(t), filepath.Join("testdata", "mouse_cortex_tiny.loom"))
	for _, path := range soundFiles(t) {
		if slices.Contains(aggregatedFiles, filepath.Base(path)) {
			paths = append(paths, path)
		}
	}
	dec := json.NewDecoder(bytes.NewReader(oracle.Run(t, "oracle/loompy_aggregate.py",
		append([]string{filepath.Join(t.TempDir(), "out.loom")}, paths...)...)))
	compared := 0
	for range paths {
		var want loompyAggregates
		if err := dec.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if want.Error != "" {
			t.Errorf("%s: %s", want.File, want.Error)
			continue
		}
		ds := open(t, want.File, loom.SkipValidation())
		if !ds.Matrix().Type().IsNumeric() {
			continue
		}
		t.Run(filepath.Base(want.File), func(t *testing.T) {
			compared += compareAggregates(t, ds, want)
			compareAggregatedAttributes(t, ds, want)
		})
	}
	if compared < 1000 {
		t.Errorf("only %d results compared", compared)
	}
}

// compareAggregates returns how many results loompy had.
func compareAggregates(t *testing.T, ds *loom.Conn, want loompyAggregates) int {
	labels := oracleLabels(t, ds)
	compared := 0
	compare := func(what string, got []float64, err error, want outcome[string]) {
		if want.Error != "" {
			return
		}
		if err != nil {
			t.Errorf("%s: %v", what, err)
			return
		}
		compared++
		compareTexts(t, what, ds.Matrix().Type().String(), got, want.List)
	}
	for name, texts := range want.Groups {
		r := reducer(t, name)
		a, err := ds.Aggregate(t.Context(), loom.GroupByLabels("", labels), r)
		if err != nil {
			if _, cols := ds.Shape(); cols > 0 {
				t.Errorf("%s of groups: %v", name, err)
			}
			continue
		}
		compare(name+" of groups", a.Matrix.Raw(), nil, texts)
	}
	for axis, texts := range map[loom.Axis]map[string]outcome[string]{loom.Rows: want.Rows, loom.Columns: want.Cols} {
		for name, texts := range texts {
			got, err := ds.Map(t.Context(), axis, reducer(t, name))
			if strings.HasPrefix(name, "arg") && slices.ContainsFunc(got[0], math.IsNaN) {
				continue // numpy has the position of the NaN
			}
			compare(fmt.Sprintf("%s of %s", name, axis), got[0], err, texts)
		}
	}
	return compared
}

// oracleLabels returns the labels that the script groups by.
func oracleLabels(t *testing.T, ds *loom.Conn) *loom.Array {
	_, cols := ds.Shape()
	labels := make([]int64, cols)
	for i := range labels {
		labels[i] = int64(7*(i*5%6) - 9)
	}
	return arrayOf(t, labels)
}

func reducer(t *testing.T, name string) loom.Reducer {
	t.Helper()
	r, err := loom.ParseReducer(name)
	if err != nil || r.String() != name {
		t.Fatalf("%q: %v, %v", name, r, err)
	}
	return r
}

// compareTexts compares numbers. Those of float32 are added up and multiplied in
// float32 there, and products of integers wrap around.
func compareTexts(t *testing.T, what, dtype string, got []float64, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, loompy %d", what, len(got), len(want))
		return
	}
	tolerance := map[string]float64{"float16": 4e-3, "float32": 2e-5}[dtype]
	for i, v := range got {
		w := parse(t, want[i])
		if !sameNumber(v, w, max(tolerance, 1e-11)) && !overflows(what, dtype, v) {
			t.Errorf("%s, number %d: %v, loompy %v", what, i, v, w)
			return
		}
	}
}

// overflows reports whether numpy cannot represent a number in the type in which
// it computes: the layer's for floats, squares and nansum, or else int64.
func overflows(what, dtype string, v float64) bool {
	most := map[string]float64{"float16": 6e4, "float32": 3e38, "float64": math.Inf(1), "int8": 1<<7 - 1, "uint8": 1<<8 - 1,
		"int16": 1<<15 - 1, "uint16": 1<<16 - 1, "int32": 1<<31 - 1, "uint32": 1<<32 - 1}[dtype]
	if most == 0 || dtype[0] != 'f' && !strings.Contains(what, "sumofsquares") && !strings.Contains(what, "nansum") {
		most = 1 << 53
	}
	return math.Abs(v) > most
}

// compareAggregatedAttributes compares the attributes that loompy can make: no modes of
// strings, for one.
func compareAggregatedAttributes(t *testing.T, ds *loom.Conn, want loompyAggregates) {
	labels := oracleLabels(t, ds)
	for what, made := range want.Attributes {
		var failed struct{ Error string }
		if json.Unmarshal(made, &failed) == nil && failed.Error != "" {
			continue
		}
		var attrs map[string][]string
		if err := json.Unmarshal(made, &attrs); err != nil {
			t.Fatal(err)
		}
		function, name, _ := strings.Cut(what, " ")
		source, err := ds.ColAttrs().Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := loom.ParseAttrFunc(function)
		if err != nil {
			t.Fatal(err)
		}
		if source.Type.Class() == hdf5.Compound && function == "mode" {
			continue // Python orders them somehow
		}
		a, err := ds.Aggregate(t.Context(), loom.GroupByLabels("", labels), loom.Len, loom.AggregateAttr(name, f))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if len(a.ColAttrs) != len(attrs) {
			t.Errorf("%s: %d attributes, loompy %d", what, len(a.ColAttrs), len(attrs))
		}
		for name, want := range attrs {
			got := a.ColAttrs[name]
			switch {
			case got == nil:
				t.Errorf("%s: no attribute %q", what, name)
			case function == "mode":
				compareModes(t, ds, what, name, got, want)
			case strings.HasSuffix(name, "_nan"): // of which Python counts none, as it equals nothing
			default:
				compareAggregatedAttribute(t, what, source.Type.String(), got, want)
			}
		}
	}
}

func compareAggregatedAttribute(t *testing.T, what, dtype string, got *loom.Array, want []string) {
	t.Helper()
	if texts, err := got.Strings(); err == nil {
		if !slices.Equal(texts, want) {
			t.Errorf("%s: %q, loompy %q", what, texts, want)
		}
		return
	}
	if numbers, err := got.Float64s(); err == nil { // or it is of compounds
		compareTexts(t, what, dtype, numbers, want)
	}
}

// compareModes compares how often each mode occurs: of values that are equally
// frequent, loompy may take any.
func compareModes(t *testing.T, ds *loom.Conn, what, name string, got *loom.Array, want []string) {
	t.Helper()
	values, err := ds.ColAttrs().Float64s(name)
	if err != nil {
		t.Fatal(err)
	}
	modes, err := got.Float64s()
	if err != nil {
		t.Fatal(err)
	}
	labels, err := oracleLabels(t, ds).Int64s()
	if err != nil {
		t.Fatal(err)
	}
	for group, label := range slices.Compact(slices.Sorted(slices.Values(labels))) {
		theirs := parse(t, want[group])
		times := map[float64]int{}
		for i, v := range values {
			if labels[i] == label {
				times[v]++
			}
		}
		if ours := modes[group]; times[ours] != times[theirs] || ours > theirs {
			t.Errorf("%s of group %d: %v, %d times; loompy %v, %d times", what, group, ours, times[ours], theirs, times[theirs])
		}
	}
}

// unusualNumbers makes files of every type with negative numbers, NaN, infinities,
// runs of NaN, empty rows and columns, in shapes around those of chunks.
func unusualNumbers(t *testing.T) []string {
	var paths []string
	for _, shape := range [][2]int{{1, 1}, {3, 64}, {65, 63}, {64, 130}} {
		for _, dtype := range []string{"float64", "float32", "int8", "uint16", "int64"} {
			values := make([]float64, shape[0]*shape[1])
			for i := range values {
				row, k := i/shape[1], i*i*31%97+i%5
				switch {
				case k%3 != 0 || row%7 == 3:
				case dtype[0] == 'u':
					values[i] = float64(k)
				default:
					values[i] = float64(k - 50)
				}
				switch {
				case dtype[0] != 'f':
				case row%7 == 5 && i%shape[1] > 10:
					values[i] = math.NaN()
				case row%7 == 4 && k%13 == 0:
					values[i] = math.NaN()
				case row%7 == 6 && k%11 == 0:
					values[i] = math.Inf(k%2*2 - 1)
				case k%3 == 0:
					values[i] /= 8
				}
			}
			m, err := sparse.NewDense(shape[0], shape[1], values)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), fmt.Sprintf("numbers_%s_%dx%d.loom", dtype, shape[0], shape[1]))
			attrs := map[string]*loom.Array{
				"Text": arrayOf(t, cycle(shape[1], "b/c", "a.b", "", "x&y")), "Fraction": arrayOf(t, cycle(shape[1], 0.5, -1.25, 3)),
				"Number": arrayOf(t, cycle[int32](shape[1], 7, -1, 7, 4, 0)),
			}
			err = loom.Create(t.Context(), path, map[string]loom.Matrix{"": m}, nil, attrs, nil, loom.StoreAs(dtype), loom.AllowNonFinite())
			if err != nil {
				t.Fatal(err)
			}
			paths = append(paths, path)
		}
	}
	return paths
}

func cycle[T any](n int, values ...T) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = values[i%len(values)]
	}
	return all
}
