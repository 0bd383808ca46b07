package parquet_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	arrow "github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/parquet"
	"github.com/goloom/loom/demo"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
	"github.com/google/go-cmp/cmp"
)

// read returns the columns of a Parquet file, values as text, and how many row groups
// there are.
func read(t *testing.T, path string) (table map[string][]string, types map[string]string, groups int) {
	t.Helper()
	f, err := file.OpenParquetFile(path, false)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, types = map[string][]string{}, map[string]string{}
	for g := range f.NumRowGroups() {
		group := f.RowGroup(g)
		for k := range group.NumColumns() {
			column := group.Column
			chunk, err := column(k)
			if err != nil {
				t.Fatal(err)
			}
			d := chunk.Descriptor()
			types[d.Name()] = fmt.Sprint(d.PhysicalType(), " ", d.LogicalType())
			table[d.Name()] = append(table[d.Name()], texts(t, chunk, group.NumRows())...)
		}
	}
	return table, types, f.NumRowGroups()
}

// texts reads a chunk.
func texts(t *testing.T, chunk file.ColumnChunkReader, n int64) []string {
	t.Helper()
	switch chunk := chunk.(type) {
	case *file.Int32ColumnChunkReader:
		return all(t, n, chunk.ReadBatch)
	case *file.Int64ColumnChunkReader:
		return all(t, n, chunk.ReadBatch)
	case *file.Float32ColumnChunkReader:
		return all(t, n, chunk.ReadBatch)
	case *file.Float64ColumnChunkReader:
		return all(t, n, chunk.ReadBatch)
	case *file.BooleanColumnChunkReader:
		return all(t, n, chunk.ReadBatch)
	case *file.ByteArrayColumnChunkReader:
		return all(t, n, func(size int64, values []arrow.ByteArray, def, rep []int16) (int64, int, error) {
			return chunk.ReadBatch(size, values, def, rep)
		})
	}
	t.Fatalf("column of %T", chunk)
	return nil
}

func all[T any](t *testing.T, n int64, read func(int64, []T, []int16, []int16) (int64, int, error)) (found []string) {
	t.Helper()
	for int64(len(found)) < n {
		values := make([]T, n)
		_, got, err := read(n, values, nil, nil)
		if err != nil || got == 0 {
			t.Fatalf("%d of %d values: %v", len(found), n, err)
		}
		for _, v := range values[:got] {
			if text, ok := any(v).(arrow.ByteArray); ok {
				found = append(found, string(text))
			} else {
				found = append(found, fmt.Sprint(v))
			}
		}
	}
	return found
}

// opened makes a file of a matrix and opens it.
func opened(t *testing.T, m loom.Matrix, cols map[string]*loom.Array, opts ...loom.WriteOption) *loom.Conn {
	t.Helper()
	path := filepath.Join(t.TempDir(), "t.loom")
	if err := loom.Create(context.Background(), path, map[string]loom.Matrix{"": m}, nil, cols, nil, opts...); err != nil {
		t.Fatal(err)
	}
	ds, err := loom.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ds.Close() })
	return ds
}

func TestTypes(t *testing.T) {
	values := []float64{0, 1, 0, 7, 100, 0}
	m, err := sparse.NewDense(2, 3, values)
	if err != nil {
		t.Fatal(err)
	}
	for dtype, want := range map[string]string{
		"int8": "INT32 Int(bitWidth=8, isSigned=true)", "int16": "INT32 Int(bitWidth=16, isSigned=true)", "int32": "INT32 Int(bitWidth=32, isSigned=true)",
		"int64": "INT64 Int(bitWidth=64, isSigned=true)", "uint8": "INT32 Int(bitWidth=8, isSigned=false)", "uint16": "INT32 Int(bitWidth=16, isSigned=false)",
		"uint32": "INT32 Int(bitWidth=32, isSigned=false)", "uint64": "INT64 Int(bitWidth=64, isSigned=false)",
		"float16": "FLOAT None", "float32": "FLOAT None", "float64": "DOUBLE None",
	} {
		ds := opened(t, m, nil, loom.StoreAs(dtype))
		out := filepath.Join(t.TempDir(), "m.parquet")
		if notes, err := parquet.Export(context.Background(), ds, out, parquet.Options{}); err != nil || len(notes) > 0 {
			t.Fatal(notes, err)
		}
		table, types, _ := read(t, out)
		diff := cmp.Diff(map[string][]string{"row": {"0", "1", "1"}, "column": {"1", "0", "1"}, "value": {"1", "7", "100"}}, table)
		if diff != "" || types["value"] != want {
			t.Errorf("%s: values of %s, want %s\n%s", dtype, types["value"], want, diff)
		}
	}
}

// TestLong holds a table of a larger matrix against the matrix, and its names against the
// attributes.
func TestLong(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	path := filepath.Join(dir, "demo.loom")
	if _, err := demo.Write(ctx, path, demo.Options{Cells: 129, Genes: 200, UMIs: 400}); err != nil {
		t.Fatal(err)
	}
	ds, err := loom.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer ds.Close()
	layer, err := ds.Layer("spliced")
	if err != nil {
		t.Fatal(err)
	}
	m, err := loom.ReadAs[int64](ctx, layer, loom.All(), loom.All())
	if err != nil {
		t.Fatal(err)
	}
	genes, err := ds.RowAttrs().Strings("Gene")
	if err != nil {
		t.Fatal(err)
	}
	ids, err := ds.ColAttrs().Strings("CellID")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{}
	for k, v := range m.Raw() {
		if i, j := k/129, k%129; v != 0 {
			for name, text := range map[string]string{"row": fmt.Sprint(i), "column": fmt.Sprint(j), "value": fmt.Sprint(v), "Gene": genes[i], "CellID": ids[j]} {
				want[name] = append(want[name], text)
			}
		}
	}
	out, cells, rows := filepath.Join(dir, "m.parquet"), filepath.Join(dir, "c.parquet"), filepath.Join(dir, "r.parquet")
	notes, err := parquet.Export(ctx, ds, out, parquet.Options{Layer: "spliced", Names: true, ColMetadata: cells, RowMetadata: rows})
	if err != nil || len(notes) > 0 {
		t.Fatal(notes, err)
	}
	got, _, _ := read(t, out)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	attrs, types, _ := read(t, cells)
	if diff := cmp.Diff(ids, attrs["CellID"]); diff != "" || types["CellID"] != "BYTE_ARRAY String" {
		t.Errorf("%s %s", types["CellID"], diff)
	}
	if places, err := ds.ColAttrs().Float64s("UMAP"); err != nil || fmt.Sprint(float32(places[3])) != attrs["UMAP_2"][1] {
		t.Errorf("UMAP_2 of the second cell is %s: %v", attrs["UMAP_2"][1], err)
	}
	if len(attrs) != ds.ColAttrs().Len()+1 {
		t.Errorf("columns %v", attrs)
	}
	attrs, _, _ = read(t, rows)
	if diff := cmp.Diff(genes, attrs["Gene"]); diff != "" {
		t.Error(diff)
	}
}

// TestOddities exports what is not a column, what is not finite, and nothing.
func TestOddities(t *testing.T) {
	ctx := context.Background()
	m, err := sparse.NewDense(1, 3, []float64{0, math.NaN(), math.Inf(-1)})
	if err != nil {
		t.Fatal(err)
	}
	cube, err := hdf5.NewArray(make([]float32, 12), 3, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	ds := opened(t, m, map[string]*loom.Array{"Cube": cube}, loom.AllowNonFinite())
	dir := t.TempDir()
	out := filepath.Join(dir, "m.parquet")
	if _, err := parquet.Export(ctx, ds, out, parquet.Options{}); err != nil {
		t.Fatal(err)
	}
	table, _, _ := read(t, out)
	if got := strings.Join(table["value"], " "); got != "NaN -Inf" {
		t.Errorf("values %s", got)
	}
	notes, err := parquet.ExportAttributes(ctx, ds, loom.Columns, filepath.Join(dir, "c.parquet"))
	if err != nil || len(notes) != 1 || !strings.Contains(notes[0], `"Cube", which has the shape [3 2 2]`) {
		t.Errorf("%q, %v", notes, err)
	}
	zeros, err := sparse.NewDense(2, 2, make([]int32, 4))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parquet.Export(ctx, opened(t, zeros, nil), out, parquet.Options{}); err != nil {
		t.Fatal(err)
	}
	if table, _, groups := read(t, out); len(table) != 0 || groups != 0 {
		t.Errorf("%d groups of zeros", groups)
	}
}

func TestRefused(t *testing.T) {
	m, err := sparse.NewDense(2, 2, []float32{1, 2, 3, 4})
	if err != nil {
		t.Fatal(err)
	}
	ds := opened(t, m, nil)
	dir := t.TempDir()
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, c := range map[string]struct {
		ctx  context.Context
		out  string
		o    parquet.Options
		want error
	}{
		"no such layer":        {context.Background(), "m.parquet", parquet.Options{Layer: "x"}, loom.ErrNotExist},
		"no names":             {context.Background(), "m.parquet", parquet.Options{Names: true}, loom.ErrNotExist},
		"no such attribute":    {context.Background(), "m.parquet", parquet.Options{Names: true, RowNames: "Symbol"}, loom.ErrNotExist},
		"no such folder":       {context.Background(), "none/m.parquet", parquet.Options{}, os.ErrNotExist},
		"no folder for others": {context.Background(), "m.parquet", parquet.Options{ColMetadata: filepath.Join(dir, "none", "c.parquet")}, os.ErrNotExist},
		"interrupted":          {cancelled, "m.parquet", parquet.Options{}, context.Canceled},
	} {
		if _, err := parquet.Export(c.ctx, ds, filepath.Join(dir, c.out), c.o); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s: left behind: %v", name, left)
		}
	}
}
