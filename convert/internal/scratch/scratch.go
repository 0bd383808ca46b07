// Package scratch makes files for what an import has to put aside on its way from
// one format to another.
package scratch

import (
	"errors"
	"os"
)

// Open makes a file in a folder, "" for that of the system. It is gone when it is
// discarded, and on systems that let it be removed while it is open not even a crash
// leaves it.
func Open(dir string) (file *os.File, discard func() error, err error) {
	f, err := os.CreateTemp(dir, ".loom-import-*.tmp")
	if err != nil {
		return nil, nil, err
	}
	removed := os.Remove(f.Name()) == nil
	return f, func() error {
		err := f.Close()
		if !removed {
			err = errors.Join(err, os.Remove(f.Name()))
		}
		return err
	}, nil
}
