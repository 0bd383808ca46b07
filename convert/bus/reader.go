package bus

import (
	"bufio"
	"fmt"
	"io"
	"iter"
)

// A Reader reads a BUS file from its beginning to its end. It holds a buffer of 256 KiB.
type Reader struct {
	name   string
	src    *bufio.Reader
	header Header
	n      int64 // records read
}

// NewReader reads the header of a BUS file; name is what errors call the file. What is no header
// of version 1 is a [*FormatError].
func NewReader(src io.Reader, name string) (*Reader, error) {
	buffered := bufio.NewReaderSize(src, 1<<18)
	header, err := readHeader(buffered, name)
	if err != nil {
		return nil, err
	}
	return &Reader{name: name, src: buffered, header: header}, nil
}

// Header returns the header.
func (r *Reader) Header() Header { return r.header }

// All returns the records that have not been read yet. It ends after the first
// error: a [*FormatError] for a file that ends amid a record, and for a record whose barcode or UMI is
// longer than the header says or whose class is negative.
func (r *Reader) All() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for {
			record, err := r.next()
			if err == io.EOF {
				return
			}
			if !yield(record, err) || err != nil {
				return
			}
		}
	}
}

// next returns the next record, or io.EOF after the last.
func (r *Reader) next() (Record, error) {
	var b [recordSize]byte
	n, err := io.ReadFull(r.src, b[:])
	if err == io.EOF {
		return Record{}, io.EOF
	}
	if err != nil {
		if !atEnd(err) {
			return Record{}, fmt.Errorf("%s: record %d: %w", r.name, r.n+1, err)
		}
		return Record{}, r.failed(fmt.Sprintf("%d bytes", recordSize), fmt.Sprintf("the end of the file after %d", n))
	}
	record := decodeRecord(b[:])
	if want, got := record.check(r.header); want != "" {
		return Record{}, r.failed(want, got)
	}
	r.n++
	return record, nil
}

// failed is an error about the record that is being read.
func (r *Reader) failed(want, got string) error {
	return &FormatError{r.name, fmt.Sprintf("record %d", r.n+1), want, got}
}
