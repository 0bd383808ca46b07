package filter

import "github.com/klauspost/compress/zstd"

// zstandard is filter 32015: the chunk is one Zstandard frame (RFC 8878).
type zstandard struct{}

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

// zstdRatio is the ratio of a block that repeats one byte: 128 KiB, the
// largest size of a block, in four bytes (RFC 8878, section 3.1.1.2).
const zstdRatio = 128 << 10 / 4

func (zstandard) maxDecoded(n uint64) uint64 { return saturatingMul(n, zstdRatio) }
func (zstandard) maxEncoded(n uint64) uint64 { return incompressible(n) }
