package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom/internal/experiment"
)

// TestImportBus imports a folder of kallisto's with each way to say what its transcripts are.
func TestImportBus(t *testing.T) {
	dir := t.TempDir()
	e := experiment.New(experiment.V2, 1)
	files, err := e.Write(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.WriteBUS(dir); err != nil {
		t.Fatal(err)
	}
	whitelist := filepath.Join(files.Index, "10xv2_whitelist.txt")
	t2g := filepath.Join(files.Index, "fragments2genes.txt")
	out := filepath.Join(t.TempDir(), "out.loom")
	for name, c := range map[string]struct {
		args    []string
		columns int
		layers  []string
	}{
		"index":      {[]string{"bus", "--index", files.Index, "--whitelist", whitelist}, 262, []string{"spliced", "unspliced"}},
		"t2g":        {[]string{"bus", "--t2g", t2g, "--whitelist", whitelist, "--min-umis", "200", "--sample", "S"}, 12, []string{}},
		"layer":      {[]string{"bus", "--t2g", t2g, "--layer", "intronic=" + filepath.Join(files.Index, "unspliced_fragments.txt"), "--whitelist", whitelist}, 262, []string{"intronic"}},
		"call cells": {[]string{"bus", "--index", files.Index, "--whitelist", whitelist, "--call-cells", "--expected-cells", "12", "--seed", "3"}, 12, []string{"spliced", "unspliced"}},
	} {
		r := execute(slices.Concat([]string{"import"}, c.args, []string{"--json", "-o", out, dir})...)
		var made imported
		if err := json.Unmarshal([]byte(r.stdout), &made); err != nil || r.code != 0 {
			t.Fatalf("%s: %v, %s", name, err, r.stderr)
		}
		if made.Kind != "bus" || made.Shape != [2]int{160, c.columns} || !slices.Equal(made.Layers, c.layers) {
			t.Errorf("%s: %+v, want %d columns and the layers %v", name, made, c.columns, c.layers)
		}
	}
	r := execute("import", dir, "-o", out)
	if r.code != exitFailed || !strings.Contains(r.stderr, "give 'loom import bus' --t2g FILE or --index DIR") {
		t.Errorf("without genes: exit code %d, %s", r.code, r.stderr)
	}
	if err := os.Rename(t2g, filepath.Join(dir, "t2g.txt")); err != nil {
		t.Fatal(err)
	}
	if r := execute("import", dir, "-o", out); r.code != 0 || !strings.Contains(r.stdout, "(bus)") {
		t.Errorf("the kind left out: exit code %d, %s", r.code, r.stderr)
	}
}
