package index

import (
	"cmp"
	"container/list"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// globalHeapCache is how many bytes of collections a GlobalHeap keeps, unless a
// single one is larger.
const globalHeapCache = 64 << 20

// A GlobalHeap looks up the objects of a file's global heap (File Format
// Specification, section III.E): the bytes of variable-length strings and
// sequences. It keeps the collections used last, up to 64 MiB of them, and is
// safe for concurrent use.
type GlobalHeap struct {
	r  *storage.Reader
	sz format.Sizes

	last atomic.Pointer[collection] // looked into last: most often it is the next one, too

	mu     sync.Mutex
	byAddr map[uint64]*list.Element // of *collection
	recent *list.List               // the collection used last is in front
	kept   int                      // cost of all collections in recent
	limit  int
}

// A collection is one block of the heap, decoded.
type collection struct {
	addr    uint64
	bytes   []byte
	objects []format.GlobalHeapPlace // ascending by Index
}

// cost is how many bytes of memory it takes, roughly.
func (c *collection) cost() int { return len(c.bytes) + placeBytes*cap(c.objects) }

// placeBytes is what a [format.GlobalHeapPlace] takes in memory.
const placeBytes = 24

// NewGlobalHeap returns the global heap of r's file. It reads nothing.
func NewGlobalHeap(r *storage.Reader, sz format.Sizes) *GlobalHeap {
	return &GlobalHeap{r: r, sz: sz, byAddr: map[uint64]*list.Element{}, recent: list.New(), limit: globalHeapCache}
}

// Object returns the bytes of object index of the collection at address addr.
// They are shared with other callers and must not be modified.
func (g *GlobalHeap) Object(addr uint64, index uint32) ([]byte, error) {
	c, err := g.collection(addr)
	if err != nil {
		return nil, err
	}
	i, found := c.find(index)
	if !found {
		return nil, fmt.Errorf("global heap collection at address %d has no object %d: %w", addr, index, format.ErrCorrupt)
	}
	o := c.objects[i]
	return c.bytes[o.Start:][:o.Size:o.Size], nil
}

// collection returns the collection at an address.
func (g *GlobalHeap) collection(addr uint64) (c *collection, err error) {
	if c = g.last.Load(); c != nil && c.addr == addr {
		return c, nil
	}
	if c = g.cached(addr); c == nil {
		if c, err = g.load(addr); err != nil {
			return nil, err
		}
		g.keep(c)
	}
	g.last.Store(c)
	return c, nil
}

// find returns the position of the first object with an index.
func (c *collection) find(index uint32) (int, bool) {
	// Writers number the objects from 1 on, and leave no gap until one is deleted.
	if i := int(index) - 1; i >= 0 && i < len(c.objects) && uint32(c.objects[i].Index) == index && (i == 0 || c.objects[i-1].Index != c.objects[i].Index) {
		return i, true
	}
	return slices.BinarySearchFunc(c.objects, index, func(o format.GlobalHeapPlace, want uint32) int {
		return cmp.Compare(uint32(o.Index), want)
	})
}

func (g *GlobalHeap) cached(addr uint64) *collection {
	g.mu.Lock()
	defer g.mu.Unlock()
	e := g.byAddr[addr]
	if e == nil {
		return nil
	}
	g.recent.MoveToFront(e)
	return e.Value.(*collection)
}

// keep puts c in the cache and drops those used longest ago that no longer fit
// beside it.
func (g *GlobalHeap) keep(c *collection) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.byAddr[c.addr] != nil {
		return
	}
	g.byAddr[c.addr] = g.recent.PushFront(c)
	for g.kept += c.cost(); g.kept > g.limit && g.recent.Len() > 1; {
		oldest := g.recent.Remove(g.recent.Back()).(*collection)
		delete(g.byAddr, oldest.addr)
		g.kept -= oldest.cost()
	}
}

// globalHeapGuess is how many bytes a collection is expected to have: the C
// library makes none smaller.
const globalHeapGuess = 4096

func (g *GlobalHeap) load(addr uint64) (*collection, error) {
	b, err := g.r.Prefix(addr, globalHeapGuess)
	if err != nil {
		return nil, fmt.Errorf("global heap collection: %w", err)
	}
	size, err := format.GlobalHeapSize(b, g.sz)
	if err != nil {
		return nil, fmt.Errorf("global heap collection at address %d: %w", addr, err)
	}
	if err := g.r.Check(addr, size); err != nil {
		return nil, fmt.Errorf("global heap collection: %w", err)
	}
	if b, err = extend(g.r, addr, b, int(size)); err != nil {
		return nil, fmt.Errorf("global heap collection: %w", err)
	}
	objects, err := format.DecodeGlobalHeap(b, g.sz)
	if err != nil {
		return nil, fmt.Errorf("global heap collection at address %d: %w", addr, err)
	}
	byIndex := func(a, b format.GlobalHeapPlace) int { return cmp.Compare(a.Index, b.Index) }
	if !slices.IsSortedFunc(objects, byIndex) {
		slices.SortStableFunc(objects, byIndex)
	}
	return &collection{addr, b, objects}, nil
}
