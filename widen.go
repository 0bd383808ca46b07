package loom

import (
	"context"
	"maps"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// widenLayer makes a layer, which is at a path, so wide. One that cannot grow, as other programs make them, is replaced by one that
// can.
func (e *edit) widenLayer(ctx context.Context, layer *Layer, path string, cols int) error {
	if limit := layer.dataset.MaxShape(); layer.dataset.Chunks() != nil && (limit[1] == -1 || limit[1] >= cols) {
		return e.h.Resize(ctx, path, layer.rows, cols)
	}
	t, err := hdf5.NamedType(layer.dtype.String())
	if err != nil {
		return err
	}
	if err := e.h.Delete(path); err != nil {
		return err
	}
	spec := hdf5.DatasetSpec{
		Type: t, Shape: []int{layer.rows, cols}, MaxShape: []int{layer.rows, -1},
		Chunks: layerChunks(layer.rows, cols), Deflate: deflateLevel,
	}
	if err := e.h.CreateDataset(path, spec); err != nil {
		return err
	}
	return e.h.WriteColumns(ctx, path, hdf5.ColumnOptions{}, hdf5.Columns{From: layer.dataset})
}

// storeColumns writes column attributes anew when there are more columns, and deletes
// the others that there were.
func (e *edit) storeColumns(ctx context.Context, before *Attributes, values map[string]*Array) error {
	for _, name := range before.names {
		if values[name] != nil {
			continue
		}
		if err := e.remove(attrsGroup(Columns), name); err != nil {
			return before.failed(name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		stored, err := e.storable(values[name])
		if err == nil {
			err = e.storeAttribute(ctx, Columns, name, stored)
		}
		if err != nil {
			return before.failed(name, err)
		}
	}
	return nil
}
