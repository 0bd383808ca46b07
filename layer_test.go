package loom

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/goloom/loom/sparse"
)

// TestLayerTypes reads a layer of every type of numbers.
func TestLayerTypes(t *testing.T) {
	t.Run("int8", func(t *testing.T) { checkLayerType[int8](t) })
	t.Run("int16", func(t *testing.T) { checkLayerType[int16](t) })
	t.Run("int32", func(t *testing.T) { checkLayerType[int32](t) })
	t.Run("int64", func(t *testing.T) { checkLayerType[int64](t) })
	t.Run("uint8", func(t *testing.T) { checkLayerType[uint8](t) })
	t.Run("uint16", func(t *testing.T) { checkLayerType[uint16](t) })
	t.Run("uint32", func(t *testing.T) { checkLayerType[uint32](t) })
	t.Run("uint64", func(t *testing.T) { checkLayerType[uint64](t) })
	t.Run("float32", func(t *testing.T) { checkLayerType[float32](t) })
	t.Run("float64", func(t *testing.T) { checkLayerType[float64](t) })
}

func checkLayerType[T Number](t *testing.T) {
	ctx := context.Background()
	l := memoryLayer(t, "layer", 2, 3, []T{0, 1, 2, 3, 0, 100})
	values, err := l.Read(ctx, Indices([]int{1, 0}), Strided(0, 3, 2))
	if err != nil {
		t.Fatal(err)
	}
	dense, ok := values.(*sparse.Dense[T])
	if !ok || !slices.Equal(dense.Raw(), []T{3, 100, 0, 2}) {
		t.Errorf("Read: %T %v", values, values)
	}
	entries, err := l.Sparse(ctx, At(1), All())
	if err != nil {
		t.Fatal(err)
	}
	coo, ok := entries.(*sparse.COO[T])
	if !ok {
		t.Fatalf("Sparse: %T", entries)
	}
	if rows, cols, v := coo.Raw(); !slices.Equal(rows, []int32{0, 0}) || !slices.Equal(cols, []int32{0, 2}) || !slices.Equal(v, []T{3, 100}) {
		t.Errorf("Sparse: %v %v %v", rows, cols, v)
	}
	if same, err := ReadAs[T](ctx, l, All(), All()); err != nil || !slices.Equal(same.Raw(), []T{0, 1, 2, 3, 0, 100}) {
		t.Errorf("ReadAs of the same type: %v, %v", same, err)
	}
	if other, err := ReadAs[int16](ctx, l, All(), At(1)); err != nil || !slices.Equal(other.Raw(), []int16{1, 0}) {
		t.Errorf("ReadAs of another type: %v, %v", other, err)
	}
	if other, err := SparseAs[float64](ctx, l, All(), All()); err != nil || other.NNZ() != 4 {
		t.Errorf("SparseAs: %v, %v", other, err)
	}
	stacked, err := stackArrays([]*Array{mustArray(t, []T{1, 2}), mustArray(t, []T{3, 4, 5, 6}, 2, 2)})
	if err != nil {
		t.Fatal(err)
	}
	if data := stacked.Data(); !slices.Equal(data.([]T), []T{1, 3, 4, 2, 5, 6}) {
		t.Errorf("stack: %v", data)
	}
	g := &Graph{vertices: 3, a: []int32{0, 2}, b: []int32{1, 2}, w: mustArray(t, []T{5, 7})}
	adjacency, err := g.Matrix()
	if err != nil {
		t.Fatal(err)
	}
	if m := adjacency.(*sparse.COO[T]); m.Value(0, 1) != 5 || m.Value(2, 2) != 7 || m.NNZ() != 2 {
		t.Errorf("adjacency matrix: %v", m)
	}
}

func TestStackErrors(t *testing.T) {
	a := &Attributes{filename: "memory", axis: Rows, length: 2, source: memoryAttributes{}}
	a.put("x", mustArray(t, []int8{1, 2}))
	a.put("y", mustArray(t, []int16{1, 2}))
	a.put("cube", mustArray(t, make([]int8, 8), 2, 2, 2))
	a.put("long", mustArray(t, []int8{1, 2, 3}))
	a.put("text", mustArray(t, []string{"a", "b"}))
	a.put("flag", mustArray(t, []bool{true, false}))
	for _, test := range []struct {
		names []string
		want  error
	}{
		{nil, ErrShape},
		{[]string{"x", "none"}, ErrNotExist},
		{[]string{"x", "y"}, ErrType},
		{[]string{"x", "cube"}, ErrShape},
		{[]string{"x", "long"}, ErrShape},
		{[]string{"text", "text"}, nil},
		{[]string{"flag", "flag", "flag"}, nil},
	} {
		if _, err := a.Stack(test.names...); !errors.Is(err, test.want) {
			t.Errorf("stack of %q: %v, want %v", test.names, err, test.want)
		}
	}
}

func TestFirst(t *testing.T) {
	a := &Attributes{filename: "memory", axis: Columns, length: 2, source: memoryAttributes{}}
	a.put("Cell_ID", mustArray(t, []string{"a", "b"}))
	a.put("obs_names", mustArray(t, []string{"c", "d"}))
	got, err := a.First("CellID", "Cell_ID", "obs_names")
	if err != nil {
		t.Fatal(err)
	}
	if names, err := got.Strings(); err != nil || names[0] != "a" {
		t.Errorf("First: %q, %v", names, err)
	}
	if _, err := a.First("CellID", "cells"); !errors.Is(err, ErrNotExist) {
		t.Errorf("First of none: %v", err)
	}
}
