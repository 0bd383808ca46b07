package loom

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
)

// AddLoom adds the columns of another file to this one, in a transaction: see
// [Conn.Update]. The other file is opened for reading and never changed.
//
//	added, err := ds.AddLoom(ctx, "more.loom", loom.ByKey("Accession"), loom.FillAuto())
//
// The rules are those of [Combine], with this file as the first, but for these:
//
//   - Elements are converted to the types that the layers of this file have. Numbers
//     that an integer type cannot hold exactly, or that become infinite, are an error that wraps
//     [ErrType].
//   - A column attribute of this file that is lost, or skipped, is deleted.
//   - Row attributes, row graphs and, unless [ConvertAttrs] is given, global attributes
//     are those of this file.
//   - Column graphs of this file stay, without edges to the new columns or, with
//     [IncludeGraphs], with those that the graph of the same name has in the other file.
//     Others of the other file are lost.
//
// The other file may be this one. A file without a matrix cannot be added to.
//
// It costs what Combine costs for the columns that are added, and the old columns in
// the last chunks; chunks before that stay as they are, but their index is
// written anew. All column attributes are held in memory.
func (c *Conn) AddLoom(ctx context.Context, path string, opts ...AddLoomOption) (Combined, error) {
	return addLoom(ctx, c, c.filename, path, opts)
}

// AddLoom adds the columns of another file, as [Conn.AddLoom] does.
func (tx *Tx) AddLoom(ctx context.Context, path string, opts ...AddLoomOption) (Combined, error) {
	return addLoom(ctx, tx, tx.edit.filename, path, opts)
}

func addLoom(ctx context.Context, w writer, filename, path string, opts []AddLoomOption) (Combined, error) {
	var settings combineSettings
	for _, opt := range opts {
		opt.applyToAddLoom(&settings)
	}
	var result Combined
	err := w.change(ctx, func(e *edit) (err error) {
		if result, err = e.addLoom(ctx, path, settings); err != nil {
			return fmt.Errorf("%s: add %s: %w", filename, path, err)
		}
		return nil
	})
	if err != nil {
		return Combined{}, err
	}
	return result, nil
}

// addLoom finds out all that is to be done, and then does it.
func (e *edit) addLoom(ctx context.Context, path string, settings combineSettings) (_ Combined, err error) {
	if err := settings.check(); err != nil {
		return Combined{}, err
	}
	state, err := e.state()
	if err != nil {
		return Combined{}, err
	}
	own := &mergeSource{snapshot: state, close: func() error { return nil }}
	if err := own.measure(); err != nil {
		return Combined{}, err
	}
	other, err := openSource(Source{Path: path}, settings.open)
	if err != nil {
		return Combined{}, err
	}
	defer func() { err = errors.Join(err, other.close()) }()
	a := loomAddition{edit: e, combination: combination{
		settings: settings, sources: []*mergeSource{own, other}, cols: own.width + other.width,
	}}
	if err := a.plan(ctx); err != nil {
		return Combined{}, err
	}
	if err := e.start(); err != nil {
		return Combined{}, err
	}
	e.lengths[Columns] = a.cols
	for _, step := range []func(context.Context) error{a.prepareAttributes, a.addLayers, a.storeAttributes, a.storeGraphs} {
		if err := step(ctx); err != nil {
			return Combined{}, err
		}
	}
	return a.result, nil
}

// A loomAddition is the adding of a file, the second source, to another one.
type loomAddition struct {
	*edit
	combination
	layers map[string]hdf5.Columns // what is added to each layer
	attrs  map[string]*Array       // the column attributes, old and new columns together
	graphs map[string]edgeList     // the column graphs that have new edges

	columns columnValues // attrs, on their way into the file
}

// own and other return the file that is added to and the one that is added.
func (a *loomAddition) own() *mergeSource   { return a.sources[0] }
func (a *loomAddition) other() *mergeSource { return a.sources[1] }

// plan finds out what is added, and refuses what cannot be.
func (a *loomAddition) plan(ctx context.Context) error {
	labelSources(a.sources)
	if err := a.align(ctx); err != nil {
		return err
	}
	a.describe()
	a.layers = map[string]hdf5.Columns{}
	for _, name := range a.layerNames() {
		columns, _, err := a.layerColumns(a.other(), name)
		if err != nil {
			return err
		}
		a.layers[name] = columns
	}
	var err error
	if a.globals, err = a.mergeGlobals(); err != nil {
		return err
	}
	if err := a.planAttributes(ctx); err != nil {
		return err
	}
	if err := a.planGraphs(ctx); err != nil {
		return err
	}
	return a.checkLosses()
}

// planAttributes puts together the column attributes, and compares those of rows.
func (a *loomAddition) planAttributes(ctx context.Context) error {
	for _, name := range a.attributeNames(func(s *mergeSource) []string { return s.rowAttrs.names }) {
		if !a.own().rowAttrs.Has(name) {
			a.lose(a.other(), rowAttrLoss, name, "%s lacks it", a.own().filename)
			continue
		}
		if _, err := a.rowAttribute(ctx, name); err != nil {
			return fmt.Errorf("row attribute %q: %w", name, err)
		}
	}
	// The file's own are not written, so that nothing is lost of those that could not be.
	a.result.Losses = slices.DeleteFunc(a.result.Losses, func(l Loss) bool {
		return l.Kind == rowAttrLoss && l.File == a.own().filename
	})
	a.attrs = map[string]*Array{}
	return a.eachColumnAttribute(ctx, func(name string, values *Array) error {
		a.attrs[name] = values
		return checkName(name)
	})
}

// planGraphs puts together the column graphs that both files have.
func (a *loomAddition) planGraphs(ctx context.Context) error {
	if !a.settings.graphs {
		a.loseGraphs(a.other(), a.other().rowGraphs.names, rowGraphLoss, "graphs are not included")
		a.loseGraphs(a.other(), a.other().colGraphs.names, colGraphLoss, "graphs are not included")
		return nil
	}
	a.graphs = map[string]edgeList{}
	for _, name := range a.other().colGraphs.names {
		if !a.own().colGraphs.Has(name) {
			a.lose(a.other(), colGraphLoss, name, "%s lacks it", a.own().filename)
			continue
		}
		edges, err := a.columnEdges(ctx, name)
		if err != nil {
			return fmt.Errorf("column graph %q: %w", name, err)
		}
		a.graphs[name] = edges
	}
	for _, name := range a.other().rowGraphs.names {
		if !a.own().rowGraphs.Has(name) {
			a.lose(a.other(), rowGraphLoss, name, "%s lacks it", a.own().filename)
			continue
		}
		if _, err := a.rowEdges(ctx, name); err != nil {
			return fmt.Errorf("row graph %q: %w", name, err)
		}
	}
	return nil
}

// prepareAttributes begins to encode the column attributes.
func (a *loomAddition) prepareAttributes(ctx context.Context) (err error) {
	a.columns, err = a.prepareColumns(ctx, a.own().colAttrs, a.attrs)
	return err
}

// addLayers makes the layers wider and fills them.
func (a *loomAddition) addLayers(ctx context.Context) error {
	total := int64(len(a.layers)) * int64(a.rows) * int64(a.other().width)
	ctx, done := progress.Start(ctx, "add loom", total, "values")
	for _, layer := range a.own().layers.layers {
		if err := a.addLayer(ctx, layer, done); err != nil {
			return fmt.Errorf("%s: %w", layerTitle(layer.name), err)
		}
	}
	return nil
}

func (a *loomAddition) addLayer(ctx context.Context, layer *Layer, done *progress.Tracker) error {
	group, member, err := layerPlace(layer.name)
	if err != nil {
		return err
	}
	path := memberPath(group, member)
	if err := a.widenLayer(ctx, layer, path, a.cols); err != nil {
		return err
	}
	if err := a.h.WriteColumns(ctx, path, a.columnOptions(layer.cols, done), a.layers[layer.name]); err != nil {
		return err
	}
	return a.changed(group, member)
}

// storeAttributes writes the column attributes anew, deletes those that are lost, and
// the global attributes that are column attributes now.
func (a *loomAddition) storeAttributes(ctx context.Context) error {
	if err := a.storeColumns(ctx, a.columns); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(a.globals.converted)) {
		if !a.own().attrs.Has(name) {
			continue
		}
		if err := a.deleteGlobal(name); err != nil {
			return fmt.Errorf("global attribute %q: %w", name, err)
		}
	}
	return nil
}

// storeGraphs writes the graphs that have new edges.
func (a *loomAddition) storeGraphs(ctx context.Context) error {
	for _, name := range slices.Sorted(maps.Keys(a.graphs)) {
		if err := a.setEdges(ctx, Columns, name, a.graphs[name]); err != nil {
			return fmt.Errorf("column graph %q: %w", name, err)
		}
	}
	return nil
}
