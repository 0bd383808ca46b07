package hdf5

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goloom/loom/hdf5/internal/format"
)

// An Attribute is a small named value on an object. It has been read from the
// file already, except for what is of variable length.
type Attribute struct {
	owner *object
	name  string
	dtype *Datatype
	space space
	data  []byte
	order uint16
}

// Name returns the attribute's name.
func (a *Attribute) Name() string { return a.name }

// Type returns the datatype of the elements.
func (a *Attribute) Type() *Datatype { return a.dtype }

// Shape returns the dimensions, those of an array datatype included; a scalar
// has none.
func (a *Attribute) Shape() []int { return append(slices.Clone(a.space.dims), a.dtype.dims...) }

// IsNull reports whether the attribute has a null dataspace: a type, but no value.
func (a *Attribute) IsNull() bool { return a.space.null }

// Read returns the value. Of an attribute that [Attribute.IsNull] it is an
// Array of shape [0].
func (a *Attribute) Read() (*Array, error) {
	if err := a.owner.file.check(); err != nil {
		return nil, a.fail(err)
	}
	if a.space.null {
		return emptyArray(a.dtype, []int{0})
	}
	values, err := a.owner.file.newArray(a.dtype, a.space.dims, a.data)
	return values, a.fail(err)
}

func (a *Attribute) fail(err error) error {
	return a.owner.file.fail(a.owner.path+" attribute "+a.name, err)
}

// Attributes returns the object's attributes; see [Object].
func (o *object) Attributes() ([]*Attribute, error) {
	h, err := o.header()
	if err != nil {
		return nil, o.fail(err)
	}
	var attrs []*Attribute
	var failed []error
	err = o.eachAttribute(h, func(b []byte, order uint16) error {
		a, err := o.decodeAttribute(b)
		if err != nil {
			failed = append(failed, o.fail(err))
			return nil
		}
		a.order = order
		attrs = append(attrs, a)
		return nil
	})
	if err != nil {
		failed = append(failed, o.fail(err))
	}
	slices.SortStableFunc(attrs, func(a, b *Attribute) int {
		if h.TracksAttributeOrder && a.order != b.order {
			return int(a.order) - int(b.order)
		}
		return strings.Compare(a.name, b.name)
	})
	return attrs, errors.Join(failed...)
}

// Attribute returns the named attribute; see [Object].
func (o *object) Attribute(name string) (*Attribute, error) {
	attrs, err := o.Attributes()
	for _, a := range attrs {
		if a.name == name {
			return a, nil
		}
	}
	if err != nil {
		return nil, err
	}
	return nil, o.fail(fmt.Errorf("no attribute %q: %w", name, ErrNotExist))
}

// eachAttribute yields the object's attribute messages: those in the header
// and, when there are many, those in a fractal heap (section IV.A.2.v).
func (o *object) eachAttribute(h *format.Header, yield func(b []byte, order uint16) error) error {
	for _, m := range h.Messages {
		if m.Type != format.MsgAttribute {
			continue
		}
		b, err := o.file.payload(m)
		if err != nil {
			return err
		}
		if err := yield(b, m.CreationOrder); err != nil {
			return err
		}
	}
	m, ok := h.Find(format.MsgAttributeInfo)
	if !ok {
		return nil
	}
	info, err := format.DecodeAttributeInfo(m.Data, o.file.sb.Sizes)
	if err != nil || info.FractalHeap == format.Undefined {
		return err
	}
	return o.file.heapAttributes(info, yield)
}

func (o *object) decodeAttribute(b []byte) (*Attribute, error) {
	f := o.file
	raw, err := format.DecodeAttribute(b, f.sb.Sizes)
	if err != nil {
		return nil, err
	}
	a := &Attribute{owner: o, name: raw.Name, data: raw.Data}
	if a.dtype, err = f.attributeType(raw); err != nil {
		return nil, fmt.Errorf("attribute %s: %w", raw.Name, err)
	}
	if a.space, err = f.attributeSpace(raw); err != nil {
		return nil, fmt.Errorf("attribute %s: %w", raw.Name, err)
	}
	n, err := a.space.elements()
	if err != nil {
		return nil, fmt.Errorf("attribute %s: %w", raw.Name, err)
	}
	if width := a.dtype.width(); n > len(a.data)/width {
		return nil, fmt.Errorf("attribute %s: %d bytes for %d elements of %d bytes: %w", raw.Name, len(a.data), n, width, ErrCorrupt)
	}
	return a, nil
}

func (f *File) attributeType(raw format.Attribute) (*Datatype, error) {
	if !raw.TypeShared {
		return newDatatype(raw.Type)
	}
	b, err := f.sharedPayload(format.MsgDatatype, raw.RawType)
	if err != nil {
		return nil, err
	}
	dtype, _, err := format.DecodeDatatype(b, f.sb.Sizes)
	if err != nil {
		return nil, err
	}
	return newDatatype(dtype)
}

func (f *File) attributeSpace(raw format.Attribute) (space, error) {
	if !raw.SpaceShared {
		return newSpace(raw.Space)
	}
	b, err := f.sharedPayload(format.MsgDataspace, raw.RawSpace)
	if err != nil {
		return space{}, err
	}
	s, err := format.DecodeDataspace(b, f.sb.Sizes)
	if err != nil {
		return space{}, err
	}
	return newSpace(s)
}
