package hdf5

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// A directory is the list of a group's members, read once for each File.
type directory struct {
	links  []Link // in the order of [Group.Links]
	byName map[string]int
}

func newDirectory(links []Link) *directory {
	d := &directory{links: links, byName: make(map[string]int, len(links))}
	for i, l := range links {
		d.byName[l.Name] = i
	}
	return d
}

// directory returns the group's members, from the file's cache if it holds them.
func (g *Group) directory() (*directory, error) {
	if err := g.file.check(); err != nil {
		return nil, err
	}
	if d, ok := g.file.directories.Load(g.addr); ok {
		return d.(*directory), nil
	}
	links, err := g.readLinks()
	if err != nil {
		return nil, err
	}
	d, _ := g.file.directories.LoadOrStore(g.addr, newDirectory(links))
	return d.(*directory), nil
}

// link returns one member. Of an old group whose members are not in the cache,
// only the nodes that lead to it are read.
func (g *Group) link(name string) (Link, error) {
	missing := fmt.Errorf("%s has no member %q: %w", g.path, name, ErrNotExist)
	if _, cached := g.file.directories.Load(g.addr); !cached {
		h, err := g.header()
		if err != nil {
			return Link{}, err
		}
		if m, ok := h.Find(format.MsgSymbolTable); ok {
			l, found, err := g.findSymbol(m, name)
			if err == nil && !found {
				err = missing
			}
			return l, err
		}
	}
	d, err := g.directory()
	if err != nil {
		return Link{}, err
	}
	i, ok := d.byName[name]
	if !ok {
		return Link{}, missing
	}
	return d.links[i], nil
}

// readLinks reads all members. Old groups keep them in a symbol table (section
// IV.A.2.r), new ones as messages in the header while they are few and in a
// fractal heap when they are many (section IV.A.2.c).
func (g *Group) readLinks() ([]Link, error) {
	h, err := g.header()
	if err != nil {
		return nil, err
	}
	if m, ok := h.Find(format.MsgSymbolTable); ok {
		return g.symbolTable(m)
	}
	if !isGroup(h) {
		return nil, fmt.Errorf("%s is no group: %w", g.path, ErrKind)
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
	sz := g.file.sb.Sizes
	table, err := format.DecodeSymbolTableMessage(m.Data, sz)
	if err != nil {
		return nil, err
	}
	var links []Link
	err = index.SymbolTable(g.file.r, sz, table.BTree, table.Heap, func(e index.SymbolEntry) error {
		links = append(links, symbolLink(e))
		return nil
	})
	slices.SortStableFunc(links, func(a, b Link) int { return strings.Compare(a.Name, b.Name) })
	return links, err
}

func (g *Group) findSymbol(m format.Message, name string) (Link, bool, error) {
	sz := g.file.sb.Sizes
	table, err := format.DecodeSymbolTableMessage(m.Data, sz)
	if err != nil {
		return Link{}, false, err
	}
	e, found, err := index.SymbolTableLookup(g.file.r, sz, table.BTree, table.Heap, name)
	return symbolLink(e), found, err
}

func symbolLink(e index.SymbolEntry) Link {
	if e.Soft {
		return Link{Name: e.Name, Kind: SoftLink, Target: e.SoftTarget, order: -1}
	}
	return Link{Name: e.Name, addr: e.Header, order: -1}
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
	link := Link{Name: l.Name, Target: l.Target, File: l.File, addr: l.Addr, order: l.CreationOrder}
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
