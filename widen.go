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

// preparedBytes bounds the column attributes that are encoded while layers are written.
const preparedBytes = 32 << 20

// A columnValues are the column attributes that a file is to have, some of which are being encoded.
type columnValues struct {
	before   *Attributes // that it has
	values   map[string]*Array
	prepared map[string]*hdf5.Prepared
}

// prepareColumns begins to encode column attributes, which storeColumns stores: they are ready when the layers are.
// Numbers come first: texts are given places in the file, and for the first of these one may have to wait
// until it is known which are free.
func (e *edit) prepareColumns(ctx context.Context, before *Attributes, values map[string]*Array) (columnValues, error) {
	c := columnValues{before, values, map[string]*hdf5.Prepared{}}
	var numbers, others []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if values[name].Type().IsNumeric() {
			numbers = append(numbers, name)
		} else {
			others = append(others, name)
		}
	}
	room := preparedBytes
	for _, name := range append(numbers, others...) {
		stored, err := e.storable(values[name])
		if err != nil {
			return c, before.failed(name, err)
		}
		if room -= stored.Len() * stored.Type().Size(); room < 0 {
			break
		}
		if c.prepared[name], err = e.h.Prepare(ctx, attributeSpec(stored), stored); err != nil {
			return c, before.failed(name, err)
		}
	}
	return c, nil
}

// storeColumns writes column attributes anew when there are more columns, and deletes
// the others that there were.
func (e *edit) storeColumns(ctx context.Context, c columnValues) error {
	for _, name := range c.before.names {
		if c.values[name] != nil {
			continue
		}
		if err := e.remove(attrsGroup(Columns), name); err != nil {
			return c.before.failed(name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.values)) {
		if err := e.storeColumn(ctx, name, c); err != nil {
			return c.before.failed(name, err)
		}
	}
	return nil
}

func (e *edit) storeColumn(ctx context.Context, name string, c columnValues) error {
	if prepared := c.prepared[name]; prepared != nil {
		return e.replaceAttribute(Columns, name, func(path string) error { return e.h.CreatePrepared(path, prepared) })
	}
	stored, err := e.storable(c.values[name])
	if err != nil {
		return err
	}
	return e.storeAttribute(ctx, Columns, name, stored)
}
