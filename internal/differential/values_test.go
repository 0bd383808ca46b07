package differential

import (
	"encoding/base64"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
	"pgregory.net/rapid"
)

// A dtype makes arrays and matrices of one of numpy's types of numbers.
type dtype struct {
	name   string
	array  func(r *rand.Rand, wild bool, shape ...int) *loom.Array
	matrix func(r *rand.Rand, wild bool, form string, rows, cols int) loom.Matrix
}

var dtypes = []dtype{
	dtypeOf[float64]("float64"), dtypeOf[float32]("float32"), dtypeOf[float32]("float16"),
	dtypeOf[int8]("int8"), dtypeOf[int16]("int16"), dtypeOf[int32]("int32"), dtypeOf[int64]("int64"),
	dtypeOf[uint8]("uint8"), dtypeOf[uint16]("uint16"), dtypeOf[uint32]("uint32"), dtypeOf[uint64]("uint64"),
}

func dtypeOf[T loom.Number](name string) dtype {
	return dtype{
		name: name,
		array: func(r *rand.Rand, wild bool, shape ...int) *loom.Array {
			a := arrayOf(numbers[T](r, wild && name != "float16", 1, product(shape)), shape)
			return must(a.WithType(must(hdf5.NamedType(name))))
		},
		matrix: func(r *rand.Rand, wild bool, form string, rows, cols int) loom.Matrix {
			density := []float64{0, 0.05, 0.5, 1}[r.IntN(4)]
			dense := must(sparse.NewDense(rows, cols, numbers[T](r, wild && name != "float16", density, rows*cols)))
			switch form {
			case "coo":
				return dense.ToCOO()
			case "csc":
				return dense.ToCSC()
			case "csr":
				return dense.ToCSR()
			}
			return dense
		},
	}
}

// numbers returns finite numbers, of which some are zero. Those that are not wild
// are small integers, which every type holds.
func numbers[T loom.Number](r *rand.Rand, wild bool, density float64, n int) []T {
	values := make([]T, n)
	for i := range values {
		switch {
		case r.Float64() >= density:
		case !wild:
			values[i] = T(r.IntN(100))
		default:
			values[i] = wildNumber[T](r)
		}
	}
	return values
}

// wildNumber returns any number of a type that is finite.
func wildNumber[T loom.Number](r *rand.Rand) T {
	var value T
	switch p := any(&value).(type) {
	case *float32:
		if *p = math.Float32frombits(r.Uint32()); math.IsNaN(float64(*p)) || math.IsInf(float64(*p), 0) {
			*p = 0.1
		}
	case *float64:
		if *p = math.Float64frombits(r.Uint64()); math.IsNaN(*p) || math.IsInf(*p, 0) {
			*p = 0.1
		}
	default:
		value = T(r.Uint64())
	}
	return value
}

// texts are what strings are drawn from. Those of laterTexts read as XML entities,
// which loompy does not escape in files before version 3.0.0.
var (
	texts      = []string{"", "a", "Gène", "x < y & z", "日本 語", "long " + strings.Repeat("l", 32), "Ünïcödé ♥", "tab\there", `"quoted"`}
	laterTexts = append([]string{"&amp;", "&#235;", "&lt"}, texts...)
)

// drawArray draws numbers, booleans or strings for an attribute.
func drawArray(t *rapid.T, old bool, shape ...int) *loom.Array {
	kind := rapid.IntRange(0, len(dtypes)+3).Draw(t, "type")
	r := drawRand(t)
	switch {
	case kind < len(dtypes):
		return withSpecials(r, dtypes[kind].array(r, r.IntN(2) == 0, shape...))
	case kind == len(dtypes):
		flags := make([]bool, product(shape))
		for i := range flags {
			flags[i] = r.IntN(2) == 0
		}
		return arrayOf(flags, shape)
	}
	return textsFor(r, old, shape)
}

// textsFor returns strings such as the file's version can have.
func textsFor(r *rand.Rand, old bool, shape []int) *loom.Array {
	from := laterTexts
	if old {
		from = texts
	}
	values := make([]string, product(shape))
	for i := range values {
		values[i] = from[r.IntN(len(from))]
	}
	return arrayOf(values, shape)
}

// withSpecials puts NaN, infinity and minus zero among floats of 64 bits.
func withSpecials(r *rand.Rand, a *loom.Array) *loom.Array {
	if values, ok := a.Data().([]float64); ok && len(values) > 0 && r.IntN(2) == 0 {
		for _, special := range []float64{math.NaN(), math.Inf(-1), math.Copysign(0, -1)} {
			values[r.IntN(len(values))] = special
		}
	}
	return a
}

// drawRand draws what values are made of: drawing each would take rapid too long.
func drawRand(t *rapid.T) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(rapid.IntRange(0, 1<<16).Draw(t, "values")), 1))
}

// arrayOf makes an array, and a scalar of no dimensions.
func arrayOf[T hdf5.Element](values []T, shape []int) *loom.Array {
	if len(shape) == 0 {
		return hdf5.NewScalar(values[0])
	}
	return must(hdf5.NewArray(values, shape...))
}

func product(shape []int) int {
	n := 1
	for _, length := range shape {
		n *= length
	}
	return n
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// An arraySpec is an array for loompy_edit.py.
type arraySpec struct {
	DType  string   `json:"dtype"`
	Shape  []int    `json:"shape"` // nil for a scalar
	Values []string `json:"values,omitempty"`
	Raw    *string  `json:"raw,omitempty"`
	Stored string   `json:"stored,omitempty"`
}

func specOf(a *loom.Array) *arraySpec {
	spec := &arraySpec{DType: "str"}
	if shape := a.Shape(); len(shape) > 0 {
		spec.Shape = shape
	}
	if values, ok := a.Data().([]string); ok {
		spec.Values = append([]string{}, values...)
		return spec
	}
	raw := base64.StdEncoding.EncodeToString(must(binary.Append(nil, binary.LittleEndian, a.Data())))
	spec.Raw, spec.DType, spec.Stored = &raw, a.Type().String(), a.Type().String()
	if spec.DType == "float16" { // which Go holds as float32
		spec.DType = "float32"
	}
	return spec
}

func specsOf(arrays map[string]*loom.Array) map[string]*arraySpec {
	specs := map[string]*arraySpec{}
	for name, a := range arrays {
		specs[name] = specOf(a)
	}
	return specs
}

// A layerValue is a matrix, and the type that it is stored as.
type layerValue struct {
	matrix loom.Matrix
	dtype  string
	form   string
}

// drawMatrix draws a matrix of one of the types, in one of the forms that layers can have.
func drawMatrix(t *rapid.T, rows, cols int) layerValue {
	d := dtypes[rapid.IntRange(0, len(dtypes)-1).Draw(t, "type")]
	form := rapid.SampledFrom([]string{"dense", "coo", "csc", "csr"}).Draw(t, "form")
	r := drawRand(t)
	return layerValue{d.matrix(r, r.IntN(2) == 0, form, rows, cols), d.name, form}
}

func (v layerValue) options() []loom.WriteOption { return []loom.WriteOption{loom.StoreAs(v.dtype)} }

func (v layerValue) spec() *arraySpec {
	return specOf(must(denseArray(v.matrix).WithType(must(hdf5.NamedType(v.dtype)))))
}

// denseArray returns all elements of a matrix.
func denseArray(m loom.Matrix) *loom.Array {
	for _, array := range []func(loom.Matrix) *loom.Array{
		denseArrayOf[float64], denseArrayOf[float32], denseArrayOf[int8], denseArrayOf[int16], denseArrayOf[int32], denseArrayOf[int64],
		denseArrayOf[uint8], denseArrayOf[uint16], denseArrayOf[uint32], denseArrayOf[uint64],
	} {
		if a := array(m); a != nil {
			return a
		}
	}
	panic("a matrix of no known type")
}

func denseArrayOf[T loom.Number](m loom.Matrix) *loom.Array {
	dense, ok := m.(*sparse.Dense[T])
	if !ok {
		convertible, is := m.(interface {
			ToDense() (*sparse.Dense[T], error)
		})
		if !is {
			return nil
		}
		dense = must(convertible.ToDense())
	}
	rows, cols := dense.Dims()
	return must(hdf5.NewArray(dense.Raw(), rows, cols))
}

func layerSpecs(values map[string]layerValue) map[string]*arraySpec {
	specs := map[string]*arraySpec{}
	for name, v := range values {
		specs[name] = v.spec()
	}
	return specs
}

func matrices(values map[string]layerValue) map[string]loom.Matrix {
	m := map[string]loom.Matrix{}
	for name, v := range values {
		m[name] = v.matrix
	}
	return m
}
