// Package demo makes up a data set to try things on: a Loom file that looks like
// a count matrix of human blood cells.
//
// Cells come in clusters with marker genes that carry the names of real ones. Counts
// are negative binomial, with a dispersion of their own for each gene and an
// expected total of its own for each cell. They are split into the layers spliced and
// unspliced. Each cell has a place in a two-dimensional embedding, and a graph
// joins it to its nearest neighbours there.
//
// Nothing of it was measured: names are those of biology, numbers are not.
package demo
