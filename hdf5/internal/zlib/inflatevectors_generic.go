//go:build !amd64 || purego

package zlib

// vectorLoops says that there is a loop with vectors.
const vectorLoops = false

// symbolsVectors decodes nothing here.
func (s *stream) symbolsVectors(*tables) {}
