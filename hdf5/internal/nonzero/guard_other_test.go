//go:build !linux

package nonzero

import "testing"

// guarded returns n bytes; where pages can be protected, they end right before one that is.
func guarded(_ *testing.T, n int) []byte { return make([]byte, n) }
