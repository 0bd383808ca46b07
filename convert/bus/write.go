package bus

import (
	"context"
	"maps"
	"slices"

	"github.com/goloom/loom"
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
		rows, err := i.transcripts.genes.attributes()
		if err != nil {
			return err
		}
		for _, name := range i.transcripts.genes.columns {
			if err := tx.RowAttrs().Set(name, rows[name]); err != nil {
				return err
			}
		}
		if err := i.writeCells(tx, c); err != nil {
			return err
		}
		return i.writeGlobals(tx, c)
	})
}

// writeCells writes the column attributes.
func (i *importing) writeCells(tx *loom.Tx, c *counts) error {
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
	if err := setVector(tx.ColAttrs().Set, "CellID", ids); err != nil {
		return err
	}
	return setVector(tx.ColAttrs().Set, "TotalUMIs", umis)
}

// writeGlobals writes the global attributes.
func (i *importing) writeGlobals(tx *loom.Tx, c *counts) error {
	attrs := map[string]*loom.Array{
		"Saturation":            hdf5.NewScalar(i.summary.Saturation()),
		"RedundantReadFraction": hdf5.NewScalar(1 - float64(i.summary.UMIs)/float64(i.summary.Reads)),
	}
	if i.opts.Sample != "" {
		attrs["SampleID"] = hdf5.NewScalar(i.opts.Sample)
	}
	set := func(name string, values *loom.Array) error {
		attrs[name] = values
		return nil
	}
	if i.calls != nil {
		attrs["AmbientUMIs"] = hdf5.NewScalar(i.calls.AmbientUMIs)
		if err := setVector(set, "AmbientPValue", i.calls.FDR); err != nil {
			return err
		}
		if err := setVector(set, "BarcodeTotalUMIs", c.umis); err != nil {
			return err
		}
		if err := setVector(set, "CellBarcodes", i.keep); err != nil {
			return err
		}
	}
	for name, value := range i.opts.Attrs {
		attrs[name] = value
	}
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		if err := tx.Attrs().Set(name, attrs[name]); err != nil {
			return err
		}
	}
	return nil
}

// setVector sets an attribute to a vector.
func setVector[T hdf5.Element](set func(string, *loom.Array) error, name string, values []T) error {
	a, err := hdf5.NewArray(values)
	if err != nil {
		return err
	}
	return set(name, a)
}
