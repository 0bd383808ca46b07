package numpytext

import (
	"bytes"
	"math"
)

type complexFloat interface {
	complex64 | complex128
}

// complexes, of two floats of size bits, are written as sums.
func complexes[T complexFloat](values []T, size int) texts {
	return texts{
		scalar: func(dst []byte, i int) []byte { return appendComplex(dst, complex128(values[i]), size) },
		column: func(_ *scratch, places []int) elementAppender {
			re, im := make([]float64, len(places)), make([]float64, len(places))
			for k, p := range places {
				re[k], im[k] = real(complex128(values[p])), imag(complex128(values[p]))
			}
			var reStyle, imStyle floatStyle
			reStyle.set(re, size, false)
			imStyle.set(im, size, true)
			return func(dst []byte, i int) []byte {
				v := complex128(values[i])
				dst = imStyle.append(reStyle.append(dst, real(v)), imag(v))
				end := len(bytes.TrimRight(dst, " "))
				padding := len(dst) - end
				return appendRepeated(append(dst[:end], 'j'), ' ', padding)
			}
		},
	}
}

// appendComplex appends a scalar: (1+2j), or just 2j if the real part is zero
// and positive.
func appendComplex(dst []byte, v complex128, size int) []byte {
	re, im := real(v), imag(v)
	if re == 0 && !math.Signbit(re) {
		return append(appendPart(dst, im, size), 'j')
	}
	dst = appendPart(append(dst, '('), re, size)
	if !math.Signbit(im) || math.IsNaN(im) {
		dst = append(dst, '+')
	}
	return append(appendPart(dst, im, size), "j)"...)
}

// appendPart appends a part of a complex scalar, which has no point if it is
// whole.
func appendPart(dst []byte, v float64, size int) []byte {
	return bytes.TrimSuffix(appendScalar(dst, v, size), []byte(".0"))
}
