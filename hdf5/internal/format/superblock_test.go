package format_test

import (
	"testing"

	"github.com/goloom/loom/hdf5/internal/format"
)

const undefined64 = ^uint64(0)

func superblockV0(version int, ranks []byte) []byte {
	return record(format.Signature[:], version, 0, 0, 0, 0, 8, 8, 0, uint16(4), uint16(16), uint32(0), ranks,
		uint64(512), undefined64, uint64(4096), undefined64,
		uint64(0), uint64(96), uint32(1), uint32(0), uint64(136), uint64(680))
}

func superblockV2(version int) []byte {
	return sealed(format.Signature[:], version, 4, 2, 5, uint32(0), uint32(0xffffffff), uint32(4096), uint32(48))
}

func TestDecodeSuperblock(t *testing.T) {
	tests := []struct {
		name string
		raw  []byte
		want format.Superblock
	}{
		{"version 0", superblockV0(0, nil), format.Superblock{
			Version: 0, Sizes: wide, BaseAddr: 512, EOF: 4096, Root: 96, RootBTree: 136, RootHeap: 680,
			Extension: format.Undefined, DriverInfo: format.Undefined, GroupLeafK: 4, GroupInternalK: 16, ChunkK: 32,
		}},
		{"version 1", superblockV0(1, record(uint16(7), uint16(0))), format.Superblock{
			Version: 1, Sizes: wide, BaseAddr: 512, EOF: 4096, Root: 96, RootBTree: 136, RootHeap: 680,
			Extension: format.Undefined, DriverInfo: format.Undefined, GroupLeafK: 4, GroupInternalK: 16, ChunkK: 7,
		}},
		{"version 3", superblockV2(3), format.Superblock{
			Version: 3, Sizes: format.Sizes{Offset: 4, Length: 2}, Flags: format.FlagWriteAccess | format.FlagSWMR,
			EOF: 4096, Root: 48, RootBTree: format.Undefined, RootHeap: format.Undefined,
			Extension: format.Undefined, DriverInfo: format.Undefined, GroupLeafK: 4, GroupInternalK: 16, ChunkK: 32,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := format.DecodeSuperblock(append(tt.raw, "what follows in the file"...))
			if err != nil || got != tt.want {
				t.Errorf("got %+v, %v\nwant %+v", got, err, tt.want)
			}
			if len(tt.raw) > format.MaxSuperblockSize {
				t.Errorf("%d bytes exceed MaxSuperblockSize", len(tt.raw))
			}
			refusesPrefixes(t, tt.raw, func(b []byte) error {
				_, err := format.DecodeSuperblock(b)
				return err
			})
		})
	}
}

func TestDecodeSuperblockRefuses(t *testing.T) {
	changed := func(b []byte, at int, to byte) []byte {
		b[at] = to
		return b
	}
	tests := []struct {
		name string
		raw  []byte
		want error
	}{
		{"signature", changed(superblockV0(0, nil), 1, 'h'), format.ErrCorrupt},
		{"version", changed(superblockV0(0, nil), 8, 9), format.ErrUnsupported},
		{"offset width", changed(superblockV0(0, nil), 13, 16), format.ErrUnsupported},
		{"offset width 0", changed(superblockV0(0, nil), 13, 0), format.ErrUnsupported},
		{"leaf rank 0", changed(superblockV0(0, nil), 16, 0), format.ErrCorrupt},
		{"end before base", changed(superblockV0(0, nil), 41, 0), format.ErrCorrupt},
		{"checksum", changed(superblockV2(2), 20, 1), format.ErrCorrupt},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := format.DecodeSuperblock(tt.raw)
			wantError(t, err, tt.want)
		})
	}
}
