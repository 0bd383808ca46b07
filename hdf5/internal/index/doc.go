// Package index walks the indexes and heaps of an HDF5 file: it finds a
// dataset's chunks, a group's links and the objects of heaps, whichever of the
// format's structures hold them, and reads no more nodes than that takes.
//
// Package format decodes the nodes; this package fetches them, follows their
// addresses and remembers what may be asked for again.
//
// It also builds them, from nothing and in one go: a group's symbol table, a
// dataset's chunk B-tree, collections of the global heap, the dense storage of
// attributes. A builder writes each node once, to room that it asked a [Writer]
// for, and changes nothing that is there.
//
// # Hostile bytes
//
// The nodes of a sound structure do not overlap, so together they are no larger
// than the file. Every walk keeps a budget of that many bytes, which ends one
// that goes in circles or visits a node again and again; the depth of a tree is
// fixed by its root. Errors wrap [format.ErrCorrupt], [format.ErrUnsupported]
// or [storage.ErrOutOfBounds].
package index
