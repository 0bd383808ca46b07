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
	// tile returns the elements of rows r0 up to r1 and columns c0 up to c1, in the
	// matrix's own type.
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
	return tilesOf[float64]{rows: rows, cols: cols, oneByOne: true, fill: func(at hdf5.Panels, to []float64) {
		eachPanel(at, func(base, col, c0, c1 int) {
			for i := at.R0; i < at.R1; i++ {
				for j := c0; j < c1; j++ {
					to[base+(i-at.Row)*at.Width+j-col] = m.At(i, j)
				}
			}
		})
	}}, nil
}

// tilesOf are the tiles of a matrix of elements of type T.
type tilesOf[T Number] struct {
	rows, cols int
	// fill sets the elements of a tile, which are zero, in panels: see [hdf5.Box].
	fill     func(at hdf5.Panels, to []T)
	dense    bool // fill sets all elements of a tile, zeros among them
	byColumn bool // fill looks for elements in each column
	oneByOne bool // fill calls what is not of this module
}

func (t tilesOf[T]) dims() (rows, cols int) { return t.rows, t.cols }

func (t tilesOf[T]) dtype() *hdf5.Datatype {
	var zero T
	return hdf5.NewScalar(zero).Type()
}

func (t tilesOf[T]) tile(r0, r1, c0, c1 int) (*Array, error) {
	values := make([]T, (r1-r0)*(c1-c0))
	t.fill(hdf5.Panels{R0: r0, R1: r1, C0: c0, C1: c1, Row: r0, Col: c0, Height: r1 - r0, Width: c1 - c0}, values)
	return hdf5.NewArray(values, r1-r0, c1-c0)
}

// tiler returns the tiles of a matrix of T in one of the four forms, or nil.
func (numbersIn[T]) tiler(m Matrix) tiler {
	t := tilesOf[T]{}
	t.rows, t.cols = m.Dims()
	switch m := m.(type) {
	case *sparse.Dense[T]:
		t.fill, t.dense = denseTile(m), true
	case *sparse.COO[T]:
		if i, j, _ := m.Raw(); inSquares(i, j) {
			t.fill = cooTile(m)
		} else {
			t.fill = csrTile(m.ToCSR())
		}
	case *sparse.CSR[T]:
		t.fill = csrTile(m)
	case *sparse.CSC[T]:
		t.fill, t.byColumn = cscTile(m), true
	default:
		return nil
	}
	return t
}

// eachPanel yields where in memory each panel begins, the column that its first one
// stands for, and the columns of it that are to be set.
func eachPanel(at hdf5.Panels, yield func(base, col, c0, c1 int)) {
	for base, col := 0, at.Col; col < at.C1; base, col = base+at.Height*at.Width, col+at.Width {
		yield(base, col, max(at.C0, col), min(at.C1, col+at.Width))
	}
}

func denseTile[T Number](m *sparse.Dense[T]) func(at hdf5.Panels, to []T) {
	return func(at hdf5.Panels, to []T) {
		for i := at.R0; i < at.R1; i++ {
			row, first := m.Row(i), (i-at.Row)*at.Width
			eachPanel(at, func(base, col, c0, c1 int) {
				copy(to[base+first+c0-col:], row[c0:c1])
			})
		}
	}
}

func csrTile[T Number](m *sparse.CSR[T]) func(at hdf5.Panels, to []T) {
	ptr, idx, values := m.Raw()
	return func(at hdf5.Panels, to []T) {
		for i := at.R0; i < at.R1; i++ {
			end, first := ptr[i+1], (i-at.Row)*at.Width
			k := firstFrom(idx, ptr[i], end, at.C0)
			eachPanel(at, func(base, col, _, c1 int) {
				row := to[base+first:][:at.Width]
				for ; k < end && int(idx[k]) < c1; k++ {
					row[int(idx[k])-col] = values[k]
				}
			})
		}
	}
}

func cscTile[T Number](m *sparse.CSC[T]) func(at hdf5.Panels, to []T) {
	ptr, idx, values := m.Raw()
	return func(at hdf5.Panels, to []T) {
		eachPanel(at, func(base, col, c0, c1 int) {
			for j := c0; j < c1; j++ {
				end, column := ptr[j+1], to[base+j-col:]
				for k := firstFrom(idx, ptr[j], end, at.R0); k < end && int(idx[k]) < at.R1; k++ {
					column[(int(idx[k])-at.Row)*at.Width] = values[k]
				}
			}
		})
	}
}

// firstFrom returns the place of the first index of a line, which has the places
// from lo up to hi, that is not less than start.
func firstFrom(idx []int32, lo, hi, start int) int {
	k, _ := slices.BinarySearch(idx[lo:hi], int32(start))
	return lo + k
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
