package loom_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocsNameExamplesThatExist holds the pages of docs against the examples.
func TestDocsNameExamplesThatExist(t *testing.T) {
	var tests []string
	for _, folder := range []string{".", "cellcalling", "convert/*"} {
		found, err := filepath.Glob(folder + "/*_test.go")
		if err != nil {
			t.Fatal(err)
		}
		tests = append(tests, found...)
	}
	var source strings.Builder
	for _, path := range tests {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(text)
	}
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`\bExample[A-Z_]\w*`).FindAllString(string(text), -1) {
			named++
			if !strings.Contains(source.String(), "\nfunc "+name+"() {") {
				t.Errorf("%s: there is no %s", page, name)
			}
		}
	}
	if named == 0 {
		t.Error("no page names an example")
	}
}
