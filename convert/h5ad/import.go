package h5ad

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
)

// ImportOptions say what [Import] makes. The zero value is what most files want.
type ImportOptions struct {
	// Main is what becomes the main matrix: "X", or "" for it, "raw" for raw/X, or the
	// name of a layer. X is a layer then, if it has the same variables. With "raw", the
	// rows and their attributes are those of raw.
	Main string

	// Attrs are global attributes to set, in place of those of uns of the same names.
	Attrs map[string]*loom.Array

	// AllowNonFinite lets NaN and infinities into layers.
	AllowNonFinite bool

	// KeepAll makes it an error, which wraps [loom.ErrLoss] and lists them, if there
	// are losses.
	KeepAll bool
}

// Import makes the Loom file out of an h5ad file, written by anndata 0.6 or
// later; the package comment says what becomes of what. The Loom file appears, whole and
// durable, in place of an existing one when all is written, and if anything fails there is
// none. The input is only read.
//
// What the Loom file cannot have is in the report.
//
// An input that is damaged or not AnnData's is an error that wraps [ErrInvalid], or
// an error of package hdf5, and names the file and the path in it. NaN in a matrix is an
// error that wraps [loom.ErrNotFinite] unless it is allowed.
//
// Each value is read once, chunk by chunk. In memory are a stripe of 64 cells of
// a layer that is dense or compressed by cell, or of 64 genes of one that is compressed by
// gene, a batch of half a million values, 8 bytes for each cell or gene, an attribute at a time and a
// graph at a time. The chunks of a dense matrix that lie side by side across it are held at once if
// they take up to 128 MiB, and decoded more than once otherwise; obs and var of anndata 0.6 are read as
// a whole.
func Import(ctx context.Context, input, out string, opts ImportOptions) (report Report, err error) {
	if sameFile(input, out) {
		return Report{}, fmt.Errorf("%s is the input itself, which the Loom file would replace: %w", out, fs.ErrInvalid)
	}
	file, err := hdf5.Open(input)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	im, err := newImporter(ctx, file, input, opts)
	if err != nil {
		return Report{}, plain(err)
	}
	ctx, im.done = progress.Start(ctx, "import", im.values(), "values")
	err = loom.CreateWith(ctx, out, func(tx *loom.Tx) error {
		im.tx = tx
		if err := im.fill(ctx); err != nil {
			return err
		}
		if opts.KeepAll {
			return im.err()
		}
		return nil
	})
	if err != nil {
		return Report{}, plain(err)
	}
	return im.Report, nil
}

// plain returns an error about the input without what was being done with it.
func plain(err error) error {
	if in, ok := errors.AsType[inputError](err); ok {
		return in.error
	}
	return err
}

func sameFile(a, b string) bool {
	infoA, errA := os.Stat(a)
	infoB, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// An importer makes one Loom file.
type importer struct {
	input
	Report
	opts ImportOptions
	tx   *loom.Tx
	done *progress.Tracker // of the elements of layers

	axes   [2]importAxis       // by loom.Axis: variables, observations
	layers []importLayer       // the main matrix first
	legacy map[string]bool     // paths in uns of categories and graphs that belong elsewhere
	filled map[string][]string // names of columns, by what stands for missing values in them
}

// An importLayer is a matrix that becomes a layer.
type importLayer struct {
	name string
	*matrix
}

// newImporter finds out what there is to import, and checks shapes and pointers:
// most of what can be wrong with a file is found before anything is written.
func newImporter(ctx context.Context, file *hdf5.File, name string, opts ImportOptions) (*importer, error) {
	im := &importer{input: input{file, name}, opts: opts, legacy: map[string]bool{}, filled: map[string][]string{}}
	for _, part := range []string{"/obs", "/var"} {
		o, err := im.lookup(part)
		if err != nil {
			return nil, err
		}
		if o == nil {
			return nil, im.bad(part, "there is none, as in every file of AnnData")
		}
		f, err := im.frame(ctx, o)
		if err != nil {
			return nil, err
		}
		if f.rows == 0 {
			return nil, im.bad(part, "has no rows; a Loom file has a row and a column at least")
		}
		if part == "/obs" {
			im.axes[loom.Columns] = newImportAxis(loom.Columns, f)
		} else {
			im.axes[loom.Rows] = newImportAxis(loom.Rows, f)
		}
	}
	if err := im.chooseLayers(ctx); err != nil {
		return nil, err
	}
	return im, nil
}

// shape returns the number of observations and variables.
func (im *importer) shape() (obs, vars int) {
	return im.axes[loom.Columns].rows, im.axes[loom.Rows].rows
}

// values returns the number of elements of all layers.
func (im *importer) values() int64 {
	obs, vars := im.shape()
	return int64(len(im.layers)) * int64(obs) * int64(vars)
}

// fill puts everything into the new file.
func (im *importer) fill(ctx context.Context) error {
	for _, l := range im.layers {
		if err := im.setLayer(ctx, l); err != nil {
			return err
		}
	}
	for i := range im.axes {
		if err := im.setAxis(ctx, &im.axes[i]); err != nil {
			return err
		}
	}
	if err := im.setGlobals(ctx); err != nil {
		return err
	}
	im.noteFilled()
	return im.loseUnknown()
}

// setLayer copies a matrix.
func (im *importer) setLayer(ctx context.Context, l importLayer) error {
	var opts []loom.WriteOption
	if im.opts.AllowNonFinite {
		opts = append(opts, loom.AllowNonFinite())
	}
	t := l.matrix.values.Type()
	if t.String() == "float16" {
		opts = append(opts, loom.StoreAs("float16"))
	}
	err := im.tx.Layers().SetStream(ctx, l.name, elementsOf(t).stream(ctx, l.matrix, im.done), opts...)
	if errors.Is(err, loom.ErrNotFinite) {
		return inputError{fmt.Errorf("%s: %s: has NaN or infinities, which were not allowed: %w", im.name, l.path, loom.ErrNotFinite)}
	}
	return err
}

// loseUnknown reports what is in the file beside the parts of AnnData.
func (im *importer) loseUnknown() error {
	members, err := im.members("/")
	if err != nil {
		return err
	}
	for _, m := range members {
		switch m.name {
		case "X", "layers", "obs", "var", "obsm", "varm", "obsp", "varp", "uns", "raw", "raw.X", "raw.var", "raw.varm":
		default:
			im.lose(im.name, "file", m.name, "no part of AnnData")
		}
	}
	return nil
}
