package hdf5_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/goloom/loom/hdf5"
)

// someValues are values of the type that a number stands for, and of a random shape.
func someValues(rng *rand.Rand, kind int) *hdf5.Array {
	shape := []int{[]int{0, 1, 63, 64, 65, 1000}[rng.IntN(6)], 1 + rng.IntN(5)}
	n := shape[0] * shape[1]
	switch kind % 4 {
	case 0:
		values := make([]float32, n)
		for i := range values {
			values[i] = rng.Float32()
		}
		return must(hdf5.NewArray(values, shape...))
	case 1:
		values := make([]int64, n)
		for i := range values {
			values[i] = rng.Int64N(5)
		}
		return must(hdf5.NewArray(values, shape...))
	case 2:
		values := make([]string, n)
		for i := range values {
			values[i] = fmt.Sprint("text ", rng.IntN(100))
		}
		return must(hdf5.NewArray(values, shape...))
	}
	return must(hdf5.NewArray(make([]uint8, n), shape...)) // nothing is stored of zeros
}

// TestPrepare: datasets that were prepared are those that CreateDataset and Write make, in whatever
// order they are made, and whatever happens to the file meanwhile.
func TestPrepare(t *testing.T) {
	ctx, rng := t.Context(), rand.New(rand.NewPCG(3, 4))
	path := filepath.Join(t.TempDir(), "prepared.h5")
	const n = 40
	values, specs := make([]*hdf5.Array, n), make([]hdf5.DatasetSpec, n)
	for i := range values {
		values[i] = someValues(rng, i)
		shape := values[i].Shape()
		specs[i] = hdf5.DatasetSpec{
			Type: values[i].Type(), Shape: shape, MaxShape: []int{-1, -1},
			Chunks: []int{1 + rng.IntN(70), 1 + rng.IntN(5)}, Deflate: rng.IntN(3), Shuffle: rng.IntN(2) == 0,
		}
	}
	err := hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
		prepared := make([]*hdf5.Prepared, n)
		for i := range prepared {
			prepared[i] = must(tx.Prepare(ctx, specs[i], values[i]))
		}
		for _, i := range rng.Perm(n) {
			if err := tx.CreateDataset(fmt.Sprint("/written/", i), specs[i]); err != nil {
				return err
			}
			if err := tx.Write(ctx, fmt.Sprint("/written/", i), values[i]); err != nil {
				return err
			}
			if err := tx.CreatePrepared(fmt.Sprint("/prepared/", i), prepared[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	f := must(hdf5.Open(path))
	defer f.Close()
	for i := range values {
		for _, group := range []string{"written", "prepared"} {
			d := must(f.Dataset(fmt.Sprintf("/%s/%d", group, i)))
			got := must(d.Read(ctx))
			if !slices.Equal(got.Shape(), values[i].Shape()) || !reflect.DeepEqual(got.Data(), values[i].Data()) {
				t.Errorf("%s dataset %d of shape %v, chunks of %v: shape %v, or other values", group, i, values[i].Shape(), specs[i].Chunks, got.Shape())
			}
			if !slices.Equal(d.Chunks(), specs[i].Chunks) || !slices.Equal(d.MaxShape(), specs[i].MaxShape) {
				t.Errorf("%s dataset %d: chunks of %v, at most %v", group, i, d.Chunks(), d.MaxShape())
			}
		}
	}
	must(f.Check(ctx, func(p hdf5.Problem) { t.Error(p) }))
}

// TestPrepareRefused: what cannot be made is refused, and what was prepared in vain leaves nothing behind.
func TestPrepareRefused(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "refused.h5")
	values := must(hdf5.NewArray(make([]int32, 65)))
	spec := hdf5.DatasetSpec{Type: values.Type(), Shape: []int{65}, Chunks: []int{64}, Deflate: 2}
	running := runtime.NumGoroutine()
	var other *hdf5.Prepared
	err := hdf5.Create(ctx, path, func(tx *hdf5.Tx) error {
		other = must(tx.Prepare(ctx, spec, values))
		whole, narrow := spec, spec
		whole.Chunks, whole.Deflate, narrow.Shape = nil, 0, []int{64}
		for _, wrong := range []hdf5.DatasetSpec{whole, narrow, {}} {
			if _, err := tx.Prepare(ctx, wrong, values); !errors.Is(err, hdf5.ErrSelection) && !errors.Is(err, hdf5.ErrType) {
				t.Errorf("prepare %+v: %v", wrong, err)
			}
		}
		twice := must(tx.Prepare(ctx, spec, values))
		if err := tx.CreatePrepared("/d", twice); err != nil {
			return err
		}
		if err := tx.CreatePrepared("/again", twice); !errors.Is(err, hdf5.ErrSelection) {
			t.Errorf("made twice: %v, want %v", err, hdf5.ErrSelection)
		}
		taken := must(tx.Prepare(ctx, spec, values))
		if err := tx.CreatePrepared("/d", taken); !errors.Is(err, hdf5.ErrExist) {
			t.Errorf("made where something is: %v, want %v", err, hdf5.ErrExist)
		}
		ended, end := context.WithCancel(ctx)
		end()
		late := must(tx.Prepare(ended, spec, values))
		if err := tx.CreatePrepared("/late", late); !errors.Is(err, context.Canceled) {
			t.Errorf("after its context has ended: %v, want %v", err, context.Canceled)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	e := must(hdf5.Edit(path))
	err = e.Update(ctx, func(tx *hdf5.Tx) error {
		if err := tx.CreatePrepared("/other", other); !errors.Is(err, hdf5.ErrSelection) {
			t.Errorf("made in another transaction: %v, want %v", err, hdf5.ErrSelection)
		}
		return nil
	})
	if err := errors.Join(err, e.Close()); err != nil {
		t.Error(err)
	}
	f := must(hdf5.Open(path))
	defer f.Close()
	if links := must(f.Root().Links()); len(links) != 1 {
		t.Errorf("the file has %v, want d alone", links)
	}
	for start := time.Now(); runtime.NumGoroutine() > running && time.Since(start) < 5*time.Second; {
		time.Sleep(time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > running {
		t.Errorf("%d goroutines, %d before", n, running)
	}
}
