package bus

import (
	"bufio"
	"fmt"
	"io"
)

// A Writer writes a BUS file. It holds a buffer of 256 KiB, which [Writer.Flush] empties.
type Writer struct {
	dst    *bufio.Writer
	header Header
	n      int64 // records written
}

// NewWriter writes the header of a BUS file, of version 1 of the format.
func NewWriter(dst io.Writer, header Header) (*Writer, error) {
	if err := header.check(); err != nil {
		return nil, fmt.Errorf("BUS header: %w", err)
	}
	w := &Writer{dst: bufio.NewWriterSize(dst, 1<<18), header: header}
	_, err := w.dst.Write(header.append(nil))
	return w, err
}

// Write writes a record. One that [Reader] would refuse is an error, and is not written.
func (w *Writer) Write(r Record) error {
	if want, got := r.check(w.header); want != "" {
		return fmt.Errorf("BUS record %d: want %s, got %s", w.n+1, want, got)
	}
	w.n++
	_, err := w.dst.Write(r.append(w.dst.AvailableBuffer()))
	return err
}

// Flush writes what is still in the buffer. It comes after the last record.
func (w *Writer) Flush() error { return w.dst.Flush() }
