package h5ad

import (
	"context"
	"fmt"
	"io/fs"
	"slices"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
)

// ExportOptions say what [Export] writes. The zero value is what most readers
// want.
type ExportOptions struct {
	// Layer becomes X in place of the main matrix, which is then a layer called
	// "matrix".
	Layer string

	// Dense stores matrices with all their elements, instead of compressed by cell.
	Dense bool

	// ObsNames and VarNames are the attributes that become the names of observations and variables.
	// The first of CellID and obs_names, or of Gene, var_names and Accession, stands for "".
	ObsNames, VarNames string

	// KeepDuplicates leaves names that are not unique as they are, of which anndata warns
	// when it reads them.
	KeepDuplicates bool

	// Uncompressed stores everything as it is. Otherwise large arrays are compressed by
	// gzip, as every h5py reads it.
	Uncompressed bool

	// KeepAll makes it an error, which wraps [loom.ErrLoss] and lists them, if there
	// are losses.
	KeepAll bool
}

// Export writes a Loom file as h5ad, which anndata 0.8 and later read without a
// warning; the package comment says what becomes of what. The file appears, whole and durable,
// in place of an existing one when all is written, and if anything fails there is none.
//
// What the new file does not have is in the report.
//
// It is an error that wraps [loom.ErrNotExist] if there is no main matrix, or no
// attribute or layer that the options name, and one that wraps [fs.ErrInvalid] to write over the
// file itself.
//
// Layers are read once, in stripes of cells. In memory are the elements of a stripe
// that are not zero (with Dense, all of them), 4 million elements at most or those of one column of
// chunks, 8 bytes for each cell, an attribute at a time and a graph at a time.
func Export(ctx context.Context, ds *loom.Conn, out string, opts ExportOptions) (Report, error) {
	if sameFile(ds.Filename(), out) {
		return Report{}, fmt.Errorf("%s is the Loom file itself, which would be replaced: %w", out, fs.ErrInvalid)
	}
	e := &exporter{ds: ds, opts: opts}
	if err := e.check(); err != nil {
		return Report{}, err
	}
	total := int64(e.rows) * int64(e.cols) * int64(ds.Layers().Len())
	ctx, e.done = progress.Start(ctx, "export", total, "values")
	err := hdf5.Create(ctx, out, func(tx *hdf5.Tx) error {
		e.tx = tx
		if err := e.write(ctx); err != nil {
			return err
		}
		if opts.KeepAll {
			return e.err()
		}
		return nil
	})
	if err != nil {
		return Report{}, err
	}
	return e.Report, nil
}

// An exporter writes one h5ad file.
type exporter struct {
	Report
	ds         *loom.Conn
	opts       ExportOptions
	tx         *hdf5.Tx
	rows, cols int // of the Loom file
	done       *progress.Tracker
}

// check refuses what cannot be written.
func (e *exporter) check() error {
	if !e.ds.Layers().Has("") {
		return fmt.Errorf("%s: main matrix: %w", e.ds.Filename(), loom.ErrNotExist)
	}
	if _, err := e.ds.Layer(e.opts.Layer); err != nil {
		return err
	}
	e.rows, e.cols = e.ds.Shape()
	return nil
}

// write writes all parts of the file.
func (e *exporter) write(ctx context.Context) error {
	if err := e.encode("/", "anndata", "0.1.0"); err != nil {
		return err
	}
	if err := e.writeLayers(ctx); err != nil {
		return err
	}
	for _, axis := range []loom.Axis{loom.Columns, loom.Rows} {
		if err := e.writeAxis(ctx, axis); err != nil {
			return err
		}
		if err := e.writeGraphs(ctx, axis); err != nil {
			return err
		}
	}
	return e.writeGlobals(ctx)
}

// encode says of an object how it is to be read.
func (e *exporter) encode(path, encoding, version string) error {
	if err := e.tx.SetAttribute(path, "encoding-type", hdf5.NewScalar(encoding)); err != nil {
		return err
	}
	return e.tx.SetAttribute(path, "encoding-version", hdf5.NewScalar(version))
}

// makeGroup makes a group of an encoding.
func (e *exporter) makeGroup(path, encoding, version string) error {
	if err := e.tx.CreateGroup(path); err != nil {
		return err
	}
	return e.encode(path, encoding, version)
}

// How large arrays are stored.
const (
	deflateLevel = 2       // of gzip: as Loom files have it
	chunkBytes   = 1 << 18 // of arrays
	smallArray   = 1 << 12 // bytes up to which an array is stored in one piece
)

// compress chooses how a dataset is stored.
func (e *exporter) compress(spec *hdf5.DatasetSpec) {
	if e.opts.Uncompressed || spec.Type.VariableLength() {
		return
	}
	spec.Deflate, spec.Shuffle = deflateLevel, spec.Type.Size() > 1
}

// writeArray writes an array of numbers, strings or booleans with its encoding.
func (e *exporter) writeArray(ctx context.Context, path string, values *hdf5.Array) error {
	values, err := native(values)
	if err != nil {
		return err
	}
	spec := hdf5.DatasetSpec{Type: values.Type(), Shape: values.Shape()}
	if size := values.Type().Size(); values.Len() > smallArray/size && values.Type().Class() != hdf5.String && !e.opts.Uncompressed {
		spec.Chunks = arrayChunks(values.Shape(), size)
		e.compress(&spec)
	}
	if err := e.tx.CreateDataset(path, spec); err != nil {
		return err
	}
	if err := e.encode(path, arrayEncoding(values), "0.2.0"); err != nil {
		return err
	}
	return e.tx.Write(ctx, path, values)
}

// arrayEncoding returns the encoding of an array or a scalar.
func arrayEncoding(values *hdf5.Array) string {
	text, scalar := values.Type().Class() == hdf5.String, len(values.Shape()) == 0
	switch {
	case text && scalar:
		return "string"
	case text:
		return "string-array"
	case scalar:
		return "numeric-scalar"
	}
	return "array"
}

// arrayChunks returns the shape of the chunks of an array: whole rows of it.
func arrayChunks(shape []int, size int) []int {
	chunks := slices.Clone(shape)
	for i := len(shape) - 1; i >= 0; i-- {
		chunks[i] = max(1, min(shape[i], chunkBytes/size))
		size = min(size*chunks[i], chunkBytes)
	}
	return chunks
}

// native returns values as numpy has them on most machines: numbers of the least
// significant byte first, strings of variable length in UTF-8.
func native(values *hdf5.Array) (*hdf5.Array, error) {
	if t := values.Type(); t.String() == "float16" {
		half, err := hdf5.NamedType("float16")
		if err != nil {
			return nil, err
		}
		return values.WithType(half)
	}
	return plainArray(values)
}

// storable reports whether an array is of a type that h5ad has for arrays.
func storable(t *hdf5.Datatype) bool {
	switch t.Class() {
	case hdf5.Integer, hdf5.Float, hdf5.String, hdf5.Bool:
		return true
	}
	return false
}
