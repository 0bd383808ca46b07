package loom_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// dialects are files of every dialect.
var dialects = []string{"mouse_cortex_tiny.loom", "entities_spec2.loom", "edges_old.loom"}

// A renamer is a manager of named parts.
type renamer interface {
	Names() []string
	Rename(from, to string) error
}

// kept are names that stay: of the main matrix, and of what the specification or
// this package sets.
func kept(name string) bool {
	return name == "" || name == "LOOM_SPEC_VERSION" || name == "last_modified"
}

// TestRename renames everything that can be, in one transaction: h5py finds the
// same values, and this package the same contents, under other names.
func TestRename(t *testing.T) {
	for _, name := range dialects {
		t.Run(name, func(t *testing.T) {
			path := copyOf(t, filepath.Join("testdata", name))
			before := oracleValues(t, path)
			ds := connect(t, path)
			start := time.Now().UTC().Truncate(time.Microsecond)
			err := ds.Update(t.Context(), func(tx *loom.Tx) error {
				for _, parts := range []renamer{tx.RowAttrs(), tx.ColAttrs(), tx.Attrs(), tx.Layers(), tx.RowGraphs(), tx.ColGraphs()} {
					for _, name := range parts.Names() {
						if kept(name) {
							continue
						}
						if err := parts.Rename(name, name+" – new"); err != nil {
							return err
						}
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]any{}
			for part, values := range before {
				want[renamedPath(part)] = values
			}
			for part, values := range oracleValues(t, path) {
				if !reflect.DeepEqual(values, want[part]) {
					t.Errorf("%s: other values than before", part)
				}
				delete(want, part)
			}
			for part := range want {
				t.Errorf("%s is missing", part)
			}
			wantChangedSince(t, ds, start)
		})
	}
}

// oracleValues returns what h5py reads from the parts of a file, but for timestamps
// and the version.
func oracleValues(t *testing.T, path string) map[string]any {
	parts := map[string]any{}
	for _, r := range oracle.Dump(t, path) {
		switch {
		case kept(r.Name) && r.Kind == "attribute", kept(filepath.Base(r.Path)):
		case r.Kind == "attribute" && r.Path == "/":
			parts["/@"+r.Name] = []any{r.DType, r.Shape, r.Values}
		case r.Kind == "dataset":
			parts[strings.Replace(r.Path, "_edges/", "_graphs/", 1)] = []any{r.DType, r.Shape, r.Values}
		}
	}
	return parts
}

// renamedPath returns what TestRename makes of a path.
func renamedPath(path string) string {
	if path == "/matrix" {
		return path
	}
	if strings.HasPrefix(path, "/@") {
		return path + " – new"
	}
	fields := strings.SplitN(path[1:], "/", 3)
	fields[1] += " – new"
	return "/" + strings.Join(fields, "/")
}

// wantChangedSince wants all parts but the main matrix to have been changed at
// or after a time.
func wantChangedSince(t *testing.T, ds *loom.Conn, start time.Time) {
	t.Helper()
	changes, err := ds.ChangesSince(start.Add(-time.Microsecond))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []struct{ got, want []string }{
		{changes.RowAttrs, ds.RowAttrs().Names()}, {changes.ColAttrs, ds.ColAttrs().Names()},
		{changes.RowGraphs, ds.RowGraphs().Names()}, {changes.ColGraphs, ds.ColGraphs().Names()},
		{changes.Layers, ds.Layers().Names()[1:]},
	} {
		if fmt.Sprint(part.got) != fmt.Sprint(part.want) {
			t.Errorf("%q changed, want %q", part.got, part.want)
		}
	}
	if last, err := ds.LastModified(); err != nil || last.Before(start) {
		t.Errorf("last modified at %v, %v, want %v or later", last, err, start)
	}
}

func TestRenameRefused(t *testing.T) {
	for _, name := range dialects {
		path := copyOf(t, filepath.Join("testdata", name))
		ds := connect(t, path)
		height, _ := ds.Shape()
		if err := errors.Join(ds.Attrs().Set("first", hdf5.NewScalar(1.5)), ds.Attrs().Set("second", hdf5.NewScalar("2"))); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(ds.RowAttrs().Set("first", arrayOf(t, make([]int8, height))), ds.RowAttrs().Set("second", arrayOf(t, make([]int8, height)))); err != nil {
			t.Fatal(err)
		}
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for what, refused := range map[string]struct{ err, want error }{
			"missing attribute":     {ds.RowAttrs().Rename("none", "other"), loom.ErrNotExist},
			"missing global":        {ds.Attrs().Rename("none", "other"), loom.ErrNotExist},
			"missing layer":         {ds.Layers().Rename("none", "other"), loom.ErrNotExist},
			"missing graph":         {ds.ColGraphs().Rename("none", "other"), loom.ErrNotExist},
			"main matrix":           {ds.Layers().Rename("", "other"), loom.ErrName},
			"slash":                 {ds.RowAttrs().Rename("first", "a/b"), loom.ErrName},
			"slash of global":       {ds.Attrs().Rename("first", "a/b"), loom.ErrName},
			"no name":               {ds.RowAttrs().Rename("first", ""), loom.ErrName},
			"own name":              {ds.RowAttrs().Rename("first", "first"), loom.ErrExist},
			"own name of global":    {ds.Attrs().Rename("first", "first"), loom.ErrExist},
			"global's taken name":   {ds.Attrs().Rename("first", "second"), loom.ErrExist},
			"attribute's taken one": {ds.RowAttrs().Rename("first", "second"), loom.ErrExist},
		} {
			if !errors.Is(refused.err, refused.want) || !strings.Contains(refused.err.Error(), path) {
				t.Errorf("%s: %s: %v, want %v", name, what, refused.err, refused.want)
			}
		}
		view, err := ds.View(t.Context(), loom.All(), loom.All())
		if err != nil {
			t.Fatal(err)
		}
		if err := view.RowAttrs().Rename("first", "other"); !errors.Is(err, loom.ErrReadOnly) {
			t.Errorf("view: %v", err)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s has changed: %v", name, err)
		}
	}
}

// TestDryRun: changes show, and the file stays as it is to the byte.
func TestDryRun(t *testing.T) {
	for _, name := range dialects {
		path := copyOf(t, filepath.Join("testdata", name))
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		ds := connect(t, path, loom.DryRun())
		rows, cols := ds.Shape()
		layers := map[string]loom.Matrix{}
		for _, layer := range ds.Layers().Names() {
			layers[layer] = denseOf(t, rows, 70, spotted[uint8])
		}
		for range 2 {
			if _, err := ds.AddColumns(t.Context(), layers, nil, loom.FillAuto()); err != nil {
				t.Fatal(err)
			}
		}
		if err := ds.RowAttrs().Set("new", arrayOf(t, make([]int64, rows))); err != nil {
			t.Fatal(err)
		}
		if _, now := ds.Shape(); now != cols+140 || !ds.RowAttrs().Has("new") {
			t.Errorf("%s: the changes do not show", name)
		}
		if _, err := loom.Connect(path); !errors.Is(err, loom.ErrLocked) {
			t.Errorf("%s: a second writer: %v", name, err)
		}
		if err := ds.Close(); err != nil {
			t.Fatal(err)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s has changed: %v", name, err)
		}
	}
}

func ExampleAttributes_Rename() {
	ds, done := example()
	defer done()
	if err := ds.RowAttrs().Rename("Gene", "Symbol"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(ds.RowAttrs().Names())
	// Output: [Symbol]
}

func ExampleDryRun() {
	ds, done := example()
	defer done()
	path := ds.Filename()
	ds.Close()
	trial, err := loom.Connect(path, loom.DryRun())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer trial.Close()
	if err := trial.RowAttrs().Delete("Gene"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(trial.RowAttrs().Names())
	same, err := loom.Open(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer same.Close()
	fmt.Println(same.RowAttrs().Names())
	// Output:
	// []
	// [Gene]
}
