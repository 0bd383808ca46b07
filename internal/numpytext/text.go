package numpytext

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// AppendStrings appends the text of a row-major array of Python strings, each
// as [AppendQuoted] has it.
func AppendStrings(dst []byte, values []string, shape ...int) []byte {
	return appendArray(dst, shape, func(dst []byte, i int) []byte {
		return AppendQuoted(dst, values[i])
	})
}

// AppendQuoted appends Python's repr of a string: in single quotes, or in
// double quotes if it has single ones only, with escapes for what cannot be
// printed. Bytes that are not UTF-8 are escaped one by one as the lone
// surrogates that Python reads them as.
func AppendQuoted(dst []byte, s string) []byte {
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

// AppendQuotedBytes appends Python's repr of a bytes object: b'...' with
// escapes for all but printable ASCII.
func AppendQuotedBytes(dst []byte, s string) []byte {
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
