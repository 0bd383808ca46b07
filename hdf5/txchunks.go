package hdf5

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5/internal/index"
)

// This file stores chunks that need no more encoding: what an encoder made, or
// what another dataset has stored already. Many small chunks are written at once.

// An encodedChunk is a chunk ready to be stored, or one that need not be, as all
// of it has the fill value, if b is nil.
type encodedChunk struct {
	at   []uint64 // in the grid
	b    []byte
	mask uint32
}

// storeEncoded stores chunks, those beside each other in the list also in the
// file.
func (tx *Tx) storeEncoded(chunks []encodedChunk) ([]newChunk, error) {
	stored := make([]newChunk, len(chunks))
	size := 0
	for _, c := range chunks {
		size += len(c.b)
	}
	together := make([]byte, 0, min(size, readBytes))
	first := 0
	flush := func(end int) error {
		if len(together) == 0 {
			first = end
			return nil
		}
		addr, err := tx.write(together)
		for ; first < end; first++ {
			stored[first].Addr = addr
			addr += stored[first].Size
		}
		together = together[:0]
		return err
	}
	for i, c := range chunks {
		stored[i] = newChunk{Chunk: index.Chunk{Scaled: c.at, Size: uint64(len(c.b)), Mask: c.mask}, dropped: c.b == nil}
		if len(together)+len(c.b) > readBytes {
			if err := flush(i); err != nil {
				return nil, err
			}
		}
		together = append(together, c.b...)
	}
	return stored, flush(len(chunks))
}

// A chunkCopier has chunks copied from one file to another as they are stored.
type chunkCopier struct {
	tx     *Tx
	from   *Dataset
	by     *rawCopier
	copied uint64 // bytes so far
}

// copy has chunks copied, of which addr and size say where they are stored now, and
// sets addr to where they will be. Those that are neighbours now stay so.
func (c *chunkCopier) copy(chunks []copiedChunk) error {
	slices.SortFunc(chunks, func(a, b copiedChunk) int { return cmp.Compare(a.addr, b.addr) })
	for len(chunks) > 0 {
		n, end := 1, chunks[0].addr+chunks[0].size
		for n < len(chunks) && chunks[n].addr >= end && chunks[n].addr-end <= readGap && chunks[n].addr+chunks[n].size-chunks[0].addr <= readBytes {
			end = chunks[n].addr + chunks[n].size
			n++
		}
		if err := c.copyRun(chunks[:n], end); err != nil {
			return err
		}
		chunks = chunks[n:]
	}
	return nil
}

// copyRun has neighbours copied, the last of which ends at end, and leaves out what
// is between them.
func (c *chunkCopier) copyRun(chunks []copiedChunk, end uint64) error {
	start := chunks[0].addr
	if err := c.from.file.r.Check(start, end-start); err != nil {
		return err
	}
	// Chunks of a sound file do not share their bytes. Those of a damaged one
	// could, and the copy would grow without bounds.
	for i := range chunks {
		if chunks[i].size == 0 {
			return fmt.Errorf("chunk [%d %d] is stored in no bytes: %w", chunks[i].row, chunks[i].col, ErrCorrupt)
		}
		c.copied += chunks[i].size
	}
	if c.copied > uint64(c.from.file.size) {
		return fmt.Errorf("chunks add up to more than the file's %d bytes: %w", c.from.file.size, ErrCorrupt)
	}
	run := rawRun{from: c.from, start: start, end: end}
	total := uint64(0)
	for i := range chunks {
		at, size := chunks[i].addr-start, chunks[i].size
		if n := len(run.stretches); n > 0 && run.stretches[n-1].at+run.stretches[n-1].n == at {
			run.stretches[n-1].n += size
		} else {
			run.stretches = append(run.stretches, stretch{at, size})
		}
		chunks[i].addr = total
		total += size
	}
	addr, err := c.tx.st.Alloc(total)
	if err != nil {
		return err
	}
	for i := range chunks {
		chunks[i].addr += addr
	}
	if run.to, err = c.tx.st.Region(addr, total); err != nil {
		return err
	}
	c.by.runs <- run
	return nil
}
