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

// A Text is the bytes of a text file, without the compression that it may have. In
// memory are a block of 256 KiB and, of a compressed file, some that are decompressed
// ahead.
type Text struct {
	file  io.Closer
	ahead *readAhead // nil of a plain file
	bytes io.Reader
}

// OpenText opens a file: plain or compressed with gzip, which the content tells, not
// the name. See [NewText] for read.
func OpenText(ctx context.Context, path string, read func(n int)) (*Text, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, errors.Join(fmt.Errorf("%s: is a folder, want a file: %w", path, ErrMalformed), file.Close())
	}
	return NewText(ctx, file, read)
}

// NewText returns the text of a file that is open, and that Close of the Text closes; so does
// NewText itself if there is an error. If read is not nil it is told how many bytes of the
// file are read, as they are; for a compressed file it is called on another goroutine, until
// Close returns.
func NewText(ctx context.Context, file io.ReadCloser, read func(n int)) (*Text, error) {
	buffered := bufio.NewReaderSize(counting{ctx, file, read}, blockSize)
	magic, err := buffered.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, file.Close())
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return &Text{file: file, bytes: buffered}, nil
	}
	zr, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	ahead := startReadAhead(zr)
	return &Text{file: file, ahead: ahead, bytes: ahead}, nil
}

// Read implements io.Reader.
func (t *Text) Read(p []byte) (int, error) { return t.bytes.Read(p) }

// Close ends the reading. No goroutine is left.
func (t *Text) Close() error {
	if t.ahead != nil {
		t.ahead.stop()
	}
	return t.file.Close()
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
