package hdf5

import "context"

// A Used is an extent as tests see it.
type Used struct {
	Addr, Size  uint64
	Kind, Owner string
}

// UsedExtents returns the extents of f in the order of the walk.
func UsedExtents(ctx context.Context, f *File) ([]Used, error) {
	var used []Used
	err := f.extents(ctx, func(e extent) error {
		used = append(used, Used{e.Addr, e.Size, e.Kind.String(), e.owner})
		return nil
	})
	return used, err
}

// FreeExtents returns the free extents of f.
func FreeExtents(ctx context.Context, f *File) ([]Used, error) {
	var free []Used
	extents, err := f.freeExtents(ctx)
	for _, e := range extents {
		free = append(free, Used{Addr: e.Addr, Size: e.Size})
	}
	return free, err
}
