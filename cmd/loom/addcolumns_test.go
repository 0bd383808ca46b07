package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom/internal/oracle"
)

// TestAddColumnsLikeLoompy adds columns with the command and with loompy, in
// all the ways that there are for attributes, and compares the files.
func TestAddColumnsLikeLoompy(t *testing.T) {
	matrix, counts := written(t, "1\t0\n0\t2.5\n0\t0\n"), written(t, "7\t0\n0\t9\n0\t0\n")
	attrs := written(t, "CellID\tAge\tXY[0]\tXY[1]\tNew\nx\t5\t1\t2\t0.5\ny\t6\t3\t4\t1.5\n")
	fewer := written(t, "CellID\tXY[0]\tXY[1]\nx\t1\t2\ny\t3\t4\n")
	const arrays = `layers = {"": np.array([[1, 0], [0, 2.5], [0, 0]], "f4"), "counts": np.array([[7, 0], [0, 9], [0, 0]], "u2")}; ` +
		`fewer = {"CellID": np.array(["x", "y"], object), "XY": np.array([[1, 2], [3, 4]], "f8")}; ` +
		`more = dict(fewer, Age=np.array([5, 6], "i1"), New=np.array([0.5, 1.5]))`
	s := oracle.Start(t)
	s.Must("import loompy, logging; logging.disable(logging.CRITICAL)")
	s.Must(arrays)
	var pairs []string
	for _, c := range []struct {
		flags  []string
		loompy string
		lost   string
	}{
		{[]string{"--attrs", attrs}, "more", "note: New of the new columns is ignored"},
		{[]string{"--attrs", attrs, "--fill", "auto"}, "more), fill_values=('auto'", ""},
		{[]string{"--attrs", attrs, "--fill", "New=7"}, "more), fill_values=({'New': 7.0}", ""},
		{[]string{"--attrs", fewer}, "fewer", "note: col_attrs/Age is deleted"},
		{[]string{"--attrs", fewer, "--fill", "Age=-1"}, "fewer), fill_values=({'Age': np.int8(-1)}", ""},
	} {
		path := makeFile(t)
		theirs := copied(t, path)
		args := append([]string{"add-columns", path, "-l", matrix, "-l", "counts=" + counts}, c.flags...)
		r := execute(args...)
		if r.code != exitFine || r.stdout != "add columns: float32, 3 x 6 (was float32, 3 x 4)\n" ||
			!strings.Contains(r.stderr, c.lost) || (c.lost == "") != (r.stderr == "") {
			t.Errorf("loom %q: %+v", args, r)
		}
		s.Must("ds = loompy.connect(%q)", theirs)
		s.Must("ds.add_columns(dict(layers), dict(%s)); ds.close()", c.loompy)
		if got := s.Must("answer = loompy.LoomValidator().validate(%q)", path); got != "True" {
			t.Errorf("loom %q: loompy says the file is not valid", args)
		}
		pairs = append(pairs, theirs, path)
	}
	wantSameFiles(t, pairs...)
}

// TestAddColumnsFromFolder adds columns that get has printed into a folder.
func TestAddColumnsFromFolder(t *testing.T) {
	path := makeFile(t)
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "layers"), 0o777); err != nil {
		t.Fatal(err)
	}
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("matrix.tsv", must(t, "get", path, "matrix", "--header"))
	zipped := compressed(t, must(t, "get", path, "layers/counts", "--header"))
	if err := os.Rename(zipped, filepath.Join(dir, "layers", "counts.tsv.gz")); err != nil {
		t.Fatal(err)
	}
	columns := [][]string{}
	for _, name := range []string{"Age", "CellID", "XY"} {
		columns = append(columns, strings.Split(must(t, "get", path, "col_attrs/"+name, "--header"), "\n"))
	}
	var table strings.Builder
	for i := range 5 {
		fmt.Fprintf(&table, "%s\t%s\t%s\n", columns[0][i], columns[1][i], columns[2][i])
	}
	put("col_attrs.tsv", table.String())

	matrix, xy := must(t, "get", path, "matrix"), must(t, "get", path, "col_attrs/XY")
	must(t, "add-columns", path, "--from", dir, "--header", "--keep-attrs")
	if got := must(t, "get", path, "matrix", "--cols", "4:"); got != matrix {
		t.Errorf("%q, want %q", got, matrix)
	}
	if got := must(t, "get", path, "matrix", "--cols", ":4"); got != matrix {
		t.Errorf("%q, want %q", got, matrix)
	}
	if got := must(t, "get", path, "col_attrs/XY"); got != xy+xy {
		t.Errorf("%q, want %q twice", got, xy)
	}
}

func TestAddColumnsJSON(t *testing.T) {
	path, text := makeFile(t), written(t, "1\n2\n3\n")
	r := execute("add-columns", path, "-l", text, "-l", "counts="+text, "--attrs", written(t, "CellID\tY\nx\t1\n"), "--json")
	want := fmt.Sprintf(`{"filename":%q,"dry_run":false,"changes":[{"action":"add","path":"columns","dtype":"float32","shape":[3,5],`+
		`"was":{"dtype":"float32","shape":[3,4]},"deleted":["Age","XY"],"ignored":["Y"]}]}`+"\n", path)
	if r.code != exitFine || r.stdout != want {
		t.Errorf("%+v, want %s", r, want)
	}
}

func TestAddColumnsRefused(t *testing.T) {
	path, text := makeFile(t), written(t, "1\n2\n3\n")
	add := func(args ...string) []string { return append([]string{"add-columns", path}, args...) }
	both := func(args ...string) []string {
		return add(append([]string{"-l", text, "-l", "counts=" + text}, args...)...)
	}
	table := func(text string, args ...string) []string {
		return both(append([]string{"--attrs", written(t, text)}, args...)...)
	}
	wantRefused(t, path, map[string]refused{
		"nothing":            {add(), "give --layer or --from"},
		"no layer":           {add("-l", text), `no --layer for the layer "counts"`},
		"unknown layer":      {both("-l", "x="+text), `no layer "x"`},
		"layer twice":        {both("-l", "matrix="+text), "main matrix is given twice"},
		"too few rows":       {add("-l", written(t, "1\n2\n"), "-l", "counts="+text), "values.tsv: 2 lines, expected 3 rows"},
		"other width":        {add("-l", text, "-l", "counts="+written(t, "1\t2\n3\t4\n5\t6\n")), "values.tsv:1: 2 fields, expected 1"},
		"does not fit":       {add("-l", text, "-l", "counts="+written(t, "1\n2\n-3\n")), `values.tsv:3: field 1: "-3" is not a whole number, expected uint16`},
		"not finite":         {add("-l", written(t, "1\n2\nnan\n"), "-l", "counts="+text), `values.tsv:3: field 1: "nan" is not finite`},
		"keep":               {both("--keep-attrs"), "would be deleted"},
		"no value":           {both("--fill", "Age=1"), "no value to fill in"},
		"fill of nothing":    {both("--fill", "age=1"), `did you mean "Age"?`},
		"fill of a word":     {both("--fill", "Age=x"), `--fill Age: "x" is not a whole number`},
		"fill what":          {both("--fill", "Age"), "want auto or NAME=VALUE"},
		"auto and more":      {both("--fill", "auto", "--fill", "Age=1"), "leave out the other"},
		"empty table":        {table(""), "no lines"},
		"no names":           {table("CellID\t\nx\ty\n"), "values.tsv:1: field 2: no name"},
		"name twice":         {table("Age\tAge\n1\t2\n"), `values.tsv:1: field 2: "Age" for the second time`},
		"out of order":       {table("XY[1]\tXY[0]\n1\t2\n"), `values.tsv:1: field 1: "XY[1]" does not follow`},
		"too many cells":     {table("CellID\nx\ny\n"), "values.tsv:3: more lines than the 1 new columns"},
		"too few cells":      {table("CellID\n"), "0 lines, expected 1"},
		"ragged":             {table("CellID\nx\ty\n"), "values.tsv:2: 2 fields, expected 1"},
		"cell does not fit":  {table("CellID\tAge\nx\t200\n"), `values.tsv:2: field 2: Age: "200" is out of range, expected int8`},
		"no folder":          {add("--from", "nowhere"), "nowhere"},
		"folder and layers":  {add("--from", ".", "-l", text), "leave out --layer"},
		"text of the matrix": {add("-l", "nowhere.tsv", "-l", "counts="+text), "nowhere.tsv"},
	})
}
