package numpy_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/numpy"
	"github.com/goloom/loom/internal/oracle"
	"github.com/goloom/loom/sparse"
)

// made makes a file of a matrix, stored as the given type, and opens it.
func made(t *testing.T, rows, cols int, dtype string) *loom.Conn {
	t.Helper()
	values := make([]float64, rows*cols)
	for i := range values {
		if i%3 == 1 {
			values[i] = float64(i % 120)
		}
		if i%7 == 1 && (strings.HasPrefix(dtype, "float") || strings.HasPrefix(dtype, "int")) {
			values[i] = -values[i]
		}
		if i%5 == 1 && strings.HasPrefix(dtype, "float") {
			values[i] /= 4
		}
	}
	if dtype == "float64" {
		values[len(values)-1] = math.NaN()
	}
	m, err := sparse.NewDense(rows, cols, values)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), fmt.Sprintf("%s_%d_%d.loom", dtype, rows, cols))
	layers := map[string]loom.Matrix{"": m}
	if err := loom.Create(context.Background(), path, layers, nil, nil, nil, loom.StoreAs(dtype), loom.AllowNonFinite()); err != nil {
		t.Fatal(err)
	}
	ds, err := loom.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ds.Close() })
	return ds
}

var dtypes = []string{"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64"}

// TestNumpy lets numpy and scipy load what was written, and compares it with what
// h5py reads.
func TestNumpy(t *testing.T) {
	python := oracle.Start(t)
	ctx := context.Background()
	python.Must("import scipy.sparse as sp; same = lambda a, b: a.dtype == b.dtype and a.shape == b.shape and np.array_equal(a, b, equal_nan=a.dtype.kind == 'f')")
	shapes := [][2]int{{1, 1}, {63, 65}, {64, 64}, {65, 63}, {130, 3}}
	for k, dtype := range dtypes {
		shape := shapes[k%len(shapes)]
		ds := made(t, shape[0], shape[1], dtype)
		dir := t.TempDir()
		dense, byRow, byColumn := filepath.Join(dir, "m.npy"), filepath.Join(dir, "r.npz"), filepath.Join(dir, "c.NPZ")
		for out, o := range map[string]numpy.Options{dense: {}, byRow: {}, byColumn: {ByColumn: true}} {
			if err := numpy.Export(ctx, ds, out, o); err != nil {
				t.Fatal(err)
			}
		}
		want := dtype
		if dtype == "float16" {
			want = "float32"
		}
		python.Must("h = h5py.File(%q, 'r'); m = h['matrix'][:].astype(%q); h.close()", ds.Filename(), want)
		got := python.Must("d = np.load(%q); r = sp.load_npz(%q); c = sp.load_npz(open(%q, 'rb')); answer = str([same(m, d), same(m, r.toarray()), same(m, c.toarray()), "+
			"r.format, c.format, bool(r.has_sorted_indices), r.nnz == c.nnz == np.count_nonzero(m)])", dense, byRow, byColumn)
		if got != "[True, True, True, 'csr', 'csc', True, True]" {
			t.Errorf("%s %v: %s", dtype, shape, got)
		}
	}
}

// TestBytes holds a file against what the NPY format says, byte for byte.
func TestBytes(t *testing.T) {
	ds := made(t, 2, 3, "int16")
	out := filepath.Join(t.TempDir(), "m.npy")
	if err := numpy.ExportDense(context.Background(), ds, out, numpy.Options{}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	text := "{'descr': '<i2', 'fortran_order': False, 'shape': (2, 3), }"
	want := append([]byte("\x93NUMPY\x01\x00\x76\x00"), text+strings.Repeat(" ", 128-10-len(text)-1)+"\n"...)
	for _, v := range []int16{0, -1, 0, 0, 4, 0} {
		want = binary.LittleEndian.AppendUint16(want, uint16(v))
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestNothing writes a matrix of zeros alone.
func TestNothing(t *testing.T) {
	m, err := sparse.NewDense(2, 5, make([]float32, 10))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path, out := filepath.Join(dir, "zeros.loom"), filepath.Join(dir, "zeros.npz")
	ctx := context.Background()
	if err := loom.Create(ctx, path, map[string]loom.Matrix{"": m}, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	ds, err := loom.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	if err := numpy.ExportSparse(ctx, ds, out, numpy.Options{ByColumn: true}); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.OpenReader(out)
	if err != nil {
		t.Fatal(err)
	}
	defer archive.Close()
	for name, want := range map[string]string{"indices": "(0,), }", "data": "(0,), }", "indptr": "(6,), }", "format": "(), }", "shape": "(2,), }"} {
		file, err := archive.Open(name + ".npy")
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(file)
		if err != nil || !bytes.Contains(content, []byte(want)) {
			t.Errorf("%s: %q, %v", name, content, err)
		}
		file.Close()
	}
}

func TestRefused(t *testing.T) {
	ds := made(t, 3, 4, "int32")
	dir := t.TempDir()
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		out  string
		o    numpy.Options
		want error
	}{
		"another extension":   {context.Background(), "m.txt", numpy.Options{}, numpy.ErrFormat},
		"no such layer":       {context.Background(), "m.npy", numpy.Options{Layer: "x"}, loom.ErrNotExist},
		"no such layer, npz":  {context.Background(), "m.npz", numpy.Options{Layer: "x"}, loom.ErrNotExist},
		"no such folder":      {context.Background(), "none/m.npy", numpy.Options{}, os.ErrNotExist},
		"interrupted":         {cancelled, "m.npy", numpy.Options{}, context.Canceled},
		"interrupted, sparse": {cancelled, "m.npz", numpy.Options{}, context.Canceled},
	} {
		if err := numpy.Export(c.ctx, ds, filepath.Join(dir, c.out), c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: left behind: %v", name, left)
		}
	}
}
