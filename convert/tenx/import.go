package tenx

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/annotate"
	"github.com/goloom/loom/convert/internal/matrixmarket"
	"github.com/goloom/loom/convert/internal/textfile"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
)

// Import makes the Loom file out of a folder or an HDF5 file of Cell Ranger's: see the
// package comment for which, and for what becomes of what.
//
// Of a folder, the types of the elements and what is held in memory are those of
// package [mtx]: int32 for counts, and some columns. Of an HDF5 file the elements keep
// their type, and memory is that of 64 columns, and of a million elements. Features, barcodes
// and 8 bytes for each of them are held beside.
//
// Errors about the input wrap [ErrMalformed], or [fs.ErrNotExist] where a part is missing,
// and say where; there is no file out then, or the one that was there before.
func Import(ctx context.Context, input, out string, opts Options) (Imported, error) {
	info, err := os.Stat(input)
	if err != nil {
		return Imported{}, err
	}
	if !info.IsDir() {
		return importHDF5(ctx, input, sampleOf(input), out, opts)
	}
	s, err := locate(input, opts)
	if err != nil {
		return Imported{}, err
	}
	if s.file != "" {
		return importHDF5(ctx, s.file, s.sample, out, opts)
	}
	return importFolder(ctx, s, out, opts)
}

// An importing is a Loom file that is being made.
type importing struct {
	Options
	Imported
	out      string
	features *features
	barcodes []string
	rowTo    []int // the row of each feature
	rows     int
	analysis string // folder
}

// importFolder makes a Loom file of a folder.
func importFolder(ctx context.Context, s source, out string, opts Options) (Imported, error) {
	im := importing{Options: opts, Imported: Imported{Sample: s.sample, Genome: s.genome}, out: out, analysis: s.analysis}
	matrix, err := find(filepath.Join(s.matrix, "matrix.mtx"))
	if err != nil {
		return im.Imported, err
	}
	total := int64(0)
	if info, err := os.Stat(matrix); err == nil {
		total = 2 * info.Size() // it is read twice
	}
	ctx, tracker := progress.Start(ctx, "import", total, "bytes")
	if im.features, err = readFeatures(ctx, s.matrix, nil); err != nil {
		return im.Imported, err
	}
	path, err := find(filepath.Join(s.matrix, "barcodes.tsv"))
	if err != nil {
		return im.Imported, err
	}
	fields, err := textfile.ReadTable(ctx, path, textfile.Layout{What: "barcode", Least: 1, Most: 1, Unique: true}, nil)
	if err != nil {
		return im.Imported, err
	}
	if fields != nil {
		im.barcodes = fields[0]
	}
	file, err := matrixmarket.Open(ctx, matrix, matrixmarket.OnRead(func(n int) { tracker.Add(n) }))
	if err != nil {
		return im.Imported, err
	}
	if err := im.check(matrix, file.Header().Rows, file.Header().Cols, im.features.where, path); err != nil {
		return im.Imported, err
	}
	survey, err := file.Survey(ctx)
	if err != nil {
		return im.Imported, err
	}
	return im.create(ctx, func() *loom.Stream {
		pick := matrixmarket.Pick{RowTo: im.rowTo, Rows: im.rows, Scratch: filepath.Dir(out)}
		return matrixmarket.Stream(ctx, []matrixmarket.Term{{File: file, Survey: survey, Pick: pick}}, nil)
	})
}

// check compares the size of a matrix with the numbers of features and barcodes, and
// chooses the features.
func (im *importing) check(matrix string, rows, cols int, features, barcodes string) (err error) {
	if rows != len(im.features.ids) {
		return fmt.Errorf("%s: %d features, but the matrix of %s has %d rows: %w",
			features, len(im.features.ids), matrix, rows, ErrMalformed)
	}
	if cols != len(im.barcodes) {
		return fmt.Errorf("%s: %d barcodes, but the matrix of %s has %d columns: %w",
			barcodes, len(im.barcodes), matrix, cols, ErrMalformed)
	}
	if rows == 0 || cols == 0 {
		return fmt.Errorf("%s: a matrix of %d x %d, want at least one row and one column: %w", matrix, rows, cols, ErrMalformed)
	}
	im.rowTo, im.rows, err = im.features.choose(im.Options)
	im.Left = im.features.left
	return err
}

// create makes the Loom file, whose matrix is what stream returns.
func (im *importing) create(ctx context.Context, stream func() *loom.Stream) (Imported, error) {
	cells, err := readAnalysis(ctx, im.analysis, im.barcodes)
	if err != nil {
		return im.Imported, err
	}
	switch {
	case im.NoSampleID:
		im.Sample = ""
	case im.SampleID != "":
		im.Sample = im.SampleID
	}
	cells["CellID"] = annotate.Array(annotate.Prefixed(im.Sample, im.barcodes))
	genes, genome := im.features.attributes(im.rowTo)
	if im.Imported.Genome == "" {
		im.Imported.Genome = genome
	}
	globals := map[string]*loom.Array{"Genome": hdf5.NewScalar(im.Imported.Genome)}
	maps.Copy(globals, im.Attrs)
	err = loom.CreateWith(ctx, im.out, func(tx *loom.Tx) error {
		if err := tx.Layers().SetStream(ctx, "", stream()); err != nil {
			return err
		}
		return annotate.Attributes{Rows: genes, Cols: cells, Globals: globals}.Set(tx)
	})
	return im.Imported, err
}
