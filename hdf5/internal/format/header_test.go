package format_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
)

// messageV1 is a message of a version 1 header.
func messageV1(kind format.MessageType, data []byte) []byte {
	return record(uint16(kind), uint16(len(data)), 0, zeros(3), data)
}

func continuationV1(addr, n uint64) []byte {
	return messageV1(format.MsgContinuation, record(addr, n))
}

func headerV1(blockSize int, messages ...[]byte) []byte {
	b := record(1, 0, uint16(len(messages)), uint32(1), uint32(blockSize), zeros(4))
	for _, m := range messages {
		b = append(b, m...)
	}
	return b
}

// messageV2 is a message of a version 2 header without creation order.
func messageV2(kind format.MessageType, data []byte) []byte {
	return record(int(kind), uint16(len(data)), 0, data)
}

// place copies blocks to their addresses in a new file.
func place(size int, blocks map[int][]byte) image {
	file := make(image, size)
	for at, b := range blocks {
		copy(file[at:], b)
	}
	return file
}

// messageText is what a header holds, in order.
func messageText(h *format.Header) string {
	var s string
	for _, m := range h.Messages {
		s += fmt.Sprintf("%v(%s)#%d ", m.Type, m.Data, m.CreationOrder)
	}
	return s
}

func TestDecodeHeader(t *testing.T) {
	tests := []struct {
		name string
		file image
		want format.Header // without messages
		text string
	}{
		{
			"version 1",
			place(64, map[int][]byte{0: headerV1(40,
				messageV1(format.MsgComment, []byte("12345678")),
				messageV1(format.MsgNil, nil),
				messageV1(format.MsgBogus, nil),
				messageV1(format.MsgFill, nil))}),
			format.Header{Version: 1, RefCount: 1},
			"comment(12345678)#0 bogus()#0 fill value()#0 ",
		},
		{
			"version 1 with continuations",
			place(200, map[int][]byte{
				0:   headerV1(48, continuationV1(100, 32), continuationV1(160, 8)),
				100: record(messageV1(format.MsgComment, []byte("one two ")), messageV1(format.MsgNil, zeros(8))),
				160: messageV1(format.MsgFill, nil),
			}),
			format.Header{Version: 1, RefCount: 1},
			"comment(one two )#0 fill value()#0 ",
		},
		{
			"version 2",
			image(sealed("OHDR", 2, 0, 11, messageV2(format.MsgComment, []byte("abc")), messageV2(format.MsgFill, nil))),
			format.Header{Version: 2, RefCount: 1},
			"comment(abc)#0 fill value()#0 ",
		},
		{
			"version 2 with times, phase change, order, wide size, gap",
			image(sealed("OHDR", 2, 0x3f, zeros(16), uint16(8), uint16(6), uint64(28),
				int(format.MsgComment), uint16(3), 0, uint16(7), "abc",
				int(format.MsgRefCount), uint16(5), 0, uint16(8), 0, uint32(3),
				zeros(5), 0, 0, 0)),
			format.Header{Version: 2, RefCount: 3, TracksAttributeOrder: true},
			"comment(abc)#7 reference count(\x00\x03\x00\x00\x00)#8 ",
		},
		{
			"version 2 with continuation",
			place(100, map[int][]byte{
				0:  sealed("OHDR", 2, 0, 20, messageV2(format.MsgContinuation, record(uint64(50), uint64(15)))),
				50: sealed("OCHK", messageV2(format.MsgComment, []byte("abc"))),
			}),
			format.Header{Version: 2, RefCount: 1},
			"comment(abc)#0 ",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, err := format.DecodeHeader(0, wide, tt.file.fetch)
			if err != nil {
				t.Fatal(err)
			}
			if h.Version != tt.want.Version || h.RefCount != tt.want.RefCount || h.TracksAttributeOrder != tt.want.TracksAttributeOrder {
				t.Errorf("got %+v, want %+v", *h, tt.want)
			}
			if got := messageText(h); got != tt.text {
				t.Errorf("messages\n got %s\nwant %s", got, tt.text)
			}
		})
	}
}

func TestHeaderFind(t *testing.T) {
	file := image(sealed("OHDR", 2, 0, 11, messageV2(format.MsgComment, []byte("abc")), messageV2(format.MsgFill, nil)))
	h, err := format.DecodeHeader(0, wide, file.fetch)
	if err != nil {
		t.Fatal(err)
	}
	if m, ok := h.Find(format.MsgComment); !ok || string(m.Data) != "abc" || m.Shared() {
		t.Errorf("comment: %+v, %v", m, ok)
	}
	if m, ok := h.Find(format.MsgLayout); ok {
		t.Errorf("layout: %+v", m)
	}
}

func TestDecodeHeaderRefuses(t *testing.T) {
	unknown := func(flags int) image {
		return image(sealed("OHDR", 2, 0, 4, 0x40, uint16(0), flags))
	}
	if _, err := format.DecodeHeader(0, wide, unknown(0).fetch); err != nil {
		t.Errorf("unknown message that may be ignored: %v", err)
	}
	corruptSum := image(sealed("OHDR", 2, 0, 11, messageV2(format.MsgComment, []byte("abc")), messageV2(format.MsgFill, nil)))
	corruptSum[12] ^= 1

	tests := []struct {
		name string
		file image
		want error
	}{
		{"version", place(64, map[int][]byte{0: {7}}), format.ErrCorrupt},
		{"version 3 with signature", image(sealed("OHDR", 3, 0, 4, zeros(4))), format.ErrUnsupported},
		{"checksum", corruptSum, format.ErrCorrupt},
		{"unknown message that may not be ignored", unknown(0x80), format.ErrUnsupported},
		{"size beyond the file", place(64, map[int][]byte{0: headerV1(1 << 30)}), format.ErrCorrupt},
		{"64-bit size", image(sealed("OHDR", 2, 3, undefined64, zeros(8))), format.ErrCorrupt},
		{"63-bit size", image(sealed("OHDR", 2, 3, undefined64>>1, zeros(8))), format.ErrCorrupt},
		{"message size no multiple of 8", place(64, map[int][]byte{0: headerV1(16, messageV1(format.MsgFill, zeros(4)))}), format.ErrCorrupt},
		{"message over the end of its block", place(64, map[int][]byte{0: headerV1(16, messageV1(format.MsgFill, zeros(16)))}), format.ErrCorrupt},
		{"half a message header", place(64, map[int][]byte{0: headerV1(12, messageV1(format.MsgFill, nil))}), format.ErrCorrupt},
		{"continuation of itself", place(100, map[int][]byte{0: headerV1(24, continuationV1(0, 40))}), format.ErrCorrupt},
		{"cycle of two", place(100, map[int][]byte{
			0:  headerV1(24, continuationV1(50, 24)),
			50: continuationV1(50, 24),
		}), format.ErrCorrupt},
		{"continuation into its own block", place(100, map[int][]byte{0: headerV1(48, continuationV1(40, 24), continuationV1(40, 24))}), format.ErrCorrupt},
		{"continuation nowhere", place(100, map[int][]byte{0: headerV1(24, continuationV1(undefined64, 24))}), format.ErrCorrupt},
		{"continuation beyond the file", place(100, map[int][]byte{0: headerV1(24, continuationV1(90, 24))}), format.ErrCorrupt},
		{"continuation that overflows", place(100, map[int][]byte{0: headerV1(24, continuationV1(90, undefined64))}), format.ErrCorrupt},
		{"continuation without signature", place(100, map[int][]byte{
			0:  sealed("OHDR", 2, 0, 20, messageV2(format.MsgContinuation, record(uint64(50), uint64(15)))),
			50: sealed("OHDR", messageV2(format.MsgComment, []byte("abc"))),
		}), format.ErrCorrupt},
		{"continuation of 0 bytes in version 2", place(100, map[int][]byte{
			0: sealed("OHDR", 2, 0, 20, messageV2(format.MsgContinuation, record(uint64(50), uint64(0)))),
		}), format.ErrCorrupt},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := format.DecodeHeader(0, wide, tt.file.fetch)
			wantError(t, err, tt.want)
		})
	}
}

// Blocks that overlap in ever new ways must not make the decoder read more than
// the file holds.
func TestDecodeHeaderReadsAtMostTheFile(t *testing.T) {
	const links = 1000
	messages := make([][]byte, links)
	for i := range messages {
		at := uint64(16 + 24*(i+1))
		messages[i] = continuationV1(at, uint64(16+24*links)-at)
	}
	file := image(headerV1(24*links, messages...))
	var read uint64
	_, err := format.DecodeHeader(0, wide, func(addr, n uint64) ([]byte, error) {
		read += n
		return file.fetch(addr, n)
	})
	if !errors.Is(err, format.ErrCorrupt) {
		t.Errorf("error %v, want ErrCorrupt", err)
	}
	if limit := 2 * uint64(len(file)); read > limit {
		t.Errorf("read %d bytes of a file of %d", read, len(file))
	}
}

// A block of nothing but the shortest messages must not become a multiple of
// itself in memory.
func TestDecodeHeaderLimitsMessages(t *testing.T) {
	const n = 1 << 18
	block := make([]byte, 0, 4*n)
	for range n {
		block = append(block, byte(format.MsgFill), 0, 0, 0)
	}
	file := image(sealed("OHDR", 2, 2, uint32(len(block)), block))
	_, err := format.DecodeHeader(0, wide, file.fetch)
	wantError(t, err, format.ErrCorrupt)
}

// The error of the function that fetches is not lost.
func TestDecodeHeaderPassesErrorsOn(t *testing.T) {
	broken := errors.New("disk on fire")
	_, err := format.DecodeHeader(0, wide, func(uint64, uint64) ([]byte, error) { return nil, broken })
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
	_, err = format.DecodeHeader(0, wide, func(_, n uint64) ([]byte, error) { return make([]byte, n/2), nil })
	wantError(t, err, format.ErrCorrupt)
}
