package main

import (
	"io"

	"github.com/goloom/loom"
)

// lines writes tab-delimited text.
type lines struct {
	out io.Writer
	buf []byte
}

func newLines(out io.Writer) *lines { return &lines{out: out} }

// flushAt is how much text is collected before it is written.
const flushAt = 1 << 15

// text adds a string to the line, escaped as [textOf] has it.
func (l *lines) text(s string) { l.buf = appendEscaped(l.buf, s) }

// tab begins the next field of the line.
func (l *lines) tab() { l.buf = append(l.buf, '\t') }

// fields adds the values from first up to, not including, end, with tabs
// between them.
func (l *lines) fields(value appender, first, end int) error {
	for i := first; i < end; i++ {
		if i > first {
			l.tab()
		}
		l.buf = value(l.buf, i)
		if len(l.buf) >= flushAt {
			if err := l.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// end ends the line.
func (l *lines) end() error {
	l.buf = append(l.buf, '\n')
	return l.flush()
}

// array writes a line for each position of the first dimension; a scalar is
// one line.
func (l *lines) array(a *loom.Array) error {
	shape := a.Shape()
	value, columns, n := textOf(a), width(shape), 1
	if len(shape) > 0 {
		n = shape[0]
	}
	for i := range n {
		if err := l.fields(value, i*columns, (i+1)*columns); err != nil {
			return err
		}
		if err := l.end(); err != nil {
			return err
		}
	}
	return nil
}

func (l *lines) flush() error {
	_, err := l.out.Write(l.buf)
	l.buf = l.buf[:0]
	return err
}

// width returns the number of values at each position of the first dimension.
func width(shape []int) int {
	columns := 1
	for i, d := range shape {
		if i > 0 {
			columns *= d
		}
	}
	return columns
}
