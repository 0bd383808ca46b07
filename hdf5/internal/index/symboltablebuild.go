package index

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/goloom/loom/hdf5/internal/format"
)

// BuildSymbolTable writes the B-tree and the local heap of an old-style group
// with the given links, in any order. All nodes are as full as they can be; a
// full symbol table node has 2*leafK links, a full B-tree node 2*internalK
// children.
//
// Names must differ, must not be empty, and cannot have a NUL in them.
func BuildSymbolTable(w Writer, sz format.Sizes, leafK, internalK uint16, links []SymbolEntry) (btree, heap uint64, err error) {
	if err := cmp.Or(checkRank(leafK), checkRank(internalK)); err != nil {
		return 0, 0, fmt.Errorf("symbol table: %w", err)
	}
	sorted := slices.SortedFunc(slices.Values(links), func(a, b SymbolEntry) int { return cmp.Compare(a.Name, b.Name) })
	if err := checkLinks(sorted); err != nil {
		return 0, 0, fmt.Errorf("symbol table: %w", err)
	}
	entries, names := layNames(sorted)
	if heap, err = writeLocalHeap(w, sz, names); err != nil {
		return 0, 0, err
	}
	if btree, err = writeSymbolNodes(w, sz, leafK, internalK, entries); err != nil {
		return 0, 0, err
	}
	return btree, heap, nil
}

// checkLinks makes sure that links, sorted by name, are what a group can have.
func checkLinks(links []SymbolEntry) error {
	for i, l := range links {
		switch {
		case l.Name == "":
			return fmt.Errorf("link without a name: %w", format.ErrUnencodable)
		case i > 0 && l.Name == links[i-1].Name:
			return fmt.Errorf("two links named %q: %w", l.Name, format.ErrUnencodable)
		case strings.IndexByte(l.Name, 0) >= 0 || strings.IndexByte(l.SoftTarget, 0) >= 0:
			return fmt.Errorf("link %q to %q: NUL in a string that NUL ends: %w", l.Name, l.SoftTarget, format.ErrUnencodable)
		case !l.Soft && l.Header == format.Undefined:
			return fmt.Errorf("link %q leads nowhere: %w", l.Name, format.ErrUnencodable)
		}
	}
	return nil
}

// layNames lays the strings of links out in the data segment of a local heap,
// each at a multiple of eight. It begins with the empty string, which is less
// than every name.
func layNames(links []SymbolEntry) (entries []format.SymbolEntry, names []byte) {
	put := func(s string) uint64 {
		at := len(names)
		names = append(append(names, s...), make([]byte, 8-len(s)%8)...)
		return uint64(at)
	}
	put("")
	entries = make([]format.SymbolEntry, len(links))
	for i, l := range links {
		e := format.SymbolEntry{Name: put(l.Name), Header: l.Header}
		if l.Soft {
			e.Soft, e.Header, e.Target = true, format.Undefined, put(l.SoftTarget)
		}
		entries[i] = e
	}
	return entries, names
}

// writeLocalHeap writes a local heap: its header and, right behind it, names.
func writeLocalHeap(w Writer, sz format.Sizes, names []byte) (addr uint64, err error) {
	head := format.LocalHeapCapacity(sz)
	if addr, err = w.Alloc(head + uint64(len(names))); err != nil {
		return 0, err
	}
	b, err := format.EncodeLocalHeap(format.LocalHeap{Addr: addr + head, Size: uint64(len(names))}, sz)
	if err != nil {
		return 0, err
	}
	b = append(b, make([]byte, head-uint64(len(b)))...)
	return addr, w.WriteAt(append(b, names...), addr)
}

// writeSymbolNodes writes the links of a group and the B-tree over them.
func writeSymbolNodes(w Writer, sz format.Sizes, leafK, internalK uint16, entries []format.SymbolEntry) (root uint64, err error) {
	keySize := format.BTree1GroupKeySize(sz)
	before, err := format.AppendGroupKey(nil, 0, sz)
	if err != nil {
		return 0, err
	}
	if len(entries) == 0 {
		empty := format.BTree1Node{Siblings: format.Siblings{Left: format.Undefined, Right: format.Undefined}, Entries: before}
		b, err := format.AppendBTree1Node(nil, &empty, keySize, internalK, sz)
		if err != nil {
			return 0, err
		}
		return place(w, b)
	}
	tree := newBTree1Builder(w, sz, internalK, keySize, false)
	// A node's left key is the greatest name before it, the empty one at first.
	for node := range slices.Chunk(entries, 2*int(leafK)) {
		b, err := format.EncodeSymbolNode(node, leafK, sz)
		if err != nil {
			return 0, err
		}
		addr, err := place(w, b)
		if err != nil {
			return 0, err
		}
		if err := tree.add(0, before, addr); err != nil {
			return 0, err
		}
		if before, err = format.AppendGroupKey(before[:0], node[len(node)-1].Name, sz); err != nil {
			return 0, err
		}
	}
	return tree.finish(before)
}
