package loom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// askLoompy puts questions to testdata/oracle/loompy_batch.py and decodes the
// answers, in order.
func askLoompy[Q, A any](t *testing.T, questions []Q) []A {
	t.Helper()
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, q := range questions {
		if err := enc.Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "questions")
	if err := os.WriteFile(path, in.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(bytes.NewReader(oracle.Run(t, "oracle/loompy_batch.py", path)))
	answers := make([]A, len(questions))
	for i := range answers {
		if err := dec.Decode(&answers[i]); err != nil {
			t.Fatal(err)
		}
	}
	return answers
}

type validateQuestion struct {
	File        string `json:"validate"`
	Spec        string `json:"spec"`
	Conventions bool   `json:"conventions"`
}

// A verdict is loompy's answer to a validateQuestion.
type verdict struct {
	Valid     bool
	Version   string
	Errors    []string
	Warnings  []string
	Exception string
}

func TestVerdictsOfRealFilesAreLoompys(t *testing.T) {
	compareVerdicts(t, oracle.Fixtures(t, "loom"))
}

func TestVerdictsOfGeneratedFilesAreLoompys(t *testing.T) {
	compareVerdicts(t, oracle.GeneratedFiles(t, "*.loom"))
}

// compareVerdicts holds our verdicts on files against loompy's, by each version
// of the specification.
func compareVerdicts(t *testing.T, paths []string) {
	t.Helper()
	var questions []validateQuestion
	for _, path := range paths {
		for _, version := range []string{"", "3.0.0", "2.0.1", "old"} {
			questions = append(questions, validateQuestion{File: path, Spec: version})
		}
	}
	for i, theirs := range askLoompy[validateQuestion, verdict](t, questions) {
		q := questions[i]
		t.Run(filepath.Base(q.File)+"/"+q.Spec, func(t *testing.T) {
			ours, err := Validate(q.File, specOption(q.Spec)...)
			if err != nil {
				t.Fatal(err)
			}
			if ours.Valid() != theirs.Valid {
				t.Errorf("ours %v %q, loompy's %v %q %s", ours.Valid(), ours.Errors, theirs.Valid, theirs.Errors, theirs.Exception)
			}
			if theirs.Version != "" && ours.Spec != theirs.Version {
				t.Errorf("held against %q, by loompy against %q", ours.Spec, theirs.Version)
			}
			checkSentences(t, ours)
		})
	}
}

func TestValidateListsEveryViolation(t *testing.T) {
	report, err := Validate(filepath.Join("testdata", "broken.loom"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"/layers/mask: booleans, expected integers or floating point numbers",
		"/layers/spliced: shape [4 5], expected [4 6], which the main matrix has",
		"/row_attrs/Gene: first dimension 3, expected 4, one for each row",
		"/col_attrs/position: compound elements, expected numbers or strings of variable length",
		"/col_graphs/KNN: vectors a, b and w of lengths [5 5 4], expected equal lengths",
	}
	if report.Valid() || !slices.Equal(report.Errors, want) {
		t.Errorf("valid %v, errors:\n%s\nwant:\n%s", report.Valid(), strings.Join(report.Errors, "\n"), strings.Join(want, "\n"))
	}
}

func TestValidateWarnsOfOldNames(t *testing.T) {
	report, err := Validate(filepath.Join("testdata", "edges_old.loom"))
	if err != nil {
		t.Fatal(err)
	}
	if !report.Valid() || !slices.Contains(report.Warnings, "/col_edges: the name of /col_graphs in old files") {
		t.Errorf("valid %v, warnings %q", report.Valid(), report.Warnings)
	}
}

func TestValidateWarnsOfVerticesOutOfRange(t *testing.T) {
	report, err := Validate(oracle.GeneratedFiles(t, "unchecked_graph_vertex_range.loom")[0])
	if err != nil {
		t.Fatal(err)
	}
	want := []string{`column graph "KNN": vector a: edge 7 has vertex 7 of 7`}
	if !report.Valid() || !slices.Equal(report.Warnings, want) {
		t.Errorf("valid %v, warnings %q, want %q", report.Valid(), report.Warnings, want)
	}
}

func TestValidateOfWhatIsNotHDF5(t *testing.T) {
	path := filepath.Join(t.TempDir(), "text.loom")
	if err := os.WriteFile(path, []byte("not HDF5"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Validate(path); !errors.Is(err, hdf5.ErrNotHDF5) {
		t.Errorf("error %v, want ErrNotHDF5", err)
	}
	if _, err := Validate(path + ".missing"); !errors.Is(err, ErrNotExist) {
		t.Errorf("error %v, want ErrNotExist", err)
	}
}

// FuzzJudgeAndExport holds files of any content against everything and exports
// them: what comes out does not matter, but there must be no panic and no hang.
func FuzzJudgeAndExport(f *testing.F) {
	for _, name := range []string{"edges_old.loom", "entities_spec2.loom", "broken.loom"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Fuzz(func(_ *testing.T, content []byte) {
		c, err := OpenReader(bytes.NewReader(content), int64(len(content)), "fuzzed", SkipValidation())
		if err != nil {
			return
		}
		report := validateSpec(c.now().file, c.now().spec)
		checkVertices(report, &c.now().contents)
		checkConventions(report, &c.now().contents)
		_ = c.ExportTo(context.Background(), &limitedWriter{left: 1 << 24})
		_ = c.Close()
	})
}

// A limitedWriter fails when it is full: a short file may claim long rows.
type limitedWriter struct{ left int }

func (w *limitedWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func specOption(version string) []ValidateOption {
	if version == "" {
		return nil
	}
	return []ValidateOption{ValidateSpec(version)}
}

// checkSentences wants of each violation that it says where, what was found
// and what was expected.
func checkSentences(t *testing.T, r *Report) {
	t.Helper()
	for _, text := range r.Errors {
		if !strings.HasPrefix(text, "/") || !strings.Contains(text, "expected") {
			t.Errorf("violation %q does not say where it is or what was expected", text)
		}
	}
}
