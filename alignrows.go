package loom

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/goloom/loom/hdf5"
)

// align finds out which rows the result has, and where the sources have them.
func (c *combination) align(ctx context.Context) error {
	if c.settings.key != "" {
		return c.alignByKey(ctx)
	}
	first := c.sources[0]
	c.rows = first.height
	for i, s := range c.sources {
		if s.height != c.rows {
			return fmt.Errorf("%s: %d rows, %s has %d; a key may align them: %w",
				s.filename, s.height, first.filename, c.rows, ErrAlignment)
		}
		if err := s.takeSelected(); err != nil {
			return err
		}
		if i > 0 && !c.settings.trustRows {
			if err := c.compareRows(ctx, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeSelected takes the selected rows in their order.
func (m *mergeSource) takeSelected() error {
	rows, err := m.rowSel.Positions(m.rows)
	m.at = rows
	return err
}

// compareRows compares the names of the rows of a source with those of the first.
// It warns if there is nothing to compare.
func (c *combination) compareRows(ctx context.Context, s *mergeSource) error {
	first := c.sources[0]
	name, err := c.rowName(ctx, s)
	if err != nil {
		return err
	}
	if name == "" {
		c.warn("%s: no row attribute of strings to tell whether its rows are those of %s", s.filename, first.filename)
		return nil
	}
	want, err := first.rowTexts(ctx, name)
	if err != nil {
		return err
	}
	got, err := s.rowTexts(ctx, name)
	if err != nil {
		return err
	}
	for i := range want {
		if got[i] != want[i] {
			return fmt.Errorf("%s: row %d has the %s %q, that of %s %q; use a key, or trust that they are the same: %w",
				s.filename, i, name, got[i], first.filename, want[i], ErrAlignment)
		}
	}
	return nil
}

// rowName returns the row attribute of strings by which the rows of a source and of
// the first are compared: Accession, or else Gene, or else the first one that has a
// different value for each row; "" if there is none that both have.
func (c *combination) rowName(ctx context.Context, s *mergeSource) (string, error) {
	first := c.sources[0]
	names := []string{}
	for _, name := range append([]string{"Accession", "Gene"}, first.rowAttrs.names...) {
		if first.hasRowTexts(name) && s.hasRowTexts(name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if name == "Accession" || name == "Gene" {
			return name, nil
		}
		texts, err := first.rowTexts(ctx, name)
		if err != nil {
			return "", err
		}
		slices.Sort(texts)
		if len(slices.Compact(texts)) == c.rows {
			return name, nil
		}
	}
	return "", nil
}

// hasRowTexts reports whether there is a row attribute with one string for each row.
func (m *mergeSource) hasRowTexts(name string) bool {
	if !m.rowAttrs.Has(name) {
		return false
	}
	info := m.rowAttrs.source.stat(name)
	return info.Type.Class() == hdf5.String && len(info.Shape) == 1
}

// rowTexts returns the strings that a row attribute has in the rows that are taken.
func (m *mergeSource) rowTexts(ctx context.Context, name string) ([]string, error) {
	values, err := m.rowAttrs.getAt(ctx, name, m.rowSel)
	if err != nil {
		return nil, err
	}
	return values.Strings()
}

// alignByKey brings the rows of all sources into one order.
func (c *combination) alignByKey(ctx context.Context) error {
	var order []string // the keys of the result
	place := map[string]int{}
	for i, s := range c.sources {
		keys, err := s.keys(ctx, c.settings.key)
		if err != nil {
			return err
		}
		if i > 0 && s.keysAreText != c.sources[0].keysAreText {
			return fmt.Errorf("%s: row attribute %q is a key of strings in one of it and %s, and of numbers in the other: %w",
				s.filename, c.settings.key, c.sources[0].filename, ErrType)
		}
		if i > 0 && c.settings.join == JoinExact {
			if err := c.compareKeys(s, order, place, keys); err != nil {
				return err
			}
		}
		positions, err := s.rowSel.Positions(s.rows)
		if err != nil {
			return err
		}
		s.at = missingRows(len(order))
		for k, key := range keys {
			p, known := place[key]
			switch {
			case known:
				s.at[p] = positions[k]
			case i == 0 || c.settings.join == JoinOuter:
				place[key] = len(order)
				order = append(order, key)
				s.at = append(s.at, positions[k])
			}
		}
	}
	c.rows = len(order)
	for _, s := range c.sources {
		s.at = append(s.at, missingRows(c.rows-len(s.at))...)
	}
	if c.settings.join == JoinInner {
		c.dropRows()
	}
	return nil
}

// missingRows returns n rows that a source does not have.
func missingRows(n int) []int { return slices.Repeat([]int{-1}, n) }

// dropRows drops the rows that not all sources have.
func (c *combination) dropRows() {
	var kept []int
	for i := range c.rows {
		if !slices.ContainsFunc(c.sources, func(s *mergeSource) bool { return s.at[i] < 0 }) {
			kept = append(kept, i)
		}
	}
	for _, s := range c.sources {
		rows := make([]int, len(kept))
		for k, i := range kept {
			rows[k] = s.at[i]
		}
		s.at = rows
	}
	c.rows = len(kept)
}

// compareKeys refuses keys that are not those of the first source.
func (c *combination) compareKeys(s *mergeSource, order []string, place map[string]int, keys []string) error {
	there := make([]bool, len(order))
	var extra, lacking []string
	for _, key := range keys {
		if p, known := place[key]; known {
			there[p] = true
			continue
		}
		extra = append(extra, key)
	}
	for p, key := range order {
		if !there[p] {
			lacking = append(lacking, key)
		}
	}
	if len(extra)+len(lacking) == 0 {
		return nil
	}
	first := c.sources[0].filename
	var what []string
	if len(lacking) > 0 {
		what = append(what, fmt.Sprintf("%s lacks %s", s.filename, someOf(lacking)))
	}
	if len(extra) > 0 {
		what = append(what, fmt.Sprintf("%s lacks %s", first, someOf(extra)))
	}
	return fmt.Errorf("%s: row attribute %q does not have the values that it has in %s: %s: %w",
		s.filename, c.settings.key, first, strings.Join(what, ", "), ErrAlignment)
}

// someOf names the first of some values.
func someOf(values []string) string {
	const most = 5
	texts := make([]string, min(len(values), most))
	for i := range texts {
		texts[i] = strconv.Quote(values[i])
	}
	text := strings.Join(texts, ", ")
	if n := len(values) - most; n > 0 {
		text += fmt.Sprintf(" and %d more", n)
	}
	return text
}

// keys returns the keys of the rows that are taken, as text. Each must be there
// once.
func (m *mergeSource) keys(ctx context.Context, name string) ([]string, error) {
	if err := m.rowAttrs.check(name); err != nil {
		return nil, err
	}
	values, err := m.rowAttrs.getAt(ctx, name, m.rowSel)
	if err != nil {
		return nil, err
	}
	if shape := values.Shape(); len(shape) != 1 {
		return nil, m.rowAttrs.failed(name, fmt.Errorf("shape %v, a key has one value for each row: %w", shape, ErrShape))
	}
	m.keysAreText = isText(values)
	keys, err := keyTexts(values)
	if err != nil {
		return nil, m.rowAttrs.failed(name, fmt.Errorf("as a key: %w", err))
	}
	first := make(map[string]int, len(keys))
	var twice []string
	for i, key := range keys {
		if _, taken := first[key]; taken {
			twice = append(twice, key)
			continue
		}
		first[key] = i
	}
	if len(twice) > 0 {
		return nil, m.rowAttrs.failed(name, fmt.Errorf("as a key, has more than one row with %s: %w", someOf(twice), ErrAlignment))
	}
	return keys, nil
}

// keyTexts returns values as text that is equal if they are, whatever their types.
func keyTexts(values *Array) ([]string, error) {
	if isText(values) {
		return values.Strings()
	}
	texts := make([]string, values.Len())
	if integers, err := values.Int64s(); err == nil {
		for i, v := range integers {
			texts[i] = strconv.FormatInt(v, 10)
		}
		return texts, nil
	}
	if large, ok := values.Data().([]uint64); ok {
		for i, v := range large {
			texts[i] = strconv.FormatUint(v, 10)
		}
		return texts, nil
	}
	numbers, err := values.Float64s()
	if err != nil {
		return nil, err
	}
	for i, v := range numbers {
		if math.IsNaN(v) {
			return nil, fmt.Errorf("NaN in row %d, which equals nothing: %w", i, ErrAlignment)
		}
		texts[i] = strconv.FormatFloat(v+0, 'f', -1, 64) // no negative zero
	}
	return texts, nil
}
