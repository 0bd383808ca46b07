package format

import "fmt"

// Signature opens every HDF5 file, at byte 0 or, behind a user block, at byte
// 512, 1024, 2048 and so on by doubling (section II.A).
var Signature = [8]byte{0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'}

// MaxSuperblockSize is the size in bytes of the longest superblock that
// [DecodeSuperblock] knows: version 1 with 8-byte offsets, its root entry
// included.
const MaxSuperblockSize = 100

// Values that superblocks without the field imply (section II.A).
const (
	defaultGroupLeafK     = 4
	defaultGroupInternalK = 16
	defaultChunkK         = 32
)

// A Superblock is the root of a file's metadata (section II.A). All addresses in
// a file but EOF count from BaseAddr.
type Superblock struct {
	Version  int    // 0 to 3
	Sizes    Sizes  // widths of every address and length in the file
	Flags    uint32 // file consistency flags; see FlagWriteAccess, FlagSWMR
	BaseAddr uint64 // file position of address 0, the user block's size
	EOF      uint64 // file position after the last byte that belongs to the file

	Root       uint64 // object header of the root group
	RootBTree  uint64 // root group's B-tree if cached in the superblock, else Undefined
	RootHeap   uint64 // root group's local heap, likewise
	Extension  uint64 // object header with further settings (versions 2, 3), else Undefined
	DriverInfo uint64 // driver information block of split files (versions 0, 1), else Undefined

	GroupLeafK     uint16 // half the entries of a full symbol table node
	GroupInternalK uint16 // half the children of a full group B-tree node
	ChunkK         uint16 // half the children of a full chunk B-tree node
}

// Consistency flags of superblock version 3.
const (
	FlagWriteAccess = 1 << 0 // a writer has the file open, or left it without closing
	FlagSWMR        = 1 << 2 // that writer lets others read meanwhile
)

// DecodeSuperblock decodes the superblock at the start of b, which may run on
// beyond it. Version 2 and 3 checksums are verified. Whether the addresses lie
// in the file is for the caller to check.
func DecodeSuperblock(b []byte) (Superblock, error) {
	if len(b) < len(Signature)+1 || [8]byte(b[:8]) != Signature {
		return Superblock{}, fmt.Errorf("superblock: no HDF5 signature: %w", ErrCorrupt)
	}
	version := b[8]
	var (
		s   Superblock
		err error
	)
	switch version {
	case 0, 1:
		s, err = decodeSuperblockV0(b)
	case 2, 3:
		s, err = decodeSuperblockV2(b)
	default:
		err = fmt.Errorf("version %d, want 0 to 3: %w", version, ErrUnsupported)
	}
	if err != nil {
		return Superblock{}, fmt.Errorf("superblock: %w", err)
	}
	return s, nil
}

// decodeSuperblockV0 decodes versions 0 and 1, which end in the root group's
// symbol table entry (section III.C).
func decodeSuperblockV0(b []byte) (Superblock, error) {
	c := newCursor(b, Sizes{})
	c.skip(len(Signature))
	s := Superblock{Version: int(c.u8()), Extension: Undefined, ChunkK: defaultChunkK}
	c.skip(4) // versions of structures that have only ever had version 0, and a reserved byte
	s.Sizes = c.sizes()
	c.skip(1)
	s.GroupLeafK = c.u16()
	s.GroupInternalK = c.u16()
	s.Flags = c.u32()
	if s.Version == 1 {
		s.ChunkK = c.u16()
		c.skip(2)
	}
	s.BaseAddr = c.addr()
	c.addr() // free-space information, never stored
	s.EOF = c.addr()
	s.DriverInfo = c.addr()

	c.length() // the root group's name, which is empty
	s.Root = c.addr()
	cacheType := c.u32()
	c.skip(4)
	s.RootBTree, s.RootHeap = Undefined, Undefined
	if cacheType == cacheGroup {
		s.RootBTree, s.RootHeap = c.addr(), c.addr()
	}
	if c.err == nil && (s.GroupLeafK == 0 || s.GroupInternalK == 0 || s.ChunkK == 0) {
		c.fail("B-tree ranks %d, %d, %d, want none zero", s.GroupLeafK, s.GroupInternalK, s.ChunkK)
	}
	c.checkAddresses(s)
	return s, c.err
}

// decodeSuperblockV2 decodes versions 2 and 3.
func decodeSuperblockV2(b []byte) (Superblock, error) {
	c := newCursor(b, Sizes{})
	c.skip(len(Signature))
	s := Superblock{
		Version: int(c.u8()), Sizes: c.sizes(), Flags: uint32(c.u8()),
		RootBTree: Undefined, RootHeap: Undefined, DriverInfo: Undefined,
		GroupLeafK: defaultGroupLeafK, GroupInternalK: defaultGroupInternalK, ChunkK: defaultChunkK,
	}
	s.BaseAddr = c.addr()
	s.Extension = c.addr()
	s.EOF = c.addr()
	s.Root = c.addr()
	c.skip(4)
	if c.err != nil {
		return s, c.err
	}
	if err := verifyChecksum(b[:c.off()]); err != nil {
		return s, err
	}
	c.checkAddresses(s)
	return s, c.err
}

// sizes reads the widths of offsets and lengths and puts them in force.
func (c *cursor) sizes() Sizes {
	c.sz = Sizes{Offset: int(c.u8()), Length: int(c.u8())}
	if c.err == nil && !c.sz.Valid() {
		c.fail("offsets of %d bytes and lengths of %d, want 2, 4 or 8: %w", c.sz.Offset, c.sz.Length, ErrUnsupported)
	}
	return c.sz
}

// checkAddresses refuses a superblock without the addresses that every file has.
func (c *cursor) checkAddresses(s Superblock) {
	if c.err != nil {
		return
	}
	if s.BaseAddr == Undefined || s.EOF == Undefined || s.Root == Undefined {
		c.fail("undefined address among base %#x, end of file %#x, root group %#x", s.BaseAddr, s.EOF, s.Root)
		return
	}
	if s.EOF < s.BaseAddr {
		c.fail("end of file %#x lies before base address %#x", s.EOF, s.BaseAddr)
	}
}

// EncodeSuperblock encodes a superblock in its own version. Versions 0 and 1
// cache the root group's B-tree and heap if both are known; versions 2 and 3
// have no place for them, nor for a DriverInfo or B-tree ranks.
func EncodeSuperblock(s Superblock) ([]byte, error) {
	b := newBuilder(s.Sizes)
	b.bytes(Signature[:])
	b.count(s.Version, 1, "version")
	switch s.Version {
	case 0, 1:
		b.superblockV0(s)
	case 2, 3:
		b.superblockV2(s)
	default:
		b.fail("version %d, want 0 to 3", s.Version)
	}
	return b.done("superblock")
}

func (b *builder) superblockV0(s Superblock) {
	b.zeros(4) // versions of structures that have only ever had version 0, and a reserved byte
	b.u8(uint8(b.sz.Offset))
	b.u8(uint8(b.sz.Length))
	b.zeros(1)
	b.u16(s.GroupLeafK)
	b.u16(s.GroupInternalK)
	b.u32(s.Flags)
	switch {
	case s.Version == 1:
		b.u16(s.ChunkK)
		b.zeros(2)
	case s.ChunkK != defaultChunkK:
		b.fail("chunk B-tree rank %d in version 0, which implies %d", s.ChunkK, defaultChunkK)
	}
	b.addr(s.BaseAddr)
	b.addr(Undefined) // free-space information
	b.addr(s.EOF)
	b.addr(s.DriverInfo)

	b.length(0) // the root group's name
	b.addr(s.Root)
	if s.RootBTree == Undefined || s.RootHeap == Undefined {
		b.zeros(4 + 4 + 16)
		return
	}
	b.u32(cacheGroup)
	b.zeros(4)
	b.addr(s.RootBTree)
	b.addr(s.RootHeap)
	b.zeros(16 - 2*b.sz.Offset)
}

func (b *builder) superblockV2(s Superblock) {
	b.u8(uint8(b.sz.Offset))
	b.u8(uint8(b.sz.Length))
	b.uint(uint64(s.Flags), 1, "flags")
	b.addr(s.BaseAddr)
	b.addr(s.Extension)
	b.addr(s.EOF)
	b.addr(s.Root)
	b.seal()
}
