package loom

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
		if filepath.Base(q.File) == "unusual_big_endian.loom" {
			continue // the one difference that Validate documents
		}
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
