package h5ad

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// An importAxis is what becomes the attributes and graphs of an axis.
type importAxis struct {
	*frame
	axis  loom.Axis
	names string          // of the attribute that the index becomes
	taken map[string]bool // names of attributes that there are
	raw   bool            // it is raw's
}

func newImportAxis(axis loom.Axis, f *frame) importAxis {
	a := importAxis{frame: f, axis: axis, names: "CellID", taken: map[string]bool{}}
	if axis == loom.Rows {
		a.names = "Gene"
	}
	return a
}

// part returns "obs" or "var".
func (a *importAxis) part() string {
	if a.axis == loom.Rows {
		return "var"
	}
	return "obs"
}

// setAxis makes the attributes and graphs of an axis: of the table, of what has
// several values for each row of it, and of the pairs.
func (im *importer) setAxis(ctx context.Context, a *importAxis) error {
	if err := im.setTable(ctx, a); err != nil {
		return err
	}
	multiple := []string{"/" + a.part() + "m"}
	if a.raw {
		multiple = []string{"/raw/varm", "/raw.varm"}
	}
	for _, path := range multiple {
		if err := im.setMultiple(ctx, a, path); err != nil {
			return err
		}
	}
	if a.raw {
		return im.loseMembers("/varm", "/varp")
	}
	return im.setGraphs(ctx, a)
}

// loseMembers reports parts that belong to variables that are not the rows.
func (im *importer) loseMembers(paths ...string) error {
	for _, path := range paths {
		names, err := im.rawMultiple(path)
		if err != nil {
			return err
		}
		for _, name := range names {
			im.lose(im.name, strings.TrimPrefix(path, "/"), name, "the variables are those of raw")
		}
	}
	return nil
}

// setTable makes attributes of the index and the columns of a table.
func (im *importer) setTable(ctx context.Context, a *importAxis) error {
	names, err := im.names(ctx, a.frame)
	if err != nil {
		return err
	}
	original, err := im.originalNames(ctx, a, names)
	if err != nil {
		return err
	}
	if original == nil {
		if original, err = hdf5.NewArray(names); err != nil {
			return err
		}
	}
	a.taken[a.names] = true
	if err := im.setAttribute(a, a.names, a.index.path, original); err != nil {
		return err
	}
	for _, c := range a.columns {
		if c.name == a.names && c.path == "" {
			continue // the original of the index
		}
		if err := im.setColumn(ctx, a, a.part(), c.name, c); err != nil {
			return err
		}
	}
	for _, name := range a.unnamed {
		im.lose(im.name, a.part(), name, "it is not among the columns that column-order lists")
	}
	return im.setAccession(ctx, a)
}

// originalNames returns the column that [Export] made the index of, where it had
// to make names unique or text of numbers; nil if there is none. The column is not one
// of the table then.
func (im *importer) originalNames(ctx context.Context, a *importAxis, index []string) (*hdf5.Array, error) {
	i := slices.IndexFunc(a.columns, func(c column) bool { return c.name == a.names })
	if i < 0 {
		return nil, nil
	}
	v, err := im.input.values(ctx, a.frame, a.columns[i])
	if err != nil || v.values == nil || v.lost != "" || len(v.values.Shape()) != 1 {
		return nil, err
	}
	texts, err := asTexts(v.values)
	if err != nil || !slices.Equal(index, texts) && !slices.Equal(index, uniqueNames(texts)) {
		return nil, nil
	}
	a.columns[i].path = ""
	return v.values, nil
}

// setAccession makes the attribute Accession of the column gene_ids, if there is
// no other: that is what readers of 10x files call it in AnnData.
func (im *importer) setAccession(ctx context.Context, a *importAxis) error {
	i := slices.IndexFunc(a.columns, func(c column) bool { return c.name == "gene_ids" })
	if a.axis != loom.Rows || i < 0 || a.taken["Accession"] {
		return nil
	}
	v, err := im.input.values(ctx, a.frame, a.columns[i])
	if err != nil || v.values == nil {
		return err
	}
	a.taken["Accession"] = true
	return im.setAttribute(a, "Accession", a.columns[i].path, v.values)
}

// setColumn makes an attribute of a column.
func (im *importer) setColumn(ctx context.Context, a *importAxis, kind, name string, c column) error {
	f := a.frame
	v, err := im.input.values(ctx, f, c)
	if err != nil {
		return err
	}
	if v.values != nil && v.lost == "" {
		if v, err = im.legacyCategorical(ctx, c.name, v.values); err != nil {
			return err
		}
	}
	im.note(kind, name, v)
	if v.values == nil {
		return nil
	}
	return im.setAttribute(a, im.rename(a.taken, a.axis.String(), name, "_"+kind), c.path, v.values)
}

// setAttribute sets an attribute, of a name that is free.
func (im *importer) setAttribute(a *importAxis, name, path string, values *hdf5.Array) error {
	if shape := values.Shape(); len(shape) == 0 || shape[0] != a.rows {
		return im.bad(path, "shape %v, want %d values", shape, a.rows)
	}
	attributes := im.tx.ColAttrs()
	if a.axis == loom.Rows {
		attributes = im.tx.RowAttrs()
	}
	err := attributes.Set(name, values)
	if errors.Is(err, loom.ErrType) {
		return im.bad(path, "%v", err)
	}
	return err
}

// rename returns a name that can be used for what has the given name, and notes
// that it is taken.
func (r *Report) rename(taken map[string]bool, what, name, suffix string) string {
	usable := strings.NewReplacer("/", "_", "\x00", "_").Replace(name)
	if usable == "" || usable == "." || usable == ".." {
		usable += "_"
	}
	for taken[usable] {
		usable += suffix
	}
	taken[usable] = true
	if usable != name {
		r.warn("%s: %q is called %q", what, name, usable)
	}
	return usable
}

// maxDense is how many elements a sparse matrix may have to be made dense.
const maxDense = 1 << 24

// setMultiple makes attributes of obsm or varm: a group or, before anndata 0.7, a
// dataset of records.
func (im *importer) setMultiple(ctx context.Context, a *importAxis, path string) error {
	o, err := im.lookup(path)
	if err != nil || o == nil {
		return err
	}
	if d, ok := o.(*hdf5.Dataset); ok {
		return im.setRecords(ctx, a, d)
	}
	members, err := im.members(path)
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := im.setMember(ctx, a, m); err != nil {
			return err
		}
	}
	return nil
}

// setRecords makes an attribute of each field of a dataset of records.
func (im *importer) setRecords(ctx context.Context, a *importAxis, d *hdf5.Dataset) error {
	values, err := read(ctx, d)
	if err != nil {
		return err
	}
	records, err := values.Records()
	if err != nil {
		return im.bad(d.Path(), "elements of type %s, want records", d.Type())
	}
	kind := a.part() + "m"
	for _, field := range records.Fields() {
		values, err := plainArray(field.Values)
		if err != nil {
			im.lose(im.name, kind, field.Name, "%v", err)
			continue
		}
		if err := im.setAttribute(a, im.rename(a.taken, a.axis.String(), field.Name, "_"+kind), under(d.Path(), field.Name), values); err != nil {
			return err
		}
	}
	return nil
}

// setMember makes an attribute of a member of obsm or varm, or attributes of the
// columns of one that is a table.
func (im *importer) setMember(ctx context.Context, a *importAxis, m member) error {
	kind := a.part() + "m"
	if isFrame(m.object) {
		return im.setMemberTable(ctx, a, m)
	}
	if _, ok := m.object.(*hdf5.Group); ok && isMatrix(m.object) {
		return im.setMemberMatrix(ctx, a, m)
	}
	v, err := im.decode(ctx, m.object)
	if err != nil {
		return err
	}
	im.note(kind, m.name, v)
	if v.values == nil {
		return nil
	}
	return im.setAttribute(a, im.rename(a.taken, a.axis.String(), m.name, "_"+kind), m.path(), v.values)
}

// setMemberTable makes attributes of the columns of a table: "name.column".
func (im *importer) setMemberTable(ctx context.Context, a *importAxis, m member) error {
	kind := a.part() + "m"
	f, err := im.frame(ctx, m.object)
	if err != nil {
		return err
	}
	if f.rows != a.rows {
		return im.bad(m.path(), "a table of %d rows, want %d", f.rows, a.rows)
	}
	for _, c := range f.columns {
		if err := im.setColumn(ctx, &importAxis{frame: f, axis: a.axis, taken: a.taken}, kind, m.name+"."+c.name, c); err != nil {
			return err
		}
	}
	for _, name := range f.unnamed {
		im.lose(im.name, kind, m.name+"."+name, "it is not among the columns that column-order lists")
	}
	return nil
}

// setMemberMatrix makes an attribute of a sparse matrix, if it is small.
func (im *importer) setMemberMatrix(ctx context.Context, a *importAxis, m member) error {
	kind := a.part() + "m"
	matrix, err := im.matrix(ctx, m.object)
	if err != nil {
		return err
	}
	if matrix.rows != a.rows {
		return im.bad(m.path(), "shape [%d %d], want %d rows", matrix.rows, matrix.cols, a.rows)
	}
	if matrix.cols > maxDense/matrix.rows {
		im.lose(im.name, kind, m.name, "a sparse matrix of shape [%d %d], too large to be made dense", matrix.rows, matrix.cols)
		return nil
	}
	values, err := elementsOf(matrix.values.Type()).whole(ctx, matrix)
	if err != nil {
		return err
	}
	im.warn("%s: the sparse matrix %q is dense", kind, m.name)
	return im.setAttribute(a, im.rename(a.taken, a.axis.String(), m.name, "_"+kind), m.path(), values)
}
