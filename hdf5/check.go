package hdf5

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5/internal/index"
	"github.com/goloom/loom/internal/progress"
)

// A Problem is something that [File.Check] found.
type Problem struct {
	Kind ProblemKind
	Path string // of the object; "" for the file itself
	Addr uint64 // where, counted as addresses in the file are; 0 if in no one place
	Err  error  // what, with the file and the object; never nil
}

// A ProblemKind tells kinds of problem apart.
type ProblemKind uint8

// The kinds of problem.
const (
	// Damaged: what is stored cannot be read, or contradicts itself.
	Damaged ProblemKind = iota

	// Overlapping: two things take up the same bytes. Changing one damages the
	// other.
	Overlapping

	// Miscounted: an object's header has another number of links to it than
	// there are. A writer may take the object away with the wrong one of them.
	Miscounted

	// Dangling: a soft link leads nowhere. The format allows that.
	Dangling

	// Unchecked: the file uses a feature that this package does not have, an
	// unknown filter for example. That part may well be right.
	Unchecked
)

// String returns the kind's name in lower case.
func (k ProblemKind) String() string {
	names := [...]string{"damaged", "overlapping", "miscounted", "dangling", "unchecked"}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("problem kind %d", k)
}

// Harmless reports whether a problem of this kind is one that a sound file may
// have: Dangling and Unchecked are.
func (k ProblemKind) Harmless() bool { return k == Dangling || k == Unchecked }

// A CheckSummary is what [File.Check] has counted: objects and chunks that it
// has visited, and what the file's bytes are used for.
type CheckSummary struct {
	Groups, Datasets, Datatypes int // Datatypes are those that are objects
	Attributes, Chunks          int

	Values   int64 // bytes of stored chunks and contiguous values
	Heaps    int64 // bytes of global heap collections: strings and sequences
	Metadata int64 // bytes of everything else that is in use

	// Free is how many bytes below the end of file nothing uses, in Gaps
	// stretches: what deletions left, what libraries kept in reserve, and what
	// a problem has hidden. A new file of the same content does without it.
	Free int64
	Gaps int

	// Trailing is how many bytes there are after what the superblock says is
	// the end of file. They mean nothing.
	Trailing int64

	Problems int // that are not Harmless
	Harmless int
}

// Check reads the whole file and reports what is wrong with it. It decodes every
// chunk, walks every index, heap and object header with their checksums and the
// order of their keys, looks up every variable-length value, follows every soft
// link, counts the links to every object, and makes sure that no two things take
// up the same bytes.
//
// Problems are reported one by one, as they are found, and Check goes on behind
// each. The error is not about them, but says why Check ended early: ctx, or the
// file was closed. The summary counts what was visited until then.
//
// Check reads every byte that is in use about once, and decodes chunks with all
// processors. It takes about 24 bytes of memory for each stretch of the file, a
// chunk between others of its dataset being no stretch of its own, about 150 for
// each object, and those of some chunks and heap collections, 64 MiB of the latter.
func (f *File) Check(ctx context.Context, report func(Problem)) (*CheckSummary, error) {
	ctx, read := progress.Start(ctx, "check", f.size, "bytes")
	c := checker{walk: newWalk(ctx, f), report: report}
	c.progress = read
	c.deep = true
	c.yield = c.space.add
	c.damage = c.damaged
	err := c.file()
	if err == nil {
		err = c.finish()
	}
	if err == nil {
		read.Reach(f.size)
	}
	return &c.counts, f.fail("", err)
}

// A checker is a walk that reports problems and goes on.
type checker struct {
	*walk
	report func(Problem)
	space  spaceMap
	cut    bool // links may have been missed
}

// damaged reports what the walk could not use.
func (c *checker) damaged(path string, addr uint64, err error) error {
	if errors.Is(err, ErrClosed) {
		return err
	}
	kind := Damaged
	switch {
	case errors.Is(err, ErrLink) && !errors.Is(err, ErrCorrupt):
		kind = Dangling
	case errors.Is(err, ErrTooLarge), errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrCorrupt):
		kind = Unchecked
	}
	c.cut = c.cut || kind != Dangling
	c.problem(Problem{Kind: kind, Path: path, Addr: addr, Err: err})
	return nil
}

// problem reports p, whose error gets a file and a path.
func (c *checker) problem(p Problem) {
	if addr := p.Addr; addr > uint64(c.f.r.Size()) {
		p.Addr = 0
	}
	p.Err = c.f.fail(p.Path, p.Err)
	if p.Kind.Harmless() {
		c.counts.Harmless++
	} else {
		c.counts.Problems++
	}
	c.report(p)
}

// finish reports what shows once everything has been visited.
func (c *checker) finish() error {
	if !c.cut {
		c.linkCounts()
	}
	size := c.f.r.Size()
	err := c.space.sweep(uint64(size), c.overlap, func(_, n uint64) {
		c.counts.Free += int64(n)
		c.counts.Gaps++
	})
	c.counts.Trailing = max(0, c.f.size-int64(c.f.sb.BaseAddr)-size)
	for kind, n := range c.space.bytes {
		switch index.Kind(kind) {
		case index.ChunkKind, index.ContiguousKind:
			c.counts.Values += int64(n)
		case index.GlobalHeapKind:
			c.counts.Heaps += int64(n)
		default:
			c.counts.Metadata += int64(n)
		}
	}
	return err
}

func (c *checker) overlap(a, b extent) error {
	c.problem(Problem{Kind: Overlapping, Path: b.owner, Addr: b.Addr, Err: overlapError(a, b)})
	return c.ctx.Err()
}

// linkCounts holds the number of links to each object against what its header
// says. To a datatype its uses count as links, and to the root group the
// superblock.
func (c *checker) linkCounts() {
	var wrong []uint64
	for addr, n := range c.visited {
		if n.read && n.count != n.found {
			wrong = append(wrong, addr)
		}
	}
	slices.SortFunc(wrong, func(a, b uint64) int { return cmp.Compare(c.visited[a].path, c.visited[b].path) })
	for _, addr := range wrong {
		n := c.visited[addr]
		c.problem(Problem{Kind: Miscounted, Path: n.path, Addr: addr,
			Err: fmt.Errorf("object header says that %d links lead to it, %d do: %w", n.count, n.found, ErrCorrupt)})
	}
}

// softLink follows a soft link.
func (w *walk) softLink(g *Group, l Link) error {
	_, err := g.resolve(l, 0)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrCorrupt), errors.Is(err, ErrUnsupported), errors.Is(err, ErrClosed):
		return w.broken(g.addr, fmt.Errorf("link %s: %w", l.Name, err))
	}
	return w.broken(g.addr, fmt.Errorf("soft link %s to %s leads nowhere, or in a circle: %w", l.Name, l.Target, ErrLink))
}
