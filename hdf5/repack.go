package hdf5

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
	"github.com/goloom/loom/internal/progress"
)

// RepackOptions say what [Repack] changes. The zero value changes nothing but
// where things are in the file.
type RepackOptions struct {
	// Storage is asked, if it is not nil, how the values of a dataset are to be
	// stored. If it returns nil they are stored as they are now.
	Storage func(d *Dataset) *Storage
}

// Storage says how the values of a chunked dataset are stored.
type Storage struct {
	// Chunks is the shape of the chunks, nil to keep the present one. Where it
	// exceeds what the dataset may grow to, it is cut to that.
	Chunks []int

	Deflate    int  // level 1 to 9, 0 for none
	Shuffle    bool // sort the bytes of elements by significance first
	Fletcher32 bool // add a checksum to every chunk
}

// Repack makes a new file at path, in place of an existing one, that has the
// content of from and no free space: what can be reached from the root group,
// with all attributes, hard, soft and external links, committed datatypes, and
// the user block. The file appears, whole and durable, as with [Create]; it has
// that function's format, and can take the place of from itself. If from is open
// in an [Editor] meanwhile, no change to it can be lost.
//
// What cannot be copied exactly is refused, and nothing changes then: the error
// wraps [ErrUnsupported] for virtual datasets, values in external files, user-defined
// links and, where values have to be decoded, filters that this package does not
// know, [ErrReferenced] for references to what no link leads to, and [ErrCorrupt]
// if something cannot be read.
//
// Chunks are copied as they are stored unless their values are of variable
// length, or opts ask for something else. In memory it holds at most about 150
// bytes for each object and each chunk of the dataset at hand, and 64 MiB of
// values or some chunks for each processor, whichever is more. A file with references
// to objects, or with groups that contain themselves, is written twice or more,
// until addresses agree.
func Repack(ctx context.Context, from *File, path string, opts RepackOptions) error {
	return repack(ctx, storage.At(path), from, path, opts)
}

func repack(ctx context.Context, fsys storage.FS, from *File, path string, opts RepackOptions) error {
	if err := from.checkWhole(); err != nil {
		return from.fail("", err)
	}
	var own *storage.Volume
	if from.pin != nil {
		own = from.pin.Volume()
	}
	r := repacking{from: from, opts: opts}
	return r.run(ctx, func(fill func(tx *Tx) error) error {
		return createFile(ctx, fsys, path, from.sb.Sizes, from.r.Before(), own, fill, nil)
	})
}

// A repacking is the copying of a file.
type repacking struct {
	from   *File
	opts   RepackOptions
	orders map[uint64]*reordering // of datasets, by address
}

// run has create make a file, and fills it, until references lead to the right
// places in it. If create returns an error there is no file.
func (p *repacking) run(ctx context.Context, create func(fill func(tx *Tx) error) error) error {
	from := p.from
	ctx, copied := progress.Start(ctx, "repack", from.size, "bytes")
	var where map[uint64]uint64
	for range maxPasses {
		var r *repacker
		err := create(func(tx *Tx) error {
			r = newRepacker(ctx, from, tx, p.opts, where)
			r.orders, r.progress = p.orders, copied
			root, err := r.file()
			if err != nil {
				return from.fail("", err)
			}
			if r.values.referred && !maps.Equal(r.copies, where) {
				return errMoved
			}
			return tx.newRoot(root)
		})
		if err == nil {
			copied.Reach(from.size)
		}
		if !errors.Is(err, errMoved) {
			return err
		}
		where = r.copies
	}
	return from.fail("", fmt.Errorf("references are stored through filters that make something else of them each time: %w", ErrReferenced))
}

// The addresses of objects are known once all have been written. If something
// refers to them the file is written again, with these addresses, and once more
// if that has moved objects: compressed references are longer, or shorter.
const maxPasses = 6

// errMoved says that objects are not where references to them lead.
var errMoved = errors.New("objects have moved")

// checkWhole refuses a file that does not hold all of its content itself, or
// that holds some of it in a form of which this package knows nothing.
func (f *File) checkWhole() error {
	if err := f.check(); err != nil {
		return err
	}
	return f.refuseMessages("which holds content that cannot be read", format.MsgDriverInfo, format.MsgCacheImage)
}

// A repacker copies the objects of one file to another, each after those that
// it holds links to or shares a datatype with. It is good for one pass.
type repacker struct {
	ctx    context.Context
	from   *File
	tx     *Tx
	opts   RepackOptions
	orders map[uint64]*reordering // see repacking
	values valueCopier

	progress *progress.Tracker // of bytes of values

	links  map[uint64]uint32 // links to, and uses of, the object at an address
	copies map[uint64]uint64 // where its copy is; 0 while it is being made
	stored uint64            // bytes of values that have been copied
	buffer []byte
}

func newRepacker(ctx context.Context, from *File, tx *Tx, opts RepackOptions, where map[uint64]uint64) *repacker {
	return &repacker{
		ctx: ctx, from: from, tx: tx, opts: opts,
		values: valueCopier{from: from, to: tx.heapBuilder(), budget: from.defaultLimit(), where: where},
		links:  map[uint64]uint32{},
		copies: map[uint64]uint64{},
	}
}

// file copies everything and returns the address of the root group.
func (r *repacker) file() (uint64, error) {
	if err := r.count("/", r.from.sb.Root, 0); err != nil {
		return 0, err
	}
	return r.object("/", r.from.sb.Root)
}

// maxNesting is how deep groups may nest. It keeps the stack of a walk over a
// damaged file small.
const maxNesting = 4096

// count counts what leads to the object at addr and to those below it.
func (r *repacker) count(name string, addr uint64, depth int) error {
	if r.links[addr]++; r.links[addr] > 1 {
		return r.ctx.Err()
	}
	if depth > maxNesting {
		return r.from.fail(name, fmt.Errorf("more than %d groups within each other: %w", maxNesting, ErrUnsupported))
	}
	o := object{file: r.from, path: name, addr: addr}
	h, err := o.header()
	if err != nil {
		return o.fail(err)
	}
	used, err := o.committedTypes(h)
	if err != nil {
		return o.fail(err)
	}
	for _, addr := range used {
		if err := r.count(name, addr, depth+1); err != nil {
			return err
		}
	}
	if !isGroup(h) {
		return nil
	}
	dir, err := (&Group{object: o}).directory()
	if err != nil {
		return o.fail(err)
	}
	for _, l := range dir.links {
		if l.Kind != HardLink {
			continue
		}
		if err := r.count(path.Join(name, l.Name), l.addr, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// committedTypes returns the addresses of the objects whose datatypes the object
// and its attributes share, one for each use.
func (o *object) committedTypes(h *format.Header) ([]uint64, error) {
	var used []uint64
	note := func(record []byte) error {
		shared, err := format.DecodeShared(record, o.file.sb.Sizes)
		if err == nil && shared.Kind == format.SharedCommitted {
			used = append(used, shared.Addr)
		}
		return err
	}
	for _, m := range h.Messages {
		if !m.Shared() {
			continue
		}
		if err := note(m.Data); err != nil {
			return nil, err
		}
	}
	err := o.eachAttribute(h, func(b []byte, _ uint16) error {
		a, err := format.DecodeAttribute(b, o.file.sb.Sizes)
		if err != nil || !a.TypeShared {
			return err
		}
		return note(a.RawType)
	})
	return used, err
}

// object copies the object at addr, unless there is a copy already, and returns
// where the copy is.
func (r *repacker) object(name string, addr uint64) (uint64, error) {
	if now, ok := r.copies[addr]; ok {
		if now == 0 { // it contains itself
			return r.values.address(addr)
		}
		return now, nil
	}
	r.copies[addr] = 0
	o := object{file: r.from, path: name, addr: addr}
	now, err := r.copy(&o)
	if err != nil {
		return 0, o.fail(err)
	}
	r.copies[addr] = now
	return now, nil
}

func (r *repacker) copy(o *object) (uint64, error) {
	old, err := o.header()
	if err != nil {
		return 0, err
	}
	h, err := r.header(o, old)
	if err != nil {
		return 0, err
	}
	switch {
	case isGroup(old):
		return r.group(o, h)
	case has(old, format.MsgLayout):
		return r.dataset(o, old, h)
	case has(old, format.MsgDatatype):
		return r.tx.writeHeader(h)
	}
	return 0, fmt.Errorf("object at %#x is no group, dataset or datatype: %w", o.addr, ErrCorrupt)
}

// group copies the members of a group and then the group, whose new header is h
// but for the links.
func (r *repacker) group(o *object, h *format.Header) (uint64, error) {
	dir, err := (&Group{object: *o}).directory()
	if err != nil {
		return 0, err
	}
	links := slices.Clone(dir.links)
	for i, l := range links {
		switch l.Kind {
		case HardLink:
			if links[i].addr, err = r.object(path.Join(o.path, l.Name), l.addr); err != nil {
				return 0, err
			}
		case UserLink:
			return 0, fmt.Errorf("user-defined link %q: %w", l.Name, ErrUnsupported)
		}
	}
	return r.tx.writeGroup(h, links)
}

// header returns the header of an object's copy, whose messages lead to nothing
// of the old file but for what group and dataset replace.
func (r *repacker) header(o *object, old *format.Header) (*format.Header, error) {
	h := *old
	h.RefCount = r.links[o.addr]
	h.Messages = nil
	for _, m := range old.Messages {
		switch {
		case m.Type == format.MsgAttribute, m.Type == format.MsgAttributeInfo:
			continue
		case m.Type == format.MsgExternalFiles:
			return nil, fmt.Errorf("values in external files: %w", ErrUnsupported)
		case m.Type > format.MsgCacheImage:
			return nil, fmt.Errorf("%v: %w", m.Type, ErrUnsupported)
		}
		if m.Shared() {
			data, shared, err := r.shared(o, m.Type, m.Data)
			if err != nil {
				return nil, err
			}
			if m.Data = data; !shared {
				m.Flags &= format.MessageConstant | format.MessageDontShare
			}
		}
		h.Messages = append(h.Messages, m)
	}
	attrs, err := r.attributes(o, old)
	if err != nil {
		return nil, err
	}
	return &h, r.tx.replaceAttributes(&h, attrs)
}

// shared returns what a copy has in place of a record for a shared message: a
// record that leads to the copy of the committed datatype, or the message itself
// if it was in the heap of shared messages, which the copy does not have.
func (r *repacker) shared(o *object, t format.MessageType, record []byte) (data []byte, shared bool, err error) {
	s, err := format.DecodeShared(record, r.from.sb.Sizes)
	if err != nil {
		return nil, false, err
	}
	if s.Kind == format.SharedHeap {
		data, err = r.from.sharedPayload(t, record)
		return data, false, err
	}
	if s.Addr, err = r.object(fmt.Sprintf("<%v of %s>", t, o.path), s.Addr); err != nil {
		return nil, false, err
	}
	data, err = format.EncodeShared(s, r.tx.f.sb.Sizes)
	return data, true, err
}

// attributes returns the attributes of an object's copy.
func (r *repacker) attributes(o *object, old *format.Header) ([]storedAttribute, error) {
	var attrs []storedAttribute
	err := o.eachAttribute(old, func(b []byte, order uint16) error {
		a, err := format.DecodeAttribute(b, r.from.sb.Sizes)
		if err != nil {
			return err
		}
		data, err := r.attribute(o, a)
		if err != nil {
			return fmt.Errorf("attribute %s: %w", a.Name, err)
		}
		attrs = append(attrs, storedAttribute{name: a.Name, data: data, order: order})
		return nil
	})
	return attrs, err
}

// attribute returns the message of an attribute's copy.
func (r *repacker) attribute(o *object, a format.Attribute) ([]byte, error) {
	dtype, err := r.from.attributeType(a)
	if err != nil {
		return nil, err
	}
	space, err := r.from.attributeSpace(a)
	if err != nil {
		return nil, err
	}
	n, err := space.elements()
	if err != nil {
		return nil, err
	}
	if width := dtype.width(); n > len(a.Data)/width {
		return nil, fmt.Errorf("%d bytes for %d elements of %d bytes: %w", len(a.Data), n, width, ErrCorrupt)
	}
	a.Data = slices.Clone(a.Data[:n*dtype.width()])
	if err := r.values.elements(dtype, a.Data, n); err != nil {
		return nil, err
	}
	if a.TypeShared {
		if a.RawType, a.TypeShared, err = r.shared(o, format.MsgDatatype, a.RawType); err != nil {
			return nil, err
		}
	}
	if a.SpaceShared {
		if a.RawSpace, a.SpaceShared, err = r.shared(o, format.MsgDataspace, a.RawSpace); err != nil {
			return nil, err
		}
	}
	return format.EncodeAttribute(a, r.tx.f.sb.Sizes)
}
