package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestH5ad: a Loom file that goes to h5ad and comes back is as it was, and what is
// asked for is what there is.
func TestH5ad(t *testing.T) {
	from, dir := sample("mouse_cortex_tiny.loom"), t.TempDir()
	for name, flags := range map[string][]string{
		"sparse": nil, "dense": {"--h5ad-dense", "--h5ad-strict"}, "plain": {"--h5ad-uncompressed", "--h5ad-unique-names=false"},
	} {
		t.Run(name, func(t *testing.T) {
			between, back := filepath.Join(dir, name+".h5ad"), filepath.Join(dir, name+".loom")
			if r := execute(append([]string{"convert", from, between}, flags...)...); r.code != 0 {
				t.Fatal(r.stderr)
			}
			// The kind is found out.
			r := execute("import", between, "-o", back, "--attr", "Tissue=cortex")
			if r.code != 0 || !strings.Contains(r.stdout, "(h5ad)") {
				t.Fatalf("%q, %q", r.stdout, r.stderr)
			}
			r = execute("diff", from, back)
			if lines := strings.Split(strings.TrimSpace(r.stdout), "\n"); len(lines) != 1 || !strings.Contains(lines[0], "Tissue") {
				t.Errorf("it differs: %s%s", r.stdout, r.stderr)
			}
		})
	}
	out := filepath.Join(dir, "out.loom")
	r := execute("import", "h5ad", filepath.Join(dir, "sparse.h5ad"), "-o", out, "--main", "nowhere")
	if r.code != exitFailed || !strings.Contains(r.stderr, "there is no matrix nowhere; the main matrix can be X or ") || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("--main nowhere: exit code %d, %q", r.code, r.stderr)
	}
	r = execute("import", "h5ad", from, "-o", out)
	if r.code != exitFailed || !strings.Contains(r.stderr, "/obs: there is none, as in every file of AnnData") {
		t.Errorf("a Loom file: exit code %d, %q", r.code, r.stderr)
	}
}
