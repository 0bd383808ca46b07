package loom

import "github.com/goloom/loom/hdf5"

// A Mode says what a connection may do to its file. Its values are loompy's
// names.
type Mode string

// The modes of [Open] and [Connect].
const (
	ReadOnly  Mode = "r"
	ReadWrite Mode = "r+"
)

// An Option changes how a file is opened.
type Option func(*settings)

type settings struct {
	mode     Mode
	validate bool
	spec     string // version to validate against; "" for the file's own
	memory   int64  // limit in bytes; 0 for the default
}

func newSettings(mode Mode, opts []Option) settings {
	s := settings{mode: mode, validate: true}
	for _, opt := range opts {
		opt(&s)
	}
	return s
}

// hdf5Options returns what of the settings concerns the file as HDF5.
func (s *settings) hdf5Options() []hdf5.Option {
	return []hdf5.Option{hdf5.WithMemoryLimit(s.memory)}
}

// WithMode opens the file in the given mode instead of the function's own:
// [ReadOnly] of [Open], [ReadWrite] of [Connect].
func WithMode(mode Mode) Option {
	return func(s *settings) { s.mode = mode }
}

// SkipValidation opens a file without checking it against the Loom
// specification. What of it cannot be used is told by [Conn.Problems].
func SkipValidation() Option {
	return func(s *settings) { s.validate = false }
}

// WithSpec validates the file against the given version of the specification,
// "3.0.0", "2.0.1" or "old", instead of the version that the file claims.
func WithSpec(version string) Option {
	return func(s *settings) { s.spec = version }
}

// WithMemoryLimit lets one read take up to the given number of bytes, instead
// of what the file's size warrants: 32 MiB and 4 times the file's size, or what
// the stored chunks can decode to.
func WithMemoryLimit(bytes int64) Option {
	return func(s *settings) { s.memory = bytes }
}
