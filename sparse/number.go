package sparse

import (
	"errors"
	"fmt"
	"math"
)

// Number is the set of element types a matrix can have: the fixed-width
// numbers that files store. int and uint are left out because their width
// depends on the machine.
type Number interface {
	~int8 | ~int16 | ~int32 | ~int64 |
		~uint8 | ~uint16 | ~uint32 | ~uint64 |
		~float32 | ~float64
}

// MaxDim is the largest number of rows or columns that a matrix can have.
// Coordinates are int32, which halves the memory of an index. The number of
// entries has no such limit: offsets into them are int.
const MaxDim = math.MaxInt32

var (
	// ErrShape reports dimensions that are negative, above [MaxDim] or too
	// large to allocate, and slices whose lengths do not fit the dimensions.
	ErrShape = errors.New("sparse: bad shape")

	// ErrIndex reports a coordinate outside the matrix, or pointers that do
	// not partition the entries.
	ErrIndex = errors.New("sparse: bad index")
)

// checkDims refuses dimensions that int32 coordinates cannot address.
func checkDims(rows, cols int) error {
	if rows < 0 || cols < 0 || rows > MaxDim || cols > MaxDim {
		return fmt.Errorf("%w: %d x %d, want 0 to %d rows and columns", ErrShape, rows, cols, MaxDim)
	}
	return nil
}

// checkIndexes refuses a selection that leaves an axis of n, or that is
// itself longer than an axis can be.
func checkIndexes(axis string, indexes []int, n int) error {
	if len(indexes) > MaxDim {
		return fmt.Errorf("%w: %d %ss selected, want at most %d", ErrShape, len(indexes), axis, MaxDim)
	}
	for k, i := range indexes {
		if i < 0 || i >= n {
			return fmt.Errorf("%w: selection[%d] is %s %d of %d", ErrIndex, k, axis, i, n)
		}
	}
	return nil
}

// allocate is make, with an error where make would panic for want of address
// space.
func allocate[T any](n int) (s []T, err error) {
	defer func() {
		if recover() != nil {
			s, err = nil, fmt.Errorf("%w: %d elements cannot be allocated", ErrShape, n)
		}
	}()
	return make([]T, n), nil
}

// inRange does what indexing a slice of length n with i does. Methods that
// compute an offset from i need it, as the offset of a wrong i may be valid.
func inRange(i, n int) {
	if uint(i) >= uint(n) {
		_ = make([]struct{}, n)[i]
	}
}
