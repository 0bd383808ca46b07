package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/goloom/loom/convert/internal/scratch"
	"github.com/goloom/loom/convert/internal/textfile"
)

// An origin is where a table comes from. It can be read from the beginning as often as
// need be.
type origin struct {
	name string // in messages
	size int64  // in bytes, 0 if it is not known
	open func(ctx context.Context, read func(n int)) (*textfile.Text, error)
}

// fileAt is the table in a file.
func fileAt(path string) origin {
	f := origin{name: path, open: func(ctx context.Context, read func(n int)) (*textfile.Text, error) {
		return textfile.OpenText(ctx, path, read)
	}}
	if info, err := os.Stat(path); err == nil {
		f.size = info.Size()
	}
	return f
}

// spooled puts what is read aside, in a file in a folder, until it is discarded.
func spooled(ctx context.Context, name string, r io.Reader, dir string) (_ origin, discard func() error, err error) {
	file, discard, err := scratch.Open(dir)
	if err != nil {
		return origin{}, nil, err
	}
	o := origin{name: name}
	o.open = func(ctx context.Context, read func(n int)) (*textfile.Text, error) {
		return textfile.NewText(ctx, io.NopCloser(io.NewSectionReader(file, 0, o.size)), read)
	}
	if o.size, err = io.Copy(file, interruptible{ctx, r}); err != nil {
		return origin{}, nil, errors.Join(fmt.Errorf("%s: %w", name, err), discard())
	}
	return o, discard, nil
}

// interruptible reads until the context ends.
type interruptible struct {
	ctx context.Context
	in  io.Reader
}

func (r interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.in.Read(p)
}
