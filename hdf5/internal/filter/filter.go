// Package filter undoes and applies the filters of an HDF5 dataset's chunks: a
// whole stored chunk goes in and the whole chunk comes out, or the reverse.
//
// [Pipeline] is the entrance. Each filter lives in a file of its own, named
// after it. All implement [decoder], and those that are worth writing
// [encoder]; filterOf and encoderOf, in this file, list them.
//
// The stored bytes are taken for hostile. No decoder writes more than it was
// given room for, and the room follows from the size of the chunk, which the
// caller knows, and from what the stored bytes could decode to at the most,
// never from a length that the stored bytes themselves declare.
package filter

import (
	"errors"
	"fmt"
)

// Filter identifiers: the first six belong to the library (File Format
// Specification, section IV.A.2.l, "Data Storage - Filter Pipeline Message"),
// the others to the HDF Group's registry of filter plug-ins.
const (
	idDeflate     = 1
	idShuffle     = 2
	idFletcher32  = 3
	idSzip        = 4
	idNbit        = 5
	idScaleOffset = 6
	idLZF         = 32000
	idBlosc       = 32001
	idLZ4         = 32004
	idBitshuffle  = 32008
	idZstd        = 32015
)

// maxFilters is how many filters one pipeline may have: the mask of a chunk
// has a bit for each (File Format Specification, section IV.A.2.l).
const maxFilters = 32

// ErrCorrupt is wrapped by every error about a chunk whose stored bytes are
// not what its filters can have produced.
var ErrCorrupt = errors.New("corrupt chunk")

// What is wrong with the bytes that a decoder was given.
var (
	errTooLong   = errors.New("decodes to more bytes than the chunk has")
	errTruncated = errors.New("ends too early")
	errDistance  = errors.New("refers to bytes before the first")
)

// An UnknownError reports a chunk that was stored through a filter that this
// package cannot undo.
type UnknownError struct {
	ID   uint16 // the filter's registered number
	Name string // its name as far as it is known, or ""
}

// Error names the filter by number and name.
func (e *UnknownError) Error() string {
	return displayName(e.ID, e.Name) + " is not supported"
}

// A Spec is one filter of a dataset's pipeline as the file stores it.
type Spec struct {
	ID       uint16
	Name     string   // the optional name that the file gives the filter
	Optional bool     // a writer may have skipped the filter for some chunks
	Params   []uint32 // the filter's client data
}

// A decoder undoes one filter with one set of parameters. It is immutable;
// whatever it needs to change lives in the scratch.
type decoder interface {
	// decode undoes the filter. The result has at most limit bytes, or is an
	// error; it lies in s.out(limit), which decode may call once, or in src,
	// which decode leaves as it is.
	decode(s *scratch, src []byte, limit int) ([]byte, error)

	// maxDecoded is the largest size that n stored bytes can decode to.
	maxDecoded(n uint64) uint64

	// maxEncoded is the largest size that a writer stores n bytes as.
	maxEncoded(n uint64) uint64
}

// filterOf returns the decoder of a filter, or nil if there is none. The
// error is about the filter's parameters.
func filterOf(spec Spec, elemSize int) (decoder, error) {
	switch spec.ID {
	case idDeflate:
		return deflate{}, nil
	case idShuffle:
		return newShuffle(spec.Params, elemSize)
	case idFletcher32:
		return fletcher32{}, nil
	case idNbit:
		return newNbit(spec.Params)
	case idScaleOffset:
		return newScaleOffset(spec.Params)
	case idLZF:
		return lzf{}, nil
	case idBlosc:
		return blosc{}, nil
	case idLZ4:
		return lz4Blocks{}, nil
	case idBitshuffle:
		return newBitshuffle(spec.Params)
	case idZstd:
		return zstandard{}, nil
	}
	return nil, nil
}

// An encoder applies one filter with one set of parameters. It is immutable
// and safe for concurrent use; equal bytes always become equal bytes.
type encoder interface {
	// encode appends what src becomes to buf, which is empty and does not
	// overlap src. It reports false if the filter had better be skipped for
	// this chunk; of what it returns then, only the capacity matters.
	encode(buf, src []byte) (out []byte, ok bool, err error)
}

// encoderOf returns the encoder of a filter, or nil if there is none: for
// parameters too that the HDF5 library would refuse when it reads the chunk.
func encoderOf(spec Spec) encoder {
	switch spec.ID {
	case idDeflate:
		if len(spec.Params) == 1 && spec.Params[0] <= maxDeflateLevel {
			return deflate{level: int(spec.Params[0])}
		}
	case idShuffle:
		// The library does not fall back on the datatype's size.
		if f, err := newShuffle(spec.Params, 0); err == nil && len(spec.Params) == 1 {
			return f
		}
	case idFletcher32:
		return fletcher32{}
	case idLZF:
		return lzf{}
	case idZstd:
		return zstandard{level: zstdLevel(spec.Params)}
	}
	return nil
}

// names are the filters whose names do not depend on the file.
var names = map[uint16]string{
	idDeflate:     "deflate",
	idShuffle:     "shuffle",
	idFletcher32:  "fletcher32",
	idSzip:        "szip",
	idNbit:        "nbit",
	idScaleOffset: "scaleoffset",
	idLZF:         "lzf",
	idBlosc:       "blosc",
	idLZ4:         "lz4",
	idBitshuffle:  "bitshuffle",
	idZstd:        "zstd",
}

// nameOf is how a filter is listed: by its short name where it has one, by
// number and the name that the file gives it otherwise.
func nameOf(spec Spec) string {
	if name, ok := names[spec.ID]; ok {
		return name
	}
	return displayName(spec.ID, spec.Name)
}

// displayName is a filter's number, with its name if there is one. The name
// may come from the file, so that nothing unprintable of it is let through.
func displayName(id uint16, name string) string {
	if name == "" {
		return fmt.Sprintf("filter %d", id)
	}
	return fmt.Sprintf("filter %d (%s)", id, printable(name))
}
