// Package hdf5 reads and changes HDF5 files, in pure Go.
//
// A [File] is a tree of groups and datasets, each with attributes:
//
//	f, err := hdf5.Open("cells.loom")
//	if err != nil {
//		return err
//	}
//	defer f.Close()
//	matrix, err := f.Dataset("/matrix")
//	if err != nil {
//		return err
//	}
//	block, err := matrix.Read(ctx, hdf5.Range(0, 100), hdf5.All())
//	if err != nil {
//		return err
//	}
//	counts, err := hdf5.Values[float32](block)
//
// Values keep the type that they have in the file: integers of 8 to 64 bits,
// floating point numbers, strings, booleans and compounds arrive as the Go
// type that holds them exactly, never by way of float64. See [Array].
//
// A read touches the chunks that the selection overlaps, and of the chunk
// index only the nodes that lead to them. Chunks are read in order of their
// place in the file, neighbours together, and decoded in parallel. Results do
// not depend on the number of workers.
//
// Every length, count and address that a file holds is checked against the
// file's size before it is used: a damaged or hostile file yields an error that
// wraps [ErrCorrupt], never a panic and never more memory than the file
// warrants (see [WithMemoryLimit]).
//
// A File is one state of a file: what it reads does not change. An [Editor]
// changes files, in transactions of which all happens or nothing, whenever the
// process or the machine stops. [Create] makes new files.
//
// A File and everything that comes from it is safe for concurrent use.
//
// The package follows the HDF5 File Format Specification, version 3.0; section
// numbers in comments are those of that document.
package hdf5
