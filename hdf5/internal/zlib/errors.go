package zlib

import (
	"errors"
	"fmt"
)

// What can be wrong with a stream. A [FormatError] wraps one of these.
var (
	ErrTruncated  = errors.New("the stream ends too early")
	ErrTooLong    = errors.New("the stream decodes to more bytes than there is room for")
	ErrHeader     = errors.New("no zlib header")
	ErrDictionary = errors.New("a preset dictionary is needed")
	ErrBlock      = errors.New("block of an unknown type")
	ErrStored     = errors.New("lengths of a stored block do not match")
	ErrCodes      = errors.New("lengths of a block's codes make no sense")
	ErrSymbol     = errors.New("code that stands for nothing")
	ErrDistance   = errors.New("distance reaches before the first byte")
	ErrChecksum   = errors.New("checksum does not match")
)

// A FormatError reports a stream that cannot be decompressed.
type FormatError struct {
	Offset int // of the byte in the stream at which that was noticed
	Err    error
}

// Error says what is wrong, and at which byte.
func (e *FormatError) Error() string { return fmt.Sprintf("byte %d: %v", e.Offset, e.Err) }

// Unwrap returns Err.
func (e *FormatError) Unwrap() error { return e.Err }
