package index

import (
	"bytes"
	"cmp"
	"errors"
	"slices"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
	"github.com/goloom/loom/hdf5/internal/storage"
)

// defaultKs are the K values of all files of the tests.
var defaultKs = format.TreeKs{Chunk: 32, GroupInternal: 16, GroupLeaf: 4}

// A surveyed is what a survey has called for.
type surveyed struct {
	extents []Extent
	damage  []error
}

// survey returns a Survey of r that goes on after damage, and what it will find.
func survey(r *storage.Reader) (*Survey, *surveyed) {
	found := &surveyed{}
	return &Survey{
		Reader: r, Sizes: sizes, Ks: defaultKs,
		Extent: func(e Extent) error { found.extents = append(found.extents, e); return nil },
		Damage: func(_ uint64, err error) error { found.damage = append(found.damage, err); return nil },
	}, found
}

// disjoint fails the test where extents overlap or do not lie in the file.
func (s *surveyed) disjoint(t *testing.T, size int64) {
	t.Helper()
	slices.SortFunc(s.extents, func(a, b Extent) int { return cmp.Compare(a.Addr, b.Addr) })
	var last Extent
	for _, e := range s.extents {
		if e.Addr < last.End() || e.End() > uint64(size) {
			t.Errorf("%v at %d to %d after %v at %d to %d in a file of %d bytes", e.Kind, e.Addr, e.End(), last.Kind, last.Addr, last.End(), size)
		}
		last = e
	}
}

// surveyChunks returns the chunks of a dataset as the oracle has them.
func (d *chunkedDataset) surveyChunks(t *testing.T, s *Survey) [][]uint64 {
	t.Helper()
	var got [][]uint64
	err := s.Chunks(d.params(), func(c Chunk) error {
		got = append(got, append(slices.Clone(c.Scaled), c.Addr, c.Size, uint64(c.Mask)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, slices.Compare[[]uint64])
	return got
}

// TestSurveyChunks holds the chunks of a survey against those that a look-up
// finds, which other tests hold against the C library.
func TestSurveyChunks(t *testing.T) {
	for _, d := range chunkedDatasets(t) {
		t.Run(d.File+d.Name, func(t *testing.T) {
			s, found := survey(d.r)
			got := d.surveyChunks(t, s)
			if len(found.damage) > 0 {
				t.Fatalf("damage: %v", found.damage)
			}
			found.disjoint(t, d.r.Size())
			var want [][]uint64
			err := d.open(t, d.r).Overlapping(make([]uint64, len(d.Shape)), slices.Repeat([]uint64{unlimited}, len(d.Shape)), func(c Chunk) error {
				want = append(want, append(slices.Clone(c.Scaled), c.Addr, c.Size, uint64(c.Mask)))
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.EqualFunc(got, want, slices.Equal[[]uint64]) {
				t.Errorf("%d chunks, want %d", len(got), len(want))
			}
		})
	}
}

// TestSurveyDamagedIndex overwrites each part of each index in turn: that is
// damage, or leaves the chunks as they were, and never stops the survey.
func TestSurveyDamagedIndex(t *testing.T) {
	for _, d := range chunkedDatasets(t) {
		s, found := survey(d.r)
		want := d.surveyChunks(t, s)
		parts := 0
		for _, e := range found.extents {
			if e.Kind != ChunkIndexKind {
				continue
			}
			if parts++; parts > 3 && parts%50 != 0 {
				continue
			}
			b := bytes.Clone(d.bytes)
			copy(b[e.Addr:], bytes.Repeat([]byte{0xee}, int(e.Size)))
			s, after := survey(storage.NewReader(bytes.NewReader(b), int64(len(b))))
			got := d.surveyChunks(t, s)
			if len(after.damage) == 0 {
				t.Errorf("%s%s: no damage without the part of the index at %d", d.File, d.Name, e.Addr)
			}
			for _, err := range after.damage {
				if !errors.Is(err, format.ErrCorrupt) && !errors.Is(err, storage.ErrOutOfBounds) {
					t.Errorf("%s%s: %v", d.File, d.Name, err)
				}
			}
			if len(got) > len(want) {
				t.Errorf("%s%s: %d chunks of %d in a damaged index", d.File, d.Name, len(got), len(want))
			}
		}
	}
}

// TestSurveyEnds makes sure that errors of both callbacks end a survey and come
// out as they are.
func TestSurveyEnds(t *testing.T) {
	end := errors.New("end")
	for _, d := range chunkedDatasets(t) {
		if d.layout.Addr == format.Undefined {
			continue
		}
		s, _ := survey(d.r)
		s.Extent = func(Extent) error { return end }
		if err := s.Chunks(d.params(), func(Chunk) error { return nil }); err != end {
			t.Errorf("%s%s: %v, want the error of Extent", d.File, d.Name, err)
		}
		s, _ = survey(storage.NewReader(bytes.NewReader(d.bytes), int64(d.layout.Addr)))
		s.Damage = func(uint64, error) error { return end }
		if err := s.Chunks(d.params(), func(Chunk) error { return nil }); err != end {
			t.Errorf("%s%s: %v, want the error of Damage", d.File, d.Name, err)
		}
	}
}
