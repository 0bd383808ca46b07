package loom

import (
	"fmt"
	"math"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/finite"
)

// allNumbers are the operations on every type that elements of a matrix can
// have in Go.
var allNumbers = []numbers{
	numbersIn[float32]{}, numbersIn[float64]{},
	numbersIn[int8]{}, numbersIn[int16]{}, numbersIn[int32]{}, numbersIn[int64]{},
	numbersIn[uint8]{}, numbersIn[uint16]{}, numbersIn[uint32]{}, numbersIn[uint64]{},
}

// An elementRule says how values become elements of a layer.
type elementRule struct {
	dtype     *hdf5.Datatype // of the layer
	numbers   numbers        // on dtype
	nonFinite bool           // NaN and infinities may be stored
}

func newElementRule(dtype *hdf5.Datatype, nonFinite bool) (elementRule, error) {
	n, err := numbersOf(dtype)
	return elementRule{dtype, n, nonFinite}, err
}

// apply converts values to the layer's type. It refuses those that an integer
// type cannot hold, with an error that wraps [ErrType], and those that are, or
// become, NaN or infinite, with one that wraps [ErrNotFinite].
func (r *elementRule) apply(values *Array) (*Array, error) {
	converted, err := r.numbers.converted(values)
	if err != nil {
		return nil, fmt.Errorf("as %s: %w", r.dtype, err)
	}
	if err := r.checkNumbers(converted.Data()); err != nil {
		return nil, err
	}
	return converted.WithType(r.dtype)
}

// maxHalf is the least magnitude that rounds to infinity in float16.
const maxHalf = 65520

// checkNumbers refuses numbers, a slice of the type that the rule has them in, that
// are not finite or do not stay so.
func (r *elementRule) checkNumbers(data any) error {
	if r.nonFinite {
		return nil
	}
	bound := math.Inf(1)
	if r.dtype.String() == "float16" {
		bound = maxHalf
	}
	switch data := data.(type) {
	case []float32:
		if bound == maxHalf || !finite.All(data) {
			return firstNotFinite(data, bound)
		}
	case []float64:
		return firstNotFinite(data, bound)
	}
	return nil
}

func firstNotFinite[T float32 | float64](values []T, bound float64) error {
	for _, v := range values {
		if !(math.Abs(float64(v)) < bound) {
			return fmt.Errorf("%v: %w", v, ErrNotFinite)
		}
	}
	return nil
}

// converted returns the numbers of an array as a []T: itself, if they are held
// so. Fractions may be rounded if T is a floating point type; an integer type must
// hold each number exactly.
func (numbersIn[T]) converted(a *Array) (*Array, error) {
	switch from := a.Data().(type) {
	case []T:
		return a, nil
	case []int8:
		return convertElements[T](from, a)
	case []int16:
		return convertElements[T](from, a)
	case []int32:
		return convertElements[T](from, a)
	case []int64:
		return convertElements[T](from, a)
	case []uint8:
		return convertElements[T](from, a)
	case []uint16:
		return convertElements[T](from, a)
	case []uint32:
		return convertElements[T](from, a)
	case []uint64:
		return convertElements[T](from, a)
	case []float32:
		return convertElements[T](from, a)
	case []float64:
		return convertElements[T](from, a)
	}
	return nil, fmt.Errorf("%s values, not numbers: %w", a.Type(), ErrType)
}

func convertElements[T, From Number](from []From, a *Array) (*Array, error) {
	to := make([]T, len(from))
	if err := convertNumbers(to, from); err != nil {
		return nil, err
	}
	return reshaped(to, a.Shape())
}

// convertNumbers converts numbers to those of T, which an integer type must hold
// exactly.
func convertNumbers[T, From Number](to []T, from []From) error {
	exact := integral[T]()
	for i, v := range from {
		to[i] = T(v)
		if exact && (From(to[i]) != v || (to[i] < 0) != (v < 0)) {
			return fmt.Errorf("value %v cannot be held: %w", v, ErrType)
		}
	}
	return nil
}

// integral reports whether T cannot hold a half.
func integral[T Number]() bool {
	half := 0.5
	return T(half) == 0
}
