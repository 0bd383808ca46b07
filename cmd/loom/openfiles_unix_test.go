//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCombineMoreFilesThanCanBeOpen: a limit that can be raised is raised, and one that
// cannot is an error that says what to do, and leaves nothing.
func TestCombineMoreFilesThanCanBeOpen(t *testing.T) {
	dir := t.TempDir()
	content := contentOf(t, makeFile(t))
	args := []string{"combine", "-q", "-o", "all.loom", "--include-graphs"}
	const files = 60
	for i := range files {
		name := fmt.Sprintf("part%02d.loom", i)
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o666); err != nil {
			t.Fatal(err)
		}
		args = append(args, name)
	}
	for _, c := range []struct {
		ulimit string
		says   string // "" if it works
		files  int    // left in the folder
	}{
		{"-Hn", ".loom: too many open files: work on fewer files at a time, or raise the limit by 'ulimit -n'", files},
		{"-Sn", "", files + 1},
	} {
		cmd := exec.Command("sh", append([]string{"-c", "ulimit -Sn 40 && ulimit " + c.ulimit + ` 40 && exec "$0" "$@"`, os.Args[0]}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "LOOM_TEST_MAIN=1")
		out, err := cmd.CombinedOutput()
		if c.says == "" && (err != nil || len(out) > 0) {
			t.Errorf("soft limit: %v, %s", err, out)
		}
		if c.says != "" && (err == nil || !strings.Contains(string(out), c.says) || strings.Count(string(out), "\n") != 1) {
			t.Errorf("hard limit: %v, %s; want %s", err, out, c.says)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != c.files {
			t.Errorf("ulimit %s: %d files, %v; want %d", c.ulimit, len(entries), err, c.files)
		}
	}
}
