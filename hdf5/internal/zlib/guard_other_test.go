//go:build !linux

package zlib_test

import "testing"

// A guard is memory of which nothing says whether somebody goes past its end; where
// pages can be protected, there is another one.
type guard struct{}

// bytes returns n bytes.
func (*guard) bytes(_ testing.TB, n int) []byte { return make([]byte, n) }
