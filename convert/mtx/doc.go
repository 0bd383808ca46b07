// Package mtx reads and writes Matrix Market files, the text format that Cell
// Ranger, STARsolo, scipy and R's Matrix package share.
//
// [Import] makes a Loom file of one or several of them, with the names of rows and
// columns from text files, as loompy's create_from_matrix_market does; [Export]
// writes a layer, and so does [Write].
//
// What is read: the formats coordinate and array; the fields integer,
// unsigned-integer, real, double and pattern (whose elements are 1); general, symmetric and
// skew-symmetric matrices, of which the latter two are written out in full. Complex
// numbers and hermitian matrices are refused.
//
// # Types
//
// Integers become int32 if all of them fit, as counts do, and int64 otherwise; real
// numbers become float64. Nothing is rounded.
//
// # Memory
//
// A file is read twice and never held. The first time shows in which
// order the elements come and how many there are in each row and column, 8 bytes for
// each; the second time the elements go where they belong. If they come column by
// column, as from Cell Ranger and STARsolo, memory is that of 64 columns. In any
// other order they go by way of a scratch file, of 16 bytes an element, which
// nobody sees and which is gone in the end, and memory is some 200 MB.
package mtx
