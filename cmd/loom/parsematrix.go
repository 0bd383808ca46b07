package main

import (
	"errors"
	"fmt"
	"math"

	"github.com/goloom/loom"
	"github.com/goloom/loom/sparse"
)

// readMatrix reads the lines of a source as the rows of a matrix of the given
// type, or of int64 or float64 if dtype is "". Only what is not zero is held in memory.
//
// There must be as many lines as rows and, in each, as many fields as columns; any
// number if they are negative. If finite is true NaN and infinities are refused.
func readMatrix(s *textSource, dtype string, rows, cols int, finite bool) (loom.Matrix, error) {
	switch dtype {
	case "":
		return readGuessed(s, rows, cols, finite)
	case "int8":
		return readRows[int8](s, dtype, rows, cols, finite)
	case "int16":
		return readRows[int16](s, dtype, rows, cols, finite)
	case "int32":
		return readRows[int32](s, dtype, rows, cols, finite)
	case "int64":
		return readRows[int64](s, dtype, rows, cols, finite)
	case "uint8":
		return readRows[uint8](s, dtype, rows, cols, finite)
	case "uint16":
		return readRows[uint16](s, dtype, rows, cols, finite)
	case "uint32":
		return readRows[uint32](s, dtype, rows, cols, finite)
	case "uint64":
		return readRows[uint64](s, dtype, rows, cols, finite)
	case "float16", "float32":
		return readRows[float32](s, dtype, rows, cols, finite)
	case "float64":
		return readRows[float64](s, dtype, rows, cols, finite)
	}
	return nil, checkType(dtype, true)
}

// A matrixShape checks the lines of a matrix as they come.
type matrixShape struct {
	source     *textSource
	rows, cols int // wanted, negative if not known
	n          int // lines so far
}

// line returns the fields of the next line, and nil after the last one.
func (m *matrixShape) line() ([]string, error) {
	line, ok, err := m.source.next()
	if err != nil {
		return nil, err
	}
	if !ok {
		if m.rows >= 0 && m.n != m.rows || m.n == 0 {
			return nil, fmt.Errorf("%s: %s, expected %s of %s", m.source.name, count(m.n, "line"),
				number(m.rows, "row"), number(m.cols, "column"))
		}
		return nil, nil
	}
	m.n++
	if m.rows >= 0 && m.n > m.rows {
		return nil, m.source.failed("more lines than the %d rows", m.rows)
	}
	texts := splitFields(line)
	if m.cols < 0 {
		m.cols = len(texts)
	}
	if len(texts) != m.cols {
		return nil, m.source.failed("%s, expected %d", count(len(texts), "field"), m.cols)
	}
	if m.n > math.MaxInt32 || m.cols > math.MaxInt32 {
		return nil, m.source.failed("more than %d rows or columns", math.MaxInt32)
	}
	return texts, nil
}

// number is count, but of any number if n is negative.
func number(n int, thing string) string {
	if n < 0 {
		return "any number of " + thing + "s"
	}
	return count(n, thing)
}

// readRows reads numbers of one type.
func readRows[T loom.Number](s *textSource, dtype string, rows, cols int, finite bool) (loom.Matrix, error) {
	shape, t := matrixShape{source: s, rows: rows, cols: cols}, numberTypes[dtype]
	ptr, idx, values := []int{0}, []int32{}, []T{}
	for {
		texts, err := shape.line()
		if err != nil {
			return nil, err
		}
		if texts == nil {
			return sparse.NewCSR(shape.n, shape.cols, ptr, idx, values)
		}
		for j, text := range texts {
			if text == "0" {
				continue
			}
			v, err := parseNumber[T](text, t)
			if err == nil && finite {
				err = checkFinite(float64(v))
			}
			if err != nil {
				return nil, s.failed("field %d: %w", j+1, valueError(text, dtype, err))
			}
			if v != 0 {
				idx, values = append(idx, int32(j)), append(values, v)
			}
		}
		ptr = append(ptr, len(idx))
	}
}

// readGuessed reads numbers as int64 as long as they are whole, and from the
// first one on that is not all of them as float64.
func readGuessed(s *textSource, rows, cols int, finite bool) (loom.Matrix, error) {
	shape := matrixShape{source: s, rows: rows, cols: cols}
	ptr, idx, whole, floats := []int{0}, []int32{}, []int64{}, []float64(nil)
	for {
		texts, err := shape.line()
		if err != nil {
			return nil, err
		}
		if texts == nil {
			break
		}
		for j, text := range texts {
			if text == "0" {
				continue
			}
			idx = append(idx, int32(j))
			if v, err := parseNumber[int64](text, numberTypes["int64"]); err == nil && floats == nil {
				whole = append(whole, v)
				continue
			}
			v, err := parseNumber[float64](text, numberTypes["float64"])
			if err == nil && finite {
				err = checkFinite(v)
			}
			if err != nil {
				return nil, s.failed("field %d: %w", j+1, valueError(text, "float64", err))
			}
			if floats == nil {
				floats = make([]float64, len(whole), 2*len(whole)+1)
				for k, v := range whole {
					floats[k] = float64(v)
				}
				whole = nil
			}
			floats = append(floats, v)
		}
		ptr = append(ptr, len(idx))
	}
	if floats != nil {
		return sparse.NewCSR(shape.n, shape.cols, ptr, idx, floats)
	}
	return sparse.NewCSR(shape.n, shape.cols, ptr, idx, whole)
}

// errNotFinite is why a number does not become an element of a layer.
var errNotFinite = errors.New("is not finite (--allow-non-finite lets it in)")

func checkFinite(v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return errNotFinite
	}
	return nil
}

// typeOfMatrix returns the type that readMatrix has chosen, or was told.
func typeOfMatrix(m loom.Matrix, dtype string) string {
	if dtype != "" {
		return dtype
	}
	if _, ok := m.(*sparse.CSR[int64]); ok {
		return "int64"
	}
	return "float64"
}
