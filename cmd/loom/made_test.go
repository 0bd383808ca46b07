package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestWhatWasMade: every command that makes a file, or writes one anew, says which,
// on standard output: in words, as one JSON object, or not at all.
func TestWhatWasMade(t *testing.T) {
	path := makeFile(t) // of 3 rows and 4 columns
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	order := written(t, "2\n0\n1\n")
	for _, c := range []struct {
		args       []string
		text, json string
	}{
		{[]string{"permute", "FILE", "--axis", "rows", "--order", order}, "FILE: 3 rows in the new order\n",
			`{"filename":"FILE","shape":[3,4],"axis":"rows"}`},
		{[]string{"permute", "FILE", "--axis", "rows", "--order", order, "-o", "OUT"}, "OUT: 3 rows in the new order\n",
			`{"filename":"OUT","shape":[3,4],"axis":"rows"}`},
		{[]string{"sort", "FILE", "--by", "Age"}, "FILE: 4 columns in the new order\n",
			`{"filename":"FILE","shape":[3,4],"axis":"cols"}`},
		{[]string{"subset", "FILE", "--cols", "0", "-o", "OUT"}, "OUT: 3 rows, 1 column\n",
			`{"filename":"OUT","shape":[3,1],"losses":[],"warnings":[]}`},
		{[]string{"combine", "FILE", "-o", "OUT", "--include-graphs"}, "OUT: 3 rows, 4 columns\n  FILE: 3 rows, 4 columns\n",
			`{"filename":"OUT","shape":[3,4],"sources":[{"file":"FILE","label":"made","shape":[3,4]}],"losses":[],"warnings":[]}`},
		{[]string{"aggregate", "FILE", "--by", "CellID", "--func", "sum", "--select", `CellID in ["a", "c"]`, "-o", "OUT"}, "OUT: sum of 2 columns in 2 groups\n",
			`{"filename":"OUT","shape":[3,2],"function":"sum","labels":["a","c"],"sizes":[1,1]}`},
		{[]string{"export", "FILE", "-o", "OUT", "--layer", "counts"}, "",
			`{"filename":"OUT","shape":[3,4],"layer":"counts"}`},
	} {
		names := strings.NewReplacer("FILE", path, "OUT", out)
		args := make([]string, len(c.args))
		for i, arg := range c.args {
			args[i] = names.Replace(arg)
		}
		if got, want := must(t, args...), names.Replace(c.text); got != want {
			t.Errorf("loom %q prints %q, want %q", c.args, got, want)
		}
		if got, want := must(t, append(args, "--json")...), names.Replace(c.json)+"\n"; got != want {
			t.Errorf("loom %q --json prints %s, want %s", c.args, got, want)
		}
		if got := must(t, append(args, "--quiet")...); got != "" {
			t.Errorf("loom %q --quiet prints %q", c.args, got)
		}
	}
	r := execute("repack", path, "--json")
	if want := `{"filename":"` + path + `","bytes_before":`; r.code != exitFine || r.stderr != "" || !strings.HasPrefix(r.stdout, want) {
		t.Errorf("repack --json: %+v", r)
	}
	if r := execute("export", path, "-o", "-", "--json"); r.code != exitFailed || r.stdout != "" || !strings.Contains(r.stderr, "standard output") {
		t.Errorf("export --json: %+v", r)
	}
}
