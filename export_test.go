package loom

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/goloom/loom/internal/oracle"
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
