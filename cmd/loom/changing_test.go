package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
	"github.com/goloom/loom/sparse"
)

// dialects are small files of every dialect.
var dialects = []string{"mouse_cortex_tiny.loom", "entities_spec2.loom", "edges_old.loom"}

// copied returns the path of a copy of a file, alone in its folder.
func copied(t *testing.T, path string) string {
	t.Helper()
	content := contentOf(t, path)
	to := filepath.Join(t.TempDir(), filepath.Base(path))
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

func contentOf(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// written makes a text and returns its path.
func written(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "values.tsv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// must runs a command that succeeds without a message and returns what it prints.
func must(t *testing.T, args ...string) string {
	t.Helper()
	r := execute(args...)
	if r.code != exitFine || r.stderr != "" {
		t.Fatalf("loom %q: %+v", args, r)
	}
	return r.stdout
}

// executeWith runs a command with a text as standard input.
func executeWith(stdin string, args ...string) result {
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), args, strings.NewReader(stdin), &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

// wantUntouched runs a command and wants the file to stay as it is, to the byte,
// and nothing to appear beside it.
func wantUntouched(t *testing.T, path string, args ...string) result {
	t.Helper()
	before := contentOf(t, path)
	r := execute(args...)
	if !bytes.Equal(before, contentOf(t, path)) {
		t.Errorf("loom %q has changed the file: %+v", args, r)
	}
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("loom %q: %v, %v beside the file", args, entries, err)
	}
	return r
}

// refused is a command that fails, and what it says.
type refused struct {
	args []string
	says string
}

// wantRefused wants commands to fail with one line and to change nothing.
func wantRefused(t *testing.T, path string, cases map[string]refused) {
	t.Helper()
	for name, c := range cases {
		r := wantUntouched(t, path, c.args...)
		if r.code != exitFailed || r.stdout != "" || strings.Count(r.stderr, "\n") != 1 || !strings.Contains(r.stderr, c.says) {
			t.Errorf("%s: loom %q: %+v, want %q", name, c.args, r, c.says)
		}
		if strings.Contains(r.stderr, "panic") {
			t.Errorf("%s: %s", name, r.stderr)
		}
	}
}

// wantSameFiles holds pairs of files against each other through h5py.
func wantSameFiles(t *testing.T, pairs ...string) {
	t.Helper()
	if differences := oracle.Run(t, "oracle/same_contents.py", pairs...); len(differences) > 0 {
		t.Errorf("differences:\n%s", differences)
	}
}

// partsOf returns the paths of all parts of a file that can be set.
func partsOf(t *testing.T, path string) []string {
	t.Helper()
	conn, err := loom.Open(path, loom.SkipValidation())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var paths []string
	for _, p := range []part{
		{kind: layerPart}, {kind: globalPart},
		{kind: attributePart, axis: loom.Rows}, {kind: attributePart, axis: loom.Columns},
		{kind: graphPart, axis: loom.Rows}, {kind: graphPart, axis: loom.Columns},
	} {
		for _, name := range p.manager(conn).Names() {
			if p.name = name; name == "last_modified" {
				continue // which every change sets
			}
			if d := p.describe(conn); d.Edges != nil || settable(d.DType) {
				paths = append(paths, p.String())
			}
		}
	}
	return paths
}

func settable(dtype string) bool { return checkType(dtype, false) == nil }

// makeFile makes a file of 3 rows and 4 columns with a value of every kind, and
// returns its path.
func makeFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "made.loom")
	matrix, err := sparse.NewDense(3, 4, []float32{1, 0, 0, 2.5, 0, 0, 0, 0, 3, 0, 1e9, 0.1})
	if err != nil {
		t.Fatal(err)
	}
	counts, err := sparse.NewDense(3, 4, []uint16{1, 0, 0, 65535, 0, 0, 0, 0, 3, 0, 7, 0})
	if err != nil {
		t.Fatal(err)
	}
	array := func(a *loom.Array, err error) *loom.Array {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	err = loom.Create(t.Context(), path, map[string]loom.Matrix{"": matrix, "counts": counts},
		map[string]*loom.Array{"Gene": array(hdf5.NewArray([]string{"Actβ", "tab\there", `back\slash`}))},
		map[string]*loom.Array{
			"CellID": array(hdf5.NewArray([]string{"a", "b", "c", "d & e"})),
			"Age":    array(hdf5.NewArray([]int8{1, -2, 3, 4})),
			"XY":     array(hdf5.NewArray([]float64{1, 2, 3, 4, 5, 6, 7, 8.5}, 4, 2)),
		},
		map[string]*loom.Array{"title": hdf5.NewScalar("made"), "year": hdf5.NewScalar(int64(2020))})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := loom.Connect(path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.ColGraphs().Set("KNN", []int32{0, 3}, []int32{1, 2}, array(hdf5.NewArray([]float64{0.5, 2}))); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestDryRun: what would change is said as it is when it changes, and the file
// stays as it is.
func TestDryRun(t *testing.T) {
	matrix := written(t, "1\n2\n3\n")
	for _, args := range [][]string{
		{"set", "FILE", "col_attrs/New", "--value", "3"},
		{"set", "FILE", "matrix", "--value", "1"},
		{"set", "FILE", "row_attrs/Gene", "--from", written(t, "x\ny\nz\n")},
		{"rm", "FILE", "col_attrs/Age", "layers/counts", "attrs/title", "col_graphs/KNN"},
		{"rename", "FILE", "col_attrs/Age", "Years"},
		{"rename", "FILE", "layers/counts", "layers/spliced", "--json"},
		{"add-columns", "FILE", "--layer", matrix, "--layer", "counts=" + matrix, "--fill", "auto"},
		{"rm", "FILE", "row_attrs/Gene", "--json"},
	} {
		path := makeFile(t)
		for i := range args {
			args[i] = strings.Replace(args[i], "FILE", path, 1)
		}
		dry := wantUntouched(t, path, append(args, "--dry-run")...)
		if dry.code != exitFine || dry.stderr != "" || dry.stdout == "" {
			t.Errorf("loom %q --dry-run: %+v", args, dry)
		}
		before := contentOf(t, path)
		wet := must(t, args...)
		if bytes.Equal(before, contentOf(t, path)) {
			t.Errorf("loom %q has changed nothing", args)
		}
		said := strings.ReplaceAll(dry.stdout, "would ", "")
		if said = strings.Replace(said, `"dry_run":true`, `"dry_run":false`, 1); said != wet {
			t.Errorf("loom %q: on trial %q, in earnest %q", args, dry.stdout, wet)
		}
		if r := execute("check", path); r.code != exitFine {
			t.Errorf("loom %q left a damaged file: %+v", args, r)
		}
	}
}

func TestChangesOfLockedFiles(t *testing.T) {
	path := makeFile(t)
	conn, err := loom.Connect(path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	wantRefused(t, path, map[string]refused{
		"set":     {[]string{"set", path, "attrs/x", "--value", "1"}, "in use by a writer"},
		"rm":      {[]string{"rm", path, "attrs/title"}, "in use by a writer"},
		"dry run": {[]string{"rename", path, "attrs/title", "Title", "-n"}, "in use by a writer"},
	})
}

// TestInterruptedChange: a change that is stopped has not happened.
func TestInterruptedChange(t *testing.T) {
	path := makeFile(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	before := contentOf(t, path)
	for _, args := range [][]string{
		{"set", path, "layers/new", "--value", "1"},
		{"rm", path, "layers/counts"},
		{"rename", path, "layers/counts", "other"},
		{"add-columns", path, "-l", written(t, "1\n2\n3\n"), "-l", "counts=" + written(t, "1\n2\n3\n")},
	} {
		var stdout, stderr bytes.Buffer
		if code := run(ctx, args, nil, &stdout, &stderr); code != exitInterrupted || stderr.String() != "loom: interrupted\n" {
			t.Errorf("loom %q: exit code %d, %q", args, code, stderr.String())
		}
		if stdout.Len() > 0 || !bytes.Equal(before, contentOf(t, path)) {
			t.Errorf("loom %q: %q, or the file has changed", args, stdout.String())
		}
	}
}

func TestQuietChanges(t *testing.T) {
	path := makeFile(t)
	for _, args := range [][]string{
		{"set", path, "attrs/x", "--value", "1", "-q"},
		{"rename", "--quiet", path, "attrs/x", "y"},
		{"rm", path, "attrs/y", "-q"},
	} {
		if out := must(t, args...); out != "" {
			t.Errorf("loom %q: %q", args, out)
		}
	}
}
