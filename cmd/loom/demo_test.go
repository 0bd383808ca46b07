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

// shellWords splits a command as a shell does, as far as quotes go.
func shellWords(line string) (words []string) {
	var word strings.Builder
	quote, begun := byte(0), false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case quote == 0 && (c == '\'' || c == '"'):
			quote, begun = c, true
		case quote == c:
			quote = 0
		case quote != 0:
			word.WriteByte(c)
		case c == '\\' && i+1 < len(line):
			i++
			word.WriteByte(line[i])
			begun = true
		case c == ' ':
			if begun {
				words = append(words, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteByte(c)
			begun = true
		}
	}
	if begun {
		words = append(words, word.String())
	}
	return words
}

// TestDemo makes data sets and runs every command that is proposed.
func TestDemo(t *testing.T) {
	for _, args := range [][]string{
		{"demo", filepath.Join(t.TempDir(), "it's a folder", "in another"), "--cells", "100", "--genes", "200"},
		{"demo", t.TempDir(), "--cells", "1", "--genes", "1", "--umis", "40", "--seed", "3"},
	} {
		r := execute(args...)
		if r.code != exitFine || r.stderr != "" {
			t.Fatalf("loom %s: %+v", strings.Join(args, " "), r)
		}
		_, next, found := strings.Cut(r.stdout, "Try next:\n")
		if !found {
			t.Fatalf("nothing to try in %q", r.stdout)
		}
		for line := range strings.Lines(next) {
			words := shellWords(strings.TrimSpace(line))
			if to := slices.Index(words, ">"); to >= 0 {
				words = words[:to]
			}
			if len(words) < 2 || words[0] != "loom" {
				t.Errorf("%q is no command", line)
				continue
			}
			if r := execute(words[1:]...); r.code != exitFine {
				t.Errorf("%s: exit code %d, %s", strings.TrimSpace(line), r.code, r.stderr)
			}
		}
	}
}

func TestDemoJSON(t *testing.T) {
	dir := t.TempDir()
	r := execute("demo", dir, "--cells", "20", "--genes", "30", "--json")
	var report demoReport
	if err := json.Unmarshal([]byte(r.stdout), &report); err != nil || r.code != exitFine {
		t.Fatalf("%v: %+v", err, r)
	}
	ds, err := loom.Open(report.Filename)
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	if rows, cols := ds.Shape(); report.Rows != rows || report.Cols != cols || rows != 30 || cols != 20 {
		t.Errorf("%d x %d, reported as %d x %d", rows, cols, report.Rows, report.Cols)
	}
	for _, name := range report.ColAttrs {
		if !ds.ColAttrs().Has(name) {
			t.Errorf("no column attribute %q", name)
		}
	}
}

func TestDemoRefusals(t *testing.T) {
	dir := t.TempDir()
	if r := execute("demo", dir, "--cells", "5", "--genes", "5", "-q"); r.code != exitFine || r.stdout != "" {
		t.Fatalf("%+v", r)
	}
	before, err := os.ReadFile(filepath.Join(dir, "demo.loom"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"demo", dir}, "is there already; --force replaces it"},
		{[]string{"demo", filepath.Join(dir, "new"), "--cells", "0"}, "--cells 0, want 1 or more"},
		{[]string{"demo", filepath.Join(dir, "new"), "--genes", "100000000"}, "100000000 genes, want 1 to 1000000"},
		{[]string{"demo", dir, "other"}, "got 2 arguments, want DIR alone"},
	} {
		if r := execute(c.args...); r.code != exitFailed || !strings.Contains(r.stderr, c.want) {
			t.Errorf("loom %s: %+v, want %q", strings.Join(c.args, " "), r, c.want)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "new")); err == nil {
		t.Error("a folder is left behind")
	}
	if after, err := os.ReadFile(filepath.Join(dir, "demo.loom")); err != nil || string(after) != string(before) {
		t.Errorf("the file has changed: %v", err)
	}
	if r := execute("demo", dir, "--cells", "6", "--genes", "5", "--force"); r.code != exitFine {
		t.Errorf("%+v", r)
	}
}
