package loom

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/numpytext"
)

// An AttrFunc makes attributes of groups of columns of a column attribute:
//
//   - a [Reducer] makes a number of the values in each group, of float64, or of the rows of
//     an attribute of two dimensions, column by column. First and Last keep the type,
//     and take any;
//   - [MostFrequent] keeps the value that is most frequent in the group;
//   - [Tally] makes an attribute of each different value.
type AttrFunc interface {
	checkAttr() error
	// reduced adds what it makes of an attribute.
	reduced(to attrGroups, name string, values *Array) error
}

// A Census is an [AttrFunc] that counts equal values.
type Census int

const (
	// MostFrequent keeps, for each group, the most frequent value of an attribute
	// of one dimension, in its own type: the mode. Of several it is the least.
	MostFrequent Census = iota
	// Tally makes, for each value V of an attribute A of one dimension, an attribute
	// A_V of how often each group has it, of int64. Of strings, "/" becomes "-" and
	// "." becomes "_", as in loompy; it is an error that wraps [ErrName] if two values
	// make the same name.
	Tally
)

var censusNames = []string{"mode", "tally"}

// String returns "mode" or "tally".
func (c Census) String() string {
	if c.checkAttr() != nil {
		return fmt.Sprintf("Census(%d)", int(c))
	}
	return censusNames[c]
}

// ParseAttrFunc returns the function of the given name: "mode", "tally", or what
// [ParseReducer] knows. If there is none, the error wraps fs.ErrInvalid and lists
// those that exist.
func ParseAttrFunc(name string) (AttrFunc, error) {
	if i := slices.Index(censusNames, name); i >= 0 {
		return Census(i), nil
	}
	r, ok := reducerOf(name)
	if !ok {
		return nil, unknownFunc(name, slices.Concat(censusNames, reducerNames))
	}
	return r, nil
}

func (c Census) checkAttr() error {
	if c != MostFrequent && c != Tally {
		return fmt.Errorf("unknown census %d: %w", int(c), ErrType)
	}
	return nil
}

func (r Reducer) checkAttr() error { return r.check() }

type namedAttrFunc struct {
	name string
	f    AttrFunc
}

// attrGroups are attributes in the making.
type attrGroups struct {
	*grouping
	attrs map[string]*Array
	fill  float64
}

// put adds an attribute of the groups.
func (to attrGroups) put(name string, values *Array) error {
	if err := checkName(name); err != nil {
		return fmt.Errorf("attribute %q: %w", name, err)
	}
	if to.attrs[name] != nil {
		return fmt.Errorf("two attributes %q of the groups: %w", name, ErrName)
	}
	to.attrs[name] = values
	return nil
}

// aggregateAttrs makes the attributes of the groups.
func (c *contents) aggregateAttrs(ctx context.Context, a *Aggregated, by Grouping, g *grouping, s aggregateSettings) error {
	to := attrGroups{g, a.ColAttrs, s.fill}
	asked := map[string]bool{by.name: true}
	for _, attr := range s.attrs {
		if attr.f == nil {
			return fmt.Errorf("no function for the column attribute %q: %w", attr.name, ErrType)
		}
		if err := attr.f.checkAttr(); err != nil {
			return err
		}
		asked[attr.name] = true
		values, err := c.groupedAttr(ctx, attr.name, g)
		if err != nil {
			return err
		}
		if err := attr.f.reduced(to, attr.name, values); err != nil {
			return c.colAttrs.failed(attr.name, fmt.Errorf("%v: %w", attr.f, err))
		}
	}
	if by.name != "" && to.attrs[by.name] == nil {
		if err := to.put(by.name, a.Labels); err != nil {
			return fmt.Errorf("%s: labels: %w", c.filename, err)
		}
	}
	if !s.ifEqual {
		return nil
	}
	for _, name := range c.colAttrs.names {
		if asked[name] || to.attrs[name] != nil || len(c.colAttrs.source.stat(name).Shape) != 1 {
			continue
		}
		values, err := c.groupedAttr(ctx, name, g)
		if err != nil {
			return err
		}
		if err := to.putIfEqual(name, values); err != nil {
			return err
		}
	}
	return nil
}

// groupedAttr reads the values of an attribute at the places of a grouping.
func (c *contents) groupedAttr(ctx context.Context, name string, g *grouping) (*Array, error) {
	if err := c.colAttrs.check(name); err != nil {
		return nil, err
	}
	at := All()
	if g.positions != nil {
		at = Indices(g.positions)
	}
	values, err := c.colAttrs.getAt(ctx, name, at)
	if err != nil {
		return nil, err
	}
	if shape := values.Shape(); len(shape) > 2 || shape[0] != g.width() {
		return nil, c.colAttrs.failed(name, fmt.Errorf("shape %v for %d columns: %w", shape, g.width(), ErrShape))
	}
	return values, nil
}

// putIfEqual adds an attribute if it has but one value in each group.
func (to attrGroups) putIfEqual(name string, values *Array) error {
	of, _, err := distinctValues(values)
	if err != nil {
		return nil // values of no order are not compared
	}
	firsts := to.placesOf(0)
	for place, group := range to.of {
		if of[place] != of[firsts[group]] {
			return nil
		}
	}
	same, err := values.Select(firsts)
	if err != nil {
		return err
	}
	return to.put(name, same)
}

// placesOf returns the place of a rank, which may count from the end, in each
// group.
func (g *grouping) placesOf(rank int) []int {
	places := make([]int, g.n)
	for group := range places {
		from := g.first[group]
		if rank < 0 {
			from = g.first[group+1]
		}
		places[group] = int(g.places[from+rank])
	}
	return places
}

func (r Reducer) reduced(to attrGroups, name string, values *Array) error {
	var kept *Array
	var err error
	switch r {
	case First:
		kept, err = values.Select(to.placesOf(0))
	case Last:
		kept, err = values.Select(to.placesOf(-1))
	default:
		kept, err = to.numbers(r, values)
	}
	if err != nil {
		return err
	}
	return to.put(name, kept)
}

// numbers reduces each column of an attribute of numbers, or the only one.
func (to attrGroups) numbers(r Reducer, values *Array) (*Array, error) {
	all, err := values.Float64s()
	if err != nil {
		return nil, err
	}
	shape := values.Shape()
	width := arrayWidth(values)
	shape[0] = to.n
	reduced := make([]float64, to.n*width)
	column, result := make([]float64, to.width()), make([]float64, to.n)
	line := &reduction{groups: to.grouping, fs: []Func{r}, none: func(Reducer) float64 { return to.fill }, results: [][]float64{result}}
	for j := range width {
		for i := range column {
			column[i] = all[i*width+j]
		}
		t := newTallies(line, 1)
		t.add(to.entriesOf(column))
		t.finish(0)
		for g, v := range result {
			reduced[g*width+j] = v
		}
	}
	return hdf5.NewArray(reduced, shape...)
}

func (c Census) reduced(to attrGroups, name string, values *Array) error {
	if shape := values.Shape(); len(shape) != 1 {
		return fmt.Errorf("shape %v, want one dimension: %w", shape, ErrShape)
	}
	of, distinct, err := distinctValues(values)
	if err != nil {
		return err
	}
	if c == Tally {
		return to.tally(name, of, distinct)
	}
	modes := make([]int, to.n)
	most := make([]int, to.n)
	counts := make([]int, distinct.Len())
	for group := range to.n {
		for _, place := range to.places[to.first[group]:to.first[group+1]] {
			counts[of[place]]++
		}
		for _, place := range to.places[to.first[group]:to.first[group+1]] {
			value := int(of[place])
			if n := counts[value]; n > most[group] || n == most[group] && value < modes[group] {
				modes[group], most[group] = value, n
			}
		}
		for _, place := range to.places[to.first[group]:to.first[group+1]] {
			counts[of[place]] = 0
		}
	}
	kept, err := distinct.Select(modes)
	if err != nil {
		return err
	}
	return to.put(name, kept)
}

// mostTallies is how many numbers one tally can have: 1 GiB.
const mostTallies = 1 << 27

// tally adds an attribute for each different value.
func (to attrGroups) tally(name string, of []int32, distinct *Array) error {
	text, err := numpytext.Entries(distinct)
	if err != nil {
		return err
	}
	if int64(to.n)*int64(distinct.Len()) > mostTallies {
		return fmt.Errorf("%d different values in %d groups: %w", distinct.Len(), to.n, ErrTooLarge)
	}
	// The places of each value, in which its groups are counted.
	values := newGrouping(distinct.Len(), of, nil)
	for value := range values.n {
		counts := make([]int64, to.n)
		for _, place := range values.places[values.first[value]:values.first[value+1]] {
			counts[to.of[place]]++
		}
		label := string(text(nil, value))
		if isText(distinct) {
			label = strings.NewReplacer("/", "-", ".", "_").Replace(label)
		}
		a, err := hdf5.NewArray(counts)
		if err != nil {
			return err
		}
		if err := to.put(name+"_"+label, a); err != nil {
			return err
		}
	}
	return nil
}
