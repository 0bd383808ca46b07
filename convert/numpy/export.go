package numpy

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/goloom/loom"
)

// Export writes a layer of a file as the .npy or the .npz file out, as
// [ExportDense] and [ExportSparse] do. It is an error that wraps [ErrFormat] if out has
// another extension, and one that wraps [loom.ErrNotExist] if there is no such layer.
func Export(ctx context.Context, ds *loom.Conn, out string, o Options) error {
	switch strings.ToLower(filepath.Ext(out)) {
	case ".npy":
		return ExportDense(ctx, ds, out, o)
	case ".npz":
		return ExportSparse(ctx, ds, out, o)
	}
	return fmt.Errorf("%s: %w", out, ErrFormat)
}
