package mtx

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/annotate"
	"github.com/goloom/loom/convert/internal/matrixmarket"
	"github.com/goloom/loom/convert/internal/textfile"
	"github.com/goloom/loom/internal/progress"
)

// Options say what [Import] makes of a file.
type Options struct {
	// RowNames is a tab-delimited file with a line for each row of the matrix. Its first
	// field becomes the row attribute Accession and its second, if it has one, Gene. ColNames is
	// one with a line for each column, whose first field becomes the column attribute
	// CellID. Without them there are no attributes.
	RowNames, ColNames string

	// RowHeader and ColHeader say that the first lines of these files are headers.
	RowHeader, ColHeader bool

	// SampleID and a colon are put in front of each CellID, unless it is empty.
	SampleID string

	// Transposed takes the rows of the files for columns: cells are rows in them.
	Transposed bool

	// Layers are files of other layers by name, of the same shape.
	Layers map[string]string

	// Attrs are global attributes.
	Attrs map[string]*loom.Array
}

// Import makes the Loom file out of a Matrix Market file, which becomes the main
// matrix. If input is "" that is the sum of all layers. It does what loompy's
// create_from_matrix_market does, but makes no dense matrix.
//
// The types of the elements, what is read and what is held in memory are as the
// package comment says; the names of rows and columns are held, too. Errors about
// an input wrap [ErrMalformed] and say where it is wrong; there is no file out then, or the
// one that was there before.
func Import(ctx context.Context, input, out string, opts Options) error {
	paths := maps.Clone(opts.Layers)
	if paths == nil {
		paths = map[string]string{}
	}
	if input != "" {
		paths[""] = input
	}
	if len(paths) == 0 {
		return fmt.Errorf("no Matrix Market file: %w", os.ErrInvalid)
	}
	ctx, read := startImport(ctx, paths)
	im := importer{Options: opts, terms: map[string]matrixmarket.Term{}, attributes: annotate.Attributes{Globals: opts.Attrs}}
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		if err := im.survey(ctx, name, paths[name], filepath.Dir(out), read); err != nil {
			return err
		}
	}
	if err := im.readNames(ctx); err != nil {
		return err
	}
	return loom.CreateWith(ctx, out, func(tx *loom.Tx) error { return im.fill(ctx, tx) })
}

// startImport begins to report on files that are each read twice.
func startImport(ctx context.Context, paths map[string]string) (context.Context, func(n int)) {
	total := int64(0)
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			total += 2 * info.Size()
		}
	}
	ctx, tracker := progress.Start(ctx, "import", total, "bytes")
	return ctx, func(n int) { tracker.Add(n) }
}

// An importer makes one Loom file.
type importer struct {
	Options
	terms      map[string]matrixmarket.Term // by name of the layer
	first      *matrixmarket.File
	rows, cols int
	attributes annotate.Attributes
}

// survey opens and surveys the file of a layer.
func (im *importer) survey(ctx context.Context, name, path, scratch string, read func(n int)) error {
	f, err := matrixmarket.Open(ctx, path, matrixmarket.OnRead(read))
	if err != nil {
		return err
	}
	rows, cols := f.Header().Rows, f.Header().Cols
	if im.Transposed {
		rows, cols = cols, rows
	}
	if im.first == nil {
		im.first, im.rows, im.cols = f, rows, cols
	}
	if rows != im.rows || cols != im.cols {
		return fmt.Errorf("%s: a matrix of %d x %d, but %s has one of %d x %d: %w",
			path, f.Header().Rows, f.Header().Cols, im.first.Path(), im.first.Header().Rows, im.first.Header().Cols, ErrMalformed)
	}
	if rows == 0 || cols == 0 {
		return fmt.Errorf("%s: a matrix of %d x %d, want at least one row and one column: %w", path, rows, cols, ErrMalformed)
	}
	s, err := f.Survey(ctx)
	if err != nil {
		return err
	}
	im.terms[name] = matrixmarket.Term{File: f, Survey: s, Pick: matrixmarket.Pick{Transposed: im.Transposed, Scratch: scratch}}
	return nil
}

// What a matrix may declare if no names bear witness to its size: that much, and
// more the more elements it has.
const (
	freeElements     = 1 << 36
	emptinessAllowed = 1 << 16
)

// readNames reads the names of rows and columns.
func (im *importer) readNames(ctx context.Context) error {
	size, elements := int64(im.rows)*int64(im.cols), int64(0)
	if main, ok := im.terms[""]; ok {
		elements = main.Survey.Elements
	}
	if (im.RowNames == "" || im.ColNames == "") && (size-freeElements)/emptinessAllowed > elements {
		return fmt.Errorf("%s: a matrix of %d x %d with %d elements, without names of its rows and columns: %w",
			im.first.Path(), im.rows, im.cols, elements, ErrMalformed)
	}
	if im.RowNames != "" {
		layout := textfile.Layout{What: "row", Least: 1, Most: 2, Header: im.RowHeader}
		fields, err := im.readTable(ctx, im.RowNames, layout, im.rows, "rows", im.cols)
		if err != nil {
			return err
		}
		im.attributes.Rows = map[string]*loom.Array{"Accession": annotate.Array(fields[0])}
		if len(fields) > 1 {
			im.attributes.Rows["Gene"] = annotate.Array(fields[1])
		}
	}
	if im.ColNames == "" {
		return nil
	}
	layout := textfile.Layout{What: "column", Least: 1, Most: 1, Header: im.ColHeader, Unique: true}
	fields, err := im.readTable(ctx, im.ColNames, layout, im.cols, "columns", im.rows)
	if err != nil {
		return err
	}
	im.attributes.Cols = map[string]*loom.Array{"CellID": annotate.Array(annotate.Prefixed(im.SampleID, fields[0]))}
	return nil
}

// readTable reads names, of which there have to be n.
func (im *importer) readTable(ctx context.Context, path string, layout textfile.Layout, n int, what string, other int) ([][]string, error) {
	fields, err := textfile.ReadTable(ctx, path, layout, nil)
	if err != nil {
		return nil, err
	}
	found := 0
	if fields != nil {
		found = len(fields[0])
	}
	if found == n {
		return fields, nil
	}
	hint := ""
	if found == other {
		hint = "; it may have to be transposed"
	}
	return nil, fmt.Errorf("%s: %d names, but the matrix of %s has %d %s%s: %w", path, found, im.first.Path(), n, what, hint, ErrMalformed)
}

// fill puts everything into the new file.
func (im *importer) fill(ctx context.Context, tx *loom.Tx) error {
	if _, ok := im.terms[""]; !ok {
		var all []matrixmarket.Term
		for _, name := range slices.Sorted(maps.Keys(im.terms)) {
			all = append(all, im.terms[name])
		}
		if err := tx.Layers().SetStream(ctx, "", matrixmarket.Stream(ctx, all, nil)); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(im.terms)) {
		if err := tx.Layers().SetStream(ctx, name, matrixmarket.Stream(ctx, []matrixmarket.Term{im.terms[name]}, nil)); err != nil {
			return err
		}
	}
	return im.attributes.Set(tx)
}
