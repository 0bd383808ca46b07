package filter

import (
	"sync"

	"github.com/klauspost/compress/zstd"
)

// zstandard is filter 32015: the chunk is one Zstandard frame (RFC 8878).
type zstandard struct {
	level zstd.EncoderLevel
}

// A zstdDecoder decodes one frame after another. It is made when it is first
// needed.
type zstdDecoder struct {
	dec *zstd.Decoder
}

func (zstandard) decode(s *scratch, src []byte, limit int) ([]byte, error) {
	out := s.out(limit)
	n, err := s.zstd.decode(out, src)
	return out[:n], err
}

// decode decodes src into dst, beyond which it never writes, and returns how
// many bytes it wrote. Whatever window the frame asks for, dst is all the
// history that is kept.
func (d *zstdDecoder) decode(dst, src []byte) (int, error) {
	if d.dec == nil {
		dec, err := zstd.NewReader(nil,
			zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderLowmem(true),
			zstd.WithDecodeAllCapLimit(true))
		if err != nil {
			return 0, err
		}
		d.dec = dec
	}
	out, err := d.dec.DecodeAll(src, dst[:0:len(dst)])
	if err != nil {
		return 0, err
	}
	if len(out) > len(dst) {
		return 0, errTooLong
	}
	return copy(dst, out), nil // which is where out lies already
}

// defaultZstdLevel is the level of a filter without parameters.
const defaultZstdLevel = 3

// zstdLevel is the level nearest to what the filter's parameter asks for, a
// signed number. Without parameter it is the Zstandard library's default.
func zstdLevel(params []uint32) zstd.EncoderLevel {
	level := defaultZstdLevel
	if len(params) > 0 {
		level = int(int32(params[0]))
	}
	return zstd.EncoderLevelFromZstd(level)
}

// zstdEncoders are the encoders that are not at work, by level.
var zstdEncoders [zstd.SpeedBestCompression + 1]sync.Pool

// encode skips chunks that are too large for one segment. The plug-in needs
// the frame to have its content's size, which this encoder promises for
// single segments alone, and decoders may refuse larger ones.
func (f zstandard) encode(buf, src []byte) ([]byte, bool, error) {
	if len(src) > zstd.MaxWindowSize {
		return buf, false, nil
	}
	pool := &zstdEncoders[f.level]
	enc, ok := pool.Get().(*zstd.Encoder)
	if !ok {
		var err error
		enc, err = zstd.NewWriter(nil,
			zstd.WithEncoderLevel(f.level),
			zstd.WithEncoderConcurrency(1),
			zstd.WithSingleSegment(true),
			zstd.WithZeroFrames(true))
		if err != nil {
			return buf, false, err
		}
	}
	defer pool.Put(enc)
	return enc.EncodeAll(src, buf), true, nil
}

// zstdRatio is the ratio of a block that repeats one byte: 128 KiB, the
// largest size of a block, in four bytes (RFC 8878, section 3.1.1.2).
const zstdRatio = 128 << 10 / 4

func (zstandard) maxDecoded(n uint64) uint64 { return saturatingMul(n, zstdRatio) }
func (zstandard) maxEncoded(n uint64) uint64 { return incompressible(n) }
