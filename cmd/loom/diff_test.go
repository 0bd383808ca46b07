package main

import (
	"fmt"
	"testing"
)

// TestDiff compares files before and after changes.
func TestDiff(t *testing.T) {
	for _, c := range []struct {
		change []string // a command, FILE left out
		want   string
	}{
		{[]string{"set", "col_attrs/Age", "--value", "3"}, "col_attrs/Age: 3 values differ, first at [0]: 1 and 3\n"},
		{[]string{"set", "matrix", "--from", written(t, "1\t0\t0\t2.5\n0\t0\t0\t0\n3\t7\t1e9\t0.1\n")}, "matrix: 1 value differs, at [2 1]: 0 and 7\n"},
		{[]string{"set", "layers/counts", "--from", written(t, "1\t0\t0\t65535\n0\t0\t0\t0\n3\t0\t7\t0\n"), "--dtype", "int32"}, "layers/counts: types uint16 and int32\n"},
		{[]string{"set", "attrs/title", "--value", "\x1b[2J"}, "attrs/title: \"made\" and \"\\x1b[2J\"\n"},
		{[]string{"rm", "col_graphs/KNN", "attrs/year"}, "attrs/year: only in a\ncol_graphs/KNN: only in a\n"},
		{[]string{"rename", "row_attrs/Gene", "Symbol"}, "row_attrs/Gene: only in a\nrow_attrs/Symbol: only in b\n"},
	} {
		before := makeFile(t)
		after := copied(t, before)
		must(t, append([]string{c.change[0], after}, c.change[1:]...)...)
		if r := execute("diff", before, after); r.code != exitInvalid || r.stdout != c.want || r.stderr != "" {
			t.Errorf("%q: %+v, want %q", c.change, r, c.want)
		}
	}
	before := makeFile(t)
	after := copied(t, before)
	if out := must(t, "diff", before, after); out != "" {
		t.Errorf("%q for the same file", out)
	}
	must(t, "repack", after, "-q", "--chunks", "1,2", "--level", "0")
	want := fmt.Sprintf(`{"a":%q,"b":%q,"same":true,"differences":[]}`+"\n", before, after)
	if out := must(t, "diff", before, after, "--json"); out != want {
		t.Errorf("%s, want %s", out, want)
	}
	must(t, "set", after, "col_attrs/XY", "--value", "0")
	want = fmt.Sprintf(`{"a":%q,"b":%q,"same":false,"differences":[{"path":"col_attrs/XY","kind":"shapes","a":"[4 2]","b":"[4]"}]}`+"\n", before, after)
	if r := execute("diff", before, after, "--json"); r.code != exitInvalid || r.stdout != want {
		t.Errorf("%+v, want %s", r, want)
	}
	if r := execute("diff", before, "nowhere.loom"); r.code != exitFailed {
		t.Errorf("%+v", r)
	}
}
