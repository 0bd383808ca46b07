package mtx

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/layercolumns"
	"github.com/goloom/loom/convert/internal/matrixmarket"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
)

// Write writes a layer in the format coordinate, column by column: integers as
// such, other numbers with as many digits as their exact value as float64 takes.
// Comments become lines behind the first, without the percent sign that they get.
//
// The layer is read twice, since the number of elements comes first, and some columns
// of it held.
func Write(ctx context.Context, w io.Writer, layer *loom.Layer, comments ...string) error {
	rows, cols := layer.Shape()
	ctx, tracker := progress.Start(ctx, "convert", int64(cols), "columns")
	_, elements, err := layercolumns.Counts(ctx, layer)
	if err != nil {
		return err
	}
	field := "integer"
	if layer.Type().Class() == hdf5.Float {
		field = "real"
	}
	out := bufio.NewWriterSize(w, 1<<16)
	fmt.Fprintf(out, "%s matrix coordinate %s general\n", matrixmarket.Banner, field)
	for _, comment := range comments {
		fmt.Fprintf(out, "%%%s\n", comment)
	}
	fmt.Fprintf(out, "%d %d %d\n", rows, cols, elements)
	return writer{out, tracker, elements}.write(ctx, layer)
}

// A writer writes entries.
type writer struct {
	*bufio.Writer
	progress *progress.Tracker
	elements int64 // that the header has declared
}

// write writes all elements of a layer.
func (w writer) write(ctx context.Context, layer *loom.Layer) (err error) {
	var written int64
	switch {
	case layer.Type().Class() == hdf5.Float:
		written, err = writeEntries(ctx, w, layer, func(dst []byte, v float64) []byte {
			return strconv.AppendFloat(dst, v, 'g', -1, 64)
		})
	case layer.Type().String() == "uint64":
		written, err = writeEntries(ctx, w, layer, func(dst []byte, v uint64) []byte { return strconv.AppendUint(dst, v, 10) })
	default:
		written, err = writeEntries(ctx, w, layer, func(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) })
	}
	if err == nil && written != w.elements {
		err = fmt.Errorf("%d elements, but %d when they were counted", written, w.elements)
	}
	if err != nil {
		return err
	}
	return w.Flush()
}

// writeEntries writes the elements of a layer and returns how many.
func writeEntries[T loom.Number](ctx context.Context, w writer, layer *loom.Layer, appendValue func([]byte, T) []byte) (int64, error) {
	var line []byte
	written := int64(0)
	for batch, err := range layercolumns.Batches[T](ctx, layer) {
		if err != nil {
			return 0, err
		}
		_, cols := batch.Dims()
		for j := range cols {
			for i, v := range batch.Col(j) {
				line = append(strconv.AppendInt(line[:0], int64(i)+1, 10), ' ')
				line = append(strconv.AppendInt(line, int64(batch.First+j)+1, 10), ' ')
				line = append(appendValue(line, v), '\n')
				if _, err := w.Write(line); err != nil {
					return 0, err
				}
				written++
			}
			w.progress.Add(1)
		}
	}
	return written, nil
}
