package numpytext

import (
	"bytes"
	"unicode/utf8"
)

// Numpy's default print options.
const (
	lineWidth = 75   // columns
	threshold = 1000 // elements; an array of more is summarised
	edgeItems = 3    // at either end of a summarised dimension
	precision = 8    // digits after the point of an array's floats
)

// A layout arranges the elements of an array in lines and brackets.
type layout struct {
	shape      []int
	summarised bool
	element    elementAppender
}

// appendArray appends the text of a row-major array, of at least one
// dimension, whose elements have the given texts.
func appendArray(dst []byte, shape []int, element elementAppender) []byte {
	n := product(shape)
	if n == 0 {
		return append(dst, "[]"...)
	}
	l := layout{shape: shape, summarised: n > threshold, element: element}
	return l.appendDimension(dst, 0, 0)
}

// shown returns the places of the elements that appear in the text of an array
// of the given shape: those that decide how wide a column is.
func shown(shape []int) []int {
	n := product(shape)
	places := []int{0}
	for _, length := range shape {
		next := make([]int, 0, len(places))
		for _, p := range places {
			for i := range length {
				if n <= threshold || onEdge(i, length) {
					next = append(next, p*length+i)
				}
			}
		}
		places = next
	}
	return places
}

// onEdge reports whether the i-th of length items survives a summary.
func onEdge(i, length int) bool {
	return i < edgeItems || i >= length-edgeItems
}

func product(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// appendDimension appends the part of the array below one position of the
// outer dimensions; place is that position's place among those of its depth.
func (l *layout) appendDimension(dst []byte, depth, place int) []byte {
	dst = append(dst, '[')
	if depth == len(l.shape)-1 {
		dst = l.appendLine(dst, depth, place)
	} else {
		dst = l.appendBlocks(dst, depth, place)
	}
	return append(dst, ']')
}

// appendBlocks appends the items of a dimension that is not the last, set
// apart by as many line breaks as there are dimensions below.
func (l *layout) appendBlocks(dst []byte, depth, place int) []byte {
	length := l.shape[depth]
	for i := 0; i < length; i++ {
		if i > 0 {
			dst = append(dst, bytes.Repeat([]byte{'\n'}, len(l.shape)-depth-1)...)
			dst = append(dst, bytes.Repeat([]byte{' '}, depth+1)...)
		}
		if l.skips(i, length) {
			dst = append(dst, "..."...)
			i = length - edgeItems - 1
			continue
		}
		dst = l.appendDimension(dst, depth+1, place*length+i)
	}
	return dst
}

// appendLine appends the items of the last dimension, broken into lines that
// leave room for the brackets of all dimensions.
func (l *layout) appendLine(dst []byte, depth, place int) []byte {
	indent := depth + 1
	width := lineWidth - len(l.shape)
	length := l.shape[depth]
	column := indent
	var word []byte
	for i := 0; i < length; i++ {
		word = word[:0]
		if l.skips(i, length) {
			word = append(word, "..."...)
			i = length - edgeItems - 1
		} else {
			word = l.element(word, place*length+i)
		}
		columns := utf8.RuneCount(word)
		if column+columns > width && column > indent {
			dst = append(bytes.TrimRight(dst, " "), '\n')
			dst = append(dst, bytes.Repeat([]byte{' '}, indent)...)
			column = indent
		}
		dst = append(dst, word...)
		column += columns
		if i < length-1 {
			dst = append(dst, ' ')
			column++
		}
	}
	return dst
}

// skips reports whether the i-th of length items is the first of those that
// the summary leaves out.
func (l *layout) skips(i, length int) bool {
	return l.summarised && length > 2*edgeItems && i == edgeItems
}
