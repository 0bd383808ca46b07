package hdf5

import (
	"math"
	"runtime"
	"runtime/metrics"
)

// Results from largeResult bytes on take dozens of milliseconds to read, a collection of
// garbage with few pointers in it less than one: a garbage collector that has to
// look for pointers in pointerShare of the bytes of a result takes a tenth of that time.
const (
	largeResult  = 64 << 20
	pointerShare = 16
)

// makeRoom is called before a result of so many bytes is allocated. If that is large, and
// the results before it may be garbage by now, the garbage collector runs first, so that they
// give it their memory. Of itself it would begin when the result is allocated, or one
// later: whoever reads a large matrix again and again then has three in memory rather than
// one, and waits for the system to provide the pages of each, which takes longer than
// to decompress what goes there.
//
// It does nothing where garbage is not collected (GOGC=off), or where that might take long.
func makeRoom(size int) {
	if size < largeResult {
		return
	}
	samples := []metrics.Sample{
		{Name: "/gc/gogc:percent"},
		{Name: "/gc/scan/heap:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"},
	}
	metrics.Read(samples)
	for _, s := range samples {
		if s.Value.Kind() != metrics.KindUint64 {
			return // a runtime without it
		}
	}
	off := samples[0].Value.Uint64() == math.MaxUint64
	pointers, inUse := samples[1].Value.Uint64(), samples[2].Value.Uint64()
	if !off && inUse >= uint64(size) && pointers <= uint64(size/pointerShare) {
		runtime.GC()
	}
}
