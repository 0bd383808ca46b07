package hdf5

import (
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/index"
)

// SetAttribute gives the object at a path an attribute, in place of one of the
// same name if there is one. The object is written anew, without its values.
func (tx *Tx) SetAttribute(object, name string, value *Array) error {
	if name == "" {
		return tx.f.fail(object, fmt.Errorf("attribute without a name: %w", ErrSelection))
	}
	data, err := tx.attributeMessage(name, value)
	if err != nil {
		return tx.f.fail(object, fmt.Errorf("attribute %s: %w", name, err))
	}
	err = tx.changeAttributes(object, func(attrs []storedAttribute) ([]storedAttribute, error) {
		for i := range attrs {
			if attrs[i].name == name {
				attrs[i].data = data
				return attrs, nil
			}
		}
		return append(attrs, storedAttribute{name: name, data: data, order: nextOrder(attrs)}), nil
	})
	return tx.f.fail(object, err)
}

// DeleteAttribute removes an attribute of the object at a path. The error wraps
// [ErrNotExist] if there is none of that name.
func (tx *Tx) DeleteAttribute(object, name string) error {
	err := tx.changeAttributes(object, func(attrs []storedAttribute) ([]storedAttribute, error) {
		left := slices.DeleteFunc(attrs, func(a storedAttribute) bool { return a.name == name })
		if len(left) == len(attrs) {
			return nil, fmt.Errorf("no attribute %q: %w", name, ErrNotExist)
		}
		return left, nil
	})
	return tx.f.fail(object, err)
}

// A storedAttribute is an attribute message, undecoded but for its name.
type storedAttribute struct {
	name  string
	data  []byte
	order uint16 // of creation
}

func nextOrder(attrs []storedAttribute) uint16 {
	next := uint16(0)
	for _, a := range attrs {
		next = max(next, a.order+1)
	}
	return next
}

// attributeMessage encodes an attribute, and stores what is of variable length.
func (tx *Tx) attributeMessage(name string, value *Array) ([]byte, error) {
	shape := value.shape[:len(value.shape)-len(value.dtype.dims)]
	dtype, err := tx.fit(value.dtype)
	if err != nil {
		return nil, err
	}
	data, err := tx.encode(dtype, value.data, value.Len())
	if err != nil {
		return nil, err
	}
	return format.EncodeAttribute(format.Attribute{
		Version: attributeVersion(name),
		Name:    name,
		CharSet: charSetOf(name),
		Type:    dtype.stored(),
		Space:   dataspaceOf(shape, nil),
		Data:    data,
	}, tx.f.sb.Sizes)
}

// attributeVersion returns the oldest version of the message that can hold the
// name: only the third states its character set.
func attributeVersion(name string) int {
	if charSetOf(name) == format.UTF8 {
		return 3
	}
	return 1
}

func charSetOf(name string) format.CharSet {
	for i := range len(name) {
		if name[i] >= 0x80 {
			return format.UTF8
		}
	}
	return format.ASCII
}

// changeAttributes writes a new version of an object with other attributes.
func (tx *Tx) changeAttributes(name string, change func([]storedAttribute) ([]storedAttribute, error)) error {
	return tx.changeObject(name, func(o *object, h *format.Header) error {
		attrs, err := tx.storedAttributes(o, h)
		if err != nil {
			return err
		}
		if attrs, err = change(attrs); err != nil {
			return err
		}
		return tx.replaceAttributes(h, attrs)
	})
}

// storedAttributes collects an object's attribute messages, from wherever they
// are.
func (tx *Tx) storedAttributes(o *object, h *format.Header) ([]storedAttribute, error) {
	var attrs []storedAttribute
	err := o.eachAttribute(h, func(b []byte, order uint16) error {
		raw, err := format.DecodeAttribute(b, tx.f.sb.Sizes)
		if err != nil {
			return err
		}
		attrs = append(attrs, storedAttribute{name: raw.Name, data: slices.Clone(b), order: order})
		return nil
	})
	return attrs, err
}

// maxMessage is the greatest size of a header message, rounded down to what
// version 1 can align (section IV.A.1).
const maxMessage = format.MaxMessageV1

// replaceAttributes puts attributes into a header in place of those that it has:
// as messages or, if one is too large to be a message, all in a heap, for which
// the header must be of version 2.
func (tx *Tx) replaceAttributes(h *format.Header, attrs []storedAttribute) error {
	h.Messages = slices.DeleteFunc(slices.Clone(h.Messages), func(m format.Message) bool {
		return m.Type == format.MsgAttribute || m.Type == format.MsgAttributeInfo
	})
	if slices.ContainsFunc(attrs, func(a storedAttribute) bool { return len(a.data) > maxMessage }) {
		return tx.denseAttributes(h, attrs)
	}
	if h.Version > 1 {
		// Without it libhdf5 finds no attributes in a header of version 2.
		if err := tx.attributeInfo(h, format.Undefined, format.Undefined, attrs); err != nil {
			return err
		}
	}
	for _, a := range attrs {
		h.Messages = append(h.Messages, format.Message{Type: format.MsgAttribute, Data: a.data, CreationOrder: a.order})
	}
	return nil
}

// attributeInfo adds the message that says where attributes are.
func (tx *Tx) attributeInfo(h *format.Header, heap, names uint64, attrs []storedAttribute) error {
	info := format.AttributeInfo{
		TracksOrder: h.TracksAttributeOrder, IndexesOrder: h.IndexesAttributeOrder, MaxCreationIndex: nextOrder(attrs),
		FractalHeap: heap, NameIndex: names, OrderIndex: format.Undefined,
	}
	data, err := format.EncodeAttributeInfo(info, tx.f.sb.Sizes)
	h.Messages = append(h.Messages, format.Message{Type: format.MsgAttributeInfo, Data: data})
	return err
}

func (tx *Tx) denseAttributes(h *format.Header, attrs []storedAttribute) error {
	var list []index.DenseAttribute
	for _, a := range attrs {
		order := uint32(a.order)
		if !h.TracksAttributeOrder {
			order = noOrder
		}
		list = append(list, index.DenseAttribute{Name: a.name, Message: a.data, Order: order})
	}
	heap, names, _, err := index.BuildDenseAttributes(tx.st, tx.f.sb.Sizes, list, false)
	if err != nil {
		return err
	}
	h.Version = 2
	h.IndexesAttributeOrder = false
	return tx.attributeInfo(h, heap, names, attrs)
}

// noOrder stands for the creation order of attributes where it is not tracked.
const noOrder = 65535
