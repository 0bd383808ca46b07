package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goloom/loom"
)

// fillOption understands --fill: auto, or NAME=VALUE for each attribute, the values of
// which are of the type that dtype returns. Without --fill there is no option.
func fillOption(texts []string, dtype func(name string) (string, error)) ([]loom.AddOption, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	if slices.Contains(texts, "auto") {
		if len(texts) > 1 {
			return nil, errors.New("--fill auto fills all gaps: leave out the other --fill")
		}
		return []loom.AddOption{loom.FillAuto()}, nil
	}
	values := map[string]*loom.Array{}
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("--fill %s, want auto or NAME=VALUE", text)
		}
		t, err := dtype(name)
		if err != nil {
			return nil, err
		}
		values[name], err = parseValues([]string{value}, t, nil, func(_ int, err error) error {
			return fmt.Errorf("--fill %s: %w", name, err)
		})
		if err != nil {
			return nil, err
		}
	}
	return []loom.AddOption{loom.FillWith(values)}, nil
}

// columnType returns the type that a column attribute has in the first of the files
// that has it.
func columnType(files []*loom.Conn, name string) (string, error) {
	var names []string
	for _, f := range files {
		if info, err := f.ColAttrs().Stat(name); err == nil {
			dtype, _ := presentType(info.Type)
			return dtype, nil
		}
		names = append(names, f.ColAttrs().Names()...)
	}
	return "", fmt.Errorf("--fill %s: no file has this column attribute%s", name, among(name, names))
}
