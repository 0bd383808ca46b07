package format

import "errors"

// Every decoding error wraps ErrCorrupt or ErrUnsupported, every encoding error
// ErrUnencodable.
var (
	// ErrCorrupt marks bytes that break the file format: a wrong signature or
	// checksum, a value out of range, a record that runs past its end.
	ErrCorrupt = errors.New("corrupt HDF5 structure")

	// ErrUnsupported marks bytes that may well be valid HDF5, but of a version
	// or a kind that this package does not decode.
	ErrUnsupported = errors.New("unsupported HDF5 structure")

	// ErrUnencodable marks a value that has no place in the structure it is meant
	// for: too large, too many, or wider than the file's offsets and lengths.
	ErrUnencodable = errors.New("value does not fit HDF5 structure")
)
