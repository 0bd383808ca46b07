package hdf5

import (
	"fmt"
	"path"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
)

// A DatasetSpec says what a new dataset is like.
type DatasetSpec struct {
	Type  *Datatype
	Shape []int // no dimensions for a scalar

	// MaxShape is what it may grow to, -1 standing for any length; nil for Shape.
	MaxShape []int

	// Chunks is the shape of the chunks, nil for a dataset in one piece. A dataset
	// that can grow, or that goes through filters, must have chunks.
	Chunks []int

	Deflate    int  // level 1 to 9, 0 for none
	Shuffle    bool // sort the bytes of elements by significance first
	Fletcher32 bool // add a checksum to every chunk

	// Fill is the value, one element, of what is never written; nil for zero.
	Fill *Array
}

// CreateDataset makes a dataset whose elements all have the fill value; nothing
// is stored for them yet. Groups above it that do not exist are made. It is an
// error that wraps [ErrExist] if something of that name exists, and one that wraps
// [ErrSelection] or [ErrType] if the spec is contradictory.
func (tx *Tx) CreateDataset(name string, spec DatasetSpec) error {
	return tx.f.fail(name, tx.createDataset(name, spec))
}

func (tx *Tx) createDataset(name string, spec DatasetSpec) error {
	if err := spec.check(); err != nil {
		return err
	}
	var err error
	if spec.Type, err = tx.fit(spec.Type); err != nil {
		return err
	}
	if err := tx.createParents(name); err != nil {
		return err
	}
	p, err := tx.locate(name)
	if err != nil {
		return err
	}
	messages, err := tx.datasetMessages(spec)
	if err != nil {
		return err
	}
	addr, err := tx.writeHeader(&format.Header{Version: 1, RefCount: 1, Messages: messages})
	if err != nil {
		return err
	}
	return tx.addLink(p, Link{Name: p.name, addr: addr, order: -1})
}

// check refuses what no dataset can be.
func (s *DatasetSpec) check() error {
	if s.Type == nil || s.Type.class == Other {
		return fmt.Errorf("dataset of type %v: %w", s.Type, ErrType)
	}
	n, err := elements(s.Shape)
	if err != nil {
		return err
	}
	if n > maxInt/s.Type.width() {
		return fmt.Errorf("shape %v of elements of %d bytes: %w", s.Shape, s.Type.width(), ErrTooLarge)
	}
	if s.MaxShape != nil && len(s.MaxShape) != len(s.Shape) {
		return fmt.Errorf("shape %v, maximum %v: %w", s.Shape, s.MaxShape, ErrSelection)
	}
	grows := false
	for i, m := range s.MaxShape {
		if m != -1 && m < s.Shape[i] {
			return fmt.Errorf("shape %v, maximum %v: %w", s.Shape, s.MaxShape, ErrSelection)
		}
		grows = grows || m != s.Shape[i]
	}
	if s.Fill != nil && (s.Fill.Len() != 1 || s.Fill.dtype.name != s.Type.name) {
		return fmt.Errorf("fill value of %d %s for elements of type %s: %w", s.Fill.Len(), s.Fill.dtype, s.Type, ErrType)
	}
	return s.checkChunks(grows)
}

func (s *DatasetSpec) checkChunks(grows bool) error {
	if s.Deflate < 0 || s.Deflate > 9 {
		return fmt.Errorf("deflate level %d, want 0 to 9: %w", s.Deflate, ErrSelection)
	}
	if s.Chunks == nil {
		if grows || s.Deflate > 0 || s.Shuffle || s.Fletcher32 {
			return fmt.Errorf("dataset that grows or is filtered needs chunks: %w", ErrSelection)
		}
		return nil
	}
	if len(s.Chunks) != len(s.Shape) || len(s.Shape) == 0 {
		return fmt.Errorf("chunks of shape %v for a dataset of shape %v: %w", s.Chunks, s.Shape, ErrSelection)
	}
	size := s.Type.width()
	for _, c := range s.Chunks {
		if c < 1 || size > maxChunk/c {
			return fmt.Errorf("chunks of shape %v and elements of %d bytes: %w", s.Chunks, s.Type.width(), ErrSelection)
		}
		size *= c
	}
	return nil
}

// maxChunk is the most bytes that a chunk of ours has. The format allows 4 GiB.
const maxChunk = 1 << 30

// datasetMessages returns the messages of a new dataset's header, in the order
// in which libhdf5 writes them.
func (tx *Tx) datasetMessages(spec DatasetSpec) ([]format.Message, error) {
	var b messageBuilder
	sz := tx.f.sb.Sizes
	b.add(format.MsgDataspace)(format.EncodeDataspace(dataspaceOf(spec.Shape, spec.MaxShape), sz))
	b.add(format.MsgDatatype)(format.EncodeDatatype(spec.Type.stored(), sz))
	fill, err := tx.fillValue(spec)
	b.add(format.MsgFill)(fill, err)
	b.add(format.MsgLayout)(format.EncodeLayout(layoutOf(spec), sz))
	if filters := spec.filters(); len(filters) > 0 {
		b.add(format.MsgFilters)(format.EncodeFilters(filters))
	}
	return b.messages, b.err
}

// A messageBuilder collects encoded messages and the first error.
type messageBuilder struct {
	messages []format.Message
	err      error
}

func (b *messageBuilder) add(t format.MessageType) func(data []byte, err error) {
	return func(data []byte, err error) {
		if b.err == nil {
			b.err = err
		}
		b.messages = append(b.messages, format.Message{Type: t, Data: data})
	}
}

// Times at which space is allocated (section IV.A.2.f), as libhdf5 chooses them
// by layout.
const (
	allocateLate        = 2
	allocateIncremental = 3
	fillIfSet           = 2
	fillOnAllocation    = 0
)

func (tx *Tx) fillValue(spec DatasetSpec) ([]byte, error) {
	fill := format.FillValue{Defined: true, AllocTime: allocateLate, WriteTime: fillIfSet}
	if spec.Type.holdsHeapRefs() {
		// Else libhdf5 takes what it finds in unallocated space for references.
		fill.WriteTime = fillOnAllocation
	}
	if spec.Chunks != nil {
		fill.AllocTime = allocateIncremental
	}
	if spec.Fill != nil {
		value, err := tx.encode(spec.Type, spec.Fill.data, 1)
		if err != nil {
			return nil, err
		}
		fill.Value = value
	}
	return format.EncodeFillValue(fill)
}

func layoutOf(spec DatasetSpec) format.Layout {
	l := format.Layout{Version: 3, Class: format.Contiguous, Addr: format.Undefined, Index: format.IndexBTree1}
	if spec.Chunks == nil {
		n, _ := elements(spec.Shape) // checked before
		l.Size = uint64(n * spec.Type.width())
		return l
	}
	l.Class = format.Chunked
	l.ChunkDims = toUint64(spec.Chunks)
	l.ElemSize = uint32(spec.Type.width())
	return l
}

// Filter identifications (section IV.A.2.l). Bit 0 of the flags says that a
// chunk may do without the filter.
const (
	filterDeflate    = 1
	filterShuffle    = 2
	filterFletcher32 = 3
	filterOptional   = 1
)

func (s *DatasetSpec) filters() []format.Filter {
	var filters []format.Filter
	if s.Shuffle {
		filters = append(filters, format.Filter{ID: filterShuffle, Name: "shuffle", Flags: filterOptional, Params: []uint32{uint32(s.Type.width())}})
	}
	if s.Deflate > 0 {
		filters = append(filters, format.Filter{ID: filterDeflate, Name: "deflate", Flags: filterOptional, Params: []uint32{uint32(s.Deflate)}})
	}
	if s.Fletcher32 {
		filters = append(filters, format.Filter{ID: filterFletcher32, Name: "fletcher32"})
	}
	return filters
}

// dataspaceOf returns the dataspace of a shape and what it may grow to.
func dataspaceOf(shape, maxShape []int) format.Dataspace {
	s := format.Dataspace{Kind: format.Simple, Dims: toUint64(shape)}
	if len(shape) == 0 {
		s.Kind = format.Scalar
	}
	if maxShape == nil || slices.Equal(shape, maxShape) {
		return s
	}
	for _, m := range maxShape {
		if m == -1 {
			s.MaxDims = append(s.MaxDims, format.Unlimited)
			continue
		}
		s.MaxDims = append(s.MaxDims, uint64(m))
	}
	return s
}

// changeObject writes a new version of the object at a path. change gets its
// header to alter; the messages it must replace, not alter.
func (tx *Tx) changeObject(name string, change func(o *object, h *format.Header) error) error {
	if name = path.Clean("/" + name); name == "/" {
		g, err := tx.group(nil)
		if err != nil {
			return err
		}
		return tx.changeGroupHeader(g, change)
	}
	p, l, err := tx.objectPlace(name)
	if err != nil {
		return err
	}
	tx.refresh()
	o := object{file: tx.f, path: p.String(), addr: l.addr}
	h, err := o.header()
	if err != nil {
		return err
	}
	if isGroup(h) {
		g, err := tx.group(append(slices.Clone(p.groups), p.name))
		if err != nil {
			return err
		}
		return tx.changeGroupHeader(g, change)
	}
	changed := *h
	if err := change(&o, &changed); err != nil {
		return err
	}
	if err := tx.checkUnreferenced(l.addr); err != nil {
		return err
	}
	now, err := tx.writeHeader(&changed)
	if err != nil {
		return err
	}
	return tx.moved(p, h, l.addr, now)
}

// changeGroupHeader alters the header that a group will be written with.
func (tx *Tx) changeGroupHeader(g *stagedGroup, change func(o *object, h *format.Header) error) error {
	changed := *g.h
	tx.refresh() // the heap of large attributes may be one that this transaction has written
	if err := change(&object{file: tx.f, path: g.path(), addr: g.addr}, &changed); err != nil {
		return err
	}
	g.h, g.dirty = &changed, true
	return nil
}

// dataset returns the dataset at a path, as the transaction has changed it.
func (tx *Tx) dataset(name string) (*Dataset, error) {
	p, l, err := tx.objectPlace(name)
	if err != nil {
		return nil, err
	}
	tx.refresh()
	o, err := tx.f.objectAt(p.String(), l.addr)
	if err != nil {
		return nil, err
	}
	d, ok := o.(*Dataset)
	if !ok {
		return nil, fmt.Errorf("no dataset: %w", ErrKind)
	}
	return d, nil
}

// replaceMessage puts data in place of the message of a type, or adds it.
func replaceMessage(h *format.Header, t format.MessageType, data []byte) {
	messages := slices.Clone(h.Messages)
	for i := range messages {
		if messages[i].Type == t {
			messages[i].Data, messages[i].Flags = data, 0
			h.Messages = messages
			return
		}
	}
	h.Messages = append(messages, format.Message{Type: t, Data: data})
}

// holdsHeapRefs reports whether elements refer to values of variable length.
func (t *Datatype) holdsHeapRefs() bool {
	if t.VariableLength() {
		return true
	}
	for _, m := range t.members {
		if m.Type.holdsHeapRefs() {
			return true
		}
	}
	return false
}
