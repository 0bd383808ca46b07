package format

import "fmt"

// A Filter is one step of the pipeline that each chunk went through when it was
// written (section IV.A.2.l).
type Filter struct {
	ID     uint16 // as registered with The HDF Group: 1 deflate, 2 shuffle, ...
	Name   string // as stored; empty if it is not
	Flags  uint16 // bit 0: the filter may be left out of a chunk that it failed on
	Params []uint32
}

const (
	maxFilters = 32 // HDF5's own limit: a chunk's filter mask has a bit for each

	// firstNamedFilter is the lowest identifier whose name version 2 stores.
	firstNamedFilter = 256
)

// DecodeFilters decodes a filter pipeline message, versions 1 and 2, into the
// order in which filters are applied on writing.
func DecodeFilters(b []byte) ([]Filter, error) {
	c := newCursor(b, Sizes{})
	version, n := int(c.u8()), int(c.u8())
	switch {
	case c.err != nil:
	case version == 1:
		c.skip(6)
	case version != 2:
		c.fail("version %d, want 1 or 2: %w", version, ErrUnsupported)
	}
	if c.err == nil && n > maxFilters {
		c.fail("%d filters, want at most %d", n, maxFilters)
	}
	if c.err != nil {
		return nil, fmt.Errorf("filter pipeline message: %w", c.err)
	}
	filters := make([]Filter, n)
	for i := range filters {
		filters[i] = c.filter(version)
		if c.err != nil {
			return nil, fmt.Errorf("filter pipeline message: filter %d of %d: %w", i, n, c.err)
		}
	}
	return filters, nil
}

func (c *cursor) filter(version int) Filter {
	f := Filter{ID: c.u16()}
	nameLen := 0
	if version == 1 || f.ID >= firstNamedFilter {
		nameLen = int(c.u16())
	}
	f.Flags = c.u16()
	params := int(c.u16())
	if version == 1 && nameLen%8 != 0 {
		c.fail("name of %d bytes, want a multiple of 8", nameLen)
	}
	f.Name = untilNUL(c.bytes(nameLen))
	if 4*params > c.len() {
		c.fail("%d parameters in %d bytes", params, c.len())
		return f
	}
	f.Params = make([]uint32, params)
	for i := range f.Params {
		f.Params[i] = c.u32()
	}
	if version == 1 && params%2 != 0 {
		c.skip(4)
	}
	return f
}

// untilNUL is the text in b before its first NUL, or all of it.
func untilNUL(b []byte) string {
	for i, x := range b {
		if x == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}

// EncodeFilters encodes a filter pipeline message of version 1.
func EncodeFilters(filters []Filter) ([]byte, error) {
	b := newBuilder(Sizes{})
	if len(filters) > maxFilters {
		b.fail("%d filters, want at most %d", len(filters), maxFilters)
	}
	b.u8(1)
	b.u8(uint8(len(filters)))
	b.zeros(6)
	for _, f := range filters {
		b.filter(f)
	}
	return b.done("filter pipeline message")
}

func (b *builder) filter(f Filter) {
	name := paddedName(f.Name)
	if f.Name == "" {
		name = nil
	}
	b.u16(f.ID)
	b.count(len(name), 2, "size of a filter's name")
	b.u16(f.Flags)
	b.count(len(f.Params), 2, "number of parameters")
	b.bytes(name)
	for _, p := range f.Params {
		b.u32(p)
	}
	if len(f.Params)%2 != 0 {
		b.zeros(4)
	}
}

// paddedName is name with its terminating NUL, filled up with more of them to a
// multiple of eight bytes.
func paddedName(name string) []byte {
	padded := make([]byte, align8(uint64(len(name))+1))
	copy(padded, name)
	return padded
}
