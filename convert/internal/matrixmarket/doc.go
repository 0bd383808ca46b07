// Package matrixmarket reads the elements of Matrix Market files for the importers: of
// such files, and of the folders of Cell Ranger and STARsolo, which hold some.
//
// A file is read twice and never held. The first time, [File.Survey] finds out in which
// order the elements come and how many there are in each row and column, 8 bytes for
// each; the second time, [Columns] has the elements go where they belong. If they come column by
// column, memory is that of [Width] columns. In any other order they go by way of a
// scratch file, of 16 bytes an element, which nobody sees and which is gone in the end,
// and memory is some 200 MB.
package matrixmarket
