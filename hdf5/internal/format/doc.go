// Package format decodes the on-disk records of an HDF5 file: the superblock,
// object headers and their messages, and the nodes of every index and heap. It
// encodes those of the older dialect, which every HDF5 library since 1.6 reads,
// and what goes into headers of either version.
//
// Each decoder and each encoder is a pure function of what it is given. The
// package opens nothing, follows no address by itself (a walk is handed a
// function that fetches bytes) and keeps no state, so every function can be
// called from any goroutine and fuzzed alone.
//
// # Hostile bytes
//
// No length, count, offset or dimension found in a record is believed before
// it has been held against the bytes that are there. A decoder allocates at
// most a small multiple of its input's length, recurses to a fixed depth, and
// answers damaged input with an error that wraps [ErrCorrupt], and valid input
// that this package does not know with one that wraps [ErrUnsupported].
//
// Slices in decoded values alias the input where that saves a copy; a caller
// that reuses its buffer must copy them first. The input is never modified.
//
// # Encoding
//
// An encoder next to each decoder is its inverse. It returns the bare record:
// header messages are padded when the header is encoded. What the record has no
// place for is an error that wraps [ErrUnencodable]; nothing is cut off.
//
// # Source
//
// Section numbers in comments are those of the HDF5 File Format Specification,
// version 3.0.
package format
