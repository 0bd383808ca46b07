package numpy

import "errors"

// Options say what [Export] writes.
type Options struct {
	Layer string // instead of the main matrix

	// ByColumn makes a compressed sparse column matrix of a .npz file, instead of one by
	// row: what is better depends on whether genes or cells are looked up.
	ByColumn bool
}

// ErrFormat is wrapped when a file name does not say which format is wanted.
var ErrFormat = errors.New("neither .npy nor .npz")
