// Package progress carries reports of how far a long call has come from where
// the work is done to whoever listens on the context.
package progress

import (
	"context"
	"sync"
)

// A Report says how far an operation has come: see the type of the same name in
// package loom.
type Report struct {
	Operation string
	Done      int64
	Total     int64
	Unit      string
}

type key struct{}

// With returns a context whose operations report to listen.
func With(ctx context.Context, listen func(Report)) context.Context {
	return context.WithValue(ctx, key{}, listen)
}

// A Tracker counts the work of one operation. The nil Tracker, of an operation
// to which nobody listens, counts nothing. It is safe for concurrent use.
type Tracker struct {
	mu     sync.Mutex
	listen func(Report)
	now    Report
}

// Start begins an operation of total units of work, 0 if that is not known, and
// reports that none is done. What the operation calls is part of it, and gets the
// returned context, with which nothing else reports.
//
// Without a listener it returns ctx itself and nil.
func Start(ctx context.Context, operation string, total int64, unit string) (context.Context, *Tracker) {
	listen, _ := ctx.Value(key{}).(func(Report))
	if listen == nil {
		return ctx, nil
	}
	t := &Tracker{listen: listen, now: Report{Operation: operation, Total: total, Unit: unit}}
	listen(t.now)
	return context.WithValue(ctx, key{}, (func(Report))(nil)), t
}

// Named returns a context whose next operation is reported by another name: what
// the caller does by way of it.
func Named(ctx context.Context, operation string) context.Context {
	listen, _ := ctx.Value(key{}).(func(Report))
	if listen == nil {
		return ctx
	}
	return With(ctx, func(r Report) {
		r.Operation = operation
		listen(r)
	})
}

// Add says that n more units are done.
func (t *Tracker) Add(n int) {
	if t == nil || n <= 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.now.Done += int64(n)
	t.listen(t.now)
}

// Reach says that at least n units are done in all.
func (t *Tracker) Reach(n int64) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if n <= t.now.Done {
		return
	}
	t.now.Done = n
	t.listen(t.now)
}
