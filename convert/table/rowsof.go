package table

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/goloom/loom"
)

// What a file takes over of the one whose rows it has: what tells a gene, not what was
// computed of it.
var identities = []string{"Accession", "Gene", "Chromosome", "Start", "End"}

// givenRows are the rows of a Loom file, which the new file is to have, in their order.
type givenRows struct {
	path       string
	key        textAttribute // names them
	attributes []typedAttribute
}

// readGivenRows reads what there is to say about the rows of a file.
func readGivenRows(path, key string) (_ *givenRows, err error) {
	ds, err := loom.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ds.Close()) }()
	g := &givenRows{path: path, key: textAttribute{name: key}}
	if key == "" {
		g.key.name = "Accession"
	}
	attrs := ds.RowAttrs()
	if g.key.texts, err = attrs.Strings(g.key.name); err != nil {
		return nil, err
	}
	names := identities
	if !slices.Contains(names, g.key.name) {
		names = append(slices.Clone(names), g.key.name)
	}
	for _, name := range names {
		if !attrs.Has(name) {
			continue
		}
		a := typedAttribute{name: name}
		if a.values, err = attrs.Get(name); err != nil {
			return nil, err
		}
		g.attributes = append(g.attributes, a)
	}
	return g, nil
}

// place returns the row that each row of a table becomes, by its name, or -1 where no row has
// that name, and how many of the rows that are given get none.
func (g *givenRows) place(names *textAttribute, table string) (to []int, empty int, err error) {
	if names == nil {
		return nil, 0, fmt.Errorf("%s: %w: no names of rows, which are to be found in %s", table, ErrTable, g.path)
	}
	at := make(map[string]int, len(g.key.texts))
	for i, name := range g.key.texts {
		if _, twice := at[name]; twice {
			i = -1 // which of them, cannot be known
		}
		at[name] = i
	}
	from := make(map[int]int, len(at))
	to = make([]int, len(names.texts))
	for i, name := range names.texts {
		k, known := at[name]
		if !known {
			to[i] = -1
			continue
		}
		if k < 0 {
			return nil, 0, fmt.Errorf("%s: %w: row %q of %s is there more than once in %s", g.path, ErrTable, name, table, g.key.name)
		}
		if before, twice := from[k]; twice {
			return nil, 0, fmt.Errorf("%s: %w: rows %d and %d, from 1 on, are both %q", table, ErrTable, before+1, i+1, name)
		}
		from[k], to[i] = i, k
	}
	if len(from) == 0 {
		return nil, 0, fmt.Errorf("%s: %w: none of its rows, %s, is in %s of %s, %s",
			table, ErrTable, some(names.texts), g.key.name, g.path, some(g.key.texts))
	}
	return to, len(g.key.texts) - len(from), nil
}

// alignRows has the rows of a table become those of a Loom file.
func (made *Imported) alignRows(o ImportOptions, table string, labels []textAttribute, names *textAttribute) (*alignment, error) {
	if o.RowMetadata != "" {
		return nil, fmt.Errorf("rows of %s, and their attributes of %s: want one of both", o.RowsOf, o.RowMetadata)
	}
	g, err := readGivenRows(o.RowsOf, o.RowsOfKey)
	if err != nil {
		return nil, err
	}
	if key := named(labels, g.key.name, nil); key != nil {
		names = key
	}
	a := &alignment{rows: len(g.key.texts), attributes: g.attributes}
	var empty int
	if a.to, empty, err = g.place(names, table); err != nil {
		return nil, err
	}
	left := 0
	for _, row := range a.to {
		if row < 0 {
			left++
		}
	}
	if left > 0 {
		made.Notes = append(made.Notes, fmt.Sprintf("%s of %s not in %s and left out", plural(left, "row"), table, o.RowsOf))
	}
	if empty > 0 {
		made.Notes = append(made.Notes, fmt.Sprintf("%s of %s not in %s and zero", plural(empty, "row"), o.RowsOf, table))
	}
	made.Rows = a.rows
	return a, nil
}

// An alignment says which rows there are to be.
type alignment struct {
	rows       int
	to         []int // the row that each row of the table becomes, -1 for none; nil for the same
	attributes []typedAttribute
}

// align returns the attributes of the rows, and which row of the table each row is.
func (made *Imported) align(ctx context.Context, o ImportOptions, t axisTable) (*alignment, error) {
	if o.RowsOf != "" {
		return made.alignRows(o, t.table, t.attributes, t.names)
	}
	attributes, err := made.attributes(ctx, t)
	return &alignment{rows: t.length, attributes: attributes}, err
}
