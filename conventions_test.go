package loom

import (
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom/internal/oracle"
)

// Every attribute in which loompy finds fault with a valid file is one in which
// we do, and the other way round, but for loompy's own faults.
func TestConventionsAreLoompys(t *testing.T) {
	var questions []validateQuestion
	for _, path := range oracle.GeneratedFiles(t, "spec3_*.loom") {
		questions = append(questions, validateQuestion{File: path, Conventions: true})
	}
	for i, theirs := range askLoompy[validateQuestion, verdict](t, questions) {
		q := questions[i]
		t.Run(filepath.Base(q.File), func(t *testing.T) {
			ours, err := Validate(q.File, ValidateConventions())
			if err != nil {
				t.Fatal(err)
			}
			got, want := faulted(ours.Errors), faulted(soundErrors(theirs.Errors))
			for name := range want {
				if !got[name] {
					t.Errorf("loompy finds fault with %s: ours %q, loompy's %q", name, ours.Errors, theirs.Errors)
				}
			}
			for name := range got {
				if theirs.Exception == "" && !want[name] && name != "column ClusterID" {
					t.Errorf("only we find fault with %s: ours %q, loompy's %q", name, ours.Errors, theirs.Errors)
				}
			}
		})
	}
}

// soundErrors drops those that are none: see checkConventions.
func soundErrors(errors []string) []string {
	return slices.DeleteFunc(slices.Clone(errors), func(text string) bool {
		return strings.Contains(text, "0, 1, 2, ...") ||
			strings.HasPrefix(text, "Row attribute 'Valid' must be 1-dimensional") ||
			strings.HasPrefix(text, "Row attribute 'Selected' must be 1-dimensional")
	})
}

var attributeInText = regexp.MustCompile(`(?i)(row|column) attribute ['"](\w+)['"]|(ClusterName) must correspond`)

// faulted returns the attributes that sentences, ours or loompy's, begin with.
func faulted(errors []string) map[string]bool {
	names := map[string]bool{}
	for _, text := range errors {
		m := attributeInText.FindStringSubmatch(text)
		switch {
		case m == nil:
		case m[3] != "":
			names["column "+m[3]] = true
		default:
			names[strings.ToLower(m[1])+" "+m[2]] = true
		}
	}
	return names
}

func TestConventions(t *testing.T) {
	for _, c := range []struct {
		file    string
		faulted []string
	}{
		{"spec3_conventions.loom", nil},
		{"spec3_plain.loom", []string{"column ClusterID"}},
		{"spec3_duplicate_cells.loom", []string{
			"column CellID", "column ClusterID", "column ClusterName", "column Outliers", "column Valid",
			"row Accession", "row Gene", "row Selected",
		}},
	} {
		report, err := Validate(oracle.GeneratedFiles(t, c.file)[0], ValidateConventions())
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Sorted(maps.Keys(faulted(report.Errors))); !slices.Equal(got, c.faulted) {
			t.Errorf("%s: finds fault with %q, want %q: %q", c.file, got, c.faulted, report.Errors)
		}
	}
}
