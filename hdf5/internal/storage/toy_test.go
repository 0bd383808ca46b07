package storage_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"testing"

	"github.com/goloom/loom/hdf5/internal/storage"
)

// The toy is a file format with what matters to storage: a superblock that
// points to a list that points to blobs, checksums on everything, and an end of
// file.
//
//	superblock: magic, end address, address and length of the list, CRC
//	list:       address, length and CRC of each blob, CRC
const (
	toyMagic      = 0x746f79
	toySuperblock = 40
)

// toyContent is what the file holds: the blobs in order.
type toyContent []string

func toyImage(end uint64, list storage.Extent) []byte {
	b := binary.LittleEndian.AppendUint64(nil, toyMagic)
	b = binary.LittleEndian.AppendUint64(b, end)
	b = binary.LittleEndian.AppendUint64(b, list.Addr)
	b = binary.LittleEndian.AppendUint64(b, list.Size)
	return binary.LittleEndian.AppendUint64(b, uint64(crc32.ChecksumIEEE(b)))
}

// A toyTree is where things are.
type toyTree struct {
	list  storage.Extent
	blobs []storage.Extent
	crcs  []uint32
}

func (t toyTree) encodeList() []byte {
	var b []byte
	for i, e := range t.blobs {
		b = binary.LittleEndian.AppendUint64(b, e.Addr)
		b = binary.LittleEndian.AppendUint64(b, e.Size)
		b = binary.LittleEndian.AppendUint32(b, t.crcs[i])
	}
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

var errToy = errors.New("toy file is damaged")

// toyRead reads and checks all of a file.
func toyRead(r *storage.Reader) (toyContent, toyTree, storage.Layout, error) {
	var tree toyTree
	image, err := r.Bytes(0, toySuperblock)
	if err != nil {
		return nil, tree, storage.Layout{}, err
	}
	field := func(i int) uint64 { return binary.LittleEndian.Uint64(image[8*i:]) }
	if field(0) != toyMagic || field(4) != uint64(crc32.ChecksumIEEE(image[:32])) {
		return nil, tree, storage.Layout{}, fmt.Errorf("superblock %x: %w", image, errToy)
	}
	layout := storage.Layout{Superblock: toySuperblock, End: field(1)}
	if err := r.Check(0, layout.End); err != nil {
		return nil, tree, layout, fmt.Errorf("file is cut short: %w", err)
	}
	tree.list = storage.Extent{Addr: field(2), Size: field(3)}
	list, err := r.Limit(int64(layout.End)).Bytes(tree.list.Addr, tree.list.Size)
	if err != nil {
		return nil, tree, layout, err
	}
	sum := len(list) - 4
	if crc32.ChecksumIEEE(list[:sum]) != binary.LittleEndian.Uint32(list[sum:]) {
		return nil, tree, layout, fmt.Errorf("list at %d: %w", tree.list.Addr, errToy)
	}
	var content toyContent
	for entry := range slices.Chunk(list[:sum], 20) {
		e := storage.Extent{Addr: binary.LittleEndian.Uint64(entry), Size: binary.LittleEndian.Uint64(entry[8:])}
		crc := binary.LittleEndian.Uint32(entry[16:])
		blob, err := r.Limit(int64(layout.End)).Bytes(e.Addr, e.Size)
		if err != nil {
			return nil, tree, layout, err
		}
		if crc32.ChecksumIEEE(blob) != crc {
			return nil, tree, layout, fmt.Errorf("blob at %d: %w", e.Addr, errToy)
		}
		content = append(content, string(blob))
		tree.blobs, tree.crcs = append(tree.blobs, e), append(tree.crcs, crc)
	}
	return content, tree, layout, nil
}

// free is the space that the tree does not use.
func (t toyTree) free(end uint64) []storage.Extent {
	used := append([]storage.Extent{t.list}, t.blobs...)
	slices.SortFunc(used, func(a, b storage.Extent) int { return int(a.Addr) - int(b.Addr) })
	var free []storage.Extent
	at := uint64(toySuperblock)
	for _, e := range append(used, storage.Extent{Addr: end}) {
		if e.Addr > at {
			free = append(free, storage.Extent{Addr: at, Size: e.Addr - at})
		}
		at = max(at, e.Addr+e.Size)
	}
	return free
}

// A toyFile is a toy file open for change.
type toyFile struct {
	volume *storage.Volume
	tree   toyTree
	free   []storage.Extent // what the next transaction is told, unless nil
}

// begin begins a transaction that finds free space.
func (f *toyFile) begin() (*storage.Tx, error) {
	tx, err := f.volume.Begin()
	if err == nil && f.free != nil {
		tx.FindFree(func() ([]storage.Extent, bool, error) {
			free := f.free
			f.free = nil
			return free, true, nil
		})
	}
	return tx, err
}

func toyOpen(fsys storage.FS, name string) (*toyFile, error) {
	v, err := storage.Open(fsys, name)
	if err != nil {
		return nil, err
	}
	source, err := v.Source()
	if err != nil {
		return nil, err
	}
	_, tree, layout, err := toyRead(source)
	if err != nil {
		return nil, errors.Join(err, v.Close())
	}
	if err := v.SetLayout(layout); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return &toyFile{v, tree, tree.free(layout.End)}, nil
}

// set changes blobs in one transaction; index len(blobs) appends one.
func (f *toyFile) set(changes map[int]string) error {
	tx, err := f.begin()
	if err != nil {
		return err
	}
	tree, err := f.tree.set(tx, changes)
	if err != nil {
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(toyImage(tx.End(), tree.list)); err != nil {
		return err
	}
	f.tree = tree
	return nil
}

func (t toyTree) set(tx *storage.Tx, changes map[int]string) (toyTree, error) {
	next := toyTree{blobs: slices.Clone(t.blobs), crcs: slices.Clone(t.crcs)}
	for i := range len(t.blobs) + len(changes) {
		blob, ok := changes[i]
		if !ok {
			continue
		}
		e, err := toyPut(tx, []byte(blob))
		if err != nil {
			return t, err
		}
		if i == len(next.blobs) {
			next.blobs, next.crcs = append(next.blobs, e), append(next.crcs, 0)
		} else {
			tx.Free(next.blobs[i].Addr, next.blobs[i].Size)
		}
		next.blobs[i], next.crcs[i] = e, crc32.ChecksumIEEE([]byte(blob))
	}
	if t.list.Size > 0 {
		tx.Free(t.list.Addr, t.list.Size)
	}
	var err error
	next.list, err = toyPut(tx, next.encodeList())
	return next, err
}

func toyPut(tx *storage.Tx, b []byte) (storage.Extent, error) {
	addr, err := tx.Alloc(uint64(len(b)))
	if err != nil {
		return storage.Extent{}, err
	}
	return storage.Extent{Addr: addr, Size: uint64(len(b))}, tx.WriteAt(b, addr)
}

// toyWrite fills a new file.
func toyWrite(f storage.File, content toyContent) error {
	v := storage.NewVolume(f, "new")
	if err := v.SetLayout(storage.Layout{Superblock: toySuperblock, End: toySuperblock}); err != nil {
		return err
	}
	changes := map[int]string{}
	for i, blob := range content {
		changes[i] = blob
	}
	return (&toyFile{volume: v}).set(changes)
}

// toyBytes is a file with the given content.
func toyBytes(t testing.TB, content toyContent) []byte {
	t.Helper()
	f := new(memoryFile)
	if err := toyWrite(f, content); err != nil {
		t.Fatal(err)
	}
	return f.data
}

// toyDecode reads the bytes of a file.
func toyDecode(b []byte) (toyContent, error) {
	content, _, _, err := toyRead(storage.NewReader(&memoryFile{data: b}, int64(len(b))))
	return content, err
}
