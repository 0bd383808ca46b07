package h5ad_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/sparse"
)

// counts returns a sparse matrix of small numbers.
func counts[T loom.Number](rows, cols int, seed uint64) *sparse.CSR[T] {
	r := rand.New(rand.NewPCG(seed, 1))
	var i, j []int32
	var values []T
	for row := range rows {
		for col := range cols {
			if r.IntN(4) == 0 {
				i, j, values = append(i, int32(row)), append(j, int32(col)), append(values, T(1+r.IntN(100)))
			}
		}
	}
	return must(sparse.NewCOO(rows, cols, i, j, values)).ToCSR()
}

// array makes an array of f(0), f(1), ...
func array[T hdf5.Element](n int, f func(i int) T, shape ...int) *loom.Array {
	values := make([]T, n)
	for i := range values {
		values[i] = f(i)
	}
	return must(hdf5.NewArray(values, shape...))
}

// everything makes a Loom file of all types of layers, attributes and graphs.
func everything(t *testing.T, path string, rows, cols int) error {
	ctx := t.Context()
	return loom.CreateWith(ctx, path, func(tx *loom.Tx) error {
		if err := tx.Layers().Set(ctx, "", counts[float32](rows, cols, 1)); err != nil {
			return err
		}
		for name, m := range map[string]loom.Matrix{
			"i8": counts[int8](rows, cols, 2), "i16": counts[int16](rows, cols, 3), "i32": counts[int32](rows, cols, 4),
			"i64": counts[int64](rows, cols, 5), "u8": counts[uint8](rows, cols, 6), "u16": counts[uint16](rows, cols, 7),
			"u32": counts[uint32](rows, cols, 8), "u64": counts[uint64](rows, cols, 9), "f64": counts[float64](rows, cols, 10),
		} {
			if err := tx.Layers().Set(ctx, name, m); err != nil {
				return err
			}
		}
		if err := tx.Layers().Set(ctx, "half", counts[float32](rows, cols, 11), loom.StoreAs("float16")); err != nil {
			return err
		}
		for _, axis := range []struct {
			attributes *loom.Attributes
			graphs     *loom.Graphs
			names      string
			n          int
		}{{tx.RowAttrs(), tx.RowGraphs(), "Gene", rows}, {tx.ColAttrs(), tx.ColGraphs(), "CellID", cols}} {
			if err := fillAxis(axis.attributes, axis.graphs, axis.names, axis.n); err != nil {
				return err
			}
		}
		return fillGlobals(tx.Attrs())
	})
}

func fillAxis(attributes *loom.Attributes, graphs *loom.Graphs, names string, n int) error {
	for name, values := range map[string]*loom.Array{
		names:      array(n, func(i int) string { return fmt.Sprintf("name %d", i) }),
		"cluster":  array(n, func(i int) string { return fmt.Sprintf("c%d", i%12) }),
		"empty":    array(n, func(int) string { return "" }),
		"one by 1": array(n, func(i int) string { return fmt.Sprintf("ü%d", i) }),
		"int8":     array(n, func(i int) int8 { return int8(-i) }),
		"uint64":   array(n, func(i int) uint64 { return 1<<63 + uint64(i) }),
		"float32":  array(n, func(i int) float32 { return float32(i) / 3 }),
		"float64":  array(n, func(i int) float64 { return float64(i) / 3 }),
		"flag":     array(n, func(i int) bool { return i%2 == 0 }),
		"X_umap":   array(2*n, func(i int) float32 { return float32(i) }, n, 2),
		"column":   array(n, func(i int) int32 { return int32(i) }, n, 1),
		"cube":     array(6*n, func(i int) int16 { return int16(i) }, n, 3, 2),
	} {
		if err := attributes.Set(name, values); err != nil {
			return err
		}
	}
	a, b := make([]int32, 3*n), make([]int32, 3*n)
	for k := range a {
		a[k], b[k] = int32(k%n), int32((k/n+k*k)%n)
	}
	if err := graphs.Set("KNN", a, b, array(3*n, func(k int) float64 { return float64(k) / 4 })); err != nil {
		return err
	}
	return graphs.Set("none", nil, nil, must(hdf5.NewArray([]float32{})))
}

func fillGlobals(attrs *loom.GlobalAttributes) error {
	for name, value := range map[string]*loom.Array{
		"title": hdf5.NewScalar("Übersicht"), "nothing": hdf5.NewScalar(""), "count": hdf5.NewScalar(int32(7)), "ratio": hdf5.NewScalar(0.5),
		"list": array(3, func(i int) string { return fmt.Sprint(i) }), "grid": array(6, func(i int) float32 { return float32(i) }, 2, 3),
		"single": array(1, func(int) int64 { return 5 }),
	} {
		if err := attrs.Set(name, value); err != nil {
			return err
		}
	}
	return nil
}

// bare makes a Loom file that has names that are neither unique nor, of the genes, text, and
// no more.
func bare(t *testing.T, path string) error {
	return loom.Create(t.Context(), path, map[string]loom.Matrix{"": counts[int32](20, 70, 1)},
		map[string]*loom.Array{"Gene": array(20, func(i int) int64 { return int64(i / 2) })},
		map[string]*loom.Array{"CellID": array(70, func(i int) string { return fmt.Sprintf("cell-%d", i/3) })}, nil)
}
