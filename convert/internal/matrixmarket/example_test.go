package matrixmarket_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/goloom/loom/convert/internal/matrixmarket"
)

// The columns of a file go by in batches, some of its rows left out, without the matrix
// ever being in memory.
func ExampleColumns() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "counts.mtx")
	if err := os.WriteFile(path, []byte(general+"3 2 3\n1 1 5\n3 1 1\n2 2 7\n"), 0o644); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	f, err := matrixmarket.Open(ctx, path)
	if err != nil {
		log.Fatal(err)
	}
	survey, err := f.Survey(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.Header().Rows, f.Header().Cols, survey.Elements, survey.ByColumn, survey.Max)
	pick := matrixmarket.Pick{RowTo: []int{0, 1, -1}, Rows: 2}
	for m, err := range matrixmarket.Columns[int32](ctx, f, survey, pick) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m.Dims())
		fmt.Println(m.Value(0, 0), m.Value(1, 1), m.NNZ())
	}
	// Output:
	// 3 2 3 true 7
	// 2 2
	// 5 7 2
}
