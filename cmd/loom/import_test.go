package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryKindIsDescribed(t *testing.T) {
	for _, kind := range importKinds {
		if kind.name == "" || kind.short == "" || kind.long == "" || kind.recognise == nil || kind.bind == nil {
			t.Errorf("kind %q lacks a field", kind.name)
		}
		for line := range strings.Lines(kind.example) {
			if !strings.HasPrefix(line, "  loom import ") {
				t.Errorf("example of kind %s: %q", kind.name, line)
			}
		}
		r := execute("import", kind.name, "--help")
		if r.code != 0 || !strings.Contains(r.stdout, kind.name+" INPUT -o OUT") {
			t.Errorf("loom import %s --help: exit code %d, %q", kind.name, r.code, r.stdout)
		}
	}
}

// TestImportRefused holds what is wrong with a call against one line on standard
// error, and no file.
func TestImportRefused(t *testing.T) {
	dir := t.TempDir()
	odd := filepath.Join(dir, "odd.xyz")
	if err := os.WriteFile(odd, []byte("what is this"), 0o644); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(dir, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out.loom")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"nothing":          {[]string{"import"}, "got 0 arguments, want INPUT"},
		"too much":         {[]string{"import", "a", "b", "c"}, "got 3 arguments, want INPUT"},
		"unknown kind":     {[]string{"import", "xlsx", odd, "-o", out}, `no kind "xlsx"`},
		"no such input":    {[]string{"import", filepath.Join(dir, "missing"), "-o", out}, "no such file"},
		"unknown content":  {[]string{"import", odd, "-o", out}, "is a file of no kind that is recognised"},
		"an empty folder":  {[]string{"import", empty, "-o", out}, "is a folder of no kind that is recognised"},
		"a Loom file":      {[]string{"import", sample("mouse_cortex_tiny.loom"), "-o", out}, "is a Loom file already"},
		"an unknown flag":  {[]string{"import", odd, "--loud"}, "unknown flag: --loud"},
		"a flag of a kind": {[]string{"import", odd, "--genome", "hg19"}, "unknown flag: --genome"},
	} {
		t.Run(name, func(t *testing.T) {
			r := execute(c.args...)
			if r.code != exitFailed || !strings.Contains(r.stderr, c.want) || strings.Count(r.stderr, "\n") != 1 {
				t.Errorf("exit code %d, %q; want one line with %q", r.code, r.stderr, c.want)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("there is a file")
			}
		})
	}
}
