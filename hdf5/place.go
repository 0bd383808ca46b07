package hdf5

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// A place is a name in a group: where a link is or could be. Groups are named
// by their hard links from the root, so that the place stays right when
// addresses change.
type place struct {
	groups []string // names from the root to the group
	name   string
}

func (p place) String() string {
	return "/" + strings.Join(append(slices.Clone(p.groups), p.name), "/")
}

// groupPath returns the path of the group.
func (p place) groupPath() string { return "/" + strings.Join(p.groups, "/") }

// linkAt returns the link at a place.
func (tx *Tx) linkAt(p place) (Link, error) {
	g, err := tx.group(p.groups)
	if err != nil {
		return Link{}, err
	}
	i := g.find(p.name)
	if i < 0 {
		return Link{}, fmt.Errorf("%s has no member %q: %w", p.groupPath(), p.name, ErrNotExist)
	}
	return g.links[i], nil
}

// locate returns the place that a path names, following soft links on the way to
// the group, but not in the last name.
func (tx *Tx) locate(name string) (place, error) {
	clean := path.Clean("/" + name)
	if clean == "/" {
		return place{}, fmt.Errorf("the root group has no name: %w", ErrSelection)
	}
	parts := strings.Split(clean[1:], "/")
	var p place
	hops := 0
	for i := 0; i < len(parts)-1; i++ {
		l, err := tx.linkAt(place{groups: p.groups, name: parts[i]})
		if err != nil {
			return place{}, err
		}
		switch l.Kind {
		case HardLink:
			p.groups = append(p.groups, parts[i])
		case SoftLink:
			if hops++; hops > maxSoftLinks {
				return place{}, fmt.Errorf("more than %d soft links: %w", maxSoftLinks, ErrLink)
			}
			target := path.Clean(l.Target)
			if !strings.HasPrefix(l.Target, "/") {
				target = path.Join(place{groups: p.groups}.groupPath(), l.Target)
			}
			rest := append(strings.FieldsFunc(target, func(r rune) bool { return r == '/' }), parts[i+1:]...)
			parts, i, p.groups = rest, -1, nil
		default:
			return place{}, fmt.Errorf("%s: link into another file: %w", parts[i], ErrLink)
		}
	}
	p.name = parts[len(parts)-1]
	return p, nil
}

// objectPlace returns the place of an existing object, following soft links in
// the last name too.
func (tx *Tx) objectPlace(name string) (place, Link, error) {
	for range maxSoftLinks {
		p, err := tx.locate(name)
		if err != nil {
			return place{}, Link{}, err
		}
		l, err := tx.linkAt(p)
		if err != nil {
			return place{}, Link{}, err
		}
		switch l.Kind {
		case HardLink:
			return p, l, nil
		case SoftLink:
			name = l.Target
			if !strings.HasPrefix(name, "/") {
				name = path.Join(p.groupPath(), name)
			}
		default:
			return place{}, Link{}, fmt.Errorf("%v: link into another file: %w", p, ErrLink)
		}
	}
	return place{}, Link{}, fmt.Errorf("%s: more than %d soft links: %w", name, maxSoftLinks, ErrLink)
}
