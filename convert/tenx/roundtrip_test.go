package tenx_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/mtx"
	"github.com/goloom/loom/convert/tenx"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
	"pgregory.net/rapid"
)

// makeLoom makes a Loom file with all that the formats of Cell Ranger hold, of elements
// of type T, and returns its path.
func makeLoom[T loom.Number](t *rapid.T, dir, genome string, value func(r *rand.Rand) T) string {
	side := rapid.OneOf(rapid.IntRange(1, 130), rapid.SampledFrom([]int{1, 63, 64, 65}))
	rows, cols := side.Draw(t, "rows"), side.Draw(t, "cols")
	density := rapid.SampledFrom([]float64{0, 0.01, 0.1, 1}).Draw(t, "density")
	mixed := rapid.Bool().Draw(t, "mixed")
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	m, err := sparse.NewDense(rows, cols, make([]T, rows*cols))
	if err != nil {
		t.Fatal(err)
	}
	for k := range m.Raw() {
		if r.Float64() < density {
			m.Raw()[k] = value(r)
		}
	}
	genes := []string{"Actb", "MT-CO1", "H2-K1", "5S_rRNA", "Größe", "a gene"}
	kinds := []string{tenx.GeneExpression, "Antibody Capture", "CRISPR Guide Capture"}
	ids, names, types, barcodes := make([]string, rows), make([]string, rows), make([]string, rows), make([]string, cols)
	for k := range rows {
		ids[k], names[k], types[k] = fmt.Sprintf("ENSG%05d", k), genes[r.IntN(len(genes))], kinds[r.IntN(len(kinds))]
	}
	for k := range cols {
		barcodes[k] = fmt.Sprintf("s1:ACGT%d-1", k)
	}
	types[0] = kinds[1]
	ra := map[string]*loom.Array{"Accession": array(t, ids), "Gene": array(t, names)}
	if mixed {
		ra["FeatureType"] = array(t, types)
	}
	path := filepath.Join(dir, "cells.loom")
	err = loom.Create(t.Context(), path, map[string]loom.Matrix{"": m}, ra,
		map[string]*loom.Array{"CellID": array(t, barcodes)}, map[string]*loom.Array{"Genome": hdf5.NewScalar(genome)})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// makers make files of each type that needs care.
var makers = map[string]func(t *rapid.T, dir, genome string) string{
	"int32": func(t *rapid.T, dir, genome string) string {
		return makeLoom(t, dir, genome, func(r *rand.Rand) int32 { return r.Int32N(1<<20) - 5 })
	},
	"int64": func(t *rapid.T, dir, genome string) string {
		return makeLoom(t, dir, genome, func(r *rand.Rand) int64 { return r.Int64() - r.Int64() })
	},
	"uint16": func(t *rapid.T, dir, genome string) string {
		return makeLoom(t, dir, genome, func(r *rand.Rand) uint16 { return uint16(r.Uint32()) })
	},
	"uint64": func(t *rapid.T, dir, genome string) string {
		return makeLoom(t, dir, genome, func(r *rand.Rand) uint64 { return r.Uint64() >> 1 })
	},
	"float32": func(t *rapid.T, dir, genome string) string {
		return makeLoom(t, dir, genome, func(r *rand.Rand) float32 { return float32(r.NormFloat64()) })
	},
	"float64": func(t *rapid.T, dir, genome string) string {
		return makeLoom(t, dir, genome, func(r *rand.Rand) float64 { return 1e6 * r.NormFloat64() })
	},
}

func array[T hdf5.Element](t rapid.TB, values []T) *loom.Array {
	a, err := hdf5.NewArray(values)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// equal holds that two files have the same content, types of elements apart if they
// may differ.
func equal(t rapid.TB, a, b string, types bool) {
	t.Helper()
	first, err := loom.Open(a)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, err := loom.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	differences, err := loom.Diff(context.Background(), first, second)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		if d.Kind != loom.Types || types {
			t.Errorf("%v", d)
		}
	}
}

// export opens a Loom file for a function that writes it in another format.
func export(t rapid.TB, path string, write func(ds *loom.Conn) error) {
	t.Helper()
	ds, err := loom.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	if err := write(ds); err != nil {
		t.Fatal(err)
	}
}

// TestRoundTrips holds that a Loom file comes back as it was from each format, and with
// its types of elements from HDF5.
func TestRoundTrips(t *testing.T) {
	dir := t.TempDir()
	everything := tenx.Options{FeatureTypes: []string{"all"}}
	back, h5, folder, plain := filepath.Join(dir, "back.loom"), filepath.Join(dir, "cells.h5"),
		filepath.Join(dir, "cells"), filepath.Join(dir, "cells.mtx")
	rapid.Check(t, func(t *rapid.T) {
		maker := makers[rapid.SampledFrom(slices.Sorted(maps.Keys(makers))).Draw(t, "type")]
		switch rapid.SampledFrom([]string{"HDF5", "folder", "Matrix Market"}).Draw(t, "format") {
		case "HDF5":
			path := maker(t, dir, "GRCh38")
			export(t, path, func(ds *loom.Conn) error { return tenx.ExportHDF5(t.Context(), ds, h5, tenx.ExportOptions{}) })
			if _, err := tenx.Import(t.Context(), h5, back, everything); err != nil {
				t.Fatal(err)
			}
			equal(t, path, back, true)
		case "folder":
			path := maker(t, dir, "")
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}
			export(t, path, func(ds *loom.Conn) error { return tenx.ExportFolder(t.Context(), ds, folder, tenx.ExportOptions{}) })
			if _, err := tenx.Import(t.Context(), folder, back, everything); err != nil {
				t.Fatal(err)
			}
			equal(t, path, back, false)
		case "Matrix Market":
			path := maker(t, dir, "")
			export(t, path, func(ds *loom.Conn) error { return mtx.Export(t.Context(), ds, plain, mtx.ExportOptions{}) })
			if err := mtx.Import(t.Context(), plain, back, mtx.Options{}); err != nil {
				t.Fatal(err)
			}
			sameMatrix(t, path, back)
		}
	})
}

// sameMatrix holds that two files have the same main matrix.
func sameMatrix(t rapid.TB, a, b string) {
	t.Helper()
	var all [2]*sparse.CSC[float64]
	for k, path := range []string{a, b} {
		ds, err := loom.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer ds.Close()
		if all[k], err = loom.CSCAs[float64](context.Background(), ds.Matrix(), loom.All(), loom.All()); err != nil {
			t.Fatal(err)
		}
	}
	if !all[0].Equal(all[1]) {
		t.Errorf("the main matrices of %s and %s differ", a, b)
	}
}
