package filter

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A fixture is a chunk that the HDF5 library stored; testdata/generate.py
// made them all.
type fixture struct {
	name     string
	Filters  []fixtureFilter `json:"filters"`
	ElemSize int             `json:"elem_size"`
	Mask     uint32          `json:"mask"`
	Size     int             `json:"size"`
	SHA256   string          `json:"sha256"`
	Stored   []byte          `json:"stored"`
}

type fixtureFilter struct {
	ID     uint16   `json:"id"`
	Name   string   `json:"name"`
	Params []uint32 `json:"params"`
}

func (f *fixture) pipeline() *Pipeline {
	specs := make([]Spec, len(f.Filters))
	for i, filter := range f.Filters {
		specs[i] = Spec{ID: filter.ID, Name: filter.Name, Params: filter.Params}
	}
	return New(specs, f.ElemSize)
}

// hasChecksum reports whether a change of any stored byte must be noticed.
func (f *fixture) hasChecksum() bool {
	return f.Mask == 0 && f.Filters[len(f.Filters)-1].ID == idFletcher32
}

func fixtures(t testing.TB) []*fixture {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	list := make([]*fixture, len(paths))
	for i, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f := &fixture{name: strings.TrimSuffix(filepath.Base(path), ".json")}
		if err := json.Unmarshal(data, f); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		list[i] = f
	}
	return list
}

func TestFixtures(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.name, func(t *testing.T) {
			p := f.pipeline()
			if most := p.MaxDecoded(uint64(len(f.Stored)), f.Mask); most < uint64(f.Size) {
				t.Errorf("MaxDecoded = %d, less than the %d bytes that are there", most, f.Size)
			}
			got, err := p.Decode(nil, f.Stored, f.Size, f.Mask)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != f.Size {
				t.Fatalf("%d bytes, want %d", len(got), f.Size)
			}
			if sum := sha256.Sum256(got); hex.EncodeToString(sum[:]) != f.SHA256 {
				t.Errorf("the %d bytes are not those that the HDF5 library reads", f.Size)
			}
		})
	}
}

// Every prefix of a stored chunk and every flipped bit give an error or, where
// nothing can tell, some bytes of the right number.
func TestFixturesDamaged(t *testing.T) {
	for _, f := range fixtures(t) {
		t.Run(f.name, func(t *testing.T) {
			p := f.pipeline()
			dst := make([]byte, f.Size)
			try := func(stored []byte) error {
				got, err := p.Decode(dst, stored, f.Size, f.Mask)
				var unknown *UnknownError
				switch {
				case err == nil && len(got) != f.Size:
					t.Fatalf("%d bytes, want %d", len(got), f.Size)
				case err != nil && !errors.Is(err, ErrCorrupt) && !errors.As(err, &unknown):
					t.Fatalf("error %v, want ErrCorrupt or an UnknownError", err)
				}
				return err
			}
			step := 1 + f.Size*len(f.Stored)/1_000_000
			for n := 0; n < len(f.Stored); n += step {
				if err := try(f.Stored[:n:n]); err == nil && f.hasChecksum() {
					t.Errorf("cut to %d bytes: no error", n)
				}
			}
			for i := 0; i < len(f.Stored); i += step {
				bit := byte(1) << (i % 8)
				f.Stored[i] ^= bit
				if err := try(f.Stored); err == nil && f.hasChecksum() {
					t.Errorf("byte %d changed: no error", i)
				}
				f.Stored[i] ^= bit
			}
			if err := try(f.Stored); err != nil {
				t.Errorf("undamaged again: %v", err)
			}
		})
	}
}
