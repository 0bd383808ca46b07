// Package differential holds random sequences of operations by this library
// against the same by loompy, as tests.
//
// A sequence begins with two copies of one file, in one of the dialects that are
// found in the wild. One is changed by package loom, the other by loompy, a
// Python process that stays. After each operation the two must have the same
// contents, as h5py reads them; loompy's validator, h5dump, h5diff and
// [hdf5.File.Check] must accept ours. At times the two programs change places, and each goes on
// with the file that the other has made. Operations that must be refused are among them: both
// files stay as they were.
//
// Without further ado a test runs a few sequences. LOOM_SEQUENCES sets how many:
//
//	LOOM_SEQUENCES=3000 go test -count=1 -timeout 2h ./internal/differential
//
// A sequence that fails is made as short as possible, and is printed with what
// runs it again.
package differential

import _ "github.com/goloom/loom/hdf5" // for the reference above
