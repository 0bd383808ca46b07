package loom

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom/internal/oracle"
)

func TestUnescape(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "",
		"plain":                  "plain",
		"a &amp; b":              "a & b",
		"&lt;tag&gt;":            "<tag>",
		"caf&#233;":              "café",
		"&#x4e2d;&#X6587;":       "中文",
		"&amp;amp;":              "&amp;",
		"&unknown;":              "&unknown;",
		"&amp":                   "&",
		"&ampx":                  "&x",
		"&notit;":                "¬it;",
		"a & b":                  "a & b",
		"&":                      "&",
		"&#":                     "&#",
		"&#;":                    "&#;",
		"&#x;":                   "&#x;",
		"&#65":                   "A",
		"&#65x":                  "Ax",
		"&#0;":                   "\uFFFD",
		"&#128;":                 "€",
		"&#xD800;":               "\uFFFD",
		"&#1;":                   "",
		"&#xFFFE;":               "",
		"&#4294967361;":          "\uFFFD",
		"&#99999999999999999999": "\uFFFD",
		"&#10;&#13;":             "\n\r",
		"é &eacute; &#xE9;":      "é é é",
	} {
		if got := unescape(text); got != want {
			t.Errorf("unescape(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestUnescapeAgainstPython compares with html.unescape, which loompy uses.
func TestUnescapeAgainstPython(t *testing.T) {
	pieces := []string{
		"&", "#", "x", "X", ";", "0", "1", "6", "65", "128", "159", "169", "233", "1114111", "1114112", "fdd0", "FFFF", "d800",
		"amp", "lt", "gt", "quot", "apos", "nbsp", "eacute", "copy", "not", "notin", "NotEqualTilde", "bne", "fjlig", "unknown",
		"a", "Z", " ", "\t", "<", "é", "中", "&amp;", "&#", "&#x",
	}
	random := rand.New(rand.NewPCG(1, 2))
	texts := make([]string, 20000)
	for i := range texts {
		for range random.IntN(8) {
			texts[i] += pieces[random.IntN(len(pieces))]
		}
	}
	given, err := json.Marshal(texts)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "texts.json")
	if err := os.WriteFile(path, given, 0o600); err != nil {
		t.Fatal(err)
	}
	var want []string
	if err := json.NewDecoder(bytes.NewReader(oracle.Run(t, "oracle/unescape.py", path))).Decode(&want); err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		if got := unescape(text); got != want[i] {
			t.Errorf("unescape(%q) = %q, Python %q", text, got, want[i])
		}
	}
}

func TestDecodeStringsOnlyWhereSpecified(t *testing.T) {
	// Arrays in memory have strings of variable length.
	for _, old := range []bool{false, true} {
		a := mustArray(t, []string{"&amp;"})
		decodeStrings(a, old)
		texts, err := a.Strings()
		if err != nil {
			t.Fatal(err)
		}
		if want := map[bool]string{false: "&amp;", true: "&"}[old]; texts[0] != want {
			t.Errorf("old %v: %q, want %q", old, texts[0], want)
		}
	}
}

func FuzzUnescape(f *testing.F) {
	for _, seed := range []string{"", "&amp;", "&#233;", "&#x", "&#xD800;", "&notit;", "&&&#;", "é&"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := unescape(text)
		if !strings.Contains(text, "&") && got != text {
			t.Errorf("unescape(%q) = %q without an entity", text, got)
		}
		// The longest expansions are of names, to no more than what they replace.
		if len(got) > 3*len(text) {
			t.Errorf("unescape(%q) has %d bytes", text, len(got))
		}
	})
}
