package index

import (
	"fmt"

	"github.com/goloom/loom/hdf5/internal/format"
)

// chunkColumns is the number of columns of a table that hold a chunk record:
// address + 1, size and mask. The undefined address, all ones, becomes 0, so
// that a chunk that is not stored does not make the column wide.
const chunkColumns = 3

func appendChunkColumns(values []uint64, r format.ChunkRecord) []uint64 {
	return append(values, r.Addr+1, r.Size, uint64(r.Mask))
}

// chunkRecord is the chunk record that begins at column at of row i of t.
func chunkRecord(t *table, i, at int) format.ChunkRecord {
	return format.ChunkRecord{Addr: t.at(i, at) - 1, Size: t.at(i, at+1), Mask: uint32(t.at(i, at+2))}
}

// chunk is the chunk at position pos with record r.
func (p *ChunkParams) chunk(pos []uint64, r format.ChunkRecord) Chunk {
	if !p.Filtered {
		return Chunk{Scaled: pos, Addr: r.Addr, Size: p.ChunkBytes}
	}
	return Chunk{Scaled: pos, Addr: r.Addr, Size: r.Size, Mask: r.Mask}
}

// chunkTable packs the elements of an array, size bytes each.
func (p *ChunkParams) chunkTable(elements []byte, size int) (*table, error) {
	values := make([]uint64, 0, len(elements)/size*chunkColumns)
	for ; len(elements) >= size; elements = elements[size:] {
		r, err := format.DecodeChunkRecord(elements[:size], p.Filtered, p.Sizes)
		if err != nil {
			return nil, err
		}
		values = appendChunkColumns(values, r)
	}
	return newTable(values, chunkColumns), nil
}

// checkFiltered holds what an array's header says of its elements against what
// the dataset's filter pipeline says.
func (p *ChunkParams) checkFiltered(filtered bool) error {
	if filtered == p.Filtered {
		return nil
	}
	return fmt.Errorf("chunk index has filtered chunks: %t, the dataset has filters: %t: %w", filtered, p.Filtered, format.ErrCorrupt)
}
