package loom

import "github.com/goloom/loom/hdf5"

// A Selector picks positions along an axis. Positions count from 0. The zero
// Selector is [All].
type Selector = hdf5.Selector

// All selects every position.
func All() Selector { return hdf5.All() }

// At selects the one position i.
func At(i int) Selector { return hdf5.At(i) }

// Range selects the positions from start up to, not including, stop.
func Range(start, stop int) Selector { return hdf5.Range(start, stop) }

// Strided selects start, start+step, start+2*step, ... below stop. The step
// must be positive.
func Strided(start, stop, step int) Selector { return hdf5.Strided(start, stop, step) }

// Indices selects the given positions, in the given order; a position may
// occur more than once. The slice must not be changed while the Selector is in
// use.
func Indices(positions []int) Selector { return hdf5.Indices(positions) }

// Mask selects the positions at which mask is true. The mask must be as long
// as the axis.
func Mask(mask []bool) Selector { return hdf5.Mask(mask) }
