package bus

import (
	"context"
	"maps"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/annotate"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
)

// write makes the Loom file.
func (i *importing) write(ctx context.Context, c *counts) error {
	return loom.CreateWith(progress.Named(ctx, "import bus"), i.out, func(tx *loom.Tx) error {
		layers := append([]string{""}, i.transcripts.names...)
		for k, name := range layers {
			stream := loom.StreamColumns(c.genes, i.summary.Cells, c.columns(ctx, allMolecules+k, i.keep))
			if err := tx.Layers().SetStream(ctx, name, stream); err != nil {
				return err
			}
		}
		return annotate.Attributes{
			Rows: i.transcripts.genes.attributes(), Cols: i.cells(c), Globals: i.globals(c),
		}.Set(tx)
	})
}

// cells returns the column attributes.
func (i *importing) cells(c *counts) map[string]*loom.Array {
	var ids []string
	var umis []int64
	prefix := ""
	if i.opts.Sample != "" {
		prefix = i.opts.Sample + "_"
	}
	for k, barcode := range c.barcodes {
		if i.keep[k] {
			ids = append(ids, prefix+Decode(barcode, i.header.BarcodeLength))
			umis = append(umis, c.umis[k])
		}
	}
	return map[string]*loom.Array{"CellID": annotate.Array(ids), "TotalUMIs": annotate.Array(umis)}
}

// globals returns the global attributes.
func (i *importing) globals(c *counts) map[string]*loom.Array {
	attrs := map[string]*loom.Array{
		"Saturation":            hdf5.NewScalar(i.summary.Saturation()),
		"RedundantReadFraction": hdf5.NewScalar(1 - float64(i.summary.UMIs)/float64(i.summary.Reads)),
	}
	if i.opts.Sample != "" {
		attrs["SampleID"] = hdf5.NewScalar(i.opts.Sample)
	}
	if i.calls != nil {
		attrs["AmbientUMIs"] = hdf5.NewScalar(i.calls.AmbientUMIs)
		attrs["AmbientPValue"] = annotate.Array(i.calls.FDR)
		attrs["BarcodeTotalUMIs"] = annotate.Array(c.umis)
		attrs["CellBarcodes"] = annotate.Array(i.keep)
	}
	maps.Copy(attrs, i.opts.Attrs)
	return attrs
}
