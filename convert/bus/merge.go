package bus

import (
	"bufio"
	"container/heap"
	"io"
)

// mergeMemory is what the buffers of all runs that are merged take together, in bytes.
const mergeMemory = 32 << 20

// mergeRuns yields the molecules of all runs in order, and one for those that
// several have.
func mergeRuns(s *scratch, runs []run, yield func(molecule, error) bool) {
	buffer := min(max(mergeMemory/len(runs), 4<<10), 1<<20)
	var open openRuns
	for _, r := range runs {
		section := io.NewSectionReader(s.file, r.at, int64(r.n)*moleculeSize)
		o := &openRun{src: bufio.NewReaderSize(section, buffer), left: r.n}
		if err := o.next(); err != nil {
			yield(molecule{}, err)
			return
		}
		open = append(open, o)
	}
	heap.Init(&open)
	for len(open) > 0 {
		m := open[0].first
		for len(open) > 0 && compareMolecules(open[0].first, m) == 0 {
			m.layers |= open[0].first.layers
			if err := open.advance(); err != nil {
				yield(molecule{}, err)
				return
			}
		}
		if !yield(m, nil) {
			return
		}
	}
}

// An openRun is a run that is being read.
type openRun struct {
	src   *bufio.Reader
	first molecule
	left  int // from first on
}

// next reads the first molecule of those that are left.
func (o *openRun) next() error {
	var b [moleculeSize]byte
	if _, err := io.ReadFull(o.src, b[:]); err != nil {
		return err
	}
	o.first = decodeMolecule(b[:])
	return nil
}

// openRuns is a heap of runs, of which none is empty, by their first molecules.
type openRuns []*openRun

// advance takes the least molecule away.
func (h *openRuns) advance() error {
	least := (*h)[0]
	if least.left--; least.left == 0 {
		heap.Pop(h)
		return nil
	}
	err := least.next()
	heap.Fix(h, 0)
	return err
}

func (h openRuns) Len() int           { return len(h) }
func (h openRuns) Less(i, j int) bool { return compareMolecules(h[i].first, h[j].first) < 0 }
func (h openRuns) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *openRuns) Push(r any)        { *h = append(*h, r.(*openRun)) }

func (h *openRuns) Pop() any {
	last := len(*h) - 1
	r := (*h)[last]
	*h = (*h)[:last]
	return r
}
