// Package textfile reads text files line by line for the packages that import
// them: plain or compressed with gzip, which the content tells, not the name. Errors say
// in which file and line.
package textfile

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
)

// ErrMalformed is wrapped when a file is not what its format says.
var ErrMalformed = errors.New("malformed input")

// MaxLine is how many bytes a line may have.
const MaxLine = 1 << 20

// A Reader reads a text file line by line. In memory it holds a line, and what a
// [Text] does.
type Reader struct {
	path   string
	text   *Text
	lines  *bufio.Reader
	line   []byte
	number int64
	err    error
}

// Open opens a file. See [NewText] for read.
func Open(ctx context.Context, path string, read func(n int)) (*Reader, error) {
	r := &Reader{path: path}
	text, err := OpenText(ctx, path, read)
	if err != nil {
		return nil, r.broken(err)
	}
	r.text, r.lines = text, bufio.NewReaderSize(text, MaxLine)
	return r, nil
}

// Next goes to the next line and reports whether there is one. If not, Err tells
// why.
func (r *Reader) Next() bool {
	if r.err != nil {
		return false
	}
	line, err := r.lines.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		r.number++
		r.err = r.Errorf("longer than %d bytes", MaxLine)
		return false
	case err != nil && !errors.Is(err, io.EOF):
		r.err = r.broken(err)
		return false
	case err != nil && len(line) == 0:
		r.err = io.EOF
		return false
	}
	r.number++
	r.line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte{'\n'}), []byte{'\r'})
	return true
}

// Line returns the line without its end, until Next is called again.
func (r *Reader) Line() []byte { return r.line }

// Number returns the number of the line; the first one's is 1.
func (r *Reader) Number() int64 { return r.number }

// Err returns why Next has returned false: nil at the end of the file.
func (r *Reader) Err() error {
	if errors.Is(r.err, io.EOF) {
		return nil
	}
	return r.err
}

// Errorf returns an error about the line, which wraps [ErrMalformed].
func (r *Reader) Errorf(format string, args ...any) error {
	return fmt.Errorf("%s: line %d: %s: %w", r.path, r.number, fmt.Sprintf(format, args...), ErrMalformed)
}

// broken says that the file cannot be read on after the line.
func (r *Reader) broken(err error) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: after line %d: compressed data ends too early, the file is truncated: %w",
			r.path, r.number, ErrMalformed)
	case errors.Is(err, gzip.ErrChecksum):
		return fmt.Errorf("%s: after line %d: checksum of compressed data is wrong: %w", r.path, r.number, ErrMalformed)
	case errors.Is(err, gzip.ErrHeader):
		return fmt.Errorf("%s: after line %d: not gzip data, as what is before it: %w", r.path, r.number, ErrMalformed)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, ErrMalformed), errors.As(err, new(*os.PathError)):
		return err
	}
	return fmt.Errorf("%s: after line %d: %w: %w", r.path, r.number, err, ErrMalformed)
}

// Close ends the reading. No goroutine is left.
func (r *Reader) Close() error { return r.text.Close() }
