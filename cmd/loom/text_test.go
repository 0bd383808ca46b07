package main

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/rivo/uniseg"
	"pgregory.net/rapid"
)

// fields returns the texts of all values.
func fields[T hdf5.Element](t *testing.T, values ...T) []string {
	t.Helper()
	a, err := hdf5.NewArray(values)
	if err != nil {
		t.Fatal(err)
	}
	text := textOf(a)
	var out []string
	for i := range values {
		out = append(out, string(text(nil, i)))
	}
	return out
}

func checkFields(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestText(t *testing.T) {
	checkFields(t, fields(t, math.MinInt64, math.MaxInt64, int64(0)), "-9223372036854775808", "9223372036854775807", "0")
	checkFields(t, fields(t, uint64(math.MaxUint64)), "18446744073709551615")
	checkFields(t, fields(t, float32(0.1), 16777216, 1e10, -3, 3e-5), "0.1", "16777216", "10000000000", "-3", "3e-05")
	checkFields(t, fields(t, 0.1, 1e15, 1e16, 0.0001, 0.00001, math.Copysign(0, -1), 123456789.125),
		"0.1", "1000000000000000", "1e+16", "0.0001", "1e-05", "-0", "123456789.125")
	checkFields(t, fields(t, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, 5e-324),
		"nan", "inf", "-inf", "1.7976931348623157e+308", "5e-324")
	checkFields(t, fields(t, complex(1, 2), complex(0.5, -1), complex(math.NaN(), math.Inf(1))), "1+2j", "0.5-1j", "nan+infj")
	checkFields(t, fields(t, true, false), "true", "false")
	checkFields(t, fields(t, []byte{0, 255}), "00ff")
	checkFields(t, fields(t, "a b", "tab\t", "line\nend\r", `\`, "é", "\xff", ""), "a b", `tab\t`, `line\nend\r`, `\\`, "é", "\xff", "")
}

// TestFloatsReadBack holds that the text of a number reads back as that number
// and that no exact decimal is shorter, but for the choice against exponents.
func TestFloatsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wide := math.Float64frombits(rapid.Uint64().Draw(t, "bits"))
		checkReadsBack(t, wide, 64)
		checkReadsBack(t, float64(math.Float32frombits(rapid.Uint32().Draw(t, "bits"))), 32)
		checkReadsBack(t, float64(rapid.Int64Range(-1<<53, 1<<53).Draw(t, "integer")), 64)
	})
}

func checkReadsBack(t *rapid.T, v float64, bits int) {
	text := string(appendFloat(nil, v, bits))
	got, err := strconv.ParseFloat(text, bits)
	if err != nil {
		t.Fatal(err)
	}
	if math.IsNaN(v) && math.IsNaN(got) {
		return
	}
	if math.Float64bits(got) != math.Float64bits(v) {
		t.Fatalf("%v is %s, which is %v", v, text, got)
	}
	if digits := len(strconv.FormatFloat(v, 'e', -1, bits)); strings.Contains(text, "e") && len(text) > digits {
		t.Fatalf("%s could be of length %d", text, digits)
	}
}

// TestEveryHalfReadsBack goes through all values of float16.
func TestEveryHalfReadsBack(t *testing.T) {
	for bits := range 1 << 16 {
		want := half(uint16(bits))
		text := string(appendFloat(nil, want, 16))
		got, err := strconv.ParseFloat(text, 64)
		if err != nil {
			t.Fatal(err)
		}
		if err := sameFloat(got, want, 2); err != nil {
			t.Fatalf("%#04x is %s: %v", bits, text, err)
		}
	}
}

func FuzzEscapedStringsReadBack(f *testing.F) {
	for _, s := range []string{"", "plain", "\t", "a\\tb", "\\\\\n\r", "\xff\\", "é\t中"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		escaped := string(appendEscaped(nil, s))
		if strings.ContainsAny(escaped, "\t\n\r") {
			t.Errorf("%q is %q: more than one field", s, escaped)
		}
		if got := unescapeField(escaped); got != s {
			t.Errorf("%q is %q, which is %q", s, escaped, got)
		}
	})
}

func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"", "plain é 中", "\x1b[31m", "a\u202eb", "\xff\xfe", "\ufffd", "line\nend", "'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := printable(s)
		if !utf8.ValidString(got) {
			t.Errorf("%q is %q, not UTF-8", s, got)
		}
		for _, r := range got {
			if !strconv.IsPrint(r) {
				t.Errorf("%q is %q, with %q", s, got, r)
			}
		}
		const width = 7
		if short := shorten(s, width); uniseg.StringWidth(short) > width {
			t.Errorf("%q is cut to %q, wider than %d", s, short, width)
		}
	})
}

func TestShorten(t *testing.T) {
	for text, want := range map[string]string{
		"":           "",
		"1234567":    "1234567",
		"12345678":   "123456…",
		"中文中":        "中文中",
		"中文中文":       "中文中…",
		"e\u0301é é": "e\u0301é é",
		"\x1b[1m":    `\x1b[1m`,
	} {
		if got := shorten(text, 7); got != want {
			t.Errorf("%q is cut to %q, want %q", text, got, want)
		}
	}
}

// TestJSON holds that the JSON of values is what package json makes of them,
// where it can.
func TestJSON(t *testing.T) {
	for name, c := range map[string]struct {
		values *loom.Array
		want   string
	}{
		"strings":  {array(t, []string{"<a&b>", "\"\\\n", "\u2028é"}), `["<a&b>","\"\\\n","\u2028é"]`},
		"integers": {array(t, []int64{math.MaxInt64, -1}), `[9223372036854775807,-1]`},
		"floats":   {array(t, []float64{0.1, math.NaN(), math.Inf(-1), math.Inf(1), 1e300}), `[0.1,"nan","-inf","inf",1e+300]`},
		"complex":  {array(t, []complex128{complex(1, math.NaN())}), `[[1,"nan"]]`},
		"matrix":   {array(t, []uint8{1, 2, 3, 4, 5, 6}, 3, 2), `[[1,2],[3,4],[5,6]]`},
		"cube":     {array(t, []bool{true, false}, 1, 2, 1), `[[[true],[false]]]`},
		"scalar":   {hdf5.NewScalar("x"), `"x"`},
		"nothing":  {array(t, []int8{}, 0), `[]`},
		"opaque":   {array(t, [][]byte{{1, 0xab}}), `["01ab"]`},
	} {
		got := appendJSONArray(nil, c.values)
		if string(got) != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if !json.Valid(got) {
			t.Errorf("%s: %s is not JSON", name, got)
		}
	}
}

func array[T hdf5.Element](t *testing.T, values []T, shape ...int) *loom.Array {
	t.Helper()
	a, err := hdf5.NewArray(values, shape...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
