package filter

import (
	"bytes"
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// maxDeflateLevel is the largest value of the filter's one parameter.
const maxDeflateLevel = zlib.BestCompression

// deflate is filter 1: the chunk is one zlib stream (RFC 1950).
type deflate struct {
	level int // of compression, 0 to maxDeflateLevel
}

// An inflater decompresses one zlib stream after another.
type inflater struct {
	src  bytes.Reader
	zlib io.ReadCloser
	past [1]byte
}

func (deflate) decode(s *scratch, src []byte, limit int) ([]byte, error) {
	out := s.out(limit)
	n, err := s.inflater.inflate(out, src)
	return out[:n], err
}

// inflate decompresses src into dst and returns how many bytes it wrote. The
// stream must end within dst, and its checksum must hold. Bytes that follow
// it are of no matter, as they are not to the HDF5 library.
func (f *inflater) inflate(dst, src []byte) (int, error) {
	defer f.src.Reset(nil)
	if err := f.reset(src); err != nil {
		return 0, err
	}
	n := 0
	for n < len(dst) {
		m, err := f.zlib.Read(dst[n:])
		n += m
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
	// The checksum is only compared when the end of the stream is read.
	switch extra, err := io.ReadFull(f.zlib, f.past[:]); {
	case extra > 0:
		return n, errTooLong
	case err != io.EOF:
		return n, err
	}
	return n, nil
}

func (f *inflater) reset(src []byte) (err error) {
	f.src.Reset(src)
	if r, ok := f.zlib.(zlib.Resetter); ok {
		return r.Reset(&f.src, nil)
	}
	f.zlib, err = zlib.NewReader(&f.src)
	return err
}

// A deflater makes one zlib stream after another, all at one level.
type deflater struct {
	zlib *zlib.Writer
	out  []byte
}

// deflaters are the deflaters that are not at work, by level: each has tables
// of up to a few megabytes, too much to be made for each chunk.
var deflaters [maxDeflateLevel + 1]sync.Pool

func (f deflate) encode(buf, src []byte) ([]byte, bool, error) {
	pool := &deflaters[f.level]
	d, ok := pool.Get().(*deflater)
	if !ok {
		d = new(deflater)
		var err error
		if d.zlib, err = zlib.NewWriterLevel(d, f.level); err != nil {
			return buf, false, err
		}
	}
	defer pool.Put(d)
	out, err := d.deflate(buf, src)
	return out, err == nil, err
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
