package bus_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom/convert/bus"
	"pgregory.net/rapid"
)

// classesOf returns the classes in a text, up to the first error.
func classesOf(text string, transcripts int) (classes [][]int32, err error) {
	for class, err := range bus.Classes(strings.NewReader(text), "matrix.ec", transcripts) {
		if err != nil {
			return classes, err
		}
		classes = append(classes, slices.Clone(class))
	}
	return classes, nil
}

func TestClasses(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const transcripts = 50
		want := rapid.SliceOfN(rapid.SliceOfN(rapid.Int32Range(0, transcripts-1), 1, 20), 0, 30).Draw(t, "classes")
		end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end")
		var b strings.Builder
		for i, class := range want {
			fmt.Fprintf(&b, "%d\t%s%s", i, strings.Join(strings.Fields(strings.Trim(fmt.Sprint(class), "[]")), ","), end)
		}
		text := b.String()
		if rapid.Bool().Draw(t, "without the last line end") {
			text = strings.TrimSuffix(text, end)
		}
		got, err := classesOf(text, transcripts)
		if err != nil || !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%v, %v, want %v", got, err, want)
		}
	})
}

func TestClassesRefuse(t *testing.T) {
	for text, want := range map[string]string{
		"0\t0\n2\t1\n":       "line 2: want equivalence class 1, got 2",
		"1\t0\n":             "line 1: want equivalence class 0, got 1",
		"0 0\n":              "line 1: want a tab after the number of the class, got ' '",
		"0\t0,3\n":           "line 1: want a transcript below 3, got 3",
		"0\t0,1,2,2\n":       "line 1: want at most 3 transcripts, got more",
		"0\t\n":              "line 1: want a number, got '\\n'",
		"0\t0,\n":            "line 1: want a number, got '\\n'",
		"0\t0;1\n":           "line 1: want a comma or the end of the line after a transcript, got ';'",
		"0\t-1\n":            "line 1: want a number, got '-'",
		"0":                  "line 1: want a tab after the number of the class, got the end of the file",
		"0\t":                "line 1: want a number, got the end of the file",
		"0\t0\x00\n":         "line 1: want a comma or the end of the line after a transcript, got '\\x00'",
		"0\t0\n\n":           "line 2: want a number, got '\\n'",
		"0\t12345678901\n":   "line 1: want a number of at most 9 digits, got more",
		"ec\ttranscripts\n0": "line 1: want a number, got 'e'",
	} {
		classes, err := classesOf(text, 3)
		if _, ok := errors.AsType[*bus.FormatError](err); !ok || err.Error() != "matrix.ec: "+want {
			t.Errorf("%q: %v, %v, want %s", text, classes, err, want)
		}
	}
}

func FuzzClasses(f *testing.F) {
	f.Add("0\t0\n1\t0,1\n")
	f.Fuzz(func(t *testing.T, text string) {
		classes, _ := classesOf(text, 5)
		for _, class := range classes {
			if len(class) == 0 || len(class) > 5 || slices.Min(class) < 0 || slices.Max(class) >= 5 {
				t.Errorf("class %v", class)
			}
		}
	})
}
