package fastq_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom/convert/fastq"
	_ "modernc.org/sqlite"
)

// database makes a database of one sample, beside others, and returns its path.
func database(t *testing.T, name, chemistry string, cells int) string {
	t.Helper()
	return execute(t, "samples.db",
		"CREATE TABLE sample (name TEXT, chemistry TEXT, targetnumcells INTEGER, age REAL, comment TEXT, Donor TEXT)",
		"INSERT INTO sample VALUES ('other', 'v1', 1, 1.5, 'no', 'nobody')",
		fmt.Sprintf("INSERT INTO sample VALUES ('%s', '%s', %d, 12.5, 'µ', 'D1')", name, chemistry, cells))
}

// execute makes a database of the given name by statements, and returns its path.
func execute(t *testing.T, name string, statements ...string) string {
	t.Helper()
	dir := t.TempDir()
	made, path := filepath.Join(dir, "made.db"), filepath.Join(dir, name)
	db, err := sql.Open("sqlite", made)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(made, path); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReadSample(t *testing.T) {
	dir := t.TempDir()
	for name, path := range map[string]string{
		"text":                 put(t, dir, "a.tab", "Name\tChemistry\tTargetNumCells\nS1\tv3\t700\nS2\tv2\t1\n"),
		"no line end":          put(t, dir, "b.tab", "SampleID\tName\tchemistry\ttargetnumcells\nx\tS1\tv2\t1\nS1\tx\tv3\t700"),
		"spreadsheet":          put(t, dir, "c.tab", "\xef\xbb\xbfSAMPLEID\tChemistry\tTargetNumCells\t\t\r\nS1\tv3\t700\t\t\r\n"),
		"technology":           put(t, dir, "d.tab", "name\tchemistry\ttechnology\ttargetnumcells\nS1\tv2\t10xv3\t 700 \n"),
		"short line":           put(t, dir, "e.tab", "name\tchemistry\ttargetnumcells\tcomment\nS0\nS1\tv3\t700\n"),
		"database":             database(t, "S1", "v3", 700),
		"oddly named database": execute(t, "a?b#c %41.sqlite", "CREATE TABLE sample (Name, Chemistry, TargetNumCells, unused)", "INSERT INTO sample VALUES ('S1', 'v3', '700', NULL)"),
	} {
		s, err := fastq.ReadSample(t.Context(), path, "S1")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		technology, err := s.Technology()
		if err != nil || technology != "10xv3" {
			t.Errorf("%s: technology %q, %v", name, technology, err)
		}
		if n, err := s.ExpectedCells(); err != nil || n != 700 {
			t.Errorf("%s: %d cells, %v", name, n, err)
		}
		if slices.Contains(s.Names, "") || slices.Contains(s.Names, "unused") {
			t.Errorf("%s: columns %q", name, s.Names)
		}
	}
}

// TestSampleTypes holds that numbers of a database stay numbers, and names as they are.
func TestSampleTypes(t *testing.T) {
	s, err := fastq.ReadSample(t.Context(), database(t, "S1", "v3", 7), "S1")
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"name", "chemistry", "targetnumcells", "age", "comment", "Donor"}; !slices.Equal(s.Names, want) {
		t.Errorf("columns %v, want %v", s.Names, want)
	}
	if got := s.Values["targetnumcells"].Data(); !slices.Equal(got.([]int64), []int64{7}) {
		t.Errorf("targetnumcells is %v", got)
	}
	if got := s.Values["age"].Data(); !slices.Equal(got.([]float64), []float64{12.5}) {
		t.Errorf("age is %v", got)
	}
	if got := s.Values["comment"].Data(); !slices.Equal(got.([]string), []string{"µ"}) {
		t.Errorf("comment is %v", got)
	}
	s, err = fastq.ReadSample(t.Context(), put(t, t.TempDir(), "a.tab", "Name\tTargetNumCells\nS1\t\n"), "S1")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := s.ExpectedCells(); err != nil || n != 5000 {
		t.Errorf("%d cells are expected where nothing is said, %v, want 5000", n, err)
	}
}
