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
	dryRun   bool
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
	opts := []hdf5.Option{hdf5.WithMemoryLimit(s.memory)}
	if s.dryRun {
		opts = append(opts, hdf5.DryRun())
	}
	return opts
}

// WithMode opens the file in the given mode instead of the function's own:
// [ReadOnly] of [Open], [ReadWrite] of [Connect].
func WithMode(mode Mode) Option {
	return func(s *settings) { s.mode = mode }
}

// DryRun tries changes out: they happen, with all checks, for whatever reads from
// this connection, but the file is never written to, nor is anything put beside it. They
// are kept in a temporary file, of their size, until the connection is closed. Other
// writers are kept out meanwhile.
func DryRun() Option {
	return func(s *settings) { s.dryRun = true }
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
