// Package storage is an HDF5 file as bytes: where they come from and how far
// they go. It knows nothing of what the bytes mean.
package storage

import (
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// ErrOutOfBounds is wrapped by every error about a range that does not lie
// within the file: a truncated file, or an address or a length in it that
// cannot be right.
var ErrOutOfBounds = errors.New("range outside the file")

// A Reader reads byte ranges of one file. Every range is checked against the
// file's size before anything is allocated for it, so that a length that was
// itself read from the file can be passed on as it is.
//
// A Reader is safe for concurrent use if the io.ReaderAt below it is.
type Reader struct {
	src  io.ReaderAt
	size int64
	base int64
	read *atomic.Int64 // shared by all Readers of the file
}

// NewReader returns a Reader of the first size bytes of src.
func NewReader(src io.ReaderAt, size int64) *Reader {
	return &Reader{src: src, size: size, read: new(atomic.Int64)}
}

// Rebase returns a Reader of the same file whose address 0 lies at byte base:
// HDF5 addresses count from the superblock's base address, not from the
// file's first byte (File Format Specification, section II.A).
func (r *Reader) Rebase(base int64) (*Reader, error) {
	if base < 0 || base > r.size {
		return nil, fmt.Errorf("base address %d in a file of %d bytes: %w", base, r.size, ErrOutOfBounds)
	}
	return &Reader{src: r.src, size: r.size - base, base: r.base + base, read: r.read}, nil
}

// Before returns a Reader of what lies before address 0: a user block.
func (r *Reader) Before() *Reader {
	return &Reader{src: r.src, size: r.base, read: r.read}
}

// Limit returns a Reader of the same file that ends at address end if that
// lies before the present end.
func (r *Reader) Limit(end int64) *Reader {
	return &Reader{src: r.src, size: max(0, min(r.size, end)), base: r.base, read: r.read}
}

// Size is the number of bytes that can be read, counted from the base address.
func (r *Reader) Size() int64 { return r.size }

// BytesRead is the number of bytes that have been read so far through this
// Reader and those that it was derived from.
func (r *Reader) BytesRead() int64 { return r.read.Load() }

// Check reports whether length bytes at addr lie within the file.
func (r *Reader) Check(addr, length uint64) error {
	if size := uint64(r.size); addr > size || length > size-addr {
		return fmt.Errorf("%d bytes at address %d in a file of %d bytes: %w", length, addr, r.size, ErrOutOfBounds)
	}
	return nil
}

// Bytes reads length bytes at addr into a new slice.
func (r *Reader) Bytes(addr, length uint64) ([]byte, error) {
	if err := r.Check(addr, length); err != nil {
		return nil, err
	}
	buf := make([]byte, length)
	if err := r.ReadFull(buf, addr); err != nil {
		return nil, err
	}
	return buf, nil
}

// Prefix reads at most length bytes at addr: fewer where the file ends, which
// may be before Size if it was cut off since, behind all that is in use.
// It serves records whose first bytes say how long they are.
func (r *Reader) Prefix(addr, length uint64) ([]byte, error) {
	return r.PrefixInto(nil, addr, length)
}

// PrefixInto is [Reader.Prefix] into the memory of buf, if that is enough.
func (r *Reader) PrefixInto(buf []byte, addr, length uint64) ([]byte, error) {
	if err := r.Check(addr, 0); err != nil {
		return nil, err
	}
	length = min(length, uint64(r.size)-addr)
	if uint64(cap(buf)) < length {
		buf = make([]byte, length)
	}
	n, err := r.fill(buf[:length], addr)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	return buf[:n], nil
}

// ReadFull fills buf with the bytes at addr.
func (r *Reader) ReadFull(buf []byte, addr uint64) error {
	if err := r.Check(addr, uint64(len(buf))); err != nil {
		return err
	}
	_, err := r.fill(buf, addr)
	return err
}

// fill reads the bytes at addr, which are within the file, into buf. If there are fewer
// the error wraps [io.ErrUnexpectedEOF].
func (r *Reader) fill(buf []byte, addr uint64) (n int, err error) {
	n, err = r.src.ReadAt(buf, r.base+int64(addr))
	r.read.Add(int64(n))
	if n == len(buf) {
		return n, nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, fmt.Errorf("read %d bytes at address %d, got %d: %w", len(buf), addr, n, err)
}
