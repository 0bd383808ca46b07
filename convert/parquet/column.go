package parquet

import (
	"fmt"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/schema"
	"github.com/goloom/loom"
)

// A column is one column of a table: a slice of numbers, booleans or
// [parquet.ByteArray], which stand for strings.
type column struct {
	name string
	data any
}

// node returns the column's entry in the schema.
func (c column) node() (schema.Node, error) {
	physical, logical, err := typeOf(c.data)
	if err != nil {
		return nil, fmt.Errorf("column %q: %w", c.name, err)
	}
	const anyField, anyLength = -1, -1
	return schema.NewPrimitiveNodeLogical(c.name, parquet.Repetitions.Required, logical, physical, anyLength, anyField)
}

// typeOf returns the type that is stored, and what it stands for.
func typeOf(data any) (parquet.Type, schema.LogicalType, error) {
	integer := schema.NewIntLogicalType
	switch data.(type) {
	case []int8:
		return parquet.Types.Int32, integer(8, true), nil
	case []int16:
		return parquet.Types.Int32, integer(16, true), nil
	case []int32:
		return parquet.Types.Int32, integer(32, true), nil
	case []int64:
		return parquet.Types.Int64, integer(64, true), nil
	case []uint8:
		return parquet.Types.Int32, integer(8, false), nil
	case []uint16:
		return parquet.Types.Int32, integer(16, false), nil
	case []uint32:
		return parquet.Types.Int32, integer(32, false), nil
	case []uint64:
		return parquet.Types.Int64, integer(64, false), nil
	case []float32:
		return parquet.Types.Float, schema.NoLogicalType{}, nil
	case []float64:
		return parquet.Types.Double, schema.NoLogicalType{}, nil
	case []bool:
		return parquet.Types.Boolean, schema.NoLogicalType{}, nil
	case []parquet.ByteArray:
		return parquet.Types.ByteArray, schema.StringLogicalType{}, nil
	}
	return parquet.Types.Undefined, nil, fmt.Errorf("%T: %w", data, loom.ErrType)
}

// slice returns the column's values from first up to, not including, end.
func (c column) slice(first, end int) column {
	switch data := c.data.(type) {
	case []int8:
		c.data = data[first:end]
	case []int16:
		c.data = data[first:end]
	case []int32:
		c.data = data[first:end]
	case []int64:
		c.data = data[first:end]
	case []uint8:
		c.data = data[first:end]
	case []uint16:
		c.data = data[first:end]
	case []uint32:
		c.data = data[first:end]
	case []uint64:
		c.data = data[first:end]
	case []float32:
		c.data = data[first:end]
	case []float64:
		c.data = data[first:end]
	case []bool:
		c.data = data[first:end]
	case []parquet.ByteArray:
		c.data = data[first:end]
	}
	return c
}

// write stores the values in a row group.
func (c column) write(to file.ColumnChunkWriter) (err error) {
	switch data := c.data.(type) {
	case []int8:
		return writeInt32s(to, data)
	case []int16:
		return writeInt32s(to, data)
	case []int32:
		return writeInt32s(to, data)
	case []uint8:
		return writeInt32s(to, data)
	case []uint16:
		return writeInt32s(to, data)
	case []uint32:
		return writeInt32s(to, data)
	case []int64:
		return writeInt64s(to, data)
	case []uint64:
		return writeInt64s(to, data)
	case []float32:
		_, err = to.(*file.Float32ColumnChunkWriter).WriteBatch(data, nil, nil)
	case []float64:
		_, err = to.(*file.Float64ColumnChunkWriter).WriteBatch(data, nil, nil)
	case []bool:
		_, err = to.(*file.BooleanColumnChunkWriter).WriteBatch(data, nil, nil)
	case []parquet.ByteArray:
		_, err = to.(*file.ByteArrayColumnChunkWriter).WriteBatch(data, nil, nil)
	}
	return err
}

func writeInt32s[T int8 | int16 | int32 | uint8 | uint16 | uint32](to file.ColumnChunkWriter, data []T) error {
	values, ok := any(data).([]int32)
	if !ok {
		values = make([]int32, len(data))
		for i, v := range data {
			values[i] = int32(v)
		}
	}
	_, err := to.(*file.Int32ColumnChunkWriter).WriteBatch(values, nil, nil)
	return err
}

func writeInt64s[T int64 | uint64](to file.ColumnChunkWriter, data []T) error {
	values, ok := any(data).([]int64)
	if !ok {
		values = make([]int64, len(data))
		for i, v := range data {
			values[i] = int64(v)
		}
	}
	_, err := to.(*file.Int64ColumnChunkWriter).WriteBatch(values, nil, nil)
	return err
}

// byteArrays returns strings as a column stores them.
func byteArrays(texts []string) []parquet.ByteArray {
	arrays := make([]parquet.ByteArray, len(texts))
	for i, text := range texts {
		arrays[i] = parquet.ByteArray(text)
	}
	return arrays
}
