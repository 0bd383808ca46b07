package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom/hdf5"
)

// content returns what the commands show of a file, which must be sound, save for
// how it is stored.
func content(t *testing.T, path string) string {
	t.Helper()
	var text strings.Builder
	for _, args := range [][]string{
		{"export", path, "-o", "-"},
		{"export", path, "--layer", "spliced", "-o", "-"},
		{"get", path, "col_graphs/KNN"},
		{"validate", path, "--json"},
		{"check", path},
	} {
		r := execute(args...)
		if r.code != exitFine {
			t.Fatalf("%v: %+v", args, r)
		}
		if args[0] != "check" {
			text.WriteString(strings.ReplaceAll(r.stdout, path, "FILE"))
		}
	}
	return text.String()
}

func TestRepackInPlace(t *testing.T) {
	const name = "mouse_cortex_tiny.loom"
	path := damaged(t, name, 0, "")
	want := content(t, path)
	link := filepath.Join(t.TempDir(), "link.loom")
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	r := execute("repack", link)
	if r.code != exitFine || r.stderr != "" || !strings.Contains(r.stdout, " before, ") {
		t.Fatalf("%+v", r)
	}
	if got := content(t, path); got != want {
		t.Error("the content has changed")
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the symbolic link has been replaced: %v", err)
	}
	if r := execute("repack", path, "--quiet"); r != (result{}) {
		t.Errorf("%+v", r)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v beside the file", entries, err)
	}
}

func TestRepackToAnotherFile(t *testing.T) {
	path := damaged(t, "mouse_cortex_tiny.loom", 0, "")
	want := content(t, path)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out.loom")
	for range 2 { // the second time in place of the first
		if r := execute("repack", path, "-o", out, "--chunks", "7,1000", "--level", "9", "-q"); r != (result{}) {
			t.Fatalf("%+v", r)
		}
	}
	if got := content(t, out); got != want {
		t.Error("the content differs")
	}
	if after, err := os.ReadFile(path); err != nil || !slices.Equal(before, after) {
		t.Errorf("the old file has changed: %v", err)
	}
	f, err := hdf5.Open(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, name := range []string{"/matrix", "/layers/spliced"} {
		d, err := f.Dataset(name)
		if err != nil {
			t.Fatal(err)
		}
		if chunks, filters := d.Chunks(), d.Filters(); chunks[0] != 7 || len(filters) == 0 || filters[len(filters)-1].String() != "deflate(9)" {
			t.Errorf("%s: chunks %v, filters %v", name, chunks, filters)
		}
	}
}

// TestRepackSparesWhatIsOpen lets another writer have the file, or the output.
func TestRepackSparesWhatIsOpen(t *testing.T) {
	path := damaged(t, "mouse_cortex_tiny.loom", 0, "")
	e, err := hdf5.Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	other := damaged(t, "entities_spec2.loom", 0, "")
	for _, args := range [][]string{{"repack", path}, {"repack", other, "-o", path}} {
		if r := execute(args...); r.code != exitFailed || r.stdout != "" || !strings.Contains(r.stderr, path) {
			t.Errorf("%v: %+v", args, r)
		}
	}
	link := path + ".link"
	if err := os.Link(other, link); err != nil {
		t.Skip(err)
	}
	if r := execute("repack", other, "-o", link); r.code != exitFailed || !strings.Contains(r.stderr, "is the file itself") {
		t.Errorf("%+v", r)
	}
}
