package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom/internal/experiment"
)

// TestFromfq makes a file of reads with a program in kallisto's place, which has the
// alignments ready.
func TestFromfq(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no shell scripts")
	}
	dir, ready, bin := t.TempDir(), t.TempDir(), t.TempDir()
	e := experiment.New(experiment.V2, 1)
	files, err := e.Write(dir, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.WriteBUS(ready); err != nil {
		t.Fatal(err)
	}
	write := func(path, text string) string {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o777); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write(filepath.Join(files.Index, experiment.KallistoIndex), "")
	write(filepath.Join(bin, "kallisto"), "#!/bin/sh\necho aligned >&2\ncp '"+ready+"'/* \"$5\"\n")
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	samples := write(filepath.Join(dir, "samples.tab"), "Name\tChemistry\tTargetNumCells\nS1\tv2\t12\n")
	out := filepath.Join(t.TempDir(), "out.loom")

	r := execute(slices.Concat([]string{"fromfq", "--json", out, "S1", files.Index, samples}, files.FASTQ)...)
	var made readsMade
	if err := json.Unmarshal([]byte(r.stdout), &made); err != nil || r.code != 0 {
		t.Fatalf("exit code %d, %v, %s", r.code, err, r.stderr)
	}
	if made.Shape != [2]int{160, 12} || made.Reads != int64(len(e.Reads)) || !slices.Equal(made.Layers, []string{"spliced", "unspliced"}) {
		t.Errorf("%+v, want 160 genes in 12 cells of %d reads", made, len(e.Reads))
	}
	if !strings.Contains(r.stderr, "aligned") {
		t.Errorf("kallisto's words are not in %q", r.stderr)
	}
	r = execute(slices.Concat([]string{"fromfq", "-q", "--all-barcodes", "--threads", "3", out, "S1", files.Index, samples}, files.FASTQ)...)
	if r.code != 0 || r.stdout != "" || strings.Contains(r.stderr, "aligned") {
		t.Errorf("quiet: exit code %d, %q, %q", r.code, r.stdout, r.stderr)
	}

	write(filepath.Join(bin, "kallisto"), "#!/bin/sh\necho 'Error: no such technology' >&2\nexit 1\n")
	if err := os.Remove(out); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"few arguments":     {[]string{out, "S1", files.Index, samples}, "want OUT SAMPLEID INDEXDIR METADATA FASTQ..."},
		"no threads":        {append([]string{"--threads", "0", out, "S1", files.Index, samples}, files.FASTQ...), "--threads 0, want at least 1"},
		"out is an input":   {append([]string{samples, "S1", files.Index, samples}, files.FASTQ...), "is an input"},
		"unknown sample":    {append([]string{out, "S2", files.Index, samples}, files.FASTQ...), `samples.tab: want sample "S2"`},
		"kallisto fails":    {append([]string{"-q", out, "S1", files.Index, samples}, files.FASTQ...), "kallisto bus: exit status 1: Error: no such technology"},
		"no kallisto there": {append([]string{"--kallisto", "nowhere", out, "S1", files.Index, samples}, files.FASTQ...), "kallisto is not installed"},
	} {
		r := execute(append([]string{"fromfq"}, c.args...)...)
		if r.code != exitFailed || !strings.Contains(r.stderr, c.want) || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d, %q; want one line with %q", name, r.code, r.stderr, c.want)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: there is a file", name)
		}
	}
}
