package loom_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/internal/oracle"
)

// recordMakers make files of the files a, b and c of records.py, in every way in which
// attributes of a file become those of another.
var recordMakers = map[string]func(ctx context.Context, a *loom.Conn, b, c, out string) ([]loom.Loss, error){
	"both": func(ctx context.Context, a *loom.Conn, b, _, out string) ([]loom.Loss, error) {
		made, err := loom.Combine(ctx, out, []loom.Source{{Conn: a}, {Path: b}}, loom.OpenWith(loom.SkipValidation()))
		return made.Losses, err
	},
	"part": func(ctx context.Context, a *loom.Conn, _, _, out string) ([]loom.Loss, error) {
		made, err := loom.Combine(ctx, out, []loom.Source{{Conn: a, Rows: loom.Indices([]int{3, 0}), Cols: loom.Indices([]int{4, 1, 1})}})
		return made.Losses, err
	},
	"outer": func(ctx context.Context, a *loom.Conn, _, c, out string) ([]loom.Loss, error) {
		made, err := loom.Combine(ctx, out, []loom.Source{{Conn: a}, {Path: c}},
			loom.OpenWith(loom.SkipValidation()), loom.ByKey("Gene"), loom.JoinRows(loom.JoinOuter))
		return made.Losses, err
	},
	"added": func(ctx context.Context, a *loom.Conn, b, _, out string) ([]loom.Loss, error) {
		// What is referred to cannot be moved.
		if err := a.ColAttrs().Delete("Refs"); err != nil {
			return nil, err
		}
		if err := a.PermuteTo(ctx, out, []int{0, 1, 2, 3, 4}, loom.Columns); err != nil {
			return nil, err
		}
		ds, err := loom.Connect(out, loom.SkipValidation())
		if err != nil {
			return nil, err
		}
		defer ds.Close()
		made, err := ds.AddLoom(ctx, b, loom.OpenWith(loom.SkipValidation()), loom.FillAuto())
		return made.Losses, err
	},
	"view": func(ctx context.Context, a *loom.Conn, _, _, out string) ([]loom.Loss, error) {
		if err := a.ColAttrs().Delete("Refs"); err != nil {
			return nil, err
		}
		view, err := a.View(ctx, loom.Indices([]int{0, 2}), loom.Range(1, 4))
		if err != nil {
			return nil, err
		}
		return nil, view.Create(ctx, out)
	},
	"groups": func(ctx context.Context, a *loom.Conn, _, _, out string) ([]loom.Loss, error) {
		_, err := a.Aggregate(ctx, loom.GroupBy("Group"), loom.Sum, loom.AggregateTo(out),
			loom.AggregateAttr("Mixed", loom.First), loom.AggregateAttr("Embedding", loom.Last))
		return nil, err
	},
}

// TestRecordsAreKept: compounds, enumerations and other values that the specification does
// not know, as SCope's files have them, become part of results as numpy would select them and
// put them together. What cannot is reported.
func TestRecordsAreKept(t *testing.T) {
	dir := t.TempDir()
	oracle.Run(t, "oracle/records.py", "make", dir)
	at := func(name string) string { return filepath.Join(dir, name) }
	losses := map[string][]string{
		"both":  {"Differs", "Half", "Refs"},
		"part":  {"Refs"},
		"outer": {"Half", "Refs"},
		"added": {"Differs", "Refs"},
	}
	for name, make := range recordMakers {
		a := connect(t, copyOf(t, at("a")), loom.SkipValidation())
		lost, err := make(t.Context(), a, at("b"), at("c"), at(name))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var names []string
		for _, loss := range lost {
			names = append(names, loss.Name)
		}
		slices.Sort(names)
		if names = slices.Compact(names); !slices.Equal(names, losses[name]) {
			t.Errorf("%s: lost %q, want %q", name, lost, losses[name])
		}
	}
	if differences := oracle.Run(t, "oracle/records.py", "check", dir); len(differences) > 0 {
		t.Errorf("differences:\n%s", differences)
	}
}

// TestSCopeIsKept: nothing of a file of SCope's is lost in a part of it.
func TestSCopeIsKept(t *testing.T) {
	for _, path := range oracle.Fixtures(t, "loom") {
		if filepath.Base(path) != "scopeloomr_example.loom" {
			continue
		}
		ds := open(t, path, loom.SkipValidation())
		out := filepath.Join(t.TempDir(), "part.loom")
		made, err := loom.Combine(t.Context(), out, []loom.Source{{Conn: ds, Cols: loom.Range(10, 40)}}, loom.KeepAll())
		if err != nil {
			t.Fatal(err)
		}
		part := open(t, out, loom.SkipValidation())
		want := fmt.Sprint(ds.ColAttrs().Names(), ds.RowAttrs().Names())
		if got := fmt.Sprint(part.ColAttrs().Names(), part.RowAttrs().Names()); len(made.Losses) > 0 || got != want {
			t.Errorf("lost %v: %s, want %s", made.Losses, got, want)
		}
		if info, err := os.Stat(out); err != nil || info.Size() == 0 {
			t.Error(err)
		}
	}
}
