package loom

import (
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// A mergeLayer is a layer of the result.
type mergeLayer struct {
	name    string
	dtype   *hdf5.Datatype
	columns []hdf5.Columns
}

// planLayers finds out which layers the result has, and where they come from.
func (c *combination) planLayers() ([]mergeLayer, error) {
	var layers []mergeLayer
	for _, name := range c.layerNames() {
		layer := mergeLayer{name: name}
		for _, s := range c.sources {
			columns, dtype, err := c.layerColumns(s, name)
			if err != nil {
				return nil, err
			}
			layer.columns = append(layer.columns, columns)
			if dtype == nil {
				continue
			}
			if layer.dtype == nil {
				layer.dtype = dtype
			}
			both := exactType(layer.dtype, dtype)
			if both == nil {
				return nil, fmt.Errorf("%s: %s of %s values, those before have %s, and no type holds both exactly: %w",
					s.filename, layerTitle(name), dtype, layer.dtype, ErrType)
			}
			layer.dtype = both
		}
		layers = append(layers, layer)
	}
	return layers, nil
}

// layerNames returns the names of the layers of the result, and notes which are lost.
func (c *combination) layerNames() []string {
	if c.settings.layers != nil {
		names := []string{""}
		for _, name := range c.settings.layers {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		return names
	}
	names := c.sources[0].layers.Names()
	for _, s := range c.sources[1:] {
		for _, name := range s.layers.Names() {
			switch {
			case slices.Contains(names, name):
			case c.settings.fillLayers:
				names = append(names, name)
			default:
				c.lose(s, layerLoss, name, "%s lacks it", c.sources[0].filename)
			}
		}
	}
	return names
}

// layerColumns returns what the result has of a layer of a source, and its type, nil
// if the source lacks it.
func (c *combination) layerColumns(s *mergeSource, name string) (hdf5.Columns, *hdf5.Datatype, error) {
	columns := hdf5.Columns{Rows: s.at, Cols: s.colSel}
	if c.settings.fillLayers && !s.layers.Has(name) && s.layers.unusable[name] == nil {
		columns.From, columns.Rows = s.layers.find("").dataset, missingRows(c.rows)
		return columns, nil, nil
	}
	layer, err := s.layers.Get(name)
	if err != nil {
		return columns, nil, err
	}
	if _, err := layer.numbers(); err != nil {
		return columns, nil, err
	}
	columns.From = layer.dataset
	return columns, layer.dtype, nil
}
