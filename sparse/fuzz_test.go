package sparse_test

import (
	"testing"

	"github.com/goloom/loom/sparse"
)

// fuzzed reads a small signed number from each byte.
func fuzzed(data []byte) []int32 {
	out := make([]int32, len(data))
	for k, b := range data {
		out[k] = int32(int8(b))
	}
	return out
}

// Whatever the slices, the constructors refuse them or make matrices on which
// nothing fails, and which agree with one another.
func FuzzNewCSR(f *testing.F) {
	f.Add(int64(3), int64(4), []byte{0, 2, 2, 3}, []byte{0, 3, 1}, 3)
	f.Add(int64(3), int64(4), []byte{0, 2, 2, 3}, []byte{3, 3, 1}, 3)
	f.Add(int64(0), int64(0), []byte{0}, []byte{}, 0)
	f.Add(int64(2), int64(2), []byte{0, 9, 1}, []byte{0}, 1)
	f.Add(int64(1), int64(1)<<40, []byte{0, 1}, []byte{0}, 1)
	f.Fuzz(func(t *testing.T, rows, cols int64, ptr, idx []byte, values int) {
		pointers := make([]int, len(ptr))
		for k, b := range ptr {
			pointers[k] = int(int8(b))
		}
		v := make([]int32, min(max(values, 0), 300))
		for k := range v {
			v[k] = int32(k)
		}
		csr, err := sparse.NewCSR(int(rows), int(cols), pointers, fuzzed(idx), v)
		if err != nil {
			return
		}
		requireSound[int32](t, csr)
		if cols > 1000 {
			return // valid, but not worth the memory
		}
		if !csr.Equal(csr.ToCOO().ToCSR()) || !csr.Equal(csr.ToCSC().ToCSR()) ||
			!csr.Equal(must(csr.ToDense()).ToCSR()) {
			t.Error("conversions do not lead back")
		}
	})
}

func FuzzNewCOO(f *testing.F) {
	f.Add(int64(3), int64(4), []byte{0, 2, 2, 0}, []byte{0, 3, 1, 0}, 4)
	f.Add(int64(0), int64(0), []byte{}, []byte{}, 0)
	f.Add(int64(3), int64(3), []byte{3}, []byte{0}, 1)
	f.Add(int64(3), int64(3), []byte{0xff}, []byte{0}, 1)
	f.Fuzz(func(t *testing.T, rows, cols int64, i, j []byte, values int) {
		v := make([]int32, min(max(values, 0), 300))
		for k := range v {
			v[k] = int32(k)
		}
		coo, err := sparse.NewCOO(int(rows), int(cols), fuzzed(i), fuzzed(j), v)
		if err != nil || rows > 1000 || cols > 1000 {
			return
		}
		csr, csc := coo.ToCSR(), coo.ToCSC()
		requireSound[int32](t, csr, csc)
		if !csr.ToCSC().Equal(csc) || !must(coo.ToDense()).ToCSR().Equal(csr) {
			t.Error("conversions disagree")
		}
	})
}
