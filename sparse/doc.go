// Package sparse holds matrices in memory in the four forms that single-cell
// analysis uses: [Dense], [COO], [CSR] and [CSC], generic over the element
// type.
//
// # Which form
//
//   - [COO] is a list of (row, column, value) entries in any order. Build a
//     matrix in it, or hold a graph's edges; entries at one place add up.
//   - [CSR] groups the entries by row, [CSC] by column. Compute with them, the
//     one whose groups the computation walks along: with genes as rows and
//     cells as columns, CSC reaches a cell at once and CSR a gene.
//   - [Dense] stores every element. The others spend 4 bytes or more on each
//     entry's place, and are still several times smaller with the 90 to 98 %
//     zeros of an expression matrix.
//
// Every form converts to every other (ToCOO, ToCSR, ToCSC, ToDense) in time
// linear in its size. Conversions copy. Transposing does not: the transpose of
// a CSR is the CSC of the same slices, and the other way round.
//
// # Slices
//
// Constructors take slices as they are and keep them, and Raw gives them back:
// nothing is copied on the way in or out. Constructors check what they are
// given, so a matrix is sound for as long as nobody changes its coordinates and
// pointers. Values may be changed. Every method only reads; any number of
// goroutines may call them at once.
//
// # Limits
//
// A matrix has at most [MaxDim] rows and columns, for coordinates are int32,
// and as many entries as memory holds. CSR needs 8 bytes for every row and CSC
// for every column, even of a matrix without entries, so bound a shape that
// comes from an untrusted source before converting. The same goes for ToDense:
// its error is for shapes beyond the address space, not for those beyond the
// machine's memory.
//
// Numbers keep their type. Sums of integers wrap around as Go's do.
//
// # Gonum
//
// All four satisfy gonum's [mat.Matrix] and so can be handed to any function
// of [gonum.org/v1/gonum/mat]. That interface asks for the element as a
// float64, which holds integers up to 2^53 exactly; Value gives it in its own
// type. Gonum walks a matrix element by element, so for a large one it is
// better to walk its entries: see [CSR.Row] and [CSC.Col].
//
// # Errors and panics
//
// Functions that take slices or selections return errors, which wrap [ErrShape]
// or [ErrIndex]. Methods that take one coordinate (At, Value, Row, Col) have
// none to return, At because of gonum: they treat it as Go does a slice's
// index, and panic if it is out of range.
package sparse
