package main

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/goloom/loom"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// When a bar is shown, and how often it is drawn anew.
const (
	barDelay    = 500 * time.Millisecond
	barInterval = 100 * time.Millisecond
	barWidth    = 30 // of the bar alone
)

// bars show on a terminal how far long calls have come: one bar at a time, on
// the last line, which goes when the call ends or something else is written.
type bars struct {
	out io.Writer

	mu    sync.Mutex
	last  loom.Progress            // reported
	since time.Time                // when the call began
	drawn time.Time                // when it was drawn
	bar   *progressbar.ProgressBar // nil as long as there is none
}

// newBars returns bars on a terminal, or nil if out is none.
func newBars(out io.Writer) *bars {
	if !isTerminal(out) {
		return nil
	}
	return &bars{out: out}
}

func isTerminal(w any) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// report shows how far a call has come.
func (b *bars) report(p loom.Progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if p.Operation != b.last.Operation || p.Total != b.last.Total || p.Done < b.last.Done {
		b.remove()
		b.since = now
	}
	b.last = p
	switch {
	case p.Total > 0 && p.Done >= p.Total:
		b.remove()
	case now.Sub(b.since) >= barDelay && now.Sub(b.drawn) >= barInterval:
		b.draw(p)
		b.drawn = now
	}
}

func (b *bars) draw(p loom.Progress) {
	if b.bar == nil {
		total := p.Total
		if total == 0 {
			total = -1 // a bar without an end
		}
		b.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(b.out),
			progressbar.OptionSetDescription(p.Operation),
			progressbar.OptionSetWidth(barWidth),
			progressbar.OptionShowCount(),
			progressbar.OptionShowBytes(p.Unit == "bytes"),
			progressbar.OptionSetPredictTime(true),
		)
	}
	// It fails only where nothing can be written, and that is no reason to stop.
	_ = b.bar.Set64(p.Done)
}

// remove takes the bar away.
func (b *bars) remove() {
	if b.bar == nil {
		return
	}
	_ = b.bar.Clear()
	b.bar = nil
}

// clear takes the bar away until the next report.
func (b *bars) clear() {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.remove()
}

// before returns a writer that takes the bar away before it writes to out, if out is
// a terminal, on which the bar would otherwise get in the way.
func (b *bars) before(out io.Writer) io.Writer {
	if b == nil || !isTerminal(out) {
		return out
	}
	return clearing{b, out}
}

type clearing struct {
	bars *bars
	out  io.Writer
}

func (c clearing) Write(p []byte) (int, error) {
	c.bars.clear()
	return c.out.Write(p)
}
