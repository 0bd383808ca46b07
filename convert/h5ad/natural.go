package h5ad

import (
	"cmp"
	"strings"
)

// compareNatural compares two strings with the numbers in them taken as numbers:
// "cluster 2" comes before "cluster 10", and a number before any text. It is the order that anndata gives
// categories. Strings that differ in leading zeros alone are compared byte by byte.
func compareNatural(a, b string) int {
	x, y := a, b
	for x != "" && y != "" {
		var c int
		switch number := isDigit(x[0]); {
		case number != isDigit(y[0]):
			if number {
				return -1
			}
			return 1
		case number:
			c = compareDigits(&x, &y)
		default:
			c = cmp.Compare(x[0], y[0])
			x, y = x[1:], y[1:]
		}
		if c != 0 {
			return c
		}
	}
	if c := cmp.Compare(len(x), len(y)); c != 0 {
		return c
	}
	return cmp.Compare(a, b)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// compareDigits compares the numbers that both strings begin with, and cuts them off.
func compareDigits(x, y *string) int {
	a, b := cutDigits(x), cutDigits(y)
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return cmp.Compare(a, b)
}

// cutDigits cuts the digits off that a string begins with, and returns them
// without leading zeros.
func cutDigits(s *string) string {
	n := 0
	for n < len(*s) && isDigit((*s)[n]) {
		n++
	}
	digits := (*s)[:n]
	*s = (*s)[n:]
	return strings.TrimLeft(digits, "0")
}
