package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// TestChanges lists what was changed, and not what was there before.
func TestChanges(t *testing.T) {
	path := makeFile(t)
	time.Sleep(2 * time.Millisecond)
	since := time.Now().UTC()
	time.Sleep(2 * time.Millisecond)
	must(t, "set", path, "col_attrs/Age", "--value", "3")
	must(t, "rename", path, "layers/counts", "other")
	must(t, "set", path, "row_graphs/near", "--from", written(t, "0\t1\t2\n"))
	var paths []string
	for _, fields := range textLines(must(t, "changes", path, "--since", since.Format(time.RFC3339Nano))) {
		at, err := time.Parse(time.RFC3339Nano, fields[1])
		if err != nil || at.Before(since) || at.After(time.Now()) {
			t.Errorf("%q: %v", fields, err)
		}
		paths = append(paths, fields[0])
	}
	if want := []string{"layers/other", "col_attrs/Age", "row_graphs/near"}; !slices.Equal(paths, want) {
		t.Errorf("%q, want %q", paths, want)
	}
	if all := textLines(must(t, "changes", path)); len(all) != 8 {
		t.Errorf("%d parts have changed ever, want 8: %q", len(all), all)
	}
	if out := must(t, "changes", path, "--since", "2100-01-01", "--json"); !strings.Contains(out, `"changes":[]`) {
		t.Errorf("%s", out)
	}
}

func TestParseTime(t *testing.T) {
	now := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"":                            "0001-01-01T00:00:00Z",
		"2026-01-31":                  "2026-01-31T00:00:00Z",
		"2026-01-31 15:04":            "2026-01-31T15:04:00Z",
		"2026-01-31T15:04:05":         "2026-01-31T15:04:05Z",
		"2026-01-31T15:04:05.5Z":      "2026-01-31T15:04:05.5Z",
		"2026-01-31T15:04+01:00":      "2026-01-31T14:04:00Z",
		"20260131T150405.000001Z":     "2026-01-31T15:04:05.000001Z",
		"90m":                         "2026-03-10T10:30:00Z",
		"7d":                          "2026-03-03T12:00:00Z",
		"yesterday":                   "",
		"-1h":                         "",
		"2026-02-30":                  "",
		"d":                           "",
		"2026-01-31T15:04:05.5Z more": "",
	} {
		got, err := parseTime(text, now)
		if (err != nil) != (want == "") || err == nil && got.UTC().Format(time.RFC3339Nano) != want {
			t.Errorf("%q: %v, %v, want %s", text, got, err, want)
		}
	}
}
