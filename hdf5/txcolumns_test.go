package hdf5_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom/hdf5"
	"pgregory.net/rapid"
)

// A grid is a matrix of small whole numbers, which every type of number holds.
type grid struct {
	rows, cols int
	values     []float64
}

func newGrid(rows, cols int) grid { return grid{rows, cols, make([]float64, rows*cols)} }

func (g grid) at(i, j int) *float64 { return &g.values[i*g.cols+j] }

// drawGrid draws a matrix, mostly of zeros, whose side has a chunk's length now and then.
func drawGrid(t *rapid.T, rows int) grid {
	g := newGrid(rows, drawSide(t, "columns"))
	step := rapid.SampledFrom([]int{1, 2, 7, 1000, 1 << 20}).Draw(t, "step")
	for k := rapid.IntRange(0, 5).Draw(t, "first"); k < len(g.values); k += step {
		g.values[k] = float64(k % 100)
	}
	return g
}

func drawSide(t *rapid.T, name string) int {
	return rapid.OneOf(rapid.IntRange(1, 12), rapid.SampledFrom([]int{16, 63, 64, 65, 130})).Draw(t, name)
}

// drawSpec draws how a matrix is stored.
func drawSpec(t *rapid.T, g grid, chunked bool) hdf5.DatasetSpec {
	spec := hdf5.DatasetSpec{
		Type:  must(hdf5.NamedType(rapid.SampledFrom([]string{"float32", "float32", "int16", "float64", "uint8", "float16", "int64"}).Draw(t, "type"))),
		Shape: []int{g.rows, g.cols},
	}
	if !chunked && rapid.IntRange(0, 3).Draw(t, "contiguous") == 0 {
		return spec
	}
	spec.MaxShape = []int{g.rows, -1}
	spec.Chunks = rapid.SampledFrom([][]int{{4, 4}, {4, 4}, {5, 3}, {64, 64}, {200, 200}, {1, 7}}).Draw(t, "chunks")
	spec.Deflate = rapid.SampledFrom([]int{0, 1, 2}).Draw(t, "deflate")
	spec.Shuffle = rapid.IntRange(0, 4).Draw(t, "shuffle") == 0
	if rapid.IntRange(0, 4).Draw(t, "filled") == 0 {
		one := must(numbersAs(spec.Type.String(), []float64{1}))
		spec.Fill = must(must(one.Select([]int{0})).WithType(spec.Type))
	}
	return spec
}

func numbersAs(dtype string, values []float64, shape ...int) (*hdf5.Array, error) {
	switch dtype {
	case "int16":
		return hdf5.NewArray(convertAll[int16](values), shape...)
	case "int64":
		return hdf5.NewArray(convertAll[int64](values), shape...)
	case "uint8":
		return hdf5.NewArray(convertAll[uint8](values), shape...)
	case "float64":
		return hdf5.NewArray(values, shape...)
	}
	return hdf5.NewArray(convertAll[float32](values), shape...)
}

func convertAll[T hdf5.Number](values []float64) []T {
	to := make([]T, len(values))
	for i, v := range values {
		to[i] = T(v)
	}
	return to
}

// writeGrid makes a dataset of a matrix.
func writeGrid(ctx context.Context, tx *hdf5.Tx, path string, g grid, spec hdf5.DatasetSpec) error {
	if err := tx.CreateDataset(path, spec); err != nil {
		return err
	}
	values, err := numbersAs(spec.Type.String(), g.values, g.rows, g.cols)
	if err != nil {
		return err
	}
	return tx.Write(ctx, path, values)
}

// drawPositions draws positions of an axis, which may repeat, as a selector.
func drawPositions(t *rapid.T, n int, name string) (hdf5.Selector, []int) {
	var s hdf5.Selector
	switch rapid.IntRange(0, 3).Draw(t, name) {
	case 0:
		s = hdf5.All()
	case 1:
		start := rapid.IntRange(0, n).Draw(t, "start")
		s = hdf5.Range(start, rapid.IntRange(start, n).Draw(t, "stop"))
	case 2:
		s = hdf5.Strided(0, n, rapid.IntRange(1, 5).Draw(t, "by"))
	default:
		s = hdf5.Indices(rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 2*n).Draw(t, "list"))
	}
	return s, must(s.Positions(n))
}

// TestWriteColumns: columns of matrices of every type and layout, in any order of
// rows and columns, become those of another one beside which the others stay what they were.
func TestWriteColumns(t *testing.T) {
	ctx, dir, outer := t.Context(), t.TempDir(), t
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		source, path := filepath.Join(dir, fmt.Sprintf("%d-source.h5", n)), filepath.Join(dir, fmt.Sprintf("%d.h5", n))
		rows := drawSide(t, "rows")
		var want grid
		type part struct {
			path   string
			values grid
			rows   []int
			cols   hdf5.Selector
			at     []int
		}
		var parts []part
		err := hdf5.Create(ctx, source, func(tx *hdf5.Tx) error {
			for i := range rapid.IntRange(0, 3).Draw(t, "parts") {
				p := part{path: fmt.Sprint("/d", i)}
				height := rows
				if rapid.Bool().Draw(t, "reorder") {
					height = drawSide(t, "height")
					p.rows = rapid.SliceOfN(rapid.IntRange(-1, height-1), rows, rows).Draw(t, "rows of the part")
				}
				p.values = drawGrid(t, height)
				p.cols, p.at = drawPositions(t, p.values.cols, "cols")
				parts = append(parts, p)
				if err := writeGrid(ctx, tx, p.path, p.values, drawSpec(t, p.values, false)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		f := must(hdf5.Open(source))
		defer f.Close()

		// The matrix has some columns before and behind those that are written.
		before, behind := rapid.IntRange(0, 9).Draw(t, "before"), rapid.IntRange(0, 9).Draw(t, "behind")
		width := 0
		var from []hdf5.Columns
		for _, p := range parts {
			from = append(from, hdf5.Columns{From: must(f.Dataset(p.path)), Rows: p.rows, Cols: p.cols})
			width += len(p.at)
		}
		want = newGrid(rows, before+width+behind)
		for k := range want.values {
			want.values[k] = float64(k % 50)
		}
		spec := drawSpec(t, want, true)
		fill := 0.0
		if spec.Fill != nil {
			fill = 1
		}
		opts := hdf5.ColumnOptions{Left: before, AtOnce: rapid.SampledFrom([]int{0, 1, 64}).Draw(t, "at once")}
		err = hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
			if want.cols == 0 {
				return nil
			}
			if err := writeGrid(ctx, tx, "/d", want, spec); err != nil {
				return err
			}
			return tx.WriteColumns(ctx, "/d", opts, from...)
		})
		if err != nil {
			t.Fatal(err)
		}
		if want.cols == 0 {
			return
		}
		left := before
		for _, p := range parts {
			for k, j := range p.at {
				for i := range rows {
					row := i
					if p.rows != nil {
						row = p.rows[i]
					}
					*want.at(i, left+k) = fill
					if row >= 0 {
						*want.at(i, left+k) = *p.values.at(row, j)
					}
				}
			}
			left += len(p.at)
		}
		result := must(hdf5.Open(path))
		defer result.Close()
		got := must(must(must(result.Dataset("/d")).Read(ctx)).Float64s())
		if !slices.Equal(got, want.values) {
			t.Fatalf("got %v, want %v", got, want.values)
		}
		if _, problems := checkFile(outer, result); len(problems) > 0 {
			t.Fatal(problems)
		}
	})
}

// TestWriteColumnsRefuses: what does not fit is refused, and named.
func TestWriteColumnsRefuses(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	path := filepath.Join(dir, "a.h5")
	big := newGrid(3, 2)
	big.values[4] = 300
	half := newGrid(3, 2)
	half.values[0] = 0.5
	spec := func(dtype string, g grid, chunks []int) hdf5.DatasetSpec {
		return hdf5.DatasetSpec{Type: must(hdf5.NamedType(dtype)), Shape: []int{g.rows, g.cols}, Chunks: chunks}
	}
	check0(hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
		check0(writeGrid(ctx, tx, "/big", big, spec("int16", big, nil)))
		check0(writeGrid(ctx, tx, "/half", half, spec("float64", half, []int{1, 1})))
		big.values[4] = 1e5
		return writeGrid(ctx, tx, "/huge", big, spec("float64", big, []int{2, 2}))
	}))
	f := must(hdf5.Open(path))
	defer f.Close()
	dataset := func(name string) *hdf5.Dataset { return must(f.Dataset(name)) }
	for _, test := range []struct {
		to   string
		opts hdf5.ColumnOptions
		from hdf5.Columns
		want error
	}{
		{"uint8", hdf5.ColumnOptions{}, hdf5.Columns{From: dataset("/big")}, hdf5.ErrType},
		{"uint8", hdf5.ColumnOptions{}, hdf5.Columns{From: dataset("/half")}, hdf5.ErrType},
		{"float16", hdf5.ColumnOptions{}, hdf5.Columns{From: dataset("/huge")}, hdf5.ErrType},
		{"float32", hdf5.ColumnOptions{}, hdf5.Columns{From: dataset("/huge")}, nil},
		{"float32", hdf5.ColumnOptions{Left: 3}, hdf5.Columns{From: dataset("/big")}, hdf5.ErrSelection},
		{"float32", hdf5.ColumnOptions{Left: -1}, hdf5.Columns{From: dataset("/big")}, hdf5.ErrSelection},
		{"float32", hdf5.ColumnOptions{}, hdf5.Columns{From: dataset("/big"), Rows: []int{0, 1}}, hdf5.ErrSelection},
		{"float32", hdf5.ColumnOptions{}, hdf5.Columns{From: dataset("/big"), Rows: []int{0, 1, 3}}, hdf5.ErrSelection},
		{"float32", hdf5.ColumnOptions{}, hdf5.Columns{From: dataset("/big"), Cols: hdf5.At(2)}, hdf5.ErrSelection},
	} {
		err := hdf5.Create(ctx, filepath.Join(dir, "b.h5"), func(tx *hdf5.Tx) error {
			if err := tx.CreateDataset("/d", hdf5.DatasetSpec{Type: must(hdf5.NamedType(test.to)), Shape: []int{3, 4}, Chunks: []int{2, 2}}); err != nil {
				return err
			}
			return tx.WriteColumns(ctx, "/d", test.opts, test.from)
		})
		if !errors.Is(err, test.want) {
			t.Errorf("%v into %s at %d: %v, want %v", test.from.From.Path(), test.to, test.opts.Left, err, test.want)
		}
	}
}

// TestWriteColumnsCopies: chunks that can be are copied as they are stored. That they
// are not decoded shows in that they need not be sound.
func TestWriteColumnsCopies(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	path := filepath.Join(dir, "a.h5")
	g := newGrid(8, 8)
	for k := range g.values {
		g.values[k] = float64(k)
	}
	spec := hdf5.DatasetSpec{Type: must(hdf5.NamedType("float32")), Shape: []int{8, 8}, Chunks: []int{4, 4}, Deflate: 1}
	check0(hdf5.Create(ctx, path, func(tx *hdf5.Tx) error { return writeGrid(ctx, tx, "/d", g, spec) }))
	b := must(os.ReadFile(path))
	at := bytes.LastIndex(b, []byte("\x78\x01")) // a zlib stream
	if at < 0 {
		t.Fatal("no chunk found")
	}
	b[at+10] ^= 0xff
	check0(os.WriteFile(path, b, 0o600))
	f := must(hdf5.Open(path))
	defer f.Close()
	from := must(f.Dataset("/d"))
	if _, err := from.Read(ctx); !errors.Is(err, hdf5.ErrCorrupt) {
		t.Fatalf("damaged file: %v", err)
	}
	for _, test := range []struct {
		what          string
		cols          hdf5.Selector
		rows          []int
		level, height int
		want          error
	}{
		{"everything", hdf5.All(), nil, 1, 4, nil},
		{"rows that are listed", hdf5.All(), []int{0, 1, 2, 3, 4, 5, 6, 7}, 1, 4, nil},
		{"of another level", hdf5.All(), nil, 2, 4, nil},
		{"columns of chunks in another order", hdf5.Indices([]int{4, 5, 6, 7, 0, 1, 2, 3}), nil, 1, 4, nil},
		{"columns in another order", hdf5.Indices([]int{5, 4, 6, 7, 1, 0, 2, 3}), nil, 1, 4, hdf5.ErrCorrupt},
		{"rows in another order", hdf5.All(), []int{1, 0, 2, 3, 5, 4, 6, 7}, 1, 4, hdf5.ErrCorrupt},
		{"without compression", hdf5.All(), nil, 0, 4, hdf5.ErrCorrupt},
		{"other chunks", hdf5.All(), nil, 1, 8, hdf5.ErrCorrupt},
	} {
		spec.Deflate, spec.Chunks = test.level, []int{test.height, 4}
		err := hdf5.Create(ctx, filepath.Join(dir, "b.h5"), func(tx *hdf5.Tx) error {
			if err := tx.CreateDataset("/d", spec); err != nil {
				return err
			}
			return tx.WriteColumns(ctx, "/d", hdf5.ColumnOptions{}, hdf5.Columns{From: from, Rows: test.rows, Cols: test.cols})
		})
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.what, err, test.want)
		}
	}
}
