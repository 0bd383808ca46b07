// Package lines reads text files line by line, compressed by gzip or not.
package lines

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
)

// Longest is the length in bytes of the longest line that is read.
const Longest = 1 << 20

// gzipMagic is how every gzip stream begins.
var gzipMagic = []byte{0x1f, 0x8b}

// Of returns the lines of a file with their numbers, which begin at 1, and without their ends: LF
// or CR LF, which the last line may lack. A file that begins as gzip does is
// decompressed. An error, which names the file and the line, is the last that comes. One line is
// held at a time.
func Of(path string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		file, err := os.Open(path)
		if err != nil {
			yield(Line{}, err)
			return
		}
		defer file.Close()
		text, err := decompressed(file)
		if err != nil {
			yield(Line{}, fmt.Errorf("%s: %w", path, err))
			return
		}
		scanner := bufio.NewScanner(text)
		scanner.Buffer(nil, Longest)
		n := 0
		for scanner.Scan() {
			n++
			if !yield(Line{n, strings.TrimSuffix(scanner.Text(), "\r")}, nil) {
				return
			}
		}
		if err := scanner.Err(); err != nil {
			yield(Line{}, fmt.Errorf("%s: line %d: %w", path, n+1, explained(err)))
		}
	}
}

// A Line is one line of a file.
type Line struct {
	N    int // from 1
	Text string
}

// decompressed returns the text in a file that may be compressed.
func decompressed(file io.Reader) (io.Reader, error) {
	buffered := bufio.NewReaderSize(file, 1<<16)
	start, err := buffered.Peek(len(gzipMagic))
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !bytes.Equal(start, gzipMagic) {
		return buffered, nil
	}
	text, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, explained(err)
	}
	return text, nil
}

// explained says of an error of bufio or gzip what was expected.
func explained(err error) error {
	switch {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("want a line of at most %d bytes, got a longer one", Longest)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return fmt.Errorf("want the end of the gzip stream, got the end of the file: %w", io.ErrUnexpectedEOF)
	}
	return err
}
