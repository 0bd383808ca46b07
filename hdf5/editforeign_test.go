package hdf5_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// TestEditForeignFiles changes files that others wrote: every dataset is written
// over with its own values, every object gets an attribute. h5py must then find
// what was there before, and the attribute.
func TestEditForeignFiles(t *testing.T) {
	for i, path := range slices.Concat(oracle.GeneratedFiles(t, "*"), oracle.Fixtures(t, "loom")) {
		if hdf5.RaceEnabled && i%8 != 0 {
			continue // the others are for the run without the race detector
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			editForeign(t, path)
		})
	}
}

func editForeign(t *testing.T, original string) {
	path := copyFile(t, original)
	e, err := hdf5.Edit(path)
	if errors.Is(err, hdf5.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var refused error
	err = e.Update(t.Context(), func(tx *hdf5.Tx) error {
		refused = rewriteAll(t, tx)
		return refused
	})
	if errors.Is(err, hdf5.ErrReferenced) || errors.Is(err, hdf5.ErrUnsupported) {
		t.Logf("refused: %v", err)
		compareDumps(t, oracle.Dump(t, original), oracle.Dump(t, path), false)
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	compareDumps(t, oracle.Dump(t, original), oracle.Dump(t, path), true)
	checkSound(t, path)
	compareFile(t, path)
}

// checkSound has the deep checker look at a file.
func checkSound(t *testing.T, path string) {
	t.Helper()
	f, err := hdf5.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Check(t.Context(), func(p hdf5.Problem) {
		if !p.Kind.Harmless() {
			t.Errorf("%s: %v", p.Path, p.Err)
		}
	}); err != nil {
		t.Error(err)
	}
}

func copyFile(t *testing.T, original string) string {
	t.Helper()
	b, err := os.ReadFile(original)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), filepath.Base(original))
	if err := os.WriteFile(path, b, 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// rewriteAll writes all datasets over with what they hold.
func rewriteAll(t *testing.T, tx *hdf5.Tx) error {
	f, err := tx.File()
	if err != nil {
		return err
	}
	var objects []hdf5.Object
	walk(f, func(o hdf5.Object) { objects = append(objects, o) })
	for _, o := range objects {
		path := o.Path()
		if _, ok := o.(*hdf5.NamedDatatype); ok {
			continue // it may be in use, and then stays as it is
		}
		if err := tx.SetAttribute(path, "by loom", must(hdf5.NewArray([]string{"ours", path}))); err != nil {
			return err
		}
		d, ok := o.(*hdf5.Dataset)
		if !ok || d.IsNull() {
			continue
		}
		values, err := d.Read(t.Context())
		if err != nil {
			t.Logf("not rewritten: %v", err)
			continue
		}
		if err := tx.Write(t.Context(), path, values); err != nil {
			return err
		}
	}
	return nil
}

// compareDumps holds what h5py finds after a change against what it found
// before. Storage may differ, values may not.
func compareDumps(t *testing.T, before, after []oracle.Record, marked bool) {
	t.Helper()
	key := func(r oracle.Record) string { return r.Kind + " " + r.Path + " " + r.Name }
	byKey := map[string]oracle.Record{}
	for _, r := range after {
		byKey[key(r)] = r
	}
	marks := 0
	for _, want := range before {
		got, ok := byKey[key(want)]
		if !ok {
			t.Errorf("%s is gone", key(want))
			continue
		}
		check(t, key(want), "datatype", got.DType, want.DType)
		check(t, key(want), "shape", got.Shape, want.Shape)
		check(t, key(want), "members", got.Members, want.Members)
		check(t, key(want), "link target", got.Target, want.Target)
		if want.Error == "" && want.Layout != "virtual" && (want.Type == nil || want.Type.Class != "reference") {
			check(t, key(want), "values", got.Values, want.Values)
		}
		attrs := slices.DeleteFunc(slices.Clone(got.Attrs), func(name string) bool { return name == "by loom" })
		check(t, key(want), "list of attributes", attrs, want.Attrs)
		if slices.Contains(got.Attrs, "by loom") {
			marks++
		}
	}
	if marked && marks == 0 {
		t.Error("no attribute of ours was found")
	}
}
