package main

import (
	"fmt"
	"strings"
)

// shownNames is how many names a message lists.
const shownNames = 10

// among continues a message about a name that does not exist with those that
// do, those that are nearly the same in front of all others.
func among(wanted string, names []string) string {
	if len(names) == 0 {
		return "; there are none"
	}
	similar := []string{}
	for _, name := range names {
		if alike(wanted, name) {
			similar = append(similar, fmt.Sprintf("%q", name))
		}
	}
	if len(similar) > 0 {
		return "; did you mean " + strings.Join(similar[:min(len(similar), shownNames)], " or ") + "?"
	}
	var b strings.Builder
	b.WriteString("; there are ")
	for i, name := range names[:min(len(names), shownNames)] {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%q", name)
	}
	if len(names) > shownNames {
		fmt.Fprintf(&b, " and %d more", len(names)-shownNames)
	}
	return b.String()
}

// alike reports whether one name may be meant by the other: they start alike,
// or differ in one or two letters, upper and lower case not told apart.
func alike(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if len(a) > 1 && (strings.HasPrefix(b, a) || strings.HasPrefix(a, b) && len(b) > 1) {
		return true
	}
	longest := max(len(a), len(b))
	return longest > 2 && longest < 100 && distance(a, b) <= min(2, longest/3)
}

// distance returns how many letters must be inserted, deleted or replaced to
// turn one word into the other.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
