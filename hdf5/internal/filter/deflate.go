package filter

import (
	"sync"

	general "github.com/klauspost/compress/zlib"

	"github.com/goloom/loom/hdf5/internal/zlib"
)

// maxDeflateLevel is the largest value of the filter's one parameter.
const maxDeflateLevel = general.BestCompression

// deflate is filter 1: the chunk is one zlib stream (RFC 1950).
type deflate struct {
	level int // of compression, 0 to maxDeflateLevel
}

func (deflate) decode(s *scratch, src []byte, limit int) ([]byte, error) {
	out := s.out(limit)
	n, err := s.inflater.Inflate(out, src)
	return out[:n], err
}

// maxSparseLevel is up to which level chunks that are mostly zeros are compressed for
// speed, and found to become smaller than by a general compressor of such a level.
// Who asks for more gets what a longer search finds.
const maxSparseLevel = 3

// sparseDeflaters are the compressors of sparse chunks that are not at work.
var sparseDeflaters = sync.Pool{New: func() any { return new(zlib.SparseDeflater) }}

func (f deflate) encode(buf, src []byte) ([]byte, bool, error) {
	if f.level > 0 && f.level <= maxSparseLevel {
		d := sparseDeflaters.Get().(*zlib.SparseDeflater)
		out, ok := d.Append(buf, src)
		sparseDeflaters.Put(d)
		if ok {
			return out, true, nil
		}
	}
	out, err := f.general(buf, src)
	return out, err == nil, err
}

// A deflater makes one zlib stream after another, all at one level.
type deflater struct {
	zlib *general.Writer
	out  []byte
}

// deflaters are the deflaters that are not at work, by level: each has tables
// of up to a few megabytes, too much to be made for each chunk.
var deflaters [maxDeflateLevel + 1]sync.Pool

// general appends src to buf as one stream, whatever src is like.
func (f deflate) general(buf, src []byte) ([]byte, error) {
	pool := &deflaters[f.level]
	d, ok := pool.Get().(*deflater)
	if !ok {
		d = new(deflater)
		var err error
		if d.zlib, err = general.NewWriterLevel(d, f.level); err != nil {
			return buf, err
		}
	}
	defer pool.Put(d)
	return d.deflate(buf, src)
}

// deflate appends src to buf as one stream.
func (d *deflater) deflate(buf, src []byte) ([]byte, error) {
	d.out = buf
	defer func() { d.out = nil }()
	d.zlib.Reset(d)
	if _, err := d.zlib.Write(src); err != nil {
		return buf, err
	}
	err := d.zlib.Close()
	return d.out, err
}

// Write takes what the compressor has compressed.
func (d *deflater) Write(p []byte) (int, error) {
	d.out = append(d.out, p...)
	return len(p), nil
}

// The shortest code of a match of 258 bytes has two bits, one for its length
// and one for its distance (RFC 1951, section 3.2.5).
func (deflate) maxDecoded(n uint64) uint64 { return saturatingMul(n, 258*4) }

func (deflate) maxEncoded(n uint64) uint64 { return incompressible(n) }
