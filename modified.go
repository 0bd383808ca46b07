package loom

import (
	"errors"
	"fmt"
	"time"

	"github.com/goloom/loom/hdf5"
)

// timestampName is the name of the attribute, of the file and of each of its
// parts, that holds the time of the last change.
const timestampName = "last_modified"

// timestampLayout is the form of such a time, always UTC.
const timestampLayout = "20060102T150405.000000Z"

// modified returns the time of the last change that is noted on an object, and
// the zero time if there is none.
func modified(object hdf5.Object) (time.Time, error) {
	attribute, err := object.Attribute(timestampName)
	if errors.Is(err, ErrNotExist) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	t, err := parseTimestamp(attribute.Read())
	if err != nil {
		return time.Time{}, fmt.Errorf("%s attribute %s: %w", object.Path(), timestampName, err)
	}
	return t, nil
}

// parseTimestamp takes the time from a value that has just been read.
func parseTimestamp(values *Array, err error) (time.Time, error) {
	if err != nil {
		return time.Time{}, err
	}
	text, ok := firstText(values, nil)
	if !ok {
		return time.Time{}, fmt.Errorf("%s values where a time is expected: %w", values.Type(), ErrType)
	}
	t, err := time.Parse(timestampLayout, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return t, nil
}

// LastModified returns the time at which the file, or any part of it, was last
// changed, and the zero time if the file does not say. Nothing is invented for a
// file without timestamps.
//
// Timestamps that cannot be read are left out of account and reported as an
// error beside the newest of the others.
func (c *Conn) LastModified() (time.Time, error) { return c.now().modified() }

// modified is [Conn.LastModified].
func (s *snapshot) modified() (time.Time, error) {
	var newest time.Time
	var failed []error
	note := func(t time.Time, err error) {
		if err != nil {
			failed = append(failed, err)
		}
		if t.After(newest) {
			newest = t
		}
	}
	root := s.file.Root()
	note(modified(root))
	if s.attrs.Has(timestampName) && root.Has("attrs") {
		note(parseTimestamp(s.attrs.Get(timestampName)))
	}
	for _, group := range partGroups {
		if !root.Has(group) {
			continue
		}
		object, err := root.Lookup(group)
		if err != nil {
			note(time.Time{}, err)
			continue
		}
		note(modified(object))
	}
	for _, part := range s.parts() {
		for _, name := range part.names() {
			note(part.lastModified(name))
		}
	}
	return newest, errors.Join(failed...)
}

// partGroups are the groups of the root group that may have a timestamp.
var partGroups = []string{
	"attrs", "layers", "row_attrs", "col_attrs", "row_graphs", "col_graphs", "row_edges", "col_edges",
}

// Changes are the names of the parts of a file that changed.
type Changes struct {
	RowAttrs, ColAttrs   []string
	RowGraphs, ColGraphs []string
	Layers               []string // "" is the main matrix
}

// ChangesSince returns the parts of the file whose timestamps are later than t.
// Parts without a timestamp are not among them. Timestamps that cannot be read
// are reported as an error beside the changes.
func (c *Conn) ChangesSince(t time.Time) (Changes, error) {
	var changes Changes
	var failed []error
	for _, part := range c.now().parts() {
		for _, name := range part.names() {
			last, err := part.lastModified(name)
			if err != nil {
				failed = append(failed, err)
			}
			if last.After(t) {
				changed := part.changed(&changes)
				*changed = append(*changed, name)
			}
		}
	}
	return changes, errors.Join(failed...)
}

// A part is one kind of thing that has timestamps of its own.
type part struct {
	names        func() []string
	lastModified func(name string) (time.Time, error)
	changed      func(*Changes) *[]string
}

func (s *snapshot) parts() []part {
	layerModified := func(name string) (time.Time, error) {
		layer, err := s.layers.Get(name)
		if err != nil {
			return time.Time{}, err
		}
		return layer.LastModified()
	}
	return []part{
		{s.rowAttrs.Names, s.rowAttrs.LastModified, func(to *Changes) *[]string { return &to.RowAttrs }},
		{s.colAttrs.Names, s.colAttrs.LastModified, func(to *Changes) *[]string { return &to.ColAttrs }},
		{s.rowGraphs.Names, s.rowGraphs.LastModified, func(to *Changes) *[]string { return &to.RowGraphs }},
		{s.colGraphs.Names, s.colGraphs.LastModified, func(to *Changes) *[]string { return &to.ColGraphs }},
		{s.layers.Names, layerModified, func(to *Changes) *[]string { return &to.Layers }},
	}
}
