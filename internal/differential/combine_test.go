package differential

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/goloom/loom"
	"pgregory.net/rapid"
)

// combine makes one file of ours and another, and goes on with that.
func (r *run) combine(ctx context.Context, t *rapid.T) error {
	other, err := r.makeOther(ctx, t)
	if err != nil {
		return err
	}
	var opts []loom.CombineOption
	for _, opt := range other.options() {
		opts = append(opts, opt)
	}
	return r.replace(ctx, "combine", func(out string) error {
		sources := []loom.Source{{Path: r.ours}, {Path: r.other()}}
		_, err := loom.Combine(ctx, out, sources, opts...)
		return err
	}, request{"combine": r.theirs, "other": r.theirOther(), "key": other.key(), "graphs": other.withGraphs})
}

// An otherFile is a file to combine ours with, or to add to it.
type otherFile struct {
	byKey      bool                   // rows are brought into order by a key
	withGraphs bool                   // graphs are included
	graphs     []string               // column graphs that the file has
	fill       map[string]*loom.Array // for column attributes that one of the files lacks
}

// keyName is the row attribute by which rows are brought into order.
const keyName = "Key"

// key is the same for loompy.
func (o otherFile) key() any {
	if o.byKey {
		return keyName
	}
	return nil
}

func (o otherFile) options() (opts []loom.AddLoomOption) {
	if o.byKey {
		opts = append(opts, loom.ByKey(keyName))
	}
	if o.withGraphs {
		opts = append(opts, loom.IncludeGraphs())
	}
	return opts
}

// other is where the other file is, and theirOther a copy of it, since loompy changes
// what it combines.
func (r *run) other() string      { return filepath.Join(r.dir, "other.loom") }
func (r *run) theirOther() string { return filepath.Join(r.dir, "other2.loom") }

// makeOther makes the other file: some columns of ours, in another order, with
// other column attributes, and rows in another order if there is a key.
func (r *run) makeOther(ctx context.Context, t *rapid.T) (other otherFile, err error) {
	rows, cols := r.conn.Shape()
	source := loom.Source{Path: r.ours, Cols: loom.Indices(drawPositions(t, cols))}
	other.byKey, other.withGraphs = rapid.Bool().Draw(t, "by key"), rapid.Bool().Draw(t, "graphs")
	if other.byKey {
		op := settingAttr(loom.Rows, keyName, drawKey(t, rows))
		op.kind = "set a key"
		if err := r.step(ctx, &op); err != nil {
			return other, err
		}
		source.Rows = loom.Indices(drawRand(t).Perm(rows))
	}
	if _, err := loom.Combine(ctx, r.other(), []loom.Source{source}, loom.IncludeGraphs()); err != nil {
		return other, fmt.Errorf("other file: %w", err)
	}
	if err := r.changeOther(t, &other); err != nil {
		return other, fmt.Errorf("other file: %w", err)
	}
	return other, os.WriteFile(r.theirOther(), must(os.ReadFile(r.other())), 0o600)
}

// drawKey draws a different value for each row.
func drawKey(t *rapid.T, rows int) *loom.Array {
	order := drawRand(t).Perm(rows)
	if rapid.Bool().Draw(t, "text") {
		texts := make([]string, rows)
		for i, x := range order {
			texts[i] = fmt.Sprintf("gène %d", x)
		}
		return arrayOf(texts, []int{rows})
	}
	numbers := make([]int32, rows)
	for i, x := range order {
		numbers[i] = int32(x - rows/2)
	}
	return arrayOf(numbers, []int{rows})
}

// drawPositions draws some positions, each once, in any order.
func drawPositions(t *rapid.T, n int) []int {
	count := rapid.IntRange(1, n).Draw(t, "count")
	if n > mostColumns {
		count = 1
	}
	return drawRand(t).Perm(n)[:count]
}

// changeOther gives the other file column attributes that ours lacks, or has with
// other values and types, and takes some away.
func (r *run) changeOther(t *rapid.T, other *otherFile) error {
	ds, err := loom.Connect(r.other())
	if err != nil {
		return err
	}
	defer ds.Close()
	a := addition{state: state{target: ds, old: r.old()}, attrs: map[string]*loom.Array{}, fill: map[string]*loom.Array{}}
	_, a.cols = ds.Shape()
	a.drawAttrs(t)
	other.fill, other.graphs = a.fill, ds.ColGraphs().Names()
	for _, name := range ds.ColAttrs().Names() {
		if a.attrs[name] == nil {
			if err := ds.ColAttrs().Delete(name); err != nil {
				return err
			}
		}
	}
	for name, values := range a.attrs {
		if err := ds.ColAttrs().Set(name, values); err != nil {
			return err
		}
	}
	return nil
}

// replace makes a new file with this library and another one with loompy, and goes on with those.
func (r *run) replace(ctx context.Context, kind string, ours func(out string) error, theirs request) error {
	r.done++
	r.operations++
	r.kinds[kind]++
	processes.RLock()
	defer processes.RUnlock()
	if err := r.close(); err != nil {
		return err
	}
	outs := []string{filepath.Join(r.dir, "1.loom"), filepath.Join(r.dir, "2.loom")}
	if r.ours == outs[0] || r.ours == outs[1] {
		outs = []string{filepath.Join(r.dir, "3.loom"), filepath.Join(r.dir, "4.loom")}
	}
	if err := ours(outs[0]); err != nil {
		return fmt.Errorf("%s: %w", kind, err)
	}
	theirs["out"] = outs[1]
	if err := r.ask(theirs); err != nil {
		return fmt.Errorf("%s: loompy fails: %w", kind, err)
	}
	r.ours, r.theirs = outs[0], outs[1]
	if err := r.connect(); err != nil {
		return err
	}
	return r.compare(ctx)
}
