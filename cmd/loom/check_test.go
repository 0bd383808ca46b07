package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// damaged returns the path of a copy of a sample with other bytes from one
// position on.
func damaged(t *testing.T, name string, at int, with string) string {
	t.Helper()
	b, err := os.ReadFile(sample(name))
	if err != nil {
		t.Fatal(err)
	}
	copy(b[at:], with)
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCheckDamage damages the name of a structure, in every place in turn.
func TestCheckDamage(t *testing.T) {
	whole, err := os.ReadFile(sample("mouse_cortex_tiny.loom"))
	if err != nil {
		t.Fatal(err)
	}
	for _, signature := range []string{"TREE", "HEAP", "SNOD", "GCOL"} {
		at := strings.Index(string(whole), signature)
		if at < 0 {
			continue
		}
		path := damaged(t, "mouse_cortex_tiny.loom", at, "torn")
		r := execute("check", path)
		if r.code != exitInvalid || r.stderr != "" || !strings.HasPrefix(r.stdout, "damaged: ") || !strings.Contains(r.stdout, ": damaged (") {
			t.Errorf("%s: %+v", signature, r)
		}
		r = execute("check", path, "--json")
		lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
		for _, line := range lines[:len(lines)-1] {
			var p problem
			if err := json.Unmarshal([]byte(line), &p); err != nil || p.Kind == "" || p.Error == "" {
				t.Errorf("%s: %q: %v", signature, line, err)
			}
		}
		var c checkup
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &c); err != nil || c.Sound || c.Problems == 0 {
			t.Errorf("%s: %q: %v", signature, lines[len(lines)-1], err)
		}
	}
}

// TestCheckCutFile checks a file of which the end is missing.
func TestCheckCutFile(t *testing.T) {
	path := damaged(t, "mouse_cortex_tiny.loom", 0, "")
	if err := os.Truncate(path, 5000); err != nil {
		t.Fatal(err)
	}
	r := execute("check", path)
	if r.code != exitInvalid || !strings.Contains(r.stdout, "cut short") || !strings.HasSuffix(r.stdout, ": damaged (1 problem)\n") {
		t.Errorf("%+v", r)
	}
}
