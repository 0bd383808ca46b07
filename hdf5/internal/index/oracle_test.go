package index

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// python runs a script of testdata with a directory as its argument, decodes
// what it prints as JSON into out, and returns the directory. It skips the test
// where there is no Python with h5py, unless the environment demands it.
func python(t *testing.T, script string, out any) (dir string) {
	t.Helper()
	const interpreter = "/usr/bin/python3"
	if err := exec.Command(interpreter, "-c", "import h5py").Run(); err != nil {
		if os.Getenv("LOOM_REQUIRE_ORACLES") == "1" {
			t.Fatalf("no Python with h5py: %v", err)
		}
		t.Skip("no Python with h5py")
	}
	dir = t.TempDir()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(interpreter, filepath.Join("testdata", script), dir)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, stderr.Bytes())
	}
	if err := json.Unmarshal(stdout.Bytes(), out); err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return dir
}

// open reads a whole file into memory: address 0 is its first byte, as it is in
// all files of the tests.
func open(t *testing.T, path string) (*storage.Reader, []byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return storage.NewReader(bytes.NewReader(b), int64(len(b))), b
}

// sizes are those of all files of the tests.
var sizes = format.Sizes{Offset: 8, Length: 8}

// header decodes the object header at addr.
func header(t *testing.T, r *storage.Reader, addr uint64) *format.Header {
	t.Helper()
	h, err := format.DecodeHeader(addr, sizes, r.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// message is the object's first header message of a type.
func message(t *testing.T, r *storage.Reader, addr uint64, kind format.MessageType) []byte {
	t.Helper()
	m, ok := header(t, r, addr).Find(kind)
	if !ok {
		t.Fatalf("object at address %d has no message of type %d", addr, kind)
	}
	return m.Data
}
