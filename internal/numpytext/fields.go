package numpytext

import (
	"encoding/binary"
	"math"
	"slices"
	"strconv"
	"sync"
)

// This file writes out the elements of matrices, of which most are small whole numbers. The
// texts of those are looked up. Each is a word, so that it is appended without anybody asking how long
// it is: among zeros and other counts, nobody could guess.

// smallTexts has the text of each whole number below its length, and a tab: up to seven bytes, the first
// of which is the least significant, and how many they are in the highest one.
type smallTexts [1000]uint64

func newSmallTexts(suffix string) *smallTexts {
	var texts smallTexts
	for n := range texts {
		var word [8]byte
		text := append(strconv.AppendInt(word[:0], int64(n), 10), suffix...)
		word[7] = byte(len(text))
		texts[n] = binary.LittleEndian.Uint64(word[:])
	}
	return &texts
}

var (
	smallIntegers = sync.OnceValue(func() *smallTexts { return newSmallTexts("\t") })
	smallFloats   = sync.OnceValue(func() *smallTexts { return newSmallTexts(".0\t") })
)

// appendSmall appends one of the texts.
func appendSmall(dst []byte, text uint64) []byte {
	n := len(dst)
	if cap(dst)-n < 8 {
		dst = slices.Grow(dst, 8)
	}
	binary.LittleEndian.PutUint64(dst[n:n+8], text)
	return dst[:n+int(text>>56)]
}

// appendFloatFields appends floats of size bits, each followed by a tab.
func appendFloatFields[T float](dst []byte, values []T, size int) []byte {
	small := smallFloats()
	for _, v := range values {
		// Of NaN, and of what is too large, whole is any number. Negative zero differs in its bits.
		whole := int32(v)
		if uint32(whole) < uint32(len(small)) && math.Float64bits(float64(whole)) == math.Float64bits(float64(v)) {
			dst = appendSmall(dst, small[whole])
		} else {
			dst = append(appendScalar(dst, float64(v), size), '\t')
		}
	}
	return dst
}

// appendIntegerFields appends integers, each followed by a tab.
func appendIntegerFields[T integer](dst []byte, values []T) []byte {
	small := smallIntegers()
	for _, v := range values {
		if whole := uint64(v); whole < uint64(len(small)) { // no negative one
			dst = appendSmall(dst, small[whole])
		} else {
			dst = append(appendInteger(dst, v), '\t')
		}
	}
	return dst
}
