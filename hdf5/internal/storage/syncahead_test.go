package storage_test

import (
	"bytes"
	"errors"
	"syscall"
	"testing"

	"github.com/goloom/loom/hdf5/internal/storage"
	"github.com/goloom/loom/hdf5/internal/storage/crashfs"
)

// syncs counts the syncs that a file system has recorded.
func syncs(f *crashfs.FS) int {
	n := 0
	for _, op := range f.Ops() {
		if op.Kind == crashfs.Sync {
			n++
		}
	}
	return n
}

// begin begins a transaction that has written so many bytes.
func begin(t *testing.T, toy *toyFile, bytes int) *storage.Tx {
	t.Helper()
	tx, err := toy.begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := toyPut(tx, make([]byte, bytes)); err != nil {
		t.Fatal(err)
	}
	return tx
}

// What is made durable ahead is in time for a rollback, and little is not worth it.
func TestSyncAhead(t *testing.T) {
	for _, tt := range []struct{ bytes, want int }{{1 << 20, 0}, {5 << 20, 1}} {
		f, toy := newToy(t, toyContent{"a"})
		before := f.Files()[toyName]
		tx := begin(t, toy, tt.bytes)
		settling := syncs(f)
		tx.SyncAhead()
		tx.SyncAhead() // there is nothing new
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		tx.SyncAhead() // it is over
		if got := syncs(f) - settling; got != tt.want {
			t.Errorf("%d syncs after %d bytes, want %d", got, tt.bytes, tt.want)
		}
		if !bytes.Equal(f.Files()[toyName], before) {
			t.Error("the file has changed")
		}
	}
}

// A transaction of which something could not be made durable does not happen, even if it could be later.
func TestSyncAheadFails(t *testing.T) {
	f, toy := newToy(t, toyContent{"a"})
	tx := begin(t, toy, 5<<20)
	f.FailAt(0, syscall.EIO)
	tx.SyncAhead()
	if err := tx.Commit(make([]byte, toySuperblock)); !errors.Is(err, syscall.EIO) {
		t.Fatalf("commit: %v, want EIO", err)
	}
	wantContent(t, f, "a")
	mustSet(t, toy, map[int]string{0: "b"})
	wantContent(t, f, "b")
}
