package main

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"gonum.org/v1/gonum/mat"
)

// layer reads the elements of the main matrix or another layer.
func (s *setter) layer(conn *loom.Conn, p part, source *textSource) (apply, error) {
	dtype, err := s.typeOf(p, conn.Layers().Has(p.name), func() (string, bool) {
		layer, err := conn.Layers().Get(p.name)
		if err != nil {
			return "unknown", false
		}
		dtype, ok := presentType(layer.Type())
		_, number := numberTypes[dtype]
		return dtype, ok && number
	})
	if err != nil {
		return nil, err
	}
	rows, cols := lengthOf(conn, loom.Rows), lengthOf(conn, loom.Columns)
	var m loom.Matrix
	if source == nil {
		m, dtype, err = s.constant(dtype, rows, cols)
	} else {
		m, err = readMatrix(source, dtype, rows, cols, !s.nonFinite)
	}
	if err != nil {
		return nil, err
	}
	opts := []loom.WriteOption{loom.StoreAs(typeOfMatrix(m, dtype))}
	if s.nonFinite {
		opts = append(opts, loom.AllowNonFinite())
	}
	return func(ctx context.Context, tx *loom.Tx) error { return tx.Layers().Set(ctx, p.name, m, opts...) }, nil
}

// constant returns the matrix of one value.
func (s *setter) constant(dtype string, rows, cols int) (loom.Matrix, string, error) {
	if rows < 0 || cols < 0 {
		return nil, "", errors.New("the file has no shape yet for --value")
	}
	if dtype == "" {
		if dtype = guessType([]string{s.value.text}); dtype == stringType || dtype == boolType {
			dtype = "float64" // which it is not, as parseValues says
		}
	}
	failed := func(_ int, err error) error { return fmt.Errorf("--value: %w", err) }
	value, err := parseValues([]string{s.value.text}, dtype, nil, failed)
	if err != nil {
		return nil, "", err
	}
	exact, err := asFloat64(value)
	if err == nil && !s.nonFinite {
		if err = checkFinite(exact); err != nil {
			err = failed(0, valueError(s.value.text, dtype, err))
		}
	}
	return constant{rows, cols, exact}, dtype, err
}

// asFloat64 returns a number as float64, if that holds it exactly.
func asFloat64(value *loom.Array) (float64, error) {
	numbers, err := value.Float64s()
	if err != nil {
		return 0, err
	}
	const exact = 1 << 53
	if value.Type().Class() == hdf5.Integer && (math.Abs(numbers[0]) >= exact) {
		return 0, fmt.Errorf("--value: %v is too large for a layer of one value", value.Data())
	}
	return numbers[0], nil
}

// constant is a matrix whose elements are all alike.
type constant struct {
	rows, cols int
	value      float64
}

func (c constant) Dims() (rows, cols int) { return c.rows, c.cols }
func (c constant) At(_, _ int) float64    { return c.value }
func (c constant) T() mat.Matrix          { return constant{c.cols, c.rows, c.value} }

func (c constant) NNZ() int {
	if c.value == 0 {
		return 0
	}
	return c.rows * c.cols
}
