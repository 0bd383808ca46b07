package format

import "fmt"

// LinkKind says what a link leads to.
type LinkKind uint8

// The kinds of link.
const (
	LinkHard     LinkKind = iota // an object header
	LinkSoft                     // a path in the same file
	LinkExternal                 // a path in another file
	LinkUser                     // whatever an application makes of it
)

// externalLinkType is the number in the file of the one user-defined link type
// that the format itself defines.
const externalLinkType = 64

// Flags of a link message.
const (
	linkNameWidth  = 0x03 // log2 of the width of the name's length
	linkHasOrder   = 1 << 2
	linkHasType    = 1 << 3
	linkHasCharSet = 1 << 4
)

// A Link is one named entry of a group (section IV.A.2.g).
type Link struct {
	Kind          LinkKind
	UserType      uint8 // number in the file of a LinkUser, 65 to 255
	Name          string
	CharSet       CharSet // of Name
	CreationOrder int64   // -1 where it is not tracked

	Addr   uint64 // object header, of a LinkHard
	Target string // path, of a LinkSoft or in the other file of a LinkExternal
	File   string // name of the other file, of a LinkExternal

	UserData string // bytes of a LinkUser that the format gives no meaning
}

// DecodeLink decodes a link message.
func DecodeLink(b []byte, sz Sizes) (Link, error) {
	c := newCursor(b, sz)
	version, flags := c.u8(), c.u8()
	if c.err == nil && version != 1 {
		c.fail("version %d, want 1: %w", version, ErrUnsupported)
	}
	if flags>>5 != 0 {
		c.fail("flags %#02x, want bits 0 to 4 at most", flags)
	}
	l := Link{CreationOrder: -1, Addr: Undefined}
	var kind uint8
	if flags&linkHasType != 0 {
		kind = c.u8()
	}
	if flags&linkHasOrder != 0 {
		l.CreationOrder = int64(c.u64())
	}
	if flags&linkHasCharSet != 0 {
		if l.CharSet = CharSet(c.u8()); l.CharSet > UTF8 {
			c.fail("character set %d, want 0 or %d", l.CharSet, UTF8)
		}
	}
	n := c.uint(1 << (flags & linkNameWidth))
	if c.err == nil && (n == 0 || n > uint64(c.len())) {
		c.fail("name of %d bytes, %d remain", n, c.len())
	}
	l.Name = string(c.bytes(int(n)))
	c.linkTarget(&l, kind)
	if c.err != nil {
		return Link{}, fmt.Errorf("link message %q: %w", l.Name, c.err)
	}
	return l, nil
}

// linkTarget reads what the link leads to.
func (c *cursor) linkTarget(l *Link, kind uint8) {
	switch {
	case c.err != nil:
	case kind == 0:
		l.Kind = LinkHard
		l.Addr = c.addr()
		if c.err == nil && l.Addr == Undefined {
			c.fail("undefined address")
		}
	case kind == 1:
		l.Kind = LinkSoft
		l.Target = string(c.bytes(int(c.u16())))
	case kind == externalLinkType:
		l.Kind = LinkExternal
		c.externalTarget(l)
	case kind > externalLinkType:
		l.Kind, l.UserType = LinkUser, kind
		l.UserData = string(c.bytes(int(c.u16())))
	default:
		c.fail("link type %d, want 0, 1 or at least %d", kind, externalLinkType)
	}
}

// externalTarget reads the file and the path of an external link.
func (c *cursor) externalTarget(l *Link) {
	value := newCursor(c.bytes(int(c.u16())), c.sz)
	if version := value.u8() >> 4; version != 0 {
		value.fail("external link version %d, want 0: %w", version, ErrUnsupported)
	}
	l.File, l.Target = value.cstring(), value.cstring()
	if c.err == nil {
		c.err = value.err
	}
}

// EncodeLink encodes a link message.
func EncodeLink(l Link, sz Sizes) ([]byte, error) {
	b := newBuilder(sz)
	kind := l.number()
	width := lengthWidth(uint64(len(l.Name)))
	b.u8(1)
	b.u8(width | flag(l.CreationOrder >= 0, linkHasOrder) | flag(kind != 0, linkHasType) | flag(l.CharSet != ASCII, linkHasCharSet))
	if kind != 0 {
		b.u8(kind)
	}
	if l.CreationOrder >= 0 {
		b.u64(uint64(l.CreationOrder))
	}
	if l.CharSet != ASCII {
		b.u8(uint8(l.CharSet))
	}
	if l.Name == "" || l.CharSet > UTF8 {
		b.fail("name %q in character set %d", l.Name, l.CharSet)
	}
	b.uint(uint64(len(l.Name)), 1<<width, "length of a name")
	b.text(l.Name)
	b.linkTarget(l)
	return b.done("link message")
}

// number is the link's type in the file.
func (l Link) number() uint8 {
	switch l.Kind {
	case LinkExternal:
		return externalLinkType
	case LinkUser:
		return l.UserType
	}
	return uint8(l.Kind)
}

// lengthWidth is log2 of the number of bytes, 1, 2, 4 or 8, that hold n.
func lengthWidth(n uint64) uint8 {
	switch {
	case n < 1<<8:
		return 0
	case n < 1<<16:
		return 1
	case n < 1<<32:
		return 2
	}
	return 3
}

// linkTarget writes what the link leads to.
func (b *builder) linkTarget(l Link) {
	switch l.Kind {
	case LinkHard:
		if l.Addr == Undefined {
			b.fail("undefined address")
		}
		b.addr(l.Addr)
	case LinkSoft:
		b.linkValue(l.Target)
	case LinkExternal:
		b.linkValue("\x00" + l.File + "\x00" + l.Target + "\x00") // version and flags, all zero, first
	case LinkUser:
		if l.UserType <= externalLinkType {
			b.fail("user-defined link type %d, want more than %d", l.UserType, externalLinkType)
		}
		b.linkValue(l.UserData)
	default:
		b.fail("link kind %d", l.Kind)
	}
}

func (b *builder) linkValue(s string) {
	b.count(len(s), 2, "length of a link's target")
	b.text(s)
}
