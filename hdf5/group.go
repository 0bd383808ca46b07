package hdf5

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// A Group holds links to other objects.
type Group struct{ object }

// groupAt returns a handle for the object at addr as a group; whether it is one
// shows when it is used.
func (f *File) groupAt(path string, addr uint64) *Group {
	return &Group{object: object{file: f, path: path, addr: addr}}
}

// Links returns the members of the group, sorted by name (bytewise) or, where
// the group keeps an index of it, in order of creation: the order in which
// h5py lists them. It reads the group's own metadata, not its members'.
func (g *Group) Links() ([]Link, error) {
	links, err := g.links()
	if err != nil {
		return nil, g.fail(err)
	}
	return links, nil
}

// Has reports whether the group has a member of that name. An error in reading
// the group counts as no.
func (g *Group) Has(name string) bool {
	_, err := g.link(name)
	return err == nil
}

// Lookup returns the object at a path below the group, or from the root if it
// begins with "/", following soft links. The error wraps [ErrNotExist] if a name
// on the way does not exist and [ErrLink] if a link cannot be followed.
func (g *Group) Lookup(name string) (Object, error) {
	full := name
	from := g.file.Root()
	if !strings.HasPrefix(name, "/") {
		full, from = path.Join(g.path, name), g
	}
	addr, err := from.walk(name, 0)
	if err != nil {
		return nil, g.file.fail(full, err)
	}
	return g.file.objectAt(full, addr)
}

// Group returns the group at a path, as [Group.Lookup] does. The error wraps
// [ErrKind] if something else is there.
func (g *Group) Group(name string) (*Group, error) {
	o, err := g.Lookup(name)
	if err != nil {
		return nil, err
	}
	sub, ok := o.(*Group)
	if !ok {
		return nil, g.file.fail(o.Path(), fmt.Errorf("no group: %w", ErrKind))
	}
	return sub, nil
}

// Dataset returns the dataset at a path, as [Group.Lookup] does. The error
// wraps [ErrKind] if something else is there.
func (g *Group) Dataset(name string) (*Dataset, error) {
	o, err := g.Lookup(name)
	if err != nil {
		return nil, err
	}
	d, ok := o.(*Dataset)
	if !ok {
		return nil, g.file.fail(o.Path(), fmt.Errorf("no dataset: %w", ErrKind))
	}
	return d, nil
}

// links reads all members. Old groups keep them in a symbol table (section
// IV.A.2.r), new ones as messages in the header while they are few and in a
// fractal heap when they are many (section IV.A.2.c).
func (g *Group) links() ([]Link, error) {
	h, err := g.header()
	if err != nil {
		return nil, err
	}
	if m, ok := h.Find(format.MsgSymbolTable); ok {
		return g.symbolTable(m)
	}
	if !isGroup(h) {
		return nil, fmt.Errorf("no group: %w", ErrKind)
	}
	found, err := g.linkMessages(h)
	if err != nil {
		return nil, err
	}
	sortLinks(found, h, g.file.sb.Sizes)
	links := make([]Link, len(found))
	for i, l := range found {
		links[i] = newLink(l)
	}
	return links, nil
}

func (g *Group) symbolTable(m format.Message) ([]Link, error) {
	table, err := format.DecodeSymbolTableMessage(m.Data, g.file.sb.Sizes)
	if err != nil {
		return nil, err
	}
	var links []Link
	err = index.SymbolTable(g.file.r, g.file.sb.Sizes, table.BTree, table.Heap, func(e index.SymbolEntry) error {
		links = append(links, symbolLink(e))
		return nil
	})
	slices.SortStableFunc(links, func(a, b Link) int { return strings.Compare(a.Name, b.Name) })
	return links, err
}

func symbolLink(e index.SymbolEntry) Link {
	if e.Soft {
		return Link{Name: e.Name, Kind: SoftLink, Target: e.SoftTarget}
	}
	return Link{Name: e.Name, addr: e.Header}
}

// link returns one member. In an old group only the nodes that lead to it are
// read.
func (g *Group) link(name string) (Link, error) {
	h, err := g.header()
	if err != nil {
		return Link{}, err
	}
	missing := fmt.Errorf("%s has no member %q: %w", g.path, name, ErrNotExist)
	if m, ok := h.Find(format.MsgSymbolTable); ok {
		table, err := format.DecodeSymbolTableMessage(m.Data, g.file.sb.Sizes)
		if err != nil {
			return Link{}, err
		}
		e, ok, err := index.SymbolTableLookup(g.file.r, g.file.sb.Sizes, table.BTree, table.Heap, name)
		if err == nil && !ok {
			err = missing
		}
		return symbolLink(e), err
	}
	if !isGroup(h) {
		return Link{}, fmt.Errorf("%s is no group: %w", g.path, ErrKind)
	}
	found, err := g.linkMessages(h)
	if err != nil {
		return Link{}, err
	}
	for _, l := range found {
		if l.Name == name {
			return newLink(l), nil
		}
	}
	return Link{}, missing
}

// linkMessages collects the links of a new-style group from its header and, if
// it has one, its fractal heap.
func (g *Group) linkMessages(h *format.Header) ([]format.Link, error) {
	var links []format.Link
	for _, m := range h.Messages {
		if m.Type != format.MsgLink {
			continue
		}
		l, err := format.DecodeLink(m.Data, g.file.sb.Sizes)
		if err != nil {
			return nil, err
		}
		links = append(links, l)
	}
	info, ok, err := linkInfo(h, g.file.sb.Sizes)
	if err != nil || !ok || info.FractalHeap == format.Undefined {
		return links, err
	}
	err = g.file.heapLinks(info, func(b []byte) error {
		l, err := format.DecodeLink(b, g.file.sb.Sizes)
		links = append(links, l)
		return err
	})
	return links, err
}

func linkInfo(h *format.Header, sz format.Sizes) (format.LinkInfo, bool, error) {
	m, ok := h.Find(format.MsgLinkInfo)
	if !ok {
		return format.LinkInfo{}, false, nil
	}
	info, err := format.DecodeLinkInfo(m.Data, sz)
	return info, true, err
}

// sortLinks puts links in order of creation if the group keeps an index of it,
// by name otherwise.
func sortLinks(links []format.Link, h *format.Header, sz format.Sizes) {
	info, ok, err := linkInfo(h, sz)
	byCreation := err == nil && ok && info.IndexesOrder
	slices.SortStableFunc(links, func(a, b format.Link) int {
		if byCreation && a.CreationOrder != b.CreationOrder {
			return int(min(1, max(-1, a.CreationOrder-b.CreationOrder)))
		}
		return strings.Compare(a.Name, b.Name)
	})
}

func newLink(l format.Link) Link {
	link := Link{Name: l.Name, Target: l.Target, File: l.File, addr: l.Addr}
	switch l.Kind {
	case format.LinkHard:
		link.Kind = HardLink
	case format.LinkSoft:
		link.Kind = SoftLink
	case format.LinkExternal:
		link.Kind = ExternalLink
	default:
		link.Kind = UserLink
	}
	return link
}
