package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestTableThereAndBack converts a file to tables and imports them again, with the
// kind given and guessed.
func TestTableThereAndBack(t *testing.T) {
	dir := t.TempDir()
	tiny := sample("mouse_cortex_tiny.loom")
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, commands := range [][]string{
		{"convert " + tiny + " " + at("t.tsv.gz") + " --table-rows " + at("g.csv") + " --table-cols " + at("c.csv"),
			"import " + at("t.tsv.gz") + " -o " + at("plain.loom"),
			"import table " + at("t.tsv.gz") + " --rows " + at("g.csv") + " --cols " + at("c.csv") + " --dtype float32 -o " + at("back.loom")},
		{"convert " + tiny + " " + at("t.tab.gz"), "import " + at("t.tab.gz") + " -o " + at("back.loom")},
		{"export " + tiny + " -o " + at("t.tab"), "import table " + at("t.tab") + " -o " + at("back.loom")},
		{"convert " + tiny + " " + at("t.csv") + " --table-transpose --table-delimiter ;",
			"import table " + at("t.csv") + " --transpose --delimiter ; --header yes --labels 1 -o " + at("back.loom")},
	} {
		for _, command := range commands {
			if r := execute(strings.Fields(command)...); r.code != exitFine || r.stderr != "" {
				t.Fatalf("loom %s: %+v", command, r)
			}
		}
		for _, path := range []string{"matrix", "row_attrs/Gene", "col_attrs/CellID"} {
			if got, want := execute("get", at("back.loom"), path).stdout, execute("get", tiny, path).stdout; got != want {
				t.Errorf("%s after %q is not the same", path, commands)
			}
		}
	}
	var made imported
	r := execute("import", "table", at("t.csv"), "--transpose", "--sample", "s1", "-o", at("back.loom"), "--json")
	if err := json.Unmarshal([]byte(r.stdout), &made); err != nil || made.Kind != "table" || made.Shape != [2]int{60, 120} {
		t.Errorf("%v: %+v", err, r)
	}
}

// TestTableFromStandardInput holds that a table on standard input becomes a file of the rows of
// another one.
func TestTableFromStandardInput(t *testing.T) {
	out, tiny := filepath.Join(t.TempDir(), "out.loom"), sample("mouse_cortex_tiny.loom")
	genes := strings.Fields(execute("get", tiny, "row_attrs/Accession").stdout)
	text := "\tx\ty\n" + genes[2] + "\t1\t0\nspike\t5\t5\n" + genes[0] + "\t0\t2\n"
	r := executeWith(text, "import", "table", "-", "--rows-of", tiny, "-o", out)
	if r.code != exitFine || !strings.Contains(r.stderr, "1 row of standard input not in "+tiny+" and left out") {
		t.Fatalf("%+v", r)
	}
	if got := strings.Fields(execute("get", out, "row_attrs/Accession").stdout); !slices.Equal(got, genes) {
		t.Errorf("rows are %q, want %q", got, genes)
	}
	if got := execute("get", out, "matrix", "--rows", ":4").stdout; got != "0\t2\n0\t0\n1\t0\n0\t0\n" {
		t.Errorf("first rows are %q", got)
	}
	if r := executeWith(text+"ragged\t1\n", "import", "table", "-", "-o", out); r.code != exitFailed || !strings.Contains(r.stderr, "standard input:5: bad table: 2 fields, want 3") {
		t.Errorf("%+v", r)
	}
	if r := executeWith(text, "import", "-", "-o", out); r.code != exitFailed || !strings.Contains(r.stderr, "loom import table - -o OUT") {
		t.Errorf("%+v", r)
	}
}

func TestTableRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "t.tsv")
	if err := os.WriteFile(path, []byte("\tx\ty\nA\t0\t1\nB\t2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out.loom")
	tiny := sample("mouse_cortex_tiny.loom")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"import", path, "-o", out}, path + ":3: bad table: 2 fields, want 3"},
		{[]string{"import", "table", path, "-o", out, "--dtype", "int7"}, `no type "int7"`},
		{[]string{"import", "table", path, "-o", out, "--delimiter", "ab"}, `--delimiter "ab", want one character`},
		{[]string{"import", "table", path, "-o", out, "--header", "maybe"}, `--header "maybe", want yes, no or auto`},
		{[]string{"import", "table", path, "-o", out, "--labels", "-2"}, "want no negative number"},
		{[]string{"import", "table", path, "-o", out, "--rows", filepath.Join(dir, "none.tsv")}, "2 fields, want 3"},
		{[]string{"import", "table", path, "-o", out, "--rows-of-key", "Gene"}, "--rows-of-key without --rows-of"},
		{[]string{"convert", tiny, filepath.Join(dir, "t.csv"), "--table-row-names", "Symbol"}, `"Symbol"`},
		{[]string{"convert", tiny, filepath.Join(dir, "t.tab"), "--table-transpose"}, "--table-transpose is for the format table"},
	} {
		r := execute(c.args...)
		if r.code != exitFailed || !strings.Contains(r.stderr, c.want) || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("loom %s: %+v; want one line with %q", strings.Join(c.args, " "), r, c.want)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
			t.Fatalf("left behind: %v, %v", left, err)
		}
	}
}
