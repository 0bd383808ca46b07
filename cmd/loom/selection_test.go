package main

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/internal/oracle"
)

// TestSlicesArePythons compares every slice of short axes with Python's.
func TestSlicesArePythons(t *testing.T) {
	const script = `
import json, itertools
bounds = ["", "-9", "-4", "-3", "-1", "0", "1", "2", "3", "4", "9", str(-2**63), str(2**63 - 1)]
steps = [None, "", "1", "2", "3", "9", "-1", "-2", "-9", str(-2**63), str(2**63 - 1)]
number = lambda s: int(s) if s else None
out = []
for n in (0, 1, 3, 4):
    for a, b, s in itertools.product(bounds, bounds, steps):
        text = f"{a}:{b}" if s is None else f"{a}:{b}:{s}"
        out.append([n, text, list(range(n))[number(a):number(b):number(s) if s else None]])
print(json.dumps(out))`
	out, err := exec.Command(oracle.Python(t), "-c", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	var cases [][3]json.RawMessage
	if err := json.Unmarshal(out, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		var length int
		var text string
		var want []int
		for i, into := range []any{&length, &text, &want} {
			if err := json.Unmarshal(c[i], into); err != nil {
				t.Fatal(err)
			}
		}
		s, err := parseSelection(text, length, nil)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		checkSelection(t, fmt.Sprintf("%q of %d", text, length), s, length, want)
	}
}

// checkSelection holds a selection, and every part of it as a Selector,
// against the positions that it should have.
func checkSelection(t *testing.T, title string, s selection, length int, want []int) {
	t.Helper()
	if got := s.positions(); s.n != len(want) || !slices.Equal(got, want) {
		t.Errorf("%s: %v, want %v", title, got, want)
		return
	}
	for first := range s.n + 1 {
		for count := range s.n - first + 1 {
			got, err := s.part(first, count).Positions(length)
			if err != nil || !slices.Equal(got, want[first:first+count]) {
				t.Errorf("%s: %d from the %d-th: %v, %v, want %v", title, count, first, got, err, want[first:first+count])
			}
		}
	}
}

func TestLists(t *testing.T) {
	for _, c := range []struct {
		text string
		want []int
	}{
		{"0", []int{0}},
		{"9", []int{9}},
		{"-1", []int{9}},
		{"-10", []int{0}},
		{"1,5,9", []int{1, 5, 9}},
		{" 1, -1 ,1", []int{1, 9, 1}},
	} {
		s, err := parseSelection(c.text, 10, nil)
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		checkSelection(t, c.text, s, 10, c.want)
	}
}

func TestSelectionsThatAreNone(t *testing.T) {
	conn, err := loom.Open(sample("mouse_cortex_tiny.loom"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for text, want := range map[string]string{
		"":                          "nothing is selected",
		" ":                         "nothing is selected",
		"10":                        "outside of 0 to 9",
		"-11":                       "outside of 0 to 9",
		"1,,2":                      "neither a position",
		"x":                         "neither a position",
		"1.5":                       "neither a position",
		"1:2:3:4":                   "more than two colons",
		"::0":                       "must not be 0",
		"a:b":                       "not a whole number",
		"1:99999999999999999999999": "not a whole number",
		"Gen=x":                     `did you mean "Gene"`,
		"Length=long":               "not a number",
		"=":                         "no attribute",
		"Gene=Uty":                  "more values than there are positions",
	} {
		_, err := parseSelection(text, 10, conn.RowAttrs())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", text, err, want)
		}
	}
}

// TestMatches selects by the value of attributes of every kind.
func TestMatches(t *testing.T) {
	files := map[string]string{}
	for _, name := range []string{"spec3_attributes", "spec3_sizes_63_by_65", "unusual_bool_and_enum", "unusual_compound"} {
		files[name] = oracle.GeneratedFiles(t, name+".loom")[0]
	}
	for _, c := range []struct {
		file, part, flag, sel, want string
	}{
		{"spec3_attributes", "row_attrs/special", "--rows", "special=nan", "nan"},
		{"spec3_attributes", "row_attrs/special", "--rows", "special=-inf", "-inf"},
		{"spec3_attributes", "row_attrs/special", "--rows", "special=1e16", "1e+16"},
		{"spec3_attributes", "row_attrs/special32", "--rows", "special32=1e-5", "1e-05"},
		{"spec3_attributes", "row_attrs/constant", "--rows", "constant=same", "same"},
		{"spec3_attributes", "row_attrs/constant", "--rows", "constant=other", ""},
		{"spec3_attributes", "row_attrs/Valid", "--rows", "Valid=1.0", "1"},
		{"spec3_attributes", "row_attrs/Valid", "--rows", "Valid=0.5", ""},
		{"spec3_attributes", "col_attrs/constant", "--cols", "constant=", ""},
		{"unusual_bool_and_enum", "row_attrs/flag", "--rows", "flag=true", "true"},
		{"unusual_bool_and_enum", "row_attrs/flag", "--rows", "flag=0", "false"},
		{"unusual_bool_and_enum", "col_attrs/kind", "--cols", "kind=b", "1"},
		{"unusual_bool_and_enum", "col_attrs/kind", "--cols", "kind=2", "2"},
	} {
		r := execute("get", files[c.file], c.part, c.flag, c.sel)
		if r.code != 0 {
			t.Errorf("%s %s: %s", c.part, c.sel, r.stderr)
			continue
		}
		for line := range strings.Lines(r.stdout) {
			if strings.TrimSuffix(line, "\n") != c.want {
				t.Errorf("%s %s: %q, want %q", c.part, c.sel, line, c.want)
			}
		}
		if none := c.want == ""; none && r.stdout != "" || !none && r.stdout == "" {
			t.Errorf("%s %s: %q", c.part, c.sel, r.stdout)
		}
	}
	for _, c := range [][2]string{{"Embedding=1", "values of type compound"}, {"Nothing=1", "no attribute"}} {
		r := execute("get", files["unusual_compound"], "matrix", "--cols", c[0])
		if r.code != exitFailed || !strings.Contains(r.stderr, c[1]) {
			t.Errorf("%s: exit code %d, %q, want %q", c[0], r.code, r.stderr, c[1])
		}
	}
	if r := execute("get", files["spec3_attributes"], "matrix", "--rows", "embedding=1"); r.code != exitFailed || !strings.Contains(r.stderr, "shape") {
		t.Errorf("attribute of two dimensions: exit code %d, %q", r.code, r.stderr)
	}
}
