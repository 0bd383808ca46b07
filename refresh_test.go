package loom_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// round makes n the number that is everywhere in the small file: in both layers,
// whose width it changes too, in an attribute of the columns, a global one and the
// name of another.
func round(t testing.TB, ds *loom.Conn, n int) error {
	ctx := t.Context()
	return ds.Update(ctx, func(tx *loom.Tx) error {
		_, cols := tx.Shape()
		columns := func(cols int) map[string]loom.Matrix {
			return map[string]loom.Matrix{
				"":       denseOf(t, 5, cols, func(int, int) float32 { return float32(n) }),
				"counts": denseOf(t, 5, cols, func(int, int) int16 { return int16(n) }),
			}
		}
		if n%10 == 0 {
			if _, err := tx.AddColumns(ctx, columns(1), nil, loom.FillAuto()); err != nil {
				return err
			}
			cols++
		}
		for name, m := range columns(cols) {
			layer, err := tx.Layers().Get(name)
			if err != nil {
				return err
			}
			if err := layer.Write(ctx, loom.All(), loom.All(), m); err != nil {
				return err
			}
		}
		ids := make([]int64, cols)
		for i := range ids {
			ids[i] = int64(n)
		}
		if n > 0 {
			if err := tx.RowAttrs().Delete(fmt.Sprintf("round %d", n-1)); err != nil {
				return err
			}
		}
		return errors.Join(
			tx.ColAttrs().Set("ID", arrayOf(t, ids)),
			tx.RowAttrs().Set(fmt.Sprintf("round %d", n), arrayOf(t, make([]int8, 5))),
			tx.Attrs().Set("Round", hdf5.NewScalar(int64(n))),
		)
	})
}

// rounded is what can be read of one state of a small file.
type rounded interface {
	Layers() *loom.Layers
	RowAttrs() *loom.Attributes
	ColAttrs() *loom.Attributes
	Attrs() *loom.GlobalAttributes
}

// roundOf reads all of a small file, which must be of one round.
func roundOf(ctx context.Context, ds rounded) (int, error) {
	ids, err := ds.ColAttrs().Int64s("ID")
	if err != nil {
		return 0, err
	}
	n := int(ids[0])
	seen := map[string]string{"columns": fmt.Sprint(len(ids))}
	for _, id := range ids {
		seen["ID"] = fmt.Sprint(id)
		if int(id) != n {
			break
		}
	}
	for layer := range ds.Layers().All() {
		m, err := layer.Read(ctx, loom.All(), loom.All())
		if err != nil {
			return 0, err
		}
		rows, cols := m.Dims()
		for i := range rows * cols {
			if v := m.At(i/cols, i%cols); int(v) != n {
				seen["layer "+layer.Name()] = fmt.Sprint(v)
			}
		}
		if cols != len(ids) || rows != 5 {
			seen["shape of layer "+layer.Name()] = fmt.Sprint(rows, cols)
		}
	}
	title, err := ds.Attrs().Get("Round")
	if err != nil {
		return 0, err
	}
	seen["Round"] = fmt.Sprint(title.Data())
	want := map[string]string{"columns": fmt.Sprint(5 + n/10), "ID": fmt.Sprint(n), "Round": fmt.Sprintf("[%d]", n)}
	if fmt.Sprint(seen) != fmt.Sprint(want) || !ds.RowAttrs().Has(fmt.Sprintf("round %d", n)) {
		return n, fmt.Errorf("state of round %d shows %v, and row attributes %q", n, seen, ds.RowAttrs().Names())
	}
	return n, nil
}

// newRounds makes a small file, in round 0, and returns what changes it.
func newRounds(t *testing.T) *loom.Conn {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("locks of " + runtime.GOOS + " keep out more, or less")
	}
	t.Setenv("HDF5_USE_FILE_LOCKING", "TRUE")
	ds := smallFile(t)
	if err := round(t, ds, 0); err != nil {
		t.Fatal(err)
	}
	return ds
}

func wantRound(t *testing.T, what string, ds rounded, want int) {
	t.Helper()
	if n, err := roundOf(t.Context(), ds); err != nil || n != want {
		t.Errorf("%s is in round %d, want %d: %v", what, n, want, err)
	}
}

// Readers that were opened before, during and after 100 transactions stay with
// the state that they were opened on until they are refreshed; what they had obtained
// before stays for ever.
func TestRefresh(t *testing.T) {
	const rounds = 100
	writer := newRounds(t)
	type reader struct {
		ds    *loom.Conn
		attrs *loom.Attributes
		first int
	}
	var readers []reader
	for n := range rounds + 1 {
		if n > 0 {
			if err := round(t, writer, n); err != nil {
				t.Fatal(err)
			}
		}
		if n%20 == 0 {
			ds := open(t, writer.Filename())
			readers = append(readers, reader{ds: ds, attrs: ds.ColAttrs(), first: n})
		}
		if n%7 == 0 {
			for _, r := range readers {
				wantRound(t, fmt.Sprintf("after %d rounds, a reader", n), r.ds, r.first)
			}
		}
	}
	for _, r := range readers {
		for range 2 {
			if err := r.ds.Refresh(); err != nil {
				t.Fatal(err)
			}
			wantRound(t, "a refreshed reader", r.ds, rounds)
		}
		if ids, err := r.attrs.Int64s("ID"); err != nil || ids[0] != int64(r.first) {
			t.Errorf("attributes of round %d are of round %v, %v", r.first, ids, err)
		}
	}
	if err := round(t, writer, rounds+1); err != nil {
		t.Fatal(err)
	}
	for _, r := range readers {
		wantRound(t, "a reader that was refreshed before", r.ds, rounds)
		if err := r.ds.Close(); err != nil {
			t.Error(err)
		}
		if _, err := r.attrs.Int64s("ID"); !errors.Is(err, loom.ErrClosed) {
			t.Errorf("old attributes of a closed connection: %v", err)
		}
		if err := r.ds.Refresh(); !errors.Is(err, loom.ErrClosed) {
			t.Errorf("refreshed after Close: %v", err)
		}
	}
}

// A notebook that has the file open in h5py keeps its state, too, and finds the
// newest when it opens the file again.
func TestReadByH5pyWhileChanging(t *testing.T) {
	const rounds = 100
	writer := newRounds(t)
	state := func(s *oracle.Session) int {
		n, err := strconv.Atoi(s.Must("n = int(f['attrs/Round'][()]); assert f['matrix'].shape == f['layers/counts'].shape == (5, 5 + n // 10) and " +
			"(f['matrix'][:] == n).all() and (f['layers/counts'][:] == n).all() and (f['col_attrs/ID'][:] == n).all() and 'round ' + str(n) in f['row_attrs']; answer = n"))
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	opened := map[*oracle.Session]int{}
	for n := range rounds {
		if n%50 == 0 {
			s := oracle.Start(t)
			s.Must("f = h5py.File(%q, 'r')", writer.Filename())
			opened[s] = n
		}
		if n%9 == 0 {
			for s, first := range opened {
				if got := state(s); got != first {
					t.Fatalf("after %d rounds h5py reads round %d, it was opened in %d", n, got, first)
				}
			}
		}
		if err := round(t, writer, n+1); err != nil {
			t.Fatal(err)
		}
	}
	for s, first := range opened {
		if got := state(s); got != first {
			t.Errorf("after all rounds h5py reads round %d, it was opened in %d", got, first)
		}
		s.Must("f.close(); f = h5py.File(%q, 'r')", writer.Filename())
		if got := state(s); got != rounds {
			t.Errorf("opened again, h5py reads round %d, want %d", got, rounds)
		}
	}
}

// A file that was replaced is opened anew.
func TestRefreshAfterReplacement(t *testing.T) {
	writer := newRounds(t)
	path := writer.Filename()
	t.Chdir(filepath.Dir(path))
	reader := open(t, filepath.Base(path))
	t.Chdir(t.TempDir())
	old := reader.Matrix()
	if err := round(t, writer, 1); err != nil {
		t.Fatal(err)
	}
	if err := hdf5.Repack(t.Context(), writer.File(), path, hdf5.RepackOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := round(t, writer, 2); !errors.Is(err, hdf5.ErrChanged) {
		t.Errorf("change of the replaced file: %v", err)
	}
	if err := errors.Join(writer.Close(), reader.Refresh()); err != nil {
		t.Fatal(err)
	}
	wantRound(t, "the repacked file", reader, 1)

	next := connect(t, path)
	if err := errors.Join(round(t, next, 2), reader.Refresh()); err != nil {
		t.Fatal(err)
	}
	wantRound(t, "the file that was changed since", reader, 2)
	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
	m := denseOf(t, 3, 2, spotted[int32])
	if err := loom.Create(t.Context(), path, map[string]loom.Matrix{"": m}, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	if err := reader.Refresh(); err != nil {
		t.Fatal(err)
	}
	if rows, cols := reader.Shape(); rows != 3 || cols != 2 || len(reader.Layers().Names()) != 1 {
		t.Errorf("%d x %d and layers %q, want 3 x 2 of the new file", rows, cols, reader.Layers().Names())
	}
	if m, err := old.Read(t.Context(), loom.All(), loom.All()); err != nil || m.At(4, 3) != 0 {
		t.Errorf("the matrix of the first file: %v", err)
	}
}

// A connection that cannot be refreshed stays on its state, and can be later.
func TestRefreshThatFails(t *testing.T) {
	writer := newRounds(t)
	path := writer.Filename()
	reader, lenient := open(t, path), open(t, path, loom.SkipValidation())
	if err := errors.Join(round(t, writer, 1), writer.Close()); err != nil {
		t.Fatal(err)
	}
	good := must(os.ReadFile(path))
	replace := func(content []byte) func() error {
		return func() error {
			return errors.Join(os.WriteFile(path+".new", content, 0o600), os.Rename(path+".new", path))
		}
	}
	invalid := func() error {
		return hdf5.Create(t.Context(), path, func(tx *hdf5.Tx) error { return tx.CreateGroup("/layers") })
	}
	tests := []struct {
		name   string
		change func() error
		want   error // nil for a file that only those refuse who validate it
	}{
		{"removed", func() error { return os.Remove(path) }, fs.ErrNotExist},
		{"no HDF5", replace([]byte("nothing that HDF5 knows")), hdf5.ErrNotHDF5},
		{"cut short", replace(good[:len(good)/2]), hdf5.ErrCorrupt},
		{"no Loom", invalid, nil},
	}
	for _, test := range tests {
		if err := test.change(); err != nil {
			t.Fatal(err)
		}
		err := reader.Refresh()
		as := errors.Is(err, test.want)
		if test.want == nil {
			var violations *loom.ValidationError
			as = errors.As(err, &violations)
		}
		if !as || !strings.Contains(fmt.Sprint(err), path) {
			t.Errorf("%s: %v, want %v and the name of the file", test.name, err, test.want)
		}
		if err := lenient.Refresh(); !errors.Is(err, test.want) {
			t.Errorf("%s, not validated: %v, want %v", test.name, err, test.want)
		}
		wantRound(t, test.name+": the reader", reader, 0)
	}
	if rows, cols := lenient.Shape(); rows != 0 || cols != 0 {
		t.Errorf("%d x %d, want the file without a matrix", rows, cols)
	}
	if err := errors.Join(replace(good)(), reader.Refresh()); err != nil {
		t.Fatal(err)
	}
	wantRound(t, "the reader at last", reader, 1)
}

// What h5py puts in the place of a file is read once h5py has closed it.
func TestRefreshAfterH5py(t *testing.T) {
	writer := newRounds(t)
	path := writer.Filename()
	reader := open(t, path)
	if err := errors.Join(round(t, writer, 1), writer.Close()); err != nil {
		t.Fatal(err)
	}
	h5py := oracle.Start(t)
	h5py.Must("import os, shutil; shutil.copy(%q, %q); os.rename(%q, %q)", path, path+".new", path+".new", path)
	h5py.Must("f = h5py.File(%q, 'r+')", path)
	h5py.Must("f['col_attrs/ID'][:] = 2; f['matrix'][:] = 2; f['layers/counts'][:] = 2; f['attrs/Round'][()] = 2; f['row_attrs'].move('round 1', 'round 2'); f.flush()")
	if err := reader.Refresh(); !errors.Is(err, loom.ErrLocked) || !strings.Contains(err.Error(), path) {
		t.Errorf("while h5py writes the file: %v, want %v and its name", err, loom.ErrLocked)
	}
	wantRound(t, "the reader beside h5py", reader, 0)
	h5py.Must("f.close()")
	if err := reader.Refresh(); err != nil {
		t.Fatal(err)
	}
	wantRound(t, "the reader after h5py", reader, 2)
}

// Connections that never have a newer state to show.
func TestRefreshOfOthers(t *testing.T) {
	writer := newRounds(t)
	if err := errors.Join(writer.Refresh(), round(t, writer, 1), writer.Refresh()); err != nil {
		t.Error(err)
	}
	wantRound(t, "the writer", writer, 1)
	content := must(os.ReadFile(writer.Filename()))
	ds, err := loom.OpenReader(bytes.NewReader(content), int64(len(content)), "archive.loom")
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	if err := ds.Refresh(); !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "archive.loom") {
		t.Errorf("from a reader: %v, want %v", err, errors.ErrUnsupported)
	}
	wantRound(t, "what was opened from a reader", ds, 1)
}

// Connections are refreshed and read by many at once while the file changes.
func TestRefreshWhileChanging(t *testing.T) {
	const rounds = 30
	writer := newRounds(t)
	reader := open(t, writer.Filename())
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for newest := 0; ctx.Err() == nil; {
				if err := reader.Refresh(); err != nil {
					t.Error(err)
					return
				}
				view, err := reader.View(t.Context(), loom.All(), loom.All())
				if err != nil {
					t.Error(err)
					return
				}
				n, err := roundOf(t.Context(), view)
				if err != nil || n < newest {
					t.Errorf("round %d after round %d: %v", n, newest, err)
					return
				}
				newest = n
			}
		})
	}
	for n := range rounds {
		if err := round(t, writer, n+1); err != nil {
			t.Error(err)
			break
		}
	}
	stop()
	readers.Wait()
	if err := reader.Refresh(); err != nil {
		t.Fatal(err)
	}
	wantRound(t, "the reader", reader, rounds)
}
