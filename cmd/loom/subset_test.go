package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom/internal/oracle"
)

// TestSubset takes parts of a file by expressions; h5py and loompy say which
// cells and genes those are.
func TestSubset(t *testing.T) {
	const file = "mouse_cortex_tiny.loom"
	s := oracle.Start(t)
	s.Must("import loompy, logging, re; logging.disable(logging.CRITICAL)")
	s.Must("ds = loompy.connect(%q, 'r'); ca, ra = ds.ca, ds.ra", sample(file))
	for _, c := range []struct{ rows, cols, rowsPy, colsPy string }{
		{"", `ClusterName == "Microglia" && TotalUMI > 100`, "[True] * 60", "(ca.ClusterName == 'Microglia') & (ca.TotalUMI > 100)"},
		{`Gene startsWith "C" or attr["Marker"] == 1`, "", "[g.startswith('C') or m == 1 for g, m in zip(ra.Gene, ra.Marker)]", "[True] * 120"},
		{`Gene matches "^[A-F]" and not (Chromosome in ["1", "chr1", "2", "chr2"])`, `UMAP[0] ** 2 + UMAP[1] ** 2 < 30`,
			"[bool(re.match('[A-F]', g)) and c not in ('1', 'chr1', '2', 'chr2') for g, c in zip(ra.Gene, ra.Chromosome)]", "(ca.UMAP[:, 0].astype('f8') ** 2 + ca.UMAP[:, 1].astype('f8') ** 2 < 30)"},
		{"Marker=1", "::3", "ra.Marker == 1", "[j % 3 == 0 for j in range(120)]"},
		{"(Length - 1) % 2 == 0", "Sex != Age", "(ra.Length - 1) % 2 == 0", "ca.Sex != ca.Age"},
	} {
		out := filepath.Join(t.TempDir(), "out.loom")
		args := []string{"subset", sample(file), "-o", out, "-q"}
		if c.rows != "" {
			args = append(args, "--rows", c.rows)
		}
		if c.cols != "" {
			args = append(args, "--cols", c.cols)
		}
		if r := execute(args...); r != (result{}) {
			t.Errorf("loom %q: %+v", args, r)
			continue
		}
		s.Must("r, c = np.where(np.array(%s))[0], np.where(np.array(%s))[0]; got = loompy.connect(%q, 'r')", c.rowsPy, c.colsPy, out)
		for what, want := range map[string]string{
			"layers":           "all(np.array_equal(ds.layers[k][:, :][r][:, c], got.layers[k][:, :]) for k in ds.layers.keys()) and len(got.layers.keys()) == len(ds.layers.keys())",
			"row attributes":   "all(np.array_equal(ra[k][r], got.ra[k]) for k in ra.keys()) and set(ra.keys()) == set(got.ra.keys())",
			"col attributes":   "all(np.array_equal(ca[k][c], got.ca[k]) for k in ca.keys()) and set(ca.keys()) == set(got.ca.keys())",
			"graphs":           "np.array_equal(ds.col_graphs['KNN'].toarray()[c][:, c], got.col_graphs['KNN'].toarray())",
			"something":        "0 < got.shape[0] * got.shape[1] < 7200",
			"loompy's verdict": fmt.Sprintf("loompy.LoomValidator().validate(%q)", out),
		} {
			if got := s.Must("answer = bool(%s)", want); got != "True" {
				t.Errorf("loom %q: other %s", args, what)
			}
		}
		s.Must("got.close()")
	}
}

func TestSubsetRefused(t *testing.T) {
	path := makeFile(t)
	out := filepath.Join(filepath.Dir(path), "out.loom") // which must not be there
	subset := func(args ...string) []string { return append([]string{"subset", path, "-o", out}, args...) }
	wantRefused(t, path, map[string]refused{
		"no output":       {[]string{"subset", path, "--cols", "0"}, "required option -o"},
		"nothing":         {subset(), "give --rows or --cols"},
		"unknown":         {subset("--cols", `age > 1`), `--cols: no attribute "age"; did you mean "Age"?`},
		"unknown, quoted": {subset("--cols", `attr["x y"] > 1`), `no attribute "x y"; did you mean "XY"?`},
		"one equals sign": {subset("--cols", `Aeg = 3`), `the attributes are "Age", "CellID", "XY"`},
		"not finished":    {subset("--rows", `Gene == `), `unexpected token EOF`},
		"no condition":    {subset("--cols", `Age + 1`), "expected bool"},
		"other type":      {subset("--cols", `CellID > 1`), "mismatched types"},
		"no attribute":    {subset("--cols", `true`), `"true" is about no attribute; there are "Age", "CellID", "XY"`},
		"none":            {subset("--cols", `Age > 100`), "chooses none of the 4 columns"},
		"outside":         {subset("--rows", "3"), "position 3 is outside of 0 to 2"},
		"no element":      {subset("--cols", "XY[2] > 0"), "index out of range"},
		"itself":          {[]string{"subset", path, "--cols", "0", "-o", filepath.Join(filepath.Dir(path), ".", "made.loom")}, "is the file itself"},
		"no folder":       {[]string{"subset", path, "--cols", "0", "-o", filepath.Join(filepath.Dir(path), "none", "x.loom")}, "none"},
		"split by what":   {[]string{"split", path}, "required option --by"},
		"split by none":   {[]string{"split", path, "--by", "age"}, `did you mean "Age"?`},
		"split by matrix": {[]string{"split", path, "--by", "XY"}, "has shape [4 2]"},
		"split on":        {[]string{"split", path, "--by", "Age", "--axis", "x"}, `no axis "x"`},
	})
}

// TestSplit: the files together have the columns, or rows, of the one that was split,
// each those of one value.
func TestSplit(t *testing.T) {
	for _, c := range []struct{ axis, by, group string }{
		{"cols", "ClusterName", "col_attrs/"}, {"rows", "Chromosome", "row_attrs/"},
	} {
		path, dir := sample("mouse_cortex_tiny.loom"), filepath.Join(t.TempDir(), "new", "folder")+"/"
		values := textLines(must(t, "get", path, c.group+c.by))
		counts := map[string]int{}
		for _, fields := range values {
			counts[fields[0]]++
		}
		args := []string{"split", path, "--by", c.by, "--axis", c.axis, "--dir", dir}
		lines := textLines(must(t, args...))
		if len(lines) != len(counts) {
			t.Fatalf("%q, want files for %v", lines, counts)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != len(counts) {
			t.Fatalf("%v, %v", entries, err)
		}
		for _, entry := range entries {
			file := filepath.Join(dir, entry.Name())
			got := textLines(must(t, "get", file, c.group+c.by))
			value := got[0][0]
			for _, fields := range got {
				if fields[0] != value {
					t.Errorf("%s has %q and %q", file, value, fields[0])
				}
			}
			if len(got) != counts[value] {
				t.Errorf("%s has %d of %q, want %d", file, len(got), value, counts[value])
			}
			part := filepath.Join(t.TempDir(), "part.loom")
			must(t, "subset", path, "--"+c.axis, c.by+"="+value, "-o", part, "-q")
			if out := must(t, "diff", part, file); out != "" {
				t.Errorf("%s is not what subset makes of %s: %s", file, value, out)
			}
			delete(counts, value)
		}
		r := execute(args...)
		if r.code != exitFailed || !strings.Contains(r.stderr, "is there already; --force replaces it") {
			t.Errorf("%+v", r)
		}
		must(t, append(args, "--force", "--json")...)
	}
}

// TestSplitInterrupted: neither files nor folders are left.
func TestSplitInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr bytes.Buffer
	args := []string{"split", sample("mouse_cortex_tiny.loom"), "--by", "Age", "--dir", filepath.Join(dir, "new", "folder")}
	if code := run(ctx, args, nil, io.Discard, &stderr); code != exitInterrupted {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestSplitNames(t *testing.T) {
	s := splitter{dir: t.TempDir()}
	groups := []*group{{value: "../a b/c"}, {value: "Zelle-ä+.1"}}
	if err := s.name("x/cells.loom", groups); err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"cells_.._a_b_c.loom", "cells_Zelle-ä+.1.loom"} {
		if groups[i].path != filepath.Join(s.dir, want) {
			t.Errorf("%s, want %s", groups[i].path, want)
		}
	}
	if err := s.name("cells.loom", []*group{{value: "a b"}, {value: "A/B"}}); err == nil || !strings.Contains(err.Error(), "would both be the file") {
		t.Errorf("%v", err)
	}
}
