package matrixmarket

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/goloom/loom/convert/internal/textfile"
)

// A File is a Matrix Market file of which the header has been read. It holds
// nothing open.
type File struct {
	header Header
	path   string
	values int         // numbers in each entry behind the coordinates
	read   func(n int) // is told of bytes that are read; may be nil
}

// An Option changes how a file is read.
type Option func(*File)

// Values says that each entry has k numbers after its coordinates instead of one,
// as in the file that STARsolo, up to version 2.7.8, makes of spliced, unspliced and
// ambiguous counts. [Pick] says which of them is read.
func Values(k int) Option { return func(f *File) { f.values = k } }

// OnRead has read called with the number of bytes of the file whenever some have been
// read, possibly on another goroutine. The file is read twice in all.
func OnRead(read func(n int)) Option { return func(f *File) { f.read = read } }

// What a file may declare beyond what its size warrants.
const (
	freeLines    = 1 << 24 // rows and columns
	linesPerByte = 1 << 10 // of the file, which may be compressed
)

// Open reads the header of a file, which may be compressed with gzip.
//
// A file that declares a matrix of more rows and columns than its size warrants is
// malformed: each takes 8 bytes of memory when the file is surveyed.
func Open(ctx context.Context, path string, opts ...Option) (_ *File, err error) {
	f := &File{path: path, values: 1}
	for _, opt := range opts {
		opt(f)
	}
	r, err := textfile.Open(ctx, path, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	if f.header, err = readHeader(r); err != nil {
		return nil, err
	}
	if f.values > 1 && (f.header.Format != "coordinate" || f.header.Field == "pattern" || f.header.Symmetry != "general") {
		return nil, fmt.Errorf("%s: %d values in an entry of a matrix that is %s, %s and %s: %w",
			path, f.values, f.header.Format, f.header.Field, f.header.Symmetry, textfile.ErrMalformed)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if lines := int64(f.header.Rows) + int64(f.header.Cols); (lines-freeLines)/linesPerByte > info.Size() {
		return nil, fmt.Errorf("%s: %d rows and %d columns, which a file of %d bytes does not warrant: %w",
			path, f.header.Rows, f.header.Cols, info.Size(), textfile.ErrMalformed)
	}
	return f, nil
}

// Header returns what the file says of itself.
func (f *File) Header() Header { return f.header }

// Path returns the path with which the file was opened.
func (f *File) Path() string { return f.path }
