package crashtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/hdf5/internal/storage"
	"github.com/goloom/loom/hdf5/internal/storage/crashfs"
	"github.com/goloom/loom/internal/victim"
)

// A walk changes one file in ways that seem random and follow from the number of
// the step and from what is in the file.
type walk struct {
	path string
	ds   *loom.Conn
}

// startWalk makes the file that step 0 starts from.
func startWalk(ctx context.Context, path string) (*walk, error) {
	if err := create(ctx, path); err != nil {
		return nil, err
	}
	return resumeWalk(path)
}

func resumeWalk(path string) (*walk, error) {
	ds, err := loom.Connect(path)
	return &walk{path, ds}, err
}

// step makes step n, in one transaction.
func (w *walk) step(ctx context.Context, n int) error {
	rng := rand.New(rand.NewPCG(uint64(n), 7))
	choice := rng.IntN(26)
	switch {
	case choice == 0 || colsOf(w.ds) > 60:
		return w.reopened(func() error { return create(ctx, w.path) })
	case choice <= 2:
		return w.reopened(func() error { return repack(ctx, w.path) })
	case choice == 25:
		axis := loom.Axis(rng.IntN(2))
		rows, cols := w.ds.Shape()
		return w.ds.Permute(ctx, rng.Perm([]int{rows, cols}[axis]), axis)
	case choice == 24:
		_, err := w.ds.AddLoom(ctx, w.path, loom.IncludeGraphs())
		return err
	case choice <= 4:
		return addColumns(ctx, w.ds, w.ds.AddColumns)
	case choice <= 10:
		return w.ds.Update(ctx, func(tx *loom.Tx) error {
			for range 1 + rng.IntN(4) {
				if err := smallStep(ctx, tx, rng, n); err != nil {
					return err
				}
			}
			return tx.Attrs().Set("Step", hdf5.NewScalar(int64(n)))
		})
	}
	return smallStep(ctx, w.ds, rng, n)
}

// reopened does something to the file that cannot be done while it is open.
func (w *walk) reopened(do func() error) error {
	if err := errors.Join(w.ds.Close(), do()); err != nil {
		return err
	}
	var err error
	w.ds, err = loom.Connect(w.path)
	return err
}

// changeable is a Conn or a Tx.
type changeable interface {
	shaped
	RowAttrs() *loom.Attributes
	ColAttrs() *loom.Attributes
	Attrs() *loom.GlobalAttributes
	Layers() *loom.Layers
	Matrix() *loom.Layer
	RowGraphs() *loom.Graphs
	ColGraphs() *loom.Graphs
}

// smallStep sets something, or deletes it if it is there and fate will have it.
func smallStep(ctx context.Context, ds changeable, rng *rand.Rand, n int) error {
	name := fmt.Sprintf("random %d", rng.IntN(4))
	remove := rng.IntN(3) == 0
	rows, cols := ds.Shape()
	switch rng.IntN(6) {
	case 0:
		return setOrDelete(ds.RowAttrs(), name, remove, randomArray(rng, rows, n))
	case 1:
		return setOrDelete(ds.ColAttrs(), name, remove, randomArray(rng, cols, n))
	case 2:
		return setOrDelete(ds.Attrs(), name, remove, randomArray(rng, 1+rng.IntN(300), n))
	case 3:
		if remove && ds.Layers().Has(name) {
			return ds.Layers().Delete(name)
		}
		m := spotted[int32](rows, cols)
		m.Raw()[rng.IntN(rows*cols)] = int32(n)
		return ds.Layers().Set(ctx, name, m)
	case 4:
		graphs, vertices := ds.ColGraphs(), cols
		if rng.IntN(2) == 0 {
			graphs, vertices = ds.RowGraphs(), rows
		}
		if remove && graphs.Has(name) {
			return graphs.Delete(name)
		}
		return graphs.Set(name, []int32{0, 1}, []int32{int32(rng.IntN(vertices)), 0}, arrayOf([]float64{float64(n), 1}))
	}
	return assignSlice(ctx, ds.Matrix(), uint8(n%150))
}

func setOrDelete(attrs interface {
	Has(string) bool
	Set(string, *loom.Array) error
	Delete(string) error
}, name string, remove bool, values *loom.Array) error {
	if remove && attrs.Has(name) {
		return attrs.Delete(name)
	}
	return attrs.Set(name, values)
}

// randomArray returns numbers or texts in which n occurs.
func randomArray(rng *rand.Rand, length, n int) *loom.Array {
	if rng.IntN(2) == 0 {
		values := make([]float64, length)
		values[rng.IntN(length)] = float64(n)
		return arrayOf(values)
	}
	values := make([]string, length)
	values[rng.IntN(length)] = fmt.Sprintf("step %d", n)
	return arrayOf(values)
}

// TestWalkUntilKilled is the process that TestKill kills. It prints the number of
// the last step that the file holds, which is the first to begin with.
func TestWalkUntilKilled(t *testing.T) {
	var path string
	var n int
	if _, err := fmt.Sscanf(victim.Argument(t), "%d %q", &n, &path); err != nil {
		t.Fatal(err)
	}
	w, err := resumeWalk(path)
	if err != nil {
		t.Fatal(err)
	}
	for end := n + 10000; n < end; n++ { // or else it would outlive a test that was killed itself
		fmt.Println(n)
		if err := w.step(t.Context(), n+1); err != nil {
			t.Fatalf("step %d: %v", n+1, err)
		}
	}
}

// A process that makes random changes to a Loom file is killed at a random
// instant, again and again, each time going on with what the one before it has left.
// The file holds what the last step that was acknowledged has made of it, or the
// one after; the same steps on another file tell what that is.
func TestKill(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files that a killed process had open stay locked for a while")
	}
	path := filepath.Join(t.TempDir(), "walk.loom")
	reference := filepath.Join(t.TempDir(), "reference.loom")
	memory := crashfs.New(nil)
	defer storage.Mount(filepath.Dir(reference), memory)()
	w, err := startWalk(t.Context(), reference)
	if err != nil {
		t.Fatal(err)
	}
	if err := create(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	known, judged := reader{}, newJudgement()
	chosen := sample{rng: rng, most: 100}
	held, step, unacknowledged := 0, 0, 0
	for round := range victim.Rounds(t, 40) {
		printed := victim.Kill(t, "TestWalkUntilKilled", fmt.Sprintf("%d %q", held, path), time.Duration(rng.IntN(40_000_000)))
		var acknowledged int
		if _, err := fmt.Sscan(printed[len(printed)-1], &acknowledged); err != nil {
			t.Fatalf("round %d: process printed %q", round, printed)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		now, err := known.read(t.Context(), b)
		if err != nil {
			t.Fatalf("round %d, after step %d: %v", round, acknowledged, err)
		}
		for held = acknowledged; ; held++ {
			for ; step < held; step++ {
				if err := w.step(t.Context(), step+1); err != nil {
					t.Fatalf("reference, step %d: %v", step+1, err)
				}
			}
			want, err := known.read(t.Context(), memory.Files()[reference])
			if err != nil {
				t.Fatal(err)
			}
			if want.timeless == now.timeless {
				break
			}
			if held > acknowledged {
				t.Fatalf("round %d: step %d was acknowledged, and the content is neither that nor the next", round, acknowledged)
			}
		}
		unacknowledged += held - acknowledged
		chosen.offer(verdict{fmt.Sprintf("kill %d", round), b, now})
		removeLeftovers(t, path)
	}
	t.Logf("%d steps; %d were finished and not acknowledged", held, unacknowledged)
	judged.files = chosen.files
	t.Run("h5py", judged.compare)
}

// removeLeftovers removes what processes that were killed while they made a new
// file have left beside it.
func removeLeftovers(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := filepath.Join(filepath.Dir(path), e.Name())
		if name == path {
			continue
		}
		if !strings.HasPrefix(name, path) || !strings.HasSuffix(name, ".tmp") {
			t.Errorf("left behind: %s", e.Name())
		}
		if err := os.Remove(name); err != nil {
			t.Error(err)
		}
	}
}
