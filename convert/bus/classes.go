package bus

import (
	"bufio"
	"fmt"
	"io"
	"iter"
)

// Classes returns the equivalence classes that matrix.ec lists: the k-th is the transcripts of class
// k, as positions in transcripts.txt, of which there are the given number. The slice is used again for
// the next class. It ends after the first error, which is a [*FormatError] unless reading fails; name is
// what it calls the file.
//
// A line is the number of the class, which begins at 0 and grows by 1, a tab, and its
// transcripts, with commas between them. One class is held at a time.
func Classes(src io.Reader, name string, transcripts int) iter.Seq2[[]int32, error] {
	return func(yield func([]int32, error) bool) {
		p := classParser{src: bufio.NewReaderSize(src, 1<<16), name: name, transcripts: transcripts}
		for {
			more, err := p.next()
			if err != nil {
				yield(nil, err)
				return
			}
			if !more || !yield(p.class, nil) {
				return
			}
		}
	}
}

// A classParser reads matrix.ec number by number, for a line may be as long as
// there are transcripts.
type classParser struct {
	src         *bufio.Reader
	name        string
	transcripts int
	n           int     // classes read
	class       []int32 // the last one
}

// next reads a line. It returns false at the end of the file.
func (p *classParser) next() (bool, error) {
	if _, err := p.src.Peek(1); err == io.EOF {
		return false, nil
	}
	number, end, err := p.number()
	if err != nil {
		return false, err
	}
	if number != p.n {
		return false, p.failed(fmt.Sprintf("equivalence class %d", p.n), fmt.Sprint(number))
	}
	if end != '\t' {
		return false, p.failed("a tab after the number of the class", described(end))
	}
	p.class = p.class[:0]
	for {
		transcript, end, err := p.number()
		if err != nil {
			return false, err
		}
		if transcript >= p.transcripts {
			return false, p.failed(fmt.Sprintf("a transcript below %d", p.transcripts), fmt.Sprint(transcript))
		}
		if len(p.class) == p.transcripts {
			return false, p.failed(fmt.Sprintf("at most %d transcripts", p.transcripts), "more")
		}
		p.class = append(p.class, int32(transcript))
		switch end {
		case ',':
		case '\n', endOfFile:
			p.n++
			return true, nil
		default:
			return false, p.failed("a comma or the end of the line after a transcript", described(end))
		}
	}
}

// endOfFile stands for the byte after the last one.
const endOfFile = -1

// number reads a number and the byte after it, which belongs to the line's layout. CR
// before LF is passed over.
func (p *classParser) number() (number, end int, err error) {
	digits := 0
	for {
		b, err := p.byte()
		if err != nil {
			return 0, 0, err
		}
		if b == '\r' {
			continue
		}
		if b < '0' || b > '9' {
			if digits == 0 {
				return 0, 0, p.failed("a number", described(b))
			}
			return number, b, nil
		}
		if digits++; digits > 9 {
			return 0, 0, p.failed("a number of at most 9 digits", "more")
		}
		number = 10*number + b - '0'
	}
}

// byte reads a byte, or endOfFile.
func (p *classParser) byte() (int, error) {
	b, err := p.src.ReadByte()
	if err == io.EOF {
		return endOfFile, nil
	}
	if err != nil {
		return 0, fmt.Errorf("%s: line %d: %w", p.name, p.n+1, err)
	}
	return int(b), nil
}

// described says what a byte is that was not expected.
func described(b int) string {
	if b == endOfFile {
		return "the end of the file"
	}
	return fmt.Sprintf("%q", rune(b))
}

// failed is an error about the line that is being read.
func (p *classParser) failed(want, got string) error {
	return &FormatError{p.name, fmt.Sprintf("line %d", p.n+1), want, got}
}
