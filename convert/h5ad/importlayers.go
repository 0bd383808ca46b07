package h5ad

import (
	"context"
	"slices"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// A source is a matrix of the input that may become a layer.
type source struct {
	name   string // "X", "raw", or that of a layer
	path   string
	object hdf5.Object
	raw    bool
}

// chooseLayers decides which matrix is the main one and which are layers.
func (im *importer) chooseLayers(ctx context.Context) error {
	sources, err := im.sources()
	if err != nil {
		return err
	}
	raw, err := im.rawVariables(ctx, sources)
	if err != nil {
		return err
	}
	main, err := im.chooseMain(sources)
	if err != nil {
		return err
	}
	if raw != nil && !raw.same {
		sources = im.chooseVariables(sources, main, raw)
	}
	if err := im.addLayer(ctx, "", main); err != nil {
		return err
	}
	taken := map[string]bool{"": true}
	for _, s := range sources {
		if s == main {
			continue
		}
		if err := im.addLayer(ctx, im.rename(taken, "layer", s.name, "_layer"), s); err != nil {
			return err
		}
	}
	return im.loseRaw(ctx, raw)
}

// sources returns the matrices of the input: X, raw/X, and the layers.
func (im *importer) sources() ([]source, error) {
	var sources []source
	add := func(name, path string, raw bool) error {
		o, err := im.lookup(path)
		if err == nil && o != nil && !isNull(o) {
			sources = append(sources, source{name, path, o, raw})
		}
		return err
	}
	if err := add("X", "/X", false); err != nil {
		return nil, err
	}
	for _, path := range []string{"/raw/X", "/raw.X"} {
		if err := add("raw", path, true); err != nil {
			return nil, err
		}
	}
	layers, err := im.members("/layers")
	if err != nil {
		return nil, err
	}
	for _, m := range layers {
		sources = append(sources, source{m.name, m.path(), m.object, false})
	}
	return sources, nil
}

// isNull reports whether an object is a dataset without a value, as None is stored.
func isNull(o hdf5.Object) bool {
	d, ok := o.(*hdf5.Dataset)
	return ok && d.IsNull()
}

// chooseMain returns the matrix that is to be the main one.
func (im *importer) chooseMain(sources []source) (source, error) {
	want := im.opts.Main
	if want == "" {
		want = "X"
	}
	var names []string
	for _, s := range sources {
		if s.name == want {
			return s, nil
		}
		names = append(names, s.name)
	}
	if len(names) == 0 {
		return source{}, im.bad("/X", "there is no matrix")
	}
	return source{}, im.bad("/", "there is no matrix %s; the main matrix can be %s", want, strings.Join(names, " or "))
}

// addLayer checks a matrix and makes it a layer.
func (im *importer) addLayer(ctx context.Context, name string, s source) error {
	m, err := im.matrix(ctx, s.object)
	if err != nil {
		return err
	}
	if obs, vars := im.shape(); m.rows != obs || m.cols != vars {
		return im.bad(s.path, "shape [%d %d] for %d observations and %d variables", m.rows, m.cols, obs, vars)
	}
	im.layers = append(im.layers, importLayer{name, m})
	return nil
}

// A rawPart is the table of the variables of raw.
type rawPart struct {
	*frame
	same bool // they are those of the file
	main bool // they are the rows of the Loom file
}

// rawVariables returns the variables of raw, nil if there is no raw.
func (im *importer) rawVariables(ctx context.Context, sources []source) (*rawPart, error) {
	if !slices.ContainsFunc(sources, func(s source) bool { return s.raw }) {
		return nil, nil
	}
	var o hdf5.Object
	var err error
	for _, path := range []string{"/raw.var", "/raw/var"} {
		found, lookupErr := im.lookup(path)
		if lookupErr != nil {
			return nil, lookupErr
		}
		if found != nil {
			o = found
		}
	}
	if o == nil {
		return nil, im.bad("/raw/var", "there is none, beside raw/X")
	}
	raw := &rawPart{}
	if raw.frame, err = im.frame(ctx, o); err != nil {
		return nil, err
	}
	vars := &im.axes[loom.Rows]
	if raw.rows != vars.rows {
		return raw, nil
	}
	a, err := im.names(ctx, raw.frame)
	if err != nil {
		return nil, err
	}
	b, err := im.names(ctx, vars.frame)
	raw.same = slices.Equal(a, b)
	return raw, err
}

// chooseVariables returns the matrices that have the variables of the main one,
// where raw has others, and makes these the rows.
func (im *importer) chooseVariables(sources []source, main source, raw *rawPart) []source {
	kept := slices.DeleteFunc(slices.Clone(sources), func(s source) bool { return s.raw != main.raw })
	_, vars := im.shape()
	if !main.raw {
		im.lose(im.name, "raw", "X", "it has %d other variables than the %d of X; choose raw as the main matrix to have it instead", raw.rows, vars)
		return kept
	}
	for _, s := range sources {
		if !s.raw {
			im.lose(im.name, "layers", s.name, "it has %d other variables than the %d of raw", vars, raw.rows)
		}
	}
	im.lose(im.name, "var", "", "the variables are those of raw")
	im.axes[loom.Rows] = newImportAxis(loom.Rows, raw.frame)
	im.axes[loom.Rows].raw = true
	raw.main = true
	return kept
}

// loseRaw reports what of raw is not in the Loom file, beside its matrix.
func (im *importer) loseRaw(ctx context.Context, raw *rawPart) error {
	if raw == nil || raw.main {
		return nil
	}
	for _, path := range []string{"/raw/varm", "/raw.varm"} {
		members, err := im.rawMultiple(path)
		if err != nil {
			return err
		}
		for _, name := range members {
			im.lose(im.name, "raw", "varm/"+name, "attributes of rows are those of var")
		}
	}
	if !raw.same {
		return nil // lost as a whole
	}
	for _, c := range raw.columns {
		same, err := im.inVariables(ctx, raw.frame, c)
		if err != nil {
			return err
		}
		if !same {
			im.lose(im.name, "raw", "var/"+c.name, "attributes of rows are those of var")
		}
	}
	return nil
}

// rawMultiple returns the names of the members of a group or of the fields of a dataset of
// records, none if there is neither.
func (im *importer) rawMultiple(path string) ([]string, error) {
	o, err := im.lookup(path)
	if err != nil {
		return nil, err
	}
	var names []string
	switch o := o.(type) {
	case *hdf5.Group:
		members, err := im.membersOf(o)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			names = append(names, m.name)
		}
	case *hdf5.Dataset:
		for _, field := range o.Type().Members() {
			names = append(names, field.Name)
		}
	}
	return names, nil
}

// inVariables reports whether var has the same column as raw's.
func (im *importer) inVariables(ctx context.Context, raw *frame, c column) (bool, error) {
	vars := im.axes[loom.Rows].frame
	i := slices.IndexFunc(vars.columns, func(other column) bool { return other.name == c.name })
	if i < 0 {
		return false, nil
	}
	a, err := im.input.values(ctx, raw, c)
	if err != nil {
		return false, err
	}
	b, err := im.input.values(ctx, vars, vars.columns[i])
	return err == nil && sameValues(a.values, b.values), err
}
