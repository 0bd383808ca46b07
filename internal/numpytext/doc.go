// Package numpytext writes values the way that Python's str writes those of
// numpy, to the byte: scalars, arrays (brackets, alignment, line breaks and
// all) and records.
//
// The texts are those of numpy 1.24 with its default print options: eight
// digits after the point, 75 columns, and no more than the first and last
// three of a dimension once an array has more than 1000 elements. Texts of
// scalars round-trip: they are the shortest that read back as the same value
// of the same type.
package numpytext
