package table

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/goloom/loom/hdf5"
)

// A number is an element as a table has it.
type number struct {
	form numberForm
	i    int64  // of a whole number
	u    uint64 // of a large one
	f    float64
}

// A numberForm says how a number is written, and how large it is.
type numberForm int

const (
	decimal numberForm = iota // with a point or an exponent, or not finite
	whole                     // neither, and within int64
	large                     // neither, and beyond int64 but within uint64
)

// Why a field is no element.
var (
	errNoNumber  = errors.New("is not a number")
	errNotFinite = errors.New("is not finite")
	errRange     = errors.New("is out of range")
	errNoWhole   = errors.New("is not a whole number")
	errTooLarge  = errors.New("is too large for int64; give the type uint64 or float64")
)

// parse reads a field as a number.
func parse(field []byte) (number, error) {
	if n, ok := parseDigits(field); ok {
		return number{form: whole, i: n, f: float64(n)}, nil
	}
	field = bytes.TrimSpace(field)
	if len(field) == 0 {
		return number{}, errNoNumber
	}
	point := false
	for _, c := range field {
		switch c {
		case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '+', '-':
		case '.', 'e', 'E':
			point = true
		default:
			return parseNonFinite(field)
		}
	}
	if !point {
		if n, err := strconv.ParseInt(string(field), 10, 64); err == nil {
			return number{form: whole, i: n, f: float64(n)}, nil
		}
		if n, err := strconv.ParseUint(string(field), 10, 64); err == nil {
			return number{form: large, u: n, f: float64(n)}, nil
		}
	}
	v, err := strconv.ParseFloat(string(field), 64)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return number{}, errRange
	case err != nil:
		return number{}, errNoNumber
	}
	return number{f: v}, nil
}

// parseDigits reads the most common numbers: a few digits.
func parseDigits(field []byte) (int64, bool) {
	if len(field) == 0 || len(field) > 15 {
		return 0, false
	}
	n := int64(0)
	for _, c := range field {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int64(c-'0')
	}
	return n, true
}

// parseNonFinite reads what Python, R and Go write for what is no finite number.
func parseNonFinite(field []byte) (number, error) {
	switch string(field) {
	case "nan", "NaN":
		return number{f: math.NaN()}, nil
	case "inf", "Inf", "+Inf":
		return number{f: math.Inf(1)}, nil
	case "-inf", "-Inf":
		return number{f: math.Inf(-1)}, nil
	}
	return number{}, errNoNumber
}

func isNumber(field []byte) bool {
	n, err := parse(field)
	return err == nil && !math.IsNaN(n.f) && !math.IsInf(n.f, 0)
}

// An elementType checks elements against the type that the matrix is to have, or
// finds out which that is.
type elementType struct {
	name      string // wanted; "" to find out
	integer   bool
	signed    bool
	bits      int
	nonFinite bool

	// What was found so far.
	fraction bool // some number is not whole
	wide     bool // some whole number is beyond int32
	double   bool // some number is beyond float32
}

func newElementType(name string, nonFinite bool) (*elementType, error) {
	t := &elementType{name: name, nonFinite: nonFinite}
	if name == "" {
		return t, nil
	}
	dtype, err := hdf5.NamedType(name)
	if err != nil || dtype.Class() != hdf5.Integer && dtype.Class() != hdf5.Float {
		return nil, fmt.Errorf("no type %q of numbers, want int8 ... int64, uint8 ... uint64, float16, float32 or float64", name)
	}
	t.integer, t.signed, t.bits = dtype.Class() == hdf5.Integer, !strings.HasPrefix(name, "u"), 8*dtype.Size()
	return t, nil
}

// see holds a number against the type.
func (t *elementType) see(n number) error {
	switch {
	case math.IsNaN(n.f) || math.IsInf(n.f, 0):
		t.fraction = true
		if !t.nonFinite || t.integer {
			return errNotFinite
		}
	case t.integer:
		return t.checkInteger(n)
	case t.name != "":
		return t.checkFloat(n)
	case n.form == whole:
		t.wide = t.wide || n.i != int64(int32(n.i))
		t.double = t.double || n.i != int64(float32(n.i))
	case n.form == large:
		return errTooLarge
	default:
		t.fraction = true
		t.double = t.double || !single(n.f)
	}
	return nil
}

// checkInteger holds a number against an integer type.
func (t *elementType) checkInteger(n number) error {
	fits := false
	switch n.form {
	case whole:
		low, high := int64(0), uint64(math.MaxUint64)>>(64-t.bits)
		if t.signed {
			low, high = math.MinInt64>>(64-t.bits), high>>1
		}
		fits = n.i >= low && (n.i < 0 || uint64(n.i) <= high)
	case large:
		fits = !t.signed && t.bits == 64
	case decimal:
		if n.f != math.Trunc(n.f) {
			return errNoWhole
		}
		// The bounds are powers of two, which float64 has exactly.
		low, high := 0.0, math.Ldexp(1, t.bits)
		if t.signed {
			low, high = -math.Ldexp(1, t.bits-1), math.Ldexp(1, t.bits-1)
		}
		fits = n.f >= low && n.f < high
	}
	if !fits {
		return errRange
	}
	return nil
}

// checkFloat holds a number against a floating point type, where the largest would
// become an infinity.
func (t *elementType) checkFloat(n number) error {
	most := map[int]float64{16: 65520, 32: 0x1.ffffffp127, 64: math.Inf(1)}[t.bits]
	if math.Abs(n.f) >= most {
		return errRange
	}
	return nil
}

// single reports whether the shortest text of v as a float32 stands for v.
func single(v float64) bool {
	narrow := float32(v)
	if float64(narrow) == v {
		return true
	}
	var text [32]byte
	back, err := strconv.ParseFloat(string(strconv.AppendFloat(text[:0], float64(narrow), 'g', -1, 32)), 64)
	return err == nil && back == v
}

// choice returns the name of the type.
func (t *elementType) choice() string {
	switch {
	case t.name != "":
		return t.name
	case !t.fraction && !t.wide:
		return "int32"
	case !t.fraction:
		return "int64"
	case !t.double:
		return "float32"
	}
	return "float64"
}
