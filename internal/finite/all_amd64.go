//go:build !purego

package finite

import "golang.org/x/sys/cpu"

// vectors says that the processor, and the system, have vectors of 32 bytes.
var vectors = cpu.X86.HasAVX2

// allOf is All of whole blocks.
func allOf(values []float32) bool {
	if !vectors {
		return each(values)
	}
	if len(values) == 0 {
		return true
	}
	return special(&values[0], len(values)/block) == 0
}

// special returns 0 if none of the values in n blocks, n at least 1, has an exponent of nothing but ones.
//
//go:noescape
func special(values *float32, n int) uint32
