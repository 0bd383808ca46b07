package table

import (
	"context"
	"errors"
	"iter"

	"github.com/goloom/loom"
	"github.com/goloom/loom/sparse"
)

// stream returns the elements of a table, read once more, as a layer of aligned
// rows. What has to be put aside for it is, in a folder.
func (v *survey) stream(ctx context.Context, from origin, o ImportOptions, rows *alignment, dir string) *loom.Stream {
	batches := v.batches(ctx, from, o)
	switch dtype, _ := newElementType(v.dtype, true); {
	case v.dtype == "uint64":
		return streamOf(v, batches, o.Transposed, rows, dir, func(n number) uint64 {
			switch n.form {
			case whole:
				return uint64(n.i)
			case large:
				return n.u
			}
			return uint64(n.f)
		})
	case dtype.integer:
		return streamOf(v, batches, o.Transposed, rows, dir, func(n number) int64 {
			if n.form == whole {
				return n.i
			}
			return int64(n.f)
		})
	}
	return streamOf(v, batches, o.Transposed, rows, dir, func(n number) float64 { return n.f })
}

// streamOf yields the elements as numbers of one type.
func streamOf[T loom.Number](v *survey, batches iter.Seq2[*lineBatch, error], transposed bool, rows *alignment, dir string, value func(number) T) *loom.Stream {
	if transposed {
		return loom.StreamColumns(rows.rows, v.lines, compressed(batches, value, func(b *lineBatch, values []T) (*sparse.CSC[T], error) {
			b, values = within(b, values, rows.to)
			return sparse.NewCSC(rows.rows, len(b.ptr)-1, b.ptr, b.idx, values)
		}))
	}
	lines := compressed(batches, value, func(b *lineBatch, values []T) (*sparse.CSR[T], error) {
		return sparse.NewCSR(len(b.ptr)-1, v.values, b.ptr, b.idx, values)
	})
	if rows.to != nil {
		lines = reordered(lines, rows.to, rows.rows, v.values, dir)
	}
	return loom.StreamRows(rows.rows, v.values, lines)
}

// compressed makes a matrix of each batch.
func compressed[T loom.Number, M any](batches iter.Seq2[*lineBatch, error], value func(number) T, matrix func(*lineBatch, []T) (M, error)) iter.Seq2[M, error] {
	return func(yield func(M, error) bool) {
		for b, err := range batches {
			var m M
			if err == nil {
				values := make([]T, len(b.numbers))
				for i, n := range b.numbers {
					values[i] = value(n)
				}
				m, err = matrix(b, values)
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// A lineBatch is the elements of some lines that are not zero.
type lineBatch struct {
	ptr     []int
	idx     []int32
	numbers []number
}

// How much a batch holds, if a line does not hold more.
const (
	batchNumbers = 1 << 17
	batchLines   = 1 << 12
)

// errStop ends the reading of lines that nobody wants any more.
var errStop = errors.New("stop")

// batches yields the elements of the lines, in order.
func (v *survey) batches(ctx context.Context, from origin, o ImportOptions) iter.Seq2[*lineBatch, error] {
	return func(yield func(*lineBatch, error) bool) {
		b := &lineBatch{ptr: []int{0}}
		n := 0
		err := v.eachLine(ctx, from, o, nil, func(s *source, fields [][]byte) error {
			if n++; n > v.lines {
				return s.failed("more lines than when the table was read first")
			}
			for i, field := range v.elements(fields) {
				if len(field) == 1 && field[0] == '0' {
					continue
				}
				number, err := parse(field)
				if err != nil {
					return s.failed("field %d: %w", v.head.labels+v.gap+i+1, elementError(field, err))
				}
				if number.f != 0 {
					b.idx, b.numbers = append(b.idx, int32(i)), append(b.numbers, number)
				}
			}
			if b.ptr = append(b.ptr, len(b.idx)); len(b.idx) < batchNumbers && len(b.ptr) <= batchLines {
				return nil
			}
			if !yield(b, nil) {
				return errStop
			}
			b = &lineBatch{ptr: []int{0}}
			return nil
		})
		switch {
		case errors.Is(err, errStop):
		case err != nil:
			yield(nil, err)
		case len(b.ptr) > 1:
			yield(b, nil)
		}
	}
}
