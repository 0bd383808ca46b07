package crashtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5/internal/storage"
	"github.com/goloom/loom/hdf5/internal/storage/crashfs"
	"github.com/goloom/loom/internal/oracle"
)

// A depth says how thoroughly states are looked for.
type depth struct {
	states  crashfs.Options
	samples int // files of each operation that h5py reads
	stride  int // of operations, and of the places where one fails: every how many-th
}

// howDeep is thorough where every oracle is required, and a sample elsewhere and
// under the race detector, which has nothing to find in one goroutine.
func howDeep() depth {
	if os.Getenv("LOOM_REQUIRE_ORACLES") == "1" && !raceEnabled {
		return depth{states: crashfs.Options{Samples: 6, Exhaustive: 4}, samples: 12, stride: 1}
	}
	return depth{states: crashfs.Options{Samples: 1, Exhaustive: 1}, samples: 3, stride: 11}
}

// of returns the options for a file: of a larger one, where every state takes long to
// read, fewer.
func (d depth) of(file []byte) crashfs.Options {
	if len(file) > 100_000 {
		return crashfs.Options{Samples: min(2, d.states.Samples), Exhaustive: min(2, d.states.Exhaustive)}
	}
	return d.states
}

// A dialect is a file to start from; "" is none.
type dialect struct {
	name string
	file []byte
}

// dialects returns a file of each dialect that there is: by this package, and of
// the older specifications; with Python also by loompy, and by h5py in the
// newest format.
func dialects(t *testing.T) []dialect {
	t.Helper()
	fsys := crashfs.New(nil)
	path := filepath.Join(t.TempDir(), "made.loom")
	defer storage.Mount(filepath.Dir(path), fsys)()
	if err := create(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if err := onFile(t.Context(), path, updateMany); err != nil {
		t.Fatal(err)
	}
	all := []dialect{{"ours", fsys.Files()[path]}}
	read := func(name, path string) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, dialect{name, b})
	}
	testdata := filepath.Join(oracle.Root(t), "testdata")
	read("spec 2", filepath.Join(testdata, "entities_spec2.loom"))
	read("row_edges", filepath.Join(testdata, "edges_old.loom"))
	t.Run("of h5py", func(t *testing.T) {
		generated := oracle.Generated(t)
		read("loompy", filepath.Join(generated, "spec3_edited.loom"))
		read("latest", filepath.Join(generated, "spec3_latest.loom"))
	})
	return all
}

// A trial is an operation on a file, with what the file holds before and after.
type trial struct {
	operation
	ctx   context.Context
	known reader
	path  string
	start []byte // nil for no file

	old, new content // new is set by workload
	made     []byte  // the new file
}

func newTrial(t *testing.T, o operation, start []byte, known reader) *trial {
	t.Helper()
	c := &trial{operation: o, ctx: t.Context(), known: known, path: filepath.Join(t.TempDir(), "file.loom"), old: absent}
	if start == nil {
		return c
	}
	fsys := crashfs.New(map[string][]byte{c.path: start})
	if o.prepare != nil {
		if err := c.on(fsys, func() error { return onFile(c.ctx, c.path, o.prepare) }); err != nil {
			t.Fatal(err)
		}
	}
	c.start = fsys.Files()[c.path]
	var err error
	if c.old, err = c.known.read(c.ctx, c.start); err != nil {
		t.Fatal(err)
	}
	return c
}

// on does something with the file on a file system of tests.
func (c *trial) on(fsys storage.FS, do func() error) error {
	defer storage.Mount(filepath.Dir(c.path), fsys)()
	return do()
}

func (c *trial) starts() map[string][]byte {
	if c.start == nil {
		return nil
	}
	return map[string][]byte{c.path: c.start}
}

// workload does the operation, and notes what it has made.
func (c *trial) workload(fsys *crashfs.FS) error { return c.workloadOn(fsys, fsys) }

// workloadOn is workload by way of a file system on top of fsys.
func (c *trial) workloadOn(fsys *crashfs.FS, top storage.FS) error {
	if err := c.on(top, func() error { return c.run(c.ctx, c.path) }); err != nil {
		return err
	}
	fsys.Mark()
	c.made = fsys.Files()[c.path]
	var err error
	if c.new, err = c.known.read(c.ctx, c.made); err != nil {
		return err
	}
	if (c.new.timeless == c.old.timeless) != c.keeps {
		return errors.New("the operation changes nothing, or what it should not")
	}
	return nil
}

// state returns the content that a crash has left, which must be the new one or,
// unless that was acknowledged, the old one.
func (c *trial) state(s crashfs.State) (content, error) {
	now := absent
	if b, ok := s.Files[c.path]; ok {
		var err error
		if now, err = c.known.read(c.ctx, b); err != nil {
			return content{}, err
		}
	}
	switch {
	case now == c.new, now == c.old && s.Marks == 0:
		return now, nil
	case now == c.old:
		return content{}, errors.New("old content after the new was acknowledged")
	}
	return content{}, errors.New("content that there never was")
}

// After a crash in the middle of any operation on any file, the file holds what it
// held before or what it holds after, for us and for h5py.
func TestCrash(t *testing.T) {
	deep := howDeep()
	total, judged := 0, newJudgement()
	for i, start := range append(dialects(t), dialect{name: "no file"}) {
		t.Run(start.name, func(t *testing.T) {
			known := reader{}
			for j, o := range operations {
				if start.file == nil && !o.fresh || start.file != nil && i > 0 && (i+j)%deep.stride != 0 {
					continue
				}
				c := newTrial(t, o, start.file, known)
				chosen := sample{rng: rand.New(rand.NewPCG(1, 2)), most: deep.samples}
				states, err := crashfs.Find(c.starts(), c.workload, func(s crashfs.State) error {
					now, err := c.state(s)
					if now != absent {
						chosen.offer(verdict{start.name + ": " + c.name + ": " + s.What, s.Files[c.path], now})
					}
					return err
				}, deep.of(start.file))
				if err != nil {
					t.Fatalf("%s: state %d: %v", o.name, states, err)
				}
				total += states
				judged.add(start.name, c, chosen.files)
			}
		})
	}
	t.Logf("%d different states are good", total)
	t.Run("h5py", judged.compare)
}

// The harness must notice when any one barrier of an operation is gone.
func TestCrashFindsMissingBarriers(t *testing.T) {
	made := dialects(t)[0].file
	without := func(kind crashfs.Kind, nth func(int) bool) func(*trial, *crashfs.FS) error {
		return func(c *trial, f *crashfs.FS) error {
			count := -1
			f.Ignore(func(op crashfs.Op) bool {
				if op.Kind != kind {
					return false
				}
				count++
				return nth(count)
			})
			return c.workload(f)
		}
	}
	only := func(n int) func(int) bool { return func(i int) bool { return i == n } }
	tests := []struct {
		operation, barrier string
		workload           func(*trial, *crashfs.FS) error
	}{
		// The first sync of a change settles what was there.
		{"add layer", "sync before the superblock", without(crashfs.Sync, only(1))},
		{"add layer", "sync after the superblock", without(crashfs.Sync, only(2))},
		{"add layer", "data before superblock", func(c *trial, f *crashfs.FS) error { return c.workloadOn(f, crashfs.SuperblockFirst(f)) }},
		{"create", "sync", without(crashfs.Sync, func(int) bool { return true })},
		{"create", "sync of the directory", without(crashfs.SyncDir, only(0))},
		{"repack", "sync", without(crashfs.Sync, func(int) bool { return true })},
	}
	for _, test := range tests {
		t.Run(test.operation+" without "+test.barrier, func(t *testing.T) {
			c := newTrial(t, operationNamed(t, test.operation), made, reader{})
			states, err := crashfs.Find(c.starts(), func(f *crashfs.FS) error { return test.workload(c, f) }, func(s crashfs.State) error {
				_, err := c.state(s)
				return err
			}, crashfs.Options{Samples: 6, Exhaustive: 4})
			if err == nil || states == 0 {
				t.Fatalf("%d states are good, %v", states, err)
			}
			t.Logf("state %d: %v", states, err)
		})
	}
}

func operationNamed(t *testing.T, name string) operation {
	t.Helper()
	for _, o := range operations {
		if o.name == name {
			return o
		}
	}
	t.Fatalf("no operation %q", name)
	return operation{}
}

// A process is killed in the middle of each operation, and the next one goes on
// with what it finds before any of that is durable: after a crash of the machine
// there is again a whole file.
func TestCrashAfterKill(t *testing.T) {
	deep := howDeep()
	made := dialects(t)[0].file
	for _, name := range []string{"add layer", "repack"} {
		c := newTrial(t, operationNamed(t, name), made, reader{})
		count := crashfs.New(c.starts())
		if err := c.workload(count); err != nil {
			t.Fatal(err)
		}
		for n := 0; n < len(count.Ops()); n += 4*deep.stride + 1 {
			_, err := crashfs.Find(c.starts(), func(f *crashfs.FS) error {
				f.FailFrom(n, errors.New("killed"))
				_ = c.on(f, func() error { return c.run(c.ctx, c.path) })
				f.Restart()
				return c.on(f, func() error { return onFile(c.ctx, c.path, setAgain) })
			}, func(s crashfs.State) error {
				_, err := c.known.read(c.ctx, s.Files[c.path])
				return err
			}, crashfs.Options{Samples: 1, Exhaustive: 1})
			if err != nil {
				t.Fatalf("%s killed at operation %d: %v", name, n, err)
			}
		}
	}
}

// setAgain makes a few transactions, each of which can use the space of the one before.
func setAgain(_ context.Context, ds *loom.Conn) error {
	for i := range 3 {
		if err := ds.RowAttrs().Set("Again", numbers[float64](rowsOf(ds), i+1)); err != nil {
			return fmt.Errorf("change %d: %w", i, err)
		}
	}
	return nil
}
