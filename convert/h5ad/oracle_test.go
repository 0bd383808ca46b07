package h5ad_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/h5ad"
	"github.com/goloom/loom/internal/oracle"
	"pgregory.net/rapid"
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

// TestAnndata holds imports and exports against anndata 0.8 and the current one. A
// process of each serves all tests.
func TestAnndata(t *testing.T) {
	tests := map[string]func(t *testing.T, py anndata){
		"Import": testImport, "ImportOldFiles": testImportOldFiles, "ReadLoom": testReadLoom, "Export": testExport, "UniqueNames": testUniqueNames,
	}
	test := func(t *testing.T, py anndata) {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) { test(t, py) })
		}
	}
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

// testImport holds what is made of files of anndata against what anndata makes of
// them: every encoding of matrices, tables and arrays, and every filter.
func testImport(t *testing.T, py anndata) {
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
}

// testImportOldFiles holds files as anndata 0.6 and 0.7 wrote them, and real ones,
// against what anndata makes of them.
func testImportOldFiles(t *testing.T, py anndata) {
	dir := t.TempDir()
	for _, version := range []string{"0_6", "0_7"} {
		path := filepath.Join(dir, version+".h5ad")
		py.Must("h5ad.write_%s(%q, 20)", version, path)
		py.imported(t, path)
	}
	t.Run("fixtures", func(t *testing.T) {
		for _, path := range oracle.Fixtures(t, "h5ad") {
			py.imported(t, path)
		}
	})
}

// testReadLoom: scanpy's reader of Loom files finds in what was imported what is
// in the h5ad file.
func testReadLoom(t *testing.T, py anndata) {
	dir := t.TempDir()
	path, out := filepath.Join(dir, "a.h5ad"), filepath.Join(dir, "a.loom")
	py.Must("h5ad.write(%q, 1, 40, 30, 'csr', 'float64', accent='')", path) // beyond ASCII loompy 3.0.7 fails
	if _, err := h5ad.Import(t.Context(), path, out, h5ad.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	py.same(t, "read_loom", "h5ad.loom_read(%q, %q, %s)", out, path, py.readLoom)
}

// testExport holds what anndata reads of exported files, without a warning, against
// the Loom files.
func testExport(t *testing.T, py anndata) {
	dir := t.TempDir()
	files := map[string]string{}
	for name, make := range map[string]func(path string) error{
		"everything": func(path string) error { return everything(t, path, 200, 130) },
		"tall":       func(path string) error { return everything(t, path, 2000, 3) },
		"single":     func(path string) error { return everything(t, path, 1, 1) },
		"bare":       func(path string) error { return bare(t, path) },
	} {
		files[name] = filepath.Join(dir, name+".loom")
		if err := make(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	files["committed"] = filepath.Join(oracle.Root(t), "testdata", "mouse_cortex_tiny.loom")
	for name, path := range files {
		for _, dense := range []bool{false, true} {
			out := filepath.Join(t.TempDir(), "out.h5ad")
			ds := must(loom.Open(path))
			_, err := h5ad.Export(t.Context(), ds, out, h5ad.ExportOptions{Dense: dense, Uncompressed: name == "tall"})
			if err := errors.Join(err, ds.Close()); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			py.same(t, fmt.Sprintf("%s, dense %v", name, dense), "h5ad.exported(%q, %q, %s, ('CellID', 'Gene'))", path, out, pythonBool(dense))
			py.Must("h5ad.again(%q, %q)", out, out+".copy")
		}
	}
}

func pythonBool(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

// testUniqueNames holds the names that are made unique, and the order of
// categories, against anndata's.
func testUniqueNames(t *testing.T, py anndata) {
	rapid.Check(t, func(rt *rapid.T) {
		names := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "a-1", "a-2", "a-1-1", "b-10", "", "-1"}), 1, 12).Draw(rt, "names")
		text := string(must(json.Marshal(names)))
		var want []string
		if err := json.Unmarshal([]byte(py.Must("answer = h5ad.unique(%s)", text)), &want); err != nil {
			rt.Fatal(err)
		}
		if got := h5ad.UniqueNames(names); !slices.Equal(got, want) {
			rt.Fatalf("%q become %q, want %q", names, got, want)
		}
		names = rapid.SliceOfNDistinct(rapid.StringMatching(`[ab]?[0-9]{0,3}[a ]?[0-9]{0,2}`), 1, 8, rapid.ID[string]).Draw(rt, "categories")
		if err := json.Unmarshal([]byte(py.Must("answer = h5ad.naturally(%s)", must(json.Marshal(names)))), &want); err != nil {
			rt.Fatal(err)
		}
		got := slices.Sorted(slices.Values(names))
		if slices.SortStableFunc(got, h5ad.CompareNatural); !slices.Equal(got, want) {
			rt.Fatalf("%q are ordered %q, want %q", names, got, want)
		}
	})
}
