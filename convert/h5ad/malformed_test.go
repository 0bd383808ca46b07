package h5ad_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/h5ad"
	"github.com/goloom/loom/hdf5"
)

// A damage is a change of a sound file that makes it another.
type damage struct {
	t  *testing.T
	tx *hdf5.Tx
}

// replace puts a dataset in the place of what is at a path, if anything is.
func (d damage) replace(path string, values *hdf5.Array) {
	d.t.Helper()
	if err := d.tx.Delete(path); err != nil && !errors.Is(err, hdf5.ErrNotExist) {
		d.t.Fatal(err)
	}
	err := d.tx.CreateDataset(path, hdf5.DatasetSpec{Type: values.Type(), Shape: values.Shape()})
	if err := errors.Join(err, d.tx.Write(d.t.Context(), path, values)); err != nil {
		d.t.Fatal(err)
	}
}

func (d damage) remove(path string) {
	d.t.Helper()
	if err := d.tx.Delete(path); err != nil {
		d.t.Fatal(err)
	}
}

func (d damage) attribute(path, name string, value *hdf5.Array) {
	d.t.Helper()
	if err := d.tx.SetAttribute(path, name, value); err != nil {
		d.t.Fatal(err)
	}
}

func (d damage) removeAttribute(path, name string) {
	d.t.Helper()
	if err := d.tx.DeleteAttribute(path, name); err != nil {
		d.t.Fatal(err)
	}
}

// ints makes an array of n integers.
func ints(n int, f func(i int) int32) *hdf5.Array { return array(n, f) }

func zero(int) int32 { return 0 }

// malformed are changes of a file of 6 observations and 4 variables, and what the error
// about them says.
var malformed = map[string]struct {
	change func(d damage)
	want   string
}{
	"no obs":         {func(d damage) { d.remove("/obs") }, "/obs: there is none"},
	"no var":         {func(d damage) { d.remove("/var") }, "/var: there is none"},
	"no X":           {func(d damage) { d.remove("/X") }, "there is no matrix X"},
	"obs of numbers": {func(d damage) { d.replace("/obs", ints(6, zero)) }, "/obs: elements of type int32 and shape [6] are no table"},
	"obs of another encoding": {func(d damage) { d.attribute("/obs", "encoding-type", hdf5.NewScalar("dict")) },
		`/obs: a group of the encoding "dict" is no table`},
	"no index":           {func(d damage) { d.remove("/obs/CellID") }, "/obs/CellID: no such column"},
	"index of a matrix":  {func(d damage) { d.replace("/obs/CellID", array(6, zero, 3, 2)) }, "/obs/CellID: is no index of a table"},
	"empty index":        {func(d damage) { d.replace("/obs/CellID", must(hdf5.NewArray([]string{}))) }, "/obs: has no rows"},
	"index too short":    {func(d damage) { d.replace("/obs/CellID", array(5, func(int) string { return "" })) }, "/X: shape [6 4] for 5 observations and 4 variables"},
	"column missing":     {func(d damage) { d.remove("/obs/score") }, "/obs/score: no such column"},
	"column too short":   {func(d damage) { d.replace("/obs/score", ints(5, zero)) }, "/obs/score: values of shape [5] for a table of 6 rows"},
	"column of a scalar": {func(d damage) { d.replace("/obs/score", hdf5.NewScalar(1.5)) }, "/obs/score: values of shape [] for a table of 6 rows"},
	"no codes":           {func(d damage) { d.remove("/obs/kind/codes") }, "/obs/kind/codes: no such dataset"},
	"no categories":      {func(d damage) { d.remove("/obs/kind/categories") }, "/obs/kind/categories: no such dataset"},
	"code too large":     {func(d damage) { d.replace("/obs/kind/codes", ints(6, func(i int) int32 { return int32(i) })) }, "/obs/kind/codes: code 2 at position 2, of 2 categories"},
	"code too small":     {func(d damage) { d.replace("/obs/kind/codes", ints(6, func(i int) int32 { return -2 })) }, "/obs/kind/codes: code -2 at position 0"},
	"codes of fractions": {func(d damage) { d.replace("/obs/kind/codes", array(6, func(int) float32 { return 0 })) }, "/obs/kind/codes: codes of type float32"},
	"too few codes":      {func(d damage) { d.replace("/obs/kind/codes", ints(4, zero)) }, "values of shape [4] for a table of 6 rows"},
	"categories of themselves": {func(d damage) {
		d.remove("/obs/kind/categories")
		d.attribute(d.group("/obs/kind/categories"), "encoding-type", hdf5.NewScalar("categorical"))
	}, "/obs/kind/categories: categories of categories"},
	"wrong encoding of X":       {func(d damage) { d.attribute("/X", "encoding-type", hdf5.NewScalar("coo_matrix")) }, `/X: a group of the encoding "coo_matrix" is no matrix`},
	"no encoding of X":          {func(d damage) { d.removeAttribute("/X", "encoding-type") }, "/X: a group without an encoding is no matrix"},
	"no shape":                  {func(d damage) { d.removeAttribute("/X", "shape") }, "/X: has no attribute shape"},
	"shape of three":            {func(d damage) { d.attribute("/X", "shape", ints(3, zero)) }, "/X: shape [0 0 0], want two lengths"},
	"negative shape":            {func(d damage) { d.attribute("/X", "shape", ints(2, func(int) int32 { return -1 })) }, "/X: shape [-1 -1], want two lengths"},
	"shape the wrong way":       {func(d damage) { d.attribute("/X", "shape", must(hdf5.NewArray([]int64{4, 6}))) }, "/X/indptr: pointers of type int32 and shape [7], want 5 integers"},
	"another shape":             {func(d damage) { d.attribute("/X", "shape", must(hdf5.NewArray([]int64{6, 5}))) }, "/X: shape [6 5] for 6 observations and 4 variables"},
	"no indptr":                 {func(d damage) { d.remove("/X/indptr") }, "/X/indptr: no such dataset"},
	"no indices":                {func(d damage) { d.remove("/X/indices") }, "/X/indices: no such dataset"},
	"no data":                   {func(d damage) { d.remove("/X/data") }, "/X/data: no such dataset"},
	"data of strings":           {func(d damage) { d.replace("/X/data", array(12, func(int) string { return "" })) }, "/X/data: elements of type string, want numbers"},
	"data of a matrix":          {func(d damage) { d.replace("/X/data", array(12, zero, 6, 2)) }, "/X/data: shape [6 2], want one dimension"},
	"too few values":            {func(d damage) { d.replace("/X/data", ints(11, zero)) }, "/X/indices: 12 indices of 11 values"},
	"too many values":           {func(d damage) { d.replace("/X/data", ints(13, zero)); d.replace("/X/indices", ints(13, zero)) }, "/X/indptr: pointers from 0 to 12, want 0 to 13"},
	"short indptr":              {func(d damage) { d.replace("/X/indptr", ints(6, zero)) }, "/X/indptr: pointers of type int32 and shape [6], want 7 integers"},
	"indptr of fractions":       {func(d damage) { d.replace("/X/indptr", array(7, func(int) float64 { return 0 })) }, "/X/indptr: pointers of type float64"},
	"indptr not from 0":         {func(d damage) { d.replace("/X/indptr", must(hdf5.NewArray([]int32{1, 2, 4, 6, 8, 10, 12}))) }, "/X/indptr: pointers from 1 to 12, want 0 to 12"},
	"indptr falls":              {func(d damage) { d.replace("/X/indptr", must(hdf5.NewArray([]int32{0, 2, 4, 3, 8, 10, 12}))) }, "/X/indptr: pointers 2 and 3 are 4 and 3"},
	"index too large":           {func(d damage) { d.replace("/X/indices", ints(12, func(i int) int32 { return int32(i / 11 * 4) })) }, "/X/indices: index 4 at position 11, want 0 to 3"},
	"index negative":            {func(d damage) { d.replace("/X/indices", ints(12, func(int) int32 { return -1 })) }, "/X/indices: index -1 at position 0"},
	"index beyond 2^31":         {func(d damage) { d.replace("/X/indices", array(12, func(int) int64 { return 1 << 32 })) }, "/X/indices: index -1 at position 0"},
	"indices of fractions":      {func(d damage) { d.replace("/X/indices", array(12, func(int) float32 { return 0 })) }, "/X/indices: elements of type float32, want integers"},
	"dense of another shape":    {func(d damage) { d.replace("/X", array(12, zero, 6, 2)) }, "/X: shape [6 2] for 6 observations and 4 variables"},
	"dense of three dimensions": {func(d damage) { d.replace("/X", array(24, zero, 6, 2, 2)) }, "/X: shape [6 2 2], want two dimensions"},
	"layer of another shape":    {func(d damage) { d.replace("/layers/more", array(12, zero, 3, 4)) }, "/layers/more: shape [3 4] for 6 observations and 4 variables"},
	"layer of strings":          {func(d damage) { d.replace("/layers/more", array(24, func(int) string { return "" }, 6, 4)) }, "/layers/more: elements of type string, want numbers"},
	"layers no group":           {func(d damage) { d.remove("/layers"); d.replace("/layers", ints(3, zero)) }, "/layers: is no group"},
	"obsm too short":            {func(d damage) { d.replace("/obsm/X_pca", array(10, zero, 5, 2)) }, "/obsm/X_pca: shape [5 2], want 6 values"},
	"graph of another shape":    {func(d damage) { d.replace("/obsp/full", array(30, zero, 6, 5)) }, "/obsp/full: shape [6 5], want 6 rows and columns"},
	"graph of one dimension":    {func(d damage) { d.replace("/obsp/full", ints(6, zero)) }, "/obsp/full: a dataset without an encoding is no matrix"},
	"raw without variables":     {func(d damage) { d.replace("/raw/X", array(24, zero, 6, 4)) }, "/raw/var: there is none"},
	"mask too short": {func(d damage) {
		d.remove("/obs/score")
		d.attribute(d.group("/obs/score"), "encoding-type", hdf5.NewScalar("nullable-integer"))
		d.replace("/obs/score/values", ints(6, zero))
		d.replace("/obs/score/mask", array(5, func(int) bool { return true }))
	}, "/obs/score/mask: mask of type bool and shape [5]"},
	"a string with a zero byte": {func(d damage) {
		d.replace("/obs/score", must(array(6, func(int) string { return "a\x00b" }).WithType(must(hdf5.FixedString(4, hdf5.ASCII)))))
	}, ""},
	"uns too deep": {func(d damage) { d.replace("/uns"+strings.Repeat("/g", 20)+"/x", ints(1, zero)) }, "groups in groups"},
}

// group makes a group and returns its path.
func (d damage) group(path string) string {
	d.t.Helper()
	if err := d.tx.CreateGroup(path); err != nil {
		d.t.Fatal(err)
	}
	return path
}

// sound makes an h5ad file of 6 observations and 4 variables, with 12 elements that are
// not zero.
func sound(t *testing.T, path string) {
	ctx := t.Context()
	from := path + ".loom"
	err := loom.CreateWith(ctx, from, func(tx *loom.Tx) error {
		m := array(24, func(i int) float32 { return float32(i % 2 * (i + 1)) })
		dense := must(newDense(4, 6, m.Data().([]float32)))
		return errors.Join(
			tx.Layers().Set(ctx, "", dense), tx.Layers().Set(ctx, "more", dense),
			tx.ColAttrs().Set("CellID", array(6, func(i int) string { return string(rune('a' + i)) })),
			tx.ColAttrs().Set("score", array(6, func(i int) float64 { return float64(i) })),
			tx.ColAttrs().Set("kind", array(6, func(i int) string { return string(rune('x' + i%2)) })),
			tx.ColAttrs().Set("X_pca", array(12, func(i int) float64 { return float64(i) }, 6, 2)),
			tx.RowAttrs().Set("Gene", array(4, func(i int) string { return string(rune('A' + i)) })),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
	ds := must(loom.Open(from))
	_, err = h5ad.Export(ctx, ds, path, h5ad.ExportOptions{})
	if err := errors.Join(err, ds.Close(), os.Remove(from)); err != nil {
		t.Fatal(err)
	}
}

// TestMalformed: whatever is wrong with a file is one line that names the file and the
// place in it, and leaves nothing behind.
func TestMalformed(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "sound.h5ad")
	sound(t, whole)
	bytes := must(os.ReadFile(whole))
	for name, test := range malformed {
		t.Run(name, func(t *testing.T) {
			path, dir := filepath.Join(t.TempDir(), "damaged.h5ad"), t.TempDir()
			if err := os.WriteFile(path, bytes, 0o666); err != nil {
				t.Fatal(err)
			}
			e := must(hdf5.Edit(path))
			err := e.Update(t.Context(), func(tx *hdf5.Tx) error { test.change(damage{t, tx}); return nil })
			if err := errors.Join(err, e.Close()); err != nil {
				t.Fatal(err)
			}
			_, err = h5ad.Import(t.Context(), path, filepath.Join(dir, "out.loom"), h5ad.ImportOptions{})
			if test.want == "" {
				return // whatever it says, it does not panic
			}
			if err == nil {
				t.Fatal("it was imported")
			}
			if text := err.Error(); !strings.HasPrefix(text, path+": /") || !strings.Contains(text, test.want) || strings.Contains(text, "\n") {
				t.Errorf("got  %q\nwant %q", text, test.want)
			}
			if !errors.Is(err, h5ad.ErrInvalid) {
				t.Errorf("%v is no ErrInvalid", err)
			}
			if left := must(os.ReadDir(dir)); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// TestCutOff: a file that ends early, and a file of another kind, are errors that name it.
func TestCutOff(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "sound.h5ad")
	sound(t, whole)
	bytes := must(os.ReadFile(whole))
	out := t.TempDir()
	for n := 0; n < len(bytes); n += 997 {
		path := filepath.Join(dir, "cut.h5ad")
		if err := os.WriteFile(path, bytes[:n], 0o666); err != nil {
			t.Fatal(err)
		}
		_, err := h5ad.Import(context.Background(), path, filepath.Join(out, "out.loom"), h5ad.ImportOptions{})
		if err == nil || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
			t.Errorf("cut after %d bytes: %v", n, err)
		}
		if left := must(os.ReadDir(out)); len(left) > 0 {
			t.Fatalf("cut after %d bytes: left behind: %v", n, left)
		}
	}
}
