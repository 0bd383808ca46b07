package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// Import makes a Loom file of a table of text. The package comment says which tables
// there are.
//
// Attributes become int64 if all their values are whole numbers, float64 if they are
// numbers, uint8 if they are true or false, and strings else; lists of numbers
// in brackets, as numpy writes them, become attributes of two dimensions. So what
// [loom.Conn.Export] has written comes back with equal values as far as its text has them:
// numpy leaves out digits after the eighth of numbers in lists, types are the ones above,
// and a string that looks like a number is one. Layers, graphs and global
// attributes are not part of a table.
//
// The table is read twice, first to check all of it, so that nothing is made of one that is
// wrong: such errors wrap [ErrTable], and name the file, the line, what was expected and
// what is there. Memory is that of the attributes, a batch of lines, and a stripe of 64 lines
// that is being stored. Rows in the order of [ImportOptions.RowsOf] go through a scratch file beside
// out, which is gone afterwards, with 12 bytes for each element that is not zero.
func Import(ctx context.Context, input, out string, o ImportOptions) (*Imported, error) {
	return importFrom(ctx, fileAt(input), out, o)
}

// ImportReader is [Import] for a table that is not in a file: it is put aside in a scratch file
// beside out, as it is, and removed in the end. Errors and notes call it by the name. What r is
// waiting for when the context ends it goes on waiting for.
func ImportReader(ctx context.Context, name string, r io.Reader, out string, o ImportOptions) (_ *Imported, err error) {
	from, discard, err := spooled(ctx, name, r, filepath.Dir(out))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, discard()) }()
	return importFrom(ctx, from, out, o)
}

func importFrom(ctx context.Context, from origin, out string, o ImportOptions) (*Imported, error) {
	v, err := takeSurvey(ctx, from, o)
	if err != nil {
		return nil, err
	}
	made := &Imported{Rows: v.lines, Cols: v.values, Type: v.dtype, Annotated: v.annotated}
	rows, cols := v.labels, v.across
	rowNames, colNames := firstOf(rows), v.names
	if o.Transposed {
		made.Rows, made.Cols = made.Cols, made.Rows
		rows, cols = cols, rows
		rowNames, colNames = colNames, rowNames
	}
	if v.annotated {
		rowNames, colNames = named(rows, o.RowNames, rowKeys), named(cols, o.ColNames, colKeys)
	}
	aligned, err := made.align(ctx, o, axisTable{from.name, o.RowMetadata, "row", "", made.Rows, rows, rowNames})
	if err != nil {
		return nil, err
	}
	colAttrs, err := made.attributes(ctx, axisTable{from.name, o.ColMetadata, "column", samplePrefix(o.SampleID), made.Cols, cols, colNames})
	if err != nil {
		return nil, err
	}
	err = loom.CreateWith(ctx, out, func(tx *loom.Tx) error {
		opts := []loom.WriteOption{loom.StoreAs(v.dtype)}
		if o.AllowNonFinite {
			opts = append(opts, loom.AllowNonFinite())
		}
		if err := tx.Layers().SetStream(ctx, "", v.stream(ctx, from, o, aligned, filepath.Dir(out)), opts...); err != nil {
			return err
		}
		if err := setAll(tx.RowAttrs(), aligned.attributes); err != nil {
			return err
		}
		if err := setAll(tx.ColAttrs(), colAttrs); err != nil {
			return err
		}
		for name, value := range o.Attrs {
			if err := tx.Attrs().Set(name, value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// firstOf returns the first of some attributes, which has the names, or nil.
func firstOf(attributes []textAttribute) *textAttribute {
	if len(attributes) == 0 {
		return nil
	}
	return &attributes[0]
}

// Attributes that may have the names of rows and columns.
var (
	rowKeys = []string{"Gene", "Accession", "Name"}
	colKeys = []string{"CellID", "Cell", "Barcode"}
)

// named returns the attribute of a name, or the first of the usual ones.
func named(attributes []textAttribute, name string, usual []string) *textAttribute {
	if name != "" {
		usual = []string{name}
	}
	for _, key := range usual {
		for i := range attributes {
			if attributes[i].name == key {
				return &attributes[i]
			}
		}
	}
	return nil
}

// An axisTable is what there is to say about the rows, or the columns.
type axisTable struct {
	table, metadata string
	thing           string // row or column
	prefix          string // of names
	length          int
	attributes      []textAttribute
	names           *textAttribute // of the attributes; nil if there are none
}

// attributes returns the attributes of an axis, those of its metadata among
// them.
func (made *Imported) attributes(ctx context.Context, t axisTable) ([]typedAttribute, error) {
	all, names := t.attributes, t.names
	if t.metadata != "" {
		more, err := made.metadata(ctx, t)
		if err != nil {
			return nil, err
		}
		if names == nil {
			names = &more[0]
		}
		all = append(all[:len(all):len(all)], more...)
	}
	typed := make([]typedAttribute, len(all))
	for i, a := range all {
		isName := names != nil && a.name == names.name
		var err error
		if isName {
			texts := make([]string, len(a.texts))
			for k, text := range a.texts {
				texts[k] = t.prefix + text
			}
			typed[i].values, err = hdf5.NewArray(texts)
		} else {
			typed[i].values, err = attributeOf(a.texts)
		}
		if err != nil {
			return nil, err
		}
		typed[i].name = a.name
	}
	return typed, nil
}

// metadata returns the attributes that a table of metadata has for an axis.
func (made *Imported) metadata(ctx context.Context, t axisTable) ([]textAttribute, error) {
	m, err := readMetadata(ctx, t.metadata)
	if err != nil {
		return nil, err
	}
	entries := len(m.lines)
	order := make([]int, entries)
	for i := range order {
		order[i] = i
	}
	if t.names != nil {
		if order, err = m.order(t.names, t.prefix, t.table); err != nil {
			return nil, err
		}
	}
	if len(order) != t.length {
		return nil, fmt.Errorf("%s: %w: %s after the header, want one for each of the %d %ss of %s",
			t.metadata, ErrTable, plural(entries, "line"), t.length, t.thing, t.table)
	}
	if more := entries - len(order); more > 0 {
		made.Notes = append(made.Notes, fmt.Sprintf("%s has %s for no %s of %s", t.metadata, plural(more, "line"), t.thing, t.table))
	}
	picked := m.picked(order)
	switch key := &picked[0]; {
	case t.names != nil && (m.unnamed || key.name == t.names.name):
		picked = picked[1:] // the names are there already
	case m.unnamed:
		key.name = map[string]string{"row": "Gene", "column": "CellID"}[t.thing]
	}
	for _, a := range picked {
		for _, other := range t.attributes {
			if a.name == other.name {
				return nil, fmt.Errorf("%s:1: %w: the attribute %q is in %s, too", t.metadata, ErrTable, a.name, t.table)
			}
		}
	}
	return picked, nil
}

// A typedAttribute is an attribute as it is stored.
type typedAttribute struct {
	name   string
	values *loom.Array
}

func setAll(attrs *loom.Attributes, all []typedAttribute) error {
	for _, a := range all {
		if err := attrs.Set(a.name, a.values); err != nil {
			return err
		}
	}
	return nil
}

// samplePrefix returns what the names of a sample's cells begin with.
func samplePrefix(sample string) string {
	if sample == "" {
		return ""
	}
	return sample + ":"
}
