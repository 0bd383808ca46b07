package bus

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/annotate"
	"github.com/goloom/loom/convert/internal/textfile"
)

// genes are the rows of the matrix: their attributes, and where each is.
type genes struct {
	columns []string            // names of attributes
	values  map[string][]string // by attribute, one for each gene
	row     map[string]int32    // by key
}

func newGenes(columns ...string) *genes {
	return &genes{columns: columns, values: map[string][]string{}, row: map[string]int32{}}
}

// add adds a gene whose attributes are given in the order of the columns.
func (g *genes) add(key string, values ...string) int32 {
	row := int32(len(g.row))
	g.row[key] = row
	for i, column := range g.columns {
		g.values[column] = append(g.values[column], values[i])
	}
	return row
}

// attributes returns the row attributes.
func (g *genes) attributes() map[string]*loom.Array {
	attributes := map[string]*loom.Array{}
	for name, values := range g.values {
		attributes[name] = annotate.Array(values)
	}
	return attributes
}

// readGenes reads a table of genes: a header, then a line for each gene. Each has a
// key of its own.
func readGenes(ctx context.Context, path, key string) (*genes, error) {
	var g *genes
	at := 0 // column of the key
	for line, err := range textfile.Lines(ctx, path) {
		if err != nil {
			return nil, err
		}
		fields := strings.Split(line.Text, "\t")
		fail := func(want, got string) error {
			return &FormatError{path, fmt.Sprintf("line %d", line.Number), want, got}
		}
		if g == nil {
			if at = slices.Index(fields, key); at < 0 {
				return nil, fail(fmt.Sprintf("the column %q", key), strings.Join(fields, ", "))
			}
			if twice := repeated(fields); twice >= 0 {
				return nil, fail("different names of columns", fmt.Sprintf("%q twice", fields[twice]))
			}
			for i, name := range fields {
				if !loomName(name) {
					return nil, fail(fmt.Sprintf("the name of an attribute in column %d", i+1), fmt.Sprintf("%q", name))
				}
			}
			g = newGenes(fields...)
			continue
		}
		if len(fields) != len(g.columns) {
			return nil, fail(fmt.Sprintf("%d columns", len(g.columns)), fmt.Sprint(len(fields)))
		}
		if row, ok := g.row[fields[at]]; ok {
			return nil, fail("a gene that was not there before", fmt.Sprintf("%q, which is on line %d", fields[at], row+2))
		}
		g.add(fields[at], fields...)
	}
	if g == nil || len(g.row) == 0 {
		return nil, &FormatError{File: path, Want: "a header and a line for each gene", Got: "no genes"}
	}
	return g, nil
}

// loomName reports whether an attribute can have a name.
func loomName(name string) bool {
	return name != "" && name != "." && !strings.ContainsAny(name, "/\x00")
}

// repeated returns the position of the first name that was there before, or -1.
func repeated(names []string) int {
	seen := map[string]bool{}
	for i, name := range names {
		if seen[name] {
			return i
		}
		seen[name] = true
	}
	return -1
}
