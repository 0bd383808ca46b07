package hdf5

import (
	"sync"

	"github.com/goloom/loom/hdf5/internal/storage"
)

// A rawCopier copies bytes of files as they are into places of a new one, on a goroutine of its
// own: whoever gives it what to copy meanwhile finds out what comes next, and where that goes.
type rawCopier struct {
	runs  chan rawRun
	ended chan struct{}
	err   error // the first, once it has ended

	close sync.Once
	in    []byte // memory for a run
}

// A rawRun is a range of a file of which some stretches are copied, one behind the other.
type rawRun struct {
	from       *Dataset
	start, end uint64 // which have been checked
	stretches  []stretch
	to         storage.Region // as large as all of them
}

// A stretch is n bytes, the first of them so far behind the beginning of a run.
type stretch struct{ at, n uint64 }

// rawRunsWaiting is how many runs of up to readBytes wait to be copied: enough for an index to be read,
// or built, meanwhile.
const rawRunsWaiting = 64

// newRawCopier returns a rawCopier, which is to be ended.
func newRawCopier() *rawCopier {
	c := &rawCopier{runs: make(chan rawRun, rawRunsWaiting), ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		for run := range c.runs {
			if c.err == nil {
				c.err = c.copy(run)
			}
		}
	}()
	return c
}

// end waits until all is copied, and returns the first error.
func (c *rawCopier) end() error {
	c.close.Do(func() { close(c.runs) })
	<-c.ended
	return c.err
}

func (c *rawCopier) copy(run rawRun) error {
	n := int(run.end - run.start)
	if cap(c.in) < n {
		c.in = make([]byte, max(n, readBytes))
	}
	in := c.in[:n]
	if err := run.from.file.r.ReadFull(in, run.start); err != nil {
		return run.from.fail(err)
	}
	kept := 0 // what is between the stretches is closed up
	for _, s := range run.stretches {
		kept += copy(in[kept:], in[s.at:s.at+s.n])
	}
	return run.to.Write(in[:kept])
}
