package table_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/table"
	"github.com/goloom/loom/demo"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// write makes a file of text and returns its path.
func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func zipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.String()
}

// contents are a file as tests compare it.
type contents struct {
	Type       string
	Matrix     [][]float64
	Rows, Cols map[string]any
}

func read(t testing.TB, path string) contents {
	t.Helper()
	ds, err := loom.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	m, err := loom.ReadAs[float64](context.Background(), ds.Matrix(), loom.All(), loom.All())
	if err != nil {
		t.Fatal(err)
	}
	c := contents{Type: ds.Matrix().Type().String(), Rows: values(t, ds.RowAttrs()), Cols: values(t, ds.ColAttrs())}
	rows, cols := m.Dims()
	for i := range rows {
		c.Matrix = append(c.Matrix, m.Raw()[i*cols:(i+1)*cols])
	}
	return c
}

func values(t testing.TB, attrs *loom.Attributes) map[string]any {
	t.Helper()
	all := map[string]any{}
	for a, err := range attrs.All() {
		if err != nil {
			t.Fatal(err)
		}
		all[a.Name] = a.Values.Data()
	}
	return all
}

type attrs = map[string]any

func TestImport(t *testing.T) {
	small := [][]float64{{0, 1, 2}, {3, 0, 0}}
	genes, cells := attrs{"Gene": []string{"A", "B"}}, attrs{"CellID": []string{"x", "y", "z"}}
	for name, c := range map[string]struct {
		file, text string
		o          table.ImportOptions
		want       contents
	}{
		"pandas":               {"t.tsv", "\tx\ty\tz\nA\t0\t1\t2\nB\t3\t0\t0\n", table.ImportOptions{}, contents{"int32", small, genes, cells}},
		"no line break at end": {"t.tsv", "\tx\ty\tz\nA\t0\t1\t2\nB\t3\t0\t0", table.ImportOptions{}, contents{"int32", small, genes, cells}},
		"Windows":              {"t.tsv", "\ufeffgene\tx\ty\tz\r\nA\t0\t1\t2\r\nB\t3\t0\t0\r\n\r\n", table.ImportOptions{}, contents{"int32", small, genes, cells}},
		"R":                    {"t.txt", "\"x\" \"y\" \"z\"\n\"A\" 0 1 2\n\"B\" 3 0 0\n", table.ImportOptions{}, contents{"int32", small, genes, cells}},
		"commas":               {"t.csv", "\"\",\"x\",\"y\",\"z\"\nA,0,1,2\nB,3,0,0\n", table.ImportOptions{}, contents{"int32", small, genes, cells}},
		"semicolons":           {"t.csv", ";x;y;z\nA;0;1;2\nB;3;0;0\n", table.ImportOptions{}, contents{"int32", small, genes, cells}},
		"compressed":           {"t.tsv", zipped("\tx\ty\tz\nA\t0\t1\t2\nB\t3\t0\t0\n"), table.ImportOptions{}, contents{"int32", small, genes, cells}},
		"transposed": {"t.tsv", "\tA\tB\nx\t0\t3\ny\t1\t0\nz\t2\t0\n", table.ImportOptions{Transposed: true},
			contents{"int32", small, genes, cells}},
		"numbers alone":   {"t.csv", "0,1,2\n3,0,0\n", table.ImportOptions{}, contents{"int32", small, attrs{}, attrs{}}},
		"labels, no head": {"t.csv", "A,0,1,2\nB,3,0,0\n", table.ImportOptions{}, contents{"int32", small, genes, attrs{}}},
		"numbers as names": {"t.csv", "gene,1,2,3\n7157,0,1,2\n672,3,0,0\n", table.ImportOptions{},
			contents{"int32", small, attrs{"Gene": []string{"7157", "672"}}, attrs{"CellID": []string{"1", "2", "3"}}}},
		"two labels": {"t.tsv", "accession\tname\tx\ty\tz\nE1\tA\t0\t1\t2\nE2\tB\t3\t0\t0\n", table.ImportOptions{},
			contents{"int32", small, attrs{"Accession": []string{"E1", "E2"}, "name": []string{"A", "B"}}, cells}},
		"labels by number": {"t.tsv", "Gene\tLength\tx\ty\tz\nA\t7\t0\t1\t2\nB\t9\t3\t0\t0\n", table.ImportOptions{LabelCount: 2},
			contents{"int32", small, attrs{"Gene": genes["Gene"], "Length": []int64{7, 9}}, cells}},
		"lines to skip": {"t.tsv", "# made by a program\n\tx\ty\tz\nA\t0\t1\t2\nB\t3\t0\t0\n", table.ImportOptions{Skip: 1},
			contents{"int32", small, genes, cells}},
		"other names": {"t.tsv", "\tx\ty\tz\nA\t0\t1\t2\nB\t3\t0\t0\n", table.ImportOptions{RowNames: "Accession", ColNames: "Cell", SampleID: "s1"},
			contents{"int32", small, attrs{"Accession": []string{"A", "B"}}, attrs{"Cell": []string{"s1:x", "s1:y", "s1:z"}}}},
		"quotes": {"t.csv", ",\"x, 1\",\"y \"\"2\"\"\",\"z\n3\"\nA,0,1,2\nB,3,0,0\n", table.ImportOptions{},
			contents{"int32", small, genes, attrs{"CellID": []string{"x, 1", `y "2"`, "z\n3"}}}},
		"a quotation mark": {"t.tsv", "\tx\ty\tz\n5\"A\t0\t1\t2\nB\"\t3\t0\t0\n", table.ImportOptions{},
			contents{"int32", small, attrs{"Gene": []string{`5"A`, `B"`}}, cells}},
		"large":   {"t.tsv", "a\t3000000000\nb\t1\n", table.ImportOptions{}, contents{"int64", [][]float64{{3e9}, {1}}, genes2("a", "b"), attrs{}}},
		"singles": {"t.tsv", "a\t0.1\nb\t2.0\n", table.ImportOptions{}, contents{"float32", [][]float64{{float64(float32(0.1))}, {2}}, genes2("a", "b"), attrs{}}},
		"doubles": {"t.tsv", "a\t0.12345678901\nb\t1e300\n", table.ImportOptions{}, contents{"float64", [][]float64{{0.12345678901}, {1e300}}, genes2("a", "b"), attrs{}}},
		"whole and not, beyond float32": {"t.tsv", "a\t0.5\nb\t16777217\n", table.ImportOptions{},
			contents{"float64", [][]float64{{0.5}, {16777217}}, genes2("a", "b"), attrs{}}},
		"a type": {"t.tsv", "a\t1.0\nb\t255\n", table.ImportOptions{Type: "uint8"}, contents{"uint8", [][]float64{{1}, {255}}, genes2("a", "b"), attrs{}}},
		"the largest": {"t.tsv", "a\t18446744073709551615\nb\t-0\n", table.ImportOptions{Type: "uint64"},
			contents{"uint64", [][]float64{{math.MaxUint64}, {0}}, genes2("a", "b"), attrs{}}},
		"the smallest": {"t.tsv", "a\t-128\nb\t127\n", table.ImportOptions{Type: "int8"}, contents{"int8", [][]float64{{-128}, {127}}, genes2("a", "b"), attrs{}}},
		"not finite": {"t.tsv", "a\tinf\nb\t-Inf\n", table.ImportOptions{Type: "float32", Labels: table.Present, LabelCount: 1, AllowNonFinite: true},
			contents{"float32", [][]float64{{math.Inf(1)}, {math.Inf(-1)}}, genes2("a", "b"), attrs{}}},
		"annotated": {"t.tab", "\t\tCellID\tx\ty\t\n\t\tAge\t3\t04\t\nGene\tLength\t\t\t\t\nA\t10\t\t0.0\t1.5\t\nB\t20\t\t3.0\t0.0\t\n", table.ImportOptions{},
			contents{"float32", [][]float64{{0, 1.5}, {3, 0}}, attrs{"Gene": []string{"A", "B"}, "Length": []int64{10, 20}},
				attrs{"CellID": []string{"x", "y"}, "Age": []string{"3", "04"}}}},
		"annotated, no row attributes": {"t.tab", "CellID\tx\ty\t\n\t\t\t\n\t0\t1\t\n", table.ImportOptions{},
			contents{"int32", [][]float64{{0, 1}}, attrs{}, attrs{"CellID": []string{"x", "y"}}}},
		"annotated, no column attributes": {"t.tab", "Gene\t\t\t\t\nA\t\t0\t1\t\n", table.ImportOptions{},
			contents{"int32", [][]float64{{0, 1}}, attrs{"Gene": []string{"A"}}, attrs{}}},
		"annotated, lists": {"t.tab", "\tXY\t[1. 2.5]\t[-1.   0. ]\t\n\tC\t[1 2]\t[3 4]\t\nGene\t\t\t\t\nA\t\t0\t1\t\n", table.ImportOptions{},
			contents{"int32", [][]float64{{0, 1}}, attrs{"Gene": []string{"A"}}, attrs{"XY": []float64{1, 2.5, -1, 0}, "C": []int64{1, 2, 3, 4}}}},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.loom")
			made, err := table.Import(context.Background(), write(t, c.file, c.text), out, c.o)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, read(t, out)); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if made.Rows != len(c.want.Matrix) || made.Cols != len(c.want.Matrix[0]) || made.Type != c.want.Type {
				t.Errorf("reported as %+v", made)
			}
		})
	}
}

func genes2(names ...string) attrs { return attrs{"Gene": names} }

func TestMetadata(t *testing.T) {
	const matrix = "\tx\ty\tz\nA\t0\t1\t2\nB\t3\t0\t0\n"
	for name, c := range map[string]struct {
		matrix, metadata string
		prefix           string
		want             attrs
		notes            int
	}{
		"in order": {matrix, "CellID\tAge\tSex\tOK\nx\t1\tF\tTrue\ny\t2.5\tM\tFalse\nz\t3\t\tTrue\n", "",
			attrs{"CellID": []string{"x", "y", "z"}, "Age": []float64{1, 2.5, 3}, "Sex": []string{"F", "M", ""}, "OK": []uint8{1, 0, 1}}, 0},
		"in another order, and others": {matrix, "cell,Age\nz,3\nw,9\nx,1\ny,2\n", "",
			attrs{"CellID": []string{"x", "y", "z"}, "cell": []string{"x", "y", "z"}, "Age": []int64{1, 2, 3}}, 1},
		"key without a name": {matrix, "Age\tN\nx\t007\t\nz\t3\t1\ny\t2\tNA\n", "",
			attrs{"CellID": []string{"x", "y", "z"}, "Age": []string{"007", "2", "3"}, "N": []float64{math.NaN(), math.NaN(), 1}}, 0},
		"prefixed": {matrix, "CellID\tAge\ns:x\t1\ns:y\t2\ns:z\t3\n", "s",
			attrs{"CellID": []string{"s:x", "s:y", "s:z"}, "Age": []int64{1, 2, 3}}, 0},
		"by position": {"0,1,2\n3,0,0\n", "CellID\tAge\n1\t4\n2\t5\n3\t6\n", "s",
			attrs{"CellID": []string{"s:1", "s:2", "s:3"}, "Age": []int64{4, 5, 6}}, 0},
		"names alone": {"0,1,2\n3,0,0\n", "CellID\nx\ny\nz\n", "", attrs{"CellID": []string{"x", "y", "z"}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out.loom")
			made, err := table.Import(context.Background(), write(t, "t.txt", c.matrix), out, table.ImportOptions{
				ColMetadata: write(t, "cells.tsv", c.metadata), SampleID: c.prefix,
			})
			if err != nil {
				t.Fatal(err)
			}
			nan := cmp.Comparer(func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) })
			if diff := cmp.Diff(c.want, read(t, out).Cols, nan); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if len(made.Notes) != c.notes {
				t.Errorf("notes %q, want %d", made.Notes, c.notes)
			}
		})
	}
}

// TestMalformed holds what is said of damaged tables. Each is refused in one line that
// names the file and the line, and leaves nothing behind.
func TestMalformed(t *testing.T) {
	const good = "\tx\ty\nA\t0\t1\nB\t2\t3\n"
	const annotated = "\tCellID\tx\ty\t\nGene\t\t\t\t\nA\t\t0\t1\t\n"
	long := strings.Repeat("A\t0\t1\n", 20_000)
	for name, c := range map[string]struct {
		file, text string
		o          table.ImportOptions
		want       string // after the name of the file
	}{
		"empty":                       {"t.tsv", "", table.ImportOptions{}, ":1: bad table: the file is empty"},
		"empty, compressed":           {"t.tsv.gz", zipped(""), table.ImportOptions{}, ":1: bad table: the file is empty"},
		"only line breaks":            {"t.tsv", "\n\n\n", table.ImportOptions{}, ":3: bad table: the file is empty"},
		"one field":                   {"t.tsv", "what\nis\nthis\n", table.ImportOptions{}, ":1: bad table: one field without a tab"},
		"header alone":                {"t.tsv", "gene\tx\ty\n", table.ImportOptions{}, ":1: bad table: a header and no line after it"},
		"a field too few":             {"t.tsv", good + "C\t1\n", table.ImportOptions{}, ":4: bad table: 2 fields, want 3"},
		"a field too many":            {"t.tsv", "\tx\ty\nA\t0\t1\nB\t2\t3\t4\n", table.ImportOptions{}, ":3: bad table: 4 fields, want 3"},
		"header too long":             {"t.tsv", "\tx\ty\tz\nA\t0\t1\n", table.ImportOptions{}, ":2: bad table: 3 fields after a header of 4"},
		"header too short":            {"t.tsv", "x\ty\nA\t0\t1\t2\t3\n", table.ImportOptions{Header: table.Present}, ":2: bad table: 5 fields after a header of 2"},
		"no number":                   {"t.tsv", good + "C\t1\tmany\n", table.ImportOptions{}, `:4: bad table: field 3: "many" is not a number`},
		"no number in the first line": {"t.tsv", "\tx\ty\nA\t0\tmany\n", table.ImportOptions{}, `:2: bad table: field 3: "many" is not a number`},
		"no number, like a label":     {"t.tsv", "\tx\ty\nA\tmany\t1\nB\t2\t1\n", table.ImportOptions{}, `:3: bad table: field 2: "2" is a number where line 2 has none`},
		"nothing but labels":          {"t.tsv", "gene\tx\nA\tB\nC\tD\n", table.ImportOptions{}, `:2: bad table: field 2: "B" is not a number`},
		"a missing number":            {"t.tsv", good + "C\t1\t\n", table.ImportOptions{}, `:4: bad table: field 3: "" is not a number`},
		"NA":                          {"t.tsv", good + "C\t1\tNA\n", table.ImportOptions{}, `:4: bad table: field 3: "NA" is not a number`},
		"NaN":                         {"t.tsv", good + "C\t1\tNaN\n", table.ImportOptions{}, `:4: bad table: field 3: "NaN" is not finite`},
		"decimal comma":               {"t.tsv", good + "C\t1\t1,5\n", table.ImportOptions{}, `:4: bad table: field 3: "1,5" is not a number`},
		"hexadecimal":                 {"t.tsv", good + "C\t1\t0x10\n", table.ImportOptions{}, `:4: bad table: field 3: "0x10" is not a number`},
		"two points":                  {"t.tsv", good + "C\t1\t1.2.3\n", table.ImportOptions{}, `:4: bad table: field 3: "1.2.3" is not a number`},
		"too large a number":          {"t.tsv", good + "C\t1\t1e999\n", table.ImportOptions{}, `:4: bad table: field 3: "1e999" is out of range`},
		"beyond int64":                {"t.tsv", good + "C\t1\t9223372036854775808\n", table.ImportOptions{}, `:4: bad table: field 3: "9223372036854775808" is too large for int64`},
		"beyond the type":             {"t.tsv", good + "C\t1\t256\n", table.ImportOptions{Type: "uint8"}, `:4: bad table: field 3: "256" is out of range`},
		"below the type":              {"t.tsv", good + "C\t1\t-1\n", table.ImportOptions{Type: "uint64"}, `:4: bad table: field 3: "-1" is out of range`},
		"a fraction":                  {"t.tsv", good + "C\t1\t1.5\n", table.ImportOptions{Type: "int32"}, `:4: bad table: field 3: "1.5" is not a whole number`},
		"infinite as float32":         {"t.tsv", good + "C\t1\t1e39\n", table.ImportOptions{Type: "float32"}, `:4: bad table: field 3: "1e39" is out of range`},
		"one name twice":              {"t.tsv", "\tx\tx\nA\t0\t1\n", table.ImportOptions{}, `:1: bad table: fields 2 and 3 are both "x"`},
		"one cell twice, transposed":  {"t.tsv", "\tA\tB\nx\t0\t1\ny\t1\t1\nx\t2\t3\n", table.ImportOptions{Transposed: true}, `:4: bad table: "x" is the name of line 2 already`},
		"no UTF-8":                    {"t.tsv", good + "\xff\xfe\t1\t2\n", table.ImportOptions{}, ":4: bad table: \"\\xff\\xfe\" is not UTF-8"},
		"UTF-16":                      {"t.tsv", "\xff\xfe\t\x00x\x00", table.ImportOptions{}, ":1: bad table: text in UTF-16"},
		"zero bytes":                  {"t.tsv", good + "a\x00\t1\t2\n", table.ImportOptions{}, ":4: bad table: \"a\\x00\" has a zero byte"},
		"cut off":                     {"t.tsv.gz", zipped("\tx\ty\n" + long)[:200], table.ImportOptions{}, "bad table: the compressed text is cut off"},
		"cut off at once":             {"t.tsv.gz", zipped(good)[:5], table.ImportOptions{}, ":1: bad table: the compressed text is cut off"},
		"wrong checksum":              {"t.tsv.gz", damaged(zipped(good)), table.ImportOptions{}, "bad table: gzip: invalid checksum"},
		"an open quote":               {"t.csv", ",x,y\n\"A,0,1\nB,2,3\n", table.ImportOptions{}, ":2: bad table: a quotation mark is opened here and not closed"},
		"too few lines to skip":       {"t.tsv", good, table.ImportOptions{Skip: 9}, ":3: bad table: the end of the file among the lines to skip"},
		"annotated, short":            {"t.tab", annotated + "B\t\t0\t\n", table.ImportOptions{}, ":4: bad table: 4 fields, want 5"},
		"annotated, no gap":           {"t.tab", annotated + "B\tC\t0\t1\t\n", table.ImportOptions{}, `:4: bad table: field 2: "C", want nothing between`},
		"annotated, no end":           {"t.tab", annotated + "B\t\t0\t1\t2\n", table.ImportOptions{}, ":4: bad table: no tab at the end of the line"},
		"annotated, twice":            {"t.tab", "\tX\t1\t2\t\n\tX\t1\t2\t\nGene\t\t\t\t\nA\t\t0\t1\t\n", table.ImportOptions{}, `:2: bad table: the column attribute "X" is there twice, first in line 1`},
		"annotated, no rows":          {"t.tab", "\tCellID\tx\ty\t\nGene\t\t\t\t\n", table.ImportOptions{}, ":1: bad table: no line with elements"},
		"no such type":                {"t.tsv", good, table.ImportOptions{Type: "int128"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := write(t, c.file, c.text)
			refused(t, path, c.o, c.want, path)
		})
	}
}

func damaged(packed string) string {
	b := []byte(packed)
	b[len(b)-6] ^= 0xff
	return string(b)
}

// refused imports a table and wants an error that has a text after the name of a
// file.
func refused(t *testing.T, path string, o table.ImportOptions, want, about string) {
	t.Helper()
	dir := t.TempDir()
	_, err := table.Import(context.Background(), path, filepath.Join(dir, "out.loom"), o)
	if err == nil {
		t.Fatal("no error")
	}
	text := err.Error()
	if want != "" && (!strings.HasPrefix(text, about) || !strings.Contains(text, want) || !errors.Is(err, table.ErrTable)) || strings.Contains(text, "\n") {
		t.Errorf("%q, want %q", text, about+want)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestMalformedMetadata(t *testing.T) {
	const good = "\tx\ty\nA\t0\t1\nB\t2\t3\n"
	for name, c := range map[string]struct{ matrix, metadata, want string }{
		"empty":               {good, "", ":1: bad table: the file is empty"},
		"header alone":        {good, "CellID\tAge\n", ":1: bad table: a header and no line"},
		"a field too few":     {good, "CellID\tAge\nx\t1\ny\n", ":3: bad table: 1 field, want 2"},
		"header too short":    {good, "CellID\nx\t1\t2\n", ":2: bad table: 3 fields after a header of 1"},
		"a missing cell":      {good, "CellID\tAge\nx\t1\nw\t2\n", `: bad table: no line for "y"`},
		"a cell twice":        {good, "CellID\tAge\nx\t1\ny\t2\nx\t3\n", `:4: bad table: "x" is in line 2 already`},
		"a name twice":        {good, "CellID\tAge\tAge\nx\t1\t1\ny\t2\t2\n", `bad table: fields 2 and 3 of the header are both "Age"`},
		"no name":             {good, "CellID\t\nx\t1\ny\t2\n", `bad table: "" is no name for an attribute`},
		"a name with a slash": {good, "CellID\ta/b\nx\t1\ny\t2\n", `bad table: "a/b" is no name for an attribute`},
		"too few lines":       {"0,1\n2,3\n", "CellID\tAge\nx\t1\n", ": bad table: 1 line after the header, want one for each of the 2 columns"},
		"too many lines":      {"0,1\n2,3\n", "CellID\tAge\nx\t1\ny\t2\nz\t3\n", ": bad table: 3 lines after the header, want one for each of the 2 columns"},
	} {
		t.Run(name, func(t *testing.T) {
			metadata := write(t, "cells.tsv", c.metadata)
			refused(t, write(t, "t.txt", c.matrix), table.ImportOptions{ColMetadata: metadata}, c.want, metadata)
		})
	}
	path := filepath.Join(t.TempDir(), "missing.tsv")
	refused(t, write(t, "t.txt", good), table.ImportOptions{RowMetadata: path}, "", path)
}

// TestAnnotatedRoundTrip exports files and imports the text again.
func TestAnnotatedRoundTrip(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	made := filepath.Join(dir, "demo.loom")
	if _, err := demo.Write(ctx, made, demo.Options{Cells: 130, Genes: 70, UMIs: 300}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"../../testdata/mouse_cortex_tiny.loom", made} {
		ds, err := loom.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer ds.Close()
		text, back := filepath.Join(dir, "t.tab"), filepath.Join(dir, "back.loom")
		if err := ds.Export(ctx, text); err != nil {
			t.Fatal(err)
		}
		result, err := table.Import(ctx, text, back, table.ImportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if !result.Annotated {
			t.Errorf("%s: not seen to be annotated", path)
		}
		want, got := read(t, path), read(t, back)
		if diff := cmp.Diff(want.Matrix, got.Matrix); diff != "" || want.Type != got.Type {
			t.Errorf("%s: %s became %s\n%s", path, want.Type, got.Type, diff)
		}
		for _, axis := range []struct{ want, got attrs }{{want.Rows, got.Rows}, {want.Cols, got.Cols}} {
			if len(axis.want) != len(axis.got) {
				t.Errorf("%s: %d attributes, want %d", path, len(axis.got), len(axis.want))
			}
			for name, values := range axis.want {
				if w, g := flat(values), flat(axis.got[name]); !slices.EqualFunc(w, g, near) {
					t.Errorf("%s: attribute %s: %v, want %v", path, name, g, w)
				}
			}
		}
	}
}

// flat returns values as strings or float64s.
func flat(values any) []any {
	var all []any
	switch v := values.(type) {
	case []string:
		for _, s := range v {
			all = append(all, s)
		}
	case []int64:
		for _, n := range v {
			all = append(all, float64(n))
		}
	case []uint8:
		for _, n := range v {
			all = append(all, float64(n))
		}
	case []float32:
		for _, f := range v {
			all = append(all, float64(f))
		}
	case []float64:
		for _, f := range v {
			all = append(all, f)
		}
	}
	return all
}

// near reports whether values are the same but for the eighth digit after the point, the
// last that numpy writes in lists.
func near(a, b any) bool {
	x, ok := a.(float64)
	y, also := b.(float64)
	if ok && also {
		return math.Abs(x-y) <= 1e-7*max(1, math.Abs(x))
	}
	return a == b
}

// TestRandomTables writes matrices in several ways and imports them.
func TestRandomTables(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(r *rapid.T) {
		rows, cols := rapid.SampledFrom([]int{1, 2, 63, 64, 65}).Draw(r, "rows"), rapid.SampledFrom([]int{2, 3, 63, 64, 65}).Draw(r, "cols")
		number := rapid.SampledFrom([]*rapid.Generator[float64]{
			rapid.Map(rapid.IntRange(-3, 3), func(i int) float64 { return float64(i) }),
			rapid.Map(rapid.Int32(), func(i int32) float64 { return float64(i) }),
			rapid.Map(rapid.Float32Range(-1e6, 1e6), func(f float32) float64 { return float64(f) }),
			rapid.Float64Range(-1e300, 1e300),
		}).Draw(r, "kind")
		delimiter := rapid.SampledFrom([]string{"\t", ",", ";", " "}).Draw(r, "delimiter")
		quote := rapid.SampledFrom([]string{"", `"`}).Draw(r, "quote")
		transposed := rapid.Bool().Draw(r, "transposed")
		var want [][]float64
		var b strings.Builder
		for j := range cols {
			fmt.Fprintf(&b, "%s%sc%d%s", delimiter, quote, j, quote)
		}
		b.WriteByte('\n')
		values := rapid.SliceOfN(number, 16, 16).Draw(r, "values")
		for i := range rows {
			var row []float64
			fmt.Fprintf(&b, "%sr%d%s", quote, i, quote)
			for j := range cols {
				v := values[(i*7+j*3)%16]
				row = append(row, v)
				fmt.Fprintf(&b, "%s%v", delimiter, v)
			}
			b.WriteByte('\n')
			want = append(want, row)
		}
		if transposed {
			want = flipped(want)
		}
		path, out := filepath.Join(dir, "t.txt"), filepath.Join(dir, "out.loom")
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			r.Fatal(err)
		}
		if _, err := table.Import(context.Background(), path, out, table.ImportOptions{Transposed: transposed}); err != nil {
			r.Fatal(err)
		}
		got := read(t, out)
		for i := range want {
			for j := range want[i] {
				w := want[i][j]
				if got.Type == "float32" {
					w = float64(float32(w))
				}
				if got.Matrix[i][j] != w {
					r.Fatalf("%s element %d,%d is %v, want %v", got.Type, i, j, got.Matrix[i][j], w)
				}
			}
		}
	})
}

func flipped(m [][]float64) [][]float64 {
	out := make([][]float64, len(m[0]))
	for j := range out {
		for i := range m {
			out[j] = append(out[j], m[i][j])
		}
	}
	return out
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	dir := t.TempDir()
	_, err := table.Import(ctx, write(t, "t.tsv", "\tx\ty\nA\t0\t1\n"), filepath.Join(dir, "out.loom"), table.ImportOptions{})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want %v", err, context.Canceled)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
