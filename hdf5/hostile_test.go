package hdf5_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// memoryBound is what reading everything in a file of n bytes may take,
// whatever the bytes are.
func memoryBound(n int) int { return 64<<20 + 8*n }

// TestHostileFiles opens and reads everything in damaged copies of real files.
func TestHostileFiles(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(oracle.Root(t), "testdata", "*.loom"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		hostile(t, path, 300)
	}
	t.Run("fixtures", func(t *testing.T) {
		for _, path := range oracle.Fixtures(t, "loom") {
			hostile(t, path, 1000)
		}
	})
	t.Run("generated", func(t *testing.T) {
		for _, path := range oracle.GeneratedFiles(t, "*") {
			if info, err := os.Stat(path); err == nil && info.Size() < 200_000 {
				hostile(t, path, 15)
			}
		}
	})
}

// hostileFile names the file whose damaged copies a child process reads.
const hostileFile, hostileCopies = "LOOM_TEST_HOSTILE_FILE", "LOOM_TEST_HOSTILE_COPIES"

// hostile reads damaged copies in a process of its own, whose peak memory says
// nothing about anything else.
func hostile(t *testing.T, path string, copies int) {
	if hdf5.RaceEnabled {
		copies = min(copies, 10+copies/20)
	}
	t.Run(filepath.Base(path), func(t *testing.T) {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHostileChild$", "-test.v")
		cmd.Env = append(os.Environ(), hostileFile+"="+path, hostileCopies+"="+strconv.Itoa(copies))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%.4000s", err, out)
		}
	})
}

// TestHostileChild is the child process of [TestHostileFiles].
func TestHostileChild(t *testing.T) {
	path := os.Getenv(hostileFile)
	if path == "" {
		t.Skip("runs as a child of TestHostileFiles")
	}
	copies, err := strconv.Atoi(os.Getenv(hostileCopies))
	if err != nil {
		t.Fatal(err)
	}
	original, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range copies {
		damaged := damage(original, seed)
		done := make(chan error, 1)
		go func() { done <- readEverything(t, damaged) }()
		select {
		case err := <-done:
			if len(damaged) < len(original) && err == nil {
				t.Errorf("seed %d: no error for a file cut from %d to %d bytes", seed, len(original), len(damaged))
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("seed %d: still reading after 30 seconds", seed)
		}
		if peak := peakMemory(t); peak > memoryBound(len(original)) && !hdf5.RaceEnabled {
			t.Fatalf("seed %d: peak memory %d MiB, bound %d MiB", seed, peak>>20, memoryBound(len(original))>>20)
		}
	}
}

// damage returns a copy that is cut short or has some bytes changed.
func damage(original []byte, seed int) []byte {
	rng := rand.New(rand.NewPCG(uint64(seed), 1))
	if seed%10 == 0 {
		return bytes.Clone(original[:rng.IntN(len(original))])
	}
	b := bytes.Clone(original)
	for range 1 + rng.IntN(8) {
		i := rng.IntN(len(b))
		switch rng.IntN(4) {
		case 0:
			b[i] ^= 1 << rng.IntN(8)
		case 1:
			b[i] = byte(rng.Uint32())
		case 2:
			b[i] = 0xff
		case 3:
			b[i] = 0
		}
	}
	return b
}

// readEverything reads all that can be read and returns what could not.
func readEverything(t testing.TB, b []byte) error {
	f, err := hdf5.NewFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return err
	}
	var failed []error
	failed = append(failed, walk(f, func(o hdf5.Object) {
		if err := readAll(t.Context(), o); err != nil {
			failed = append(failed, err)
		}
	})...)
	return errors.Join(append(failed, f.Close())...)
}

// peakMemory returns the most memory that the process ever had, in bytes.
func peakMemory(t *testing.T) int {
	if runtime.GOOS != "linux" {
		return 0
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int
	if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}

// FuzzOpen opens and reads everything in whatever the fuzzer makes of small
// files.
func FuzzOpen(f *testing.F) {
	addSmallFiles(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = readEverything(t, b) // errors are welcome, panics are not
	})
}

// addSmallFiles seeds a fuzz target with the committed files.
func addSmallFiles(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "*.loom"))
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}
