package numpytext

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goloom/loom/hdf5"
)

// stringTexts are those of Python strings: quoted in an array.
func stringTexts(values []string) texts {
	return texts{
		scalar: func(dst []byte, i int) []byte { return append(dst, values[i]...) },
		column: func(*scratch, []int) elementAppender {
			return func(dst []byte, i int) []byte { return appendQuoted(dst, values[i]) }
		},
	}
}

// bytesObjects are what h5py reads the strings in records as.
func bytesObjects(values []string) texts {
	quoted := func(dst []byte, i int) []byte { return appendQuotedBytes(dst, values[i]) }
	return texts{scalar: quoted, column: func(*scratch, []int) elementAppender { return quoted }}
}

// sequences of variable length are arrays of their own.
func sequences(values []*hdf5.Array) (texts, error) {
	inner := make([]texts, len(values))
	for i, v := range values {
		if v == nil {
			continue
		}
		var err error
		if inner[i], err = textsOf(v); err != nil {
			return texts{}, err
		}
	}
	element := func(dst []byte, i int) []byte {
		if values[i] == nil {
			return append(dst, "[]"...)
		}
		shape := values[i].Shape()
		return appendArray(dst, shape, inner[i].column(new(scratch), shown(shape)))
	}
	return texts{scalar: element, column: func(*scratch, []int) elementAppender { return element }}, nil
}

// references have no text but that they are there.
func references(values []hdf5.ObjectRef) texts {
	element := func(dst []byte, i int) []byte {
		if values[i] == 0 {
			return append(dst, "<HDF5 object reference (null)>"...)
		}
		return append(dst, "<HDF5 object reference>"...)
	}
	return texts{scalar: element, column: func(*scratch, []int) elementAppender { return element }}
}

// opaques are bytes objects of which every byte is escaped.
func opaques(values [][]byte) texts {
	element := func(dst []byte, i int) []byte {
		dst = append(dst, "b'"...)
		for _, c := range values[i] {
			dst = appendEscape(dst, 'x', rune(c), 2)
		}
		return append(dst, '\'')
	}
	return texts{scalar: element, column: func(*scratch, []int) elementAppender { return element }}
}

// appendQuoted appends Python's repr of a string: in single quotes, or in
// double quotes if it has single ones only, with escapes for what cannot be
// printed. Bytes that are not UTF-8 are escaped one by one as the lone
// surrogates that Python reads them as.
func appendQuoted(dst []byte, s string) []byte {
	quote := quoteFor(s)
	dst = append(dst, quote)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			dst = appendEscape(dst, 'u', rune(0xdc00)+rune(s[i]), 4)
			i++
			continue
		}
		dst = appendRune(dst, r, quote)
		i += size
	}
	return append(dst, quote)
}

// appendQuotedBytes appends Python's repr of a bytes object: b'...' with
// escapes for all but printable ASCII.
func appendQuotedBytes(dst []byte, s string) []byte {
	quote := quoteFor(s)
	dst = append(dst, 'b', quote)
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			dst = appendEscape(dst, 'x', rune(s[i]), 2)
			continue
		}
		dst = appendRune(dst, rune(s[i]), quote)
	}
	return append(dst, quote)
}

func quoteFor(s string) byte {
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		return '"'
	}
	return '\''
}

func appendRune(dst []byte, r rune, quote byte) []byte {
	switch {
	case r == rune(quote) || r == '\\':
		return append(dst, '\\', byte(r))
	case r == '\n':
		return append(dst, `\n`...)
	case r == '\r':
		return append(dst, `\r`...)
	case r == '\t':
		return append(dst, `\t`...)
	case strconv.IsPrint(r):
		return utf8.AppendRune(dst, r)
	case r < 0x100:
		return appendEscape(dst, 'x', r, 2)
	case r < 0x10000:
		return appendEscape(dst, 'u', r, 4)
	}
	return appendEscape(dst, 'U', r, 8)
}

func appendEscape(dst []byte, kind byte, r rune, digits int) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '\\', kind)
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		dst = append(dst, hex[r>>shift&0xf])
	}
	return dst
}
