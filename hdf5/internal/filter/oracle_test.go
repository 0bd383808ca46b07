package filter

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/goloom/loom/internal/oracle"
)

// A directChunk is one case of testdata/oracle/write_direct_chunk.py.
type directChunk struct {
	Name     string          `json:"name"`
	Filters  []fixtureFilter `json:"filters"`
	ElemSize int             `json:"elem_size"`
	Mask     uint32          `json:"mask"`
	Stored   []byte          `json:"stored"`
	Data     []byte          `json:"data"`
}

// encodeDirectChunk has a chunk of n elements encoded.
func encodeDirectChunk(t *testing.T, specs []Spec, kind string, elemSize, n int) directChunk {
	t.Helper()
	p := New(specs, elemSize)
	c := directChunk{
		Name:     fmt.Sprintf("%v of %d %s of %d bytes", p.Names(), n, kind, elemSize),
		ElemSize: elemSize,
		Data:     contents[kind](n * elemSize),
	}
	for _, spec := range specs {
		params := spec.Params
		if params == nil {
			params = []uint32{}
		}
		c.Filters = append(c.Filters, fixtureFilter{ID: spec.ID, Params: params})
	}
	c.Stored, c.Mask = mustEncode(t, p, c.Data)
	return c
}

// The HDF5 library reads what Encode gives, and heeds its mask.
func TestEncodeForLibrary(t *testing.T) {
	var cases []directChunk
	for _, elemSize := range []int{1, 2, 3, 4, 8} {
		var (
			shuffle    = Spec{ID: idShuffle, Params: []uint32{uint32(elemSize)}}
			deflate    = Spec{ID: idDeflate, Params: []uint32{2}}
			fletcher   = Spec{ID: idFletcher32}
			lzf        = Spec{ID: idLZF}
			unknown    = Spec{ID: 40000, Params: []uint32{1, 2}}
			scale      = Spec{ID: idScaleOffset}
			badDeflate = Spec{ID: idDeflate, Params: []uint32{10}}
		)
		pipelines := [][]Spec{
			{deflate}, {shuffle}, {fletcher}, {lzf},
			{shuffle, deflate}, {shuffle, deflate, fletcher}, {fletcher, shuffle, deflate},
			{deflate, shuffle, fletcher}, {deflate, deflate}, {shuffle, lzf}, {lzf, deflate, fletcher},
			{unknown}, {unknown, shuffle, deflate}, {shuffle, unknown, fletcher}, {badDeflate, deflate},
		}
		if elemSize != 3 { // an opaque type, which scale-offset cannot have
			pipelines = append(pipelines, []Spec{scale}, []Spec{scale, shuffle, deflate, fletcher})
		}
		if elemSize == 4 {
			for level := range uint32(maxDeflateLevel + 1) {
				pipelines = append(pipelines, []Spec{{ID: idDeflate, Params: []uint32{level}}})
			}
		}
		for _, specs := range pipelines {
			for kind := range contents {
				for _, n := range []int{1, 63, 64, 65, 1000} {
					cases = append(cases, encodeDirectChunk(t, specs, kind, elemSize, n))
				}
			}
		}
	}
	text, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cases.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	answers := json.NewDecoder(bytes.NewReader(oracle.Run(t, "oracle/write_direct_chunk.py", path)))
	for _, c := range cases {
		var problem *string
		if err := answers.Decode(&problem); err != nil {
			t.Fatal(err)
		}
		if problem != nil {
			t.Errorf("%s, mask %b: %s", c.Name, c.Mask, *problem)
		}
	}
}
