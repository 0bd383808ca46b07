//go:build race

package hdf5

// RaceEnabled says that the race detector is on, which takes memory and time of its
// own.
const RaceEnabled = true
