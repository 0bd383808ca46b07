package loom

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
)

// A writer changes the file that something was read from: in a transaction of
// its own (a [Conn]), or as part of the one under way (a [Tx]).
type writer interface {
	change(ctx context.Context, f func(*edit) error) error
}

// changeWith is w.change, for managers that may be those of a view.
func changeWith(ctx context.Context, w writer, filename string, f func(*edit) error) error {
	if w == nil {
		return fmt.Errorf("view of %s: %w", filename, ErrReadOnly)
	}
	return w.change(ctx, f)
}

// An edit is a transaction on a Loom file: changes to its parts, with all that
// must change along with them.
type edit struct {
	h        *hdf5.Tx
	filename string
	writer   writer // of the managers of the states that are read
	limit    int64  // see contents.memory
	stamp    string // the time of all changes
	before   *snapshot
	reading  *snapshot // the state so far, nil if it has not been read since a change

	old     bool   // strings and global attributes are those of a version before 3.0.0
	lengths [2]int // by axis; unknownLength as long as there is neither a matrix nor an attribute

	changes int                        // how many were begun
	names   map[string]map[string]bool // what there is, by group, of the groups looked at so far
	touched map[string]bool            // groups of which a member has changed

	progress *progress.Tracker // of the elements of layers that are written
}

// unknownLength is the length of an axis of a file that has nothing on it.
const unknownLength = -1

func newEdit(h *hdf5.Tx, before *snapshot, limit int64, w writer) *edit {
	e := &edit{
		h: h, filename: before.filename, writer: w, limit: limit, before: before, reading: before,
		stamp: time.Now().UTC().Format(timestampLayout), old: isOld(before.spec),
		names: map[string]map[string]bool{}, touched: map[string]bool{},
	}
	for _, axis := range []Axis{Rows, Columns} {
		e.lengths[axis] = before.knownLength(axis)
	}
	return e
}

// knownLength returns the length of an axis: that of the main matrix or, if there
// is none, of an attribute.
func (s *snapshot) knownLength(axis Axis) int {
	if s.layers.Has("") {
		return s.length(axis)
	}
	attributes := s.attributes(axis)
	for _, name := range attributes.names {
		if shape := attributes.source.stat(name).Shape; len(shape) > 0 {
			return shape[0]
		}
	}
	return unknownLength
}

// state returns the file as it has been changed so far.
func (e *edit) state() (*snapshot, error) {
	if e.reading != nil {
		return e.reading, nil
	}
	file, err := e.h.File()
	if err != nil {
		return nil, err
	}
	e.reading, err = newSnapshot(file, e.filename, e.limit, e.writer)
	return e.reading, err
}

// start begins a change, which has been checked. Before the first it gives the groups of old files their
// present names and makes those that are missing, as loompy does.
func (e *edit) start() error {
	e.reading = nil
	e.changes++
	if e.changes > 1 {
		return nil
	}
	for _, axis := range []Axis{Rows, Columns} {
		if err := e.renameEdges(pick(axis, "row_edges", "col_edges"), graphsGroup(axis)); err != nil {
			return err
		}
	}
	return nil
}

// renameEdges moves the graphs from a group of an old name to that of the
// present name, which is made if there is neither. Where both have a graph of one
// name, that of the present name is the one that counts, and the other stays.
func (e *edit) renameEdges(from, to string) error {
	there, err := e.has("", to)
	if err != nil {
		return err
	}
	edges, err := e.has("", from)
	if err != nil {
		return err
	}
	if edges && !there {
		if err := e.h.Rename("/"+from, "/"+to); err != nil {
			return err
		}
		delete(e.names[""], from)
		e.names[""][to] = true
		return nil // names[to] is looked up under the old name, see members
	}
	if err := e.makeGroup(to); err != nil || !edges {
		return err
	}
	names, err := e.members(from)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		taken, err := e.has(to, name)
		if err != nil {
			return err
		}
		if taken {
			continue
		}
		if err := e.h.Rename("/"+from+"/"+name, "/"+to+"/"+name); err != nil {
			return err
		}
		delete(names, name)
		e.names[to][name] = true
	}
	if len(names) > 0 {
		return nil
	}
	delete(e.names[""], from)
	return e.h.Delete("/" + from)
}

// members returns the names in a group of the root group, or in the root group
// itself if group is "". The map is the edit's own, which keeps it true. A group that does not
// exist has none.
func (e *edit) members(group string) (map[string]bool, error) {
	if names, ok := e.names[group]; ok {
		return names, nil
	}
	names := map[string]bool{}
	e.names[group] = names
	object, err := e.before.file.Root(), error(nil)
	if group != "" {
		object, err = e.before.file.Root().Group(e.nameBefore(group))
	}
	if errors.Is(err, ErrNotExist) {
		return names, nil
	}
	if err != nil {
		return nil, err
	}
	links, err := object.Links()
	if err != nil {
		return nil, err
	}
	for _, link := range links {
		names[link.Name] = true
	}
	return names, nil
}

// nameBefore returns the name that a group had before the edit.
func (e *edit) nameBefore(group string) string {
	root := e.before.file.Root()
	for _, axis := range []Axis{Rows, Columns} {
		edges := pick(axis, "row_edges", "col_edges")
		if group == graphsGroup(axis) && !root.Has(group) && root.Has(edges) {
			return edges
		}
	}
	return group
}

// has reports whether a group, which need not exist, has a member.
func (e *edit) has(group, name string) (bool, error) {
	names, err := e.members(group)
	return names[name], err
}

// makeGroup makes a group of the root group unless it exists.
func (e *edit) makeGroup(group string) error {
	there, err := e.has("", group)
	if err != nil || there {
		return err
	}
	if err := e.h.CreateGroup("/" + group); err != nil {
		return err
	}
	e.names[""][group] = true
	e.names[group] = map[string]bool{}
	return nil
}

// clear makes room for a new member of a group, or of the root group if group is
// "": the group is made, and what has the name goes.
func (e *edit) clear(group, name string) error {
	if group != "" {
		if err := e.makeGroup(group); err != nil {
			return err
		}
	}
	names, err := e.members(group)
	if err != nil {
		return err
	}
	if names[name] {
		if err := e.h.Delete(memberPath(group, name)); err != nil {
			return err
		}
	}
	names[name] = true
	return nil
}

// remove deletes a member of a group. It is an error that wraps [ErrNotExist] if
// there is none of that name.
func (e *edit) remove(group, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	names, err := e.members(group)
	if err != nil {
		return err
	}
	if !names[name] {
		return absent("there is none")
	}
	if err := e.start(); err != nil {
		return err
	}
	if err := e.h.Delete(memberPath(group, name)); err != nil {
		return err
	}
	delete(names, name)
	e.touched[group] = true
	return nil
}

func memberPath(group, name string) string {
	if group == "" {
		return "/" + name
	}
	return "/" + group + "/" + name
}

// changed notes on a member of a group, and in time on the group and the file,
// when it was changed.
func (e *edit) changed(group, name string) error {
	e.touched[group] = true
	return e.h.SetAttribute(memberPath(group, name), timestampName, hdf5.NewScalar(e.stamp))
}

// finish notes on the groups of what has changed, and on the file, when that
// was. loompy keeps the file's time in an attribute of the root group, but looks
// for it among the global attributes.
func (e *edit) finish(ctx context.Context) error {
	if len(e.touched) == 0 {
		return nil
	}
	e.reading = nil
	e.touched[""] = true
	for _, group := range slices.Sorted(maps.Keys(e.touched)) {
		if err := e.h.SetAttribute("/"+group, timestampName, hdf5.NewScalar(e.stamp)); err != nil {
			return err
		}
	}
	if there, err := e.has("", "attrs"); err != nil || !there {
		return err
	}
	return e.writeGlobal(ctx, timestampName, hdf5.NewScalar(e.stamp))
}

// checkName refuses names that HDF5 would take for a path.
func checkName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("empty: %w", ErrName)
	case strings.Contains(name, "/"):
		return fmt.Errorf("with a slash (/): %w", ErrName)
	case name == "." || name == "..":
		return fmt.Errorf("which stands for a group: %w", ErrName)
	case strings.Contains(name, "\x00"):
		return fmt.Errorf("with a zero byte: %w", ErrName)
	}
	return nil
}

// attrsGroup and graphsGroup return the name of the group that belongs to an
// axis.
func attrsGroup(a Axis) string  { return pick(a, "row_attrs", "col_attrs") }
func graphsGroup(a Axis) string { return pick(a, "row_graphs", "col_graphs") }
