package loom_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goloom/loom"
)

// scannedBytes returns a file of 64 rows and of four batches of 64 columns, each
// of which has chunks of its own.
func scannedBytes(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cells.loom")
	layers := map[string]loom.Matrix{"": denseOf(t, 64, 256, spotted[float32])}
	if err := loom.Create(t.Context(), path, layers, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// chunkAt returns where the chunk of a column is stored.
func chunkAt(t *testing.T, file []byte, column int) int64 {
	t.Helper()
	var last int64
	ds := openHooked(t, file, func(off, _ int64) error { last = off; return nil })
	if _, err := ds.Matrix().Read(t.Context(), loom.All(), loom.At(column)); err != nil {
		t.Fatal(err)
	}
	return last // what leads to the chunk is read before
}

// A hookedReader calls hook before each read of n bytes at off, the error of which
// is that of the read.
type hookedReader struct {
	r    io.ReaderAt
	hook func(off, n int64) error
}

func (h *hookedReader) ReadAt(p []byte, off int64) (int, error) {
	if err := h.hook(off, int64(len(p))); err != nil {
		return 0, err
	}
	return h.r.ReadAt(p, off)
}

func openHooked(t *testing.T, file []byte, hook func(off, n int64) error) *loom.Conn {
	t.Helper()
	ds, err := loom.OpenReader(&hookedReader{bytes.NewReader(file), hook}, int64(len(file)), "hooked")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ds.Close() })
	return ds
}

// openWatched calls hook before each read of the byte at.
func openWatched(t *testing.T, file []byte, at int64, hook func() error) *loom.Conn {
	return openHooked(t, file, func(off, n int64) error {
		if off <= at && at < off+n {
			return hook()
		}
		return nil
	})
}

// TestScanReadsAhead: the second batch is read while the caller holds the first,
// and the third is not.
func TestScanReadsAhead(t *testing.T) {
	file := scannedBytes(t)
	second, third := chunkAt(t, file, 64), chunkAt(t, file, 128)
	read := make(chan struct{}, 100)
	var first atomic.Bool // until the caller is done with the first batch
	first.Store(true)
	ds := openHooked(t, file, func(off, n int64) error {
		if off <= second && second < off+n {
			read <- struct{}{}
		}
		if off <= third && third < off+n && first.Load() {
			t.Error("the third batch is read while the caller holds the first")
		}
		return nil
	})
	for _, err := range ds.Scan(t.Context(), loom.Columns, loom.BatchSize(64)) {
		if err != nil {
			t.Fatal(err)
		}
		if first.Load() {
			<-read // or the test hangs
			first.Store(false)
		}
	}
}

// TestScanLeavesNothing: whatever ends the loop, nothing goes on reading, also if
// it was in the middle of a read.
func TestScanLeavesNothing(t *testing.T) {
	file := scannedBytes(t)
	second := chunkAt(t, file, 64)
	for _, test := range []struct {
		name string
		body func(cancel func()) (goOn bool)
	}{
		{"break", func(func()) bool { return false }},
		{"panic", func(func()) bool { panic("in the loop") }},
		{"exit", func(func()) bool { runtime.Goexit(); return false }},
		{"cancel", func(cancel func()) bool { cancel(); return true }},
		{"end", func(func()) bool { return true }},
	} {
		t.Run(test.name, func(t *testing.T) {
			var reading, leaving = make(chan struct{}, 100), make(chan struct{})
			var once sync.Once
			var over atomic.Bool
			ds := openWatched(t, file, second, func() error {
				reading <- struct{}{}
				<-leaving
				time.Sleep(2 * time.Millisecond) // for the loop to be left, if it does not wait
				if over.Load() {
					t.Error("a read after the loop")
				}
				return nil
			})
			before := runtime.NumGoroutine()
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				defer func() { over.Store(true); recover() }()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				for range ds.Scan(ctx, loom.Columns, loom.BatchSize(64)) {
					once.Do(func() { <-reading; close(leaving) })
					if !test.body(cancel) {
						break
					}
				}
			}()
			<-ended
			for range 200 { // those that are done take a moment to be gone
				if runtime.NumGoroutine() <= before {
					return
				}
				time.Sleep(time.Millisecond)
			}
			t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		})
	}
}

// TestScanErrorsInOrder: an error of a batch that was read ahead comes in its
// turn, after the batches before it, and is the last.
func TestScanErrorsInOrder(t *testing.T) {
	file := scannedBytes(t)
	third := chunkAt(t, file, 128)
	broken := errors.New("broken disk")
	ds := openWatched(t, file, third, func() error { return broken })
	var starts []int
	var last error
	for b, err := range ds.Scan(t.Context(), loom.Columns, loom.BatchSize(64)) {
		if last != nil {
			t.Fatalf("%v after %v", err, last)
		}
		if last = err; err == nil {
			starts = append(starts, b.Start)
		}
	}
	if len(starts) != 2 || starts[1] != 64 || !errors.Is(last, broken) {
		t.Errorf("batches at %v, then %v", starts, last)
	}
}

// TestScanEndsAtOnce: once the context has ended, or the file is closed, no batch
// comes that was read before.
func TestScanEndsAtOnce(t *testing.T) {
	file := scannedBytes(t)
	last := chunkAt(t, file, 192)
	for _, closes := range []bool{false, true} {
		read := make(chan struct{}, 100)
		ds := openWatched(t, file, last, func() error { read <- struct{}{}; return nil })
		ctx, cancel := context.WithCancel(t.Context())
		want := context.Canceled
		var errs []error
		for b, err := range ds.Scan(ctx, loom.Columns, loom.BatchSize(64)) {
			if err != nil {
				errs = append(errs, err)
				continue
			}
			if b.Start != 128 {
				continue
			}
			<-read // the last batch is on its way
			if closes {
				want = loom.ErrClosed
				if err := ds.Close(); err != nil {
					t.Fatal(err)
				}
			} else {
				cancel()
			}
		}
		cancel()
		if len(errs) != 1 || !errors.Is(errs[0], want) {
			t.Errorf("%v, want %v once", errs, want)
		}
	}
}

// TestScanOfAChangingFile: all batches are of the state that the file had when
// the scan began, also those that are read while it is changed.
func TestScanOfAChangingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "cells.loom")
	if err := os.WriteFile(path, scannedBytes(t), 0o600); err != nil {
		t.Fatal(err)
	}
	ds := connect(t, path)
	cols := 0
	for b, err := range ds.Scan(t.Context(), loom.Columns, loom.BatchSize(64)) {
		if err != nil {
			t.Fatal(err)
		}
		values, err := b.Matrix().Read(t.Context(), loom.All(), loom.All())
		if err != nil {
			t.Fatal(err)
		}
		for i := range 64 {
			for j, col := range b.Positions {
				if got, want := values.At(i, j), float64(spotted[float32](i, col)); got != want {
					t.Fatalf("element (%d, %d) is %v, want %v", i, col, got, want)
				}
			}
		}
		cols += len(b.Positions)
		ones := denseOf(t, 64, 256, func(i, j int) float32 { return float32(cols) })
		if err := ds.Layers().Set(t.Context(), "", ones); err != nil {
			t.Fatal(err)
		}
	}
	if cols != 256 {
		t.Errorf("%d columns", cols)
	}
}
