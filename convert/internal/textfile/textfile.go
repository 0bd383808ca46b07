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

// A Reader reads a text file line by line. In memory it holds a line, and some
// blocks of 256 KiB that are decompressed ahead.
type Reader struct {
	path   string
	file   *os.File
	ahead  *readAhead // nil of a plain file
	lines  *bufio.Reader
	line   []byte
	number int64
	err    error
}

// Open opens a file. If read is not nil it is told how many bytes of the file are
// read, as they are; for a compressed file it is called on another goroutine, until
// Close returns.
func Open(ctx context.Context, path string, read func(n int)) (*Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, errors.Join(fmt.Errorf("%s: is a folder, want a file: %w", path, ErrMalformed), file.Close())
	}
	r := &Reader{path: path, file: file}
	buffered := bufio.NewReaderSize(counting{ctx, file, read}, blockSize)
	magic, err := buffered.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(r.broken(err), file.Close())
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		r.lines = bufio.NewReaderSize(buffered, MaxLine)
		return r, nil
	}
	zr, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, errors.Join(r.broken(err), file.Close())
	}
	r.ahead = startReadAhead(zr)
	r.lines = bufio.NewReaderSize(r.ahead, MaxLine)
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
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.As(err, new(*os.PathError)):
		return err
	}
	return fmt.Errorf("%s: after line %d: %w: %w", r.path, r.number, err, ErrMalformed)
}

// Close ends the reading. No goroutine is left.
func (r *Reader) Close() error {
	if r.ahead != nil {
		r.ahead.stop()
	}
	return r.file.Close()
}

// counting reads a file until the context ends, and says how much it has read.
type counting struct {
	ctx  context.Context
	file io.Reader
	read func(n int)
}

func (c counting) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.file.Read(p)
	if c.read != nil {
		c.read(n)
	}
	return n, err
}
