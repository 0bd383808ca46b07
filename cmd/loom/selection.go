package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// selectionHelp describes selections.
const selectionHelp = `A selection picks positions, which count from 0, in one of three ways:
  a:b, a:b:step  from a up to, not including, b, as a slice in Python: either may be
                 left out, and negative ones count from the end
  1,5,9          these positions, in this order; negative ones count from the end
  Attr=value     where an attribute of the same axis, such as Gene, has the value`

// A selection is a list of positions on an axis: n of them, a progression
// unless there is a list.
type selection struct {
	start, step, n int
	list           []int
}

// everything selects an axis of the given length as it is.
func everything(length int) selection { return selection{step: 1, n: length} }

func listed(positions []int) selection {
	return selection{n: len(positions), list: positions}
}

// part returns the selector for count of the positions, from the first-th on.
func (s selection) part(first, count int) loom.Selector {
	if s.list != nil {
		return loom.Indices(s.list[first : first+count])
	}
	start := s.start + first*s.step
	if s.step > 0 && count > 0 {
		return loom.Strided(start, start+(count-1)*s.step+1, s.step)
	}
	positions := make([]int, count)
	for k := range positions {
		positions[k] = start + k*s.step
	}
	return loom.Indices(positions)
}

// positions returns all positions.
func (s selection) positions() []int {
	if s.list != nil {
		return s.list
	}
	positions := make([]int, s.n)
	for k := range positions {
		positions[k] = s.start + k*s.step
	}
	return positions
}

// parseSelection understands a selection of positions of an axis of the given length and
// with the given attributes.
func parseSelection(text string, length int, attrs *loom.Attributes) (selection, error) {
	switch {
	case strings.Contains(text, "="):
		return parseMatch(text, length, attrs)
	case strings.Contains(text, ":"):
		return parseSlice(text, length)
	}
	return parseList(text, length)
}

// parseSlice understands a:b:step as Python does.
func parseSlice(text string, length int) (selection, error) {
	fields := strings.Split(text, ":")
	if len(fields) > 3 {
		return selection{}, fmt.Errorf("%q has more than two colons", text)
	}
	step, err := parseBound(append(fields, "")[2], 1)
	if err != nil {
		return selection{}, err
	}
	if step == 0 {
		return selection{}, fmt.Errorf("%q: the step must not be 0", text)
	}
	// The positions that a bound may have: one further down than the first if the
	// step leads downwards.
	low, high := 0, length
	from, to := low, high
	if step < 0 {
		low, high = -1, length-1
		from, to = high, low
	}
	start, err := sliceBound(fields[0], from, low, high, length)
	if err != nil {
		return selection{}, err
	}
	stop, err := sliceBound(fields[1], to, low, high, length)
	if err != nil {
		return selection{}, err
	}
	return selection{start: start, step: step, n: steps(start, stop, step)}, nil
}

// steps returns how many positions there are from start on before stop.
func steps(start, stop, step int) int {
	distance := stop - start
	if step < 0 {
		// The negative of the smallest int would be itself.
		distance, step = -distance, -max(step, -int(^uint(0)>>1))
	}
	if distance <= 0 {
		return 0
	}
	return (distance-1)/step + 1
}

// sliceBound understands one bound of a slice: the given one if it is left out,
// from the end if negative, and moved into the axis if outside.
func sliceBound(text string, omitted, low, high, length int) (int, error) {
	if strings.TrimSpace(text) == "" {
		return omitted, nil
	}
	bound, err := parseBound(text, 0)
	if err != nil {
		return 0, err
	}
	if bound < 0 {
		bound += length
	}
	return min(max(bound, low), high), nil
}

func parseBound(text string, omitted int) (int, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return omitted, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	return n, nil
}

// parseList understands positions with commas between them.
func parseList(text string, length int) (selection, error) {
	if strings.TrimSpace(text) == "" {
		return selection{}, errors.New("nothing is selected; for everything, leave the option out")
	}
	positions := []int{}
	for field := range strings.SplitSeq(text, ",") {
		position, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil {
			return selection{}, fmt.Errorf("%q is neither a position, nor a range a:b, nor Attr=value", field)
		}
		if position < -length || position >= length {
			return selection{}, fmt.Errorf("position %d is outside of 0 to %d", position, length-1)
		}
		if position < 0 {
			position += length
		}
		positions = append(positions, position)
	}
	return listed(positions), nil
}

// parseMatch understands Attr=value. The name of an attribute may itself have
// an equals sign.
func parseMatch(text string, length int, attrs *loom.Attributes) (selection, error) {
	for at := range len(text) {
		if text[at] != '=' || !attrs.Has(text[:at]) {
			continue
		}
		positions, err := matching(attrs, text[:at], text[at+1:])
		if err != nil {
			return selection{}, err
		}
		if len(positions) > 0 && positions[len(positions)-1] >= length {
			return selection{}, fmt.Errorf("attribute %q has more values than there are positions, %d", text[:at], length)
		}
		return listed(positions), nil
	}
	name, _, _ := strings.Cut(text, "=")
	return selection{}, fmt.Errorf("no attribute %q to select by%s", name, among(name, attrs.Names()))
}

// matching returns the positions at which an attribute has a value.
func matching(attrs *loom.Attributes, name, value string) ([]int, error) {
	values, err := attrs.Get(name)
	if err != nil {
		return nil, err
	}
	if len(values.Shape()) != 1 {
		return nil, fmt.Errorf("attribute %q has shape %v, and only one of one dimension can be selected by",
			name, values.Shape())
	}
	matches, err := matcher(values, value)
	if err != nil {
		return nil, fmt.Errorf("attribute %q: %w", name, err)
	}
	positions := []int{}
	for i := range values.Len() {
		if matches(i) {
			positions = append(positions, i)
		}
	}
	return positions, nil
}

// matcher returns what tells whether the i-th of the values equals the given
// one: as text for strings, by name or number for enumerations, and as numbers of
// the values' own type for numbers.
func matcher(values *loom.Array, value string) (func(i int) bool, error) {
	switch data := values.Data().(type) {
	case []string:
		return equal(data, value), nil
	case []bool:
		wanted, err := strconv.ParseBool(value)
		return equal(data, wanted), unlike(value, "true or false", err)
	case []float32:
		wanted, err := parseFloat(value, 32)
		return near(data, float32(wanted)), err
	case []float64:
		wanted, err := parseFloat(value, 64)
		return near(data, wanted), err
	case []uint64:
		wanted, err := strconv.ParseUint(value, 10, 64)
		if err == nil {
			return equal(data, wanted), nil
		}
	}
	integers, err := values.Int64s()
	if err != nil {
		return nil, fmt.Errorf("cannot select by values of type %s", values.Type())
	}
	if wanted, ok := enumValue(values.Type(), value); ok {
		return equal(integers, wanted), nil
	}
	wanted, err := strconv.ParseInt(value, 10, 64)
	if err == nil {
		return equal(integers, wanted), nil
	}
	float, err := parseFloat(value, 64)
	return func(i int) bool { return float64(integers[i]) == float }, err
}

func equal[T comparable](data []T, wanted T) func(int) bool {
	return func(i int) bool { return data[i] == wanted }
}

// near compares floating point numbers; nan is like nan here.
func near[T float32 | float64](data []T, wanted T) func(int) bool {
	if wanted != wanted {
		return func(i int) bool { return data[i] != data[i] }
	}
	return equal(data, wanted)
}

func parseFloat(value string, bits int) (float64, error) {
	wanted, err := strconv.ParseFloat(strings.TrimSpace(value), bits)
	if errors.Is(err, strconv.ErrRange) {
		err = nil // infinite, and nothing but infinity equals it
	}
	return wanted, unlike(value, "a number", err)
}

func unlike(value, kind string, err error) error {
	if err != nil {
		return fmt.Errorf("%q is not %s, as its values are", value, kind)
	}
	return nil
}

func enumValue(t *hdf5.Datatype, name string) (int64, bool) {
	names, values := t.EnumNames()
	at := slices.Index(names, name)
	if at < 0 {
		return 0, false
	}
	return values[at], true
}
