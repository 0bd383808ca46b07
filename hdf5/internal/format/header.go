package format

import (
	"fmt"
	"math"
)

// A Header is an object header: the messages that make up a group, a dataset or
// a committed datatype (section IV.A.1).
type Header struct {
	Version  int    // 1 or 2
	RefCount uint32 // hard links to the object

	// Of version 2 only. TracksAttributeOrder says that messages carry their
	// creation order, IndexesAttributeOrder that dense attributes have an index
	// by it. Times and PhaseChange are nil where they are not stored.
	TracksAttributeOrder  bool
	IndexesAttributeOrder bool
	Times                 *Times
	PhaseChange           *PhaseChange

	// Messages in the order stored, over all blocks. Nil messages and
	// continuations are left out.
	Messages []Message
}

// Times says when an object was used, in seconds since the start of 1970 in UTC.
type Times struct{ Access, Modification, Change, Birth uint32 }

// PhaseChange says when an object's attributes move between its header and
// dense storage.
type PhaseChange struct {
	MaxCompact uint16 // attributes above which they move to dense storage
	MinDense   uint16 // attributes below which they move back
}

// Find returns the first message of a type.
func (h *Header) Find(t MessageType) (Message, bool) {
	for _, m := range h.Messages {
		if m.Type == t {
			return m, true
		}
	}
	return Message{}, false
}

const (
	headerSignature       = "OHDR"
	continuationSignature = "OCHK"

	// Every header that has a message takes at least this many bytes, so the
	// first fetch cannot run off the end of a sound file.
	headerPeek = 12

	prefixSizeV1 = 16 // 12 bytes of fields, then 4 so that messages are 8-aligned

	// A version 1 header counts its messages, and a version 2 header their
	// creation order, in 16 bits.
	maxHeaderMessages = math.MaxUint16
)

// Flags of a version 2 header (section IV.A.1.b).
const (
	headerSizeWidth      = 0x03 // log2 of the width of the chunk 0 size
	headerTracksOrder    = 1 << 2
	headerIndexesOrder   = 1 << 3
	headerHasPhaseChange = 1 << 4
	headerHasTimes       = 1 << 5
)

// DecodeHeader decodes the object header at addr, its continuation blocks
// included, and verifies the checksums that version 2 has. fetch(a, n) returns
// the n bytes at address a, or an error where they do not all lie in the file;
// DecodeHeader keeps the slices.
//
// Blocks must not repeat, and together may not be longer than the span they lie
// in, so the bytes fetched for one header never exceed the file's size.
func DecodeHeader(addr uint64, sz Sizes, fetch func(addr, n uint64) ([]byte, error)) (*Header, error) {
	d := headerDecoder{sz: sz, fetch: fetch, header: &Header{RefCount: 1}}
	if err := d.decode(addr); err != nil {
		return nil, fmt.Errorf("object header at %#x: %w", addr, err)
	}
	return d.header, nil
}

// A headerDecoder collects the messages of one header.
type headerDecoder struct {
	sz     Sizes
	fetch  func(addr, n uint64) ([]byte, error)
	header *Header

	blocks  blockSet
	pending []Continuation // blocks found and not yet read
}

func (d *headerDecoder) decode(addr uint64) error {
	peek, err := d.read(addr, headerPeek)
	if err != nil {
		return err
	}
	if string(peek[:4]) == headerSignature {
		err = d.decodeV2(addr, peek)
	} else {
		err = d.decodeV1(addr, peek)
	}
	if err != nil {
		return err
	}
	for len(d.pending) > 0 {
		next := d.pending[0]
		d.pending = d.pending[1:]
		if err := d.continuation(next); err != nil {
			return fmt.Errorf("continuation of %d bytes at %#x: %w", next.Length, next.Addr, err)
		}
	}
	return nil
}

// decodeV1 decodes the first block of a version 1 header (section IV.A.1.a). Its
// message count is not looked at: old libraries miscounted.
func (d *headerDecoder) decodeV1(addr uint64, prefix []byte) error {
	c := newCursor(prefix, d.sz)
	if v := c.u8(); v != 1 {
		return fmt.Errorf("version %d without signature %q, want 1: %w", v, headerSignature, ErrCorrupt)
	}
	c.skip(3)
	d.header.Version = 1
	d.header.RefCount = c.u32()
	size := uint64(c.u32())
	block, err := d.block(addr, prefixSizeV1+size)
	if err != nil {
		return err
	}
	return d.messagesV1(block[prefixSizeV1:])
}

// decodeV2 decodes the first block of a version 2 header (section IV.A.1.b).
func (d *headerDecoder) decodeV2(addr uint64, peek []byte) error {
	version, flags := peek[4], peek[5]
	if version != 2 {
		return fmt.Errorf("version %d, want 2: %w", version, ErrUnsupported)
	}
	d.header.Version = 2
	d.header.TracksAttributeOrder = flags&headerTracksOrder != 0
	d.header.IndexesAttributeOrder = flags&headerIndexesOrder != 0

	fixed := 6
	if flags&headerHasTimes != 0 {
		fixed += 16
	}
	if flags&headerHasPhaseChange != 0 {
		fixed += 4
	}
	width := 1 << (flags & headerSizeWidth)
	prefix, err := d.read(addr, uint64(fixed+width))
	if err != nil {
		return err
	}
	c := newCursor(prefix[6:], d.sz)
	if flags&headerHasTimes != 0 {
		d.header.Times = &Times{Access: c.u32(), Modification: c.u32(), Change: c.u32(), Birth: c.u32()}
	}
	if flags&headerHasPhaseChange != 0 {
		d.header.PhaseChange = &PhaseChange{MaxCompact: c.u16(), MinDense: c.u16()}
	}
	size := c.uint(width)
	if size > math.MaxInt64 {
		return fmt.Errorf("first block of %d bytes: %w", size, ErrCorrupt)
	}
	block, err := d.block(addr, uint64(len(prefix))+size+4)
	if err != nil {
		return err
	}
	if err := verifyChecksum(block); err != nil {
		return err
	}
	return d.messagesV2(block[len(prefix) : len(block)-4])
}

// continuation decodes a further block (sections IV.A.2.q and IV.A.1.b).
func (d *headerDecoder) continuation(at Continuation) error {
	block, err := d.block(at.Addr, at.Length)
	if err != nil {
		return err
	}
	if d.header.Version == 1 {
		return d.messagesV1(block)
	}
	if len(block) < 8 || string(block[:4]) != continuationSignature {
		return fmt.Errorf("no signature %q: %w", continuationSignature, ErrCorrupt)
	}
	if err := verifyChecksum(block); err != nil {
		return err
	}
	return d.messagesV2(block[4 : len(block)-4])
}

// messagesV1 decodes a block of version 1 messages, each 8-aligned.
func (d *headerDecoder) messagesV1(block []byte) error {
	c := newCursor(block, d.sz)
	for c.err == nil && c.len() > 0 {
		at := c.off()
		m := Message{Type: MessageType(c.u16())}
		size := int(c.u16())
		m.Flags = c.u8()
		c.skip(3)
		if size%8 != 0 {
			return fmt.Errorf("%v message at byte %d of block: size %d is no multiple of 8: %w", m.Type, at, size, ErrCorrupt)
		}
		m.Data = c.bytes(size)
		if err := d.add(m, at, c); err != nil {
			return err
		}
	}
	return c.err
}

// messagesV2 decodes a block of version 2 messages. What is too short for
// another message's header at the end of the block is a gap.
func (d *headerDecoder) messagesV2(block []byte) error {
	head := 4
	if d.header.TracksAttributeOrder {
		head = 6
	}
	c := newCursor(block, d.sz)
	for c.err == nil && c.len() >= head {
		at := c.off()
		m := Message{Type: MessageType(c.u8())}
		size := int(c.u16())
		m.Flags = c.u8()
		if d.header.TracksAttributeOrder {
			m.CreationOrder = c.u16()
		}
		m.Data = c.bytes(size)
		if err := d.add(m, at, c); err != nil {
			return err
		}
	}
	return c.err
}

// add takes in the message that c has just passed and that began at byte at.
func (d *headerDecoder) add(m Message, at int, c *cursor) error {
	if c.err != nil {
		return fmt.Errorf("%v message at byte %d of block: %w", m.Type, at, c.err)
	}
	switch m.Type {
	case MsgNil:
		return nil
	case MsgContinuation:
		next, err := DecodeContinuation(m.Data, d.sz)
		if err != nil {
			return err
		}
		d.pending = append(d.pending, next)
		return d.limit(len(d.pending))
	case MsgRefCount:
		n, err := decodeRefCount(m.Data)
		if err != nil {
			return err
		}
		d.header.RefCount = n
	}
	if m.Type > lastMessageType && m.Flags&messageFailIfUnknown != 0 {
		return fmt.Errorf("%v, which readers are told not to ignore: %w", m.Type, ErrUnsupported)
	}
	d.header.Messages = append(d.header.Messages, m)
	return d.limit(len(d.header.Messages))
}

func (d *headerDecoder) limit(n int) error {
	if n > maxHeaderMessages {
		return fmt.Errorf("more than %d messages: %w", maxHeaderMessages, ErrCorrupt)
	}
	return nil
}

// block fetches a whole block of the header, once.
func (d *headerDecoder) block(addr, n uint64) ([]byte, error) {
	if err := d.blocks.add(addr, n); err != nil {
		return nil, err
	}
	return d.read(addr, n)
}

// read fetches n bytes and makes sure that there are n.
func (d *headerDecoder) read(addr, n uint64) ([]byte, error) {
	b, err := d.fetch(addr, n)
	if err != nil {
		return nil, err
	}
	if uint64(len(b)) != n {
		return nil, fmt.Errorf("%d bytes at %#x, want %d: %w", len(b), addr, n, ErrCorrupt)
	}
	return b, nil
}

// A blockSet is the set of blocks of one header. Blocks that do not overlap fill
// at most the span from the first to the last of them, which lies in the file.
// Holding their sum against that span is cheaper than looking for the overlap
// and bounds the work on hostile input just as well.
type blockSet struct {
	starts  map[uint64]bool
	lo, hi  uint64
	covered uint64
}

// add records the block of n bytes at addr.
func (s *blockSet) add(addr, n uint64) error {
	if addr == Undefined || n > math.MaxUint64-addr {
		return fmt.Errorf("block of %d bytes at %#x: %w", n, addr, ErrCorrupt)
	}
	if s.starts == nil {
		s.starts = map[uint64]bool{}
		s.lo, s.hi = addr, addr
	}
	if s.starts[addr] {
		return fmt.Errorf("block at %#x is linked twice: %w", addr, ErrCorrupt)
	}
	s.starts[addr] = true
	s.lo, s.hi = min(s.lo, addr), max(s.hi, addr+n)
	// The sum before was at most the span before, so it cannot overflow unnoticed.
	if n > s.hi-s.lo-s.covered {
		return fmt.Errorf("block of %d bytes at %#x overlaps another: %w", n, addr, ErrCorrupt)
	}
	s.covered += n
	return nil
}

// The most bytes of data that one message of a header has, by the header's
// version: a length in 16 bits, of which version 1 counts only multiples of 8.
const (
	MaxMessageV1 = math.MaxUint16 &^ 7
	MaxMessageV2 = math.MaxUint16
)

// EncodeHeader encodes an object header in its own version, as one block with
// all its messages. Data of version 1 messages are padded to multiples of eight
// bytes. Where references are counted in a message, that message is made from
// RefCount; one among Messages only keeps its place.
func EncodeHeader(h *Header, sz Sizes) ([]byte, error) {
	b := newBuilder(sz)
	switch h.Version {
	case 1:
		b.headerV1(h)
	case 2:
		b.headerV2(h)
	default:
		b.fail("version %d, want 1 or 2", h.Version)
	}
	return b.done("object header")
}

// headerV1 writes a version 1 header (section IV.A.1.a).
func (b *builder) headerV1(h *Header) {
	if h.TracksAttributeOrder || h.IndexesAttributeOrder || h.Times != nil || h.PhaseChange != nil {
		b.fail("version 1 with creation order, times or phase change")
	}
	messages := newBuilder(b.sz)
	count := 0
	for _, m := range h.Messages {
		if m.Type == MsgRefCount {
			continue
		}
		messages.messageV1(m)
		count++
	}
	if b.err == nil {
		b.err = messages.err
	}
	b.u8(1)
	b.zeros(1)
	b.count(count, 2, "number of messages")
	b.u32(h.RefCount)
	b.count(len(messages.buf), 4, "size of all messages")
	b.align(prefixSizeV1)
	b.bytes(messages.buf)
}

func (b *builder) messageV1(m Message) {
	b.checkMessage(m, MaxMessageV1)
	b.u16(uint16(m.Type))
	b.uint(align8(uint64(len(m.Data))), 2, "size of a message")
	b.u8(m.Flags)
	b.zeros(3)
	b.bytes(m.Data)
	b.align(8)
}

// headerV2 writes a version 2 header (section IV.A.1.b).
func (b *builder) headerV2(h *Header) {
	messages := newBuilder(b.sz)
	list := countedMessages(h)
	if len(list) > maxHeaderMessages {
		b.fail("%d messages, want at most %d", len(list), maxHeaderMessages)
	}
	for _, m := range list {
		messages.messageV2(m, h.TracksAttributeOrder)
	}
	if b.err == nil {
		b.err = messages.err
	}
	width := lengthWidth(uint64(len(messages.buf)))
	b.text(headerSignature)
	b.u8(2)
	b.u8(width | flag(h.TracksAttributeOrder, headerTracksOrder) | flag(h.IndexesAttributeOrder, headerIndexesOrder) |
		flag(h.PhaseChange != nil, headerHasPhaseChange) | flag(h.Times != nil, headerHasTimes))
	if t := h.Times; t != nil {
		b.u32(t.Access)
		b.u32(t.Modification)
		b.u32(t.Change)
		b.u32(t.Birth)
	}
	if p := h.PhaseChange; p != nil {
		b.u16(p.MaxCompact)
		b.u16(p.MinDense)
	}
	b.uint(uint64(len(messages.buf)), 1<<width, "size of all messages")
	b.bytes(messages.buf)
	b.seal()
}

// countedMessages are the messages of a version 2 header, with one that counts
// references if there is not just one.
func countedMessages(h *Header) []Message {
	list := make([]Message, 0, len(h.Messages)+1)
	counted := h.RefCount == 1
	for _, m := range h.Messages {
		if m.Type != MsgRefCount {
			list = append(list, m)
			continue
		}
		if !counted {
			m.Data = encodeRefCount(h.RefCount)
			list = append(list, m)
			counted = true
		}
	}
	if !counted {
		list = append(list, Message{Type: MsgRefCount, Flags: MessageDontShare, Data: encodeRefCount(h.RefCount)})
	}
	return list
}

func (b *builder) messageV2(m Message, tracksOrder bool) {
	b.checkMessage(m, MaxMessageV2)
	b.uint(uint64(m.Type), 1, "message type")
	b.uint(uint64(len(m.Data)), 2, "size of a message")
	b.u8(m.Flags)
	if tracksOrder {
		b.u16(m.CreationOrder)
	}
	b.bytes(m.Data)
}

// checkMessage refuses a message that does not fit a header, or that would have
// readers look for another block.
func (b *builder) checkMessage(m Message, limit int) {
	switch {
	case len(m.Data) > limit:
		b.fail("%v message of %d bytes, want at most %d", m.Type, len(m.Data), limit)
	case m.Type == MsgContinuation:
		b.fail("%v message in a header of one block", m.Type)
	}
}
