package hdf5

import (
	"fmt"
	"path"
	"strings"
)

// A LinkKind says what a link holds.
type LinkKind uint8

// The kinds of links (section IV.A.2.g).
const (
	HardLink     LinkKind = iota // the object itself
	SoftLink                     // a path in the same file
	ExternalLink                 // a path in another file
	UserLink                     // something that a program defined
)

// A Link is a member of a group: a name for an object.
type Link struct {
	Name   string
	Kind   LinkKind
	Target string // path of a soft or external link
	File   string // file of an external link

	addr  uint64 // object header, for a hard link
	order int64  // of creation, -1 if the group does not know
}

// maxSoftLinks is how many soft links one lookup follows, which ends circles.
// libhdf5 stops at 16 (H5L_NUM_LINKS).
const maxSoftLinks = 32

// resolve follows l, a member of g, to the address of an object. hops is the
// number of soft links that have been followed.
func (g *Group) resolve(l Link, hops int) (uint64, error) {
	switch l.Kind {
	case HardLink:
		return l.addr, nil
	case ExternalLink:
		return 0, fmt.Errorf("external link to %s in file %s: %w", l.Target, l.File, ErrLink)
	case UserLink:
		return 0, fmt.Errorf("user-defined link: %w", ErrLink)
	}
	if hops >= maxSoftLinks {
		return 0, fmt.Errorf("more than %d soft links: %w", maxSoftLinks, ErrLink)
	}
	from := g
	if strings.HasPrefix(l.Target, "/") {
		from = g.file.Root()
	}
	addr, err := from.walk(l.Target, hops+1)
	if err != nil {
		return 0, fmt.Errorf("soft link to %s: %w: %w", l.Target, ErrLink, err)
	}
	return addr, nil
}

// walk follows a path from g to the address of an object.
func (g *Group) walk(name string, hops int) (uint64, error) {
	at := g
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '/' })
	addr := at.addr
	for i, part := range parts {
		if part == "." {
			continue
		}
		if at == nil {
			return 0, fmt.Errorf("%s is no group: %w", strings.Join(parts[:i], "/"), ErrKind)
		}
		link, err := at.link(part)
		if err != nil {
			return 0, err
		}
		if addr, err = at.resolve(link, hops); err != nil {
			return 0, err
		}
		if i < len(parts)-1 {
			at = g.file.groupAt(path.Join(at.path, part), addr)
		}
	}
	return addr, nil
}
