package h5ad_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/h5ad"
	"github.com/goloom/loom/internal/oracle"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// An anndata is a version of anndata to hold files against.
type anndata struct {
	*oracle.Session
	readLoom string // its function that reads Loom files
}

// eachAnndata runs a test with anndata 0.8 and with the current one.
func eachAnndata(t *testing.T, test func(t *testing.T, py anndata)) {
	t.Run("0.8", func(t *testing.T) {
		s := oracle.Start(t)
		if _, err := s.Try("import h5ad, anndata"); err != nil {
			if os.Getenv("LOOM_REQUIRE_ORACLES") == "1" {
				t.Fatal(err)
			}
			t.Skipf("no oracle: %v", err)
		}
		test(t, anndata{s, "anndata.read_loom"})
	})
	t.Run("current", func(t *testing.T) {
		s := oracle.StartScanpy(t)
		s.Must("import h5ad, scanpy")
		test(t, anndata{s, "scanpy.read_loom"})
	})
}

// same fails the test if what a statement of the oracle evaluates to tells of a
// difference.
func (py anndata) same(t *testing.T, what, format string, args ...any) {
	t.Helper()
	answer, err := py.Try("answer = "+format, args...)
	if err != nil {
		t.Errorf("%s: %v", what, err)
	} else if answer != "" {
		t.Errorf("%s: %s", what, answer)
	}
}

// imported imports a file and holds the result against anndata.
func (py anndata) imported(t *testing.T, input string) h5ad.Report {
	t.Helper()
	out := filepath.Join(t.TempDir(), "imported.loom")
	report, err := h5ad.Import(t.Context(), input, out, h5ad.ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	py.same(t, filepath.Base(input), "h5ad.imported(%q, %q)", input, out)
	if problems := must(loom.Validate(out)).Errors; len(problems) > 0 {
		t.Errorf("%s: not a valid Loom file: %v", filepath.Base(input), problems)
	}
	return report
}

// TestImport holds what is made of files of anndata against what anndata makes of
// them: every encoding of matrices, tables and arrays, and every filter.
func TestImport(t *testing.T) {
	eachAnndata(t, func(t *testing.T, py anndata) {
		dir := t.TempDir()
		for i, file := range []struct {
			kind, dtype  string
			obs, vars    int
			raw, options string
		}{
			{"csr", "float32", 65, 30, `"same"`, `compression="gzip"`},
			{"csc", "int64", 64, 31, `"more"`, `compression="lzf"`},
			{"dense", "float64", 63, 5, "None", ""},
			{"dense", "uint8", 130, 70, "None", `compression="gzip"`},
			{"csr", "bool", 1, 2, "None", ""},
		} {
			path := filepath.Join(dir, fmt.Sprintf("%d.h5ad", i))
			py.Must("h5ad.write(%q, %d, %d, %d, %q, %q, raw=%s, %s)", path, i, file.obs, file.vars, file.kind, file.dtype, file.raw, file.options)
			py.imported(t, path)
		}
		if _, err := py.Try("import hdf5plugin"); err != nil {
			return
		}
		for i, filter := range []string{"Zstd()", "Blosc(cname='blosclz', shuffle=1)", "Blosc(cname='zstd', shuffle=2)", "LZ4()"} {
			path := filepath.Join(dir, fmt.Sprintf("filter %d.h5ad", i))
			py.Must("h5ad.write(%q, %d, 70, 20, 'csr', 'float32'); answer = h5ad.refilter(%q, hdf5plugin.%s)", path, i, path, filter)
			py.imported(t, path)
		}
	})
}
