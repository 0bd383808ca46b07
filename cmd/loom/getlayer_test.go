package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goloom/loom"
	"github.com/goloom/loom/internal/oracle"
)

// TestPieces prints selections of a layer in pieces of every kind: the text is
// the same.
func TestPieces(t *testing.T) {
	conn, err := loom.Open(sample("mouse_cortex_tiny.loom"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	dataset := conn.Matrix().Dataset()
	whole := textLines(execute("get", sample("mouse_cortex_tiny.loom"), "matrix").stdout)
	for _, rows := range []string{":", "::-1", "::7", "5:5", "3,1,-1,3", "59:3:-13"} {
		for _, cols := range []string{":", "::-1", "64", "5:5", "63,64,0,63", "1::50"} {
			r, err := parseSelection(rows, 60, nil)
			if err != nil {
				t.Fatal(err)
			}
			c, err := parseSelection(cols, 120, nil)
			if err != nil {
				t.Fatal(err)
			}
			var want strings.Builder
			for _, i := range r.positions() {
				var fields []string
				for _, j := range c.positions() {
					fields = append(fields, whole[i][j])
				}
				fmt.Fprintln(&want, strings.Join(fields, "\t"))
			}
			for _, size := range []int{0, 12, 63 * 4, 120 * 4, 121 * 4, 480 * 4, 1 << 20} {
				if r.n*c.n > 100*max(1, size) {
					continue // each piece is a read, and these would be many
				}
				var got bytes.Buffer
				g := &getter{conn: conn, lines: newLines(&got)}
				if err := g.pieces(context.Background(), dataset, r, c, size); err != nil {
					t.Fatal(err)
				}
				if got.String() != want.String() {
					t.Errorf("rows %s, columns %s in pieces of %d bytes:\n%swant\n%s", rows, cols, size, got.String(), want.String())
				}
			}
		}
	}
}

func textLines(text string) [][]string {
	var lines [][]string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return lines
}

// hostile makes a file of a few kilobytes whose matrix, layer and graph claim
// to be enormous.
func hostile(t *testing.T) string {
	t.Helper()
	const script = `
import sys, h5py, numpy as np
text = h5py.string_dtype()
with h5py.File(sys.argv[1], "w") as f:
    f.create_dataset("attrs/LOOM_SPEC_VERSION", data="3.0.0", dtype=text)
    n = 2**28
    f.create_dataset("matrix", (n, n), dtype="f4", chunks=(64, 64), compression="gzip")
    f.create_dataset("layers/wide", (1, 2**40), dtype="u1", chunks=(1, 4096))
    f.create_dataset("layers/none", (2**40, 0), dtype="u1", chunks=(64, 64), maxshape=(None, None))
    f.create_dataset("row_attrs/Gene", (n,), dtype="i8", chunks=(64,))
    f.create_dataset("col_attrs/CellID", (n,), dtype="i8", chunks=(64,))
    for vector, dtype in zip("abw", ("i8", "i8", "f8")):
        f.create_dataset("col_graphs/KNN/" + vector, (2**40,), dtype=dtype, chunks=(64,))
    f.create_dataset("row_graphs/empty/a", (0,), dtype="i8")
    f.create_dataset("row_graphs/empty/b", (0,), dtype="i8")
    f.create_dataset("row_graphs/empty/w", (0,), dtype="f8")
    f.create_dataset("attrs/many", (2**23,), dtype="i1", chunks=(64,), fillvalue=-100)
`
	path := filepath.Join(t.TempDir(), "hostile.loom")
	if out, err := exec.Command(oracle.Python(t), "-c", script, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// TestHostileShapes asks for parts that would print for years: they are
// refused at once, and what can be shown is.
func TestHostileShapes(t *testing.T) {
	path := hostile(t)
	start := time.Now()
	for _, args := range [][]string{
		{"get", path, "matrix"},
		{"get", path, "matrix", "--rows", "0"},
		{"get", path, "matrix", "--cols", "::2"},
		{"get", path, "layers/wide"},
		{"get", path, "layers/none"},
		{"get", path, "col_graphs/KNN"},
		{"get", path, "row_attrs/Gene"},
		{"get", path, "matrix", "--rows", "Gene=1"},
	} {
		r := execute(args...)
		if r.code != exitFailed || r.stdout != "" || !strings.Contains(r.stderr, loom.ErrTooLarge.Error()) {
			t.Errorf("loom %s: exit code %d, %d bytes, %q; want a refusal", args, r.code, len(r.stdout), r.stderr)
		}
	}
	for _, args := range [][]string{
		{"info", path},
		{"info", path, "--json"},
		{"head", path},
		{"get", path, "matrix", "--rows", "-2:", "--cols", "::100000000"},
		{"get", path, "row_graphs/empty", "--header"},
	} {
		r := execute(args...)
		if r.code != 0 || r.stdout == "" || len(r.stdout) > 1<<20 {
			t.Errorf("loom %s: exit code %d, %d bytes, %q", args, r.code, len(r.stdout), r.stderr)
		}
	}
	if r := execute("info", path, "--json"); !strings.Contains(r.stdout, `"many":null`) {
		t.Errorf("the attribute that decodes to too much text is shown: %.1000s", r.stdout)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestSparseLayersArePrinted prints a layer that stores next to nothing, but
// whose shape is that of the attributes.
func TestSparseLayersArePrinted(t *testing.T) {
	const script = `
import sys, h5py, numpy as np
text = h5py.string_dtype()
with h5py.File(sys.argv[1], "w") as f:
    f.create_dataset("attrs/LOOM_SPEC_VERSION", data="3.0.0", dtype=text)
    f.create_dataset("matrix", (6000, 5000), dtype="f4", chunks=(64, 64))
    f.create_dataset("row_attrs/Gene", data=[f"g{i}" for i in range(6000)], dtype=text)
    f.create_dataset("col_attrs/CellID", data=[f"c{i}" for i in range(5000)], dtype=text)
    for g in ("layers", "row_graphs", "col_graphs"):
        f.create_group(g)
`
	path := filepath.Join(t.TempDir(), "sparse.loom")
	if out, err := exec.Command(oracle.Python(t), "-c", script, path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var stderr bytes.Buffer
	zeros := &zeroCounter{}
	if code := run(context.Background(), []string{"get", path, "matrix"}, nil, zeros, &stderr); code != 0 {
		t.Fatalf("exit code %d, %s", code, stderr.String())
	}
	if zeros.n != 6000*5000 {
		t.Errorf("%d zeros, want %d", zeros.n, 6000*5000)
	}
}

// A zeroCounter counts the digits 0 that are written to it.
type zeroCounter struct{ n int }

func (z *zeroCounter) Write(p []byte) (int, error) {
	z.n += bytes.Count(p, []byte("0"))
	return len(p), nil
}

// TestDamagedFiles runs the commands on damaged copies of a file: whatever they
// find, they end in an orderly way.
func TestDamagedFiles(t *testing.T) {
	for _, name := range []string{"broken.loom", "entities_spec2.loom"} {
		whole, err := os.ReadFile(sample(name))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), name)
		for i := range 60 {
			damaged := bytes.Clone(whole)
			for k := range 1 + i%3 {
				at := (i*7919 + k*104729 + 13) % len(damaged)
				damaged[at] ^= byte(1 << (i % 8))
			}
			if i%10 == 9 {
				damaged = damaged[:len(damaged)*i/60]
			}
			if err := os.WriteFile(path, damaged, 0o644); err != nil {
				t.Fatal(err)
			}
			for _, args := range [][]string{
				{"info", path, "--json"}, {"info", path}, {"head", path}, {"validate", path},
				{"get", path, "matrix", "--header"}, {"get", path, "row_attrs/Gene"},
				{"get", path, "col_graphs/KNN"}, {"get", path, "attrs/title"}, {"export", path, "-o", "-"},
			} {
				r := execute(args...)
				if r.code == exitFailed && r.stderr == "" || r.code == 0 && r.stdout == "" && args[0] != "get" {
					t.Errorf("copy %d: loom %s: exit code %d, %d bytes, %q", i, args, r.code, len(r.stdout), r.stderr)
				}
			}
		}
	}
}
