package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/goloom/loom/hdf5/internal/storage"
	"github.com/goloom/loom/internal/oracle"
)

// newCounted creates a file whose content follows from counter 0.
func newCounted(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "counted.h5")
	if err := createCounted(t.Context(), path, 0); err != nil {
		t.Fatal(err)
	}
	return path
}

// withLocks has files locked whatever the environment says. It skips the test
// where locks are not those that libhdf5 takes.
func withLocks(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("locks of " + runtime.GOOS + " keep out more, or less")
	}
	t.Setenv("HDF5_USE_FILE_LOCKING", "TRUE")
}

// wantLocked requires that a file cannot be opened for change, and that the
// error says which and what to do.
func wantLocked(t *testing.T, path string) {
	t.Helper()
	e, err := Edit(path)
	if err == nil {
		e.Close()
	}
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "close it") {
		t.Errorf("opened for change beside another writer: %v, want ErrLocked, %s and what to do", err, path)
	}
}

func TestSecondEditor(t *testing.T) {
	withLocks(t)
	path := newCounted(t)
	e, err := Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	wantLocked(t, path)
	if err := e.Update(t.Context(), func(tx *Tx) error { return count(t.Context(), tx, 1) }); err != nil {
		t.Fatal(err)
	}
	wantLocked(t, path)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if e, err = Edit(path); err != nil {
		t.Fatalf("after the other was closed: %v", err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestEditBesideH5py(t *testing.T) {
	withLocks(t)
	h5py := oracle.Start(t)
	path := newCounted(t)

	h5py.Must("f = h5py.File(%q, 'r+')", path)
	wantLocked(t, path)
	h5py.Must("f.close()")

	e, err := Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		for _, mode := range []string{"r+", "a"} {
			if _, err := h5py.Try("h5py.File(%q, %q)", path, mode); err == nil || !strings.Contains(err.Error(), "unable to lock file") {
				t.Errorf("after %d transactions h5py opens the file with mode %s: %v", n, mode, err)
			}
		}
		if got := h5py.Must("with h5py.File(%q, 'r') as f: answer = f.attrs['counter']", path); got != fmt.Sprint(n) {
			t.Errorf("h5py reads counter %s, want %d", got, n)
		}
		if err := e.Update(t.Context(), func(tx *Tx) error { return count(t.Context(), tx, n+1) }); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	h5py.Must("f = h5py.File(%q, 'r+')", path)
	h5py.Must("f.attrs['counter'] = f.attrs['counter'] + 1; f.close()")
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if n, err := counter(f); n != 4 || err != nil {
		t.Errorf("counter %d, %v after h5py's change, want 4", n, err)
	}
}

// libhdf5 empties a file that it is to create anew before it looks for locks,
// which nothing prevents. An Editor notices, and leaves what it finds alone.
func TestEditBesideTruncation(t *testing.T) {
	withLocks(t)
	h5py := oracle.Start(t)
	path := newCounted(t)
	e, err := Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if _, err := h5py.Try("h5py.File(%q, 'w')", path); err == nil {
		t.Error("h5py creates the file anew beside our writer")
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	err = e.Update(t.Context(), func(tx *Tx) error { return count(t.Context(), tx, 1) })
	if !errors.Is(err, storage.ErrChanged) {
		t.Errorf("transaction on a file that was emptied: %v, want ErrChanged", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the file was written to: %v", err)
	}
}

// A reader is one of those that have a file open while it is changed.
type reader struct {
	name    string
	read    func() (string, error)
	content string // that was there when it was opened
	close   func() error
}

func (r *reader) check(t *testing.T, n int) {
	t.Helper()
	if got, err := r.read(); err != nil || got != r.content {
		t.Fatalf("after %d transactions, %s reads %s, %v; want %s", n, r.name, got, err, r.content)
	}
}

// Readers that open a file before, during and after 100 transactions each read
// what was there when they did, as long as they have it open.
func TestReadersKeepTheirState(t *testing.T) {
	t.Run("ours", func(t *testing.T) {
		keepState(t, func(path string, e *Editor, n int) []*reader {
			return []*reader{openOurs(t, path, n), {
				name:    fmt.Sprintf("state %d of the Editor", n),
				read:    contentOf(t, e.File()),
				content: expectedContent(t, n),
				close:   func() error { return nil },
			}}
		})
	})
	t.Run("h5py", func(t *testing.T) {
		keepState(t, func(path string, _ *Editor, n int) []*reader {
			return []*reader{openH5py(t, path, n)}
		})
	})
}

// keepState makes the transactions. Open opens a file after n of them.
func keepState(t *testing.T, open func(path string, e *Editor, n int) []*reader) {
	withLocks(t)
	const transactions = 100
	path := newCounted(t)
	e, err := Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var readers []*reader
	for n := range transactions {
		if n%33 == 0 {
			readers = append(readers, open(path, e, n)...)
		}
		// Some read all the time, some only now and then, so that what they
		// have read before cannot help them.
		for i, r := range readers {
			if n%(3+20*(i%4)) == 0 {
				r.check(t, n)
			}
		}
		if err := e.Update(t.Context(), func(tx *Tx) error { return count(t.Context(), tx, n+1) }); err != nil {
			t.Fatal(err)
		}
		// One that comes and goes gives the Editor reason to think that it is alone.
		if n == transactions/2 {
			r := readers[len(readers)-1]
			r.check(t, n)
			if err := r.close(); err != nil {
				t.Fatal(err)
			}
			readers = readers[:len(readers)-1]
		}
	}
	for _, r := range append(readers, open(path, e, transactions)...) {
		r.check(t, transactions)
		if err := r.close(); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 5 { // nobody looks any more
		n += transactions + 1
		if err := e.Update(t.Context(), func(tx *Tx) error { return count(t.Context(), tx, n) }); err != nil {
			t.Fatal(err)
		}
	}
	last := openOurs(t, path, transactions+5)
	last.check(t, transactions+5)
	if err := last.close(); err != nil {
		t.Fatal(err)
	}
}

// heedlessFS lets writers believe that nobody else reads their files.
type heedlessFS struct{ storage.FS }

func (h heedlessFS) OpenFile(name string, flag int, perm fs.FileMode) (storage.File, error) {
	f, err := h.FS.OpenFile(name, flag, perm)
	return heedlessFile{f}, err
}

type heedlessFile struct{ storage.File }

func (heedlessFile) Alone() (bool, error) { return true, nil }

// TestReadersKeepTheirState must notice if space is used again regardless of
// readers.
func TestReadersLoseTheirStateToTheHeedless(t *testing.T) {
	path := newCounted(t)
	e, err := edit(heedlessFS{storage.OS}, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	r := openOurs(t, path, 0)
	defer r.close()
	for n := range 100 {
		if err := e.Update(t.Context(), func(tx *Tx) error { return count(t.Context(), tx, n+1) }); err != nil {
			t.Fatal(err)
		}
		if got, err := r.read(); err != nil || got != r.content {
			t.Logf("after %d transactions: %v", n+1, err)
			return
		}
	}
	t.Error("a reader that is not heeded keeps its state")
}

func contentOf(t *testing.T, f *File) func() (string, error) {
	return func() (string, error) { return wholeContent(t.Context(), f) }
}

// expectedContent returns the content that the counter n stands for.
func expectedContent(t *testing.T, n int) string {
	t.Helper()
	text, _ := countedContent(t, n)
	return text
}

func openOurs(t *testing.T, path string, n int) *reader {
	t.Helper()
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return &reader{fmt.Sprintf("File opened after %d transactions", n), contentOf(t, f), expectedContent(t, n), f.Close}
}

// openH5py opens a file in a Python process of its own, since libhdf5 takes all
// openings of a file by one process for the same. What it has to read is what it
// reads from a file that was made for that alone.
func openH5py(t *testing.T, path string, n int) *reader {
	t.Helper()
	h5py := oracle.Start(t)
	_, b := countedContent(t, n)
	reference := filepath.Join(t.TempDir(), "reference.h5")
	if err := os.WriteFile(reference, b, 0o666); err != nil {
		t.Fatal(err)
	}
	h5py.Must("import read_many")
	want := h5py.Must("answer = read_many.answer(%q)", reference)
	h5py.Must("f = h5py.File(%q, 'r')", path)
	return &reader{
		name:    fmt.Sprintf("h5py.File opened after %d transactions", n),
		read:    func() (string, error) { return h5py.Try("answer = read_many.digest(f)") },
		content: want,
		close: func() error {
			_, err := h5py.Try("f.close()")
			return err
		},
	}
}

// Readers that open the file and read it all while transactions happen find a
// state that there was, and none that is older than one they have seen.
func TestReadDuringTransactions(t *testing.T) {
	withLocks(t)
	const transactions = 40
	path := newCounted(t)
	var want [transactions + 1]string
	for n := range want {
		want[n] = expectedContent(t, n)
	}
	e, err := Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var done atomic.Bool
	var group sync.WaitGroup
	readWhole := func(f *File, seen int) (int, error) {
		n, err := counter(f)
		if err != nil {
			return 0, err
		}
		text, err := wholeContent(t.Context(), f)
		if err == nil && (n < seen || text != want[n]) {
			err = fmt.Errorf("counter %d with another content, or after counter %d", n, seen)
		}
		return n, err
	}
	opened := func(seen int) (int, error) {
		f, err := Open(path)
		if err != nil {
			return 0, err
		}
		n, err := readWhole(f, seen)
		return n, errors.Join(err, f.Close())
	}
	connected := func(seen int) (int, error) { return readWhole(e.File(), seen) }
	for name, read := range map[string]func(int) (int, error){"file": opened, "state of the Editor": connected} {
		group.Go(func() {
			seen, err := 0, error(nil)
			for !done.Load() && err == nil {
				seen, err = read(seen)
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	for n := range transactions {
		if err := e.Update(t.Context(), func(tx *Tx) error { return count(t.Context(), tx, n+1) }); err != nil {
			t.Error(err)
			break
		}
	}
	done.Store(true)
	group.Wait()
}

// An Editor that changes nothing, or fails to, writes nothing.
func TestEditWritesNothingByItself(t *testing.T) {
	path := newCounted(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	e, err := Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	failure := errors.New("refused")
	if err := e.Update(t.Context(), func(*Tx) error { return nil }); err != nil {
		t.Error(err)
	}
	if err := e.Update(t.Context(), func(*Tx) error { return failure }); !errors.Is(err, failure) {
		t.Error(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if now, err := os.Stat(path); err != nil || !now.ModTime().Equal(info.ModTime()) || !bytes.Equal(before, after) {
		t.Errorf("the file was written to: %v", err)
	}
}
