package differential

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/goloom/loom"
	"github.com/goloom/loom/internal/oracle"
	"pgregory.net/rapid"
)

const (
	fewSequences = 4  // without LOOM_SEQUENCES
	operations   = 41 // of each sequence, with the one that it begins with
	workers      = 2
)

// TestSequences runs random sequences of operations with this library and with loompy.
func TestSequences(t *testing.T) {
	sequences := fewSequences
	if set := os.Getenv("LOOM_SEQUENCES"); set != "" {
		sequences = must(strconv.Atoi(set))
	}
	if err := flag.Set("rapid.checks", strconv.Itoa((sequences+workers-1)/workers)); err != nil {
		t.Fatal(err)
	}
	for i := range workers {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			w, begun := startWorker(t), time.Now()
			rapid.Check(t, w.sequence)
			t.Logf("%d operations in %.1f s: %v", w.operations, time.Since(begun).Seconds(), w.kinds)
			w.requireAllKinds(t)
		})
	}
}

// requireAllKinds fails if a kind of operation has never suited a file, once
// enough were tried.
func (w *worker) requireAllKinds(t *testing.T) {
	if w.operations < 50*operations {
		return
	}
	for _, k := range slices.Concat(changes, refusals) {
		if w.kinds[k.name] == 0 {
			t.Errorf("%d operations, but none to %s", w.operations, k.name)
		}
	}
}

func startWorker(t *testing.T) *worker {
	processes.Lock()
	defer processes.Unlock()
	w := &worker{
		dir: t.TempDir(), kinds: map[string]int{}, python: oracle.Start(t),
		h5dump: oracle.Tool(t, "h5dump"), h5diff: oracle.Tool(t, "h5diff"), h5repack: oracle.Tool(t, "h5repack"),
	}
	w.python.Must("import loompy_sequence")
	return w
}

// sequence draws a file and makes operations on it. They stop at the first that
// goes wrong, so that leaving out others makes the sequence shorter.
func (w *worker) sequence(t *rapid.T) {
	ctx := t.Context()
	s := drawStart(t)
	t.Logf("start: %v", s)
	r, err := w.begin(ctx, s)
	defer func() {
		if r != nil && r.conn != nil { // the last of its connections
			r.conn.Close()
		}
	}()
	if err != nil {
		t.Fatalf("begin: %v", err)
	}
	for r.done < operations {
		if err := r.drawStep(ctx, t); err != nil {
			t.Fatalf("after %d operations: %v", r.done, err)
		}
	}
	if err := r.accepted(); err != nil {
		t.Fatalf("at the end: %v", err)
	}
}

// drawStep draws what to do next and does it.
func (r *run) drawStep(ctx context.Context, t *rapid.T) error {
	s := state{r.conn, r.old()}
	switch what := drawEvenly(t, 33, "what"); {
	case what < 21:
		op := drawOne(t, s, changes)
		return r.step(ctx, &op)
	case what < 24:
		op := drawOne(t, s, refusals)
		return r.step(ctx, &op)
	case what < 26:
		return r.group(ctx, t, s.old)
	case what < 27:
		return r.reopen(false)
	case what < 29:
		return r.reopen(true)
	case what < 30:
		return r.addLoom(ctx, t)
	case what < 31 && !s.old: // what is made of files is of the newest version
		return r.combine(ctx, t)
	case what < 32 && !s.old:
		return r.aggregate(ctx, t)
	}
	return r.accepted()
}

// group makes several operations in one transaction, which may be abandoned.
func (r *run) group(ctx context.Context, t *rapid.T, old bool) error {
	n := rapid.IntRange(1, 4).Draw(t, "operations")
	abandoned := rapid.IntRange(0, 3).Draw(t, "abandoned") == 3
	all := operation{kind: "group"}
	if abandoned {
		all.refused = errAbandoned
	}
	all.ours = func(ctx context.Context, ds target) error {
		return ds.(*loom.Conn).Update(ctx, func(tx *loom.Tx) error {
			for i := range n {
				op := drawOne(t, state{tx, old}, changes)
				if err := op.ours(ctx, tx); err != nil {
					return fmt.Errorf("operation %d of %d: %w", i, n, err)
				}
				if !abandoned {
					all.then(op)
				}
			}
			return all.refused
		})
	}
	return r.step(ctx, &all)
}
