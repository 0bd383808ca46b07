//go:build !purego

package zlib

import "golang.org/x/sys/cpu"

// vectors says that the processor, and the system, have vectors of 32 bytes.
var vectors = cpu.X86.HasAVX2

// vectorBlock is how many bytes a step of sumBlocks takes.
const vectorBlock = 64

// sumVectors adds the whole blocks that p starts with, and returns the rest.
func (s *adler) sumVectors(p []byte) []byte {
	blocks := len(p) / vectorBlock
	if !vectors || blocks == 0 {
		return p
	}
	n := blocks * vectorBlock
	sum, before, weighted := sumBlocks(&p[0], blocks)
	s.b += uint64(n)*s.a + vectorBlock*before + weighted
	s.a += sum
	return p[n:]
}

// sumBlocks returns the sum of the bytes of so many blocks at p, at least one and no more than adlerReduce
// has; the sum of what that was before each block, which weighs a byte by the
// number of blocks after its own; and the sum of the bytes weighed by how many there are in their
// block from them on.
//
//go:noescape
func sumBlocks(p *byte, blocks int) (sum, before, weighted uint64)
