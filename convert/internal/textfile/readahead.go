package textfile

import (
	"io"
	"sync"
)

const (
	blockSize   = 256 << 10
	blocksAhead = 4
)

// A readAhead reads from another goroutine than the one that decompresses.
type readAhead struct {
	blocks  chan block
	done    chan struct{}
	ended   sync.WaitGroup
	present block
}

// A block is bytes, and the error that came after them.
type block struct {
	data []byte
	err  error
}

func startReadAhead(from io.Reader) *readAhead {
	r := &readAhead{blocks: make(chan block, blocksAhead), done: make(chan struct{})}
	r.ended.Go(func() { r.fill(from) })
	return r
}

// fill reads blocks until the end, an error, or stop.
func (r *readAhead) fill(from io.Reader) {
	for {
		data := make([]byte, blockSize)
		n, err := readBlock(from, data)
		select {
		case r.blocks <- block{data[:n], err}:
		case <-r.done:
			return
		}
		if err != nil {
			return
		}
	}
}

// readBlock fills p, or as much of it as there is before an error.
func readBlock(from io.Reader, p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var k int
		k, err = from.Read(p[n:])
		n += k
	}
	return n, err
}

// Read implements io.Reader.
func (r *readAhead) Read(p []byte) (int, error) {
	for len(r.present.data) == 0 {
		if r.present.err != nil {
			return 0, r.present.err
		}
		r.present = <-r.blocks
	}
	n := copy(p, r.present.data)
	r.present.data = r.present.data[n:]
	return n, nil
}

// stop ends the goroutine.
func (r *readAhead) stop() {
	close(r.done)
	r.ended.Wait()
}
