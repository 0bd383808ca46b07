// Package numpy writes layers as files that numpy and scipy load: a .npy file of all
// elements, for numpy.load, or a .npz file of those that are not zero, for
// scipy.sparse.load_npz.
//
// Rows stay rows and columns columns: what is loaded has the shape of the matrix, genes
// by cells. Elements keep their type, but float16 becomes float32. Attributes are not part of
// such files; see package parquet or table for those.
package numpy
