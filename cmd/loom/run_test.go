package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// A result is what a command leaves behind.
type result struct {
	code           int
	stdout, stderr string
}

func execute(args ...string) result {
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), args, strings.NewReader(""), &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

// sample returns the path of a small file of the repository.
func sample(name string) string { return "../../testdata/" + name }

// TestGolden holds everything that the commands print, for small files of every
// dialect, against what they printed when a person looked at it.
func TestGolden(t *testing.T) {
	const tiny, broken, entities, old = "mouse_cortex_tiny.loom", "broken.loom", "entities_spec2.loom", "edges_old.loom"
	for name, args := range map[string][]string{
		"help":                    {"--help"},
		"help_info":               {"info", "--help"},
		"help_head":               {"head", "--help"},
		"help_get":                {"get", "--help"},
		"help_validate":           {"validate", "--help"},
		"help_export":             {"export", "--help"},
		"help_check":              {"check", "--help"},
		"help_repack":             {"repack", "--help"},
		"help_set":                {"set", "--help"},
		"help_rm":                 {"rm", "--help"},
		"help_permute":            {"permute", "--help"},
		"help_sort":               {"sort", "--help"},
		"help_rename":             {"rename", "--help"},
		"help_add_columns":        {"add-columns", "--help"},
		"help_add":                {"add", "--help"},
		"help_combine":            {"combine", "--help"},
		"help_changes":            {"changes", "--help"},
		"help_diff":               {"diff", "--help"},
		"help_subset":             {"subset", "--help"},
		"help_split":              {"split", "--help"},
		"changes":                 {"changes", sample(tiny), "--since", "2020-01-01"},
		"diff":                    {"diff", sample(entities), sample(old)},
		"diff_json":               {"diff", sample(entities), sample(old), "--json"},
		"info":                    {"info", sample(tiny)},
		"info_json":               {"info", "--json", sample(tiny)},
		"info_broken":             {"info", sample(broken)},
		"info_broken_json":        {"info", "--json", sample(broken)},
		"info_entities":           {"info", sample(entities)},
		"info_old":                {"info", sample(old)},
		"head":                    {"head", sample(tiny)},
		"head_layer":              {"head", sample(tiny), "--layer", "spliced", "-n", "3", "-m", "2"},
		"head_nothing":            {"head", sample(tiny), "-n", "0", "-m", "0"},
		"head_broken":             {"head", sample(broken)},
		"head_entities":           {"head", sample(entities)},
		"get_genes":               {"get", sample(tiny), "row_attrs/Gene", "--rows", "::-7", "--header"},
		"get_umap":                {"get", sample(tiny), "/col_attrs/UMAP", "--cols", "0,-1,1", "--header"},
		"get_total":               {"get", sample(tiny), "col_attrs/TotalUMI", "--cols", "ClusterName=Microglia"},
		"get_title":               {"get", sample(tiny), "attrs/title"},
		"get_corner":              {"get", sample(tiny), "matrix", "--rows", "Marker=1", "--cols", ":3", "--header"},
		"get_layer":               {"get", sample(tiny), "layers/unspliced", "--rows", "Gene=Cux2"},
		"get_graph":               {"get", sample(tiny), "col_graphs/KNN", "--header"},
		"get_compound":            {"get", sample(broken), "col_attrs/position"},
		"get_mask":                {"get", sample(broken), "layers/mask"},
		"get_old_graph":           {"get", sample(old), "row_graphs/similar"},
		"get_nothing":             {"get", sample(tiny), "row_attrs/Gene", "--rows", "Gene=Nothing"},
		"get_missing":             {"get", sample(tiny), "row_attrs/gene"},
		"get_missing_layer":       {"get", sample(tiny), "layers/splice"},
		"get_missing_attribute":   {"get", sample(tiny), "attrs/unknown"},
		"get_wrong_path":          {"get", sample(tiny), "rows/Gene"},
		"get_no_name":             {"get", sample(tiny), "layers/"},
		"get_wrong_axis":          {"get", sample(tiny), "row_attrs/Gene", "--cols", "1"},
		"get_wrong_graph":         {"get", sample(tiny), "col_graphs/KNN", "--cols", "1"},
		"get_outside":             {"get", sample(tiny), "matrix", "--rows", "60"},
		"get_broken_graph":        {"get", sample(broken), "col_graphs/KNN"},
		"validate":                {"validate", sample(tiny)},
		"validate_json":           {"validate", sample(tiny), "--json"},
		"validate_conventions":    {"validate", sample(tiny), "--conventions"},
		"validate_broken":         {"validate", sample(broken)},
		"validate_broken_json":    {"validate", sample(broken), "--json"},
		"validate_other_version":  {"validate", sample(entities), "--spec", "3.0.0"},
		"validate_no_version":     {"validate", sample(tiny), "--spec", "4"},
		"export":                  {"export", sample(entities), "-o", "-"},
		"export_nowhere":          {"export", sample(entities)},
		"export_missing":          {"export", sample(entities), "-o", "-", "--layer", "x"},
		"check":                   {"check", sample(tiny)},
		"check_json":              {"check", sample(tiny), "--json"},
		"check_missing":           {"check", "nowhere.loom"},
		"check_not_hdf5":          {"check", "testdata/text.loom"},
		"repack_missing":          {"repack", "nowhere.loom"},
		"repack_wrong_chunks":     {"repack", sample(tiny), "--chunks", "64"},
		"repack_wrong_level":      {"repack", sample(tiny), "--level", "10"},
		"repack_itself":           {"repack", sample(tiny), "-o", "../../testdata/./" + tiny},
		"help_aggregate":          {"aggregate", "--help"},
		"help_stats":              {"stats", "--help"},
		"stats":                   {"stats", sample(tiny), "--func", "mean,std,nonzeros,argmax", "--attr", "Gene", "--layer", "spliced"},
		"stats_positions":         {"stats", sample(tiny), "--axis", "cols", "--func", "median", "--select", "0:5"},
		"stats_wrong_axis":        {"stats", sample(tiny), "--axis", "columns"},
		"stats_wrong_function":    {"stats", sample(tiny), "--func", "mean,average"},
		"stats_wrong_attribute":   {"stats", sample(tiny), "--attr", "gene"},
		"stats_wrong_layer":       {"stats", sample(tiny), "--layer", "splice"},
		"unknown_command":         {"inof", sample(tiny)},
		"unknown_flag":            {"info", "--jsno", sample(tiny)},
		"no_file":                 {"info"},
		"missing_file":            {"info", "nowhere.loom"},
		"not_hdf5":                {"info", "testdata/text.loom"},
		"validate_not_hdf5":       {"validate", "testdata/text.loom"},
		"version_takes_no_option": {"version", "now"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := os.Stat(sample(tiny)); err != nil {
				t.Fatal(err)
			}
			r := execute(args...)
			text := "$ loom " + strings.Join(args, " ") + "\n" + r.stdout
			if r.stderr != "" {
				text += "--- stderr\n" + r.stderr
			}
			text += "--- exit " + string(rune('0'+r.code)) + "\n"
			golden(t, filepath.Join("testdata", name+".golden"), text)
		})
	}
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; if that is right, run go test -update\n--- got\n%s--- want\n%s", path, got, want)
	}
}

func TestEveryCommandHasAnExample(t *testing.T) {
	for _, cmd := range newRootCommand(nil).Commands() {
		if cmd.Example == "" || cmd.Short == "" {
			t.Errorf("loom %s has no example or no description", cmd.Name())
		}
		for line := range strings.Lines(cmd.Example) {
			if !strings.HasPrefix(line, "  loom "+cmd.Name()) {
				t.Errorf("example of loom %s: %q", cmd.Name(), line)
			}
		}
	}
}

// A brokenPipe is read by nobody.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}
}

func TestNobodyReadsTheOutput(t *testing.T) {
	for _, args := range [][]string{
		{"get", sample("mouse_cortex_tiny.loom"), "matrix"},
		{"export", sample("mouse_cortex_tiny.loom"), "-o", "-"},
		{"info", sample("mouse_cortex_tiny.loom"), "--json"},
	} {
		var stderr bytes.Buffer
		if code := run(context.Background(), args, nil, brokenPipe{}, &stderr); code != 0 || stderr.Len() > 0 {
			t.Errorf("loom %s: exit code %d, %q; want a quiet end", args, code, stderr.String())
		}
	}
}

// A fullDisk takes nothing.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestOutputThatCannotBeWritten(t *testing.T) {
	var stderr bytes.Buffer
	args := []string{"get", sample("mouse_cortex_tiny.loom"), "attrs/title"}
	if code := run(context.Background(), args, nil, fullDisk{}, &stderr); code != exitFailed {
		t.Errorf("exit code %d, want %d", code, exitFailed)
	}
	if stderr.Len() == 0 {
		t.Error("no message")
	}
}

func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, args := range [][]string{
		{"get", sample("mouse_cortex_tiny.loom"), "matrix"},
		{"head", sample("mouse_cortex_tiny.loom")},
		{"info", sample("mouse_cortex_tiny.loom")},
		{"export", sample("mouse_cortex_tiny.loom"), "-o", "-"},
	} {
		var stderr bytes.Buffer
		if code := run(ctx, args, nil, io.Discard, &stderr); code != exitInterrupted {
			t.Errorf("loom %s: exit code %d, want %d", args, code, exitInterrupted)
		}
		if got, want := stderr.String(), "loom: interrupted\n"; got != want {
			t.Errorf("loom %s: %q, want %q", args, got, want)
		}
	}
}
