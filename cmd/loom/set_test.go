package main

import (
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom/internal/oracle"
)

// TestSetTakesWhatGetPrints sets every part of files of every dialect to what get
// prints of it. Nothing changes.
func TestSetTakesWhatGetPrints(t *testing.T) {
	made := makeFile(t)
	pairs := []string{}
	for _, file := range []string{made, sample(dialects[0]), sample(dialects[1]), sample(dialects[2])} {
		path := copied(t, file)
		for _, p := range partsOf(t, path) {
			setAgain(t, path, p)
		}
		if file == made || file == sample(dialects[0]) { // the others are stored in older ways at first
			pairs = append(pairs, file, path)
		}
	}
	wantSameFiles(t, pairs...)
}

// setAgain sets a part to what get prints of it, by way of a file, of a compressed one or of
// standard input.
func setAgain(t *testing.T, path, p string) {
	t.Helper()
	text, headed := must(t, "get", path, p), must(t, "get", path, p, "--header")
	for _, args := range [][]string{{"-"}, {compressed(t, headed), "--header"}} {
		r := executeWith(text, append([]string{"set", path, p, "--allow-non-finite", "--from"}, args...)...)
		if r.code != exitFine || r.stderr != "" {
			t.Errorf("%s: %+v", p, r)
		}
		if again := must(t, "get", path, p); again != text {
			t.Errorf("%s from %s: %q, want %q", p, args[0], again, text)
		}
	}
}

func compressed(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "values.tsv.gz")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zip := gzip.NewWriter(file)
	if _, err := zip.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSetGenerated sets the parts of generated files, of all types, layouts and
// superblocks, to what get prints.
func TestSetGenerated(t *testing.T) {
	var pairs []string
	for _, file := range oracle.GeneratedFiles(t, "spec*.loom") {
		if info, err := os.Stat(file); err != nil || info.Size() > 200_000 {
			continue
		}
		path, n := copied(t, file), 0
		for _, p := range partsOf(t, path) {
			if n++; n > 12 {
				break // hundreds of attributes alike
			}
			get := execute("get", path, p)
			if get.code != exitFine || p == "matrix" && strings.Contains(file, "_no") {
				continue // damaged on purpose; empty
			}
			r := executeWith(get.stdout, "set", path, p, "--from", "-", "--allow-non-finite")
			if r.code != exitFine {
				t.Errorf("%s: %s: %+v", filepath.Base(file), p, r)
				continue
			}
			// Booleans become numbers.
			numbers := strings.NewReplacer("true", "1", "false", "0").Replace(get.stdout)
			if again := execute("get", path, p).stdout; again != get.stdout && again != numbers {
				t.Errorf("%s: %s: %.200q, want %.200q", filepath.Base(file), p, again, get.stdout)
			}
		}
		if r := execute("check", path); r.code != exitFine {
			t.Errorf("%s: %+v", filepath.Base(file), r)
		}
		pairs = append(pairs, path)
	}
	s := oracle.Start(t)
	for _, path := range pairs {
		if _, err := s.Try("h5py.File(%q, 'r').visititems(lambda n, o: [o[()], None][1] if isinstance(o, h5py.Dataset) else None)", path); err != nil {
			t.Errorf("h5py cannot read %s: %v", path, err)
		}
	}
}

// TestSetNew makes parts of every kind: h5py finds what is meant, and loompy a
// valid file.
func TestSetNew(t *testing.T) {
	type set struct {
		path, text string
		flags      []string
		values     string // as h5py reads them
	}
	s := oracle.Start(t)
	s.Must("import loompy, logging; logging.disable(logging.CRITICAL)")
	s.Must("read = lambda f, p: (lambda v: (v.dtype.kind + str(v.dtype.itemsize) if v.dtype.kind not in 'OS' else 'str', np.vectorize(lambda x: x.decode() if isinstance(x, bytes) else x, otypes=[object])(v).tolist()))(np.asarray(h5py.File(f, 'r')[p][()]))")
	path := makeFile(t)
	for _, c := range []set{
		{"row_attrs/I", "1\n-2\n3\n", nil, "('i8', [1, -2, 3])"},
		{"row_attrs/F", "1\n-2.5\nnan\n", nil, "('f8', [1.0, -2.5, nan])"},
		{"row_attrs/S", "1\n-2.5\nx\\ty\n", nil, `('str', ['1', '-2.5', 'x\ty'])`},
		{"row_attrs/W", "\ufeff1\r\n2\r\n3\r\n", nil, "('i8', [1, 2, 3])"},
		{"row_attrs/Last", "1\n2\n3", nil, "('i8', [1, 2, 3])"},
		{"row_attrs/B", "true\nfalse\ntrue\n", nil, "('u1', [1, 0, 1])"},
		{"row_attrs/T", "1\n2\n3\n", []string{"--dtype", "string"}, "('str', ['1', '2', '3'])"},
		{"row_attrs/H", "1.5\n65504\n-inf\n", []string{"--dtype", "float16"}, "('f2', [1.5, 65504.0, -inf])"},
		{"row_attrs/U", "0\n1\n18446744073709551615\n", []string{"--dtype", "uint64"}, "('u8', [0, 1, 18446744073709551615])"},
		{"row_attrs/Two", "1\t2\n3\t4\n5\t6\n", []string{"--dtype", "int16"}, "('i2', [[1, 2], [3, 4], [5, 6]])"},
		{"row_attrs/Empty", "\n\n\n", nil, "('str', ['', '', ''])"},
		{"col_attrs/Age", "1\n2\n3\n127\n", nil, "('i1', [1, 2, 3, 127])"},
		{"attrs/one", "0.5\n", nil, "('f8', 0.5)"},
		{"attrs/many", "a\nb\n", nil, "('str', ['a', 'b'])"},
		{"layers/new", "1\t2\t3\t4\n0\t0\t0\t0\n9\t0\t0\t-1\n", nil, "('i8', [[1, 2, 3, 4], [0, 0, 0, 0], [9, 0, 0, -1]])"},
		{"layers/part", "1\t2\t3\t0.5\n0\t0\t0\t0\n9\t0\t0\t-1\n", nil, "('f8', [[1.0, 2.0, 3.0, 0.5], [0.0, 0.0, 0.0, 0.0], [9.0, 0.0, 0.0, -1.0]])"},
		{"layers/small", "1\t2\t3\t0.5\n0\t0\t0\t0\n9\t0\t0\t-1\n", []string{"--dtype", "float16"}, "('f2', [[1.0, 2.0, 3.0, 0.5], [0.0, 0.0, 0.0, 0.0], [9.0, 0.0, 0.0, -1.0]])"},
		{"layers/holes", "nan\t0\t0\t0\n0\tinf\t0\t0\n0\t0\t0\t0\n", []string{"--allow-non-finite"}, "('f8', [[nan, 0.0, 0.0, 0.0], [0.0, inf, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])"},
		{"matrix", "1\t2\t3\t0.5\n0\t0\t0\t0\n9\t0\t0\t-1\n", nil, "('f4', [[1.0, 2.0, 3.0, 0.5], [0.0, 0.0, 0.0, 0.0], [9.0, 0.0, 0.0, -1.0]])"},
		{"layers/counts", "1\t2\t3\t5\n0\t0\t0\t0\n9\t0\t0\t65535\n", nil, "('u2', [[1, 2, 3, 5], [0, 0, 0, 0], [9, 0, 0, 65535]])"},
	} {
		r := executeWith(c.text, append([]string{"set", path, c.path, "--from", "-"}, c.flags...)...)
		if r.code != exitFine || r.stderr != "" {
			t.Errorf("%s: %+v", c.path, r)
			continue
		}
		if got := s.Must("answer = read(%q, %q)", path, c.path); got != c.values {
			t.Errorf("%s: %s, want %s", c.path, got, c.values)
		}
	}
	for _, c := range []set{
		{"row_attrs/V", "3", nil, "('i8', [3, 3, 3])"},
		{"col_attrs/Age", "-7", nil, "('i1', [-7, -7, -7, -7])"},
		{"col_attrs/CellID", "x", nil, "('str', ['x', 'x', 'x', 'x'])"},
		{"attrs/title", "3", nil, "('str', '3')"},
		{"attrs/yes", "true", nil, "('u1', 1)"},
		{"layers/zero", "0", []string{"--dtype", "int8"}, "('i1', [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])"},
		{"layers/third", "0.25", []string{"--dtype", "float32"}, "('f4', [[0.25, 0.25, 0.25, 0.25], [0.25, 0.25, 0.25, 0.25], [0.25, 0.25, 0.25, 0.25]])"},
	} {
		must(t, append([]string{"set", path, c.path, "--value", c.text}, c.flags...)...)
		if got := s.Must("answer = read(%q, %q)", path, c.path); got != c.values {
			t.Errorf("%s: %s, want %s", c.path, got, c.values)
		}
	}
	executeWith("0\t2\t1.5\n1\t1\t-1\n", "set", path, "row_graphs/near", "--from", "-")
	if got, want := s.Must("answer = [read(%q, 'row_graphs/near/' + v) for v in 'abw']", path),
		"[('i4', [0, 1]), ('i4', [2, 1]), ('f8', [1.5, -1.0])]"; got != want {
		t.Errorf("graph: %s, want %s", got, want)
	}
	if got := s.Must("answer = loompy.LoomValidator().validate(%q)", path); got != "True" {
		t.Errorf("loompy says the file is not valid")
	}
}

func TestSetRefused(t *testing.T) {
	path := makeFile(t)
	from := func(p, text string, flags ...string) []string {
		return append([]string{"set", path, p, "--from", written(t, text)}, flags...)
	}
	value := func(p, text string, flags ...string) []string {
		return append([]string{"set", path, p, "--value", text}, flags...)
	}
	wantRefused(t, path, map[string]refused{
		"too few lines":        {from("row_attrs/N", "1\n2\n"), "values.tsv: 2 lines, expected 3"},
		"too many lines":       {from("row_attrs/N", "1\n2\n3\n4\n"), "values.tsv:4: more lines than the 3 rows"},
		"no lines":             {from("col_attrs/N", ""), "values.tsv: 0 lines, expected 4"},
		"ragged":               {from("row_attrs/N", "1\t2\n3\n5\t6\n"), "values.tsv:2: 1 field, expected 2"},
		"not a number":         {from("col_attrs/Age", "1\n2\nx\n4\n"), `values.tsv:3: "x" is not a whole number, expected int8`},
		"does not fit":         {from("col_attrs/Age", "1\n2\n3\n128\n"), `values.tsv:4: "128" is out of range, expected int8`},
		"fraction":             {from("col_attrs/Age", "1\n2.5\n3\n4\n"), `values.tsv:2: "2.5" is not a whole number`},
		"second field":         {from("col_attrs/XY", "1\t2\n3\tx\n5\t6\n7\t8\n"), `values.tsv:2: field 2: "x" is not a number, expected float64`},
		"after a header":       {from("col_attrs/Age", "Age\n1\nx\n3\n4\n", "--header"), `values.tsv:3: "x"`},
		"not a bool":           {from("row_attrs/N", "true\nno\ntrue\n", "--dtype", "bool"), `values.tsv:2: "no" is neither true nor false`},
		"too large a half":     {from("row_attrs/N", "1\n2\n70000\n", "--dtype", "float16"), `values.tsv:3: "70000" is out of range`},
		"zero byte":            {from("row_attrs/N", "a\nb\x00\nc\n"), "zero byte"},
		"unknown type":         {from("row_attrs/N", "1\n2\n3\n", "--dtype", "int"), `no type "int" here`},
		"layer of strings":     {from("layers/N", "1\n", "--dtype", "string"), `no type "string" here`},
		"matrix too narrow":    {from("matrix", "1\t2\t3\t4\n1\t2\t3\n1\t2\t3\t4\n"), "values.tsv:2: 3 fields, expected 4"},
		"matrix too low":       {from("matrix", "1\t2\t3\t4\n"), "values.tsv: 1 line, expected 3 rows of 4 columns"},
		"matrix too high":      {from("matrix", strings.Repeat("1\t2\t3\t4\n", 4)), "values.tsv:4: more lines than the 3 rows"},
		"matrix of words":      {from("matrix", "1\t2\t3\t4\n1\tx\t3\t4\n1\t2\t3\t4\n"), `values.tsv:2: field 2: "x" is not a number`},
		"new matrix of words":  {from("layers/new", "1\t2\t3\t4\n1\t2\t3\tx\n1\t2\t3\t4\n"), `values.tsv:2: field 4: "x" is not a number`},
		"count that overflows": {from("layers/counts", "1\t2\t3\t4\n1\t2\t3\t65536\n1\t2\t3\t4\n"), `field 4: "65536" is out of range, expected uint16`},
		"not finite":           {from("matrix", "1\t2\t3\t4\n1\tnan\t3\t4\n1\t2\t3\t4\n"), `values.tsv:2: field 2: "nan" is not finite`},
		"graph of two":         {from("col_graphs/N", "1\t2\n"), "values.tsv:1: 2 fields, expected 3"},
		"graph outside":        {from("col_graphs/N", "1\t2\t1\n4\t0\t1\n"), "values.tsv:2: position 4, expected 0 to 3, for there are 4 columns"},
		"graph of words":       {from("col_graphs/KNN", "1\t2\tx\n"), `values.tsv:1: weight "x" is not a number`},
		"graph of a value":     {value("col_graphs/KNN", "1"), "--value does not apply"},
		"value":                {value("col_attrs/Age", "x"), `--value: "x" is not a whole number, expected int8`},
		"layer of a word":      {value("layers/N", "x"), `--value: "x" is not a`},
		"layer of nan":         {value("layers/N", "nan", "--dtype", "float32"), `"nan" is not finite`},
		"too exact":            {value("layers/N", "9007199254740993"), "too large"},
		"slash":                {value("row_attrs/a/b", "1"), "slash"},
		"no path":              {value("rows/a", "1"), "is not a path of a Loom file"},
		"no text":              {[]string{"set", path, "attrs/x", "--from", "nowhere.tsv"}, "nowhere.tsv"},
		"a folder":             {[]string{"set", path, "attrs/x", "--from", "."}, "directory"},
		"neither":              {[]string{"set", path, "attrs/x"}, "either --from or --value"},
		"both":                 {[]string{"set", path, "attrs/x", "--value", "1", "--from", "-"}, "either --from or --value"},
		"no such file":         {[]string{"set", "nowhere.loom", "attrs/x", "--value", "1"}, "nowhere.loom"},
		"bad gzip":             {from("row_attrs/N", "\x1f\x8bnot"), "values.tsv"},
	})
}
