package hdf5

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// A stagedGroup is a group that a transaction has looked at. Changes to it stay
// in memory until they are needed: a group is written once for all changes, and
// so are those above it.
type stagedGroup struct {
	groups []string // names from the root
	addr   uint64   // where it was written last
	h      *format.Header
	links  []Link
	byName map[string]int
	dirty  bool
}

func (g *stagedGroup) path() string { return "/" + strings.Join(g.groups, "/") }

// find returns the index of the link of a name, or -1.
func (g *stagedGroup) find(name string) int {
	if i, ok := g.byName[name]; ok {
		return i
	}
	return -1
}

// setLinks replaces the links.
func (g *stagedGroup) setLinks(links []Link) {
	g.links, g.byName, g.dirty = links, make(map[string]int, len(links)), true
	for i, l := range links {
		g.byName[l.Name] = i
	}
}

// group returns the group with the given names from the root, as the transaction
// has changed it.
func (tx *Tx) group(groups []string) (*stagedGroup, error) {
	name := "/" + strings.Join(groups, "/")
	if g, ok := tx.groups[name]; ok {
		return g, nil
	}
	addr := tx.f.sb.Root
	if n := len(groups); n > 0 {
		l, err := tx.linkAt(place{groups: groups[:n-1], name: groups[n-1]})
		if err != nil {
			return nil, err
		}
		if l.Kind != HardLink {
			return nil, fmt.Errorf("%s is no group: %w", name, ErrKind)
		}
		addr = l.addr
	}
	return tx.stage(groups, addr)
}

// stage reads the group at an address.
func (tx *Tx) stage(groups []string, addr uint64) (*stagedGroup, error) {
	tx.refresh()
	g := &stagedGroup{groups: slices.Clone(groups), addr: addr}
	source := tx.f.groupAt(g.path(), addr)
	var err error
	if g.h, err = source.header(); err != nil {
		return nil, err
	}
	dir, err := source.directory()
	if err != nil {
		return nil, err
	}
	g.setLinks(slices.Clone(dir.links))
	g.dirty = false
	if tx.groups == nil {
		tx.groups = map[string]*stagedGroup{}
	}
	tx.groups[g.path()] = g
	return g, nil
}

// changeGroup gives a group other links.
func (tx *Tx) changeGroup(groups []string, change func([]Link) ([]Link, error)) error {
	g, err := tx.group(groups)
	if err != nil {
		return err
	}
	links, err := change(slices.Clone(g.links))
	if err != nil {
		return err
	}
	g.setLinks(links)
	return nil
}

// flushGroups writes the groups that have changed, and those above them, the
// deepest first.
func (tx *Tx) flushGroups() error {
	for {
		g := tx.deepestDirty()
		if g == nil {
			return nil
		}
		if err := tx.checkUnreferenced(g.addr); err != nil {
			return tx.f.fail(g.path(), err)
		}
		old := g.addr
		now, err := tx.writeGroup(g.h, g.links)
		if err != nil {
			return tx.f.fail(g.path(), err)
		}
		g.addr, g.dirty = now, false
		if len(g.groups) == 0 {
			if err := tx.newRoot(now); err != nil {
				return err
			}
			continue
		}
		n := len(g.groups)
		if err := tx.moved(place{groups: g.groups[:n-1], name: g.groups[n-1]}, g.h, old, now); err != nil {
			return tx.f.fail(g.path(), err)
		}
	}
}

// deepestDirty returns a changed group with none below it, nil if there is none.
func (tx *Tx) deepestDirty() *stagedGroup {
	var deepest *stagedGroup
	for _, g := range tx.groups {
		if g.dirty && (deepest == nil || len(g.groups) > len(deepest.groups) ||
			len(g.groups) == len(deepest.groups) && cmp.Less(g.path(), deepest.path())) {
			deepest = g
		}
	}
	return deepest
}

// forgetGroups writes what has changed and drops what is known of groups, before
// their paths change.
func (tx *Tx) forgetGroups() error {
	err := tx.flushGroups()
	tx.groups = nil
	return err
}

// moved makes all links to the object that was at address old lead to address
// now.
func (tx *Tx) moved(p place, h *format.Header, old, now uint64) error {
	if err := tx.checkUnreferenced(old); err != nil {
		return err
	}
	if o := tx.orders[old]; o != nil {
		delete(tx.orders, old)
		tx.orders[now] = o
	}
	places := []place{p}
	if h.RefCount > 1 {
		var err error
		if places, err = tx.linksTo(old); err != nil {
			return err
		}
		if has(h, format.MsgDatatype) && !has(h, format.MsgLayout) && int(h.RefCount) > len(places) {
			return fmt.Errorf("datatype is used by %d other objects: %w", int(h.RefCount)-len(places), ErrReferenced)
		}
	}
	for _, p := range places {
		g, err := tx.group(p.groups)
		if err != nil {
			return err
		}
		g.links[g.find(p.name)].addr = now
		g.dirty = true
	}
	return nil
}

// linksTo returns the places of all hard links to an address. A group that can
// be reached from itself cannot be changed: its new version would have to hold
// its own address before it has one.
func (tx *Tx) linksTo(addr uint64) ([]place, error) {
	var found []place
	var visit func(groups []string, above []uint64) error
	visit = func(groups []string, above []uint64) error {
		g, err := tx.group(groups)
		if err != nil {
			return err
		}
		if slices.Contains(above, g.addr) {
			return fmt.Errorf("group %s contains itself: %w", g.path(), ErrUnsupported)
		}
		for _, l := range slices.Clone(g.links) {
			if l.Kind != HardLink {
				continue
			}
			if l.addr == addr {
				found = append(found, place{groups: g.groups, name: l.Name})
				continue
			}
			if !tx.isGroupAt(l.addr) {
				continue
			}
			if err := visit(append(slices.Clone(groups), l.Name), append(slices.Clone(above), g.addr)); err != nil {
				return err
			}
		}
		return nil
	}
	err := visit(nil, nil)
	return found, err
}

// isGroupAt reports whether there is a group at an address.
func (tx *Tx) isGroupAt(addr uint64) bool {
	tx.refresh()
	o := object{file: tx.f, addr: addr}
	h, err := o.header()
	return err == nil && isGroup(h)
}

// newRoot makes the group at addr the root.
func (tx *Tx) newRoot(addr uint64) error {
	tx.refresh()
	tx.f.sb.Root = addr
	h, err := tx.f.Root().header()
	if err != nil {
		return err
	}
	tx.f.sb.RootBTree, tx.f.sb.RootHeap = format.Undefined, format.Undefined
	if m, ok := h.Find(format.MsgSymbolTable); ok {
		table, err := format.DecodeSymbolTableMessage(m.Data, tx.f.sb.Sizes)
		if err != nil {
			return err
		}
		tx.f.sb.RootBTree, tx.f.sb.RootHeap = table.BTree, table.Heap
	}
	return nil
}

// writeGroup stores a group with the given links, in the old style if that can
// hold them.
func (tx *Tx) writeGroup(h *format.Header, links []Link) (uint64, error) {
	now := *h
	now.Messages = slices.DeleteFunc(slices.Clone(h.Messages), func(m format.Message) bool {
		switch m.Type {
		case format.MsgSymbolTable, format.MsgLink, format.MsgLinkInfo, format.MsgGroupInfo:
			return true
		}
		return false
	})
	var listing []format.Message
	var err error
	if has(h, format.MsgSymbolTable) && fitSymbolTable(links) {
		listing, err = tx.symbolTableMessages(links)
	} else {
		listing, err = tx.linkMessages(h, links)
	}
	if err != nil {
		return 0, err
	}
	now.Messages = append(listing, now.Messages...)
	return tx.writeHeader(&now)
}

// fitSymbolTable reports whether a symbol table can hold the links: it has no
// place for a name's character set, nor for links into other files.
func fitSymbolTable(links []Link) bool {
	for _, l := range links {
		if l.Kind != HardLink && l.Kind != SoftLink {
			return false
		}
		for i := range len(l.Name) {
			if l.Name[i] >= 0x80 {
				return false
			}
		}
	}
	return true
}

func (tx *Tx) symbolTableMessages(links []Link) ([]format.Message, error) {
	entries := make([]index.SymbolEntry, len(links))
	for i, l := range links {
		entries[i] = index.SymbolEntry{Name: l.Name, Header: l.addr}
		if l.Kind == SoftLink {
			entries[i] = index.SymbolEntry{Name: l.Name, Header: format.Undefined, Soft: true, SoftTarget: l.Target}
		}
	}
	sb := tx.f.sb
	btree, heap, err := index.BuildSymbolTable(tx.st, sb.Sizes, sb.GroupLeafK, sb.GroupInternalK, entries)
	if err != nil {
		return nil, err
	}
	data, err := format.EncodeSymbolTableMessage(format.SymbolTable{BTree: btree, Heap: heap}, sb.Sizes)
	return []format.Message{{Type: format.MsgSymbolTable, Data: data}}, err
}

// linkMessages returns the messages of a group in the new style, with all links
// in the header (sections IV.A.2.c and g).
func (tx *Tx) linkMessages(h *format.Header, links []Link) ([]format.Message, error) {
	sz := tx.f.sb.Sizes
	info, _, err := linkInfo(h, sz)
	if err != nil {
		return nil, err
	}
	info.FractalHeap, info.NameIndex, info.OrderIndex = format.Undefined, format.Undefined, format.Undefined
	var b messageBuilder
	group := format.Message{Type: format.MsgGroupInfo, Data: format.EncodeGroupInfo(format.GroupInfo{})}
	if m, ok := h.Find(format.MsgGroupInfo); ok {
		group = m
	}
	b.messages = append(b.messages, group)
	for _, l := range links {
		raw := l.raw()
		if raw.CreationOrder = -1; info.TracksOrder {
			if raw.CreationOrder = l.order; l.order < 0 {
				raw.CreationOrder = info.MaxCreationIndex
			}
			info.MaxCreationIndex = max(info.MaxCreationIndex, raw.CreationOrder+1)
		}
		b.add(format.MsgLink)(format.EncodeLink(raw, sz))
	}
	b.add(format.MsgLinkInfo)(format.EncodeLinkInfo(info, sz))
	return b.messages, b.err
}

// raw returns the link as a message holds it.
func (l *Link) raw() format.Link {
	raw := format.Link{Name: l.Name, CharSet: charSetOf(l.Name), Addr: l.addr, Target: l.Target, File: l.File}
	switch l.Kind {
	case HardLink:
		raw.Kind = format.LinkHard
	case SoftLink:
		raw.Kind = format.LinkSoft
	case ExternalLink:
		raw.Kind = format.LinkExternal
	default:
		raw.Kind = format.LinkUser
	}
	return raw
}
