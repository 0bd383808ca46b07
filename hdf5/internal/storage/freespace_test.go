package storage

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A model of a space: one element an address.
type addressSet [512]bool

func (m *addressSet) set(e Extent, to bool) {
	for a := e.Addr; a < e.end(); a++ {
		m[a] = to
	}
}

func (m *addressSet) count(e Extent) (n uint64) {
	for a := e.Addr; a < e.end(); a++ {
		if m[a] {
			n++
		}
	}
	return n
}

// extents are the maximal runs of addresses.
func (m *addressSet) extents() []Extent {
	var runs []Extent
	for a := range uint64(len(m)) {
		switch {
		case !m[a]:
		case a > 0 && m[a-1]:
			runs[len(runs)-1].Size++
		default:
			runs = append(runs, Extent{a, 1})
		}
	}
	return runs
}

// take is where n bytes are taken from: the lowest aligned address with room.
func (m *addressSet) take(n uint64) (uint64, bool) {
	for a := uint64(0); a+n <= uint64(len(m)); a += alignment {
		if m.count(Extent{a, n}) == n {
			return a, true
		}
	}
	return 0, false
}

func TestSpaceAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var (
			s     space
			model addressSet
		)
		draw := func(t *rapid.T) Extent {
			addr := rapid.Uint64Range(0, 500).Draw(t, "addr")
			return Extent{addr, rapid.Uint64Range(1, min(100, 512-addr)).Draw(t, "size")}
		}
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				e := draw(t)
				free := model.count(e) == 0
				if err := s.add(e); (err == nil) != free {
					t.Fatalf("add %v: %v, disjoint is %v", e, err, free)
				}
				if free {
					model.set(e, true)
				}
			},
			"addAll": func(t *rapid.T) {
				var other space
				disjoint := true
				for range rapid.IntRange(0, 8).Draw(t, "n") {
					e := draw(t)
					if other.add(e) == nil && model.count(e) > 0 {
						disjoint = false
					}
				}
				before := slices.Collect(other.extents())
				if err := s.addAll(other); (err == nil) != disjoint {
					t.Fatalf("add all of %v: %v, disjoint is %v", before, err, disjoint)
				}
				if !slices.Equal(slices.Collect(other.extents()), before) {
					t.Fatalf("what was added has changed from %v", before)
				}
				for _, e := range before {
					if disjoint {
						model.set(e, true)
					}
				}
			},
			"cut": func(t *rapid.T) {
				e := draw(t)
				var got uint64
				for _, piece := range s.cut(e) {
					if model.count(piece) != piece.Size {
						t.Fatalf("cut %v: gave %v, which was not all there", e, piece)
					}
					got += piece.Size
				}
				if want := model.count(e); got != want {
					t.Fatalf("cut %v: gave %d bytes, want %d", e, got, want)
				}
				model.set(e, false)
			},
			"take": func(t *rapid.T) {
				n := rapid.Uint64Range(1, 70).Draw(t, "n")
				want, wantOK := model.take(n)
				got, ok := s.take(n)
				if got != want || ok != wantOK {
					t.Fatalf("take %d: %d, %v, want %d, %v", n, got, ok, want, wantOK)
				}
				if ok {
					model.set(Extent{got, n}, false)
				}
			},
			"forget": func(t *rapid.T) {
				// A copy is a value of its own.
				c := s
				c.cut(Extent{0, 512})
				if c.size() != 0 {
					t.Fatalf("%d bytes are left after everything was cut", c.size())
				}
			},
			"": func(t *rapid.T) {
				want := model.extents()
				if got := slices.Collect(s.extents()); !slices.Equal(got, want) {
					t.Fatalf("extents %v, want %v", got, want)
				}
				if got, want := s.size(), model.count(Extent{0, 512}); got != want {
					t.Fatalf("size %d, want %d", got, want)
				}
				last, ok := s.last()
				if ok != (len(want) > 0) || ok && last != want[len(want)-1] {
					t.Fatalf("last is %v, %v of %v", last, ok, want)
				}
				e := draw(t)
				if got, want := s.contains(e), model.count(e) == e.Size; got != want {
					t.Fatalf("contains %v: %v, want %v", e, got, want)
				}
			},
		})
	})
}

// Allocation must not slow down with the number of extents.
func BenchmarkSpaceFragmented(b *testing.B) {
	var s space
	for i := range uint64(100_000) {
		if err := s.add(Extent{i * 128, 64}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		c := s
		addr, ok := c.take(64)
		if !ok || c.add(Extent{addr, 64}) != nil {
			b.Fatal("no room")
		}
	}
}
