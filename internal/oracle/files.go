package oracle

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// Root returns the module's root folder.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root, ok := above(dir, "go.mod")
	if !ok {
		t.Fatalf("no go.mod in %s or above it", dir)
	}
	return root
}

// above returns the nearest folder, from dir upwards, that holds name.
func above(dir, name string) (string, bool) {
	for {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

// Fixtures returns the paths of the real files of one kind ("loom", "h5ad" or
// "tenx"), folders left out, in order. They are not part of this repository; the test
// is skipped where no shared/fixtures folder stands beside the module or further up.
func Fixtures(t testing.TB, kind string) []string {
	t.Helper()
	name := filepath.Join("shared", "fixtures", kind)
	dir, ok := above(filepath.Dir(Root(t)), name)
	if !ok {
		t.Skipf("no %s beside the module", name)
	}
	return list(t, filepath.Join(dir, name))
}

// Generated returns the folder of the test files that testdata/generate makes
// with h5py and loompy: see matrix_of_files.py there for what the names mean. The
// files are made once and shared by all test processes, so tests must not change them.
func Generated(t testing.TB) string {
	t.Helper()
	python := Python(t)
	scripts := filepath.Join(Root(t), "testdata", "generate")
	dir, err := generate(python, scripts)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// GeneratedFiles returns the paths of the [Generated] files whose names match a
// pattern of [filepath.Match], in order. It fails the test if none does.
func GeneratedFiles(t testing.TB, pattern string) []string {
	t.Helper()
	var matching []string
	for _, path := range list(t, Generated(t)) {
		ok, err := filepath.Match(pattern, filepath.Base(path))
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			matching = append(matching, path)
		}
	}
	if len(matching) == 0 {
		t.Fatalf("no generated file matches %q", pattern)
	}
	return matching
}

func list(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, entry := range entries {
		if entry.Type().IsRegular() {
			paths = append(paths, filepath.Join(dir, entry.Name()))
		}
	}
	return paths
}

// generating keeps one process from making the same folder twice at once.
var generating sync.Mutex

// generate makes the matrix of test files in a folder that is named after what
// the scripts say, unless it is there. Processes that race for it each make their own
// and the first rename wins.
func generate(python, scripts string) (string, error) {
	generating.Lock()
	defer generating.Unlock()

	sum, err := hashScripts(scripts)
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cacheDir(), "generated-"+sum)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	tmp, err := os.MkdirTemp(filepath.Dir(dir), "generating-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(tmp)
	if _, err := runScript(python, filepath.Join(scripts, "matrix_of_files.py"), tmp); err != nil {
		return "", err
	}
	if err := os.Rename(tmp, dir); err != nil && !errors.Is(err, fs.ErrExist) {
		if _, statErr := os.Stat(dir); statErr != nil {
			return "", err
		}
	}
	return dir, nil
}

func hashScripts(dir string) (string, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.py"))
	if err != nil {
		return "", err
	}
	slices.Sort(paths)
	h := sha256.New()
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// cacheDir is where generated files and dumps outlive the test process.
func cacheDir() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "goloom-test")
}
