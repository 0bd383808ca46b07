package crashtest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
)

// A content is what is in a file, however it is stored, as two digests.
type content struct {
	exact string
	// timeless leaves out when things were changed, and so is the same whenever the
	// same was done.
	timeless string
}

// absent is the content of a file that does not exist.
var absent = content{"absent", "absent"}

// A reader knows the content of files that it has read. What lies behind the end
// of file that the superblock states does not count: nothing shows it.
type reader map[[sha256.Size]byte]content

// read opens a file, which must be sound in all its parts, as a Loom file, and
// reads all of it.
func (r reader) read(ctx context.Context, b []byte) (content, error) {
	end := committed(b)
	key := sha256.Sum256(b[:min(end, uint64(len(b)))])
	if known, ok := r[key]; ok && end <= uint64(len(b)) {
		return known, nil
	}
	ds, err := loom.OpenReader(bytes.NewReader(b), int64(len(b)), "file", loom.SkipValidation())
	if err != nil {
		return content{}, err
	}
	defer ds.Close()
	problems := ds.Problems()
	_, err = ds.File().Check(ctx, func(p hdf5.Problem) {
		if !p.Kind.Harmless() {
			problems = append(problems, p.Err)
		}
	})
	if err = errors.Join(append(problems, err)...); err != nil {
		return content{}, err
	}
	c, err := contentOf(ctx, ds.File())
	if err == nil {
		r[key] = c
	}
	return c, err
}

// committed returns the end of file that a superblock states which is the file's
// first bytes (File Format Specification, section II.A), or 0 if there is none.
func committed(b []byte) uint64 {
	if len(b) < 52 {
		return 0
	}
	at := 40 // version 0
	switch b[8] {
	case 1:
		at = 44
	case 2, 3:
		at = 28
	}
	return binary.LittleEndian.Uint64(b[at:])
}

func contentOf(ctx context.Context, f *hdf5.File) (content, error) {
	d := digester{ctx: ctx, exact: sha256.New(), timeless: sha256.New()}
	err := d.object(f.Root())
	return content{fmt.Sprintf("%x", d.exact.Sum(nil)), fmt.Sprintf("%x", d.timeless.Sum(nil))}, err
}

type digester struct {
	ctx             context.Context
	exact, timeless hash.Hash
}

// say adds to both digests.
func (d *digester) say(format string, args ...any) {
	fmt.Fprintf(io.MultiWriter(d.exact, d.timeless), format, args...)
}

// values adds an array. The value of what is called a time counts for one digest only.
func (d *digester) values(name string, a *hdf5.Array) {
	d.say("%v %v ", a.Type(), a.Shape())
	var to io.Writer = io.MultiWriter(d.exact, d.timeless)
	if last := name[strings.LastIndexByte(name, '/')+1:]; last == "last_modified" || last == "CreationDate" {
		to = d.exact
	}
	fmt.Fprintf(to, "%q ", fmt.Sprint(a.Data()))
}

func (d *digester) object(o hdf5.Object) error {
	attrs, err := o.Attributes()
	if err != nil {
		return err
	}
	slices.SortFunc(attrs, func(a, b *hdf5.Attribute) int { return cmp.Compare(a.Name(), b.Name()) })
	for _, a := range attrs {
		value, err := a.Read()
		if err != nil {
			return err
		}
		d.say("attribute %q ", a.Name())
		d.values(a.Name(), value)
	}
	switch o := o.(type) {
	case *hdf5.Dataset:
		value, err := o.Read(d.ctx)
		if err != nil {
			return err
		}
		d.say("dataset %v ", o.MaxShape())
		d.values(o.Path(), value)
	case *hdf5.Group:
		return d.members(o)
	}
	return nil
}

func (d *digester) members(g *hdf5.Group) error {
	links, err := g.Links()
	if err != nil {
		return err
	}
	slices.SortFunc(links, func(a, b hdf5.Link) int { return cmp.Compare(a.Name, b.Name) })
	for _, l := range links {
		member, err := g.Lookup(l.Name)
		if err != nil {
			return err
		}
		d.say("link %q ", l.Name)
		if err := d.object(member); err != nil {
			return err
		}
	}
	d.say("end ")
	return nil
}
