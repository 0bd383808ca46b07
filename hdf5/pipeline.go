package hdf5

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/goloom/loom/hdf5/internal/filter"
)

// Every read of a dataset goes through this file. A plan's pieces are taken in
// windows; the pieces of a window are sorted by their place in the file,
// neighbours are read together, and workers decode them and do with each what
// the request wants. What comes of them is delivered in the plan's order, so
// that results do not depend on which worker was first.
//
// The workers have a window in hand while the one before it is delivered and the one
// after it is planned, so that no processor waits for that, or for the slowest worker.

const (
	windowPieces = 2048     // held at most, by two windows
	firstPieces  = 64       // in the first window, if there are several workers
	windowBytes  = 32 << 20 // decoded, likewise, unless a window is one round of the workers
	readBytes    = 1 << 20  // read at once, unless a piece is larger
	readGap      = 4 << 10  // bytes between two pieces that are read and thrown away
	largeChunk   = 64 << 20 // chunks from this size on are decoded one at a time
)

// workers returns how many pieces are decoded at a time.
func (p *plan) workers() int {
	if p.inTurn {
		return 1
	}
	return p.d.workers()
}

// workers returns how many pieces of a dataset are decoded at a time, if their order does
// not matter.
func (d *Dataset) workers() int {
	if d.chunks != nil && d.pieceBytes(piece{extent: d.chunk}) >= largeChunk {
		return 1
	}
	return runtime.GOMAXPROCS(0)
}

// stream decodes the pieces of p. work is called once for each, by several
// goroutines at a time, with its values as they are stored, which it may change
// but not keep; deliver gets the results of work on the caller's goroutine in
// the order of the plan, while work may be called for pieces that come later. With absent,
// pieces of which nothing is stored are passed to work too, without values. What comes before
// an error in the plan's order is delivered. No goroutine is left when stream returns.
func stream[R any](ctx context.Context, p *plan, absent bool, work func(pc *piece, values []byte) (R, error), deliver func(R) error) error {
	ctx, cancel := context.WithCancel(ctx)
	s := streamer[R]{d: p.d, plan: p, work: work, deliver: deliver, workers: p.workers(), cancel: cancel}
	defer s.stop()
	var pieces []piece
	var decoded uint64
	most := s.firstWindow()
	err := p.each(ctx, absent, func(pc piece) error {
		if err := p.d.checkPiece(pc); err != nil {
			return err
		}
		pieces = append(pieces, pc)
		decoded += p.d.pieceBytes(pc)
		if len(pieces) < most && (decoded < windowBytes/2 || len(pieces) < s.workers) {
			return nil
		}
		err := s.next(ctx, pieces)
		most = windowPieces / 2
		pieces, decoded = make([]piece, 0, min(most, 4*len(pieces))), 0
		return err
	})
	if err == nil {
		err = s.next(ctx, pieces)
	}
	if s.begun != nil {
		err = cmp.Or(s.finish(s.begun), err)
	}
	return err
}

// firstWindow returns how many pieces the first window has. The fewer these are, the sooner the other
// workers have something to do, while the rest is planned.
func (s *streamer[R]) firstWindow() int {
	if s.workers == 1 {
		return windowPieces / 2
	}
	return firstPieces
}

// checkPiece refuses a chunk that cannot be what it claims to be before
// anything is read or allocated for it.
func (d *Dataset) checkPiece(pc piece) error {
	if d.chunks == nil || pc.absent {
		return nil
	}
	size := d.pieceBytes(pc)
	if most := d.maxDecoded(pc); most < size {
		return fmt.Errorf("chunk at %v: %d stored bytes decode to %d at most, not %d: %w", pc.origin, pc.size, most, size, ErrCorrupt)
	}
	if size > uint64(d.file.defaultLimit()) && size > 2*uint64(d.size()) {
		return fmt.Errorf("chunk at %v: %d bytes in a dataset of %d: %w", pc.origin, size, d.size(), ErrCorrupt)
	}
	return nil
}

// mask returns the filters that were skipped for a piece: all of them for a
// chunk that sticks out of a dataset whose edges are not filtered (layout
// version 4, section IV.A.2.i).
func (d *Dataset) mask(pc piece) uint32 {
	if !d.edges {
		return pc.mask
	}
	for i, e := range pc.extent {
		if pc.origin[i]+e > d.space.dims[i] {
			return ^uint32(0)
		}
	}
	return pc.mask
}

// A streamer runs one request.
type streamer[R any] struct {
	d       *Dataset
	plan    *plan
	work    func(pc *piece, values []byte) (R, error)
	deliver func(R) error
	workers int
	cancel  context.CancelFunc

	begun *window[R] // the last, which has not been delivered
}

// A window is some pieces in the plan's order, and what comes of them.
type window[R any] struct {
	pieces  []piece
	results []R
	wait    func() error // until all results are there
}

// next begins a window and delivers the one before it.
func (s *streamer[R]) next(ctx context.Context, pieces []piece) error {
	before := s.begun
	s.begun = nil
	if len(pieces) > 0 {
		s.begun = s.begin(ctx, pieces)
	}
	if before == nil {
		return ctx.Err()
	}
	if err := s.finish(before); err != nil {
		s.stop()
		return err
	}
	return nil
}

// stop ends what has been begun.
func (s *streamer[R]) stop() {
	s.cancel()
	if s.begun != nil {
		s.begun.wait()
		s.begun = nil
	}
}

// begin has the workers do the reads of a window.
func (s *streamer[R]) begin(ctx context.Context, pieces []piece) *window[R] {
	w := &window[R]{pieces: pieces, results: make([]R, len(pieces))}
	reads, next := s.reads(pieces), new(atomic.Int64)
	workers := min(s.workers, len(reads))
	if workers == 1 { // the caller itself, who has nobody to wait for
		w.wait = sync.OnceValue(func() error { return s.runSome(ctx, w, reads, next) })
		return w
	}
	g, ctx := errgroup.WithContext(ctx)
	for range workers {
		g.Go(func() error { return s.runSome(ctx, w, reads, next) })
	}
	w.wait = g.Wait
	return w
}

// finish delivers the results of a window.
func (s *streamer[R]) finish(w *window[R]) error {
	if err := w.wait(); err != nil {
		return err
	}
	if s.deliver == nil {
		return nil
	}
	for _, r := range w.results {
		if err := s.deliver(r); err != nil {
			return err
		}
	}
	return nil
}

// A read is a range of the file and the pieces, by index, that lie in it.
type read struct {
	addr, end uint64
	pieces    []int
}

// reads sorts pieces by their place in the file, unless they are to be decoded in turn, and
// joins neighbours. Reads are kept small enough to give every worker something to do.
func (s *streamer[R]) reads(pieces []piece) []read {
	order := make([]int, len(pieces))
	for i := range order {
		order[i] = i
	}
	byPlace := func(a, b int) int { return cmp.Compare(pieces[a].addr, pieces[b].addr) }
	if !s.plan.inTurn && !slices.IsSortedFunc(order, byPlace) {
		slices.SortStableFunc(order, byPlace)
	}
	most := max(1, len(pieces)/(4*s.workers))
	reads := make([]read, 0, len(pieces))
	for k, i := range order {
		pc := &pieces[i]
		end := pc.addr + pc.size
		if n := len(reads); n > 0 {
			last := &reads[n-1]
			if pc.addr >= last.addr && pc.addr <= last.end+readGap && max(end, last.end)-last.addr <= readBytes && len(last.pieces) < most {
				last.end = max(last.end, end)
				last.pieces = order[k-len(last.pieces) : k+1]
				continue
			}
		}
		reads = append(reads, read{addr: pc.addr, end: end, pieces: order[k : k+1]})
	}
	return reads
}

// runSome does reads, the one at next after the other, until there are none.
func (s *streamer[R]) runSome(ctx context.Context, w *window[R], reads []read, next *atomic.Int64) error {
	b := buffersPool.Get().(*buffers)
	defer b.release()
	for {
		i := int(next.Add(1)) - 1
		if i >= len(reads) {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.do(b, w, reads[i]); err != nil {
			return err
		}
	}
}

// do reads a range and decodes the pieces in it.
func (s *streamer[R]) do(b *buffers, w *window[R], r read) error {
	if err := s.d.file.check(); err != nil {
		return err
	}
	b.stored = sized(b.stored, int(r.end-r.addr))
	if err := s.d.file.r.ReadFull(b.stored, r.addr); err != nil {
		return err
	}
	for _, i := range r.pieces {
		pc := &w.pieces[i]
		values, err := s.d.values(b, pc, r.addr, s.plan.enough(pc))
		if err == nil {
			w.results[i], err = s.work(pc, values)
		}
		if err != nil {
			return fmt.Errorf("at %v: %w", pc.origin, err)
		}
	}
	return nil
}

// enough returns how many of a chunk's decoded bytes there are up to the end of the last
// selected row, or all of them where that is its last one in the dataset: whether the
// chunk's checksum holds is to be known then.
func (p *plan) enough(pc *piece) int {
	if !p.selectedOnly || len(p.axes) < 2 || p.d.chunks == nil || pc.absent {
		return math.MaxInt
	}
	lo := pc.origin[0]
	hi := min(lo+pc.extent[0], p.d.space.dims[0])
	rows := p.axes[0].within(lo, hi)
	if rows.n == 0 || lo+rows.from(rows.n-1)+1 >= hi {
		return math.MaxInt
	}
	return int(p.d.pieceBytes(*pc)) / pc.extent[0] * (rows.from(rows.n-1) + 1)
}

// values returns the decoded values of a piece whose stored bytes are in
// b.stored, which begins at address addr: the first enough bytes of them, or more.
func (d *Dataset) values(b *buffers, pc *piece, addr uint64, enough int) ([]byte, error) {
	if pc.absent {
		return nil, nil
	}
	if pc.inline != nil {
		return slices.Clone(pc.inline), nil
	}
	stored := b.stored[pc.addr-addr:][:pc.size]
	if d.chunks == nil {
		return stored, nil
	}
	size := int(d.pieceBytes(*pc))
	if cap(b.decoded) < size {
		b.decoded = alignedBytes(size)
	}
	values, err := d.pipeline.DecodeStart(b.decoded[:0], stored, size, enough, d.mask(*pc))
	if err != nil {
		return nil, filterError(err)
	}
	return values, nil
}

// filterError gives an error of the filters the sentinels of this package.
func filterError(err error) error {
	var unknown *filter.UnknownError
	switch {
	case errors.As(err, &unknown):
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	case errors.Is(err, ErrCorrupt):
		return err
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}

// buffers are what one worker needs. Large ones are not kept.
type buffers struct {
	stored, decoded []byte
}

var buffersPool = sync.Pool{New: func() any { return new(buffers) }}

func (b *buffers) release() {
	const keep = 4 << 20
	if cap(b.stored) > keep {
		b.stored = nil
	}
	if cap(b.decoded) > keep {
		b.decoded = nil
	}
	buffersPool.Put(b)
}

// sized returns a slice of n bytes, b if it is large enough.
func sized(b []byte, n int) []byte {
	if cap(b) < n {
		return alignedBytes(n)
	}
	return b[:n]
}
