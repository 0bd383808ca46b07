package matrixmarket

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/goloom/loom/convert/internal/scratch"
	"github.com/goloom/loom/convert/internal/textfile"
	"github.com/goloom/loom/sparse"
)

// What buckets take.
const (
	bucketBuffers = 32 << 20 // bytes, for all buckets together
	recordBytes   = 16       // of an element: row, column within the bucket, value
)

// bucketElements is how many are in a bucket, unless one batch of columns has more. Tests
// change it.
var bucketElements int64 = 1 << 20

// bucketed passes on the columns of a file in which they are not in order: first all
// elements go to a scratch file, in which neighbouring columns share a bucket,
// then each bucket is read and sorted.
func bucketed[T Number](ctx context.Context, p *picked, deliver func(*sparse.CSC[T]) error) (err error) {
	aside, discard, err := scratch.Open(p.Scratch)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, discard()) }()
	buckets := p.buckets(aside)
	find := make([]int32, (p.Cols+Width-1)/Width) // the bucket of each batch
	for k, b := range buckets {
		for i := b.first / Width; i < len(find); i++ {
			find[i] = int32(k)
		}
	}
	err = eachEntry(ctx, p.File, func(_ *textfile.Reader, e entry[T]) error {
		row, col, ok := p.place(e.row, e.col)
		if !ok {
			return nil
		}
		return buckets[find[col/Width]].add(row, col, bits(e.values[p.Value]))
	})
	if err != nil {
		return err
	}
	for _, b := range buckets {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := deliverBucket(ctx, p, b, deliver); err != nil {
			return err
		}
	}
	return nil
}

// A bucket is a stretch of the scratch file for the elements of some columns.
type bucket struct {
	file          *os.File
	first, count  int   // columns
	start, length int64 // bytes that there is room for
	written       int64
	buffer        []byte
}

// buckets divides the columns so that each bucket, in which there is room for all
// elements that its columns have in the file, can be held in memory.
func (p *picked) buckets(aside *os.File) []*bucket {
	counts := p.columnCounts()
	var buckets []*bucket
	var offset int64
	for first := 0; first < p.Cols; {
		b := &bucket{file: aside, first: first, start: offset}
		for first+b.count < p.Cols {
			n := int64(0)
			width := min(Width, p.Cols-first-b.count)
			for _, c := range counts[first+b.count:][:width] {
				n += c
			}
			if b.count > 0 && b.length/recordBytes+n > bucketElements {
				break
			}
			b.length += n * recordBytes
			b.count += width
		}
		offset += b.length
		first += b.count
		buckets = append(buckets, b)
	}
	size := max(64, bucketBuffers/max(1, len(buckets))/recordBytes) * recordBytes
	for _, b := range buckets {
		b.buffer = make([]byte, 0, min(int64(size), b.length))
	}
	return buckets
}

// columnCounts returns how many elements each column of the matrix has at most.
func (p *picked) columnCounts() []int64 {
	counts := p.survey.ColumnCounts
	if p.Transposed {
		counts = p.survey.RowCounts
	}
	if p.ColTo == nil {
		return counts
	}
	picked := make([]int64, p.Cols)
	for from, to := range p.ColTo {
		if to >= 0 {
			picked[to] = counts[from]
		}
	}
	return picked
}

// add writes an element.
func (b *bucket) add(row, col int, value uint64) error {
	if b.written+int64(len(b.buffer)) >= b.length {
		return errors.New("the file has changed while it was read")
	}
	b.buffer = binary.LittleEndian.AppendUint32(b.buffer, uint32(row))
	b.buffer = binary.LittleEndian.AppendUint32(b.buffer, uint32(col-b.first))
	b.buffer = binary.LittleEndian.AppendUint64(b.buffer, value)
	if len(b.buffer) == cap(b.buffer) {
		return b.flush()
	}
	return nil
}

func (b *bucket) flush() error {
	if _, err := b.file.WriteAt(b.buffer, b.start+b.written); err != nil {
		return fmt.Errorf("scratch file: %w", err)
	}
	b.written += int64(len(b.buffer))
	b.buffer = b.buffer[:0]
	return nil
}

// deliverBucket reads a bucket and passes on its columns.
func deliverBucket[T Number](ctx context.Context, p *picked, b *bucket, deliver func(*sparse.CSC[T]) error) error {
	if err := b.flush(); err != nil {
		return err
	}
	b.buffer = nil
	records := make([]byte, b.written)
	if _, err := b.file.ReadAt(records, b.start); err != nil {
		return fmt.Errorf("scratch file: %w", err)
	}
	batches := make([]batch[T], (b.count+Width-1)/Width)
	for ; len(records) > 0; records = records[recordBytes:] {
		row, col := binary.LittleEndian.Uint32(records), binary.LittleEndian.Uint32(records[4:])
		batches[col/Width].add(int(row), b.first+int(col), fromBits[T](binary.LittleEndian.Uint64(records[8:])))
	}
	for k := range batches {
		batches[k].first = b.first + k*Width
		m, err := batches[k].compress(ctx, p)
		if err != nil {
			return err
		}
		if err := deliver(m); err != nil {
			return err
		}
	}
	return nil
}

// bits and fromBits turn a value into 64 bits and back.
func bits[T Number](v T) uint64 {
	switch v := any(v).(type) {
	case float64:
		return math.Float64bits(v)
	case int64:
		return uint64(v)
	case int32:
		return uint64(v)
	}
	return 0 // does not happen: there is no other Number
}

func fromBits[T Number](b uint64) T {
	var v T
	switch v := any(&v).(type) {
	case *float64:
		*v = math.Float64frombits(b)
	case *int64:
		*v = int64(b)
	case *int32:
		*v = int32(b)
	}
	return v
}
