package crashfs

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// Options say how thoroughly crash states are looked for. The zero value is
// good for files of some hundred kilobytes.
type Options struct {
	// Exhaustive is up to how many operations that are not durable every subset
	// of them is tried; 8 if 0.
	Exhaustive int
	// Samples is how many subsets are tried for every operation where they are
	// too many; 12 if 0. It is also how many places are tried at
	// which a write may be torn.
	Samples int
	// Seed makes other samples.
	Seed uint64
	// Superblock is the file position of the superblock, whose sector is written
	// wholly or not at all.
	Superblock int64
}

func (o Options) withDefaults() Options {
	if o.Exhaustive == 0 {
		o.Exhaustive = 8
	}
	if o.Samples == 0 {
		o.Samples = 12
	}
	return o
}

// A State is what the disk may hold after a crash.
type State struct {
	// What says where the crash was and what it lost.
	What string
	// Files holds the contents by name. They are shared between states and must
	// not be changed.
	Files map[string][]byte
	// Marks is how often [FS.Mark] had been called by then.
	Marks int
}

// States yields what the disk may hold after a crash at any time since the file
// system was made: for each operation of the record those states in
// which it has happened, at least in part. Some may be equal.
func (f *FS) States(o Options) iter.Seq[State] {
	f.mu.Lock()
	d := &disk{
		options: o.withDefaults(),
		random:  rand.New(rand.NewPCG(o.Seed, 0)),
		names:   maps.Clone(f.start),
		content: map[*inode][]byte{},
	}
	log, marks := slices.Clone(f.log), f.marks
	f.mu.Unlock()
	return func(yield func(State) bool) {
		if !yield(d.state("before anything", nil)) {
			return
		}
		for i, op := range log {
			d.what, d.marks = fmt.Sprintf("after operation %d, %v", i, op), op.marks
			if !d.step(op, yield) {
				return
			}
		}
		d.marks = marks
		d.wholeAndNone(yield)
	}
}

// A disk replays a record.
type disk struct {
	options Options
	random  *rand.Rand
	names   map[string]*inode // durable
	content map[*inode][]byte // durable, where it differs from the inode's start
	pending []Op              // neither durable nor lost
	what    string
	marks   int
}

// A fate is how much of a pending operation reaches the disk.
type fate struct {
	kind fateKind
	at   int // for torn: how many bytes
}

type fateKind int

const (
	lost fateKind = iota
	whole
	torn       // a write's first bytes
	tornBehind // a write's bytes but the first
	zeroed     // of a write, no more than the file's new size
)

func (d *disk) step(op Op, yield func(State) bool) bool {
	switch op.Kind {
	case Ignored, Failed:
		return true
	case Sync, SyncDir:
		d.settle(op)
		return true
	}
	d.pending = append(d.pending, op)
	return d.whole(yield) && d.tears(yield) && d.subsets(yield)
}

// settle makes durable what sync makes so.
func (d *disk) settle(sync Op) {
	kept := d.pending[:0:0]
	copied := map[*inode]bool{}
	for _, op := range d.pending {
		switch {
		case !op.durableBy(sync):
			kept = append(kept, op)
		case op.changesName():
			op.rename(d.names)
		default:
			// States that were yielded share the content so far.
			if !copied[op.node] {
				d.content[op.node], copied[op.node] = slices.Clone(d.durable(op.node)), true
			}
			d.content[op.node] = op.applyTo(d.content[op.node])
		}
	}
	d.pending = kept
}

func (d *disk) durable(node *inode) []byte {
	if data, ok := d.content[node]; ok {
		return data
	}
	return node.start
}

// whole yields the state after the process stopped and the machine did not.
func (d *disk) whole(yield func(State) bool) bool {
	return yield(d.state("all kept", d.fates(whole)))
}

// wholeAndNone yields the states after the last operation, in which nothing is
// under way.
func (d *disk) wholeAndNone(yield func(State) bool) {
	d.what = "after the last operation"
	_ = d.whole(yield) && yield(d.state("all lost", d.fates(lost)))
}

// tears yields states in which the last write is torn, and of all the rest
// everything was kept or lost.
func (d *disk) tears(yield func(State) bool) bool {
	last := len(d.pending) - 1
	for _, f := range d.tearsOf(d.pending[last]) {
		for _, rest := range []fateKind{whole, lost} {
			fates := d.fates(rest)
			fates[last] = f
			if !yield(d.state(fmt.Sprintf("torn at byte %d of it", f.at), fates)) {
				return false
			}
		}
	}
	return true
}

// tearsOf returns the ways in which a write is torn.
func (d *disk) tearsOf(op Op) []fate {
	if op.Kind != Write || d.atomic(op) {
		return nil
	}
	var places []int
	for at := 8 - int(op.Offset%8); at < len(op.Data); at += 8 {
		places = append(places, at)
	}
	if n := d.options.Samples; len(places) > n {
		d.random.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
		places = places[:n]
	}
	fates := []fate{{kind: zeroed}}
	for _, at := range places {
		fates = append(fates, fate{torn, at}, fate{tornBehind, at})
	}
	return fates
}

// atomic reports whether op lies in one sector with the superblock.
func (d *disk) atomic(op Op) bool {
	return op.Offset >= d.options.Superblock && op.Offset+int64(len(op.Data)) <= d.options.Superblock+sector
}

// subsets yields states in which the last operation was kept but not all
// before it were: every one if they are few, otherwise some.
func (d *disk) subsets(yield func(State) bool) bool {
	others := len(d.pending) - 1
	if others < d.options.Exhaustive {
		for mask := range 1<<others - 1 {
			fates := d.fates(whole)
			for i := range others {
				fates[i].kind = fateKind(mask >> i & 1)
			}
			if !yield(d.state(d.describe(fates), fates)) {
				return false
			}
		}
		return true
	}
	for i := range d.options.Samples {
		fates := d.sample(i)
		if !yield(d.state(d.describe(fates), fates)) {
			return false
		}
	}
	return true
}

// sample makes up the fates of all operations but the last, by turns: only the
// last is kept; one is lost; any are lost; any are lost or torn.
func (d *disk) sample(turn int) []fate {
	fates := d.fates(whole)
	others := fates[:len(fates)-1]
	switch {
	case turn == 0:
		for i := range others {
			others[i].kind = lost
		}
	case turn%3 == 0:
		others[d.random.IntN(len(others))].kind = lost
	case turn%3 == 1:
		for i := range others {
			others[i].kind = fateKind(d.random.IntN(2))
		}
	default:
		for i := range others {
			choice := append(d.tearsOf(d.pending[i]), fate{kind: lost}, fate{kind: whole})
			others[i] = choice[d.random.IntN(len(choice))]
		}
	}
	return fates
}

// fates returns the same fate for all pending operations.
func (d *disk) fates(kind fateKind) []fate {
	return slices.Repeat([]fate{{kind: kind}}, len(d.pending))
}

// describe names what did not reach the disk whole.
func (d *disk) describe(fates []fate) string {
	var parts []string
	for i, f := range fates {
		if f.kind != whole {
			verb := [...]string{lost: "lost", torn: "torn", tornBehind: "torn", zeroed: "zeroed"}[f.kind]
			parts = append(parts, fmt.Sprintf("%s: %v", verb, d.pending[i]))
		}
	}
	const most = 6
	if len(parts) > most {
		parts = append(parts[:most], fmt.Sprintf("and %d more", len(parts)-most))
	}
	return strings.Join(parts, ", ")
}

// state returns what the disk holds if the pending operations have these fates.
func (d *disk) state(what string, fates []fate) State {
	names := maps.Clone(d.names)
	changed := map[*inode][]byte{}
	for i, f := range fates {
		op := d.pending[i]
		switch {
		case f.kind == lost:
		case op.changesName():
			op.rename(names)
		default:
			data, ok := changed[op.node]
			if !ok {
				data = slices.Clone(d.durable(op.node))
			}
			changed[op.node] = f.apply(op, data)
		}
	}
	s := State{What: d.what + ": " + what, Files: map[string][]byte{}, Marks: d.marks}
	for name, node := range names {
		if data, ok := changed[node]; ok {
			s.Files[name] = data
		} else {
			s.Files[name] = d.durable(node)
		}
	}
	return s
}

// apply does as much of op as f says.
func (f fate) apply(op Op, data []byte) []byte {
	switch f.kind {
	case torn:
		op.Data = op.Data[:f.at]
	case tornBehind:
		op.Offset, op.Data = op.Offset+int64(f.at), op.Data[f.at:]
	case zeroed:
		return resize(data, max(len(data), int(op.Offset)+len(op.Data)))
	}
	return op.applyTo(data)
}
