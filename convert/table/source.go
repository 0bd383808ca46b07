package table

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/goloom/loom/convert/internal/textfile"
)

// ErrTable is wrapped when a table is not as it should be. The message names the file
// and the line.
var ErrTable = errors.New("bad table")

// A source yields the records of a table: its lines, and in quotes line breaks
// too.
type source struct {
	ctx    context.Context
	name   string
	opened *textfile.Text
	in     *bufio.Reader
	line   int // number of the last line, from 1 on
	first  int // number of the first line of the last record
	long   []byte
	joined []byte

	delimiter byte
	quotes    quoting
}

// A quoting says what quotation marks around a field mean.
type quoting int

const (
	literal  quoting = iota // nothing
	stripped                // they are left out, if they are on both sides
	strict                  // so, and delimiters and line breaks between them are part of the field
)

const (
	mostLine   = 1 << 30 // bytes of a record
	mostJoined = 100     // lines of a record
)

// openSource opens a table, compressed or not, and leaves out some lines. If read is not nil
// it is told how many bytes are read.
func openSource(ctx context.Context, from origin, skip int, read func(n int)) (*source, error) {
	s := &source{ctx: ctx, name: from.name}
	var err error
	if s.opened, err = from.open(ctx, read); err != nil {
		return nil, s.unopened(err)
	}
	s.in = bufio.NewReaderSize(s.opened, 1<<16)
	if err := s.begin(skip); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// unopened says why there is nothing to read.
func (s *source) unopened(err error) error {
	if errors.As(err, new(*os.PathError)) || errors.Is(err, textfile.ErrMalformed) {
		return err // which names the file
	}
	return s.broken(err)
}

// begin sees to what comes before the first line.
func (s *source) begin(skip int) error {
	mark, _ := s.in.Peek(3)
	switch {
	case bytes.HasPrefix(mark, []byte("\xff\xfe")), bytes.HasPrefix(mark, []byte("\xfe\xff")):
		return s.failed("text in UTF-16, want UTF-8")
	case string(mark) == "\ufeff":
		_, _ = s.in.Discard(len(mark)) // which are in the buffer
	}
	for range skip {
		if _, err := s.nextLine(); err != nil {
			return s.unexpected(err, "the end of the file among the lines to skip")
		}
	}
	return nil
}

func (s *source) close() error { return s.opened.Close() }

// noEnd says of compressed text that stops in the middle what is the matter.
func noEnd(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
		return errors.New("the compressed text is cut off")
	}
	return err
}

// nextLine returns the next line without its end, valid until the next call, and
// io.EOF after the last.
func (s *source) nextLine() ([]byte, error) {
	s.long = s.long[:0]
	for {
		piece, err := s.in.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			if len(s.long) > mostLine {
				return nil, s.failed("line of more than %d bytes", mostLine)
			}
			s.long = append(s.long, piece...)
			continue
		}
		if len(s.long) > 0 {
			s.long = append(s.long, piece...)
			piece = s.long
		}
		if err == io.EOF && len(piece) > 0 {
			err = nil
		}
		if err == io.EOF {
			return nil, io.EOF
		}
		s.line++
		if err != nil {
			return nil, s.broken(err)
		}
		piece = bytes.TrimSuffix(piece, []byte("\n"))
		return bytes.TrimSuffix(piece, []byte("\r")), nil
	}
}

// broken says why the file cannot be read on.
func (s *source) broken(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	s.first = s.line
	return s.failed("%w", noEnd(err))
}

// next returns the next record that is not empty, valid until the next call, and
// io.EOF after the last.
func (s *source) next() ([]byte, error) {
	for {
		line, err := s.nextLine()
		if err != nil {
			return nil, err
		}
		s.first = s.line
		if len(line) == 0 {
			continue
		}
		if s.quotes == strict && bytes.Count(line, []byte{'"'})%2 == 1 {
			return s.join(line)
		}
		return line, nil
	}
}

// join returns a record whose first line leaves a quote open.
func (s *source) join(line []byte) ([]byte, error) {
	s.joined = append(s.joined[:0], line...)
	for range mostJoined {
		line, err := s.nextLine()
		if err != nil && err != io.EOF {
			return nil, err
		}
		if err == io.EOF {
			break
		}
		s.joined = append(append(s.joined, '\n'), line...)
		if bytes.Count(line, []byte{'"'})%2 == 1 {
			return s.joined, nil
		}
	}
	return nil, s.failed("a quotation mark is opened here and not closed")
}

// failed says what is wrong with the record that was read last.
func (s *source) failed(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w: %w", s.name, max(1, s.first), ErrTable, fmt.Errorf(format, args...))
}

// unexpected returns err, or says what was found in place of a record if it is io.EOF.
func (s *source) unexpected(err error, found string) error {
	if err != io.EOF {
		return err
	}
	s.first = s.line
	return s.failed("%s", found)
}

// fields cuts a record at its delimiters. The fields share memory with the record
// or with dst, which is reused.
func (s *source) fields(record []byte, dst [][]byte) [][]byte {
	dst = dst[:0]
	if s.quotes == literal || bytes.IndexByte(record, '"') < 0 {
		for {
			at := bytes.IndexByte(record, s.delimiter)
			if at < 0 {
				return append(dst, record)
			}
			dst = append(dst, record[:at])
			record = record[at+1:]
		}
	}
	for {
		field, rest, more := s.quotedField(record)
		dst = append(dst, field)
		if !more {
			return dst
		}
		record = rest
	}
}

// quotedField cuts off one field, which may have quotation marks.
func (s *source) quotedField(record []byte) (field, rest []byte, more bool) {
	if s.quotes == strict && len(record) > 0 && record[0] == '"' {
		for i := 1; i < len(record); i++ {
			if record[i] != '"' {
				continue
			}
			if i+1 < len(record) && record[i+1] == '"' {
				i++
				continue
			}
			if i+1 == len(record) {
				return unquoted(record[1:i]), nil, false
			}
			if record[i+1] == s.delimiter {
				return unquoted(record[1:i]), record[i+2:], true
			}
			break // text after the closing mark: the marks are part of the field
		}
	}
	field, rest, more = bytes.Cut(record, []byte{s.delimiter})
	if n := len(field); n >= 2 && field[0] == '"' && field[n-1] == '"' {
		field = unquoted(field[1 : n-1])
	}
	return field, rest, more
}

// unquoted replaces pairs of quotation marks by one.
func unquoted(field []byte) []byte {
	return bytes.ReplaceAll(field, []byte(`""`), []byte(`"`))
}
