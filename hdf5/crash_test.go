package hdf5

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"

	"github.com/goloom/loom/hdf5/internal/storage"
	"github.com/goloom/loom/hdf5/internal/storage/crashfs"
	"github.com/goloom/loom/internal/oracle"
)

const crashName = "dir/file.h5"

// A change is what one transaction does.
type change func(ctx context.Context, tx *Tx) error

// A scenario is a sequence of transactions on one file.
type scenario struct {
	name    string
	changes []change
}

// Each changes the files that smallFiles returns in a way of its own.
var singleChanges = []scenario{
	{"set attribute", []change{func(_ context.Context, tx *Tx) error {
		return tx.SetAttribute("/group", "title", NewScalar("a value of variable length"))
	}}},
	{"replace attribute", []change{func(_ context.Context, tx *Tx) error {
		return tx.SetAttribute("/matrix", "unit", arrayWith(1, 5))
	}}},
	{"set large attribute", []change{func(_ context.Context, tx *Tx) error {
		return tx.SetAttribute("/", "large", arrayWith(1, 20000))
	}}},
	{"delete attribute", []change{func(_ context.Context, tx *Tx) error {
		return tx.DeleteAttribute("/group", "attribute 3")
	}}},
	{"add dataset", []change{func(ctx context.Context, tx *Tx) error {
		return steps(
			func() error { return addDataset(ctx, tx, "/new/layer", arrayWith(1, 40, 30), 16, 16) },
			func() error { return addDataset(ctx, tx, "/new/texts", textsWith(1, 30), 8) },
		)
	}}},
	{"delete dataset", []change{func(_ context.Context, tx *Tx) error { return tx.Delete("/group/grows") }}},
	{"overwrite hyperslab", []change{func(ctx context.Context, tx *Tx) error {
		return steps(
			func() error { return tx.Write(ctx, "/matrix", arrayWith(5, 20, 3), Range(10, 30), Strided(1, 9, 3)) },
			func() error { return tx.Write(ctx, "/group/names", textsWith(7, 4), Range(3, 7)) },
		)
	}}},
	{"resize", []change{func(ctx context.Context, tx *Tx) error {
		return steps(
			func() error { return tx.Resize(ctx, "/matrix", 40, 70) },
			func() error { return tx.Write(ctx, "/matrix", arrayWith(3, 40, 40), All(), Range(30, 70)) },
		)
	}}},
	{"rename", []change{func(_ context.Context, tx *Tx) error {
		return tx.Rename("/group/many/member 7", "/group/names again")
	}}},
	{"copy columns", []change{func(ctx context.Context, tx *Tx) error {
		from, err := tx.dataset("/matrix")
		if err != nil {
			return err
		}
		spec := DatasetSpec{Type: from.Type(), Shape: []int{from.space.dims[0], 44}, Chunks: from.chunk, Deflate: 2}
		return steps(
			func() error { return tx.CreateDataset("/copied", spec) },
			func() error {
				return tx.WriteColumns(ctx, "/copied", ColumnOptions{},
					Columns{From: from, Cols: Range(0, 16)}, Columns{From: from, Cols: Range(0, 28)})
			},
		)
	}}},
}

// scenarios are the single changes, all of them in one transaction, and all of
// them one after the other.
func scenarios() []scenario {
	all := scenario{name: "one after the other"}
	for _, s := range singleChanges {
		all.changes = append(all.changes, s.changes...)
	}
	grouped := scenario{"all at once", []change{func(ctx context.Context, tx *Tx) error {
		for _, change := range all.changes {
			if err := change(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	}}}
	return append(slices.Clone(singleChanges), grouped, all)
}

// smallFiles returns small files of alike content: one of ours and, where there
// is h5py, two of its.
func smallFiles(t *testing.T) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	fsys := crashfs.New(nil)
	if err := create(t.Context(), fsys, crashName, makeSmall(t.Context()), nil); err != nil {
		t.Fatal(err)
	}
	files["ours"] = fsys.Files()[crashName]
	t.Run("h5py", func(t *testing.T) {
		for _, version := range []string{"earliest", "latest"} {
			path := filepath.Join(t.TempDir(), version)
			oracle.Run(t, "oracle/small_file.py", path, version)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files[version] = b
		}
	})
	return files
}

// makeSmall does what testdata/oracle/small_file.py does.
func makeSmall(ctx context.Context) func(*Tx) error {
	return func(tx *Tx) error {
		return steps(
			func() error { return tx.SetAttribute("/", "title", NewScalar("small")) },
			func() error { return tx.SetAttribute("/", "version", NewScalar(int64(1))) },
			func() error { return addDataset(ctx, tx, "/matrix", arrayWith(0, 40, 30), 16, 16) },
			func() error { return tx.SetAttribute("/matrix", "unit", NewScalar("reads")) },
			func() error { return tx.CreateGroup("/group/many") },
			func() error {
				for i := range 12 {
					err := errors.Join(
						tx.SetAttribute("/group", fmt.Sprintf("attribute %d", i), NewScalar(int64(i))),
						tx.CreateDataset(fmt.Sprintf("/group/many/member %d", i), DatasetSpec{Type: nativeType[int32]()}),
					)
					if err != nil {
						return err
					}
				}
				return nil
			},
			func() error {
				return tx.CreateDataset("/group/names", DatasetSpec{Type: nativeType[string](), Shape: []int{20}})
			},
			func() error { return tx.Write(ctx, "/group/names", textsWith(0, 20)) },
			func() error { return addDataset(ctx, tx, "/group/grows", arrayWith(2, 9, 9), 4, 4) },
		)
	}
}

// A crashTest is a scenario on one file, with what the file holds at first and
// after each transaction.
type crashTest struct {
	scenario
	ctx      context.Context
	known    contentReader
	start    []byte
	files    [][]byte
	contents []string
}

func newCrashTest(t *testing.T, s scenario, start []byte) *crashTest {
	t.Helper()
	c := &crashTest{scenario: s, ctx: t.Context(), known: contentReader{}, start: start}
	fsys := crashfs.New(c.starts())
	note := func() {
		c.files = append(c.files, fsys.Files()[crashName])
		text, err := c.known.read(c.ctx, c.files[len(c.files)-1])
		if err != nil {
			t.Fatal(err)
		}
		if slices.Contains(c.contents, text) {
			t.Fatalf("transaction %d changes nothing", len(c.contents)-1)
		}
		c.contents = append(c.contents, text)
	}
	note()
	if err := c.run(fsys, note); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *crashTest) starts() map[string][]byte { return map[string][]byte{crashName: c.start} }

// run makes the transactions and calls mark after each.
func (c *crashTest) run(fsys storage.FS, mark func()) error {
	e, err := edit(fsys, crashName, nil)
	if err != nil {
		return err
	}
	for _, change := range c.changes {
		if err := e.Update(c.ctx, func(tx *Tx) error { return change(c.ctx, tx) }); err != nil {
			return errors.Join(err, e.Close())
		}
		mark()
	}
	return e.Close()
}

func (c *crashTest) workload(fsys *crashfs.FS) error { return c.run(fsys, fsys.Mark) }

// state returns which of the contents a crash has left, which must be what was
// acknowledged or that with the change under way.
func (c *crashTest) state(s crashfs.State) (int, error) {
	text, err := c.known.read(c.ctx, s.Files[crashName])
	if err != nil {
		return 0, err
	}
	i := slices.Index(c.contents, text)
	switch {
	case i < 0:
		return 0, errors.New("content that there never was")
	case i != s.Marks && i != s.Marks+1:
		return 0, fmt.Errorf("content %d, with %d acknowledged", i, s.Marks)
	}
	return i, nil
}

func (c *crashTest) check(s crashfs.State) error {
	_, err := c.state(s)
	return err
}

// thorough is how thoroughly states are looked for: the files are read whole
// for each. Under the race detector they are a sample: what a state holds does not depend on
// it, and other tests have goroutines at work.
var thorough = howThorough()

func howThorough() crashfs.Options {
	if RaceEnabled {
		return crashfs.Options{Samples: 1, Exhaustive: 1}
	}
	return crashfs.Options{Samples: 6, Exhaustive: 4}
}

// A sample is a choice of files with what each must be equal to.
type sample struct {
	rng   *rand.Rand
	seen  int
	files []sampleFile
}

type sampleFile struct {
	what string
	b    []byte
	want string // the content, as [content] returns it
}

// offer takes one of many files, so that all have the same chance.
func (s *sample) offer(f sampleFile, most int) {
	if s.seen++; len(s.files) < most {
		s.files = append(s.files, f)
	} else if i := s.rng.IntN(s.seen); i < most {
		s.files[i] = f
	}
}

// agree has h5py read files of known content, which it must tell apart or find
// equal as we do, and files that must be equal to one of these.
func agree(t *testing.T, known map[string][]byte, files []sampleFile) {
	t.Helper()
	names := slices.Sorted(maps.Keys(known))
	var all [][]byte
	for _, name := range names {
		all = append(all, known[name])
	}
	for _, f := range files {
		all = append(all, f.b)
	}
	answers := h5pyContents(t, all)
	meaning := map[string]string{}
	for i, name := range names {
		if other, ok := meaning[answers[i]]; ok || len(answers[i]) != 64 {
			t.Fatalf("h5py reads %s from files of content %s and %s", answers[i], name, other)
		}
		meaning[answers[i]] = name
	}
	for i, f := range files {
		if got := answers[len(names)+i]; meaning[got] != f.want {
			t.Errorf("%s: h5py reads %s (content %s), want content %s", f.what, got, meaning[got], f.want)
		}
	}
	t.Logf("h5py agrees about %d files", len(files))
}

// After a crash at any place every reader finds the old content or the new one,
// and the new one once Update has returned.
func TestCrash(t *testing.T) {
	const samples = 60
	for name, start := range smallFiles(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			known := map[string][]byte{}
			var files []sampleFile
			for _, s := range scenarios() {
				c := newCrashTest(t, s, start)
				chosen := sample{rng: rand.New(rand.NewPCG(1, 2))}
				states, err := crashfs.Find(c.starts(), c.workload, func(s crashfs.State) error {
					i, err := c.state(s)
					chosen.offer(sampleFile{c.name + " " + s.What, s.Files[crashName], c.contents[i]}, samples)
					return err
				}, thorough)
				if err != nil {
					t.Fatalf("%s: state %d: %v", s.name, states, err)
				}
				t.Logf("%s: %d states are good", s.name, states)
				for i, b := range c.files {
					known[c.contents[i]] = b
				}
				files = append(files, chosen.files...)
			}
			t.Run("h5py", func(t *testing.T) { agree(t, known, files) })
		})
	}
}

// A process is killed at any operation, and the next one goes on with what it
// finds, before anything of that is durable.
func TestCrashAfterKill(t *testing.T) {
	s := scenario{"kill", slices.Concat(singleChanges[0].changes, singleChanges[6].changes, singleChanges[5].changes)}
	c := newCrashTest(t, s, smallFiles(t)["ours"])
	fsys := crashfs.New(c.starts())
	if err := c.workload(fsys); err != nil {
		t.Fatal(err)
	}
	for n := range fsys.Ops() {
		if RaceEnabled && n%4 != 0 {
			continue
		}
		workload := func(f *crashfs.FS) error {
			f.FailFrom(n, errors.New("killed"))
			_ = c.workload(f)
			f.Restart()
			next, err := edit(f, crashName, nil)
			if err != nil {
				return err
			}
			for i := range 3 {
				set := func(tx *Tx) error { return tx.SetAttribute("/matrix", "again", NewScalar(int64(i))) }
				if err := next.Update(c.ctx, set); err != nil {
					return err
				}
			}
			return next.Close()
		}
		_, err := crashfs.Find(c.starts(), workload, func(s crashfs.State) error {
			_, err := c.known.read(c.ctx, s.Files[crashName])
			return err
		}, crashfs.Options{Samples: 2, Exhaustive: 2})
		if err != nil {
			t.Fatalf("killed at operation %d: %v", n, err)
		}
	}
}

// A creation makes a file over another one.
type creation struct {
	ctx              context.Context
	known            contentReader
	before, after    []byte
	oldText, newText string
	overwrites       map[string][]byte // what there is at first
}

func newCreation(t *testing.T) *creation {
	t.Helper()
	c := &creation{ctx: t.Context(), known: contentReader{}, before: smallFiles(t)["ours"]}
	c.overwrites = map[string][]byte{crashName: c.before}
	fsys := crashfs.New(nil)
	err := c.workload(fsys)
	c.after = fsys.Files()[crashName]
	if err == nil {
		c.oldText, err = c.known.read(c.ctx, c.before)
	}
	if err == nil {
		c.newText, err = c.known.read(c.ctx, c.after)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *creation) workload(f *crashfs.FS) error {
	build := func(tx *Tx) error { return addDataset(c.ctx, tx, "/matrix", arrayWith(9, 33, 17), 8, 8) }
	err := create(c.ctx, f, crashName, build, nil)
	if err == nil {
		f.Mark()
	}
	return err
}

// content returns what a crash has left, which must be the old file, if there
// was one, or the new one. It is "" for none.
func (c *creation) content(s crashfs.State, old bool) (string, error) {
	b, ok := s.Files[crashName]
	if !ok && !old && s.Marks == 0 {
		return "", nil
	}
	text, err := c.known.read(c.ctx, b)
	switch {
	case err != nil:
		return "", err
	case text == c.newText, text == c.oldText && old && s.Marks == 0:
		return text, nil
	}
	return "", errors.New("content that there never was, or old content after the new was acknowledged")
}

// A file that is created appears whole or not at all, over another one or not.
func TestCreateCrash(t *testing.T) {
	c := newCreation(t)
	for name, start := range map[string]map[string][]byte{"new": nil, "over a file": c.overwrites} {
		t.Run(name, func(t *testing.T) {
			chosen := sample{rng: rand.New(rand.NewPCG(1, 2))}
			crashfs.Explore(t, start, c.workload, func(s crashfs.State) error {
				text, err := c.content(s, start != nil)
				if text != "" {
					chosen.offer(sampleFile{s.What, s.Files[crashName], text}, 60)
				}
				return err
			}, crashfs.Options{})
			agree(t, map[string][]byte{c.oldText: c.before, c.newText: c.after}, chosen.files)
		})
	}
}

func TestCreateCrashFindsMissingBarriers(t *testing.T) {
	c := newCreation(t)
	for name, start := range map[string]map[string][]byte{"new": nil, "over a file": c.overwrites} {
		for _, kind := range []crashfs.Kind{crashfs.Sync, crashfs.SyncDir} {
			t.Run(fmt.Sprintf("%s without %v", name, kind), func(t *testing.T) {
				states, err := crashfs.Find(start, func(f *crashfs.FS) error {
					f.Ignore(func(op crashfs.Op) bool { return op.Kind == kind })
					return c.workload(f)
				}, func(s crashfs.State) error {
					_, err := c.content(s, start != nil)
					return err
				}, crashfs.Options{})
				if err == nil {
					t.Fatalf("all of %d states are good", states)
				}
				t.Logf("state %d: %v", states, err)
			})
		}
	}
}

// Where the disk is full, creation fails and leaves what was there.
func TestCreateDiskFull(t *testing.T) {
	c := newCreation(t)
	check := func(s crashfs.State, failed error) error {
		if failed != nil && !errors.Is(failed, syscall.ENOSPC) {
			return fmt.Errorf("failed for another reason: %w", failed)
		}
		_, err := c.content(s, true)
		return err
	}
	crashfs.Faults(t, c.overwrites, syscall.ENOSPC, c.workload, check, crashfs.Options{Samples: 1, Exhaustive: 2})
}

// The harness must notice when a barrier is missing.
func TestCrashFindsMissingBarriers(t *testing.T) {
	everything := scenarios()
	history := everything[len(everything)-1]
	for name, start := range smallFiles(t) {
		c := newCrashTest(t, history, start)
		// The first sync settles what was found, then there are two a commit.
		nth := func(odd bool) func(crashfs.Op) bool {
			count := -1
			return func(op crashfs.Op) bool {
				if op.Kind != crashfs.Sync {
					return false
				}
				count++
				return count > 0 && (count%2 == 1) == odd
			}
		}
		ignoring := func(ignore func(crashfs.Op) bool) func(*crashfs.FS) error {
			return func(f *crashfs.FS) error {
				f.Ignore(ignore)
				return c.workload(f)
			}
		}
		damage := func(s crashfs.State) error {
			_, err := c.known.read(c.ctx, s.Files[crashName])
			return err
		}
		tests := []struct {
			name     string
			workload func(*crashfs.FS) error
			check    func(crashfs.State) error
		}{
			{"no sync before the superblock", ignoring(nth(true)), damage},
			{"no sync after the superblock: acknowledged but gone", ignoring(nth(false)), c.check},
			{"no sync after the superblock: space used again too early", ignoring(nth(false)), damage},
			{"no sync at all", ignoring(func(op crashfs.Op) bool { return op.Kind == crashfs.Sync }), damage},
			{"superblock before data", func(f *crashfs.FS) error { return c.run(crashfs.SuperblockFirst(f), f.Mark) }, damage},
		}
		for _, test := range tests {
			t.Run(name+" "+test.name, func(t *testing.T) {
				states, err := crashfs.Find(c.starts(), test.workload, test.check, thorough)
				if err == nil {
					t.Fatalf("all of %d states are good", states)
				}
				t.Logf("state %d: %v", states, err)
			})
		}
	}
}

// While the disk is full an Update fails and changes nothing, wherever that
// strikes. Once there is space again the same Editor goes on, or another one if
// the operating system has left the first in doubt.
func TestDiskFull(t *testing.T) {
	everything := scenarios()
	grouped := everything[len(everything)-2]
	for name, start := range smallFiles(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCrashTest(t, grouped, start)
			fsys := crashfs.New(c.starts())
			if err := c.workload(fsys); err != nil {
				t.Fatal(err)
			}
			modes := map[string]func(*crashfs.FS, int, error){"at": (*crashfs.FS).FailAt, "from": (*crashfs.FS).FailFrom}
			last := len(fsys.Ops()) - 1
			for n := range last + 1 {
				if RaceEnabled && n%4 != 0 && n <= last-8 {
					continue
				}
				for _, mode := range slices.Sorted(maps.Keys(modes)) {
					crash := n%60 == 0 || n > last-8 // it takes long, and most are alike
					if err := c.fill(n, modes[mode], crash); err != nil {
						t.Fatalf("disk full %s operation %d: %v", mode, n, err)
					}
				}
			}
		})
	}
}

// fill lets the disk be full at operation n of a transaction, and a crash follow
// if that is asked for.
func (c *crashTest) fill(n int, fail func(*crashfs.FS, int, error), crash bool) error {
	f := crashfs.New(c.starts())
	e, err := edit(f, crashName, nil)
	if err != nil {
		return err
	}
	update := func(e *Editor) error {
		return e.Update(c.ctx, func(tx *Tx) error { return c.changes[0](c.ctx, tx) })
	}
	fail(f, n, syscall.ENOSPC)
	failed := update(e)
	if failed != nil && !errors.Is(failed, syscall.ENOSPC) {
		return fmt.Errorf("failed for another reason: %w", failed)
	}
	if failed == nil {
		f.Mark()
	}
	uncertain := errors.Is(failed, storage.ErrUncertain)
	now, err := c.state(crashfs.State{Files: f.Files()})
	if err != nil {
		return fmt.Errorf("Update returned %v: %w", failed, err)
	}
	if failed != nil && now != 0 && !uncertain {
		return fmt.Errorf("Update returned %w, and the file holds the new content", failed)
	}
	if failed == nil && now != 1 {
		return errors.New("Update returned nil, and the file holds the old content")
	}
	if crash {
		if err := c.checkStates(f); err != nil {
			return fmt.Errorf("Update returned %v: %w", failed, err)
		}
	}
	if failed == nil {
		return e.Close()
	}
	if own, err := content(c.ctx, e.File()); err != nil || own != c.contents[0] {
		return fmt.Errorf("the Editor's state has changed: %v", err)
	}
	if uncertain {
		return nil
	}
	return c.goOn(f, e, update)
}

// checkStates looks at what a crash leaves now.
func (c *crashTest) checkStates(f *crashfs.FS) error {
	for s := range f.States(crashfs.Options{Samples: 1, Exhaustive: 1}) {
		if err := c.check(s); err != nil {
			return fmt.Errorf("%s: %w", s.What, err)
		}
	}
	return nil
}

// goOn repeats a transaction after the disk has space again.
func (c *crashTest) goOn(f *crashfs.FS, e *Editor, update func(*Editor) error) error {
	f.Recover()
	err := update(e)
	if err != nil {
		// The Editor has had enough, which is right only after a failed Sync.
		f.Restart()
		again, failed := edit(f, crashName, nil)
		if failed != nil {
			return errors.Join(err, failed)
		}
		e, err = again, update(again)
	}
	if err != nil {
		return err
	}
	if text, err := c.known.read(c.ctx, f.Files()[crashName]); err != nil || text != c.contents[1] {
		return fmt.Errorf("another try has not led to the new content: %w", err)
	}
	return e.Close()
}
