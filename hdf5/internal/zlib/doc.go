// Package zlib reads and writes zlib streams (RFC 1950, with the DEFLATE data of
// RFC 1951 inside) that are whole in memory, as the chunks of an HDF5 file are.
//
// It exists for speed. The size of a chunk is known before it is decompressed, so
// that an [Inflater] needs no window besides the result itself; and most chunks
// of a count matrix are mostly zeros, which a [SparseDeflater] compresses twice as
// fast as a general compressor, to fewer bytes. For other data there are general
// compressors.
//
// Streams are taken for hostile: whatever their bytes, an Inflater reads and
// writes inside the slices that it was given, ends, and reports in a
// [FormatError] what is wrong. Where decompression is concerned, invariant
// comments say why no index can leave its slice. The build tag purego selects
// loads and stores that the compiler checks as well, and does without assembly.
package zlib
