package hdf5

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/goloom/loom/hdf5/internal/format"
)

// appendBytes is how many bytes of values an [Appender] collects before it
// encodes them, unless a single chunk is larger.
const appendBytes = 4 << 20

// An Appender lets a dataset of one dimension grow at its end, by values of which
// nobody knows beforehand how many there will be. Several of one transaction may take turns.
//
//	a, err := tx.Append("/X/data")
//	...
//	for batch := range batches {
//		if err := a.Write(ctx, batch); err != nil {
//			return err
//		}
//	}
//	return a.Close(ctx)
//
// What is appended becomes part of the dataset with Close. In memory it holds 4 MiB
// of values, or a chunk if that is larger, and about 64 bytes for each new chunk.
type Appender struct {
	tx   *Tx
	name string
	d    *Dataset // as it was before

	n       int    // elements, those in pending among them
	pending []byte // elements as they are stored, from the beginning of a chunk on
	changed []newChunk
	closed  bool
}

// Append returns an Appender for the chunked dataset of numbers at a path, which
// must not be changed in any other way until the Appender is closed. It is an error that wraps
// [ErrType] if there are no numbers, and one that wraps [ErrSelection] if the dataset
// does not have one dimension or cannot grow without bounds.
func (tx *Tx) Append(name string) (*Appender, error) {
	a, err := tx.appender(name)
	return a, tx.f.fail(name, err)
}

func (tx *Tx) appender(name string) (*Appender, error) {
	d, err := tx.dataset(name)
	if err != nil {
		return nil, err
	}
	if len(d.space.dims) != 1 || d.layout.Class != format.Chunked || d.external || d.space.max[0] != -1 {
		return nil, fmt.Errorf("append to a %v dataset of shape %v, at most %v: %w", d.Layout(), d.space.dims, d.space.max, ErrSelection)
	}
	if !d.numbers() {
		return nil, fmt.Errorf("append to elements of type %s, want numbers: %w", d.dtype, ErrType)
	}
	a := &Appender{tx: tx, name: name, d: d, n: d.space.dims[0]}
	return a, a.resume()
}

// resume takes up the elements of the last chunk, if it is not full.
func (a *Appender) resume() error {
	first := a.n - a.n%a.d.chunk[0]
	if first == a.n {
		return nil
	}
	last, err := a.d.Read(context.Background(), Range(first, a.n))
	if err != nil {
		return err
	}
	a.pending, err = a.tx.encode(a.d.dtype, last.data, last.Len())
	return err
}

// Len returns how many elements the dataset has, with those that were written.
func (a *Appender) Len() int { return a.n }

// Write appends the values of an array, in order, whatever its shape. They must be
// held as the dataset's type is; see [Array].
func (a *Appender) Write(ctx context.Context, values *Array) error {
	return a.tx.f.fail(a.name, a.write(ctx, values))
}

func (a *Appender) write(ctx context.Context, values *Array) error {
	if a.closed {
		return errClosedAppender
	}
	raw, err := a.tx.encode(a.d.dtype, values.data, values.Len())
	if err != nil {
		return err
	}
	if values.Len() > maxInt/a.d.width-a.n {
		return fmt.Errorf("%d elements and %d more: %w", a.n, values.Len(), ErrTooLarge)
	}
	a.pending = append(a.pending, raw...)
	a.n += values.Len()
	if len(a.pending) < appendBytes {
		return nil
	}
	return a.store(ctx, len(a.pending)/a.chunkBytes())
}

var errClosedAppender = errors.New("write to an Appender that is closed")

func (a *Appender) chunkBytes() int { return a.d.chunk[0] * a.d.width }

// store encodes the first count chunks of what is pending, and stores them.
func (a *Appender) store(ctx context.Context, count int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	first := (a.n - len(a.pending)/a.d.width) / a.d.chunk[0]
	chunks := make([]encodedChunk, count)
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range chunks {
		g.Go(func() (err error) {
			c := &chunks[i]
			c.at = []uint64{uint64(first + i)}
			values := a.pending[i*a.chunkBytes():][:a.chunkBytes()]
			if !a.d.isFill(values) {
				c.b, c.mask, err = a.d.pipeline.Encode(nil, values)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	stored, err := a.tx.storeEncoded(chunks)
	if err != nil {
		return err
	}
	a.changed = append(a.changed, stored...)
	a.pending = slices.Delete(a.pending, 0, count*a.chunkBytes())
	return nil
}

// Close makes what was written part of the dataset.
func (a *Appender) Close(ctx context.Context) error {
	return a.tx.f.fail(a.name, a.close(ctx))
}

func (a *Appender) close(ctx context.Context) error {
	if a.closed {
		return errClosedAppender
	}
	a.closed = true
	if err := a.storeRest(ctx); err != nil {
		return err
	}
	d, err := a.tx.dataset(a.name)
	if err != nil {
		return err
	}
	if !slices.Equal(d.space.dims, a.d.space.dims) {
		return fmt.Errorf("shape has changed from %v to %v since Append: %w", a.d.space.dims, d.space.dims, ErrSelection)
	}
	if len(a.changed) == 0 {
		return a.tx.resize(ctx, a.name, []int{a.n})
	}
	layout, err := a.tx.reindex(d, []int{a.n}, a.changed)
	if err != nil {
		return err
	}
	return a.tx.reshape(a.name, d, []int{a.n}, layout)
}

// storeRest stores the last chunk, which need not be full.
func (a *Appender) storeRest(ctx context.Context) error {
	if rest := len(a.pending) % a.chunkBytes(); rest > 0 {
		missing := make([]byte, a.chunkBytes()-rest)
		if a.d.fill != nil {
			fillBytes(missing, a.d.fill)
		}
		n := a.n
		a.pending = append(a.pending, missing...)
		a.n = n + len(missing)/a.d.width
		defer func() { a.n = n }()
	}
	if len(a.pending) == 0 {
		return nil
	}
	return a.store(ctx, len(a.pending)/a.chunkBytes())
}
