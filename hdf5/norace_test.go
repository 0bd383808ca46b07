//go:build !race

package hdf5_test

// raceEnabled says that the race detector is on, which takes memory of its own.
const raceEnabled = false
