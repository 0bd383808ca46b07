package format

// A FreeSpace describes the free-space manager of a fractal heap or of the file
// (section III.H): a list of sections that are free.
type FreeSpace struct {
	Sections     uint64 // address of the list; [Undefined] if there is none
	SectionBytes uint64 // that the list takes up in the file
}

// FreeSpaceSize is the number of bytes of the header of a free-space manager.
func FreeSpaceSize(sz Sizes) int { return 18 + 7*sz.Length + sz.Offset }

// DecodeFreeSpace decodes the free-space manager header at the start of b.
func DecodeFreeSpace(b []byte, sz Sizes) (FreeSpace, error) {
	c := newCursor(b, sz)
	c.checked(FreeSpaceSize(sz))
	c.signature("FSHD")
	c.version("free-space manager", 0)
	c.skip(1)             // whose it is
	c.skip(4 * sz.Length) // free bytes; sections: all, in the list, elsewhere
	c.skip(2 * 4)         // kinds of section; when the list shrinks and grows; width of addresses
	c.length()            // largest section
	fs := FreeSpace{Sections: c.addr()}
	c.length() // bytes of the list in use
	fs.SectionBytes = c.length()
	return fs, c.err
}

// FractalHeapFreeSpace is the address of the free-space manager of the fractal
// heap whose header is at the start of b, or [Undefined] (section III.G).
func FractalHeapFreeSpace(b []byte, sz Sizes) (uint64, error) {
	c := newCursor(b, sz)
	c.signature("FRHP")
	c.skip(1 + 2 + 2 + 1 + 4)
	c.length() // next ID of a huge object
	c.addr()   // B-tree of huge objects
	c.length() // free bytes in direct blocks
	addr := c.addr()
	return addr, c.err
}

// File space strategies (section IV.A.2.x).
const (
	spaceAllPersist = 1 // of version 0: free space is stored with the file
	freeSpaceTypes0 = 6 // managers of version 0, one for each kind of block
	freeSpaceTypes1 = 12
)

// DecodeFileSpaceInfo decodes a file space info message: the addresses of the
// free-space managers that are stored with the file, if any.
func DecodeFileSpaceInfo(b []byte, sz Sizes) (managers []uint64, err error) {
	c := newCursor(b, sz)
	n := 0
	switch version := c.u8(); {
	case c.err != nil:
	case version == 0:
		strategy := c.u8()
		c.length() // smallest section that is tracked
		if strategy == spaceAllPersist {
			n = freeSpaceTypes0
		}
	case version == 1:
		c.u8() // strategy
		persists := c.u8()
		c.length() // smallest section that is tracked
		c.length() // bytes of a page
		c.u16()    // smallest gap at a page's end that is tracked
		c.addr()   // end of file before the managers themselves were stored
		if persists != 0 {
			n = freeSpaceTypes1
		}
	default:
		c.fail("file space info message of version %d, want 0 or 1: %w", version, ErrUnsupported)
	}
	for range n {
		if addr := c.addr(); addr != Undefined {
			managers = append(managers, addr)
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	return managers, nil
}

// DecodeExternalFilesHeap decodes as much of an external files message as says
// where the local heap with the files' names is (section IV.A.2.h).
func DecodeExternalFilesHeap(b []byte, sz Sizes) (uint64, error) {
	c := newCursor(b, sz)
	c.version("external files message", 1)
	c.skip(3 + 2 + 2)
	heap := c.addr()
	return heap, c.err
}
