package loom

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// An AddOption changes what [Conn.AddColumns] does.
type AddOption func(*addSettings)

type addSettings struct {
	rowAttrs map[string]*Array
	fill     map[string]*Array
	autoFill bool
	keepAll  bool
	write    writeSettings
}

// FillWith gives the values of column attributes that one side lacks: of the new
// columns if only the file has the attribute, of the old ones if only the new
// columns have it. A value is a scalar, or has the shape of one element of an
// attribute of several dimensions. It must be there for each attribute that needs it.
func FillWith(values map[string]*Array) AddOption {
	return func(s *addSettings) { s.fill = values }
}

// FillAuto fills in zeros and empty strings as [FillWith] fills in given values.
func FillAuto() AddOption {
	return func(s *addSettings) { s.autoFill = true }
}

// KeepAttributes makes it an error, which wraps [ErrShape], to add columns in a
// way that would lose an attribute.
func KeepAttributes() AddOption {
	return func(s *addSettings) { s.keepAll = true }
}

// WithRowAttrs gives the row attributes of a file that has no matrix yet.
func WithRowAttrs(values map[string]*Array) AddOption {
	return func(s *addSettings) { s.rowAttrs = values }
}

// AddWith stores the elements of the new columns with the given option:
// [AllowNonFinite].
func AddWith(opts ...WriteOption) AddOption {
	return func(s *addSettings) { s.write = newWriteSettings(opts) }
}

// Added says what became of column attributes that could not be continued.
type Added struct {
	Deleted []string // attributes of the file that are gone: the new columns lack them, or have them in another shape
	Ignored []string // attributes of the new columns that were not added: the old ones lack them
}

// AddColumns adds columns to all layers at once, in a transaction: see
// [Conn.Update]. layers has the new columns of every layer of the file, with as
// many rows as the file; attrs has their column attributes.
//
// The rules for attributes are loompy's. Those that both have are continued. An
// attribute of the file that attrs lacks is deleted, and one of attrs that the
// file lacks is ignored, unless [FillWith] or [FillAuto] says what stands in for the
// missing values; so is one deleted whose further dimensions differ. The result says
// which ones, and [KeepAttributes] refuses to.
//
// To a file without a matrix, which [New] makes, all is added as it is.
func (c *Conn) AddColumns(ctx context.Context, layers map[string]Matrix, attrs map[string]*Array, opts ...AddOption) (Added, error) {
	return addColumns(ctx, c, c.filename, layers, attrs, opts)
}

// AddColumns adds columns to all layers at once, as [Conn.AddColumns] does.
func (tx *Tx) AddColumns(ctx context.Context, layers map[string]Matrix, attrs map[string]*Array, opts ...AddOption) (Added, error) {
	return addColumns(ctx, tx, tx.edit.filename, layers, attrs, opts)
}

func addColumns(ctx context.Context, w writer, filename string, layers map[string]Matrix, attrs map[string]*Array, opts []AddOption) (Added, error) {
	var s addSettings
	for _, opt := range opts {
		opt(&s)
	}
	var added Added
	err := w.change(ctx, func(e *edit) (err error) {
		if added, err = e.addColumns(ctx, layers, attrs, s); err != nil {
			return fmt.Errorf("%s: add columns: %w", filename, err)
		}
		return nil
	})
	if err != nil {
		return Added{}, err
	}
	return added, nil
}

func (e *edit) addColumns(ctx context.Context, layers map[string]Matrix, attrs map[string]*Array, s addSettings) (Added, error) {
	state, err := e.state()
	if err != nil {
		return Added{}, err
	}
	ctx = e.startProgress(ctx, "add columns", layers)
	if !state.layers.Has("") {
		return Added{}, e.addFirst(ctx, layers, attrs, s)
	}
	if len(s.rowAttrs) > 0 {
		return Added{}, fmt.Errorf("row attributes %q to a file that has rows: %w", slices.Sorted(maps.Keys(s.rowAttrs)), ErrShape)
	}
	a := addition{edit: e, state: state, settings: s}
	if err := a.checkLayers(layers); err != nil {
		return Added{}, err
	}
	if err := a.planAttributes(ctx, attrs); err != nil {
		return Added{}, err
	}
	if s.keepAll && len(a.added.Deleted)+len(a.added.Ignored) > 0 {
		return Added{}, fmt.Errorf("column attributes %q of the file would be deleted, %q of the new columns ignored: %w",
			a.added.Deleted, a.added.Ignored, ErrShape)
	}
	if err := e.start(); err != nil {
		return Added{}, err
	}
	e.lengths[Columns] = state.cols + a.width
	columns, err := a.prepareColumns(ctx, state.colAttrs, a.values)
	if err != nil {
		return Added{}, err
	}
	// The attributes are encoded when the first layer is stored, and on their way to the disk while the others are.
	there := state.layers.layers
	if err := a.growLayers(ctx, there[:1]); err != nil {
		return Added{}, err
	}
	if err := a.storeColumns(ctx, columns); err != nil {
		return Added{}, err
	}
	return a.added, a.growLayers(ctx, there[1:])
}

// addFirst fills a file that has no matrix.
func (e *edit) addFirst(ctx context.Context, layers map[string]Matrix, attrs map[string]*Array, s addSettings) error {
	if layers[""] == nil {
		return absent("no main matrix")
	}
	if err := e.setLayers(ctx, layers, s.write); err != nil {
		return err
	}
	if err := e.setAttributes(ctx, Rows, s.rowAttrs); err != nil {
		return err
	}
	return e.setAttributes(ctx, Columns, attrs)
}

// An addition is the adding of columns to a file that has some: first all is
// checked, then it is written.
type addition struct {
	*edit
	state    *snapshot
	settings addSettings
	width    int // number of new columns
	tiles    map[string]tiler
	rules    map[string]elementRule
	values   map[string]*Array // of the column attributes, old and new columns together
	added    Added
}

// checkLayers holds the new columns against the layers of the file.
func (a *addition) checkLayers(layers map[string]Matrix) error {
	a.tiles, a.rules = map[string]tiler{}, map[string]elementRule{}
	for i, name := range slices.Sorted(maps.Keys(layers)) {
		layer := a.state.layers.find(name)
		if layer == nil {
			return absent("the file has no %s", layerTitle(name))
		}
		tiles, err := newTiler(layers[name])
		if err != nil {
			return fmt.Errorf("%s: %w", layerTitle(name), err)
		}
		rows, cols := tiles.dims()
		if i == 0 {
			a.width = cols
		}
		if rows != a.state.rows || cols != a.width {
			return fmt.Errorf("%s: %d rows and %d columns, want the file's %d rows and %d columns as in the first layer: %w",
				layerTitle(name), rows, cols, a.state.rows, a.width, ErrShape)
		}
		a.tiles[name] = tiles
		if a.rules[name], err = newElementRule(layer.dtype, a.settings.write.nonFinite); err != nil {
			return fmt.Errorf("%s: %w", layerTitle(name), err)
		}
	}
	for _, name := range a.state.layers.Names() {
		if a.tiles[name] == nil {
			return fmt.Errorf("no columns for the %s: %w", layerTitle(name), ErrShape)
		}
	}
	return nil
}

// growLayers resizes layers and writes the new columns.
func (a *addition) growLayers(ctx context.Context, layers []*Layer) error {
	for _, layer := range layers {
		group, member, err := layerPlace(layer.name)
		if err != nil {
			return err
		}
		if err := a.growLayer(ctx, layer, memberPath(group, member)); err != nil {
			return fmt.Errorf("%s: %w", layerTitle(layer.name), err)
		}
		if err := a.changed(group, member); err != nil {
			return err
		}
	}
	return nil
}

func (a *addition) growLayer(ctx context.Context, layer *Layer, path string) error {
	if err := a.widenLayer(ctx, layer, path, layer.cols+a.width); err != nil {
		return err
	}
	return a.writePlaced(ctx, path, a.rules[layer.name], onePlaced(a.tiles[layer.name], layer.cols))
}

// planAttributes decides what becomes of every column attribute, and reads those
// that are continued.
func (a *addition) planAttributes(ctx context.Context, attrs map[string]*Array) error {
	a.values = map[string]*Array{}
	names := map[string]bool{}
	for name := range attrs {
		names[name] = true
	}
	for _, name := range a.state.colAttrs.names {
		names[name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if err := a.planAttribute(ctx, name, attrs[name]); err != nil {
			return err
		}
	}
	return nil
}

func (a *addition) planAttribute(ctx context.Context, name string, right *Array) (err error) {
	if err := checkName(name); err != nil {
		return fmt.Errorf("column attribute %q: %w", name, err)
	}
	rule := fillRule{a.settings.fill, a.settings.autoFill}
	if right == nil && !rule.auto && rule.values == nil {
		a.added.Deleted = append(a.added.Deleted, name) // of whatever type it is
		return nil
	}
	var left *Array
	if a.state.colAttrs.Has(name) {
		if left, err = a.state.colAttrs.getAt(ctx, name, All()); err != nil {
			return err
		}
	}
	values, outcome, err := rule.merge(name, []*Array{left, right}, []int{a.state.cols, a.width})
	switch {
	case err != nil:
		return fmt.Errorf("column attribute %q: %w", name, err)
	case outcome == merged:
		a.values[name] = values
	case left == nil:
		a.added.Ignored = append(a.added.Ignored, name)
	default:
		a.added.Deleted = append(a.added.Deleted, name)
	}
	return nil
}
