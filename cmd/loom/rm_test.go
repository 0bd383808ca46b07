package main

import (
	"slices"
	"testing"
)

// TestRm removes all that can be removed, from files of every dialect, at once.
func TestRm(t *testing.T) {
	for _, name := range dialects {
		path := copied(t, sample(name))
		var gone []string
		for _, p := range partsOf(t, path) {
			if p != "matrix" && p != specVersion.String() {
				gone = append(gone, p)
			}
		}
		kept := must(t, "get", path, "matrix")
		must(t, append([]string{"rm", path}, gone...)...)
		if left := partsOf(t, path); slices.ContainsFunc(left, func(p string) bool { return slices.Contains(gone, p) }) {
			t.Errorf("%s: %q are left of %q", name, left, gone)
		}
		if must(t, "get", path, "matrix") != kept {
			t.Errorf("%s: another matrix", name)
		}
		if r := execute("check", path); r.code != exitFine {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestRmMends removes what makes a file not valid.
func TestRmMends(t *testing.T) {
	path := copied(t, sample("broken.loom"))
	if r := execute("validate", path); r.code != exitInvalid {
		t.Fatalf("%+v", r)
	}
	for _, part := range []string{"col_graphs/KNN", "layers/mask", "col_attrs/position"} {
		if r := execute("rm", path, part); r.code != exitFine {
			t.Errorf("%+v", r)
		}
		if r := execute("get", path, part); r.code != exitFailed {
			t.Errorf("%s is still there: %+v", part, r)
		}
	}
}

func TestRmRefused(t *testing.T) {
	path := makeFile(t)
	wantRefused(t, path, map[string]refused{
		"matrix":          {[]string{"rm", path, "matrix"}, "cannot be removed"},
		"version":         {[]string{"rm", path, "attrs/LOOM_SPEC_VERSION"}, "cannot be removed"},
		"missing":         {[]string{"rm", path, "col_attrs/age"}, `no column attribute "age"; did you mean "Age"?`},
		"one of several":  {[]string{"rm", path, "col_attrs/Age", "layers/none"}, `no layer "none"`},
		"missing graph":   {[]string{"rm", path, "row_graphs/KNN"}, `no row graph "KNN"`},
		"twice":           {[]string{"rm", path, "col_attrs/Age", "/col_attrs/Age"}, "named twice"},
		"no path":         {[]string{"rm", path}, "got 1 argument, want FILE PATH..."},
		"wrong path":      {[]string{"rm", path, "Age"}, "is not a path of a Loom file"},
		"no such file":    {[]string{"rm", "nowhere.loom", "attrs/x"}, "nowhere.loom"},
		"a text":          {[]string{"rm", "testdata/text.loom", "attrs/x"}, "not an HDF5 file"},
		"rename missing":  {[]string{"rename", path, "layers/none", "x"}, `no layer "none"`},
		"rename to taken": {[]string{"rename", path, "col_attrs/Age", "XY"}, `there is a column attribute "XY" already`},
		"rename matrix":   {[]string{"rename", path, "matrix", "x"}, "cannot be renamed"},
		"rename version":  {[]string{"rename", path, "attrs/LOOM_SPEC_VERSION", "x"}, "cannot be renamed"},
		"other kind":      {[]string{"rename", path, "col_attrs/Age", "row_attrs/Age"}, "a column attribute cannot become row_attrs/Age"},
		"to the matrix":   {[]string{"rename", path, "layers/counts", "/matrix"}, "a layer cannot become /matrix"},
		"slash":           {[]string{"rename", path, "layers/counts", "layers/a/b"}, "slash"},
		"to nothing":      {[]string{"rename", path, "layers/counts", ""}, "not a name"},
	})
}

// TestRename renames parts there and back again.
func TestRename(t *testing.T) {
	for _, name := range dialects {
		path := copied(t, sample(name))
		for _, p := range partsOf(t, path) {
			if p == "matrix" || p == specVersion.String() {
				continue
			}
			text := must(t, "get", path, p)
			from, err := parsePart(p)
			if err != nil {
				t.Fatal(err)
			}
			to := from
			to.name = "another name"
			must(t, "rename", path, p, to.name)
			if must(t, "get", path, to.String()) != text || execute("get", path, p).code != exitFailed {
				t.Errorf("%s: %s is not what %s was", name, to, p)
			}
			must(t, "rename", path, to.String(), p)
			if must(t, "get", path, p) != text {
				t.Errorf("%s: %s is not what it was", name, p)
			}
		}
		if r := execute("check", path); r.code != exitFine {
			t.Errorf("%s: %+v", name, r)
		}
	}
}
