package format_test

import (
	"reflect"
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
)

func TestDecodeDataspace(t *testing.T) {
	narrow := format.Sizes{Offset: 4, Length: 4}
	tests := []struct {
		name string
		sz   format.Sizes
		raw  []byte
		want format.Dataspace
	}{
		{"version 1, scalar", wide, record(1, 0, 0, zeros(5)), format.Dataspace{}},
		{"version 2, scalar", wide, record(2, 0, 0, 0), format.Dataspace{}},
		{"version 2, null", wide, record(2, 0, 0, 2), format.Dataspace{Kind: format.Null}},
		{
			"version 1, fixed", wide, record(1, 2, 0, zeros(5), uint64(63), uint64(0)),
			format.Dataspace{Kind: format.Simple, Dims: []uint64{63, 0}},
		},
		{
			"version 1, extendible", wide, record(1, 2, 1, zeros(5), uint64(63), uint64(65), uint64(64), undefined64),
			format.Dataspace{Kind: format.Simple, Dims: []uint64{63, 65}, MaxDims: []uint64{64, format.Unlimited}},
		},
		{
			"version 2, 4-byte lengths", narrow, record(2, 1, 1, 1, uint32(7), ^uint32(0)),
			format.Dataspace{Kind: format.Simple, Dims: []uint64{7}, MaxDims: []uint64{format.Unlimited}},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := format.DecodeDataspace(append(tt.raw, zeros(4)...), tt.sz)
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, %v; want %+v", got, err, tt.want)
			}
			refusesPrefixes(t, tt.raw, func(b []byte) error {
				_, err := format.DecodeDataspace(b, tt.sz)
				return err
			})
		})
	}
}

func TestDecodeDataspaceRefuses(t *testing.T) {
	tests := []struct {
		name string
		raw  []byte
		want error
	}{
		{"version", record(3, 0, 0, 0), format.ErrUnsupported},
		{"permutation", record(1, 1, 2, zeros(5), zeros(16)), format.ErrUnsupported},
		{"rank 33", record(2, 33, 0, 1, zeros(33*8)), format.ErrCorrupt},
		{"kind", record(2, 0, 0, 3), format.ErrCorrupt},
		{"scalar with dimensions", record(2, 1, 0, 0, zeros(8)), format.ErrCorrupt},
		{"simple without dimensions", record(2, 0, 0, 1), format.ErrCorrupt},
		{"larger than its maximum", record(2, 1, 1, 1, uint64(2), uint64(1)), format.ErrCorrupt},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := format.DecodeDataspace(tt.raw, wide)
			wantError(t, err, tt.want)
		})
	}
}

func TestDataspaceElements(t *testing.T) {
	tests := []struct {
		space format.Dataspace
		want  uint64
	}{
		{format.Dataspace{}, 1},
		{format.Dataspace{Kind: format.Null}, 0},
		{format.Dataspace{Kind: format.Simple, Dims: []uint64{63, 65}}, 4095},
		{format.Dataspace{Kind: format.Simple, Dims: []uint64{1 << 40, 1 << 40, 0}}, 0},
		{format.Dataspace{Kind: format.Simple, Dims: []uint64{1<<32 - 1, 1<<32 + 1}}, 1<<64 - 1},
	}
	for _, tt := range tests {
		if got, err := tt.space.Elements(); err != nil || got != tt.want {
			t.Errorf("%+v: %d elements, %v; want %d", tt.space, got, err, tt.want)
		}
	}
	_, err := format.Dataspace{Kind: format.Simple, Dims: []uint64{1 << 32, 1 << 32}}.Elements()
	wantError(t, err, format.ErrCorrupt)
}
