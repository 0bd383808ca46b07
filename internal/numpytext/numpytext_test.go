package numpytext

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/goloom/loom/internal/oracle"
)

// A question for testdata/oracle/numpy_str.py, with our own answer.
type question struct {
	Dtype   string   `json:"dtype,omitempty"`
	Hex     string   `json:"hex"`
	Strings []string `json:"strings,omitempty"`
	Shape   []int    `json:"shape"` // nil: element by element

	ours []string
}

// ask compares our answers with numpy's.
func ask(t *testing.T, questions []question) {
	t.Helper()
	var in, stderr bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, q := range questions {
		if err := enc.Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(oracle.Python(t), filepath.Join(oracle.Root(t), "testdata", "oracle", "numpy_str.py"))
	cmd.Stdin, cmd.Stderr = &in, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("numpy_str.py: %v\n%s", err, &stderr)
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	failures := 0
	for _, q := range questions {
		for k, theirs := range decodeAnswer(t, dec, q.Shape == nil) {
			if q.ours[k] != theirs {
				t.Errorf("%s %v %q %.64s, element %d:\nours  %s\nnumpy %s", q.Dtype, q.Shape, q.Strings, q.Hex, k, q.ours[k], theirs)
				failures++
			}
			if failures == 10 {
				t.FailNow()
			}
		}
	}
}

func decodeAnswer(t *testing.T, dec *json.Decoder, list bool) []string {
	t.Helper()
	var one string
	var many []string
	var err error
	if list {
		err = dec.Decode(&many)
	} else {
		err = dec.Decode(&one)
		many = []string{one}
	}
	if err != nil {
		t.Fatal(err)
	}
	return many
}

func littleEndian(values any) string {
	var buf bytes.Buffer
	binary.Write(&buf, binary.LittleEndian, values) // never fails for slices of numbers
	return hex.EncodeToString(buf.Bytes())
}

// halfBits returns the binary16 encoding of a value that has one.
func halfBits(v float32) uint16 {
	sign := uint16(math.Float32bits(v) >> 16 & 0x8000)
	magnitude := math.Abs(float64(v))
	switch {
	case v != v:
		return 0x7e00
	case math.IsInf(magnitude, 0):
		return sign | 0x7c00
	case magnitude < 0x1p-14:
		return sign | uint16(magnitude*0x1p24)
	}
	fraction, exp := math.Frexp(magnitude)
	return sign | uint16(exp+14)<<10 | uint16(fraction*2048)&0x3ff
}

func halfFromBits(b uint16) float32 {
	exp, fraction := int(b>>10&0x1f), float64(b&0x3ff)
	v := math.Ldexp(1024+fraction, exp-25)
	switch exp {
	case 0:
		v = math.Ldexp(fraction, -24)
	case 31:
		v = math.Inf(1)
		if fraction != 0 {
			v = math.NaN()
		}
	}
	if b&0x8000 != 0 {
		v = math.Copysign(v, -1)
	}
	return float32(v)
}

// text returns the text of an array of the given shape.
func text(t texts, shape ...int) string {
	return string(appendArray(nil, shape, t.column(new(scratch), shown(shape))))
}

func scalars[T any](dtype string, values []T, text func([]byte, T) []byte) question {
	q := question{Dtype: dtype, Hex: littleEndian(values)}
	for _, v := range values {
		q.ours = append(q.ours, string(text(nil, v)))
	}
	return q
}

func TestHalfAgreesWithNumpyForAllValues(t *testing.T) {
	bits := make([]uint16, 1<<16)
	q := question{Dtype: "float16"}
	for i := range bits {
		bits[i] = uint16(i)
		q.ours = append(q.ours, string(AppendFloat16(nil, halfFromBits(bits[i]))))
		if v := halfFromBits(bits[i]); v == v && halfBits(v) != bits[i] {
			t.Fatalf("%#x decodes to %v, which encodes to %#x", bits[i], v, halfBits(v))
		}
	}
	q.Hex = littleEndian(bits)
	ask(t, []question{q})
}

func TestScalarsAgreeWithNumpy(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	f64 := specialFloats()
	f32 := make([]float32, 0, 20000)
	for _, v := range f64 {
		f32 = append(f32, float32(v))
	}
	for exp := -1074; exp < 1024; exp++ {
		f64 = append(f64, math.Ldexp(1, exp))
		if exp >= -149 && exp < 128 {
			f32 = append(f32, float32(math.Ldexp(1, exp)))
		}
	}
	for range 5000 {
		f64 = append(f64, math.Float64frombits(r.Uint64()), randomFloat(r))
		f32 = append(f32, math.Float32frombits(r.Uint32()), float32(randomFloat(r)))
	}
	ask(t, []question{
		scalars("float64", f64, AppendFloat64),
		scalars("float32", f32, AppendFloat32),
		scalars("bool", []bool{true, false}, AppendBool),
		scalars("int64", []int64{0, -1, math.MinInt64, math.MaxInt64}, appendInteger),
		scalars("uint64", []uint64{0, 1, math.MaxUint64}, appendInteger),
		scalars("int8", []int8{-128, 0, 127}, appendInteger),
	})
}

func TestScalarsReadBack(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 10000 {
		v := math.Float64frombits(r.Uint64())
		back, err := strconv.ParseFloat(string(AppendFloat64(nil, v)), 64)
		if v == v && (err != nil || back != v) {
			t.Fatalf("%x: text %s reads back as %x, %v", v, AppendFloat64(nil, v), back, err)
		}
		w := float32(randomFloat(r))
		back, err = strconv.ParseFloat(string(AppendFloat32(nil, w)), 32)
		if err != nil || float32(back) != w {
			t.Fatalf("%x: text %s reads back as %x, %v", w, AppendFloat32(nil, w), back, err)
		}
	}
}

func specialFloats() []float64 {
	list := []float64{
		0, math.Copysign(0, -1), 1, -1, 0.5, 0.1, 1.0 / 3, 2.0 / 3, 123456.789,
		math.NaN(), math.Inf(1), math.Inf(-1),
		math.MaxFloat64, math.SmallestNonzeroFloat64, math.MaxFloat32, math.SmallestNonzeroFloat32,
		99999992, 1 << 24, 1<<24 + 2, 1 << 53, 1<<53 + 2, 33554432.5, 0.999999999999, 9.9999999999e9,
	}
	for exp := -20; exp < 25; exp++ {
		p, _ := strconv.ParseFloat(fmt.Sprintf("1e%d", exp), 64)
		list = append(list, p, -p, math.Nextafter(p, 0), math.Nextafter(p, 1e300), 1.5*p)
	}
	return list
}

// randomFloat favours what real attributes hold: small integers, rounded
// decimals, fractions, now and then something extreme.
func randomFloat(r *rand.Rand) float64 {
	switch r.IntN(8) {
	case 0:
		return float64(r.IntN(2001) - 1000)
	case 1:
		return math.Round(r.NormFloat64()*1e4) / 1e3
	case 2:
		return math.Pow(10, float64(r.IntN(30)-15)) * r.Float64()
	case 3:
		return math.Ldexp(1, r.IntN(60)-30)
	case 4:
		return 0
	case 5:
		return float64(r.IntN(1 << 30))
	}
	return r.NormFloat64()
}

func TestFloatArraysAgreeWithNumpy(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	var questions []question
	for round := range 300 {
		shape := randomShape(r, round)
		values := randomFloats(r, product(shape))
		f32, halves, bits := narrow(values)
		questions = append(questions,
			question{Dtype: "float64", Hex: littleEndian(values), Shape: shape, ours: []string{text(floats(values, 64), shape...)}},
			question{Dtype: "float32", Hex: littleEndian(f32), Shape: shape, ours: []string{text(floats(f32, 32), shape...)}},
			question{Dtype: "float16", Hex: littleEndian(bits), Shape: shape, ours: []string{text(floats(halves, 16), shape...)}},
		)
	}
	ask(t, questions)
}

// randomFloats returns values of one kind or another, so that all the styles
// of an array occur.
func randomFloats(r *rand.Rand, n int) []float64 {
	values := make([]float64, n)
	kind, scale := r.IntN(7), math.Pow(10, float64(r.IntN(24)-12))
	for i := range values {
		switch kind {
		case 0:
			values[i] = float64(r.IntN(200) - 100)
		case 1:
			values[i] = math.Round(r.Float64()*1000) / 100
		case 2:
			values[i] = scale * (1 + r.Float64())
		case 3:
			values[i] = -scale * r.Float64()
		case 4:
			values[i] = math.Float64frombits(r.Uint64())
		case 5:
			values[i] = math.Ldexp(1, r.IntN(12)-6) * scale
		default:
			values[i] = randomFloat(r)
		}
		if r.IntN(40) == 0 {
			values[i] = specialFloats()[r.IntN(12)]
		}
	}
	return values
}

// narrow returns the values as float32, and as float16 in float32s and in bits.
func narrow(values []float64) (f32, halves []float32, bits []uint16) {
	for _, v := range values {
		f32 = append(f32, float32(v))
		h := float32(roundToHalf(v))
		halves, bits = append(halves, h), append(bits, halfBits(h))
	}
	return f32, halves, bits
}

func randomShape(r *rand.Rand, round int) []int {
	lengths := []int{0, 1, 2, 6, 7, 63, 64, 65, 999, 1000, 1001, 1200}
	switch {
	case round < len(lengths):
		return []int{lengths[round]}
	case r.IntN(5) > 0:
		return []int{1 + r.IntN(30)}
	case r.IntN(10) > 0:
		return []int{1 + r.IntN(8), 1 + r.IntN(20)}
	case r.IntN(2) > 0:
		return []int{1 + r.IntN(40), 1 + r.IntN(60)}
	}
	return []int{1 + r.IntN(12), 1 + r.IntN(12), 1 + r.IntN(12)}
}

func TestPowersOfTwoInArraysAgreeWithNumpy(t *testing.T) {
	// Their neighbours are not equally far: the shortest digits are special.
	var questions []question
	for exp := -1074; exp < 1024; exp++ {
		values := []float64{math.Ldexp(1, exp), 1.23456789e20}
		questions = append(questions, question{
			Dtype: "float64", Hex: littleEndian(values), Shape: []int{2},
			ours: []string{text(floats(values, 64), 2)},
		})
		if exp < -149 || exp > 127 {
			continue
		}
		for digits := range 9 {
			pair := []float32{float32(math.Ldexp(1, exp)), float32(math.Pow(10, 12) * (1 + math.Pow(10, -float64(digits))))}
			questions = append(questions, question{
				Dtype: "float32", Hex: littleEndian(pair), Shape: []int{2},
				ours: []string{text(floats(pair, 32), 2)},
			})
		}
	}
	ask(t, questions)
}

func TestIntegerAndBoolArraysAgreeWithNumpy(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	var questions []question
	for round := range 200 {
		shape := randomShape(r, round)
		n := product(shape)
		i64, u8, flags := make([]int64, n), make([]uint8, n), make([]bool, n)
		shift := r.IntN(64)
		for i := range n {
			i64[i], u8[i], flags[i] = int64(r.Uint64())>>shift, uint8(r.Uint32()), r.IntN(2) == 0
		}
		questions = append(questions,
			question{Dtype: "int64", Hex: littleEndian(i64), Shape: shape, ours: []string{text(integers(i64), shape...)}},
			question{Dtype: "uint8", Hex: littleEndian(u8), Shape: shape, ours: []string{text(integers(u8), shape...)}},
			question{Dtype: "bool", Hex: littleEndian(flags), Shape: shape, ours: []string{text(bools(flags), shape...)}},
		)
	}
	ask(t, questions)
}

func TestComplexNumbersAgreeWithNumpy(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	parts := specialFloats()
	var questions []question
	for round := range 300 {
		shape := randomShape(r, round)
		re, im := randomFloats(r, product(shape)), randomFloats(r, product(shape))
		c128, c64 := make([]complex128, len(re)), make([]complex64, len(re))
		for i := range c128 {
			if r.IntN(10) == 0 {
				re[i] = parts[r.IntN(2)]
			}
			c128[i] = complex(re[i], im[i])
			c64[i] = complex(float32(re[i]), float32(im[i]))
		}
		questions = append(questions,
			question{Dtype: "complex128", Hex: littleEndian(c128), Shape: shape, ours: []string{text(complexes(c128, 64), shape...)}},
			question{Dtype: "complex64", Hex: littleEndian(c64), Shape: shape, ours: []string{text(complexes(c64, 32), shape...)}},
			scalars("complex128", c128, func(dst []byte, v complex128) []byte { return appendComplex(dst, v, 64) }),
			scalars("complex64", c64, func(dst []byte, v complex64) []byte { return appendComplex(dst, complex128(v), 32) }),
		)
	}
	ask(t, questions)
}

func TestStringArraysAgreeWithNumpy(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	words := []string{
		"", "a", "Gad1", "it's", `say "hi"`, `both ' and "`, `back\slash`, "tab\t", "line\nbreak\r", "\x00\x1f\x7f",
		"é", "\u00a0", "\u0085", "\u2028", "\u200b", "\U0001f600", "\U000e0001", "日本", "a long name with several words in it",
	}
	var questions []question
	for round := range 200 {
		shape := randomShape(r, round)
		q := question{Strings: []string{}, Shape: shape}
		for range product(shape) {
			q.Strings = append(q.Strings, words[r.IntN(len(words))])
		}
		if len(q.Strings) == 0 {
			continue // omitted from the JSON; TestEmptyArrays has it
		}
		q.ours = []string{text(stringTexts(q.Strings), shape...)}
		questions = append(questions, q)
	}
	ask(t, questions)
}

func TestEmptyArrays(t *testing.T) {
	for _, got := range []string{
		text(stringTexts(nil), 0),
		text(floats[float64](nil, 64), 0),
		text(integers[int8](nil), 0, 5),
		text(bools(nil), 5, 0),
	} {
		if got != "[]" {
			t.Errorf("text of an empty array is %q", got)
		}
	}
}

func TestQuotedTexts(t *testing.T) {
	for _, c := range []struct{ in, text, bytes string }{
		{"", "''", "b''"},
		{"ab", "'ab'", "b'ab'"},
		{"it's", `"it's"`, `b"it's"`},
		{`'"`, `'\'"'`, `b'\'"'`},
		{"\xff", `'\udcff'`, `b'\xff'`},
		{"é\n", `'é\n'`, `b'\xc3\xa9\n'`},
		{"\U000e0001", `'\U000e0001'`, `b'\xf3\xa0\x80\x81'`},
	} {
		if got := string(appendQuoted(nil, c.in)); got != c.text {
			t.Errorf("appendQuoted(%q) = %s, want %s", c.in, got, c.text)
		}
		if got := string(appendQuotedBytes(nil, c.in)); got != c.bytes {
			t.Errorf("appendQuotedBytes(%q) = %s, want %s", c.in, got, c.bytes)
		}
	}
}
