// Package victim, for tests, kills processes at random instants. The process is
// the test binary itself, running one test that does nothing unless it is a victim.
package victim

import (
	"bufio"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	// variable tells a process that it is a victim, and what of.
	variable = "LOOM_TEST_CHANGE_UNTIL_KILLED"
	// roundsVariable says how many processes to kill.
	roundsVariable = "LOOM_TEST_KILLS"
)

// Argument returns what Kill was given, in the process that is to be killed. In
// others it skips the test.
func Argument(t *testing.T) string {
	t.Helper()
	argument := os.Getenv(variable)
	if argument == "" {
		t.Skip("runs as a process of its own only")
	}
	return argument
}

// Rounds returns how many processes a test should kill: what LOOM_TEST_KILLS says,
// or else 500 where every oracle is required and usual elsewhere.
func Rounds(t *testing.T, usual int) int {
	t.Helper()
	if text := os.Getenv(roundsVariable); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("%s: %v", roundsVariable, err)
		}
		return n
	}
	switch {
	case os.Getenv("LOOM_REQUIRE_ORACLES") == "1":
		return 500
	case testing.Short():
		return (usual + 4) / 5
	}
	return usual
}

// Kill runs a test as [Start] does, kills it some time after it has printed its
// first line, and returns all lines that it has printed whole.
func Kill(t *testing.T, test, argument string, after time.Duration) []string {
	t.Helper()
	p := Start(t, test, argument)
	first := p.Line(t)
	time.Sleep(after)
	return append([]string{first}, p.Kill(t)...)
}

// A Process is one that is to be killed, at the latest when the test ends.
type Process struct {
	cmd   *exec.Cmd
	lines *bufio.Reader
	dead  bool
}

// Start runs a test as a process of its own, which gets argument from Argument.
func Start(t *testing.T, test, argument string) *Process {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+test+"$", "-test.timeout=60s")
	cmd.Env = append(os.Environ(), variable+"="+argument)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &Process{cmd: cmd, lines: bufio.NewReader(out)}
	t.Cleanup(func() { p.Kill(t) })
	return p
}

// Line waits for the next line that the process prints.
func (p *Process) Line(t *testing.T) string {
	t.Helper()
	line, err := p.lines.ReadString('\n')
	if err != nil {
		t.Fatalf("process has ended: %v, after %q", err, line)
	}
	return strings.TrimSuffix(line, "\n")
}

// Kill kills the process, and returns the lines that it has printed whole since Line.
func (p *Process) Kill(t *testing.T) []string {
	t.Helper()
	if p.dead {
		return nil
	}
	p.dead = true
	killed := p.cmd.Process.Kill()
	rest, err := io.ReadAll(p.lines)
	_ = p.cmd.Wait() // it was killed
	if err := errors.Join(killed, err); err != nil {
		t.Fatalf("%v, after %q", err, rest)
	}
	lines := strings.Split(string(rest), "\n")
	return lines[:len(lines)-1]
}
