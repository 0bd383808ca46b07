package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// A textSource is tab-delimited text that is read line by line: a file,
// compressed by gzip or not, or standard input.
type textSource struct {
	name   string // in messages
	in     *bufio.Reader
	line   int // number of the last line, from 1 on
	closer io.Closer
}

// openText opens the file at path, or standard input if path is "-".
func openText(cmd *cobra.Command, path string) (*textSource, error) {
	s := &textSource{name: path}
	if path == "-" {
		s.name = "standard input"
		s.in = bufio.NewReaderSize(&interruptible{ctx: cmd.Context(), in: cmd.InOrStdin()}, 1<<16)
	} else {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		s.in, s.closer = bufio.NewReaderSize(&interruptible{ctx: cmd.Context(), in: file}, 1<<16), file
	}
	if err := s.begin(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// begin sees to what comes before the first line: compression, and the mark that
// some programs for Windows put in front of UTF-8.
func (s *textSource) begin() error {
	if magic, _ := s.in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		plain, err := gzip.NewReader(s.in)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		s.in = bufio.NewReaderSize(plain, 1<<16)
	}
	if mark, _ := s.in.Peek(3); string(mark) == "\ufeff" {
		_, _ = s.in.Discard(len(mark)) // which are in the buffer
	}
	return nil
}

func (s *textSource) close() error {
	if s.closer == nil {
		return nil
	}
	return s.closer.Close()
}

// mostLine is the longest line that is read.
const mostLine = 1 << 30

// next returns the next line without its end. It is false after the last one.
func (s *textSource) next() (line string, ok bool, err error) {
	var long []byte
	for {
		piece, err := s.in.ReadSlice('\n')
		if err == bufio.ErrBufferFull && len(long) < mostLine {
			long = append(long, piece...)
			continue
		}
		if err != nil && err != io.EOF {
			return "", false, s.failed("%w", err)
		}
		if len(long) > 0 {
			piece = append(long, piece...)
		}
		if len(piece) == 0 {
			return "", false, nil
		}
		s.line++
		piece = bytes.TrimSuffix(piece, []byte("\n"))
		return string(bytes.TrimSuffix(piece, []byte("\r"))), true, nil
	}
}

// interruptible reads until the context ends, even if the one who writes never
// does. What waits for him then ends with the process.
type interruptible struct {
	ctx context.Context
	in  io.Reader
}

func (r *interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	type result struct {
		p   []byte
		err error
	}
	read := make(chan result, 1)
	go func() {
		own := make([]byte, len(p))
		n, err := r.in.Read(own)
		read <- result{own[:n], err}
	}()
	select {
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	case got := <-read:
		return copy(p, got.p), got.err
	}
}

// splitFields cuts a line at its tabs.
func splitFields(line string) []string { return strings.Split(line, "\t") }

// failed says what is wrong with the line that was read last.
func (s *textSource) failed(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %w", s.name, max(1, s.line), fmt.Errorf(format, args...))
}

// unescapeText undoes what [appendEscaped] does to a string.
func unescapeText(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\\' && i+1 < len(text) {
			if at := strings.IndexByte(`tnr\`, text[i+1]); at >= 0 {
				c = "\t\n\r\\"[at]
				i++
			}
		}
		b.WriteByte(c)
	}
	return b.String()
}
