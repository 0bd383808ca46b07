package index

import (
	"bytes"
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// A SymbolEntry is one link of an old-style group.
type SymbolEntry struct {
	Name       string
	Header     uint64 // address of the object's header; [format.Undefined] if Soft
	Soft       bool
	SoftTarget string // path that a soft link stands for
}

// SymbolTable yields the links of the old-style group with the given B-tree and
// local heap, in the order of their names' bytes. An error of yield ends the
// walk and is returned as it is.
//
// It reads all of the group's nodes and keeps none.
func SymbolTable(r *storage.Reader, sz format.Sizes, btree, heap uint64, yield func(SymbolEntry) error) error {
	t, err := openSymbolTable(r, sz, btree, heap)
	if err != nil {
		return err
	}
	return t.all(yield)
}

// SymbolTableLookup returns the link of the given name and reports whether the
// group has it. It reads the heap and, from root to leaf, one node a level.
func SymbolTableLookup(r *storage.Reader, sz format.Sizes, btree, heap uint64, name string) (SymbolEntry, bool, error) {
	t, err := openSymbolTable(r, sz, btree, heap)
	if err != nil {
		return SymbolEntry{}, false, err
	}
	return t.lookup([]byte(name))
}

// A symbolTable is an old-style group: a B-tree of symbol table nodes (File
// Format Specification, sections III.A.1 and III.B), whose names are in a local
// heap (section III.D).
type symbolTable struct {
	r      *storage.Reader
	sz     format.Sizes
	root   uint64
	names  []byte // the heap's data segment
	unread int    // bytes of names that links have not been made of yet
	budget *budget
}

func openSymbolTable(r *storage.Reader, sz format.Sizes, btree, heap uint64) (*symbolTable, error) {
	b, err := r.Bytes(heap, uint64(format.LocalHeapSize(sz)))
	if err != nil {
		return nil, fmt.Errorf("local heap: %w", err)
	}
	h, err := format.DecodeLocalHeap(b, sz)
	if err != nil {
		return nil, fmt.Errorf("local heap at address %d: %w", heap, err)
	}
	names, err := r.Bytes(h.Addr, h.Size)
	if err != nil {
		return nil, fmt.Errorf("data segment of local heap at address %d: %w", heap, err)
	}
	return &symbolTable{r: r, sz: sz, root: btree, names: names, unread: len(names), budget: newBudget(r)}, nil
}

func (t *symbolTable) all(yield func(SymbolEntry) error) error {
	root, err := t.node(t.root)
	if err != nil {
		return err
	}
	return t.walk(root, yield)
}

func (t *symbolTable) walk(node *format.GroupNode, yield func(SymbolEntry) error) error {
	for _, addr := range node.Children {
		if node.Level == 0 {
			if err := t.leaf(addr, yield); err != nil {
				return err
			}
			continue
		}
		child, err := t.child(node, addr)
		if err != nil {
			return err
		}
		if err := t.walk(child, yield); err != nil {
			return err
		}
	}
	return nil
}

func (t *symbolTable) leaf(addr uint64, yield func(SymbolEntry) error) error {
	entries, err := t.entries(addr)
	if err != nil {
		return err
	}
	for _, e := range entries {
		link, err := t.link(e)
		if err != nil {
			return err
		}
		if err := yield(link); err != nil {
			return err
		}
	}
	return nil
}

func (t *symbolTable) lookup(name []byte) (SymbolEntry, bool, error) {
	node, err := t.node(t.root)
	if err != nil {
		return SymbolEntry{}, false, err
	}
	for {
		addr, err := t.below(node, name)
		if err != nil || addr == format.Undefined {
			return SymbolEntry{}, false, err
		}
		if node.Level == 0 {
			return t.find(addr, name)
		}
		if node, err = t.child(node, addr); err != nil {
			return SymbolEntry{}, false, err
		}
	}
}

// below is the address of the child of node that name belongs below: the first
// whose right key is not less than it. It is Undefined if there is none.
func (t *symbolTable) below(node *format.GroupNode, name []byte) (uint64, error) {
	lo, hi := 0, len(node.Children)
	for lo < hi {
		mid := (lo + hi) / 2
		key, err := t.name(node.Keys[mid+1])
		if err != nil {
			return 0, err
		}
		if bytes.Compare(key, name) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo == len(node.Children) {
		return format.Undefined, nil
	}
	return node.Children[lo], nil
}

// find looks name up in the symbol table node at addr.
func (t *symbolTable) find(addr uint64, name []byte) (SymbolEntry, bool, error) {
	entries, err := t.entries(addr)
	if err != nil {
		return SymbolEntry{}, false, err
	}
	for _, e := range entries {
		got, err := t.name(e.Name)
		if err != nil {
			return SymbolEntry{}, false, err
		}
		if bytes.Equal(got, name) {
			link, err := t.link(e)
			return link, err == nil, err
		}
	}
	return SymbolEntry{}, false, nil
}

// link looks up the strings of a decoded entry.
func (t *symbolTable) link(e format.SymbolEntry) (SymbolEntry, error) {
	name, err := t.name(e.Name)
	if err != nil {
		return SymbolEntry{}, err
	}
	if err := t.spend(name); err != nil {
		return SymbolEntry{}, err
	}
	link := SymbolEntry{Name: string(name), Header: e.Header, Soft: e.Soft}
	if !e.Soft {
		return link, nil
	}
	target, err := t.name(e.Target)
	if err != nil {
		return SymbolEntry{}, fmt.Errorf("path of soft link %q: %w", name, err)
	}
	if err := t.spend(target); err != nil {
		return SymbolEntry{}, err
	}
	link.SoftTarget = string(target)
	return link, nil
}

// spend accounts for a string of which a link is made. Every link has its own
// in the heap: without this check, a damaged group of many links that share a
// long one would take far more memory than the file is large.
func (t *symbolTable) spend(s []byte) error {
	if t.unread -= len(s) + 1; t.unread < 0 {
		return fmt.Errorf("names of a group add up to more than its local heap of %d bytes: %w", len(t.names), format.ErrCorrupt)
	}
	return nil
}

func (t *symbolTable) name(off uint64) ([]byte, error) {
	return format.LocalHeapString(t.names, off)
}

// node reads the B-tree node at addr.
func (t *symbolTable) node(addr uint64) (*format.GroupNode, error) {
	b, err := readBTree1(t.r, nil, addr, format.BTree1GroupKeySize(t.sz), t.sz)
	if err != nil {
		return nil, fmt.Errorf("group B-tree: %w", err)
	}
	if err := t.budget.spend(len(b)); err != nil {
		return nil, fmt.Errorf("group B-tree node at address %d: %w", addr, err)
	}
	node, err := format.DecodeGroupNode(b, t.sz)
	if err != nil {
		return nil, fmt.Errorf("group B-tree node at address %d: %w", addr, err)
	}
	return node, nil
}

// child reads the B-tree node at addr, a child of node.
func (t *symbolTable) child(node *format.GroupNode, addr uint64) (*format.GroupNode, error) {
	child, err := t.node(addr)
	if err != nil {
		return nil, err
	}
	if child.Level != node.Level-1 {
		return nil, fmt.Errorf("group B-tree node at address %d has level %d below level %d: %w",
			addr, child.Level, node.Level, format.ErrCorrupt)
	}
	return child, nil
}

// symbolGuess is how many entries a symbol table node is expected to have at
// most: the C library's default.
const symbolGuess = 8

// entries reads the symbol table node at addr.
func (t *symbolTable) entries(addr uint64) ([]format.SymbolEntry, error) {
	guess := format.SymbolNodePrefixSize + symbolGuess*format.SymbolEntrySize(t.sz)
	b, err := t.r.Prefix(addr, uint64(guess))
	if err != nil {
		return nil, fmt.Errorf("symbol table node: %w", err)
	}
	size, err := format.SymbolNodeSize(b, t.sz)
	if err != nil {
		return nil, fmt.Errorf("symbol table node at address %d: %w", addr, err)
	}
	if b, err = extend(t.r, addr, b, size); err != nil {
		return nil, fmt.Errorf("symbol table node: %w", err)
	}
	if err := t.budget.spend(len(b)); err != nil {
		return nil, fmt.Errorf("symbol table node at address %d: %w", addr, err)
	}
	entries, err := format.DecodeSymbolNode(b, t.sz)
	if err != nil {
		return nil, fmt.Errorf("symbol table node at address %d: %w", addr, err)
	}
	return entries, nil
}
