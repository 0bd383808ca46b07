package numpy

import (
	"context"
	"encoding/binary"
	"io"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/bands"
	"github.com/goloom/loom/internal/progress"
	"github.com/goloom/loom/internal/publish"
)

// ExportDense writes all elements of a layer as a .npy file, row by row. A layer of
// 20,000 x 10,000 float32 takes 800 MB, whatever is zero.
//
// The file appears, in place of one of the same name, when it is complete. Memory is a band
// of whole rows of chunks of up to 32 MiB of elements, or one row of chunks if that is more,
// twice.
func ExportDense(ctx context.Context, ds *loom.Conn, out string, o Options) error {
	layer, err := ds.Layers().Get(o.Layer)
	if err != nil {
		return err
	}
	kind, err := kindOf(layer.Type())
	if err != nil {
		return err
	}
	rows, cols := layer.Shape()
	ctx, tracker := progress.Start(ctx, "write npy", int64(rows), loom.Rows.String())
	return publish.File(out, func(w io.Writer) error {
		if _, err := w.Write(header(kind, rows, cols)); err != nil {
			return err
		}
		var buf []byte
		for b, err := range bands.AllDense(ctx, layer, loom.Rows) {
			if err != nil {
				return err
			}
			if buf, err = binary.Append(buf[:0], binary.LittleEndian, b.Values.Data()); err != nil {
				return err
			}
			if _, err := w.Write(buf); err != nil {
				return err
			}
			tracker.Add(b.End - b.First)
		}
		return nil
	})
}
