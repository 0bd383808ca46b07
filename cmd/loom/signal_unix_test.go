//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestMain runs the command itself, instead of the tests, in a process that a
// test has started for that.
func TestMain(m *testing.M) {
	if os.Getenv("LOOM_TEST_MAIN") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestSignals stops a command that waits for its input: the file stays as it is.
func TestSignals(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		path := makeFile(t)
		before := contentOf(t, path)
		cmd := exec.Command(os.Args[0], "set", path, "layers/new", "--from", "-")
		cmd.Env = append(os.Environ(), "LOOM_TEST_MAIN=1")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// It reads these when it is ready for signals.
		if _, err := in.Write(bytes.Repeat([]byte("1\t2\t3\t4\n"), 2)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond)
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		cmd.Wait() // without the rest of its input
		in.Close()
		if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || stderr.String() != "loom: interrupted\n" {
			t.Errorf("%v: exit code %d, %q", signal, code, stderr.String())
		}
		if !bytes.Equal(before, contentOf(t, path)) {
			t.Errorf("%v: the file has changed", signal)
		}
		if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
			t.Errorf("%v: %v, %v beside the file", signal, entries, err)
		}
	}
}
