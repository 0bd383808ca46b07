package index

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// parallelShare is how many nodes a goroutine must have to load to be worth its start.
const parallelShare = 16

// inParallel calls load with 0, 1, ... n-1, on all processors where that is worth it, until one
// call fails. It returns the error of the least number that failed; there is no goroutine left then.
func inParallel(n int, load func(i int) error) error {
	workers := min(runtime.GOMAXPROCS(0), n/parallelShare)
	if workers <= 1 {
		for i := range n {
			if err := load(i); err != nil {
				return err
			}
		}
		return nil
	}
	l := loads{n: n, load: load, failed: n}
	var others sync.WaitGroup
	for range workers - 1 {
		others.Go(l.run)
	}
	l.run()
	others.Wait()
	return l.err
}

// loads are calls that are shared between goroutines.
type loads struct {
	n    int
	load func(i int) error
	next atomic.Int64

	mu     sync.Mutex
	failed int // the least number that failed, n if none did
	err    error
}

// run makes the call that is next after the other, until there is none.
func (l *loads) run() {
	for {
		i := int(l.next.Add(1)) - 1
		if i >= l.n {
			return
		}
		if err := l.load(i); err != nil {
			l.fail(i, err)
			return
		}
	}
}

// fail keeps the error of the least number, and begins no other call. Those of less have begun.
func (l *loads) fail(i int, err error) {
	l.next.Store(int64(l.n))
	l.mu.Lock()
	defer l.mu.Unlock()
	if i < l.failed {
		l.failed, l.err = i, err
	}
}
