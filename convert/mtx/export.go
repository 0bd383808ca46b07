package mtx

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/internal/publish"
	"github.com/klauspost/compress/gzip"
)

// ExportOptions say what [Export] writes.
type ExportOptions struct {
	Layer string // "" for the main matrix
}

// Export writes the main matrix, or a layer, to the file out, as [Write] does;
// compressed with gzip if the name ends in .gz. Names of rows and columns have no place in
// the format. The file appears, whole, when all is written: if anything fails, what was
// there before still is.
func Export(ctx context.Context, ds *loom.Conn, out string, opts ExportOptions) error {
	layer, err := ds.Layer(opts.Layer)
	if err != nil {
		return err
	}
	return publish.File(out, func(w io.Writer) error {
		if !strings.HasSuffix(strings.ToLower(out), ".gz") {
			return Write(ctx, w, layer)
		}
		zw := gzip.NewWriter(w)
		return errors.Join(Write(ctx, zw, layer), zw.Close())
	})
}
