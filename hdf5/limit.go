package hdf5

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// What a result may take without asking the index whether that much is stored.
const (
	freeBytes    = 16 << 20
	freeFileSize = 4
)

// defaultLimit returns the memory that one result may take whatever is stored.
func (f *File) defaultLimit() int64 {
	if f.limit > 0 {
		return f.limit
	}
	if f.size > (math.MaxInt64-freeBytes)/freeFileSize {
		return math.MaxInt64
	}
	return freeBytes + freeFileSize*f.size
}

// checkResult refuses a result of n elements of size bytes in memory that the
// file does not warrant; see [WithMemoryLimit].
func (p *plan) checkResult(ctx context.Context, n, size int) error {
	limit := p.d.file.defaultLimit()
	if int64(n) <= limit/int64(size) {
		return nil
	}
	if p.d.file.limit == 0 {
		warranted, err := p.warranted(ctx, n)
		if err != nil || warranted {
			return err
		}
	}
	return fmt.Errorf("selection of shape %v takes %d bytes an element, limit %d bytes, and the file stores too little to warrant more; read less at a time or set WithMemoryLimit: %w",
		p.shape(), size, limit, ErrTooLarge)
}

// warranted reports whether the pieces stored for the selection can decode to
// an eighth of its n elements. No byte of the file is counted twice.
func (p *plan) warranted(ctx context.Context, n int) (bool, error) {
	var decoded, stored uint64
	enough := errors.New("enough")
	err := p.each(ctx, false, func(pc piece) error {
		stored += pc.size
		decoded += min(p.d.pieceBytes(pc), p.d.maxDecoded(pc))
		if stored <= uint64(p.d.file.size) && decoded/uint64(p.d.width) >= uint64(n)/8 {
			return enough
		}
		return nil
	})
	if err == enough {
		return true, nil
	}
	return false, err
}

// pieceBytes returns the bytes of a piece's values.
func (d *Dataset) pieceBytes(pc piece) uint64 {
	n := uint64(d.width)
	for _, e := range pc.extent {
		n *= uint64(e)
	}
	return n
}

// maxDecoded returns the most bytes that a piece's stored bytes can decode to.
func (d *Dataset) maxDecoded(pc piece) uint64 {
	if d.chunks == nil {
		return pc.size
	}
	return d.pipeline.MaxDecoded(pc.size, d.mask(pc))
}
