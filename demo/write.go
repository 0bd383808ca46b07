package demo

import (
	"context"
	"fmt"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// A Summary says what was made.
type Summary struct {
	Rows, Cols int
	NonZeros   int64 // in the main matrix
	UMIs       int64 // its sum
	Layers     []string
	RowAttrs   []string
	ColAttrs   []string
	ColGraphs  []string
	Clusters   []string // those that occur, by ClusterID
}

// Write makes a data set and stores it as a Loom file at path, in place of an existing
// one. The file appears, whole, when all is written.
//
// It has the main matrix, of int32, and the layers spliced and unspliced, which
// add up to it; the row attributes Accession, Gene, MarkerOf (the name of a cluster, or
// nothing) and Mitochondrial (0 or 1); the column attributes CellID, ClusterID,
// ClusterName, Donor, TotalUMI, DetectedGenes, MitoFraction and UMAP, a made-up embedding
// of two dimensions; and the column graph KNN, from each cell to its ten nearest
// neighbours there.
//
// Options and seed decide everything but the times that files note: two files differ in
// nothing else, whatever the number of processors.
//
// Counts are drawn in batches of 1,024 cells, anew for each layer. Memory is
// that of a batch and of a stripe of 64 columns that is being stored, about 60 bytes
// a gene for each cluster and 500 a cell.
func Write(ctx context.Context, path string, o Options) (*Summary, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	w := &writer{model: newModel(o), options: o}
	w.totals = make([]int64, o.Cells)
	w.detected = make([]int64, o.Cells)
	w.mito = make([]float32, o.Cells)
	if err := loom.CreateWith(ctx, path, func(tx *loom.Tx) error { return w.write(ctx, tx) }); err != nil {
		return nil, err
	}
	return w.summary(), nil
}

// A writer stores what a model draws.
type writer struct {
	*model
	options Options

	// Of each cell, known when the first layer is written.
	totals, detected []int64
	mito             []float32
}

func (w *writer) write(ctx context.Context, tx *loom.Tx) error {
	for _, l := range []struct {
		of   layer
		name string
		seen func(int, *counter)
	}{{total, "", w.tally}, {spliced, "spliced", nil}, {unspliced, "unspliced", nil}} {
		stream := loom.StreamColumns(len(w.genes), len(w.cells), w.columns(ctx, l.of, l.seen))
		if err := tx.Layers().SetStream(ctx, l.name, stream); err != nil {
			return err
		}
	}
	if err := w.writeRowAttrs(tx.RowAttrs()); err != nil {
		return err
	}
	if err := w.writeColAttrs(tx.ColAttrs()); err != nil {
		return err
	}
	a, b, weights := graph(w.cells)
	values, err := hdf5.NewArray(weights)
	if err != nil {
		return err
	}
	if err := tx.ColGraphs().Set("KNN", a, b, values); err != nil {
		return err
	}
	return w.writeAttrs(tx.Attrs())
}

// tally notes the sums of a cell.
func (w *writer) tally(i int, c *counter) {
	sum, mito := int64(0), int64(0)
	for _, g := range c.touched {
		n := int64(c.counts[total][g])
		sum += n
		if w.genes[g].mitochondrial {
			mito += n
		}
	}
	w.totals[i], w.detected[i] = sum, int64(len(c.touched))
	if sum > 0 {
		w.mito[i] = float32(float64(mito) / float64(sum))
	}
}

func (w *writer) writeRowAttrs(attrs *loom.Attributes) error {
	n := len(w.genes)
	accessions, names, marks, mito := make([]string, n), make([]string, n), make([]string, n), make([]uint8, n)
	for i, g := range w.genes {
		accessions[i], names[i] = fmt.Sprintf("DEMO%08d", i+1), g.name
		if g.marks != none {
			marks[i] = clusters[g.marks].name
		}
		if g.mitochondrial {
			mito[i] = 1
		}
	}
	s := setter{attrs: attrs}
	set(&s, "Accession", accessions)
	set(&s, "Gene", names)
	set(&s, "MarkerOf", marks)
	set(&s, "Mitochondrial", mito)
	return s.err
}

func (w *writer) writeColAttrs(attrs *loom.Attributes) error {
	n := len(w.cells)
	ids, names, from, numbers := make([]string, n), make([]string, n), make([]string, n), make([]int64, n)
	places := make([]float32, 0, 2*n)
	for i, c := range w.cells {
		ids[i], names[i], from[i] = cellID(w.seed, i, c), clusters[c.cluster].name, donorName(c.donor)
		numbers[i] = int64(c.cluster)
		places = append(places, c.x, c.y)
	}
	s := setter{attrs: attrs}
	set(&s, "CellID", ids)
	set(&s, "ClusterID", numbers)
	set(&s, "ClusterName", names)
	set(&s, "Donor", from)
	set(&s, "TotalUMI", w.totals)
	set(&s, "DetectedGenes", w.detected)
	set(&s, "MitoFraction", w.mito)
	set(&s, "UMAP", places, n, 2)
	return s.err
}

func (w *writer) writeAttrs(attrs *loom.GlobalAttributes) error {
	description := fmt.Sprintf("%d genes x %d cells, made up by loom demo with seed %d; nothing of it was measured",
		len(w.genes), len(w.cells), w.seed)
	for _, attr := range [][2]string{{"Title", "Made-up blood cells"}, {"Description", description}, {"Species", "Homo sapiens"}} {
		if err := attrs.Set(attr[0], hdf5.NewScalar(attr[1])); err != nil {
			return err
		}
	}
	return nil
}

// A setter sets attributes until one cannot be set.
type setter struct {
	attrs *loom.Attributes
	err   error
}

// set sets an attribute of the given shape, of one dimension if none is given.
func set[T hdf5.Element](s *setter, name string, values []T, shape ...int) {
	if s.err != nil {
		return
	}
	var array *loom.Array
	if array, s.err = hdf5.NewArray(values, shape...); s.err == nil {
		s.err = s.attrs.Set(name, array)
	}
}

func (w *writer) summary() *Summary {
	s := &Summary{
		Rows: len(w.genes), Cols: len(w.cells), Layers: []string{"", "spliced", "unspliced"},
		RowAttrs:  []string{"Accession", "Gene", "MarkerOf", "Mitochondrial"},
		ColAttrs:  []string{"CellID", "ClusterID", "ClusterName", "Donor", "TotalUMI", "DetectedGenes", "MitoFraction", "UMAP"},
		ColGraphs: []string{"KNN"},
	}
	for i := range w.totals {
		s.UMIs += w.totals[i]
		s.NonZeros += w.detected[i]
	}
	for c, n := range quotas(len(w.cells)) {
		if n > 0 {
			s.Clusters = append(s.Clusters, clusters[c].name)
		}
	}
	return s
}
