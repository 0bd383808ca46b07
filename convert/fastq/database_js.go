package fastq

import (
	"context"
	"errors"
	"fmt"
)

// readDatabase fails: there is no SQLite for browsers here.
func readDatabase(_ context.Context, path, _ string) (*Sample, error) {
	return nil, fmt.Errorf("%s: SQLite databases cannot be read in a browser: %w", path, errors.ErrUnsupported)
}
