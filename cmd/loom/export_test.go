package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestExportToAFile(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "cells.tab")
	for _, layer := range []string{"", "spliced"} {
		args := []string{"export", sample("mouse_cortex_tiny.loom"), "--layer", layer, "-o"}
		if r := execute(append(args, out)...); r != (result{}) {
			t.Fatalf("layer %q: %+v", layer, r)
		}
		text, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		if r := execute(append(args, "-")...); r.stdout != string(text) || r.code != 0 || len(text) == 0 {
			t.Errorf("layer %q: the file differs from what goes to standard output", layer)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v beside the export", entries, err)
	}
}

// TestExportSparesItsInput asks for the file itself to be replaced.
func TestExportSparesItsInput(t *testing.T) {
	whole, err := os.ReadFile(sample("entities_spec2.loom"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cells.loom")
	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	if r := execute("export", path, "-o", path); r.code != exitFailed || r.stderr == "" {
		t.Errorf("exit code %d, %q", r.code, r.stderr)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(whole) {
		t.Errorf("the Loom file has changed: %v", err)
	}
}
