package loom

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A Source is a file, or a part of one, for [Combine].
type Source struct {
	Path string // of the file, which is opened for reading
	Conn *Conn  // or a connection to it, whose present state is read

	Rows, Cols Selector // what is taken, in that order; the zero Selector is All

	// Label is what [LabelCells] calls the columns: if empty, the name of the file
	// without ".loom" or, where files of one name are combined, its path.
	Label string
}

// filename returns the name of the file in errors.
func (s *Source) filename() string {
	if s.Conn != nil {
		return s.Conn.Filename()
	}
	return s.Path
}

// A mergeSource is an open file of which columns become part of another one.
type mergeSource struct {
	*snapshot
	close  func() error
	label  string
	rowSel Selector
	colSel Selector

	height, width int   // of what is taken
	at            []int // for each row of the result the row of the file, or -1 for none
	keysAreText   bool  // not numbers
}

// openSource opens a file, or takes the present state of a connection.
func openSource(s Source, opts []Option) (*mergeSource, error) {
	ds, closeIt := s.Conn, func() error { return nil }
	if ds == nil {
		var err error
		if ds, err = Open(s.Path, append(slices.Clone(opts), WithMode(ReadOnly))...); err != nil {
			return nil, err
		}
		closeIt = ds.Close
	}
	if ds.Closed() {
		return nil, fmt.Errorf("%s: %w", ds.Filename(), ErrClosed)
	}
	m := &mergeSource{snapshot: ds.now(), close: closeIt, label: s.Label, rowSel: s.Rows, colSel: s.Cols}
	if err := m.measure(); err != nil {
		_ = m.close() // opened for reading
		return nil, err
	}
	return m, nil
}

// measure checks what is selected.
func (m *mergeSource) measure() error {
	if _, err := m.layers.Get(""); err != nil {
		return err
	}
	var err error
	if m.height, err = m.rowSel.Count(m.rows); err != nil {
		return fmt.Errorf("%s: %s: %w", m.filename, Rows, err)
	}
	if m.width, err = m.colSel.Count(m.cols); err != nil {
		return fmt.Errorf("%s: %s: %w", m.filename, Columns, err)
	}
	for _, layer := range m.layers.layers {
		if layer.rows != m.rows || layer.cols != m.cols {
			return layer.failed(fmt.Errorf("shape [%d %d], the main matrix has [%d %d]: %w",
				layer.rows, layer.cols, m.rows, m.cols, ErrShape))
		}
	}
	if err := m.afford(max(m.height, m.rows), 32, Rows.String()); err != nil {
		return err
	}
	return m.afford(max(m.width, m.cols), 32, Columns.String())
}

// column returns the values that a column attribute has in the columns that are
// taken, nil if there is none of that name.
func (m *mergeSource) column(ctx context.Context, name string) (*Array, error) {
	if !m.colAttrs.Has(name) {
		return nil, nil
	}
	return m.colAttrs.getAt(ctx, name, m.colSel)
}

// checkOutput refuses a path at which one of the sources is: it would be gone as
// soon as it has been read.
func checkOutput(path string, sources []Source) error {
	names := make([]string, len(sources))
	for i := range sources {
		names[i] = sources[i].filename()
	}
	return checkNotInput(path, names...)
}

// checkNotInput refuses a path at which one of the named files is.
func checkNotInput(path string, names ...string) error {
	out, err := os.Stat(path)
	if err != nil {
		return nil // nothing is there, or else to create the file will fail
	}
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && os.SameFile(out, info) {
			return fmt.Errorf("%s is the input %s, which would be replaced: %w", path, name, fs.ErrInvalid)
		}
	}
	return nil
}

// labelSources gives every source a label: see [Source].
func labelSources(sources []*mergeSource) {
	short := func(m *mergeSource) string { return strings.TrimSuffix(filepath.Base(m.filename), ".loom") }
	files := map[string]map[string]bool{} // by label, which files would have it
	for _, m := range sources {
		if files[short(m)] == nil {
			files[short(m)] = map[string]bool{}
		}
		files[short(m)][m.filename] = true
	}
	for _, m := range sources {
		switch {
		case m.label != "":
		case len(files[short(m)]) > 1:
			m.label = m.filename
		default:
			m.label = short(m)
		}
	}
}
