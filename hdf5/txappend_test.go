package hdf5_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
	"pgregory.net/rapid"
)

// TestAppend: two datasets that grow by turns hold what was appended to each, in
// order, whatever the batches and with one Appender or two.
func TestAppend(t *testing.T) {
	dir := t.TempDir()
	files := 0
	rapid.Check(t, func(rt *rapid.T) {
		files++
		path := filepath.Join(dir, fmt.Sprint(files))
		chunk := rapid.SampledFrom([]int{1, 7, 64}).Draw(rt, "chunk")
		batches := func(name string) [][]int32 {
			return rapid.SliceOfN(rapid.SliceOfN(rapid.Int32Range(-1, 1), 0, 100), 0, 6).Draw(rt, name)
		}
		first, second := [][][]int32{batches("a"), batches("b")}, [][][]int32{batches("more a"), batches("more b")}
		err := hdf5.Create(t.Context(), path, func(tx *hdf5.Tx) error {
			for _, name := range []string{"/a", "/b"} {
				spec := hdf5.DatasetSpec{
					Type: must(hdf5.NamedType("int32")), Shape: []int{0}, MaxShape: []int{-1},
					Chunks: []int{chunk}, Deflate: 1, Fill: hdf5.NewScalar(int32(1)),
				}
				if err := tx.CreateDataset(name, spec); err != nil {
					return err
				}
			}
			return errors.Join(appendByTurns(t, tx, first), appendByTurns(t, tx, second))
		})
		if err != nil {
			rt.Fatal(err)
		}
		f := must(hdf5.Open(path))
		defer f.Close()
		for k, name := range []string{"/a", "/b"} {
			want := slices.Concat(slices.Concat(first[k]...), slices.Concat(second[k]...))
			got := must(hdf5.Values[int32](must(must(f.Dataset(name)).Read(t.Context()))))
			if !slices.Equal(got, want) {
				rt.Fatalf("%s holds %v, want %v", name, got, want)
			}
		}
	})
}

// appendByTurns appends batches to /a and /b, one after the other.
func appendByTurns(t *testing.T, tx *hdf5.Tx, batches [][][]int32) error {
	appenders := []*hdf5.Appender{must(tx.Append("/a")), must(tx.Append("/b"))}
	for i := range max(len(batches[0]), len(batches[1])) {
		for k, a := range appenders {
			if i >= len(batches[k]) {
				continue
			}
			if err := a.Write(t.Context(), must(hdf5.NewArray(batches[k][i]))); err != nil {
				return err
			}
		}
	}
	return errors.Join(appenders[0].Close(t.Context()), appenders[1].Close(t.Context()))
}

// TestAppendIsReadByH5py appends more than an Appender holds.
func TestAppendIsReadByH5py(t *testing.T) {
	s := oracle.Start(t)
	path := filepath.Join(t.TempDir(), "appended.h5")
	const batch, batches = 70_001, 31
	err := hdf5.Create(t.Context(), path, func(tx *hdf5.Tx) error {
		spec := hdf5.DatasetSpec{
			Type: must(hdf5.NamedType("int64")), Shape: []int{0}, MaxShape: []int{-1}, Chunks: []int{1 << 14}, Deflate: 1, Shuffle: true,
		}
		if err := tx.CreateDataset("/g/d", spec); err != nil {
			return err
		}
		a := must(tx.Append("/g/d"))
		for k := range batches {
			values := make([]int64, batch)
			for i := range values {
				values[i] = int64(k*batch + i)
			}
			if err := a.Write(t.Context(), must(hdf5.NewArray(values))); err != nil {
				return err
			}
		}
		if a.Len() != batch*batches {
			t.Errorf("the Appender has %d elements, want %d", a.Len(), batch*batches)
		}
		return a.Close(t.Context())
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Must("d = h5py.File(%q)['g/d']; answer = (d.shape, d.maxshape, bool((d[()] == np.arange(len(d))).all()))", path); got != fmt.Sprintf("((%d,), (None,), True)", batch*batches) {
		t.Errorf("h5py finds %s", got)
	}
}

// TestAppendRefuses: what an Appender cannot do is an error, and changes nothing.
func TestAppendRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "refused.h5")
	grows := hdf5.DatasetSpec{Type: must(hdf5.NamedType("int8")), Shape: []int{3}, MaxShape: []int{-1}, Chunks: []int{2}}
	for _, test := range []struct {
		name   string
		change func(*hdf5.DatasetSpec)
		want   error
	}{
		{"one piece", func(s *hdf5.DatasetSpec) { s.Chunks, s.MaxShape = nil, nil }, hdf5.ErrSelection},
		{"bounded", func(s *hdf5.DatasetSpec) { s.MaxShape = []int{8} }, hdf5.ErrSelection},
		{"matrix", func(s *hdf5.DatasetSpec) {
			s.Shape, s.MaxShape, s.Chunks = []int{3, 3}, []int{-1, -1}, []int{2, 2}
		}, hdf5.ErrSelection},
		{"strings", func(s *hdf5.DatasetSpec) { s.Type = must(hdf5.NamedType("string")) }, hdf5.ErrType},
		{"fine", func(*hdf5.DatasetSpec) {}, nil},
	} {
		spec := grows
		test.change(&spec)
		err := hdf5.Create(t.Context(), path, func(tx *hdf5.Tx) error {
			if err := tx.CreateDataset("/d", spec); err != nil {
				return err
			}
			a, err := tx.Append("/d")
			if err != nil {
				return err
			}
			if err := a.Write(t.Context(), must(hdf5.NewArray([]float32{1}))); !errors.Is(err, hdf5.ErrType) {
				t.Errorf("%s: floats for integers: %v", test.name, err)
			}
			if err := a.Close(t.Context()); err != nil {
				return err
			}
			if err := a.Write(t.Context(), must(hdf5.NewArray([]int8{1}))); err == nil {
				t.Errorf("%s: written to after Close", test.name)
			}
			return nil
		})
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
}
