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

// runBytes is how much a runWriter holds back at most.
const runBytes = 256 << 10

// A runWriter writes what comes one behind the other in the file at once: a node is written in
// little more than the time that it takes to ask for that. Whoever is done calls flush.
type runWriter struct {
	Writer
	addr uint64
	run  []byte // to be written at addr
}

// WriteAt writes b, which it does not keep, at addr, now or later.
func (w *runWriter) WriteAt(b []byte, addr uint64) error {
	if addr != w.addr+uint64(len(w.run)) || len(w.run)+len(b) > runBytes {
		if err := w.flush(); err != nil {
			return err
		}
		w.addr = addr
	}
	w.run = append(w.run, b...)
	return nil
}

// flush writes what was held back.
func (w *runWriter) flush() error {
	if len(w.run) == 0 {
		return nil
	}
	err := w.Writer.WriteAt(w.run, w.addr)
	w.addr, w.run = w.addr+uint64(len(w.run)), w.run[:0]
	return err
}
