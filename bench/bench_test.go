package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/internal/oracle"
)

// The benchmark measures in processes of its own executable, which here is that
// of the tests.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childMark {
		main()
		return
	}
	os.Exit(m.Run())
}

var tiny = []string{"-genes", "70", "-cells", "130", "-runs", "1"}

// runBench runs the benchmark on tiny files and returns what it prints and its JSON.
func runBench(t *testing.T, dir string, args ...string) (table string, results []byte) {
	t.Helper()
	report := filepath.Join(t.TempDir(), "report.json")
	var stdout, stderr bytes.Buffer
	args = append(append(tiny, "-dir", dir, "-json", report), args...)
	if err := run(t.Context(), args, &stdout, &stderr); err != nil {
		t.Fatalf("%v\n%s", err, stderr.Bytes())
	}
	results, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	return stdout.String(), results
}

// checkRows wants a row of the table, and of the JSON, for every operation.
func checkRows(t *testing.T, list []operation, table string, results []byte) {
	t.Helper()
	var report struct{ Rows []struct{ Operation string } }
	if err := json.Unmarshal(results, &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Rows) != len(list) {
		t.Fatalf("%d rows in %s, want %d", len(report.Rows), results, len(list))
	}
	for i, op := range list {
		if report.Rows[i].Operation != op.name {
			t.Errorf("row %d is %q, want %q", i, report.Rows[i].Operation, op.name)
		}
		if !strings.Contains(table, "\n"+op.title+" ") {
			t.Errorf("%q is not in\n%s", op.title, table)
		}
	}
}

func TestEveryOperationRunsHere(t *testing.T) {
	table, results := runBench(t, t.TempDir(), "-python", "")
	checkRows(t, compared, table, results)
}

// A sweep has a row for every operation and number of cells, with all numbers of processors.
func TestSweep(t *testing.T) {
	table, results := runBench(t, t.TempDir(), "-python", "", "-sweep", "70,130", "-only", "^(row|column)$")
	var report struct {
		Rows []struct {
			Operation string
			Cells     int
			Ours      []struct {
				Procs   int
				Seconds float64
			}
		}
	}
	if err := json.Unmarshal(results, &report); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range report.Rows {
		for _, m := range row.Ours {
			if m.Seconds <= 0 {
				t.Errorf("%s took %v seconds", row.Operation, m.Seconds)
			}
			got = append(got, fmt.Sprint(row.Operation, " ", row.Cells, " ", m.Procs))
		}
	}
	want := []string{
		"row 70 1", "row 70 2", "row 70 4", "row 130 1", "row 130 2", "row 130 4",
		"column 70 1", "column 70 2", "column 70 4", "column 130 1", "column 130 2", "column 130 4",
	}
	if !slices.Equal(got, want) {
		t.Errorf("rows are %q, want %q", got, want)
	}
	if lines := strings.Count(table, "\none "); lines != 4 {
		t.Errorf("%d rows, want 4, in\n%s", lines, table)
	}
}

func TestMemoryOfEveryOperation(t *testing.T) {
	if peakMemory() == 0 {
		t.Skip("this system does not say how much memory a process has had")
	}
	table, results := runBench(t, t.TempDir(), "-memory")
	checkRows(t, fileToFile, table, results)
}

func TestComparisonWithLoompy(t *testing.T) {
	python := oracle.Python(t)
	table, results := runBench(t, t.TempDir(), "-python", python, "-only", "^row$")
	var report struct{ Rows []comparison }
	if err := json.Unmarshal(results, &report); err != nil {
		t.Fatal(err)
	}
	if len(report.Rows) != 1 || report.Rows[0].Loompy == nil || report.Rows[0].Ratio <= 0 {
		t.Errorf("no comparison in %s\n%s", results, table)
	}
}

// manyRuns runs operations.py, its first argument, with each of the lists of
// arguments in its second, in one process: most of the time of one is to start.
const manyRuns = `
import json, sys
script, runs = sys.argv[1], json.loads(sys.argv[2])
for run in runs:
    sys.argv = ["operations.py"] + run
    exec(compile(script, "operations.py", "exec"), {"__name__": "__main__"})
`

func TestEveryOperationRunsInLoompy(t *testing.T) {
	python := oracle.Python(t)
	dir := t.TempDir()
	f := files{dir, shape{70, 130}}
	var runs [][]string
	for _, op := range compared {
		args := []string{op.name, "100", filepath.Join(dir, op.name+"-made.loom")}
		for i, name := range op.inputs {
			if err := makeFile(t.Context(), f, name); err != nil {
				t.Fatal(err)
			}
			input := f.path(name)
			if i == 0 && op.changes {
				input = filepath.Join(dir, op.name+"-changed.loom")
				if err := copyFile(input, f.path(name)); err != nil {
					t.Fatal(err)
				}
			}
			args = append(args, input)
		}
		runs = append(runs, args)
	}
	list, err := json.Marshal(runs)
	if err != nil {
		t.Fatal(err)
	}
	out, err := output(exec.CommandContext(t.Context(), python, "-c", manyRuns, loompyScript, string(list)))
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(compared) {
		t.Fatalf("%d measurements of %d operations:\n%s", len(lines), len(compared), out)
	}
	for i, line := range lines {
		var m measurement
		if err := json.Unmarshal([]byte(line), &m); err != nil || m.Seconds <= 0 {
			t.Errorf("%s printed %q: %v", compared[i].name, line, err)
		}
	}
}

// Two generators make the same file, and one that is like a count matrix.
func TestFilesAreDeterministic(t *testing.T) {
	ctx := context.Background()
	var made [2]*loom.Conn
	for i := range made {
		f := files{t.TempDir(), shape{500, 200}}
		if err := f.generate(ctx, fileA); err != nil {
			t.Fatal(err)
		}
		ds, err := loom.Open(f.path(fileA))
		if err != nil {
			t.Fatal(err)
		}
		defer ds.Close()
		made[i] = ds
	}
	differences, err := loom.Diff(ctx, made[0], made[1])
	if err != nil {
		t.Fatal(err)
	}
	if len(differences) > 0 {
		t.Errorf("two files differ: %v", differences)
	}
	counts, err := made[0].Sparse(ctx, loom.All(), loom.All(), "")
	if err != nil {
		t.Fatal(err)
	}
	if share := float64(counts.NNZ()) / (500 * 200); share < 0.04 || share > 0.12 {
		t.Errorf("%g of the elements are not zero, want about %g", share, nonZeros)
	}
}

func TestBadFlags(t *testing.T) {
	for _, args := range [][]string{
		{"-cells", "63"}, {"-genes", "-1"}, {"-runs", "0"}, {"-procs", "-1"}, {"-only", "("}, {"more"}, {"-unknown"},
	} {
		args = append([]string{"-dir", t.TempDir(), "-python", ""}, args...)
		if err := run(t.Context(), args, new(bytes.Buffer), new(bytes.Buffer)); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}
