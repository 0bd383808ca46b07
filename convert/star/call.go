package star

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"github.com/goloom/loom"
	"github.com/goloom/loom/cellcalling"
	"github.com/goloom/loom/convert/internal/annotate"
	"github.com/goloom/loom/convert/internal/matrixmarket"
	"github.com/goloom/loom/sparse"
)

// What [Calling] has by default: as loompy's fromfq.
const (
	defaultFDR     = 0.01
	defaultCertain = 1500
)

// Calling says which barcodes are cells if [Options.Cells] is [EmptyDrops].
type Calling struct {
	cellcalling.Options

	// Cells are the barcodes whose false discovery rate is below FDR, 0.01 if it is 0, and all
	// of more than CertainUMIs molecules, 1500 if it is 0.
	FDR         float64
	CertainUMIs int64
}

// callCells calls cells by the spliced counts of all barcodes or, without Velocyto, by those of
// the main matrix. It reads them three times.
func (im *importer) callCells(ctx context.Context) ([]string, error) {
	counted := im.layers[0] // spliced, if there is Velocyto
	for _, l := range im.layers {
		if !im.velo && l.name == im.Main {
			counted = l
		}
	}
	f := counted.folder
	calls, err := cellcalling.Call(ctx, len(f.ids), molecules(ctx, counted), im.Calling.Options)
	if err != nil {
		return nil, fmt.Errorf("%s: call cells: %w", f.path, err)
	}
	if calls.Untested != "" && im.Notes != nil {
		im.Notes("cells are those of many molecules alone: " + calls.Untested)
	}
	fdr, certain := im.Calling.FDR, im.Calling.CertainUMIs
	if fdr == 0 {
		fdr = defaultFDR
	}
	if certain == 0 {
		certain = defaultCertain
	}
	var cells []string
	var rates, ambient []float64
	for j, cell := range calls.Cells(fdr, certain) {
		if cell {
			cells, rates = append(cells, f.barcodes[j]), append(rates, calls.FDR[j])
			ambient = append(ambient, calls.AmbientUMIs)
		}
	}
	im.called = map[string][]float64{"AmbientPValue": rates, "AmbientUMIs": ambient}
	return cells, nil
}

// molecules yields the counts of a layer's file as those of molecules.
func molecules(ctx context.Context, l *layer) iter.Seq2[*sparse.CSC[uint32], error] {
	return func(yield func(*sparse.CSC[uint32], error) bool) {
		for batch, err := range matrixmarket.Columns[int64](ctx, l.term.File, l.term.Survey, l.term.Pick) {
			var counts *sparse.CSC[uint32]
			if err == nil {
				counts, err = asCounts(l.term.File.Path(), batch)
			}
			if !yield(counts, err) || err != nil {
				return
			}
		}
	}
}

// asCounts refuses what cannot be a number of molecules.
func asCounts(path string, batch *sparse.CSC[int64]) (*sparse.CSC[uint32], error) {
	rows, cols := batch.Dims()
	ptr, idx, values := batch.Raw()
	counts := make([]uint32, len(values))
	for k, v := range values {
		if counts[k] = uint32(v); int64(counts[k]) != v {
			return nil, fmt.Errorf("%s: a count of %d, want 0 to %d: %w", path, v, ^uint32(0), ErrMalformed)
		}
	}
	return sparse.NewCSC(rows, cols, ptr, idx, counts)
}

// sampleAttributes gives all cells the one value of each of [Options.Sample].
func (im *importer) sampleAttributes(attrs annotate.Attributes) error {
	for name, value := range im.Sample {
		if attrs.Cols[name] != nil {
			return fmt.Errorf("sample metadata %q has the name of an attribute of cells: %w", name, ErrMalformed)
		}
		all, err := repeated(value, len(im.cells))
		if err != nil {
			return fmt.Errorf("sample metadata %q: %w", name, err)
		}
		attrs.Cols[name] = all
	}
	return nil
}

// repeated returns n times the one value of an array.
func repeated(value *loom.Array, n int) (*loom.Array, error) {
	if value.Len() != 1 {
		return nil, fmt.Errorf("%d values, want one: %w", value.Len(), loom.ErrShape)
	}
	switch data := value.Data().(type) {
	case []string:
		return annotate.Array(slices.Repeat(data, n)), nil
	case []int64:
		return annotate.Array(slices.Repeat(data, n)), nil
	case []float64:
		return annotate.Array(slices.Repeat(data, n)), nil
	}
	return nil, fmt.Errorf("a value of type %s, want a string, int64 or float64: %w", value.Type(), loom.ErrType)
}
