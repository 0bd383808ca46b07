package loom

import "testing"

func TestCompareVersions(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{
		{"3.0.0", "3.0.0", 0},
		{"2.0.1", "3.0.0", -1},
		{"3.0.1", "3.0.0", 1},
		{"10.0.0", "3.0.0", 1},
		{"3.10.0", "3.9.0", 1},
		{"3", "3.0.0", 0},
		{"3.0", "3.0.1", -1},
		{"0.0.0", "2.0.1", -1},
		{"", "0.0.0", 0},
		{"three", "3.0.0", -1},
		{"99999999999999999999.0", "3.0.0", -1}, // not a number that anybody means
	} {
		if got := compareVersions(test.a, test.b); got != test.want {
			t.Errorf("compareVersions(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
