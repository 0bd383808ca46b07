package storage_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goloom/loom/hdf5/internal/storage"
	"github.com/goloom/loom/hdf5/internal/storage/crashfs"
	"pgregory.net/rapid"
)

// newToy opens a toy file in memory.
func newToy(t testing.TB, content toyContent) (*crashfs.FS, *toyFile) {
	t.Helper()
	f := crashfs.New(map[string][]byte{toyName: toyBytes(t, content)})
	toy, err := toyOpen(f, toyName)
	if err != nil {
		t.Fatal(err)
	}
	return f, toy
}

func mustSet(t testing.TB, toy *toyFile, changes map[int]string) {
	t.Helper()
	if err := toy.set(changes); err != nil {
		t.Fatal(err)
	}
}

func wantContent(t testing.TB, f *crashfs.FS, want ...string) {
	t.Helper()
	got, err := toyDecode(f.Files()[toyName])
	if err != nil || !slices.Equal(got, want) {
		t.Fatalf("content %.40q, %v, want %.40q", got, err, want)
	}
}

func TestNothingIsWrittenBeforeAWrite(t *testing.T) {
	f, toy := newToy(t, toyContent{"a"})
	tx, err := toy.begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Alloc(1000); err != nil {
		t.Fatal(err)
	}
	tx.Free(toy.tree.list.Addr, toy.tree.list.Size)
	if err := errors.Join(tx.Rollback(), toy.volume.Close()); err != nil {
		t.Fatal(err)
	}
	if ops := f.Ops(); len(ops) > 0 {
		t.Fatalf("%v", ops)
	}
}

func TestCommittedBytesAreNotOverwritten(t *testing.T) {
	content := toyContent{strings.Repeat("a", 100)}
	_, toy := newToy(t, content)
	blob, list := toy.tree.blobs[0], toy.tree.list
	for name, write := range map[string]func(*storage.Tx) error{
		"superblock": func(tx *storage.Tx) error { return tx.WriteAt(make([]byte, toySuperblock), 0) },
		"blob":       func(tx *storage.Tx) error { return tx.WriteAt([]byte("b"), blob.Addr) },
		"freed blob": func(tx *storage.Tx) error {
			tx.Free(blob.Addr, blob.Size)
			return tx.WriteAt([]byte("b"), blob.Addr)
		},
		"past the end": func(tx *storage.Tx) error { return tx.WriteAt([]byte("b"), list.Addr+list.Size) },
		"beyond what was allocated": func(tx *storage.Tx) error {
			addr, err := tx.Alloc(10)
			return errors.Join(err, tx.WriteAt(make([]byte, 11), addr))
		},
		"region of others": func(tx *storage.Tx) error {
			_, err := tx.Region(blob.Addr, blob.Size)
			return err
		},
		"freed again": func(tx *storage.Tx) error {
			addr, err := tx.Alloc(10)
			tx.Free(addr, 10)
			return errors.Join(err, tx.WriteAt(make([]byte, 1), addr))
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, toy := newToy(t, content)
			before := f.Files()[toyName]
			tx, err := toy.begin()
			if err != nil {
				t.Fatal(err)
			}
			if err := write(tx); !errors.Is(err, storage.ErrCommitted) {
				t.Errorf("got %v, want ErrCommitted", err)
			}
			if err := tx.Commit(toyImage(tx.End(), list)); !errors.Is(err, storage.ErrCommitted) {
				t.Errorf("commit: %v, want ErrCommitted", err)
			}
			if !bytes.Equal(f.Files()[toyName], before) {
				t.Error("the file has changed")
			}
		})
	}
}

// Regions are written by several goroutines while the transaction is used.
func TestRegions(t *testing.T) {
	f, toy := newToy(t, toyContent{"a"})
	tx, err := toy.begin()
	if err != nil {
		t.Fatal(err)
	}
	const n = 100 // bytes of each
	var wait sync.WaitGroup
	var addrs []uint64
	errs := make([]error, 20)
	for i := range errs {
		addr, err := tx.Alloc(n)
		if err != nil {
			t.Fatal(err)
		}
		r, err := tx.Region(addr, n)
		if err != nil {
			t.Fatal(err)
		}
		addrs = append(addrs, addr)
		wait.Go(func() { errs[i] = r.Write(bytes.Repeat([]byte{byte('a' + i)}, n)) })
	}
	wait.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	r := tx.Reader()
	for i, addr := range addrs {
		got := make([]byte, n)
		if err := r.ReadFull(got, addr); err != nil || !bytes.Equal(got, bytes.Repeat([]byte{byte('a' + i)}, n)) {
			t.Errorf("region %d holds %q, %v", i, got, err)
		}
	}
	if err := errors.Join(tx.Rollback(), toy.volume.Close()); err != nil {
		t.Fatal(err)
	}
	wantContent(t, f, "a")
}

func TestRegionsRefuse(t *testing.T) {
	f, toy := newToy(t, toyContent{"a"})
	before := f.Files()[toyName]
	tx, err := toy.begin()
	if err != nil {
		t.Fatal(err)
	}
	addr, err := tx.Alloc(16)
	if err != nil {
		t.Fatal(err)
	}
	r, err := tx.Region(addr, 16)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 15, 17} {
		if err := r.Write(make([]byte, n)); !errors.Is(err, storage.ErrOutOfBounds) {
			t.Errorf("%d bytes: %v, want ErrOutOfBounds", n, err)
		}
	}
	full := errors.New("full")
	f.FailAt(0, full)
	failed := r.Write(make([]byte, 16))
	if !errors.Is(failed, full) {
		t.Errorf("%v, want %v", failed, full)
	}
	tx.Fail(failed)
	if err := tx.Commit(toyImage(tx.End(), toy.tree.list)); !errors.Is(err, full) {
		t.Errorf("commit: %v, want %v", err, full)
	}
	if _, err := tx.Region(addr, 16); !errors.Is(err, storage.ErrTxDone) {
		t.Errorf("%v, want ErrTxDone", err)
	}
	if !bytes.Equal(f.Files()[toyName], before) {
		t.Error("the file has changed")
	}
}

func TestWrongFreesFailTheCommit(t *testing.T) {
	_, toy := newToy(t, toyContent{"abcdefgh", "ijklmnop"})
	blob, end := toy.tree.blobs[0], toy.tree.list.Addr+toy.tree.list.Size
	for name, free := range map[string]func(*storage.Tx){
		"twice":        func(tx *storage.Tx) { tx.Free(blob.Addr, 8); tx.Free(blob.Addr, 8) },
		"overlapping":  func(tx *storage.Tx) { tx.Free(blob.Addr, 8); tx.Free(blob.Addr+7, 8) },
		"superblock":   func(tx *storage.Tx) { tx.Free(toySuperblock-1, 8) },
		"past the end": func(tx *storage.Tx) { tx.Free(end-1, 2) },
		"overflow":     func(tx *storage.Tx) { tx.Free(end-1, ^uint64(0)) },
		"own twice": func(tx *storage.Tx) {
			addr, _ := tx.Alloc(16)
			tx.Free(addr, 16)
			tx.Free(addr+8, 8)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, toy := newToy(t, toyContent{"abcdefgh", "ijklmnop"})
			tx, err := toy.begin()
			if err != nil {
				t.Fatal(err)
			}
			free(tx)
			if err := tx.Commit(toyImage(tx.End(), toy.tree.list)); err == nil {
				t.Error("committed")
			}
			mustSet(t, toy, map[int]string{0: "next"})
			wantContent(t, f, "next", "ijklmnop")
		})
	}
}

func TestTransactionsEnd(t *testing.T) {
	_, toy := newToy(t, toyContent{"a"})
	tx, err := toy.begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := toy.begin(); err == nil {
		t.Error("two transactions at a time")
	}
	if err := errors.Join(tx.Commit(toyImage(tx.End(), toy.tree.list)), tx.Rollback()); err != nil {
		t.Error(err)
	}
	_, allocErr := tx.Alloc(1)
	for _, err := range []error{allocErr, tx.WriteAt([]byte{1}, 0), tx.Commit(nil)} {
		if !errors.Is(err, storage.ErrTxDone) {
			t.Errorf("got %v, want ErrTxDone", err)
		}
	}
	if tx, err = toy.begin(); err != nil {
		t.Fatal(err)
	}
	for _, n := range []uint64{0, 1 << 63, ^uint64(0), 1<<63 - 50} {
		if addr, err := tx.Alloc(n); !errors.Is(err, storage.ErrOutOfBounds) {
			t.Errorf("allocated %d bytes at %d, %v", n, addr, err)
		}
	}
	if err := tx.Commit(make([]byte, toySuperblock+1)); err == nil {
		t.Error("superblock of another size")
	}
}

func TestLeftoversAreCutOff(t *testing.T) {
	whole := toyBytes(t, toyContent{"a"})
	f := crashfs.New(map[string][]byte{toyName: append(slices.Clone(whole), make([]byte, 1000)...)})
	toy, err := toyOpen(f, toyName)
	if err != nil {
		t.Fatal(err)
	}
	mustSet(t, toy, map[int]string{0: "b"})
	wantContent(t, f, "b")
	if n := len(f.Files()[toyName]); n > len(whole)+100 {
		t.Errorf("file of %d bytes, it had %d", n, len(whole))
	}
}

func TestRollbackGivesSpaceBack(t *testing.T) {
	f, toy := newToy(t, toyContent{"a"})
	before := f.Files()[toyName]
	tx, err := toy.begin()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := toyPut(tx, make([]byte, 5000)); err != nil {
		t.Fatal(err)
	}
	if got := tx.Reader().Size(); got < 5000 {
		t.Errorf("the transaction sees %d bytes", got)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(f.Files()[toyName], before) {
		t.Error("the file has changed")
	}
}

// While a reader has the file open no space is reused; then it is, and the file
// stops growing and shrinks.
func TestReuse(t *testing.T) {
	const size = 10_000
	f, toy := newToy(t, toyContent{strings.Repeat("a", size)})
	rewrite := func(n int) int {
		for i := range n {
			mustSet(t, toy, map[int]string{0: strings.Repeat(string(rune('a'+i%26)), size)})
		}
		return len(f.Files()[toyName])
	}
	reader, err := storage.OpenShared(f, toyName)
	if err != nil {
		t.Fatal(err)
	}
	if n := rewrite(5); n < 6*size {
		t.Errorf("%d bytes after 5 rewrites beside a reader", n)
	}
	if err := reader.Close(); err != nil {
		t.Fatal(err)
	}
	if n := rewrite(100); n > 2*size+500 {
		t.Errorf("%d bytes after 100 rewrites of %d", n, size)
	}
}

// Readers in the process keep their states, by pinning them, as others do by
// their locks.
func TestPinnedStateIsKept(t *testing.T) {
	const size = 5000
	f, toy := newToy(t, toyContent{strings.Repeat("a", size)})
	var (
		pins []*storage.Snapshot
		at   []storage.Extent
	)
	letter := func(i int) string { return strings.Repeat(string(rune('a'+i)), size) }
	for i := range 5 {
		pins, at = append(pins, toy.volume.Pin()), append(at, toy.tree.blobs[0])
		mustSet(t, toy, map[int]string{0: letter(i + 1)})
	}
	for i, pin := range pins {
		blob, err := pin.Reader().Bytes(at[i].Addr, at[i].Size)
		if err != nil || string(blob) != letter(i) {
			t.Errorf("state %d: %.10q, %v", i, blob, err)
		}
		pin.Release()
		pin.Release()
	}
	before := len(f.Files()[toyName])
	for i := range 5 {
		mustSet(t, toy, map[int]string{0: letter(i)})
	}
	if after := len(f.Files()[toyName]); after > before {
		t.Errorf("the file grows from %d to %d bytes after the pins are gone", before, after)
	}
}

// What a state has free at its end may be cut off while it is being read. A guess at
// how long something is, which Prefix serves, may reach into that.
func TestPinnedStateLosesItsFreeTail(t *testing.T) {
	f, toy := newToy(t, toyContent{strings.Repeat("a", 500)})
	mustSet(t, toy, map[int]string{1: strings.Repeat("b", 20_000)})
	mustSet(t, toy, map[int]string{1: "c"})
	mustSet(t, toy, map[int]string{1: "d"}) // where b was
	pin, blob := toy.volume.Pin(), toy.tree.blobs[0]
	defer pin.Release()
	toy.free = toy.tree.free(uint64(pin.Reader().Size()))
	mustSet(t, toy, map[int]string{1: "e"})
	if size := int64(len(f.Files()[toyName])); size >= pin.Reader().Size() {
		t.Fatalf("file of %d bytes, the state that is read has %d", size, pin.Reader().Size())
	}
	b, err := pin.Reader().Prefix(blob.Addr, uint64(pin.Reader().Size())-blob.Addr)
	if err != nil || !strings.HasPrefix(string(b), strings.Repeat("a", 500)) {
		t.Errorf("%.10q, %v", b, err)
	}
}

func TestWriterOfOursIsKeptOut(t *testing.T) {
	f, toy := newToy(t, toyContent{"a"})
	if _, err := storage.Open(f, toyName); !errors.Is(err, storage.ErrLocked) {
		t.Errorf("second writer: %v, want ErrLocked", err)
	}
	if err := toy.volume.Close(); err != nil {
		t.Fatal(err)
	}
	if v, err := storage.Open(f, toyName); err != nil || v.Close() != nil {
		t.Error(err)
	}
}

// Where locks are off, a foreign change is noticed all the same.
func TestForeignChangeIsNoticed(t *testing.T) {
	f, toy := newToy(t, toyContent{"a"})
	other, err := f.OpenFile(toyName, 2, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.WriteAt([]byte{0xff}, 9); err != nil {
		t.Fatal(err)
	}
	if err := toy.set(map[int]string{0: "b"}); !errors.Is(err, storage.ErrChanged) {
		t.Errorf("got %v, want ErrChanged", err)
	}
}

func TestLayoutIsChecked(t *testing.T) {
	v := storage.NewVolume(new(memoryFile), "x")
	if _, err := v.Begin(); err == nil {
		t.Error("transaction without a layout")
	}
	for _, l := range []storage.Layout{
		{}, {Superblock: 96}, {Superblock: 101, End: 200}, {Base: -512, Superblock: 96, End: 96},
		{Base: 100, Superblock: 96, End: 96}, {Superblock: 96, End: 1 << 63},
	} {
		if err := v.SetLayout(l); err == nil {
			t.Errorf("%+v is accepted", l)
		}
	}
}

// A user block before the superblock stays as it is.
func TestBase(t *testing.T) {
	f := &memoryFile{data: bytes.Repeat([]byte{'u'}, 512)}
	v := storage.NewVolume(f, "x")
	if err := v.SetLayout(storage.Layout{Base: 512, Superblock: toySuperblock, End: toySuperblock}); err != nil {
		t.Fatal(err)
	}
	toy := &toyFile{volume: v}
	mustSet(t, toy, map[int]string{0: "one"})
	mustSet(t, toy, map[int]string{0: "two", 1: "three"})
	content, err := toyDecode(f.data[512:])
	if err != nil || !slices.Equal(content, toyContent{"two", "three"}) {
		t.Errorf("%q, %v", content, err)
	}
	if !bytes.Equal(f.data[:512], bytes.Repeat([]byte{'u'}, 512)) {
		t.Error("the user block has changed")
	}
}

// Whatever is done in whatever order, what was committed last is what is read,
// every state that is pinned or open elsewhere stays whole, and free
// space is known exactly.
func TestRandomTransactions(t *testing.T) {
	type state struct {
		tree    toyTree
		content toyContent
		read    *storage.Reader
		release func()
	}
	start := map[string][]byte{toyName: toyBytes(t, toyContent{"first"})}
	rapid.Check(t, func(t *rapid.T) {
		disk := crashfs.New(start)
		toy, err := toyOpen(disk, toyName)
		if err != nil {
			t.Fatal(err)
		}
		content := toyContent{"first"}
		var held []state
		change := func(t *rapid.T) map[int]string {
			changes := map[int]string{}
			for range rapid.IntRange(1, 3).Draw(t, "changes") {
				changes[rapid.IntRange(0, len(content)-1).Draw(t, "index")] = strings.Repeat(fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "blob")), rapid.IntRange(1, 300).Draw(t, "size"))
			}
			if len(content) < 6 {
				changes[len(content)] = "new"
			}
			return changes
		}
		t.Repeat(map[string]func(*rapid.T){
			"commit": func(t *rapid.T) {
				changes := change(t)
				if err := toy.set(changes); err != nil {
					t.Fatal(err)
				}
				content = newHistory(content, changes).contents[1]
			},
			"rollback": func(t *rapid.T) {
				tx, err := toy.begin()
				if err != nil {
					t.Fatal(err)
				}
				tree, err := toy.tree.set(tx, change(t))
				for _, e := range tree.blobs {
					if err == nil && rapid.Bool().Draw(t, "free") {
						tx.Free(e.Addr, e.Size)
						_, err = toyPut(tx, []byte("again"))
					}
				}
				if err := errors.Join(err, tx.Rollback()); err != nil {
					t.Fatal(err)
				}
			},
			"pin": func(t *rapid.T) {
				pin := toy.volume.Pin()
				held = append(held, state{toy.tree, content, pin.Reader(), pin.Release})
			},
			"open": func(t *rapid.T) {
				f, err := storage.OpenShared(disk, toyName)
				if err != nil {
					t.Fatal(err)
				}
				size, _ := f.Size()
				held = append(held, state{toy.tree, content, storage.NewReader(f, size), func() { f.Close() }})
			},
			"release": func(t *rapid.T) {
				if len(held) > 0 {
					i := rapid.IntRange(0, len(held)-1).Draw(t, "which")
					held[i].release()
					held = slices.Delete(held, i, i+1)
				}
			},
			"reopen": func(t *rapid.T) {
				for _, s := range held {
					s.release()
				}
				held = nil
				if err := toy.volume.Close(); err != nil {
					t.Fatal(err)
				}
				if toy, err = toyOpen(disk, toyName); err != nil {
					t.Fatal(err)
				}
			},
			"": func(t *rapid.T) {
				if got, err := toyDecode(disk.Files()[toyName]); err != nil || !slices.Equal(got, content) {
					t.Fatalf("content %q, %v, want %q", got, err, content)
				}
				for i, s := range held {
					for j, e := range s.tree.blobs {
						if blob, err := s.read.Bytes(e.Addr, e.Size); err != nil || string(blob) != s.content[j] {
							t.Fatalf("blob %d of state %d: %q, %v, want %q", j, i, blob, err, s.content[j])
						}
					}
				}
			},
		})
	})
}
