package crashfs

import (
	"fmt"
	"path/filepath"
)

// A Kind is a kind of operation.
type Kind int

// The operations that change something, and two that do not.
const (
	Write Kind = iota
	Truncate
	Sync
	Create
	Rename
	Remove
	SyncDir
	Ignored // a Sync or SyncDir, by request
	Failed  // anything, by request
)

func (k Kind) String() string {
	return [...]string{"write", "truncate", "sync", "create", "rename", "remove", "sync directory", "ignored sync", "failed operation"}[k]
}

// An Op is one operation.
type Op struct {
	Kind    Kind
	Name    string // of the file, or directory for SyncDir
	NewName string // for Rename
	Offset  int64  // for Write; new size for Truncate
	Data    []byte // for Write

	node  *inode
	marks int // number of marks before it
}

func (op Op) String() string {
	switch op.Kind {
	case Write:
		return fmt.Sprintf("write of %d bytes at %d of %s", len(op.Data), op.Offset, op.Name)
	case Truncate:
		return fmt.Sprintf("truncate %s to %d bytes", op.Name, op.Offset)
	case Rename:
		return fmt.Sprintf("rename %s to %s", op.Name, op.NewName)
	}
	return fmt.Sprintf("%v %s", op.Kind, op.Name)
}

// changesName reports whether op is about names, and not about content.
func (op Op) changesName() bool {
	return op.Kind == Create || op.Kind == Rename || op.Kind == Remove
}

// durableBy reports whether sync makes op durable.
func (op Op) durableBy(sync Op) bool {
	switch sync.Kind {
	case Sync:
		return !op.changesName() && op.node == sync.node
	case SyncDir:
		return op.changesName() && filepath.Dir(op.Name) == sync.Name
	}
	return false
}

// applyTo does what a Write or Truncate does to a file's content.
func (op Op) applyTo(data []byte) []byte {
	if op.Kind == Truncate {
		return resize(data, int(op.Offset))
	}
	if end := int(op.Offset) + len(op.Data); end > len(data) {
		data = resize(data, end)
	}
	copy(data[op.Offset:], op.Data)
	return data
}

// resize cuts data off or appends zeros.
func resize(data []byte, size int) []byte {
	if size <= len(data) {
		return data[:size]
	}
	return append(data, make([]byte, size-len(data))...)
}

// rename does to names what a Create, Rename or Remove does.
func (op Op) rename(names map[string]*inode) {
	switch op.Kind {
	case Create:
		names[op.Name] = op.node
	case Rename:
		delete(names, op.Name)
		names[op.NewName] = op.node
	case Remove:
		delete(names, op.Name)
	}
}
