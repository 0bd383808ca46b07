package bus

import (
	"errors"
	"os"
	"sync/atomic"
)

// A scratch is a file that lives as long as a call. Where the system lets it, it loses its name at
// once, so that not even a killed process leaves it behind.
type scratch struct {
	file    *os.File
	unnamed bool
	end     atomic.Int64 // of what is in use
}

// newScratch makes a scratch file in a folder.
func newScratch(dir string) (*scratch, error) {
	file, err := os.CreateTemp(dir, ".loom-scratch-*")
	if err != nil {
		return nil, err
	}
	return &scratch{file: file, unnamed: os.Remove(file.Name()) == nil}, nil
}

// reserve gives n bytes of the file to the caller, and returns where they are.
func (s *scratch) reserve(n int) int64 { return s.end.Add(int64(n)) - int64(n) }

// close removes the file.
func (s *scratch) close() error {
	err := s.file.Close()
	if !s.unnamed {
		err = errors.Join(err, os.Remove(s.file.Name()))
	}
	return err
}
