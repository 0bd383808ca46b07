package loom

import (
	"context"
	"fmt"
	"iter"

	"github.com/goloom/loom/hdf5"
)

// A placed matrix is a part of a layer, from a row and a column on.
type placed struct {
	row, col int
	tiles    tiler
}

// onePlaced yields a matrix that begins at a column.
func onePlaced(t tiler, col int) iter.Seq2[placed, error] {
	return func(yield func(placed, error) bool) { yield(placed{col: col, tiles: t}, nil) }
}

// writePlaced writes the parts of the layer at a path and says how far it has come.
func (e *edit) writePlaced(ctx context.Context, path string, rule elementRule, parts iter.Seq2[placed, error]) error {
	wrote := func(elements int) { e.progress.Add(elements) }
	return rule.numbers.writePlaced(ctx, e.h, path, rule, parts, wrote)
}

func (numbersIn[T]) writePlaced(ctx context.Context, tx *hdf5.Tx, path string, rule elementRule, parts iter.Seq2[placed, error], wrote func(int)) error {
	return hdf5.WriteBoxes(ctx, tx, path, func(yield func(hdf5.Box[T], error) bool) {
		for part, err := range parts {
			box := hdf5.Box[T]{Row: part.row, Col: part.col, Wrote: wrote}
			if err == nil {
				box.Rows, box.Cols = part.tiles.dims()
				err = fillBox(&box, rule, part.tiles)
			}
			if !yield(box, err) || err != nil {
				return
			}
		}
	})
}

// fillBox has a box filled with the elements of a matrix, as a rule says.
func fillBox[T Number](box *hdf5.Box[T], rule elementRule, t tiler) error {
	switch t := t.(type) {
	case tilesOf[T]:
		box.Dense, box.ByColumn, box.OneByOne = t.dense, t.byColumn, t.oneByOne
		box.Fill = func(at hdf5.Panels, to []T) error {
			t.fill(at, to)
			return rule.checkNumbers(to)
		}
	case tilesOf[int8]:
		fillConverted(box, rule, t)
	case tilesOf[int16]:
		fillConverted(box, rule, t)
	case tilesOf[int32]:
		fillConverted(box, rule, t)
	case tilesOf[int64]:
		fillConverted(box, rule, t)
	case tilesOf[uint8]:
		fillConverted(box, rule, t)
	case tilesOf[uint16]:
		fillConverted(box, rule, t)
	case tilesOf[uint32]:
		fillConverted(box, rule, t)
	case tilesOf[uint64]:
		fillConverted(box, rule, t)
	case tilesOf[float32]:
		fillConverted(box, rule, t)
	case tilesOf[float64]:
		fillConverted(box, rule, t)
	default:
		return fmt.Errorf("%T: %w", t, ErrType)
	}
	return nil
}

// fillConverted is fillBox for elements of another type.
func fillConverted[T, From Number](box *hdf5.Box[T], rule elementRule, t tilesOf[From]) {
	box.ByColumn, box.OneByOne = t.byColumn, t.oneByOne
	box.Fill = func(at hdf5.Panels, to []T) error {
		from := make([]From, len(to))
		t.fill(at, from)
		if err := convertNumbers(to, from); err != nil {
			return fmt.Errorf("as %s: %w", rule.dtype, err)
		}
		return rule.checkNumbers(to)
	}
}
