package index

// A Writer is where builders put what they build.
type Writer interface {
	// Alloc finds room for n bytes and returns its address, a multiple of eight.
	Alloc(n uint64) (addr uint64, err error)

	// WriteAt writes all of b at addr, within room that Alloc has found.
	WriteAt(b []byte, addr uint64) error
}

// place writes b to room of its own.
func place(w Writer, b []byte) (addr uint64, err error) {
	if addr, err = w.Alloc(uint64(len(b))); err != nil {
		return 0, err
	}
	return addr, w.WriteAt(b, addr)
}
