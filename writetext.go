package loom

import (
	"runtime"
	"sync"
)

// A textWriter writes a text that several goroutines make parts of: one after the other,
// on the goroutine of the caller, while those that come later are made. It holds a few parts
// for each processor.
type textWriter struct {
	// write writes a piece of text, which is valid until it returns. No other is written after an error.
	write func(text []byte) error

	parts   chan *pendingText // to be made
	pending []*pendingText    // in order, all that have not been written
	spare   []*pendingText
	workers sync.WaitGroup
}

// A textPart is a part of a text.
type textPart struct {
	text    func(dst []byte) []byte // appends it, on another goroutine
	written func()                  // if not nil, is called when it has been written
}

// A pendingText is a part that is being made.
type pendingText struct {
	part textPart
	text []byte
	made chan struct{}
}

// newTextWriter returns a textWriter, which is to be stopped.
func newTextWriter(write func(text []byte) error) *textWriter {
	workers := runtime.GOMAXPROCS(0)
	t := &textWriter{write: write, parts: make(chan *pendingText, 2*workers)}
	for range cap(t.parts) {
		t.spare = append(t.spare, &pendingText{made: make(chan struct{}, 1)})
	}
	for range workers {
		t.workers.Go(func() {
			for p := range t.parts {
				p.text = p.part.text(p.text[:0])
				p.made <- struct{}{}
			}
		})
	}
	return t
}

// add adds a part to the text. Its error is of writing the parts before it.
func (t *textWriter) add(part textPart) error {
	if len(t.spare) == 0 {
		if err := t.writeOne(); err != nil {
			return err
		}
	}
	last := len(t.spare) - 1
	p := t.spare[last]
	t.spare = t.spare[:last]
	p.part = part
	t.pending = append(t.pending, p)
	t.parts <- p // never waits: there is room for all
	return nil
}

// writeOne writes the first of the parts that have not been written.
func (t *textWriter) writeOne() error {
	p := t.pending[0]
	t.pending = append(t.pending[:0], t.pending[1:]...)
	<-p.made
	part := p.part
	p.part = textPart{} // what it is made of need not be kept
	t.spare = append(t.spare, p)
	if err := t.write(p.text); err != nil {
		return err
	}
	if part.written != nil {
		part.written()
	}
	return nil
}

// addText adds a part that need not be made.
func (t *textWriter) addText(s string) error {
	return t.add(textPart{text: func(dst []byte) []byte { return append(dst, s...) }})
}

// finish writes what has not been written.
func (t *textWriter) finish() error {
	for len(t.pending) > 0 {
		if err := t.writeOne(); err != nil {
			return err
		}
	}
	return nil
}

// stop ends the goroutines, when they have made what they were given.
func (t *textWriter) stop() {
	close(t.parts)
	t.workers.Wait()
}
