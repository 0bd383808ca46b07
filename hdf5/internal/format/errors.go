package format

import "errors"

// Every decoding error wraps one of these.
var (
	// ErrCorrupt marks bytes that break the file format: a wrong signature or
	// checksum, a value out of range, a record that runs past its end.
	ErrCorrupt = errors.New("corrupt HDF5 structure")

	// ErrUnsupported marks bytes that may well be valid HDF5, but of a version
	// or a kind that this package does not decode.
	ErrUnsupported = errors.New("unsupported HDF5 structure")
)
