package format

import "fmt"

// A FillValue is what elements are that nobody wrote (sections IV.A.2.e and
// IV.A.2.f).
type FillValue struct {
	// Defined is false if whoever made the dataset asked for no fill value;
	// readers still have to put something there, by custom zeros.
	Defined bool

	// Value is one element in the dataset's datatype, or empty for zeros.
	Value []byte

	AllocTime uint8 // when space is allocated: 1 early, 2 late, 3 as chunks are written

	// WriteTime is when the value is written to it: 0 on allocation, 1 never, 2 on
	// allocation if it is not zeros. Variable-length elements need 0: the C library
	// frees what they refer to when it writes over them.
	WriteTime uint8
}

// DecodeFillValue decodes a fill value message, versions 1 to 3.
func DecodeFillValue(b []byte) (FillValue, error) {
	c := newCursor(b, Sizes{})
	var f FillValue
	switch version := c.u8(); {
	case c.err != nil:
	case version == 1, version == 2:
		f.AllocTime, f.WriteTime = c.u8(), c.u8()
		f.Defined = c.u8() != 0
		if f.Defined {
			f.Value = c.sizedValue()
		}
	case version == 3:
		const undefined, hasValue = 1 << 4, 1 << 5
		flags := c.u8()
		f.AllocTime, f.WriteTime = flags&3, flags>>2&3
		f.Defined = flags&undefined == 0
		switch {
		case flags&undefined != 0 && flags&hasValue != 0:
			c.fail("flags %#02x say both undefined and defined", flags)
		case flags&hasValue != 0:
			f.Value = c.sizedValue()
		}
	default:
		c.fail("version %d, want 1 to 3: %w", version, ErrUnsupported)
	}
	if c.err != nil {
		return FillValue{}, fmt.Errorf("fill value message: %w", c.err)
	}
	return f, nil
}

// DecodeFillValueOld decodes the fill value message of HDF5 1.4 and earlier,
// which later libraries still write beside the new one.
func DecodeFillValueOld(b []byte) (FillValue, error) {
	c := newCursor(b, Sizes{})
	f := FillValue{Defined: true, Value: c.sizedValue()}
	if c.err != nil {
		return FillValue{}, fmt.Errorf("old fill value message: %w", c.err)
	}
	return f, nil
}

// sizedValue reads a value behind its 32-bit size.
func (c *cursor) sizedValue() []byte {
	n := c.u32()
	if int64(n) > int64(c.len()) {
		c.fail("value of %d bytes, %d remain", n, c.len())
		return nil
	}
	return c.bytes(int(n))
}

// EncodeFillValue encodes a fill value message of version 2.
func EncodeFillValue(f FillValue) ([]byte, error) {
	b := newBuilder(Sizes{})
	b.bytes([]byte{2, f.AllocTime, f.WriteTime})
	switch {
	case f.Defined:
		b.u8(1)
		b.sizedValue(f.Value)
	case len(f.Value) > 0:
		b.fail("undefined, yet of %d bytes", len(f.Value))
	default:
		b.u8(0)
	}
	return b.done("fill value message")
}

// EncodeFillValueOld encodes the fill value message of HDF5 1.4 and earlier.
func EncodeFillValueOld(value []byte) ([]byte, error) {
	b := newBuilder(Sizes{})
	b.sizedValue(value)
	return b.done("old fill value message")
}
