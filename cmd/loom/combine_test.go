package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom"
)

// TestCombine combines a file with itself, and looks at what comes of it.
func TestCombine(t *testing.T) {
	tiny := copied(t, sample("mouse_cortex_tiny.loom"))
	out := filepath.Join(t.TempDir(), "all.loom")
	text := must(t, "combine", "-o", out, "--key", "Accession", "--label", "Sample", "--include-graphs", "--strict", "--attr", "title=Both & all", tiny, tiny)
	if want := out + ": 60 rows, 240 columns\n  " + tiny + ": 60 rows, 120 columns\n  " + tiny + ": 60 rows, 120 columns\n"; text != want {
		t.Errorf("printed\n%swant\n%s", text, want)
	}
	if text := must(t, "get", out, "attrs/title"); text != "Both & all\n" {
		t.Errorf("title %q", text)
	}
	labels := strings.Fields(must(t, "get", out, "col_attrs/Sample"))
	if len(labels) != 240 || len(slices.Compact(labels)) != 1 || labels[0] != "mouse_cortex_tiny" {
		t.Errorf("labels %q", slices.Compact(labels))
	}
	if left, right := must(t, "get", out, "matrix", "--cols", ":120"), must(t, "get", out, "matrix", "--cols", "120:"); left != right {
		t.Error("the halves differ")
	}
	if text := must(t, "combine", "-q", "-o", out, tiny, "--skip", "Gene", "--layer", "spliced", "--include-graphs"); text != "" {
		t.Errorf("--quiet prints %q", text)
	}
	if r := execute("get", out, "row_attrs/Gene"); r.code != exitFailed {
		t.Errorf("attribute that was skipped: %+v", r)
	}
}

// TestCombineReports: what is lost is said, and is in the JSON.
func TestCombineReports(t *testing.T) {
	tiny := sample("mouse_cortex_tiny.loom")
	out := filepath.Join(t.TempDir(), "all.loom")
	r := execute("combine", "-o", out, "--json", tiny)
	if r.code != exitFine || !strings.Contains(r.stderr, `lost: `+tiny+`: column graph "KNN"`) {
		t.Errorf("%+v", r)
	}
	var got combinedFile
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
		t.Fatal(err)
	}
	if got.Shape != [2]int{60, 120} || len(got.Sources) != 1 || len(got.Losses) == 0 || got.Losses[0].Kind == "" || got.Filename != out {
		t.Errorf("%+v", got)
	}
}

// TestCombineJoinsGenes: parts of a file with different genes.
func TestCombineJoinsGenes(t *testing.T) {
	dir := t.TempDir()
	ds, err := loom.Open(sample("mouse_cortex_tiny.loom"))
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	var parts []string
	for name, rows := range map[string]loom.Selector{"a.loom": loom.Range(0, 40), "b.loom": loom.Range(10, 60)} {
		part := filepath.Join(dir, name)
		if _, err := loom.Combine(t.Context(), part, []loom.Source{{Conn: ds, Rows: rows}}); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part)
	}
	slices.Sort(parts)
	out := filepath.Join(dir, "joined.loom")
	for join, want := range map[string]string{"inner": "30", "outer": "60"} {
		text := must(t, "combine", "-o", out, "--key", "Accession", "--join", join, parts[0], parts[1])
		if !strings.HasPrefix(text, out+": "+want+" rows, 240 columns\n") {
			t.Errorf("%s: %q", join, text)
		}
	}
	r := execute("combine", "-o", out, "--key", "Accession", parts[0], parts[1])
	if r.code != exitFailed || !strings.Contains(r.stderr, "lacks") || !strings.Contains(r.stderr, "more") {
		t.Errorf("exact: %+v", r)
	}
}

// TestCombineRefused: wrong usage, and what cannot be combined, makes no file.
func TestCombineRefused(t *testing.T) {
	tiny := copied(t, sample("mouse_cortex_tiny.loom"))
	entities := sample("entities_spec2.loom")
	out := filepath.Join(filepath.Dir(tiny), "out.loom")
	for _, test := range []struct {
		text string
		args []string
	}{
		{"-o OUT", []string{tiny}},
		{"no files", []string{"-o", out}},
		{"input", []string{"-o", tiny, tiny}},
		{"--join left", []string{"-o", out, tiny, "--join", "left"}},
		{"needs a key", []string{"-o", out, tiny, "--join", "outer"}},
		{"NAME=TEXT", []string{"-o", out, tiny, "--attr", "title"}},
		{"auto or NAME=VALUE", []string{"-o", out, tiny, "--fill", "x"}},
		{"no file has", []string{"-o", out, tiny, "--fill", "Nothing=1"}},
		{"rows", []string{"-o", out, tiny, entities}},
		{"Accession", []string{"-o", out, "--key", "Accession", tiny, entities}},
		{"would be lost", []string{"-o", out, "--strict", tiny}},
		{"no such file", []string{"-o", out, tiny, "nowhere.loom"}},
	} {
		r := wantUntouched(t, tiny, append([]string{"combine"}, test.args...)...)
		if r.code != exitFailed || !strings.Contains(r.stderr, test.text) || r.stdout != "" {
			t.Errorf("loom combine %q: %+v, want it to say %s", test.args, r, test.text)
		}
	}
}

// TestAdd adds a file to a copy of itself, first on trial.
func TestAdd(t *testing.T) {
	for _, name := range dialects {
		path := copied(t, sample(name))
		args := []string{"add", path, sample(name), "--include-graphs", "--strict"}
		r := wantUntouched(t, path, append(args, "--dry-run")...)
		if r.code != exitFine || !strings.HasPrefix(r.stdout, "would add columns: ") {
			t.Errorf("%s: %+v", name, r)
		}
		text := must(t, args...)
		if "would "+text != r.stdout {
			t.Errorf("%s: %q, on trial %q", name, text, r.stdout)
		}
		single := must(t, "get", sample(name), "matrix")
		width := len(strings.Split(strings.SplitN(single, "\n", 2)[0], "\t"))
		left := must(t, "get", path, "matrix", "--cols", ":"+itoa(width))
		if right := must(t, "get", path, "matrix", "--cols", itoa(width)+":"); left != single || right != single {
			t.Errorf("%s: not twice what it was", name)
		}
	}
}

func itoa(n int) string { return string(positionText(nil, n)) }

// TestAddReports: the losses are said on standard error and in JSON.
func TestAddReports(t *testing.T) {
	path := copied(t, sample("mouse_cortex_tiny.loom"))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := execute("add", path, sample("mouse_cortex_tiny.loom"), "--json")
	var got struct {
		Changes []struct{ Losses []loss }
	}
	if err := json.Unmarshal([]byte(r.stdout), &got); err != nil {
		t.Fatalf("%v: %+v", err, r)
	}
	if len(got.Changes) != 1 || len(got.Changes[0].Losses) == 0 || !strings.Contains(r.stderr, "graphs are not included") {
		t.Errorf("%+v", r)
	}
	after, err := os.ReadFile(path)
	if err != nil || bytes.Equal(before, after) {
		t.Errorf("nothing has changed, %v", err)
	}
}
