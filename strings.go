package loom

import (
	"html"
	"strings"
	"unicode/utf8"

	"github.com/goloom/loom/hdf5"
)

// decodeStrings turns, in place, the strings of an array that has just been
// read from the file into the text that they stand for. Other arrays stay as they
// are.
//
// Before version 3.0.0 of the specification, strings are ASCII of fixed length
// in which other characters, and "&", are XML entities. From 3.0.0 on they are of
// variable length and UTF-8, and "&amp;" is text like any other. Writers have
// mixed the two, hence the look at the datatype: a string of fixed length, ASCII,
// holds entities in any file. Characters that are stored as UTF-8 are kept
// wherever they are found, and so are bytes that are not.
func decodeStrings(a *Array, old bool) {
	switch data := a.Data().(type) {
	case []string:
		t := a.Type()
		if old || !t.VariableLength() && t.CharacterSet() == hdf5.ASCII {
			unescapeAll(data)
		}
	case *hdf5.Records:
		for _, field := range data.Fields() {
			decodeStrings(field.Values, old)
		}
	case []*Array:
		for _, sequence := range data {
			if sequence != nil {
				decodeStrings(sequence, old)
			}
		}
	}
}

func unescapeAll(texts []string) {
	for i, text := range texts {
		if strings.Contains(text, "&") {
			texts[i] = unescape(text)
		}
	}
}

// unescape replaces the character references of HTML 5 by the characters that
// they name, as Python's html.unescape does.
func unescape(text string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "&")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if strings.HasPrefix(after, "#") {
			text = unescapeNumber(&b, after)
			continue
		}
		// A name ends before the next "&", if not sooner.
		end := strings.IndexByte(after, '&')
		if end < 0 {
			end = len(after)
		}
		b.WriteString(html.UnescapeString("&" + after[:end]))
		text = after[end:]
	}
}

// unescapeNumber decodes a numeric reference at the start of text, which begins
// with the "#", and returns what follows it. What turns out to be none is
// copied.
func unescapeNumber(b *strings.Builder, text string) string {
	digits, base := text[1:], 10
	if strings.HasPrefix(digits, "x") || strings.HasPrefix(digits, "X") {
		digits, base = digits[1:], 16
	}
	n, code := 0, 0
	for n < len(digits) {
		d := digit(digits[n])
		if d >= base {
			break
		}
		code = min(code*base+d, utf8.MaxRune+1)
		n++
	}
	if n == 0 {
		b.WriteString("&#")
		return text[1:]
	}
	b.WriteString(character(code))
	return strings.TrimPrefix(digits[n:], ";")
}

// digit returns the value of a digit, and 16 for what is none.
func digit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return 16
}

// character returns what a numeric reference stands for: HTML 5 reads 0x80 to
// 0x9F as Windows-1252, replaces 0, surrogates and what lies beyond Unicode, and
// has nothing for controls and noncharacters.
func character(code int) string {
	switch {
	case code == 0 || code > utf8.MaxRune || 0xD800 <= code && code <= 0xDFFF:
		return string(utf8.RuneError)
	case 0x80 <= code && code <= 0x9F:
		return string(windows1252[code-0x80])
	case code == '\r' || code == '\t' || code == '\n' || code == '\f':
		return string(rune(code))
	case code < 0x20 || code == 0x7F:
		return ""
	case 0xFDD0 <= code && code <= 0xFDEF || code&0xFFFE == 0xFFFE:
		return ""
	}
	return string(rune(code))
}

// windows1252 are the characters from 0x80 to 0x9F; those that Windows-1252
// leaves open stand for themselves.
var windows1252 = []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")
