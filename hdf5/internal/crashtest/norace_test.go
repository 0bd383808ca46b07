//go:build !race

package crashtest

// raceEnabled says that the race detector is on, which makes everything slow.
const raceEnabled = false
