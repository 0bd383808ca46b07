package zlib_test

import (
	"syscall"
	"testing"
)

// A guard is memory that ends right before a page that cannot be touched: who goes
// past the end ends the process.
type guard struct{ memory []byte }

// bytes returns n bytes at the end of the memory, which the next call may use again.
func (g *guard) bytes(t testing.TB, n int) []byte {
	t.Helper()
	page := syscall.Getpagesize()
	if n > len(g.memory) {
		size := max(1<<20, (n+page-1)/page*page)
		memory, err := syscall.Mmap(-1, 0, size+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		if err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mprotect(memory[size:], syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
		g.memory = memory[:size:size]
	}
	return g.memory[len(g.memory)-n:]
}
