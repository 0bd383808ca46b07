package table

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/scratch"
	"github.com/goloom/loom/sparse"
)

// reordered yields the rows of a matrix in another order: to has the row that each becomes, of
// so many, or -1 for none. They are put aside in a scratch file, in a folder, with 12 bytes
// for each element that is not zero. In memory are a batch and 16 bytes for each row.
func reordered[T loom.Number](matrix iter.Seq2[*sparse.CSR[T], error], to []int, rows, cols int, dir string) iter.Seq2[*sparse.CSR[T], error] {
	return func(yield func(*sparse.CSR[T], error) bool) {
		file, discard, err := scratch.Open(dir)
		if err != nil {
			yield(nil, err)
			return
		}
		aside := setAside[T]{file: file, rows: make([]asideRow, rows), cols: cols}
		if err = aside.write(matrix, to); err == nil {
			err = aside.read(yield)
		}
		if err = errors.Join(err, discard()); err != nil && !errors.Is(err, errStop) {
			yield(nil, err)
		}
	}
}

// A setAside is rows in a scratch file.
type setAside[T loom.Number] struct {
	file *os.File
	rows []asideRow
	cols int
}

// An asideRow is where the elements of a row are: the positions of all, then
// their values.
type asideRow struct {
	offset int64
	count  int
}

const elementBytes = 4 + 8 // of a position and a value

// write puts the rows of a matrix aside.
func (a *setAside[T]) write(matrix iter.Seq2[*sparse.CSR[T], error], to []int) error {
	w := bufio.NewWriterSize(a.file, 1<<20)
	offset, line := int64(0), 0
	var record []byte
	for m, err := range matrix {
		if err != nil {
			return err
		}
		ptr, idx, values := m.Raw()
		for i := range len(ptr) - 1 {
			if row := to[line]; row >= 0 {
				here := idx[ptr[i]:ptr[i+1]]
				a.rows[row] = asideRow{offset, len(here)}
				if record, err = binary.Append(record[:0], binary.LittleEndian, here); err != nil {
					return err
				}
				if record, err = binary.Append(record, binary.LittleEndian, values[ptr[i]:ptr[i+1]]); err != nil {
					return err
				}
				if _, err := w.Write(record); err != nil {
					return fmt.Errorf("scratch file: %w", err)
				}
				offset += int64(len(record))
			}
			line++
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("scratch file: %w", err)
	}
	return nil
}

// read yields the rows in batches.
func (a *setAside[T]) read(yield func(*sparse.CSR[T], error) bool) error {
	ptr, idx, values := []int{0}, []int32(nil), []T(nil)
	for i, row := range a.rows {
		record := make([]byte, row.count*elementBytes)
		if _, err := io.ReadFull(io.NewSectionReader(a.file, row.offset, int64(len(record))), record); err != nil {
			return fmt.Errorf("scratch file: %w", err)
		}
		here, numbers := make([]int32, row.count), make([]T, row.count)
		n, err := binary.Decode(record, binary.LittleEndian, here)
		if err == nil {
			_, err = binary.Decode(record[n:], binary.LittleEndian, numbers)
		}
		if err != nil {
			return err
		}
		idx, values = append(idx, here...), append(values, numbers...)
		ptr = append(ptr, len(idx))
		if len(idx) < batchNumbers && len(ptr) <= batchLines && i < len(a.rows)-1 {
			continue
		}
		m, err := sparse.NewCSR(len(ptr)-1, a.cols, ptr, idx, values)
		if err != nil {
			return err
		}
		if !yield(m, nil) {
			return errStop
		}
		ptr, idx, values = []int{0}, nil, nil
	}
	return nil
}

// within puts the elements of lines that are columns into the rows that they become.
func within[T loom.Number](b *lineBatch, values []T, to []int) (*lineBatch, []T) {
	if to == nil {
		return b, values
	}
	moved, kept := &lineBatch{ptr: []int{0}}, []T(nil)
	for i := range len(b.ptr) - 1 {
		for k := b.ptr[i]; k < b.ptr[i+1]; k++ {
			if row := to[b.idx[k]]; row >= 0 {
				moved.idx, kept = append(moved.idx, int32(row)), append(kept, values[k])
			}
		}
		moved.ptr = append(moved.ptr, len(moved.idx))
	}
	return moved, kept
}
