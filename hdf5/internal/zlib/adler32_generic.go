//go:build !amd64 || purego

package zlib

// vectors says that there are vectors to sum with.
const vectors = false

// sumVectors adds nothing here, and returns all of p.
func (s *adler) sumVectors(p []byte) []byte { return p }
