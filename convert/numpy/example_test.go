package numpy_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/numpy"
)

// export writes the main matrix of a small file in one way, and says how large the
// result is.
func export(name string, write func(ctx context.Context, ds *loom.Conn, out string, o numpy.Options) error) {
	ds, err := loom.Open("../../testdata/mouse_cortex_tiny.loom")
	if err != nil {
		log.Fatal(err)
	}
	defer ds.Close()
	dir, err := os.MkdirTemp("", "numpy")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	out := filepath.Join(dir, name)
	if err := write(context.Background(), ds, out, numpy.Options{}); err != nil {
		log.Fatal(err)
	}
	info, err := os.Stat(out)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(name, "is there:", info.Size() > 0)
}

func ExampleExport() {
	export("cells.npz", numpy.Export) // in Python: scipy.sparse.load_npz("cells.npz")
	// Output: cells.npz is there: true
}

func ExampleExportDense() {
	export("cells.npy", numpy.ExportDense) // in Python: numpy.load("cells.npy", mmap_mode="r")
	// Output: cells.npy is there: true
}

func ExampleExportSparse() {
	export("cells.npz", numpy.ExportSparse)
	// Output: cells.npz is there: true
}
