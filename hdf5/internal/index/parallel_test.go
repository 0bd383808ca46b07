package index

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

func TestInParallelCallsForEachNumberOnce(t *testing.T) {
	for _, n := range []int{0, 1, parallelShare, 2*parallelShare - 1, 2 * parallelShare, 1000} {
		calls := make([]atomic.Int32, n)
		err := inParallel(n, func(i int) error {
			calls[i].Add(1)
			return nil
		})
		if err != nil {
			t.Errorf("%d calls: %v", n, err)
		}
		for i := range calls {
			if c := calls[i].Load(); c != 1 {
				t.Errorf("%d calls for %d of %d", c, i, n)
			}
		}
	}
}

func TestInParallelReturnsTheErrorOfTheLeastNumber(t *testing.T) {
	for _, n := range []int{1, 20, 1000} {
		for _, least := range []int{0, n / 2, n - 1} {
			err := inParallel(n, func(i int) error {
				if i < least {
					return nil
				}
				return fmt.Errorf("call %d", i)
			})
			if want := fmt.Sprintf("call %d", least); err == nil || err.Error() != want {
				t.Errorf("error %v of %d calls, want %q", err, n, want)
			}
		}
	}
}

// TestDamagedLeavesOfAChunkTree breaks leaves of a tree of three levels: the error is that of the
// first one that a box touches, and none if it touches none.
func TestDamagedLeavesOfAChunkTree(t *testing.T) {
	const rows, cols = 100, 70
	layout := format.Layout{Version: 3, Class: format.Chunked, ElemSize: 4, ChunkDims: []uint64{1, 1}}
	d := newDraft()
	d.buf = append(d.buf, make([]byte, 8*rows*cols)...) // where the chunks are
	chunks := chunkGrid([]uint64{rows, cols}, func(uint64) bool { return true })
	var err error
	if layout.Addr, err = BuildChunkTree(d, sizes, 32, layout, sequence(chunks)); err != nil {
		t.Fatal(err)
	}
	params := ChunkParams{Layout: layout, Sizes: sizes, Dims: []uint64{rows, cols}, ElemSize: 4, Filtered: true, ChunkBytes: 4}
	root, _, err := newChunkTree1(storage.NewReader(bytes.NewReader(d.buf), int64(len(d.buf))), params).load(layout.Addr)
	if err != nil || root.level != 2 {
		t.Fatalf("root of level %d, error %v", root.level, err)
	}
	first := d.leavesOf(t, root.addrs[0])
	for _, broken := range [][]uint64{{first[40]}, {first[41], first[3], first[60]}} {
		damaged := bytes.Clone(d.buf)
		for _, addr := range broken {
			copy(damaged[addr:], "TREF")
		}
		r := storage.NewReader(bytes.NewReader(damaged), int64(len(damaged)))
		c, err := OpenChunks(r, params)
		if err != nil {
			t.Fatal(err)
		}
		ignore := func(Chunk) error { return nil }
		named := fmt.Sprintf("address %d:", slices.Min(broken))
		for _, walk := range []func(lo, hi []uint64, yield func(Chunk) error) error{c.Overlapping, c.Visit} {
			if err := walk([]uint64{0, 0}, []uint64{rows, cols}, ignore); !errors.Is(err, format.ErrCorrupt) || !strings.Contains(err.Error(), named) {
				t.Errorf("leaves at %d broken: %v, want ErrCorrupt that names %q", broken, err, named)
			}
			if err := walk([]uint64{rows - 1, 0}, []uint64{rows, cols}, ignore); err != nil {
				t.Errorf("row that touches no broken leaf: %v", err)
			}
		}
	}
}

// leavesOf returns the addresses of the children of the chunk B-tree node at addr.
func (d *draft) leavesOf(t *testing.T, addr uint64) []uint64 {
	var node format.ChunkNode
	if err := node.Decode(d.buf[addr:], 2, sizes); err != nil || node.Level != 1 {
		t.Fatalf("node of level %d, error %v", node.Level, err)
	}
	return node.Children
}
