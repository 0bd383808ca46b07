package hdf5

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/goloom/loom/hdf5/internal/filter"
	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// A Dataset is an N-dimensional array in the file. Opening it reads its header;
// its values, and the index of its chunks, are read when they are asked for.
// The index nodes that have been read are kept as long as the Dataset, or what was wanted of
// them if that is little.
type Dataset struct {
	object
	dtype    *Datatype
	space    space
	layout   format.Layout
	filters  []Filter
	fill     []byte // value of elements that were never written, as stored; nil for zero
	declared []byte // the fill value as declared, likewise
	external bool   // the values are in other files

	pipeline *filter.Pipeline
	chunks   *index.Chunks
	chunk    []int // shape of a chunk
	edges    bool  // chunks that stick out of the dataset are not filtered
	width    int   // bytes of an element
}

// Layout says how a dataset's values are laid out in the file.
type Layout uint8

// The layouts of section IV.A.2.i.
const (
	Compact    Layout = iota // in the object header
	Contiguous               // in one stretch
	Chunked                  // in equally shaped blocks, each filtered on its own
	Virtual                  // mapped from other datasets; cannot be read
)

// String returns the layout's name in lower case.
func (l Layout) String() string {
	names := [...]string{"compact", "contiguous", "chunked", "virtual"}
	if int(l) < len(names) {
		return names[l]
	}
	return fmt.Sprintf("layout %d", l)
}

// A Filter is one step of the way from values to stored bytes, as deflate is.
type Filter struct {
	ID     uint16
	Name   string   // "deflate", "shuffle", "fletcher32", ...
	Params []uint32 // the filter's own settings
}

// String returns the name, for deflate with its level: "deflate(2)".
func (f Filter) String() string {
	if f.Name == "deflate" && len(f.Params) > 0 {
		return fmt.Sprintf("%s(%d)", f.Name, f.Params[0])
	}
	return f.Name
}

// newDataset interprets the header of a dataset.
func newDataset(o object, h *format.Header) (*Dataset, error) {
	d := &Dataset{object: o, external: has(h, format.MsgExternalFiles)}
	for _, read := range []func(*format.Header) error{d.readType, d.readSpace, d.readLayout, d.readFilters, d.readFill} {
		if err := read(h); err != nil {
			return nil, err
		}
	}
	if d.layout.Class == format.Chunked {
		if err := d.openChunks(); err != nil {
			return nil, err
		}
	}
	return d, nil
}

func (d *Dataset) readType(h *format.Header) error {
	m, ok := h.Find(format.MsgDatatype)
	if !ok {
		return fmt.Errorf("dataset without datatype: %w", ErrCorrupt)
	}
	dtype, err := d.file.datatype(m)
	if err != nil {
		return err
	}
	d.dtype, d.width = dtype, dtype.width()
	return nil
}

func (d *Dataset) readSpace(h *format.Header) error {
	m, ok := h.Find(format.MsgDataspace)
	if !ok {
		return fmt.Errorf("dataset without dataspace: %w", ErrCorrupt)
	}
	var err error
	if d.space, err = d.file.dataspace(m); err != nil {
		return err
	}
	n, err := d.space.elements()
	if err == nil && n > maxInt/d.width {
		err = fmt.Errorf("shape %v of elements of %d bytes: %w", d.space.dims, d.width, ErrCorrupt)
	}
	return err
}

func (d *Dataset) readLayout(h *format.Header) error {
	m, _ := h.Find(format.MsgLayout)
	b, err := d.file.payload(m)
	if err != nil {
		return err
	}
	d.layout, err = format.DecodeLayout(b, d.file.sb.Sizes)
	return err
}

func (d *Dataset) readFilters(h *format.Header) error {
	m, ok := h.Find(format.MsgFilters)
	var specs []filter.Spec
	if ok {
		b, err := d.file.payload(m)
		if err != nil {
			return err
		}
		stored, err := format.DecodeFilters(b)
		if err != nil {
			return err
		}
		for _, s := range stored {
			specs = append(specs, filter.Spec{ID: s.ID, Name: s.Name, Optional: s.Flags&1 != 0, Params: s.Params})
		}
	}
	d.pipeline = filter.New(specs, d.width)
	for i, name := range d.pipeline.Names() {
		d.filters = append(d.filters, Filter{ID: specs[i].ID, Name: name, Params: specs[i].Params})
	}
	return nil
}

// readFill finds the fill value: in the message of today or, in old files, in
// its predecessor (sections IV.A.2.e and f).
func (d *Dataset) readFill(h *format.Header) error {
	decode := format.DecodeFillValue
	m, ok := h.Find(format.MsgFill)
	if !ok {
		decode = format.DecodeFillValueOld
		if m, ok = h.Find(format.MsgFillOld); !ok {
			return nil
		}
	}
	b, err := d.file.payload(m)
	if err != nil {
		return err
	}
	fill, err := decode(b)
	if err != nil || !fill.Defined || allZero(fill.Value) {
		return err
	}
	if len(fill.Value) != d.width {
		return fmt.Errorf("fill value of %d bytes for elements of %d: %w", len(fill.Value), d.width, ErrCorrupt)
	}
	d.declared = slices.Clone(fill.Value)
	// libhdf5 does not use a fill value that is never to be written, and leaves
	// what it reads as it is: zero, for all callers that matter.
	if fill.WriteTime != fillNever {
		d.fill = d.declared
	}
	return nil
}

func allZero(b []byte) bool {
	for ; len(b) >= 64; b = b[64:] {
		var all uint64
		for i := 0; i < 64; i += 8 {
			all |= binary.NativeEndian.Uint64(b[i:])
		}
		if all != 0 {
			return false
		}
	}
	for _, v := range b {
		if v != 0 {
			return false
		}
	}
	return true
}

// openChunks checks the shape of the chunks and opens their index. It reads
// nothing.
func (d *Dataset) openChunks() error {
	dims := d.layout.ChunkDims
	if len(dims) != len(d.space.dims) {
		return fmt.Errorf("chunks of %d dimensions in a dataset of %d: %w", len(dims), len(d.space.dims), ErrCorrupt)
	}
	size := uint64(d.width)
	for _, c := range dims {
		// Chunks are smaller than 4 GiB (section IV.A.2.i); this also keeps the
		// product from overflowing.
		if c == 0 || size > math.MaxUint32/c {
			return fmt.Errorf("chunks of shape %v and elements of %d bytes: %w", dims, d.width, ErrCorrupt)
		}
		size *= c
		d.chunk = append(d.chunk, int(c))
	}
	d.edges = d.layout.DontFilterPartial
	chunks, err := index.OpenChunks(d.file.r, d.chunkParams())
	d.chunks = chunks
	return err
}

func toUint64(dims []int) []uint64 {
	out := make([]uint64, len(dims))
	for i, v := range dims {
		out[i] = uint64(v)
	}
	return out
}

// Shape returns the dimensions; a scalar has none. The dimensions of an array
// datatype are not among them, though they are in those of what is read.
func (d *Dataset) Shape() []int { return slices.Clone(d.space.dims) }

// MaxShape returns the dimensions that the dataset may grow to, -1 standing for
// any.
func (d *Dataset) MaxShape() []int { return slices.Clone(d.space.max) }

// IsNull reports whether the dataset has a null dataspace: a type, but no values.
func (d *Dataset) IsNull() bool { return d.space.null }

// Type returns the datatype of the elements.
func (d *Dataset) Type() *Datatype { return d.dtype }

// Layout returns how the values are laid out in the file.
func (d *Dataset) Layout() Layout { return Layout(d.layout.Class) }

// Chunks returns the shape of the chunks, or nil if the layout is not Chunked.
func (d *Dataset) Chunks() []int { return slices.Clone(d.chunk) }

// Filters returns the filters in the order in which a writer applies them.
func (d *Dataset) Filters() []Filter { return slices.Clone(d.filters) }

// FillValue returns the declared fill value, an Array of one element without
// dimensions. Elements that were never written have it, unless the dataset says
// that it must never be written: they are zero then.
func (d *Dataset) FillValue() (*Array, error) {
	raw := d.declared
	if raw == nil {
		raw = make([]byte, d.width)
	}
	value, err := d.file.newArray(d.dtype, nil, raw)
	return value, d.fail(err)
}

// StoredBytes returns how many bytes the values take in the file, filters
// applied, indexes and headers not counted. For a chunked dataset it reads the
// whole index.
func (d *Dataset) StoredBytes(ctx context.Context) (int64, error) {
	if err := d.file.check(); err != nil {
		return 0, d.fail(err)
	}
	switch d.layout.Class {
	case format.Compact:
		return int64(len(d.layout.Compact)), nil
	case format.Contiguous:
		if d.layout.Addr == format.Undefined {
			return 0, nil
		}
		return d.size(), nil
	case format.Virtual:
		return 0, nil
	}
	var total int64
	lo, hi := make([]uint64, len(d.chunk)), make([]uint64, len(d.chunk))
	for i, c := range d.chunk {
		hi[i] = uint64((d.space.dims[i] + c - 1) / c)
	}
	err := d.chunks.Overlapping(lo, hi, func(c index.Chunk) error {
		total += int64(c.Size)
		return ctx.Err()
	})
	return total, d.fail(err)
}

// size returns the bytes of all values, decoded. It was checked not to overflow
// when the dataset was opened.
func (d *Dataset) size() int64 {
	n, _ := d.space.elements()
	return int64(n) * int64(d.width)
}

// fillNever is the fill time of a fill value that is never to be written
// (section IV.A.2.f).
const fillNever = 1

// Same reports whether d and other, of one state of a file, are one object that
// two paths lead to.
func (d *Dataset) Same(other *Dataset) bool { return d.addr == other.addr }
