package hdf5

import (
	"fmt"
	"reflect"
	"slices"
)

// An Array holds the values of a dataset or an attribute: N-dimensional, in
// row-major order, of one type. A scalar has no dimensions and one value.
//
// The values are held in a Go slice according to their class:
//
//	Integer    []int8 ... []int64, []uint8 ... []uint64, as in the file
//	Float      []float32 (of float16, too: exactly), []float64
//	Complex    []complex64, []complex128
//	String     []string; bytes that are not UTF-8 are kept as they are
//	Bool       []bool
//	Enum       as Integer; [Datatype.EnumNames] has the names
//	Compound   *Records
//	Sequence   []*Array, each of one dimension
//	Reference  []ObjectRef
//	Opaque     [][]byte
//
// An array datatype's dimensions come last in the shape.
type Array struct {
	dtype *Datatype
	shape []int
	data  any
}

// An ObjectRef is a reference to an object of the same file: the address of
// its header. See [File.Dereference].
type ObjectRef uint64

// An Element is a type of which an [Array] can hold a slice.
type Element interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 |
		float32 | float64 | complex64 | complex128 | string | bool | ObjectRef | []byte | *Array
}

// NewArray makes an Array of the given shape around values, without copying
// them. The shape defaults to one dimension. It is an error that wraps
// [ErrSelection] if the shape has another number of elements.
func NewArray[T Element](values []T, shape ...int) (*Array, error) {
	if len(shape) == 0 {
		shape = []int{len(values)}
	}
	n, err := elements(shape)
	if err != nil {
		return nil, err
	}
	if n != len(values) {
		return nil, fmt.Errorf("%d values for an array of shape %v, which has %d: %w", len(values), shape, n, ErrSelection)
	}
	return &Array{dtype: nativeType[T](), shape: slices.Clone(shape), data: values}, nil
}

// NewScalar makes an Array without dimensions around one value.
func NewScalar[T Element](value T) *Array {
	return &Array{dtype: nativeType[T](), shape: []int{}, data: []T{value}}
}

// Type returns the datatype of the elements.
func (a *Array) Type() *Datatype { return a.dtype }

// Shape returns the dimensions; a scalar has none.
func (a *Array) Shape() []int { return slices.Clone(a.shape) }

// WithType returns the same values, not copied, as elements of another datatype
// whose values Go holds alike: strings of another length or character set, or
// numbers in another form ([]float32 as "float16"). It is an error that wraps
// [ErrType] if Go holds the values of t in another way.
func (a *Array) WithType(t *Datatype) (*Array, error) {
	// The dimensions of an array datatype are among those of the shape already.
	if len(t.dims) > 0 || !heldAlike(a.dtype, t) {
		return nil, fmt.Errorf("%s values as %s: %w", a.dtype, t, ErrType)
	}
	return &Array{dtype: t, shape: a.shape, data: a.data}, nil
}

// heldAlike reports whether Go holds the elements of two types alike, the dimensions of
// array datatypes aside.
func heldAlike(t, u *Datatype) bool {
	held := heldAs(t)
	return held != "" && held == heldAs(u)
}

// heldAs names the Go type of strings and numbers, and nothing else.
func heldAs(t *Datatype) string {
	switch t.class {
	case String:
		return "[]string"
	case Integer, Float:
		if held, _ := makeNumbers(t, 0); held != nil {
			return fmt.Sprintf("%T", held)
		}
	}
	return ""
}

// Len returns the number of elements: the product of the shape.
func (a *Array) Len() int {
	n := 1
	for _, d := range a.shape {
		n *= d
	}
	return n
}

// Data returns the slice, or the *Records, that holds the values; see [Array].
// It is not a copy.
func (a *Array) Data() any { return a.data }

// Values returns the values of a as a []T without copying them, or an error
// that wraps [ErrType] if they are of another type.
func Values[T Element](a *Array) ([]T, error) {
	values, ok := a.data.([]T)
	if !ok {
		return nil, fmt.Errorf("%s values, not %s: %w", a.dtype, nativeType[T](), ErrType)
	}
	return values, nil
}

// Strings returns the values of an array of strings, not copied. It is an error that wraps
// [ErrType] if they are not strings.
func (a *Array) Strings() ([]string, error) { return Values[string](a) }

// Int64s returns the values of an array of integers or booleans (0 and 1), a
// copy unless they are int64. It is an error that wraps [ErrType] if they are of
// another class, or if a value is above the range of int64.
func (a *Array) Int64s() ([]int64, error) {
	switch data := a.data.(type) {
	case []int64:
		return data, nil
	case []int8:
		return convert[int64](data), nil
	case []int16:
		return convert[int64](data), nil
	case []int32:
		return convert[int64](data), nil
	case []uint8:
		return convert[int64](data), nil
	case []uint16:
		return convert[int64](data), nil
	case []uint32:
		return convert[int64](data), nil
	case []uint64:
		for _, v := range data {
			if int64(v) < 0 {
				return nil, fmt.Errorf("value %d above the range of int64: %w", v, ErrType)
			}
		}
		return convert[int64](data), nil
	case []bool:
		out := make([]int64, len(data))
		for i, v := range data {
			if v {
				out[i] = 1
			}
		}
		return out, nil
	}
	return nil, fmt.Errorf("%s values, not integers: %w", a.dtype, ErrType)
}

// Float64s returns the values of an array of integers, floating point numbers
// or booleans as float64, a copy unless they are float64. Integers beyond 2^53
// are rounded. It is an error that wraps [ErrType] if they are of another class.
func (a *Array) Float64s() ([]float64, error) {
	switch data := a.data.(type) {
	case []float64:
		return data, nil
	case []float32:
		return convert[float64](data), nil
	case []uint64:
		return convert[float64](data), nil
	}
	integers, err := a.Int64s()
	if err != nil {
		return nil, fmt.Errorf("%s values, not numbers: %w", a.dtype, ErrType)
	}
	return convert[float64](integers), nil
}

// Select returns a new Array of the given positions along the first dimension,
// in the given order. A position outside it is an error that wraps
// [ErrSelection], as is any position of a scalar.
func (a *Array) Select(positions []int) (*Array, error) {
	if len(a.shape) == 0 {
		return nil, fmt.Errorf("selection from a scalar: %w", ErrSelection)
	}
	for _, p := range positions {
		if p < 0 || p >= a.shape[0] {
			return nil, fmt.Errorf("position %d of a dimension of length %d: %w", p, a.shape[0], ErrSelection)
		}
	}
	shape := slices.Clone(a.shape)
	shape[0] = len(positions)
	out := &Array{dtype: a.dtype, shape: shape}
	if records, ok := a.data.(*Records); ok {
		selected, err := records.selectFrom(positions, a.shape)
		out.data = selected
		return out, err
	}
	width := 1
	for _, d := range a.shape[1:] {
		width *= d
	}
	out.data = selectSlice(a.data, positions, width)
	return out, nil
}

// selectSlice copies the given blocks of width elements from a slice of any of
// the element types.
func selectSlice(data any, positions []int, width int) any {
	from := reflect.ValueOf(data)
	to := reflect.MakeSlice(from.Type(), len(positions)*width, len(positions)*width)
	for k, p := range positions {
		if width == 1 { // a slice of a reflect.Value is an allocation
			to.Index(k).Set(from.Index(p))
			continue
		}
		reflect.Copy(to.Slice(k*width, (k+1)*width), from.Slice(p*width, (p+1)*width))
	}
	return to.Interface()
}

// elements returns the product of a shape, or an error if it overflows.
func elements(shape []int) (int, error) {
	n := 1
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("shape %v: negative dimension: %w", shape, ErrSelection)
		}
		if d > 0 && n > maxInt/d {
			if slices.Contains(shape, 0) {
				return 0, nil
			}
			return 0, fmt.Errorf("shape %v: more than %d elements: %w", shape, maxInt, ErrTooLarge)
		}
		n *= d
	}
	return n, nil
}

const maxInt = int(^uint(0) >> 1)

type realNumber interface {
	int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64 | float32 | float64
}

func convert[To, From realNumber](from []From) []To {
	to := make([]To, len(from))
	for i, v := range from {
		to[i] = To(v)
	}
	return to
}
