package tenx

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
)

// importHDF5 makes a Loom file of an HDF5 file of a sample.
func importHDF5(ctx context.Context, input, sample, out string, opts Options) (_ Imported, err error) {
	f, err := hdf5.Open(input)
	if err != nil {
		return Imported{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	im := importing{Options: opts, Imported: Imported{Sample: sample}, out: out, analysis: analysisOf(input)}
	m := matrix{file: f}
	if m.group, im.Imported.Genome, err = findMatrix(f, opts.Genome); err != nil {
		return im.Imported, err
	}
	if err := m.open(ctx); err != nil {
		return im.Imported, err
	}
	if im.features, err = m.features(ctx); err != nil {
		return im.Imported, err
	}
	if im.barcodes, err = m.texts(ctx, "barcodes"); err != nil {
		return im.Imported, err
	}
	if err := m.unique(im.barcodes); err != nil {
		return im.Imported, err
	}
	if err := im.check(m.at("shape"), m.rows, m.cols, im.features.where, m.at("barcodes")); err != nil {
		return im.Imported, err
	}
	ctx, tracker := progress.Start(ctx, "import", int64(m.cols), "columns")
	m.rowTo, m.taken, m.done = im.rowTo, im.rows, func(n int) { tracker.Add(n) }
	stream, err := m.stream(ctx)
	if err != nil {
		return im.Imported, err
	}
	return im.create(ctx, func() *loom.Stream { return stream })
}

// IsHDF5 reports whether a file looks like one of Cell Ranger's that [Import] reads.
func IsHDF5(f *hdf5.File) bool {
	group, _, err := findMatrix(f, "")
	if errors.Is(err, ErrAmbiguous) {
		return true
	}
	return err == nil && group.Has("barcodes") && group.Has("indptr")
}

// findMatrix returns the group that holds the matrix: that of version 3, or that of a
// genome of earlier ones.
func findMatrix(f *hdf5.File, wanted string) (group *hdf5.Group, genome string, err error) {
	if f.Root().Has("matrix") {
		group, err := f.Group("matrix")
		return group, "", err
	}
	links, err := f.Root().Links()
	if err != nil {
		return nil, "", err
	}
	var genomes []string
	for _, link := range links {
		if group, err := f.Group(link.Name); err == nil && group.Has("indptr") {
			genomes = append(genomes, link.Name)
		}
	}
	if len(genomes) == 0 {
		return nil, "", fmt.Errorf("%s: neither a group matrix nor one of a genome, with barcodes, data, indices, indptr and shape: %w",
			f.Name(), ErrMalformed)
	}
	if genome, err = oneGenome(f.Name(), genomes, wanted); err != nil {
		return nil, "", err
	}
	group, err = f.Group(genome)
	return group, genome, err
}

// A matrix is one in an HDF5 file, compressed by column.
type matrix struct {
	file       *hdf5.File
	group      *hdf5.Group
	rows, cols int
	starts     []int64 // of columns, and the end of the last
	rowTo      []int   // the row of each feature
	taken      int     // features
	done       func(columns int)
}

// at names an object of the matrix in errors.
func (m *matrix) at(name string) string {
	return m.file.Name() + ": " + path.Join(m.group.Path(), name)
}

// malformed returns an error about an object of the matrix.
func (m *matrix) malformed(name, format string, args ...any) error {
	return fmt.Errorf("%s: %s: %w", m.at(name), fmt.Sprintf(format, args...), ErrMalformed)
}

// open reads the shape and where columns start.
func (m *matrix) open(ctx context.Context) error {
	shape, err := m.numbers(ctx, "shape")
	if err != nil {
		return err
	}
	if len(shape) != 2 || min(shape[0], shape[1]) < 0 || max(shape[0], shape[1]) > math.MaxInt32 {
		return m.malformed("shape", "%v, want the numbers of features and barcodes", shape)
	}
	m.rows, m.cols = int(shape[0]), int(shape[1])
	if m.starts, err = m.numbers(ctx, "indptr"); err != nil {
		return err
	}
	if len(m.starts) != m.cols+1 || m.starts[0] != 0 {
		return m.malformed("indptr", "%d positions, want %d, of which the first is 0", len(m.starts), m.cols+1)
	}
	for j, start := range m.starts[:m.cols] {
		if n := m.starts[j+1] - start; n < 0 || n > int64(m.rows) {
			return m.malformed("indptr", "column %d from %d to %d, want 0 to %d elements", j, start, m.starts[j+1], m.rows)
		}
	}
	for _, name := range []string{"indices", "data"} {
		d, err := m.group.Dataset(name)
		if err != nil {
			return err
		}
		if shape := d.Shape(); len(shape) != 1 || int64(shape[0]) != m.starts[m.cols] || !d.Type().IsNumeric() {
			return m.malformed(name, "%s of shape %v, want %d numbers", d.Type(), shape, m.starts[m.cols])
		}
	}
	return nil
}

// numbers and texts read datasets of one dimension.
func (m *matrix) numbers(ctx context.Context, name string) ([]int64, error) {
	a, err := m.read(ctx, name)
	if err != nil {
		return nil, err
	}
	values, err := a.Int64s()
	if err != nil {
		return nil, m.malformed(name, "%v", err)
	}
	return values, nil
}

func (m *matrix) texts(ctx context.Context, name string) ([]string, error) {
	a, err := m.read(ctx, name)
	if err != nil {
		return nil, err
	}
	values, err := a.Strings()
	if err != nil {
		return nil, m.malformed(name, "%v", err)
	}
	return values, nil
}

func (m *matrix) read(ctx context.Context, name string) (*hdf5.Array, error) {
	d, err := m.group.Dataset(name)
	if err != nil {
		return nil, err
	}
	if len(d.Shape()) != 1 {
		return nil, m.malformed(name, "shape %v, want one dimension", d.Shape())
	}
	return d.Read(ctx)
}

// features reads what the rows stand for.
func (m *matrix) features(ctx context.Context) (*features, error) {
	if !m.group.Has("features") {
		f := &features{where: m.at("genes")}
		return f, m.readTexts(ctx, map[string]*[]string{"genes": &f.ids, "gene_names": &f.names}, nil)
	}
	f := &features{where: m.at("features")}
	return f, m.readTexts(ctx, map[string]*[]string{"features/id": &f.ids, "features/name": &f.names},
		map[string]*[]string{"features/feature_type": &f.types, "features/genome": &f.genomes})
}

// readTexts reads what has to be there, and what may be, an element for each row.
func (m *matrix) readTexts(ctx context.Context, must, may map[string]*[]string) error {
	for name, values := range may {
		if m.group.Has("features") && m.has(name) {
			must[name] = values
		}
	}
	for name, values := range must {
		var err error
		if *values, err = m.texts(ctx, name); err != nil {
			return err
		}
		if len(*values) != m.rows {
			return m.malformed(name, "%d elements, but the shape has %d rows", len(*values), m.rows)
		}
	}
	return nil
}

func (m *matrix) has(name string) bool {
	_, err := m.group.Lookup(name)
	return err == nil
}

// unique refuses barcodes of which two are the same.
func (m *matrix) unique(barcodes []string) error {
	first := make(map[string]int, len(barcodes))
	for i, barcode := range barcodes {
		if k, ok := first[barcode]; ok {
			return m.malformed("barcodes", "element %d is %q, which is element %d already", i, barcode, k)
		}
		first[barcode] = i
	}
	return nil
}
