package loom

import (
	"context"
	"iter"
	"sync"
)

// prefetched iterates over what items yields, one item ahead: a goroutine makes
// the next item while the caller works on the one that it has. Two items are in
// memory at a time, as the goroutine begins the one after the next only when the next
// has been taken.
//
// The order is that of items, which gets a context that ends with the iteration. When
// that is over, however the caller leaves it, the goroutine has ended.
func prefetched[T any](ctx context.Context, items func(context.Context) iter.Seq2[T, error]) iter.Seq2[T, error] {
	type result struct {
		item T
		err  error
	}
	return func(yield func(T, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		results := make(chan result)
		stop := make(chan struct{})
		var reader sync.WaitGroup
		defer reader.Wait()
		defer close(stop)
		defer cancel()
		reader.Go(func() {
			defer close(results)
			for item, err := range items(ctx) {
				// Not ctx.Done: that a context has ended is an error to hand over.
				select {
				case results <- result{item, err}:
				case <-stop:
					return
				}
			}
		})
		for r := range results {
			if !yield(r.item, r.err) {
				return
			}
		}
	}
}
