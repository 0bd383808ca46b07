package loom

import (
	"fmt"
	"iter"
	"slices"

	"github.com/goloom/loom/hdf5"
)

// Layers are the matrices of a file or a view. They share one shape in any file
// that passes validation.
type Layers struct {
	filename string
	layers   []*Layer
	unusable map[string]error // what is there but is no layer
	writer   writer           // nil for those of a view
}

// loadLayers finds the main matrix and the other layers. Only two-dimensional
// datasets are layers.
func (s *snapshot) loadLayers(root *hdf5.Group) *Layers {
	layers := &Layers{filename: s.filename, unusable: map[string]error{}}
	if root.Has("matrix") {
		main, err := root.Dataset("matrix")
		if err != nil {
			layers.unusable[""] = s.problem("/matrix: %w", err)
		} else {
			s.addLayer(layers, "", main)
		}
	}
	for name, dataset := range s.datasets(root, "layers") {
		s.addLayer(layers, name, dataset)
	}
	return layers
}

func (s *snapshot) addLayer(layers *Layers, name string, dataset *hdf5.Dataset) {
	shape := dataset.Shape()
	if len(shape) != 2 {
		layers.unusable[name] = s.problem("%s: shape %v, a layer has two dimensions: %w", dataset.Path(), shape, ErrInvalid)
		return
	}
	layers.layers = append(layers.layers, &Layer{
		filename: s.filename, name: name, rows: shape[0], cols: shape[1],
		dtype: dataset.Type(), dataset: dataset, allowance: s.memory,
	})
}

// Names returns the names of the layers: "" for the main matrix, then the
// others in the file's order.
func (l *Layers) Names() []string {
	names := make([]string, len(l.layers))
	for i, layer := range l.layers {
		names[i] = layer.name
	}
	return names
}

// Len returns the number of layers, the main matrix among them.
func (l *Layers) Len() int { return len(l.layers) }

// Has reports whether there is a layer of the given name.
func (l *Layers) Has(name string) bool { return l.find(name) != nil }

// Get returns the layer of the given name; "" is the main matrix. It is an
// error that wraps [ErrNotExist] if there is none, or another one if there is
// something else in its place.
func (l *Layers) Get(name string) (*Layer, error) {
	if layer := l.find(name); layer != nil {
		return layer, nil
	}
	if err := l.unusable[name]; err != nil {
		return nil, err
	}
	return nil, absent("%s: no %s", l.filename, layerTitle(name))
}

func (l *Layers) find(name string) *Layer {
	for _, layer := range l.layers {
		if layer.name == name {
			return layer
		}
	}
	return nil
}

// All iterates over the layers in the order of [Layers.Names].
func (l *Layers) All() iter.Seq[*Layer] { return slices.Values(l.layers) }

// layerTitle names a layer in errors.
func layerTitle(name string) string {
	if name == "" {
		return "main matrix"
	}
	return fmt.Sprintf("layer %q", name)
}
