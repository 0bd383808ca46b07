package loom_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// A combineCase is one combination for loompy_combine.py, and how this package does
// the same.
type combineCase struct {
	Op    string         `json:"op"`
	Files []string       `json:"files"`
	Out   string         `json:"out"`
	Args  map[string]any `json:"args"`

	name string
	make func(ctx context.Context, files []string, out string) error
}

// addLoomCase adds the second file to the first.
func addLoomCase(name string, files []string, args map[string]any, opts ...loom.AddLoomOption) combineCase {
	return combineCase{Op: "add_loom", Files: files, Args: args, name: name, make: func(ctx context.Context, files []string, out string) error {
		content, err := os.ReadFile(files[0])
		if err != nil {
			return err
		}
		if err := os.WriteFile(out, content, 0o600); err != nil {
			return err
		}
		ds, err := loom.Connect(out, loom.SkipValidation())
		if err != nil {
			return err
		}
		defer ds.Close()
		for _, other := range files[1:] {
			if _, err := ds.AddLoom(ctx, other, append(opts, loom.OpenWith(loom.SkipValidation()))...); err != nil {
				return err
			}
		}
		return nil
	}}
}

// wholeFiles are the sources that files are.
func wholeFiles(files []string) []loom.Source {
	var sources []loom.Source
	for _, file := range files {
		sources = append(sources, loom.Source{Path: file})
	}
	return sources
}

func combineOp(op, name string, files []string, args map[string]any, opts ...loom.CombineOption) combineCase {
	return combineCase{Op: op, Files: files, Args: args, name: name, make: func(ctx context.Context, files []string, out string) error {
		_, err := loom.Combine(ctx, out, wholeFiles(files), opts...)
		return err
	}}
}

// pairOfFiles makes two files that have the same genes in different orders, layers of two
// types, and attributes that only one of them has or that differ in type.
func pairOfFiles(t *testing.T, rows, left, right int) (files, reordered []string) {
	dir := t.TempDir()
	for f, cols := range []int{left, right} {
		layers := map[string]loom.Matrix{
			"":       denseOf(t, rows, cols, spotted[float32]),
			"counts": denseOf(t, rows, cols, spotted[int16]),
		}
		genes, scores := make([]string, rows), make([]float64, 2*rows)
		for i := range genes {
			genes[i] = fmt.Sprintf("gene %d", (i*7)%rows)
			scores[2*i] = float64((i * 7) % rows)
		}
		rowAttrs := map[string]*loom.Array{"Gene": arrayOf(t, genes), "Scores": arrayOf(t, scores, rows, 2)}
		names, numbers := make([]string, cols), make([]float64, cols)
		for j := range names {
			names[j] = fmt.Sprintf("cell %d of %d & <more>", j, f)
			numbers[j] = float64(j) / 4
		}
		colAttrs := map[string]*loom.Array{
			"CellID": arrayOf(t, names), "Number": arrayOf(t, numbers),
			"XY": arrayOf(t, make([]float32, 2*cols), cols, 2), "Flag": arrayOf(t, make([]bool, cols)),
		}
		attrs := map[string]*loom.Array{"Title": hdf5.NewScalar(fmt.Sprint("title ", f)), "Same": hdf5.NewScalar("same")}
		if f == 1 {
			colAttrs["Number"] = arrayOf(t, make([]int32, cols))
			colAttrs["OnlyHere"] = arrayOf(t, make([]int64, cols))
			colAttrs["XY"] = arrayOf(t, make([]float32, 3*cols), cols, 3)
			attrs["Only"] = hdf5.NewScalar(2.5)
		}
		path := filepath.Join(dir, fmt.Sprintf("file%d.loom", f))
		if err := loom.Create(t.Context(), path, layers, rowAttrs, colAttrs, attrs); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	order := make([]int, rows)
	for i := range order {
		order[i] = (i*11 + 3) % rows
	}
	path := filepath.Join(dir, "reordered.loom")
	if _, err := loom.Combine(t.Context(), path, []loom.Source{{Path: files[1], Rows: loom.Indices(order)}}); err != nil {
		t.Fatal(err)
	}
	return files, []string{files[0], path}
}

// TestCombineAgainstLoompy adds and combines files both ways, in one process of
// Python's.
func TestCombineAgainstLoompy(t *testing.T) {
	t.Parallel()
	var cases []combineCase
	none := map[string]any{}
	for i, shape := range [][3]int{{5, 64, 2}, {130, 65, 129}} {
		files, reordered := pairOfFiles(t, shape[0], shape[1], shape[2])
		alike := []string{files[0], files[0]}
		byGene := map[string]any{"key": "Gene"}
		cases = append(cases,
			addLoomCase("add", files, none),
			addLoomCase("add by key", reordered, byGene, loom.ByKey("Gene")),
			combineOp("combine", "combine", files, none),
			combineOp("combine", "combine by key", reordered, byGene, loom.ByKey("Gene")),
			combineOp("combine", "combine three", []string{files[0], reordered[1], files[0]}, byGene, loom.ByKey("Gene")),
			combineOp("combine_faster", "combine alike", alike, map[string]any{"file_attrs": map[string]any{"Title": "new"}},
				loom.WithAttrs(map[string]*loom.Array{"Title": hdf5.NewScalar("new")}), loom.SkipAttrs("Same")),
		)
		if i > 0 {
			continue
		}
		filled := map[string]any{"fill_values": map[string]any{"OnlyHere": 7, "Number": 1.5}}
		fill := loom.FillWith(map[string]*loom.Array{"OnlyHere": hdf5.NewScalar(int64(7)), "Number": hdf5.NewScalar(1.5)})
		batches := map[string]any{"batch_size": 2}
		cases = append(cases,
			addLoomCase("add filled", files, filled, fill),
			addLoomCase("add filled automatically", files, map[string]any{"fill_values": "auto"}, loom.FillAuto()),
			addLoomCase("add in batches", alike, batches, loom.BatchSize(2)),
			addLoomCase("add alike", alike, none),
			addLoomCase("add converted", files, map[string]any{"convert_attrs": true}, loom.ConvertAttrs()),
		)
	}
	cases = append(cases, selectionCase())
	for _, name := range []string{"testdata/entities_spec2.loom", tinyFile} {
		cases = append(cases, addLoomCase("add to "+name, []string{name, name}, none))
	}
	compareCombinations(t, cases)
}

// selectionCase takes part of the columns of one file, and all of those of another.
func selectionCase() combineCase {
	positions := []int{0, 3, 5, 64, 100}
	c := combineCase{
		Op: "combine_faster", name: "selections", Files: []string{tinyFile, tinyFile},
		Args: map[string]any{"selections": [][]int{positions, nil}},
	}
	c.make = func(ctx context.Context, files []string, out string) error {
		ds, err := loom.Open(files[0])
		if err != nil {
			return err
		}
		defer ds.Close()
		skipped := loom.SkipAttrs(ds.Attrs().Names()...)
		_, err = loom.Combine(ctx, out, []loom.Source{{Conn: ds, Cols: loom.Indices(positions)}, {Path: files[1]}}, skipped)
		return err
	}
	return c
}

// compareCombinations makes all cases with loompy, and then with this package.
func compareCombinations(t *testing.T, cases []combineCase) {
	t.Helper()
	dir := t.TempDir()
	for i := range cases {
		cases[i].Out = filepath.Join(dir, "loompy."+strconv.Itoa(i))
	}
	text, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "cases.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	oracle.Run(t, "oracle/loompy_combine.py", file)
	var pairs []string
	for i, c := range cases {
		got := filepath.Join(dir, fmt.Sprintf("%d %s.loom", i, filepath.Base(c.name)))
		if err := c.make(t.Context(), c.Files, got); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		pairs = append(pairs, c.Out, got)
	}
	if differences := oracle.Run(t, "oracle/same_contents.py", pairs...); len(differences) > 0 {
		t.Errorf("differences from loompy:\n%s", differences)
	}
}
