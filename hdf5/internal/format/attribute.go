package format

import "fmt"

// An Attribute is a small named array on an object (section IV.A.2.m).
type Attribute struct {
	Version int // 1 to 3
	Name    string
	CharSet CharSet // of Name

	// Type and Space are decoded unless they are shared; then RawType or RawSpace
	// is a record for DecodeShared that leads to the message.
	Type        *Datatype
	TypeShared  bool
	Space       Dataspace
	SpaceShared bool

	RawType  []byte // the datatype as stored
	RawSpace []byte // the dataspace as stored

	// Data holds the elements one after another: as many bytes as Type and Space
	// come to, or the rest of the message where one of them is shared.
	Data []byte
}

// DecodeAttribute decodes an attribute message, versions 1 to 3.
func DecodeAttribute(b []byte, sz Sizes) (Attribute, error) {
	const typeShared, spaceShared = 1 << 0, 1 << 1

	c := newCursor(b, sz)
	a := Attribute{Version: int(c.u8())}
	flags := c.u8()
	nameSize, typeSize, spaceSize := int(c.u16()), int(c.u16()), int(c.u16())
	part := c.bytes
	switch {
	case c.err != nil:
	case a.Version == 1:
		flags = 0 // a reserved byte there
		part = c.padded
	case a.Version == 2:
	case a.Version == 3:
		if a.CharSet = CharSet(c.u8()); a.CharSet > UTF8 {
			c.fail("character set %d, want 0 or %d", a.CharSet, UTF8)
		}
	default:
		c.fail("version %d, want 1 to 3: %w", a.Version, ErrUnsupported)
	}
	a.TypeShared, a.SpaceShared = flags&typeShared != 0, flags&spaceShared != 0
	a.Name = untilNUL(part(nameSize))
	a.RawType = part(typeSize)
	a.RawSpace = part(spaceSize)
	a.Data = c.rest()
	if c.err != nil {
		return Attribute{}, fmt.Errorf("attribute message: %w", c.err)
	}
	if err := a.decodeParts(sz); err != nil {
		return Attribute{}, fmt.Errorf("attribute message %q: %w", a.Name, err)
	}
	return a, nil
}

// padded returns n bytes and passes over the padding to a multiple of eight that
// follows them in version 1.
func (c *cursor) padded(n int) []byte {
	b := c.bytes(n)
	if n%8 != 0 {
		c.skip(8 - n%8)
	}
	return b
}

// decodeParts decodes datatype and dataspace where they are here, and cuts Data
// to their size.
func (a *Attribute) decodeParts(sz Sizes) error {
	var err error
	if !a.TypeShared {
		if a.Type, _, err = DecodeDatatype(a.RawType, sz); err != nil {
			return err
		}
	}
	if !a.SpaceShared {
		if a.Space, err = DecodeDataspace(a.RawSpace, sz); err != nil {
			return err
		}
	}
	if a.TypeShared || a.SpaceShared {
		return nil
	}
	n, err := a.Space.Elements()
	if err != nil {
		return err
	}
	size, ok := product([]uint64{n, uint64(a.Type.Size)})
	if !ok || size > uint64(len(a.Data)) {
		return fmt.Errorf("%d elements of %d bytes, %d bytes remain: %w", n, a.Type.Size, len(a.Data), ErrCorrupt)
	}
	a.Data = a.Data[:size:size]
	return nil
}
