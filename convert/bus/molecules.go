package bus

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"io"
	"iter"
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// A molecule is reads of the same barcode, UMI and gene.
type molecule struct {
	barcode, umi uint64
	gene         int32
	layers       uint32 // a bit for each
}

// moleculeSize is the size of one in a scratch file, in bytes.
const moleculeSize = 24

func (m molecule) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, m.barcode)
	dst = binary.LittleEndian.AppendUint64(dst, m.umi)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(m.gene))
	return binary.LittleEndian.AppendUint32(dst, m.layers)
}

func decodeMolecule(b []byte) molecule {
	return molecule{
		barcode: binary.LittleEndian.Uint64(b),
		umi:     binary.LittleEndian.Uint64(b[8:]),
		gene:    int32(binary.LittleEndian.Uint32(b[16:])),
		layers:  binary.LittleEndian.Uint32(b[20:]),
	}
}

// Reads are sorted in batches of 24 MiB by up to 4 workers.
const (
	sortedAtOnce = 1 << 20
	mostSorters  = 4
)

// compareMolecules orders molecules; equal ones are one.
func compareMolecules(a, b molecule) int {
	switch {
	case a.barcode != b.barcode:
		return cmp.Compare(a.barcode, b.barcode)
	case a.umi != b.umi:
		return cmp.Compare(a.umi, b.umi)
	}
	return cmp.Compare(a.gene, b.gene)
}

// A run is sorted molecules in the scratch file, none of them twice.
type run struct {
	at int64
	n  int
}

// A sorter turns reads in any order into molecules by barcode, UMI and gene. It
// holds a batch that is being filled and one for each worker; sorted ones
// go to a scratch file.
type sorter struct {
	ctx     context.Context
	scratch *scratch
	size    int // of a batch, in molecules
	batch   []molecule
	workers *errgroup.Group
	broken  <-chan struct{} // closed when a worker fails
	free    chan []molecule // batches that workers are done with

	spilled bool
	mu      sync.Mutex
	runs    []run // that workers have written
}

// newSorter returns a sorter of batches of the given size, which stop must end.
func newSorter(ctx context.Context, s *scratch, size int) *sorter {
	workers, working := errgroup.WithContext(ctx)
	n := min(runtime.GOMAXPROCS(0), mostSorters)
	workers.SetLimit(n)
	return &sorter{
		ctx: ctx, scratch: s, size: size, workers: workers, broken: working.Done(),
		free: make(chan []molecule, n+1), // one for each worker, and the one being filled
	}
}

// add takes the molecule of a read.
func (s *sorter) add(m molecule) error {
	s.batch = append(s.batch, m)
	if len(s.batch) < s.size {
		return nil
	}
	s.spill()
	select {
	case <-s.broken:
		return s.wait()
	default:
		return nil
	}
}

// wait waits for the workers and returns what has gone wrong.
func (s *sorter) wait() error { return cmp.Or(s.workers.Wait(), s.ctx.Err()) }

// stop waits for the workers.
func (s *sorter) stop() { _ = s.workers.Wait() }

// spill has a worker write the batch, and begins another one.
func (s *sorter) spill() {
	batch := s.batch
	s.spilled = true
	s.workers.Go(func() error {
		r, err := s.write(batch)
		if err != nil {
			return err
		}
		s.free <- batch[:0]
		s.mu.Lock()
		defer s.mu.Unlock()
		s.runs = append(s.runs, r)
		return nil
	})
	select {
	case s.batch = <-s.free:
	default:
		s.batch = make([]molecule, 0, s.size)
	}
}

// write sorts a batch and writes it to the scratch file.
func (s *sorter) write(batch []molecule) (run, error) {
	unique := sortUnique(batch)
	r := run{at: s.scratch.reserve(len(unique) * moleculeSize), n: len(unique)}
	w := bufio.NewWriterSize(io.NewOffsetWriter(s.scratch.file, r.at), 1<<18)
	for _, m := range unique {
		if _, err := w.Write(m.append(w.AvailableBuffer())); err != nil {
			return run{}, err
		}
	}
	return r, w.Flush()
}

// sortUnique sorts molecules and makes one of equal ones, in their place.
func sortUnique(batch []molecule) []molecule {
	slices.SortFunc(batch, compareMolecules)
	unique := batch[:0]
	for _, m := range batch {
		if last := len(unique) - 1; last >= 0 && compareMolecules(unique[last], m) == 0 {
			unique[last].layers |= m.layers
			continue
		}
		unique = append(unique, m)
	}
	return unique
}

// molecules returns all molecules in order. The sorter takes no more then.
func (s *sorter) molecules() iter.Seq2[molecule, error] {
	return func(yield func(molecule, error) bool) {
		if s.spilled && len(s.batch) > 0 {
			s.spill()
		}
		if err := s.wait(); err != nil {
			yield(molecule{}, err)
			return
		}
		if s.spilled {
			s.batch = nil
			mergeRuns(s.scratch, s.runs, yield)
			return
		}
		for _, m := range sortUnique(s.batch) {
			if !yield(m, nil) {
				return
			}
		}
	}
}
