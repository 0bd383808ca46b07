package crashfs

import (
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/goloom/loom/hdf5/internal/storage"
)

// A handle is an open file.
type handle struct {
	fs       *FS
	node     *inode
	name     string
	epoch    int
	writable bool
	closed   bool
	locked   bool
	mode     storage.LockMode
}

// usable refuses what a closed file or that of a dead process is asked for.
// Reading needs no more than that.
func (h *handle) usable(forWriting bool) error {
	switch {
	case h.closed || h.epoch != h.fs.epoch:
		return &fs.PathError{Op: "use", Path: h.name, Err: fs.ErrClosed}
	case forWriting && !h.writable:
		return &fs.PathError{Op: "write", Path: h.name, Err: fs.ErrPermission}
	}
	return nil
}

func (h *handle) ReadAt(b []byte, off int64) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.usable(false); err != nil {
		return 0, err
	}
	if off < 0 || off >= int64(len(h.node.data)) {
		return 0, io.EOF
	}
	n := copy(b, h.node.data[off:])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (h *handle) WriteAt(b []byte, off int64) (int, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.usable(true); err != nil {
		return 0, err
	}
	op := Op{Kind: Write, Name: h.name, Offset: off, Data: slices.Clone(b), node: h.node}
	failed := h.fs.record(op)
	if failed != nil && off/sector == (off+int64(len(b))-1)/sector {
		return 0, failed
	}
	if failed != nil {
		// The operation counts as failed, and half of it as having happened.
		op.Data, op.marks = op.Data[:len(b)/2], h.fs.marks
		h.fs.log[len(h.fs.log)-1] = op
	}
	h.node.data = op.applyTo(h.node.data)
	return len(op.Data), failed
}

func (h *handle) Truncate(size int64) error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.usable(true); err != nil {
		return err
	}
	return h.truncate(size)
}

func (h *handle) truncate(size int64) error {
	op := Op{Kind: Truncate, Name: h.name, Offset: size, node: h.node}
	if err := h.fs.record(op); err != nil {
		return err
	}
	h.node.data = op.applyTo(h.node.data)
	return nil
}

func (h *handle) Sync() error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.usable(false); err != nil {
		return err
	}
	return h.fs.record(Op{Kind: Sync, Name: h.name, node: h.node})
}

func (h *handle) Size() (int64, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	return int64(len(h.node.data)), h.usable(false)
}

// Is reports whether a name stands for the file.
func (h *handle) Is(name string) (bool, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	return h.fs.names[filepath.Clean(name)] == h.node, h.usable(false)
}

func (h *handle) Lock(mode storage.LockMode) error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.usable(mode == storage.WriteLock); err != nil {
		return err
	}
	if mode == storage.WriteLock {
		if h.node.writer {
			return fmt.Errorf("%s: %w", h.name, storage.ErrLocked)
		}
		h.node.writer = true
	} else {
		h.node.readers++
	}
	h.locked, h.mode = true, mode
	return nil
}

func (h *handle) Alone() (bool, error) {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	return h.node.readers == 0, h.usable(true)
}

func (h *handle) Close() error {
	h.fs.mu.Lock()
	defer h.fs.mu.Unlock()
	if err := h.usable(false); err != nil {
		return err
	}
	h.closed = true
	switch {
	case h.locked && h.mode == storage.WriteLock:
		h.node.writer = false
	case h.locked:
		h.node.readers--
	}
	return nil
}
