package index

import (
	"bytes"
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
)

// SymbolTable surveys the old-style group with the given B-tree and local heap
// (File Format Specification, sections III.A.1, III.B and III.D), and yields
// those of its links that can be read. An error of yield ends the survey.
func (s *Survey) SymbolTable(btree, heap uint64, yield func(SymbolEntry) error) error {
	names, err := s.localHeap(heap)
	if err != nil {
		return err
	}
	g := groupSurvey{
		Survey: s,
		names:  names,
		yield:  yield,
		table:  symbolTable{r: s.Reader, sz: s.Sizes, names: names, unread: len(names), budget: newBudget(s.Reader)},
	}
	if err := g.node(btree, -1); err != nil {
		return err
	}
	return g.levels.end(s)
}

// A groupSurvey surveys the B-tree and the symbol table nodes of one group.
type groupSurvey struct {
	*Survey
	table  symbolTable
	yield  func(SymbolEntry) error
	names  []byte // the local heap's data segment; nil if it cannot be read
	levels siblings
	last   []byte // name of the last entry seen; nil before the first
}

// node surveys the tree below the node at addr, which a node of level+1 points
// to; -1 stands for any level.
func (g *groupSurvey) node(addr uint64, level int) error {
	if g.table.budget.exhausted() {
		return nil
	}
	node, err := g.table.node(addr)
	if err == nil && level >= 0 && node.Level != level {
		err = fmt.Errorf("group B-tree node at address %d has level %d below level %d: %w", addr, node.Level, level+1, format.ErrCorrupt)
	}
	if err != nil {
		g.levels.broken = true
		return g.Damage(addr, err)
	}
	keySize := format.BTree1GroupKeySize(g.Sizes)
	if err := g.extent(addr, format.BTree1NodeSize(g.Sizes, g.Ks.GroupInternal, keySize), GroupTreeKind); err != nil {
		return err
	}
	if err := g.room("group B-tree", addr, len(node.Children), g.Ks.GroupInternal); err != nil {
		return err
	}
	if err := g.levels.next(g.Survey, addr, node.Level, "group B-tree"); err != nil {
		return err
	}
	for i, child := range node.Children {
		if node.Level > 0 {
			err = g.node(child, node.Level-1)
		} else {
			err = g.leaf(child, node.Keys[i], node.Keys[i+1])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// leaf surveys the symbol table node at addr, whose names are after the name at
// left in the heap and not after that at right.
func (g *groupSurvey) leaf(addr, left, right uint64) error {
	if g.table.budget.exhausted() {
		return nil
	}
	entries, err := g.table.entries(addr)
	if err != nil {
		return g.Damage(addr, err)
	}
	if err := g.extent(addr, format.SymbolNodeCapacity(g.Sizes, g.Ks.GroupLeaf), SymbolNodeKind); err != nil {
		return err
	}
	if err := g.room("symbol table", addr, len(entries), g.Ks.GroupLeaf); err != nil {
		return err
	}
	if g.names == nil {
		return nil
	}
	if err := g.order(entries, left, right); err != nil {
		if err := g.Damage(addr, fmt.Errorf("symbol table node at address %d: %w", addr, err)); err != nil {
			return err
		}
	}
	for _, e := range entries {
		link, err := g.table.link(e)
		if err != nil {
			err = g.Damage(addr, fmt.Errorf("symbol table node at address %d: %w", addr, err))
		} else {
			err = g.yield(link)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// order makes sure that a lookup finds the entries: their names ascend and lie
// between the keys of the B-tree.
func (g *groupSurvey) order(entries []format.SymbolEntry, left, right uint64) error {
	low, err := g.table.name(left)
	if err != nil {
		return err
	}
	high, err := g.table.name(right)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name, err := g.table.name(e.Name)
		if err != nil {
			return err
		}
		if g.last != nil && bytes.Compare(g.last, name) >= 0 {
			return fmt.Errorf("name %q after %q: %w", name, g.last, format.ErrCorrupt)
		}
		g.last = name
		if bytes.Compare(name, low) <= 0 || bytes.Compare(name, high) > 0 {
			return fmt.Errorf("name %q is not between the keys %q and %q: %w", name, low, high, format.ErrCorrupt)
		}
	}
	return nil
}

// room makes sure that the n entries of a node are no more than it has room for.
func (s *Survey) room(kind string, addr uint64, n int, k uint16) error {
	if n <= 2*int(k) {
		return nil
	}
	return s.Damage(addr, fmt.Errorf("%s node at address %d has %d entries and room for %d: %w", kind, addr, n, 2*int(k), format.ErrCorrupt))
}

// exhausted reports whether more has been read than the budget has.
func (b *budget) exhausted() bool { return b.left.Load() < 0 }

// siblings holds the nodes of a version 1 B-tree against each other: those of
// one level form a list, which writers use, though no reader does.
type siblings struct {
	last   [256]sibling // of the nodes seen, by level
	broken bool         // a node could not be read: nothing is known any more
}

// A sibling is a node and the one after it on its level, as it says.
type sibling struct {
	seen        bool
	addr, right uint64
}

// next takes in the next node of a level.
func (l *siblings) next(s *Survey, addr uint64, level int, kind string) error {
	if l.broken {
		return nil
	}
	b, err := s.Reader.Bytes(addr, uint64(format.BTree1PrefixSize(s.Sizes)))
	if err != nil {
		return s.Damage(addr, err)
	}
	left, right, err := format.BTree1Siblings(b, s.Sizes)
	if err != nil {
		return s.Damage(addr, err)
	}
	return l.follow(s, addr, level, format.Siblings{Left: left, Right: right}, kind)
}

// follow is next for a node whose siblings are known.
func (l *siblings) follow(s *Survey, addr uint64, level int, now format.Siblings, kind string) error {
	if l.broken {
		return nil
	}
	before := l.last[level]
	l.last[level] = sibling{seen: true, addr: addr, right: now.Right}
	if !before.seen {
		before = sibling{addr: format.Undefined, right: addr}
	}
	if now.Left == before.addr && before.right == addr {
		return nil
	}
	return s.Damage(addr, fmt.Errorf("%s node at address %#x of level %d comes after %#x, which has %#x as its right neighbour, and has %#x as its left: %w",
		kind, addr, level, before.addr, before.right, now.Left, format.ErrCorrupt))
}

// end makes sure that no level goes on after the last node seen.
func (l *siblings) end(s *Survey) error {
	if l.broken {
		return nil
	}
	for level, last := range l.last {
		if !last.seen || last.right == format.Undefined {
			continue
		}
		err := s.Damage(last.addr, fmt.Errorf("chunk or group B-tree node at address %#x is the last of level %d and has %#x as its right neighbour: %w",
			last.addr, level, last.right, format.ErrCorrupt))
		if err != nil {
			return err
		}
	}
	return nil
}
