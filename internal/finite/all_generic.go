//go:build !amd64 || purego

package finite

// allOf is All of whole blocks.
func allOf(values []float32) bool { return each(values) }
