package loom_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// numberedTexts returns texts that differ.
func numberedTexts(n int) []string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf("tëxt %d", i)
	}
	return texts
}

// Large groups, large attributes and many strings, in files of both dialects of
// HDF5, are what h5py reads.
func TestManyAndLarge(t *testing.T) {
	t.Parallel()
	const members, values, strings = 300, 1 << 17, 100_000
	h5py := oracle.Start(t)
	latest := filepath.Join(oracle.Generated(t), "spec3_latest.loom")
	for _, base := range []string{tinyFile, latest} {
		t.Run(filepath.Base(base), func(t *testing.T) {
			ctx := t.Context()
			path := copyOf(t, base)
			ds := connect(t, path)
			_, cols := ds.Shape()
			numbers := make([]float64, values) // of 1 MiB
			for i := range numbers {
				numbers[i] = float64(i)
			}
			err := ds.Update(ctx, func(tx *loom.Tx) error {
				for i := range members {
					err := errors.Join(
						tx.ColAttrs().Set(fmt.Sprintf("many %d", i), arrayOf(t, make([]int16, cols))),
						tx.Attrs().Set(fmt.Sprintf("many %d", i), hdf5.NewScalar(int64(i))),
						tx.Layers().SetEmpty(ctx, fmt.Sprintf("many %d", i), "uint8"),
					)
					if err != nil {
						return err
					}
				}
				return errors.Join(tx.Attrs().Set("numbers", arrayOf(t, numbers)), tx.Attrs().Set("texts", arrayOf(t, numberedTexts(strings))))
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(ds.Layers().Delete("many 7"), ds.Close()); err != nil {
				t.Fatal(err)
			}
			h5py.Must("f = h5py.File(%q, 'r')", path)
			h5py.Must("assert all(len([k for k in f[g] if k.startswith('many')]) == %d for g in ('col_attrs', 'attrs'))", members)
			h5py.Must("assert 'layers/many 7' not in f and (f['layers/many 8'][:] == 0).all() and f['attrs/many 299'][()] == 299")
			h5py.Must("assert (f['attrs/numbers'][:] == np.arange(%d)).all()", values)
			h5py.Must("assert f['attrs/texts'].asstr()[:].tolist() == ['tëxt ' + str(i) for i in range(%d)]", strings)
			h5py.Must("f.close()")
			again := open(t, path)
			if texts, err := again.Attrs().Get("texts"); err != nil || texts.Shape()[0] != strings || len(again.Layers().Names()) < members {
				t.Errorf("read again: %v, %d layers", err, len(again.Layers().Names()))
			}
		})
	}
}

// A global attribute of 1 MB is an HDF5 attribute in old files, larger than what an
// object header of theirs can hold.
func TestLargeAttributeOfOldFile(t *testing.T) {
	path := copyOf(t, filepath.Join("testdata", "entities_spec2.loom"))
	ds := connect(t, path)
	numbers := make([]float64, 1<<17)
	numbers[len(numbers)-1] = 7
	if err := ds.Attrs().Set("numbers", arrayOf(t, numbers)); err != nil {
		t.Fatal(err)
	}
	if err := ds.Close(); err != nil {
		t.Fatal(err)
	}
	h5py := oracle.Start(t)
	if got := h5py.Must("f = h5py.File(%q, 'r'); a = f.attrs['numbers']; answer = [a.shape, a[-1]]", path); got != "[(131072,), 7.0]" {
		t.Errorf("h5py reads %s", got)
	}
}

// A matrix that is widened 500 times, each time by a column, is what h5py reads.
func TestManyColumnsOneByOne(t *testing.T) {
	t.Parallel()
	const times = 500
	h5py := oracle.Start(t)
	latest := filepath.Join(t.TempDir(), "latest.loom")
	h5py.Must("f = h5py.File(%q, 'w', libver='latest'); f['attrs/LOOM_SPEC_VERSION'] = '3.0.0'; "+
		"f.create_dataset('matrix', data=np.zeros((5, 4), 'f4'), maxshape=(5, None), chunks=(3, 3), compression='gzip'); "+
		"[f.create_group(g) for g in ('layers', 'row_attrs', 'col_attrs', 'row_graphs', 'col_graphs')]; f.close()", latest)
	ours := filepath.Join(t.TempDir(), "ours.loom")
	m := map[string]loom.Matrix{"": denseOf(t, 5, 4, func(int, int) float32 { return 0 })}
	if err := loom.Create(t.Context(), ours, m, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{latest, ours} {
		ds := connect(t, path)
		for i := range times {
			column := denseOf(t, 5, 1, func(row, _ int) float32 { return float32(10*i + row) })
			if _, err := ds.AddColumns(t.Context(), map[string]loom.Matrix{"": column}, nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := ds.Close(); err != nil {
			t.Fatal(err)
		}
		h5py.Must("f = h5py.File(%q, 'r'); m = f['matrix'][:]; f.close()", path)
		h5py.Must("assert m.shape == (5, %d) and (m[:, 4:] == np.arange(5)[:, None] + 10 * np.arange(%d)).all()", times+4, times)
	}
}
