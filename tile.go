package loom

import (
	"fmt"
	"iter"
	"slices"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// A tiler gives the elements of a matrix in memory tile by tile, so that a
// sparse one is never made dense as a whole.
type tiler interface {
	dims() (rows, cols int)
	dtype() *hdf5.Datatype
	// tile returns the elements of rows r0 up to r1 and columns c0 up to c1.
	tile(r0, r1, c0, c1 int) (*Array, error)
}

// newTiler returns the tiles of a matrix: a *[sparse.Dense], *[sparse.COO],
// *[sparse.CSR] or *[sparse.CSC] of any type or, read element by element as float64,
// anything else.
func newTiler(m Matrix) (tiler, error) {
	if m == nil {
		return nil, fmt.Errorf("no matrix: %w", ErrType)
	}
	for _, n := range allNumbers {
		if t := n.tiler(m); t != nil {
			return t, nil
		}
	}
	rows, cols := m.Dims()
	return tilesOf[float64]{rows, cols, func(to []float64, r0, r1, c0, c1 int) {
		for i := r0; i < r1; i++ {
			for j := c0; j < c1; j++ {
				to[(i-r0)*(c1-c0)+j-c0] = m.At(i, j)
			}
		}
	}}, nil
}

// tilesOf are the tiles of a matrix of elements of type T.
type tilesOf[T Number] struct {
	rows, cols int
	// fill sets the elements of a tile, which are zero, row by row.
	fill func(to []T, r0, r1, c0, c1 int)
}

func (t tilesOf[T]) dims() (rows, cols int) { return t.rows, t.cols }

func (t tilesOf[T]) dtype() *hdf5.Datatype {
	var zero T
	return hdf5.NewScalar(zero).Type()
}

func (t tilesOf[T]) tile(r0, r1, c0, c1 int) (*Array, error) {
	values := make([]T, (r1-r0)*(c1-c0))
	t.fill(values, r0, r1, c0, c1)
	return hdf5.NewArray(values, r1-r0, c1-c0)
}

// tiler returns the tiles of a matrix of T in one of the four forms, or nil.
func (numbersIn[T]) tiler(m Matrix) tiler {
	t := tilesOf[T]{}
	t.rows, t.cols = m.Dims()
	switch m := m.(type) {
	case *sparse.Dense[T]:
		t.fill = denseTile(m)
	case *sparse.COO[T]:
		t.fill = csrTile(m.ToCSR())
	case *sparse.CSR[T]:
		t.fill = csrTile(m)
	case *sparse.CSC[T]:
		t.fill = cscTile(m)
	default:
		return nil
	}
	return t
}

func denseTile[T Number](m *sparse.Dense[T]) func(to []T, r0, r1, c0, c1 int) {
	return func(to []T, r0, r1, c0, c1 int) {
		for i := r0; i < r1; i++ {
			copy(to[(i-r0)*(c1-c0):], m.Row(i)[c0:c1])
		}
	}
}

func csrTile[T Number](m *sparse.CSR[T]) func(to []T, r0, r1, c0, c1 int) {
	ptr, idx, values := m.Raw()
	return func(to []T, r0, r1, c0, c1 int) {
		for i := r0; i < r1; i++ {
			row := to[(i-r0)*(c1-c0) : (i-r0+1)*(c1-c0)]
			for k := firstFrom(idx, ptr[i], ptr[i+1], c0); k < ptr[i+1] && int(idx[k]) < c1; k++ {
				row[int(idx[k])-c0] = values[k]
			}
		}
	}
}

func cscTile[T Number](m *sparse.CSC[T]) func(to []T, r0, r1, c0, c1 int) {
	ptr, idx, values := m.Raw()
	return func(to []T, r0, r1, c0, c1 int) {
		for j := c0; j < c1; j++ {
			for k := firstFrom(idx, ptr[j], ptr[j+1], r0); k < ptr[j+1] && int(idx[k]) < r1; k++ {
				to[(int(idx[k])-r0)*(c1-c0)+j-c0] = values[k]
			}
		}
	}
}

// firstFrom returns the place of the first index of a line, which has the places
// from lo up to hi, that is not less than start.
func firstFrom(idx []int32, lo, hi, start int) int {
	k, _ := slices.BinarySearch(idx[lo:hi], int32(start))
	return lo + k
}

// tileElements is about how many elements of a matrix are dense at a time.
const tileElements = 1 << 21

// tileParts yields a matrix as the part of a dataset that begins at column left,
// in tiles of whole chunks.
func tileParts(t tiler, chunk []int, left int, prepare func(*Array) (*Array, error)) iter.Seq2[hdf5.Part, error] {
	rows, cols := t.dims()
	width := wholeChunks(chunk[1], tileElements/chunk[0], left+cols)
	height := wholeChunks(chunk[0], tileElements/min(width, max(cols, 1)), rows)
	return func(yield func(hdf5.Part, error) bool) {
		for r0, r1 := range pieces(0, rows, height) {
			for c0, c1 := range pieces(left, left+cols, width) {
				values, err := t.tile(r0, r1, c0-left, c1-left)
				if err == nil {
					values, err = prepare(values)
				}
				part := hdf5.Part{Values: values, Selectors: []Selector{Range(r0, r1), Range(c0, c1)}}
				if !yield(part, err) || err != nil {
					return
				}
			}
		}
	}
}

// wholeChunks returns the greatest multiple of a chunk's length that is not above
// the bound, or needed for the total, and at least one chunk.
func wholeChunks(chunk, bound, total int) int {
	needed := (total + chunk - 1) / chunk
	return chunk * max(1, min(bound/chunk, needed))
}

// pieces cuts the positions from start up to stop at the multiples of size.
func pieces(start, stop, size int) iter.Seq2[int, int] {
	return func(yield func(from, to int) bool) {
		for from := start; from < stop; {
			to := stop
			if next := size - from%size; next < stop-from {
				to = from + next
			}
			if !yield(from, to) {
				return
			}
			from = to
		}
	}
}
