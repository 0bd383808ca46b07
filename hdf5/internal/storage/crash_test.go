package storage_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/goloom/loom/hdf5/internal/storage"
	"github.com/goloom/loom/hdf5/internal/storage/crashfs"
)

const toyName = "dir/toy"

// history is what a file held at first and after each change.
type history struct {
	contents []toyContent
	changes  []map[int]string
}

func newHistory(first toyContent, changes ...map[int]string) history {
	h := history{[]toyContent{first}, changes}
	for _, change := range changes {
		next := slices.Clone(h.contents[len(h.contents)-1])
		for i := range len(next) + len(change) {
			if blob, ok := change[i]; ok && i < len(next) {
				next[i] = blob
			} else if ok {
				next = append(next, blob)
			}
		}
		h.contents = append(h.contents, next)
	}
	return h
}

func (h history) start(t testing.TB) map[string][]byte {
	return map[string][]byte{toyName: toyBytes(t, h.contents[0])}
}

// run makes all changes, marking each.
func (h history) run(mark func(), fsys storage.FS) error {
	f, err := toyOpen(fsys, toyName)
	if err != nil {
		return err
	}
	for _, change := range h.changes {
		if err := f.set(change); err != nil {
			return errors.Join(err, f.volume.Close())
		}
		mark()
	}
	return f.volume.Close()
}

func (h history) workload(fsys *crashfs.FS) error { return h.run(fsys.Mark, fsys) }

// check accepts what was acknowledged, or that and the change under way.
func (h history) check(s crashfs.State) error {
	got, err := toyDecode(s.Files[toyName])
	if err != nil {
		return err
	}
	if slices.Equal(got, h.contents[s.Marks]) || s.Marks+1 < len(h.contents) && slices.Equal(got, h.contents[s.Marks+1]) {
		return nil
	}
	for i, c := range h.contents {
		if slices.Equal(got, c) {
			return fmt.Errorf("content %d, with %d acknowledged", i, s.Marks)
		}
	}
	return errors.New("content that there never was")
}

// rewriting changes blobs over and over, so that space is reused.
func rewriting() history {
	blob := func(c string, n int) string { return strings.Repeat(c, n) }
	return newHistory(toyContent{blob("a", 300), blob("b", 700)},
		map[int]string{0: blob("c", 300)},
		map[int]string{1: blob("d", 900), 2: "short"},
		map[int]string{0: blob("e", 300)},
		map[int]string{0: blob("f", 50), 1: blob("g", 10), 2: blob("h", 2000)},
		map[int]string{1: blob("i", 700)},
		map[int]string{0: blob("j", 300), 2: "x"},
	)
}

func TestCrash(t *testing.T) {
	h := rewriting()
	crashfs.Explore(t, h.start(t), h.workload, h.check, crashfs.Options{})
}

// A process is killed at any operation, and the next one continues before
// anything of that has become durable.
func TestCrashAfterKill(t *testing.T) {
	for n := range killedOps(t) {
		h := rewriting()
		if _, err := crashfs.Find(h.start(t), killedAt(h, n, nil), h.checkAny, crashfs.Options{Samples: 4, Exhaustive: 5}); err != nil {
			t.Fatalf("killed at operation %d: %v", n, err)
		}
	}
}

func killedOps(t testing.TB) int {
	h := rewriting()
	f := crashfs.New(h.start(t))
	if err := h.workload(f); err != nil {
		t.Fatal(err)
	}
	return len(f.Ops())
}

// killedAt is a workload whose process is killed at operation n. Another one
// makes the last change of the history then.
func killedAt(h history, n int, ignore func(*crashfs.FS)) func(*crashfs.FS) error {
	return func(f *crashfs.FS) error {
		f.FailFrom(n, errors.New("killed"))
		if err := h.workload(f); err == nil {
			return errors.New("the process was not killed")
		}
		f.Restart()
		if ignore != nil {
			ignore(f)
		}
		next, err := toyOpen(f, toyName)
		if err != nil {
			return err
		}
		return errors.Join(next.set(h.changes[len(h.changes)-1]), next.set(map[int]string{0: "end"}), next.volume.Close())
	}
}

// checkAny accepts any whole content. What a killed process leaves, with what
// the next one makes of it, is not in the history.
func (h history) checkAny(s crashfs.State) error {
	_, err := toyDecode(s.Files[toyName])
	return err
}

// The harness must notice when a barrier is missing.
func TestCrashFindsMissingBarriers(t *testing.T) {
	h := rewriting()
	nthSync := func(n int) func(crashfs.Op) bool {
		// The first sync settles what was found, then there are two a commit.
		count := -1
		return func(op crashfs.Op) bool {
			if op.Kind == crashfs.Sync {
				count++
			}
			return op.Kind == crashfs.Sync && count > 0 && count%2 == n%2
		}
	}
	ignoring := func(ignore func(crashfs.Op) bool) func(*crashfs.FS) error {
		return func(f *crashfs.FS) error {
			f.Ignore(ignore)
			return h.workload(f)
		}
	}
	tests := []struct {
		name     string
		workload func(*crashfs.FS) error
		check    func(crashfs.State) error
	}{
		{"no sync before the superblock", ignoring(nthSync(1)), h.checkAny},
		{"no sync after the superblock: acknowledged but gone", ignoring(nthSync(2)), h.check},
		{"no sync after the superblock: reuse before durable", ignoring(nthSync(2)), h.checkAny},
		{"no sync at all", ignoring(func(crashfs.Op) bool { return true }), h.checkAny},
		{"superblock before data", func(f *crashfs.FS) error { return h.run(f.Mark, crashfs.SuperblockFirst(f)) }, h.checkAny},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			states, err := crashfs.Find(h.start(t), test.workload, test.check, crashfs.Options{})
			if err == nil {
				t.Fatalf("all of %d states are good", states)
			}
			t.Log(err)
		})
	}
}

// Without the sync that settles what a killed process left, space would be
// reused that the superblock on the disk still points to.
func TestCrashFindsMissingSettling(t *testing.T) {
	for n := range killedOps(t) {
		h := rewriting()
		workload := killedAt(h, n, func(f *crashfs.FS) {
			first := true
			f.Ignore(func(op crashfs.Op) bool {
				ignored := first && op.Kind == crashfs.Sync
				first = first && !ignored
				return ignored
			})
		})
		if _, err := crashfs.Find(h.start(t), workload, h.checkAny, crashfs.Options{}); err != nil {
			t.Logf("killed at operation %d: %v", n, err)
			return
		}
	}
	t.Fatal("the sync is not missed wherever the process was killed before")
}

func TestDiskFaults(t *testing.T) {
	for _, failure := range []error{syscall.ENOSPC, syscall.EIO} {
		t.Run(failure.Error(), func(t *testing.T) {
			h := newHistory(rewriting().contents[0], rewriting().changes[:3]...)
			check := func(s crashfs.State, failed error) error {
				if failed != nil && !errors.Is(failed, failure) {
					return fmt.Errorf("workload failed for another reason: %w", failed)
				}
				return h.check(s)
			}
			crashfs.Faults(t, h.start(t), failure, h.workload, check, crashfs.Options{Samples: 3, Exhaustive: 4})
		})
	}
}

// After one failure the next transaction works, and crashes find it whole.
func TestDiskFaultsThenGoOn(t *testing.T) {
	h := newHistory(rewriting().contents[0], rewriting().changes[:4]...)
	for n := range killedOps(t) {
		workload := func(f *crashfs.FS) error {
			f.FailAt(n, syscall.EIO)
			toy, err := toyOpen(f, toyName)
			if err != nil {
				return err
			}
			for _, change := range h.changes {
				err := toy.set(change)
				if err != nil && !errors.Is(err, syscall.EIO) {
					return err
				}
				if err != nil {
					err = toy.set(change)
				}
				if err != nil {
					return nil // the volume has had enough
				}
				f.Mark()
			}
			return toy.volume.Close()
		}
		if _, err := crashfs.Find(h.start(t), workload, h.check, crashfs.Options{Samples: 4, Exhaustive: 5}); err != nil {
			t.Fatalf("failure of operation %d: %v", n, err)
		}
	}
}

func TestReplaceCrash(t *testing.T) {
	before, after := toyContent{"old", strings.Repeat("o", 900)}, toyContent{"new", strings.Repeat("n", 1900)}
	replace := func(f *crashfs.FS) error {
		err := storage.Replace(f, toyName, nil, func(file storage.File) error { return toyWrite(file, after) })
		f.Mark()
		return err
	}
	creation := func(s crashfs.State) error {
		if _, ok := s.Files[toyName]; !ok && s.Marks == 0 {
			return nil
		}
		return newHistory(before, map[int]string{0: after[0], 1: after[1]}).check(s)
	}
	start := map[string][]byte{toyName: toyBytes(t, before)}
	crashfs.Explore(t, start, replace, creation, crashfs.Options{})
	crashfs.Explore(t, nil, replace, creation, crashfs.Options{})

	for name, kind := range map[string]crashfs.Kind{"file sync": crashfs.Sync, "directory sync": crashfs.SyncDir} {
		for place, start := range map[string]map[string][]byte{"over a file": start, "of a new file": nil} {
			t.Run("without "+name+" "+place, func(t *testing.T) {
				_, err := crashfs.Find(start, func(f *crashfs.FS) error {
					f.Ignore(func(op crashfs.Op) bool { return op.Kind == kind })
					return replace(f)
				}, creation, crashfs.Options{})
				if err == nil {
					t.Fatal("all states are good")
				}
				t.Log(err)
			})
		}
	}
}

func TestReplaceFaults(t *testing.T) {
	before, after := toyContent{"old"}, toyContent{"new"}
	replace := func(f *crashfs.FS) error {
		return storage.Replace(f, toyName, nil, func(file storage.File) error { return toyWrite(file, after) })
	}
	check := func(s crashfs.State, failed error) error {
		return newHistory(before, map[int]string{0: after[0]}).check(s)
	}
	crashfs.Faults(t, map[string][]byte{toyName: toyBytes(t, before)}, syscall.ENOSPC, replace, check, crashfs.Options{})
}
