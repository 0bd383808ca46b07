package hdf5

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// A newBlock is a box of new chunks on its way into a file.
type newBlock interface {
	make(ctx context.Context) error // its chunks, as they will be stored; runs beside that of other blocks
	store() error                   // them
}

// storeInOrder makes and stores blocks, so many of which are in memory at once. While one
// of them is stored, on the caller's goroutine and in the order in which they come,
// others are made. The next one is not asked for before there is room for it. No
// goroutine is left when it returns.
func storeInOrder[B newBlock](ctx context.Context, atOnce int, blocks iter.Seq2[B, error]) (err error) {
	type pending struct {
		block B
		made  chan error
	}
	var queue []pending
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		for _, p := range queue {
			<-p.made
		}
	}()
	storeFirst := func() error {
		first := queue[0]
		queue = queue[1:]
		if err := <-first.made; err != nil {
			return err
		}
		return first.block.store()
	}
	for block, err := range blocks {
		if err != nil {
			return err
		}
		p := pending{block, make(chan error, 1)}
		queue = append(queue, p)
		go func() { p.made <- block.make(ctx) }()
		if len(queue) == atOnce {
			if err := storeFirst(); err != nil {
				return err
			}
		}
	}
	for len(queue) > 0 {
		if err := storeFirst(); err != nil {
			return err
		}
	}
	return nil
}

// inParallel calls work with the numbers below n, by so many goroutines, each with buffers of
// its own.
func inParallel(ctx context.Context, workers, n int, work func(k int, b *buffers) error) error {
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range min(workers, n) {
		g.Go(func() error {
			b := buffersPool.Get().(*buffers)
			defer b.release()
			for {
				k := int(next.Add(1)) - 1
				if k >= n {
					return nil
				}
				if err := errors.Join(ctx.Err(), work(k, b)); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}
