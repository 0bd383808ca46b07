package hdf5

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goloom/loom/internal/victim"
)

// The content of the file that is changed follows from a counter, so that any
// content there was can be told from any other.

// makeCounted puts into an empty file what the counter n stands for.
func makeCounted(ctx context.Context, tx *Tx, n int) error {
	err := steps(
		func() error { return tx.SetAttribute("/", "counter", NewScalar(int64(n))) },
		func() error { return addDataset(ctx, tx, "/matrix", countedMatrix(n), 16, 16) },
		func() error { return tx.SetAttribute("/matrix", "text", textsWith(n, 3)) },
		func() error { return tx.CreateGroup("/layers") },
	)
	for i := max(0, n-countedLayers+1); i <= n && err == nil; i++ {
		err = addCountedLayer(ctx, tx, i)
	}
	return err
}

// countedLayers is how many layers there are at a time: the newest.
const countedLayers = 3

func countedLayer(n int) string { return fmt.Sprintf("/layers/layer %d", n) }

func addCountedLayer(ctx context.Context, tx *Tx, n int) error {
	return addDataset(ctx, tx, countedLayer(n), textsWith(n, 10+n%30), 8)
}

// countedMatrix has a width that changes, and differs from the one before it in
// all places.
func countedMatrix(n int) *Array {
	values := arrayWith(0, 30, 20+n%13)
	for i := range values.data.([]float32) {
		values.data.([]float32)[i] = float32(n + i)
	}
	return values
}

// count makes n of n - 1, by a change of every kind.
func count(ctx context.Context, tx *Tx, n int) error {
	matrix := countedMatrix(n)
	return steps(
		func() error { return tx.SetAttribute("/", "counter", NewScalar(int64(n))) },
		func() error { return tx.SetAttribute("/matrix", "text", textsWith(n, 3)) },
		func() error { return tx.Resize(ctx, "/matrix", matrix.shape...) },
		func() error { return tx.Write(ctx, "/matrix", matrix) },
		func() error { return tx.Rename("/layers", "/renamed") },
		func() error { return tx.Rename("/renamed", "/layers") },
		func() error { return addCountedLayer(ctx, tx, n) },
		func() error {
			if n < countedLayers {
				return nil
			}
			return tx.Delete(countedLayer(n - countedLayers))
		},
	)
}

// counter returns what a file's content follows from.
func counter(f *File) (int, error) {
	a, err := f.Root().Attribute("counter")
	if err != nil {
		return 0, err
	}
	value, err := a.Read()
	if err != nil {
		return 0, err
	}
	n, err := Values[int64](value)
	if err != nil {
		return 0, err
	}
	return int(n[0]), nil
}

// TestChangeUntilKilled is the process that TestKill kills. It prints the counter
// once the file holds it.
func TestChangeUntilKilled(t *testing.T) {
	path := victim.Argument(t)
	e, err := Edit(path)
	if err != nil {
		t.Fatal(err)
	}
	n, err := counter(e.File())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println(n)
	for range 10000 { // or else it would outlive a test that was killed itself
		n++
		if err := e.Update(t.Context(), func(tx *Tx) error { return count(t.Context(), tx, n) }); err != nil {
			t.Fatal(err)
		}
		fmt.Println(n)
	}
}

// A process that changes a file is killed at a random instant, again and again,
// each time going on with what the one before it has left. The file is sound
// each time, and holds what the last transaction made of it that was
// acknowledged, or the one after.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "counted.h5")
	if err := createCounted(t.Context(), path, 0); err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 0))
	known, files := map[string][]byte{}, []sampleFile(nil)
	unacknowledged, unfinished := 0, 0
	for round := range victim.Rounds(t, 100) {
		what := fmt.Sprintf("kill %d", round)
		acknowledged := killOne(t, path, time.Duration(rng.IntN(12_000_000)))
		b, n, text := inspectKilled(t, path)
		if n != acknowledged && n != acknowledged+1 {
			t.Fatalf("%s: the counter is %d, %d was acknowledged", what, n, acknowledged)
		}
		want, reference := countedContent(t, n)
		if text != want {
			t.Fatalf("%s: the content is not that of counter %d", what, n)
		}
		known[want] = reference
		files = append(files, sampleFile{what, b, want})
		if n > acknowledged {
			unacknowledged++
		}
		if f, err := NewFile(strings.NewReader(string(b)), int64(len(b))); err == nil && f.Size() > f.base+f.r.Size() {
			unfinished++
		}
		if len(b) > 300_000 {
			if err := createCounted(t.Context(), path, n); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("of %d files %d had an unfinished transaction behind their end, %d a finished one that was not acknowledged",
		len(files), unfinished, unacknowledged)
	t.Run("h5py", func(t *testing.T) { agree(t, known, files) })
}

func createCounted(ctx context.Context, path string, n int) error {
	return Create(ctx, path, func(tx *Tx) error { return makeCounted(ctx, tx, n) })
}

// killOne kills a process some time after its first transaction has begun, and
// returns the last counter that it has acknowledged.
func killOne(t *testing.T, path string, after time.Duration) int {
	t.Helper()
	printed := victim.Kill(t, "TestChangeUntilKilled", path, after)
	n, err := strconv.Atoi(printed[len(printed)-1])
	if err != nil {
		t.Fatalf("%v: process printed %q", err, printed)
	}
	return n
}

// inspectKilled returns a file, its counter and its content.
func inspectKilled(t *testing.T, path string) (b []byte, n int, text string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if text, err = wholeContent(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	if n, err = counter(f); err != nil {
		t.Fatal(err)
	}
	return b, n, text
}

// countedContent makes a file anew that the counter n stands for, and returns its
// content.
func countedContent(t *testing.T, n int) (text string, b []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "reference.h5")
	if err := createCounted(t.Context(), path, n); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text, err = (contentReader{}).read(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return text, b
}
