package hdf5_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// repack repacks the file at path to a new one, whose path it returns.
func repack(t *testing.T, path string, opts hdf5.RepackOptions) (string, error) {
	t.Helper()
	f, err := hdf5.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	to := filepath.Join(t.TempDir(), filepath.Base(path))
	err = hdf5.Repack(t.Context(), f, to, opts)
	if _, statErr := os.Stat(to); err != nil && !errors.Is(statErr, os.ErrNotExist) {
		t.Errorf("a file was made in spite of %v", err)
	}
	return to, err
}

// TestRepackForeignFiles repacks files that others wrote, as they are and with
// all datasets stored otherwise. h5py must find in the new file what it finds in the old.
func TestRepackForeignFiles(t *testing.T) {
	files := slices.Concat(oracle.GeneratedFiles(t, "*"), oracle.Fixtures(t, "loom"), oracle.Fixtures(t, "h5ad"), oracle.Fixtures(t, "tenx"))
	for i, path := range files {
		if hdf5.RaceEnabled && i%8 != 0 {
			continue // the others are for the run without the race detector
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			original := dumpWithoutAddresses(t, path)
			plain, err := repack(t, path, hdf5.RepackOptions{})
			if errors.Is(err, hdf5.ErrReferenced) || errors.Is(err, hdf5.ErrUnsupported) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			repacked := dumpWithoutAddresses(t, plain)
			compareDumps(t, original, repacked, false)
			compareStorage(t, original, repacked)
			checkSound(t, plain)
			if original[0].Superblock < 2 {
				compareSize(t, path, plain)
			} else {
				// h5repack keeps the small chunk indexes that HDF5 has had since 1.10;
				// ours are those that all versions read.
				compareSize(t, plain, plain)
			}

			other, err := repack(t, path, hdf5.RepackOptions{Storage: otherwise})
			if errors.Is(err, hdf5.ErrUnsupported) {
				return // a filter that is unknown
			}
			if err != nil {
				t.Fatal(err)
			}
			compareDumps(t, original, dumpWithoutAddresses(t, other), false)
			checkSound(t, other)
		})
	}
}

// dumpWithoutAddresses returns what h5py finds in a file, of references only the
// names of what they lead to.
func dumpWithoutAddresses(t *testing.T, path string) []oracle.Record {
	t.Helper()
	records := oracle.Dump(t, path)
	for _, r := range records {
		dropAddresses(r.Values)
		dropAddresses(r.Fill)
	}
	return records
}

func dropAddresses(v *oracle.Values) {
	if v == nil {
		return
	}
	v.Addresses = nil
	dropAddresses(v.Items)
	for _, f := range v.Fields {
		dropAddresses(f.Values)
	}
}

// otherwise stores every dataset that it can in chunks of a shape that fits
// nothing.
func otherwise(d *hdf5.Dataset) *hdf5.Storage {
	if len(d.Shape()) == 0 || d.IsNull() {
		return nil
	}
	s := &hdf5.Storage{Deflate: 1, Fletcher32: true}
	for i := range d.Shape() {
		s.Chunks = append(s.Chunks, []int{61, 13, 5}[min(i, 2)])
	}
	return s
}

// compareStorage requires that a copy is stored as the original is, and that
// links to one object are not links to two.
func compareStorage(t *testing.T, before, after []oracle.Record) {
	t.Helper()
	byPath := map[string]oracle.Record{}
	for _, r := range after {
		byPath[r.Kind+" "+r.Path+" "+r.Name] = r
	}
	check(t, "file", "user block", after[0].Userblock, before[0].Userblock)
	for _, want := range before {
		got := byPath[want.Kind+" "+want.Path+" "+want.Name]
		if want.Kind == "link" {
			check(t, want.Path, "link", []string{got.Link, got.File, got.Object}, []string{want.Link, want.File, want.Object})
		}
		if want.Type != nil && want.Type.Class == "reference" {
			check(t, want.Path+" "+want.Name, "references", got.Values, want.Values)
		}
		if want.Kind != "dataset" {
			continue
		}
		check(t, want.Path, "layout", got.Layout, want.Layout)
		check(t, want.Path, "chunks", got.Chunks, want.Chunks)
		check(t, want.Path, "filters", got.Filters, want.Filters)
		check(t, want.Path, "maximum shape", got.MaxShape, want.MaxShape)
		check(t, want.Path, "fill status", got.FillStatus, want.FillStatus)
		check(t, want.Path, "fill value", got.Fill, want.Fill)
		if want.Type != nil && want.Type.Class != "vlen" && !want.Type.Variable {
			check(t, want.Path, "number of stored chunks", got.StoredChunks, want.StoredChunks)
		}
	}
}

// slack is what a small file of ours may be larger by than one of h5repack: it
// has collections of strings that h5repack shares among objects, and empty
// tables.
const slack = 8 << 10

// compareSize requires that a repacked file is no larger than 1.2 times what
// h5repack makes of the same file.
func compareSize(t *testing.T, original, repacked string) {
	t.Helper()
	theirs := filepath.Join(t.TempDir(), "theirs.h5")
	if out, err := run(t, oracle.Tool(t, "h5repack"), original, theirs); err != nil {
		t.Logf("h5repack: %v: %.200s", err, out)
		return
	}
	ours, want := fileSize(t, repacked), fileSize(t, theirs)
	if ours > want+want/5+slack {
		t.Errorf("%d bytes, h5repack makes %d", ours, want)
	}
}

// TestRepackGivesSpaceBack repacks a file, while it is open for change, that
// many transactions have left full of holes.
func TestRepackGivesSpaceBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "holes.h5")
	makeFile(t, path)
	e, err := hdf5.Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	keep := e.File() // and with it all of its space
	for i := range 50 {
		err := e.Update(t.Context(), func(tx *hdf5.Tx) error {
			values := make([]float32, 200*130)
			for k := range values {
				values[k] = float32(i * k)
			}
			return tx.Write(t.Context(), "/matrix", must(hdf5.NewArray(values, 200, 130)))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	before := oracle.Dump(t, path)
	holes := fileSize(t, path)
	original := copyFile(t, path)
	if err := hdf5.Repack(t.Context(), e.File(), path, hdf5.RepackOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := keep.Dataset("/matrix"); err != nil {
		t.Errorf("the old file cannot be read any more: %v", err)
	}
	if now := fileSize(t, path); now > holes/10 {
		t.Errorf("%d bytes of %d are left", now, holes)
	}
	compareDumps(t, before, oracle.Dump(t, path), false)
	compareSize(t, original, path)
	f, err := hdf5.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	summary, err := f.Check(t.Context(), func(p hdf5.Problem) { t.Error(p.Err) })
	if err != nil {
		t.Fatal(err)
	}
	if summary.Free > int64(summary.Gaps)*8 {
		t.Errorf("%d bytes are free", summary.Free)
	}
}

// TestRepackTwice repacks a repacked file: nothing is to be gained.
func TestRepackTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.h5")
	makeFile(t, path)
	once, err := repack(t, path, hdf5.RepackOptions{})
	if err != nil {
		t.Fatal(err)
	}
	twice, err := repack(t, once, hdf5.RepackOptions{})
	if err != nil {
		t.Fatal(err)
	}
	a, b := must(os.ReadFile(once)), must(os.ReadFile(twice))
	if !slices.Equal(a, b) {
		t.Errorf("the second time, %d bytes became %d others", len(a), len(b))
	}
}

// TestRepackChunks stores a matrix in chunks of many shapes.
func TestRepackChunks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.h5")
	makeFile(t, path)
	before := oracle.Dump(t, path)
	for _, chunks := range [][]int{{1, 130}, {200, 1}, {64, 64}, {63, 65}, {1000, 1000}, {3, 3}, nil} {
		for level := range 2 {
			t.Run(fmt.Sprint(chunks, level), func(t *testing.T) {
				to, err := repack(t, path, hdf5.RepackOptions{Storage: func(d *hdf5.Dataset) *hdf5.Storage {
					if d.Path() != "/matrix" {
						return nil
					}
					return &hdf5.Storage{Chunks: chunks, Deflate: level, Shuffle: level > 0}
				}})
				if err != nil {
					t.Fatal(err)
				}
				compareDumps(t, before, oracle.Dump(t, to), false)
				compareFile(t, to)
				f := must(hdf5.Open(to))
				defer f.Close()
				d := must(f.Dataset("/matrix"))
				if want := []int{min(200, append(chunks, 64)[0])}; d.Chunks()[0] != want[0] || len(d.Filters()) != 2*level {
					t.Errorf("chunks %v, filters %v", d.Chunks(), d.Filters())
				}
			})
		}
	}
}

func TestRepackRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new.h5")
	makeFile(t, path)
	for name, s := range map[string]*hdf5.Storage{
		"rank":  {Chunks: []int{5}},
		"zero":  {Chunks: []int{0, 5}},
		"level": {Deflate: 10},
		"large": {Chunks: []int{200, 1 << 40}},
	} {
		_, err := repack(t, path, hdf5.RepackOptions{Storage: func(d *hdf5.Dataset) *hdf5.Storage {
			if d.Path() == "/matrix" {
				return s
			}
			return nil
		}})
		if !errors.Is(err, hdf5.ErrSelection) {
			t.Errorf("%s: %v, want ErrSelection", name, err)
		}
	}
	f := must(hdf5.Open(path))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	whole := must(os.ReadFile(path))
	if err := hdf5.Repack(ctx, f, path, hdf5.RepackOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want Canceled", err)
	}
	f.Close()
	if err := hdf5.Repack(t.Context(), f, path, hdf5.RepackOptions{}); !errors.Is(err, hdf5.ErrClosed) {
		t.Errorf("%v, want ErrClosed", err)
	}
	if !slices.Equal(whole, must(os.ReadFile(path))) {
		t.Error("the file has changed")
	}
	if entries := must(os.ReadDir(filepath.Dir(path))); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// TestRepackHostileFiles repacks damaged copies of real files: there may be an
// error, or a file that can be opened.
func TestRepackHostileFiles(t *testing.T) {
	files := must(filepath.Glob(filepath.Join(oracle.Root(t), "testdata", "*.loom")))
	for i, path := range slices.Concat(files, oracle.GeneratedFiles(t, "*")) {
		if hdf5.RaceEnabled && i%8 != 0 {
			continue
		}
		original := must(os.ReadFile(path))
		if len(original) > 100_000 {
			continue
		}
		to := filepath.Join(t.TempDir(), "repacked.h5")
		for seed := range 12 {
			b := damage(original, seed)
			f, err := hdf5.NewFile(bytes.NewReader(b), int64(len(b)))
			if err != nil {
				continue
			}
			opts := hdf5.RepackOptions{}
			if seed%2 == 1 {
				opts.Storage = otherwise
			}
			if err := hdf5.Repack(t.Context(), f, to, opts); err != nil {
				continue
			}
			if again, err := hdf5.Open(to); err != nil {
				t.Errorf("%s, seed %d: %v", path, seed, err)
			} else {
				again.Close()
			}
		}
	}
}
