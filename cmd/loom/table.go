package main

import (
	"io"
	"strings"

	"github.com/rivo/uniseg"
)

// A table is lines of cells, printed in columns that are as wide as they need
// to be.
type table struct {
	lines [][]string
	right map[int]bool // columns that are aligned on the right
	inset string       // before each line
}

// add adds a line. It may have fewer cells than others.
func (t *table) add(cells ...string) { t.lines = append(t.lines, cells) }

// print writes the table.
func (t *table) print(out io.Writer) error {
	widths := t.widths()
	var b strings.Builder
	for _, cells := range t.lines {
		b.Reset()
		b.WriteString(t.inset)
		for i, cell := range cells {
			if i > 0 {
				b.WriteString("  ")
			}
			padding := strings.Repeat(" ", widths[i]-uniseg.StringWidth(cell))
			if t.right[i] {
				cell, padding = padding+cell, ""
			}
			b.WriteString(cell + padding)
		}
		if _, err := io.WriteString(out, strings.TrimRight(b.String(), " ")+"\n"); err != nil {
			return err
		}
	}
	return nil
}

func (t *table) widths() []int {
	var widths []int
	for _, cells := range t.lines {
		for i, cell := range cells {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	return widths
}

// shorten cuts text to a width, and shows that it did.
func shorten(text string, width int) string {
	text = printable(text[:min(len(text), 8*width)])
	if uniseg.StringWidth(text) <= width {
		return text
	}
	var b strings.Builder
	left := width - 1
	for clusters := uniseg.NewGraphemes(text); clusters.Next(); {
		left -= clusters.Width()
		if left < 0 {
			break
		}
		b.WriteString(clusters.Str())
	}
	return b.String() + "…"
}
