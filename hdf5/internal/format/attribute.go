package format

import (
	"fmt"
	"strings"
)

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

	RawType  []byte // the datatype as stored; wins over Type on encoding
	RawSpace []byte // the dataspace as stored; wins over Space on encoding

	// Data holds the elements one after another: as many bytes as Type and Space
	// come to, or the rest of the message where one of them is shared.
	Data []byte
}

// Flags of an attribute message of version 2 or 3.
const (
	attributeTypeShared  = 1 << 0
	attributeSpaceShared = 1 << 1
)

// DecodeAttribute decodes an attribute message, versions 1 to 3.
func DecodeAttribute(b []byte, sz Sizes) (Attribute, error) {
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
	a.TypeShared, a.SpaceShared = flags&attributeTypeShared != 0, flags&attributeSpaceShared != 0
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

// EncodeAttribute encodes an attribute message in version a.Version or the lowest
// later one that holds it: 1, 2 if a part is shared, or 3 if CharSet is UTF8.
// Type or Space is encoded if RawType or RawSpace is empty.
//
// The message may be too large for a header; see [MaxMessageV1].
func EncodeAttribute(a Attribute, sz Sizes) ([]byte, error) {
	typ, err := a.encodedType(sz)
	if err != nil {
		return nil, fmt.Errorf("attribute message %q: %w", a.Name, err)
	}
	space, err := a.encodedSpace(sz)
	if err != nil {
		return nil, fmt.Errorf("attribute message %q: %w", a.Name, err)
	}
	b := newBuilder(sz)
	b.attribute(a, typ, space)
	return b.done(fmt.Sprintf("attribute message %q", a.Name))
}

func (a *Attribute) encodedType(sz Sizes) ([]byte, error) {
	switch {
	case len(a.RawType) > 0:
		return a.RawType, nil
	case a.TypeShared || a.Type == nil:
		return nil, fmt.Errorf("no datatype (shared: %t): %w", a.TypeShared, ErrUnencodable)
	}
	return EncodeDatatype(a.Type, sz)
}

func (a *Attribute) encodedSpace(sz Sizes) ([]byte, error) {
	switch {
	case len(a.RawSpace) > 0:
		return a.RawSpace, nil
	case a.SpaceShared:
		return nil, fmt.Errorf("no shared dataspace: %w", ErrUnencodable)
	}
	return EncodeDataspace(a.Space, sz)
}

// leastVersion is the lowest version of the message that holds a.
func (a *Attribute) leastVersion() int {
	switch {
	case a.CharSet != ASCII:
		return 3
	case a.TypeShared || a.SpaceShared:
		return 2
	}
	return 1
}

func (b *builder) attribute(a Attribute, typ, space []byte) {
	version := max(a.Version, a.leastVersion())
	if version > 3 || a.CharSet > UTF8 {
		b.fail("version %d with character set %d", version, a.CharSet)
	}
	if a.Name == "" || strings.ContainsRune(a.Name, 0) {
		b.fail("name that is empty or has a NUL in it")
	}
	b.attributeSize(a)
	b.u8(uint8(version))
	b.u8(flag(a.TypeShared, attributeTypeShared) | flag(a.SpaceShared, attributeSpaceShared))
	name := append([]byte(a.Name), 0)
	b.count(len(name), 2, "length of the name")
	b.count(len(typ), 2, "size of the datatype")
	b.count(len(space), 2, "size of the dataspace")
	if version == 3 {
		b.u8(uint8(a.CharSet))
	}
	for _, part := range [][]byte{name, typ, space} {
		b.bytes(part)
		if version == 1 {
			b.align(8) // the fields before are 8 bytes long, so parts begin aligned
		}
	}
	b.bytes(a.Data)
}

// attributeSize refuses data that are not as long as the elements are.
func (b *builder) attributeSize(a Attribute) {
	if a.TypeShared || a.SpaceShared || a.Type == nil {
		return
	}
	n, err := a.Space.Elements()
	if err != nil {
		b.fail("%v", err)
		return
	}
	if size, ok := product([]uint64{n, uint64(a.Type.Size)}); !ok || size != uint64(len(a.Data)) {
		b.fail("%d bytes of data, want %d elements of %d bytes", len(a.Data), n, a.Type.Size)
	}
}
