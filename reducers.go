package loom

import (
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"
)

// A Func makes one number of some elements, those of a row, a column or a group
// in one: a [Reducer] or an [Apply].
type Func interface {
	check() error
}

// Apply is a [Func] that is called with all elements. The slice is valid until
// it returns, and may be changed. Calls come one at a time, in order.
type Apply func(values []float64) float64

func (f Apply) check() error {
	if f == nil {
		return fmt.Errorf("nil function to apply: %w", ErrType)
	}
	return nil
}

// A Reducer is a [Func] that needs only the elements that are not zero. It
// computes in float64, whatever the type of the layer: integers beyond 2^53 are
// rounded first, and none overflows. Truth is 1, falsehood 0.
//
// Of an element that is NaN, sums, moments, products, Min, Max and Median are NaN;
// NaN counts as true, and as not zero. [Reducer.SkipNaN] leaves such elements out.
type Reducer int

// The reducers. Positions count along the whole axis of the layer, whatever is
// selected of it.
const (
	Sum          Reducer = iota
	Mean                 // sum divided by the number of elements
	Var                  // population variance: mean squared distance from the mean
	Std                  // square root of Var
	Min                  // least element
	Max                  // greatest element
	NonZeros             // number of elements that are not zero
	Prod                 // product; with a zero it is 0, even where that of the others would overflow
	SumOfSquares         // sum of the squares
	First                // first element, in the order of the selection
	Last                 // last element, in the order of the selection
	Len                  // number of elements
	AnyNonZero           // whether an element is not zero
	AllNonZero           // whether no element is zero
	ArgMin               // position of the first element that equals Min
	ArgMax               // position of the first element that equals Max
	Median               // middle of the sorted elements, or mean of the two in the middle
	AnyNaN               // whether an element is NaN
	AllNaN               // whether no element is anything else than NaN
)

// reducerNames are numpy-groupies' names, by Reducer, and one of our own.
var reducerNames = []string{
	"sum", "mean", "var", "std", "min", "max", "nonzeros", "prod", "sumofsquares", "first", "last", "len",
	"any", "all", "argmin", "argmax", "median", "anynan", "allnan",
}

// skipNaN is added to a Reducer that leaves NaN out.
const skipNaN Reducer = 1 << 8

// SkipNaN returns the reducer that leaves out elements that are NaN, and does
// not count them. AnyNaN and AllNaN have no such form.
func (r Reducer) SkipNaN() Reducer { return r | skipNaN }

// base returns the reducer that leaves nothing out.
func (r Reducer) base() Reducer { return r &^ skipNaN }

func (r Reducer) skips() bool { return r&skipNaN != 0 }

// String returns numpy's name, such as "mean" or, for [Reducer.SkipNaN],
// "nanmean"; those of AnyNonZero and AllNonZero are "any" and "all".
func (r Reducer) String() string {
	if r.check() != nil {
		return fmt.Sprintf("Reducer(%d)", int(r))
	}
	name := reducerNames[r.base()]
	if r.skips() {
		return "nan" + name
	}
	return name
}

// ParseReducer returns the reducer of the given name, see [Reducer.String]. If
// there is none, the error wraps fs.ErrInvalid and lists those that exist.
func ParseReducer(name string) (Reducer, error) {
	r, ok := reducerOf(name)
	if !ok {
		return 0, unknownFunc(name, reducerNames)
	}
	return r, nil
}

func reducerOf(name string) (Reducer, bool) {
	short, skips := strings.CutPrefix(name, "nan")
	r := Reducer(slices.Index(reducerNames, short))
	if skips {
		r = r.SkipNaN()
	}
	return r, r.check() == nil
}

func unknownFunc(name string, known []string) error {
	return fmt.Errorf("no function %q; there are %s, and with nan in front those that leave NaN out: %w",
		name, strings.Join(known, ", "), fs.ErrInvalid)
}

func (r Reducer) check() error {
	base := r.base()
	if base < 0 || int(base) >= len(reducerNames) || r.skips() && (base == AnyNaN || base == AllNaN) {
		return fmt.Errorf("unknown reducer %d: %w", int(r), ErrType)
	}
	return nil
}

// ofNone returns what numpy has for no elements.
func (r Reducer) ofNone() float64 {
	switch r.base() {
	case Sum, NonZeros, SumOfSquares, Len, AnyNonZero, AnyNaN:
		return 0
	case Prod, AllNonZero, AllNaN:
		return 1
	}
	return math.NaN()
}

// inOrder reports whether f is a reducer whose result depends on the order of the
// elements.
func inOrder(f Func) bool {
	r, ok := f.(Reducer)
	if !ok {
		return false
	}
	switch r.base() {
	case First, Last, ArgMin, ArgMax:
		return true
	}
	return false
}

// counted reports whether the accumulator of r asks how many elements of a cell are not
// zero.
func (r Reducer) counted() bool {
	switch r.base() {
	case Sum, Mean, Var, Std, SumOfSquares, First, Last, ArgMin, ArgMax, Len:
		return false
	}
	return true
}

func checkFuncs(fs []Func) error {
	for i, f := range fs {
		if f == nil {
			return fmt.Errorf("function %d is nil: %w", i, ErrType)
		}
		if err := f.check(); err != nil {
			return err
		}
	}
	return nil
}
