package format

import (
	"encoding/binary"
	"slices"
	"testing"
)

// FuzzSpaceRecords decodes any bytes as each of the records that say where the
// file's space goes, as they are and with the checksum made right.
func FuzzSpaceRecords(f *testing.F) {
	f.Add([]byte("FSHD\x00\x00"), uint8(1))
	f.Add([]byte("FRHP\x00"), uint8(0))
	f.Add([]byte("SMTB\x00\x01"), uint8(3))
	f.Add([]byte{1, 0, 1}, uint8(0))
	f.Fuzz(func(t *testing.T, b []byte, indexes uint8) {
		for _, sz := range allSizes {
			spaceRecords(t, b, sz, int(indexes))
			for _, n := range []uint64{uint64(FreeSpaceSize(sz)), SharedTableSize(sz, int(indexes))} {
				if uint64(len(b)) >= n {
					sound := slices.Clone(b)
					binary.LittleEndian.PutUint32(sound[n-4:], Checksum(sound[:n-4]))
					spaceRecords(t, sound, sz, int(indexes))
				}
			}
		}
	})
}

func spaceRecords(t *testing.T, b []byte, sz Sizes, indexes int) {
	if managers, err := DecodeFileSpaceInfo(b, sz); err == nil && len(managers)*sz.Offset > len(b) {
		t.Fatalf("%d managers in %d bytes", len(managers), len(b))
	}
	if table, err := DecodeSharedTable(b, sz, indexes); err == nil && len(table) != indexes {
		t.Fatalf("%d indexes, want %d", len(table), indexes)
	}
	if ks, err := DecodeTreeKs(b); err == nil && (ks.Chunk == 0 || ks.GroupInternal == 0 || ks.GroupLeaf == 0) {
		t.Fatalf("K values %+v", ks)
	}
	if size, err := DriverInfoSize(b); err == nil && size < DriverInfoPrefixSize {
		t.Fatalf("driver information block of %d bytes", size)
	}
	// Of these, any address will do: whoever reads there checks it.
	_, _ = DecodeFreeSpace(b, sz)
	_, _ = FractalHeapFreeSpace(b, sz)
	_, _, _ = DecodeSharedTableMessage(b, sz)
	_, _ = DecodeExternalFilesHeap(b, sz)
	_, _, _ = BTree1Siblings(b, sz)
}
