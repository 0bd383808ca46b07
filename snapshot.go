package loom

import (
	"fmt"

	"github.com/goloom/loom/hdf5"
)

// A snapshot is one state of a file: where its parts are, and none of their
// values. It never changes. A change of the file makes another one; whatever came
// from this one goes on reading the state that it was.
type snapshot struct {
	contents
	file     *hdf5.File
	spec     string
	problems []error
}

// newSnapshot finds the parts of a file, which w changes.
func newSnapshot(file *hdf5.File, name string, limit int64, w writer) (*snapshot, error) {
	s := &snapshot{file: file, spec: specVersion(file)}
	s.filename = name
	s.memory = memoryAllowance(file, limit)
	root := file.Root()
	if _, err := root.Links(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	s.layers = s.loadLayers(root)
	if main, err := s.layers.Get(""); err == nil {
		s.rows, s.cols = main.Shape()
	}
	old := isOld(s.spec)
	s.rowAttrs = s.loadAttributes(root, Rows, old)
	s.colAttrs = s.loadAttributes(root, Columns, old)
	s.rowGraphs = s.loadGraphs(root, Rows)
	s.colGraphs = s.loadGraphs(root, Columns)
	s.attrs = s.loadGlobalAttributes(root, old)
	s.setWriter(w)
	return s, nil
}

// setWriter tells the managers, and the layers, what changes the file.
func (s *snapshot) setWriter(w writer) {
	s.layers.writer, s.attrs.writer = w, w
	s.rowAttrs.writer, s.colAttrs.writer = w, w
	s.rowGraphs.writer, s.colGraphs.writer = w, w
	for _, layer := range s.layers.layers {
		layer.writer = w
	}
}

// problem records, and returns, what is wrong with something in the file that
// cannot be used.
func (s *snapshot) problem(format string, args ...any) error {
	err := fmt.Errorf(format, args...)
	s.problems = append(s.problems, err)
	return err
}
