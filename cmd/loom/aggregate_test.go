package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom"
)

// TestAggregateMakesWhatTheLibraryMakes: every flag reaches the library.
func TestAggregateMakesWhatTheLibraryMakes(t *testing.T) {
	path := sample("mouse_cortex_tiny.loom")
	conn, err := loom.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ages, err := conn.ColAttrs().Strings("Age")
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out.loom")
	for _, c := range []struct {
		args []string
		by   string
		f    loom.Reducer
		opts []loom.AggregateOption
	}{
		{[]string{"--by", "ClusterName"}, "ClusterName", loom.Mean, nil},
		{[]string{"--by", "ClusterID", "-f", "nanvar", "-l", "spliced", "--dtype", "float64"}, "ClusterID", loom.Var.SkipNaN(),
			[]loom.AggregateOption{loom.AggregateLayer("spliced")}},
		{[]string{"--labels", written(t, strings.Join(ages, "\n")+"\n"), "--attr", "Sex=tally", "--attr", "TotalUMI=max", "--if-equal"},
			"Age", loom.Mean, []loom.AggregateOption{loom.AggregateAttr("Sex", loom.Tally), loom.AggregateAttr("TotalUMI", loom.Max)}},
		{[]string{"--by", "Age", "--select", "::-2", "-f", "last"}, "Age", loom.Last,
			[]loom.AggregateOption{loom.AggregateColumns(loom.Indices(countedDown(119)))}},
		{[]string{"--by", "Age", "--select", "Sex=male", "-f", "median", "-q"}, "Age", loom.Median, nil},
		{[]string{"--by", "Age", "--select", `Sex == "male" && UMAP[0] < 1e9`, "-f", "median", "-q"}, "Age", loom.Median, nil},
	} {
		args := append([]string{"aggregate", path, "--json", "-o", out}, c.args...)
		r := execute(args...)
		if r.code != exitFine || r.stderr != "" {
			t.Fatalf("loom %q: %+v", args, r)
		}
		if strings.Contains(strings.Join(c.args, " "), "--select Sex") {
			picked, err := parseSelection("Sex=male", 120, conn.ColAttrs())
			if err != nil {
				t.Fatal(err)
			}
			c.opts = append(c.opts, loom.AggregateColumns(loom.Indices(picked.positions())))
		}
		want, err := conn.Aggregate(t.Context(), loom.GroupBy(c.by), c.f, c.opts...)
		if err != nil {
			t.Fatal(err)
		}
		var said struct {
			Shape []int
			Sizes []int
		}
		if err := json.Unmarshal([]byte(r.stdout), &said); err != nil || !slices.Equal(said.Sizes, want.Sizes) {
			t.Errorf("loom %q: %s, want %v columns", args, r.stdout, want.Sizes)
		}
		compareAggregated(t, out, want)
	}
}

func countedDown(from int) []int {
	var positions []int
	for i := from; i >= 0; i -= 2 {
		positions = append(positions, i)
	}
	return positions
}

func compareAggregated(t *testing.T, path string, want *loom.Aggregated) {
	t.Helper()
	made, err := loom.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer made.Close()
	values, err := loom.ReadAs[float64](t.Context(), made.Matrix(), loom.All(), loom.All())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(values.Raw(), want.Matrix.Raw()) {
		t.Errorf("%s: %v, want %v", path, values.Raw(), want.Matrix.Raw())
	}
	for name := range want.ColAttrs {
		if name != "Age" && !made.ColAttrs().Has(name) {
			t.Errorf("%s: no attribute %q", path, name)
		}
	}
}

// TestAggregateRefuses: what is wrong is said in one line, and no file is left.
func TestAggregateRefuses(t *testing.T) {
	path, dir := sample("mouse_cortex_tiny.loom"), t.TempDir()
	out := filepath.Join(dir, "out.loom")
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{path, "-o", out}, "--by or --labels"},
		{[]string{path, "--by", "Age", "--labels", "x", "-o", out}, "--by or --labels"},
		{[]string{path, "--by", "Age"}, "-o is missing"},
		{[]string{path, "--by", "age", "-o", out}, `did you mean "Age"?`},
		{[]string{path, "--by", "UMAP", "-o", out}, "[120 2]"},
		{[]string{path, "--by", "Age", "-f", "avg", "-o", out}, "there are sum, mean"},
		{[]string{path, "--by", "Age", "-l", "splice", "-o", out}, `"spliced"`},
		{[]string{path, "--by", "Age", "--attr", "Sex", "-o", out}, "NAME=FUNC"},
		{[]string{path, "--by", "Age", "--attr", "Sex=avg", "-o", out}, "mode, tally"},
		{[]string{path, "--by", "Age", "--attr", "Sx=mode", "-o", out}, `"Sx"`},
		{[]string{path, "--by", "Age", "--attr", "Sex=mean", "-o", out}, "not numbers"},
		{[]string{path, "--by", "Age", "--select", "500", "-o", out}, "--select: position 500"},
		{[]string{path, "--by", "Age", "--select", "Sex=none", "-o", out}, "no columns"},
		{[]string{path, "--by", "Age", "--select", "sex=male", "-o", out}, `--select: no attribute "sex" to select by; did you mean "Sex"?`},
		{[]string{path, "--by", "Age", "--select", `sex == "male"`, "-o", out}, `--select: no attribute "sex"; did you mean "Sex"?`},
		{[]string{path, "--by", "Age", "--dtype", "float", "-o", out}, "float"},
		{[]string{path, "--by", "Age", "--dtype", "int8", "-f", "mean", "-o", out}, "int8"},
		{[]string{path, "--labels", written(t, "a\nb\n"), "-o", out}, "2 lines, expected 120"},
		{[]string{path, "--labels", written(t, strings.Repeat("a\tb\n", 120)), "-o", out}, "2 fields"},
		{[]string{path, "--by", "Age", "-o", path}, "would be replaced"},
	} {
		r := execute(append([]string{"aggregate"}, c.args...)...)
		if r.code != exitFailed || r.stdout != "" || !strings.Contains(r.stderr, c.says) || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("loom aggregate %q: %+v, want %s", c.args, r, c.says)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// TestStatsJSON: the numbers of both forms are the same.
func TestStatsJSON(t *testing.T) {
	args := []string{"stats", sample("mouse_cortex_tiny.loom"), "--axis", "cols", "--attr", "CellID,Age", "-f", "sum,nanstd", "--select", "Marker=1"}
	lines := strings.Split(strings.TrimSuffix(must(t, args...), "\n"), "\n")
	if lines[0] != "CellID\tAge\tsum\tnanstd" || len(lines) != 121 {
		t.Fatalf("%d lines, %q first", len(lines), lines[0])
	}
	var said struct {
		Attrs map[string][]string
		Stats map[string][]json.Number
	}
	if err := json.Unmarshal([]byte(must(t, append(args, "--json")...)), &said); err != nil {
		t.Fatal(err)
	}
	args[len(args)-1] = "Marker == 1"
	if text := must(t, args...); text != strings.Join(lines, "\n")+"\n" {
		t.Errorf("loom %q: %s, as a selection %s", args, text, lines)
	}
	for i, line := range lines[1:] {
		want := strings.Join([]string{said.Attrs["CellID"][i], said.Attrs["Age"][i], said.Stats["sum"][i].String(), said.Stats["nanstd"][i].String()}, "\t")
		if line != want {
			t.Errorf("line %d: %q, as JSON %q", i, line, want)
		}
	}
}
