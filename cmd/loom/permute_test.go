package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom"
)

// TestPermute reverses files of every dialect, in place and into another file,
// and then back.
func TestPermute(t *testing.T) {
	for _, name := range dialects {
		path := copied(t, sample(name))
		conn, err := loom.Open(path, loom.SkipValidation())
		if err != nil {
			t.Fatal(err)
		}
		rows, cols := conn.Shape()
		conn.Close()
		for axis, n := range map[string]int{"rows": rows, "cols": cols} {
			var order strings.Builder
			for i := range n {
				fmt.Fprintln(&order, n-1-i)
			}
			reversed := must(t, "get", path, "matrix", "--"+axis, "::-1")
			file, out := written(t, order.String()), filepath.Join(t.TempDir(), "out.loom")
			before := contentOf(t, path)
			if r := execute("permute", path, "--axis", axis, "--order", file, "-o", out); r.code != exitFine {
				t.Fatalf("%+v", r)
			}
			if !slices.Equal(before, contentOf(t, path)) {
				t.Errorf("%s: the input has changed", name)
			}
			if r := executeWith(order.String(), "permute", path, "--axis", axis, "--order", "-"); r.code != exitFine {
				t.Fatalf("%+v", r)
			}
			for _, made := range []string{path, out} {
				if must(t, "get", made, "matrix") != reversed {
					t.Errorf("%s: %s are not reversed in %s", name, axis, made)
				}
				if r := execute("check", made); r.code != exitFine {
					t.Errorf("%s: %+v", name, r)
				}
			}
		}
	}
}

// TestPermuteRefused wants nothing to change, and the line to be named.
func TestPermuteRefused(t *testing.T) {
	path := makeFile(t) // of 3 rows and 4 columns
	link := filepath.Join(t.TempDir(), "link.loom")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	order := func(text string) string { return written(t, text) }
	wantRefused(t, path, map[string]refused{
		"twice":        {[]string{"permute", path, "--axis", "rows", "--order", order("0\n1\n0\n")}, "values.tsv:3: position 0 again, as in line 1"},
		"out of range": {[]string{"permute", path, "--axis", "rows", "--order", order("0\n3\n1\n")}, "values.tsv:2: position 3, the file has 3 rows"},
		"negative":     {[]string{"permute", path, "--axis", "cols", "--order", order("-1\n")}, "values.tsv:1: position -1"},
		"no number":    {[]string{"permute", path, "--axis", "rows", "--order", order("0\n1.0\n2\n")}, `values.tsv:2: "1.0", want a position`},
		"too short":    {[]string{"permute", path, "--axis", "rows", "--order", order("2\n0\n")}, "2 positions, the file has 3; position 1, for one, is missing"},
		"empty":        {[]string{"permute", path, "--axis", "rows", "--order", order("")}, "0 positions"},
		"no axis":      {[]string{"permute", path, "--order", order("0\n")}, "want rows or cols"},
		"no order":     {[]string{"permute", path, "--axis", "rows"}, "--order"},
		"no file":      {[]string{"permute", path, "--axis", "rows", "--order", "nowhere.txt"}, "nowhere.txt"},
		"itself":       {[]string{"permute", path, "--axis", "rows", "--order", order("0\n1\n2\n"), "-o", path}, "is the file itself"},
		"by a link":    {[]string{"sort", path, "--by", "Age", "-o", link}, "is the file itself"},
		"no attribute": {[]string{"sort", path, "--by", "age"}, `did you mean "Age"?`},
		"no key":       {[]string{"sort", path}, "--by"},
	})
}

// TestSort sorts by numbers and by strings, up and down.
func TestSort(t *testing.T) {
	path := copied(t, sample("mouse_cortex_tiny.loom"))
	if r := execute("sort", path, "--by", "ClusterName", "--by", "TotalUMI"); r.code != exitFine {
		t.Fatalf("%+v", r)
	}
	clusters := strings.Split(strings.TrimSpace(must(t, "get", path, "col_attrs/ClusterName")), "\n")
	if len(clusters) == 0 || !slices.IsSorted(clusters) {
		t.Errorf("%q", clusters)
	}
	out := filepath.Join(t.TempDir(), "down.loom")
	if r := execute("sort", path, "--axis", "rows", "--by", "Gene", "--desc", "-o", out); r.code != exitFine {
		t.Fatalf("%+v", r)
	}
	genes := strings.Fields(must(t, "get", out, "row_attrs/Gene"))
	slices.Reverse(genes)
	if len(genes) == 0 || !slices.IsSorted(genes) {
		t.Errorf("%q", genes)
	}
}
