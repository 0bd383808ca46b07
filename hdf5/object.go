package hdf5

import (
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
)

// An Object is what a link leads to: a *[Group], a *[Dataset] or a
// *[NamedDatatype].
type Object interface {
	// Path returns the path by which the object was reached.
	Path() string

	// Attributes returns the object's attributes, by name or, where the object
	// keeps track of it, in order of creation. Those that can be read are
	// returned even if others cannot; the error names these.
	Attributes() ([]*Attribute, error)

	// Attribute returns the named attribute, or an error that wraps
	// [ErrNotExist].
	Attribute(name string) (*Attribute, error)
}

// An object is what groups, datasets and committed datatypes share: an object
// header and the attributes in it (section IV.A).
type object struct {
	file *File
	path string
	addr uint64
}

// Path returns the path by which the object was reached.
func (o *object) Path() string { return o.path }

// fail says that err happened at this object.
func (o *object) fail(err error) error { return o.file.fail(o.path, err) }

// header reads the object's header.
func (o *object) header() (*format.Header, error) {
	if err := o.file.check(); err != nil {
		return nil, err
	}
	return format.DecodeHeader(o.addr, o.file.sb.Sizes, o.file.r.Bytes)
}

// A NamedDatatype is a datatype that is an object of its own, which datasets
// and attributes share.
type NamedDatatype struct {
	object
	dtype *Datatype
}

// Type returns the datatype.
func (t *NamedDatatype) Type() *Datatype { return t.dtype }

// objectAt opens the object whose header is at addr.
func (f *File) objectAt(path string, addr uint64) (Object, error) {
	o := object{file: f, path: path, addr: addr}
	h, err := o.header()
	if err != nil {
		return nil, o.fail(err)
	}
	switch {
	case isGroup(h):
		return &Group{object: o}, nil
	case has(h, format.MsgLayout):
		d, err := newDataset(o, h)
		if err != nil {
			return nil, o.fail(err)
		}
		return d, nil
	case has(h, format.MsgDatatype):
		m, _ := h.Find(format.MsgDatatype)
		dtype, err := f.datatype(m)
		if err != nil {
			return nil, o.fail(err)
		}
		return &NamedDatatype{object: o, dtype: dtype}, nil
	}
	return nil, o.fail(fmt.Errorf("object at %#x is no group, dataset or datatype: %w", addr, ErrCorrupt))
}

func has(h *format.Header, t format.MessageType) bool {
	_, ok := h.Find(t)
	return ok
}

// isGroup tells a group by its messages: a symbol table for the old style, link
// info for the new (section IV.A.2).
func isGroup(h *format.Header) bool {
	return has(h, format.MsgSymbolTable) || has(h, format.MsgLinkInfo) || has(h, format.MsgLink)
}

// payload returns the bytes of a message, fetching them from where they are
// shared (section IV.A.2, "Shared Message").
func (f *File) payload(m format.Message) ([]byte, error) {
	if !m.Shared() {
		return m.Data, nil
	}
	return f.sharedPayload(m.Type, m.Data)
}

// sharedPayload follows a shared message record to the committed object that
// holds the message.
func (f *File) sharedPayload(t format.MessageType, record []byte) ([]byte, error) {
	shared, err := format.DecodeShared(record, f.sb.Sizes)
	if err != nil {
		return nil, err
	}
	if shared.Kind == format.SharedHeap {
		return f.sharedHeapObject(t, shared.HeapID[:])
	}
	h, err := format.DecodeHeader(shared.Addr, f.sb.Sizes, f.r.Bytes)
	if err != nil {
		return nil, fmt.Errorf("shared %v: %w", t, err)
	}
	m, ok := h.Find(t)
	if !ok || m.Shared() {
		return nil, fmt.Errorf("shared %v: object at %#x does not hold it: %w", t, shared.Addr, ErrCorrupt)
	}
	return m.Data, nil
}

// datatype decodes a datatype message, shared or not.
func (f *File) datatype(m format.Message) (*Datatype, error) {
	b, err := f.payload(m)
	if err != nil {
		return nil, err
	}
	raw, _, err := format.DecodeDatatype(b, f.sb.Sizes)
	if err != nil {
		return nil, err
	}
	return newDatatype(raw)
}

// dataspace decodes a dataspace message, shared or not, and turns its
// dimensions into Go ints.
func (f *File) dataspace(m format.Message) (space, error) {
	b, err := f.payload(m)
	if err != nil {
		return space{}, err
	}
	raw, err := format.DecodeDataspace(b, f.sb.Sizes)
	if err != nil {
		return space{}, err
	}
	return newSpace(raw)
}

// A space is a dataspace (section IV.A.2.b) in Go's terms.
type space struct {
	null   bool
	dims   []int
	max    []int // -1 is unlimited
	rawMax []uint64
}

func newSpace(raw format.Dataspace) (space, error) {
	s := space{null: raw.Kind == format.Null, dims: []int{}, max: []int{}, rawMax: raw.MaxDims}
	for i, d := range raw.Dims {
		if d > uint64(maxInt) {
			return space{}, fmt.Errorf("dimension %d is %d: %w", i, d, ErrCorrupt)
		}
		s.dims = append(s.dims, int(d))
		switch {
		case raw.MaxDims == nil:
			s.max = append(s.max, int(d))
		case raw.MaxDims[i] > uint64(maxInt):
			s.max = append(s.max, -1)
		default:
			s.max = append(s.max, int(raw.MaxDims[i]))
		}
	}
	return s, nil
}

// elements returns the number of elements, 0 for a null dataspace.
func (s *space) elements() (int, error) {
	if s.null {
		return 0, nil
	}
	return elements(s.dims)
}
