package main

import "fmt"

// A shape is the number of rows and columns of the generated matrices.
type shape struct{ genes, cells int }

// What the files are cut to, along either axis: a chunk of loompy's, and the part
// that is exported.
const (
	chunkSide  = 64
	exportSide = 2000
)

// check says why there can be no files of the shape. Counts of cells that fill no
// chunk leave no file whose width is a multiple of the chunk.
func (s shape) check() error {
	if s.genes < 1 || s.cells < chunkSide {
		return fmt.Errorf("%d genes and %d cells: need at least 1 and %d", s.genes, s.cells, chunkSide)
	}
	return nil
}

// wholeChunks is the number of cells in chunks that are full.
func (s shape) wholeChunks() int { return s.cells / chunkSide * chunkSide }

// added is the number of cells that the operation add-columns adds.
func (s shape) added() int { return min(1000, s.cells) }

func (s shape) String() string { return fmt.Sprintf("%dx%d", s.genes, s.cells) }
