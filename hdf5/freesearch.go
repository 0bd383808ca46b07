package hdf5

import (
	"context"
	"runtime"
	"time"

	"github.com/goloom/loom/hdf5/internal/index"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// Free space is looked for when transactions have written a share of the file's
// size since the last time, and no less than that many bytes. Of a file that is larger
// than mapAtOnce it is not looked for before that.
const (
	writtenShare = 16
	writtenBytes = 4 << 10
	mapAtOnce    = 256 << 20
)

// A freeSearch looks for the space of the present state that is not in use, on a goroutine
// of its own: a transaction reads and computes meanwhile, and waits for the result when it is about to
// allocate something.
type freeSearch struct {
	editor *Editor
	cancel context.CancelFunc
	ended  chan struct{}

	// Once it has ended:
	extents []index.Extent
	known   bool  // all of the file was understood
	err     error // of the context
}

// searchFree begins a search, if one is worth while; otherwise it returns nil. The
// search reads all metadata. It has to be ended.
func (e *Editor) searchFree(ctx context.Context) *freeSearch {
	f := e.state.Load()
	first := !e.mapped && f.size <= mapAtOnce
	if !first && e.written < max(writtenBytes, uint64(f.size)/writtenShare) {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &freeSearch{editor: e, cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		extents, err := f.freeExtents(ctx)
		s.extents, s.known, s.err = extents, err == nil, ctx.Err()
	}()
	return s
}

// end ends a search, if there is one, and waits until it has ended.
func (s *freeSearch) end() {
	if s != nil {
		s.cancel()
		<-s.ended
	}
}

// result waits for what a search has found, and lets go of states that might keep it
// from being used. Where not all of the file is understood nothing is known to be free.
func (s *freeSearch) result() (free []storage.Extent, known bool, err error) {
	<-s.ended
	if s.err != nil {
		return nil, false, s.err
	}
	s.editor.mapped, s.editor.written = true, 0
	if !s.known {
		return nil, false, nil
	}
	free = make([]storage.Extent, 0, len(s.extents))
	for _, x := range s.extents {
		free = append(free, storage.Extent{Addr: x.Addr, Size: x.Size})
	}
	s.editor.collectStates()
	return free, true, nil
}

// collectStates has the garbage collector let go of states that nobody holds any
// more. It does so in goroutines of its own, for which this waits a moment if there are
// states that may still be held.
func (e *Editor) collectStates() {
	const patience, pause = 20 * time.Millisecond, 200 * time.Microsecond
	if !e.volume.ReadsOld() {
		return
	}
	runtime.GC()
	for start := time.Now(); e.volume.ReadsOld() && time.Since(start) < patience; {
		time.Sleep(pause)
	}
}
