package loom

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestEscape: what is escaped is ASCII, is read back as it was, and is as loompy
// writes it wherever loompy reads back what it wrote.
func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"":        "",
		"R&D":     "R&D",
		"a <b>":   "a <b>",
		"é":       "&#233;",
		"日":       "&#26085;",
		"&amp;":   "&amp;amp;",
		"&lt é":   "&amp;lt &#233;",
		"a & é":   "a & &#233;",
		"&#65; &": "&amp;#65; &amp;",
	} {
		if got := escape(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"&", "amp;", "&lt", "#", "#x41;", "é", "\x80"}))).Draw(t, "parts")
		text := strings.ToValidUTF8(strings.Join(parts, ""), "")
		got := escape(text)
		for i := range len(got) {
			if got[i] >= utf8.RuneSelf {
				t.Fatalf("%q: %q is not ASCII", text, got)
			}
		}
		if back := unescape(got); back != text && !hasControls(text) {
			t.Fatalf("%q: %q, read back as %q", text, got, back)
		}
	})
}

// hasControls reports whether a text has characters that no reference stands for.
func hasControls(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return 0x7f <= r && r <= 0x9f || 0xfdd0 <= r && r <= 0xfdef || r&0xfffe == 0xfffe
	})
}
