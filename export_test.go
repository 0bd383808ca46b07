package loom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
	"github.com/goloom/loom/sparse"
)

type exportQuestion struct {
	File  string  `json:"export"`
	Out   string  `json:"out"`
	Layer *string `json:"layer"`
}

type exportAnswer struct{ Exception string }

func TestExportOfRealFilesIsLoompys(t *testing.T) {
	compareExports(t, oracle.Fixtures(t, "loom"))
}

func TestExportOfGeneratedFilesIsLoompys(t *testing.T) {
	compareExports(t, oracle.GeneratedFiles(t, "*.loom"))
}

// compareExports holds what we export of each layer of each file against what
// loompy does. Text that is not ASCII is left out of the comparison, as loompy leaves
// it out of the text.
func compareExports(t *testing.T, paths []string) {
	t.Helper()
	dir := t.TempDir()
	var questions []exportQuestion
	for _, path := range paths {
		ds, err := Open(path, SkipValidation())
		if err != nil {
			continue // other tests say why
		}
		out := func() string { return filepath.Join(dir, strconv.Itoa(len(questions))) }
		questions = append(questions, exportQuestion{File: path, Out: out()})
		for _, name := range ds.Layers().Names() {
			if name != "" {
				questions = append(questions, exportQuestion{File: path, Out: out(), Layer: &name})
			}
		}
		if err := ds.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for i, answer := range askLoompy[exportQuestion, exportAnswer](t, questions) {
		q := questions[i]
		layer := ""
		if q.Layer != nil {
			layer = *q.Layer
		}
		if filepath.Base(q.File) == "unchecked_matrix_3d.loom" {
			continue // not a matrix here, and for loompy none that it could export the rows of
		}
		t.Run(filepath.Base(q.File)+"/"+layer, func(t *testing.T) {
			ds, err := Open(q.File, SkipValidation())
			if err != nil {
				t.Fatal(err)
			}
			defer ds.Close()
			var ours bytes.Buffer
			err = ds.ExportTo(context.Background(), &ours, ExportLayer(layer))
			if answer.Exception != "" {
				t.Logf("loompy cannot: %s; here: %v", answer.Exception, err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := os.ReadFile(q.Out)
			if err != nil {
				t.Fatal(err)
			}
			compareLines(t, ours.String(), string(theirs))
		})
	}
}

func compareLines(t *testing.T, ours, theirs string) {
	t.Helper()
	a, b := strings.SplitAfter(onlyASCII(ours), "\n"), strings.SplitAfter(onlyASCII(theirs), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			continue
		}
		mine, yours := strings.Split(a[i], "\t"), strings.Split(b[i], "\t")
		for k := range min(len(mine), len(yours)) {
			if mine[k] != yours[k] {
				t.Fatalf("line %d, field %d: ours %q, loompy's %q", i, k, mine[k], yours[k])
			}
		}
		t.Fatalf("line %d: ours has %d fields, loompy's %d", i, len(mine), len(yours))
	}
	if len(a) != len(b) {
		t.Fatalf("ours has %d lines, loompy's %d", len(a), len(b))
	}
}

func onlyASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r > 0x7f {
			return -1
		}
		return r
	}, s)
}

func TestExportText(t *testing.T) {
	ds, err := Open(filepath.Join("testdata", "entities_spec2.loom"))
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	var got strings.Builder
	if err := ds.ExportTo(context.Background(), &got); err != nil {
		t.Fatal(err)
	}
	want := "\tCellID\tcell_0\tcell_1\tcell_2\tcell_3\tcell_4\tcell_5\t\n" +
		"\tTissue\tcœur\tfin & tail\tskin\tskin\teye\tcœur\t\n" +
		"Gene\t\t\t\t\t\t\t\t\n" +
		"sox10\t\t0.0\t1.0\t2.0\t3.0\t4.0\t0.0\t\n" +
		"mitfa\t\t1.0\t2.0\t3.0\t4.0\t0.0\t1.0\t\n" +
		"foxd3 <long>\t\t2.0\t3.0\t4.0\t0.0\t1.0\t2.0\t\n" +
		"tfap2a\t\t3.0\t4.0\t0.0\t1.0\t2.0\t3.0\t\n"
	if got.String() != want {
		t.Errorf("exported\n%q, want\n%q", got.String(), want)
	}
}

func TestExportReplacesAFileOnlyWhenComplete(t *testing.T) {
	ds := openGenerated(t, "spec3_plain.loom")
	dir := t.TempDir()
	path := filepath.Join(dir, "out.tab")
	if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}

	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if err := ds.Export(cancelled, path); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled export: %v", err)
	}
	if err := ds.Export(context.Background(), path, ExportLayer("no such layer")); !errors.Is(err, ErrNotExist) {
		t.Errorf("export of a missing layer: %v", err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != "before" {
		t.Errorf("after failures the file holds %q, %v", text, err)
	}
	checkOnlyFile(t, dir)

	if err := ds.Export(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := ds.ExportTo(context.Background(), &want); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || !bytes.Equal(text, want.Bytes()) {
		t.Errorf("the file holds %d bytes, want %d: %v", len(text), want.Len(), err)
	}
	checkOnlyFile(t, dir)
}

func checkOnlyFile(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("folder holds %v, want the exported file alone", entries)
	}
}

func openGenerated(t *testing.T, name string) *Conn {
	t.Helper()
	ds, err := Open(oracle.GeneratedFiles(t, name)[0])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ds.Close() })
	return ds
}

func TestExportReportsAFailingWriter(t *testing.T) {
	ds := openGenerated(t, "spec3_several_chunks.loom")
	reader, writer := io.Pipe()
	broken := errors.New("broken")
	reader.CloseWithError(broken)
	if err := ds.ExportTo(context.Background(), writer); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

func TestExportOfAClosedFile(t *testing.T) {
	ds := openGenerated(t, "spec3_plain.loom")
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
	if err := ds.ExportTo(context.Background(), io.Discard); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v, want ErrClosed", err)
	}
}

// Many batches of rows, rows longer than a part of text, more or less memory for each: the text is
// that of the elements one by one, on any number of processors.
func TestExportOfAllShapes(t *testing.T) {
	for _, shape := range [][2]int{{1, 1}, {63, 65}, {1000, 129}, {3, 40_000}, {130, 20_000}, {17_000, 3}} {
		t.Run(fmt.Sprint(shape), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.loom")
			want := createCounts(t, path, shape[0], shape[1])
			ds, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer ds.Close()
			for _, workers := range []int{1, 3} {
				before := runtime.GOMAXPROCS(workers)
				var got bytes.Buffer
				err := ds.ExportTo(t.Context(), &got)
				runtime.GOMAXPROCS(before)
				if err != nil {
					t.Fatal(err)
				}
				compareLines(t, got.String(), want)
			}
		})
	}
}

// createCounts creates a file of counts and halves, with attributes, and returns its text.
func createCounts(t *testing.T, path string, rows, cols int) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(uint64(rows), uint64(cols)))
	values, genes, scores := make([]float32, rows*cols), make([]string, rows), make([]float64, 2*rows)
	var text strings.Builder
	text.WriteString("Gene\tScore\t" + strings.Repeat("\t", cols+1) + "\n")
	for i := range rows {
		genes[i], scores[2*i] = fmt.Sprint("Gene", i), float64(i%7)+0.5
		fmt.Fprintf(&text, "%s\t[%.1f 0. ]\t\t", genes[i], scores[2*i])
		for k := range cols {
			if rng.IntN(10) == 0 {
				values[i*cols+k] = float32(rng.IntN(3000)) / 2
			}
			text.WriteString(strconv.FormatFloat(float64(values[i*cols+k]), 'f', 1, 32))
			text.WriteByte('\t')
		}
		text.WriteByte('\n')
	}
	matrix, err := sparse.NewDense(rows, cols, values)
	if err != nil {
		t.Fatal(err)
	}
	attributes := map[string]*Array{"Gene": arrayOf(t, genes), "Score": arrayOf(t, scores, rows, 2)}
	if err := Create(t.Context(), path, map[string]Matrix{"": matrix}, attributes, nil, nil); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func arrayOf[T hdf5.Element](t *testing.T, values []T, shape ...int) *Array {
	t.Helper()
	a, err := hdf5.NewArray(values, shape...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Whatever the writer takes before it fails, its error ends the export, and so does a context that ends meanwhile.
func TestExportEndsAnywhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.loom")
	n := len(createCounts(t, path, 300, 500))
	ds, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	broken := errors.New("broken")
	for _, after := range []int{0, 1, n / 3, n - 1} {
		ctx, cancel := context.WithCancel(t.Context())
		left := after
		err := ds.ExportTo(ctx, writerFunc(func(p []byte) (int, error) {
			if left -= len(p); left < 0 {
				return 0, broken
			}
			return len(p), nil
		}))
		if !errors.Is(err, broken) {
			t.Errorf("writer that fails after %d bytes: %v", after, err)
		}
		left = after
		err = ds.ExportTo(ctx, writerFunc(func(p []byte) (int, error) {
			if left -= len(p); left < 0 {
				cancel()
			}
			return len(p), nil
		}))
		if after < n-1 && !errors.Is(err, context.Canceled) {
			t.Errorf("context that ends after %d bytes: %v", after, err)
		}
		cancel()
	}
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
