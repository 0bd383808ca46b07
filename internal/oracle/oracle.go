// Package oracle lets tests ask Python's h5py and loompy what a file holds.
//
// Tests that need an oracle call [Python], or a function of this package that
// does. It skips them on a machine without the Python libraries, so that
// go test ./... passes with Go alone; with LOOM_REQUIRE_ORACLES=1 in the
// environment, which continuous integration sets, a missing oracle is a failure.
//
// Only tests import this package.
package oracle

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Python returns the interpreter that has h5py and loompy: the one that
// LOOM_PYTHON names, or else /usr/bin/python3, or else python3 on the path.
// Where there is none it skips the test, or fails it if LOOM_REQUIRE_ORACLES is 1.
func Python(t testing.TB) string {
	t.Helper()
	python, err := findPython()
	if err != nil {
		missing(t, err)
	}
	return python
}

// ScanpyPython returns the interpreter that LOOM_SCANPY_PYTHON names, which has the
// current anndata and scanpy. Where it is not set it does as [Python] does.
func ScanpyPython(t testing.TB) string {
	t.Helper()
	python := os.Getenv("LOOM_SCANPY_PYTHON")
	if python == "" {
		missing(t, errors.New("LOOM_SCANPY_PYTHON names no interpreter that has anndata and scanpy"))
	}
	return python
}

// Tool returns the path of a program that serves as an oracle, such as h5dump.
// Where it is missing it does as [Python] does.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, err)
	}
	return path
}

func missing(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("LOOM_REQUIRE_ORACLES") == "1" {
		t.Fatalf("oracle required: %v", err)
	}
	t.Skipf("no oracle: %v", err)
}

var findPython = sync.OnceValues(func() (string, error) {
	candidates := []string{"/usr/bin/python3", "python3"}
	if named := os.Getenv("LOOM_PYTHON"); named != "" {
		candidates = []string{named}
	}
	var errs []error
	for _, python := range candidates {
		out, err := command(python, "-c", "import h5py, loompy").CombinedOutput()
		if err == nil {
			return python, nil
		}
		errs = append(errs, fmt.Errorf("%s cannot import h5py and loompy: %w: %s", python, err, lastLine(out)))
	}
	return "", errors.Join(errs...)
})

func lastLine(out []byte) []byte {
	out = bytes.TrimSpace(out)
	return out[bytes.LastIndexByte(out, '\n')+1:]
}

// command prepares a Python process that behaves alike on every machine: text
// is UTF-8, nothing is written beside the scripts, files are opened without locks.
func command(python string, args ...string) *exec.Cmd {
	cmd := exec.Command(python, args...)
	cmd.Env = append(os.Environ(), "PYTHONUTF8=1", "PYTHONDONTWRITEBYTECODE=1", "HDF5_USE_FILE_LOCKING=FALSE", "OMP_NUM_THREADS=1")
	return cmd
}

// Run runs a Python script of this repository, named relative to testdata (such
// as "oracle/dump.py"), and returns what it printed. It fails the test if the script fails.
func Run(t testing.TB, script string, args ...string) []byte {
	t.Helper()
	out, err := TryRun(t, script, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TryRun is [Run] for scripts that may rightly fail: the error has the last
// line that the script wrote to its standard error.
func TryRun(t testing.TB, script string, args ...string) ([]byte, error) {
	t.Helper()
	return runScript(Python(t), filepath.Join(Root(t), "testdata", filepath.FromSlash(script)), args...)
}

func runScript(python, script string, args ...string) ([]byte, error) {
	cmd := command(python, append([]string{script}, args...)...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("%s %q: %w: %s", filepath.Base(script), args, err, lastLine(stderr.Bytes()))
	}
	return out, nil
}
