package hdf5

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/goloom/loom/internal/progress"
)

// A compression is a call of [ReadCompressed]. The selection is cut into bands of lines, and across
// them into stretches, where there are few bands. A band and a stretch make a task, of which the
// workers take one after the other. What comes of it, a share, waits until its band is
// complete and all bands before are counted: then it is known where its elements go, and some worker puts
// them there.
type compression[T Number] struct {
	plan *plan
	dim  int // of the lines
	fill T
	out  *Compressed[T]
	done *progress.Tracker

	bands     []int // the first line of each, in ascending order of all, and the number of lines
	stretches []int // likewise of positions across
	workers   int
	stored    int64 // bytes in the file

	// resizing is held while the slices of out are replaced, and shared while elements are
	// put there.
	resizing sync.RWMutex

	mu       sync.Mutex
	changed  *sync.Cond        // any of what follows
	failed   bool              //
	begun    int               // tasks
	inFlight int               // shares that are somewhere between begun and placed
	waiting  map[int]*share[T] // by task
	counted  int               // tasks, of whole bands
	elements int               // of these
	seen     int64             // bytes in the file that these were read from
	ready    []*share[T]       // to be placed
	spare    []*share[T]       // whose memory is used again
}

// A band has so many elements, zeros among them, or the lines of one chunk: few enough for the
// processor's cache to keep them until they are placed, and enough for neighbours in the file to
// be read together. There are at least tasksPerWorker tasks for each, or as many as there are
// chunks.
const (
	bandElements   = 1 << 22
	tasksPerWorker = 4
)

// run has the workers do all tasks.
func (c *compression[T]) run(ctx context.Context) error {
	if c.plan.empty() {
		return nil
	}
	stored, err := c.plan.storedBytes(ctx)
	if err != nil {
		return err
	}
	c.stored = min(stored, c.plan.d.file.size) // or some of it is counted twice
	c.workers = c.plan.d.workers()
	c.divide()
	c.changed = sync.NewCond(&c.mu)
	c.waiting = make(map[int]*share[T])
	g, ctx := errgroup.WithContext(ctx)
	for range min(c.workers, c.tasks()) {
		g.Go(func() error { return c.work(ctx) })
	}
	return g.Wait()
}

// divide cuts the selection.
func (c *compression[T]) divide() {
	together := c.plan.d.storedTogether()
	lines, size := &c.plan.axes[c.dim], together[c.dim]
	c.bands = lines.cuts(size, max(1, bandElements/size/c.plan.axes[1-c.dim].n))

	across, size := &c.plan.axes[1-c.dim], together[1-c.dim]
	least := ceilDiv(tasksPerWorker*c.workers, len(c.bands)-1)
	c.stretches = across.cuts(size, ceilDiv(across.units(size), least))
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// across returns the number of stretches, which is that of the tasks of a band.
func (c *compression[T]) across() int { return len(c.stretches) - 1 }

func (c *compression[T]) tasks() int { return (len(c.bands) - 1) * c.across() }

// work does what there is to do, until there is nothing.
func (c *compression[T]) work(ctx context.Context) error {
	for {
		s := c.next()
		switch {
		case s == nil:
			return nil
		case s.counted:
			c.place(s)
			c.placed(s)
		default:
			if err := c.collect(ctx, s); err != nil {
				c.fail()
				return err
			}
			c.collected(s)
		}
	}
}

// next waits for something to do. It returns a share to be placed, or else a new one to be collected, or
// nil in the end. So many are in flight at a time that all of the band which is to be counted
// next can be among them.
func (c *compression[T]) next() *share[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case c.failed, c.begun == c.tasks() && c.inFlight == 0:
			return nil
		case len(c.ready) > 0:
			return pop(&c.ready)
		case c.begun < c.tasks() && c.inFlight < c.workers+c.across():
			return c.begin()
		}
		c.changed.Wait()
	}
}

// begin takes the next task.
func (c *compression[T]) begin() *share[T] {
	var s *share[T]
	if len(c.spare) > 0 {
		s = pop(&c.spare)
	} else {
		s = c.newShare()
	}
	s.task, s.counted = c.begun, false
	c.begun++
	c.inFlight++
	return s
}

// pop removes the last element.
func pop[E any](s *[]E) E {
	last := len(*s) - 1
	e := (*s)[last]
	*s = (*s)[:last]
	return e
}

// fail has all workers stop.
func (c *compression[T]) fail() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed = true
	c.changed.Broadcast()
}

// placed takes back a share.
func (c *compression[T]) placed(s *share[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spare = append(c.spare, s)
	c.inFlight--
	c.changed.Broadcast()
}

// collected takes a share that may be the last of a band, and counts those bands that can be.
func (c *compression[T]) collected(s *share[T]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting[s.task] = s
	var counted []*share[T]
	for {
		band := c.nextBand()
		if band == nil {
			break
		}
		c.count(band)
		counted = append(counted, band...)
	}
	c.allocate()
	c.ready = append(c.ready, counted...)
	c.changed.Broadcast()
}

// nextBand returns the shares of the band that is to be counted next, or nil if some are
// missing.
func (c *compression[T]) nextBand() []*share[T] {
	var band []*share[T]
	for k := range c.across() {
		s := c.waiting[c.counted+k]
		if s == nil {
			return nil
		}
		band = append(band, s)
	}
	return band
}

// count finds where the elements of a band go: line by line, and share by share in each.
func (c *compression[T]) count(band []*share[T]) {
	first, at := band[0].first, c.elements
	for k := range band[0].next {
		for _, s := range band {
			n := s.next[k].at
			s.next[k] = gap{at, at + n}
			at += n
		}
		c.out.Ptr[first+k+1] = at
	}
	for _, s := range band {
		delete(c.waiting, s.task)
		s.counted = true
		c.seen += s.stored
	}
	c.elements = at
	c.counted += len(band)
	c.done.Reach(int64(first + len(band[0].next)))
}

// allocate makes room for the elements that are counted and, unless these are all, for those to be
// expected.
func (c *compression[T]) allocate() {
	if c.elements <= len(c.out.Values) {
		return
	}
	n := c.elements
	if c.counted < c.tasks() {
		n = c.expected()
	}
	c.resizing.Lock()
	defer c.resizing.Unlock()
	c.out.resize(n)
}

// expected returns how many elements there are in all, and an eighth more, if the others take as
// many bytes each in the file as those that are counted. Beyond what any file may
// take, no more than twice the elements that there are is expected.
func (c *compression[T]) expected() int {
	const margin = 1. / 8
	perByte := float64(c.elements) / float64(max(1, c.seen))
	n := perByte * float64(c.stored) * (1 + margin)
	all := float64(c.plan.axes[0].n) * float64(c.plan.axes[1].n)
	most := max(c.plan.d.file.defaultLimit()/int64(4+sizeOf[T]()), 2*int64(c.elements))
	return max(c.elements, int(min(n, all, float64(most))))
}
