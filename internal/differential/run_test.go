package differential

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// A run is a sequence under way: two files that must have the same contents, one of
// which this library changes and the other loompy.
type run struct {
	*worker
	conn         *loom.Conn
	ours, theirs string // paths
	changed      bool   // whether the two have changed places
	done         int    // operations
}

// A worker runs one sequence after the other, with one Python process.
type worker struct {
	python                   *oracle.Session
	dir                      string
	h5dump, h5diff, h5repack string
	operations               int            // made so far, by all sequences
	kinds                    map[string]int // how many of each kind
}

// ask sends a request to loompy_sequence.py. The error has all that this objects
// to.
func (w *worker) ask(q request) error {
	var answer struct{ Objections []string }
	text := w.python.Must("answer = loompy_sequence.ask(%q)", must(json.Marshal(q)))
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		return err
	}
	if len(answer.Objections) > 0 {
		return errors.New(strings.Join(answer.Objections, "\n"))
	}
	return nil
}

// begin makes the file of a start and a copy of it, and connects to both.
func (w *worker) begin(ctx context.Context, s start) (*run, error) {
	r := &run{worker: w, ours: filepath.Join(w.dir, "1.loom"), theirs: filepath.Join(w.dir, "2.loom")}
	processes.RLock()
	defer processes.RUnlock()
	if err := w.ask(request{"close": true}); err != nil {
		return nil, err
	}
	if err := w.make(ctx, s, r.ours); err != nil {
		return nil, err
	}
	content, err := os.ReadFile(r.ours)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(r.theirs, content, 0o600); err != nil {
		return nil, err
	}
	if err := r.connect(loom.SkipValidation()); err != nil { // since new files are not valid yet
		return r, err
	}
	if err := r.step(ctx, first()); err != nil || !s.isNew() {
		return r, err
	}
	return r, r.step(ctx, s.fill())
}

func (w *worker) make(ctx context.Context, s start, path string) error {
	if s.dialect == "ours" || s.dialect == "our new" {
		return s.create(ctx, path)
	}
	return w.ask(s.request(path))
}

// connect opens both files, ours with this library and theirs with loompy.
func (r *run) connect(opts ...loom.Option) (err error) {
	if r.conn, err = loom.Connect(r.ours, opts...); err != nil {
		return err
	}
	if err := r.ask(request{"connect": r.theirs}); err != nil {
		return fmt.Errorf("loompy does not connect to its file: %w", err)
	}
	return nil
}

func (r *run) close() error {
	return errors.Join(r.ask(request{"close": true}), r.conn.Close())
}

// reopen closes both files and opens them again. If the two are to change places,
// each goes on where the other stopped.
func (r *run) reopen(change bool) error {
	processes.RLock()
	defer processes.RUnlock()
	if err := r.close(); err != nil {
		return err
	}
	if change {
		r.ours, r.theirs = r.theirs, r.ours
		r.changed = true
	}
	return r.connect()
}

// processes is locked while this process has children that are about to run another
// program, or do: for a moment they have the locks of files that were open when they were forked, even if
// those are closed meanwhile. Who closes a file to open it again holds it for reading.
var processes sync.RWMutex

// step makes an operation both ways and compares.
func (r *run) step(ctx context.Context, op *operation) error {
	r.operations++
	r.done++
	r.kinds[op.kind]++
	before := time.Now().UTC().Add(-time.Microsecond)
	last, err := r.conn.LastModified()
	if err != nil {
		return err
	}
	err = op.ours(ctx, r.conn)
	if !errors.Is(err, op.refused) {
		return fmt.Errorf("error %v, want %v", err, op.refused)
	}
	if op.theirs != nil {
		if err := r.ask(request{"changes": op.theirs}); err != nil && op.refused == nil {
			return fmt.Errorf("loompy fails: %w", err)
		}
	}
	if err := r.compare(ctx); err != nil {
		return err
	}
	if op.refused != nil {
		return r.unchangedSince(last)
	}
	return r.changedSince(before, op)
}

// compare holds our file against theirs.
func (r *run) compare(ctx context.Context) error {
	// Where the two have changed places, theirs has times that this library has noted and loompy would not.
	if err := r.ask(request{"compare": r.ours, "times": !r.changed}); err != nil {
		return fmt.Errorf("differences from loompy:\n%w", err)
	}
	return r.check(ctx)
}

// check looks for damage in our file.
func (r *run) check(ctx context.Context) error {
	var problems []error
	_, err := r.conn.File().Check(ctx, func(p hdf5.Problem) { problems = append(problems, p.Err) })
	return errors.Join(append(problems, err)...)
}

func (r *run) unchangedSince(last time.Time) error {
	if now, err := r.conn.LastModified(); err != nil || !now.Equal(last) {
		return fmt.Errorf("refused, but the time of the last change is another: %v", err)
	}
	return nil
}

// old reports whether the files are of a version before 3.0.0.
func (r *run) old() bool { return r.conn.SpecVersion() < "3" }

// changedSince makes sure that what the operation has changed, and nothing else,
// has a new time.
func (r *run) changedSince(before time.Time, op *operation) error {
	changes, err := r.conn.ChangesSince(before)
	if err != nil {
		return err
	}
	got := changedPaths(changes)
	want := r.touched(op)
	if !slices.Equal(got, want) {
		return fmt.Errorf("changed according to their times: %q, want %q", got, want)
	}
	if last, err := r.conn.LastModified(); err != nil || !last.After(before) {
		return fmt.Errorf("the time of the last change is before it: %v", err)
	}
	return nil
}

func changedPaths(changes loom.Changes) []string {
	paths := []string{}
	for prefix, names := range map[string][]string{
		"row_attrs/": changes.RowAttrs, "col_attrs/": changes.ColAttrs, "layers/": changes.Layers,
		"row_graphs/": changes.RowGraphs, "col_graphs/": changes.ColGraphs,
	} {
		for _, name := range names {
			paths = append(paths, prefix+name)
		}
	}
	slices.Sort(paths)
	return paths
}

// touched returns the paths that must have a new time.
func (r *run) touched(op *operation) []string {
	paths := slices.Clone(op.touched)
	if op.grown {
		// Of those that were set before columns were added, some may have been lost.
		paths = slices.DeleteFunc(paths, func(path string) bool { return strings.HasPrefix(path, attrPath(loom.Columns, "")) })
		for _, name := range r.conn.Layers().Names() {
			paths = append(paths, layerPath(name))
		}
		for _, name := range r.conn.ColAttrs().Names() {
			paths = append(paths, attrPath(loom.Columns, name))
		}
	}
	slices.Sort(paths)
	return append([]string{}, slices.Compact(paths)...)
}

// accepted lets the HDF5 tools read our file, and compare it with a copy that they
// make, and with theirs.
func (r *run) accepted() error {
	repacked, copies := filepath.Join(r.dir, "repacked.loom"), []string{filepath.Join(r.dir, "5.loom"), filepath.Join(r.dir, "6.loom")}
	if err := r.ask(request{"timeless": []string{r.ours, r.theirs}, "copies": copies}); err != nil {
		return fmt.Errorf("copies for h5diff: %w", err)
	}
	for _, c := range [][]string{
		{r.h5dump, r.ours},
		{r.h5repack, r.ours, repacked},
		{r.h5diff, r.ours, repacked},
		{r.h5diff, copies[0], copies[1]},
	} {
		command := exec.Command(c[0], c[1:]...)
		command.Env = append(os.Environ(), "HDF5_USE_FILE_LOCKING=FALSE") // both files are open for writing
		processes.Lock()
		out, err := command.CombinedOutput()
		processes.Unlock()
		if err != nil {
			return fmt.Errorf("%s: %w: %s", filepath.Base(c[0]), err, out[max(0, len(out)-2000):])
		}
	}
	return nil
}
