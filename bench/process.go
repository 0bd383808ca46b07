package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// A measurement is what one process took for an operation.
type measurement struct {
	Seconds float64 `json:"seconds"`
	Peak    int64   `json:"peak"` // bytes of memory, 0 where the system does not say
}

// It must not be called loompy.py: Python started in this folder would import it.
//
//go:embed operations.py
var loompyScript string

// childMark is the first argument of the processes that the benchmark starts.
const childMark = "measured-process"

// runChild is what such a process does: to make a file, or an operation.
//
//	make DIR GENES CELLS NAME
//	run OPERATION ADDED OUTPUT INPUT...
func runChild(ctx context.Context, args []string, stdout io.Writer) error {
	switch {
	case len(args) == 5 && args[0] == "make":
		s, err := parseShape(args[2], args[3])
		if err != nil {
			return err
		}
		return files{args[1], s}.generate(ctx, args[4])
	case len(args) >= 5 && args[0] == "run":
		added, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		return runOperation(ctx, args[1], &task{in: args[4:], out: args[3], added: added}, stdout)
	}
	return fmt.Errorf("arguments %q", args)
}

func parseShape(genes, cells string) (s shape, err error) {
	if s.genes, err = strconv.Atoi(genes); err != nil {
		return s, err
	}
	s.cells, err = strconv.Atoi(cells)
	return s, err
}

func runOperation(ctx context.Context, name string, t *task, stdout io.Writer) error {
	op, ok := operationOf(name)
	if !ok {
		return fmt.Errorf("no operation %q", name)
	}
	if err := op.run(ctx, t); err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(measurement{t.elapsed.Seconds(), peakMemory()})
}

// peakMemory returns the most memory that this process has had, in bytes, or 0
// where there is no /proc.
func peakMemory() int64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kib, _ := strconv.ParseInt(fields[0], 10, 64)
	return kib << 10
}

// ours prepares a process that does what runChild does with the arguments.
func ours(ctx context.Context, procs int, args ...string) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, append([]string{childMark}, args...)...)
	cmd.Env = os.Environ()
	if procs > 0 {
		cmd.Env = append(cmd.Env, "GOMAXPROCS="+strconv.Itoa(procs))
	}
	return cmd, nil
}

// loompy prepares a process that runs operations.py with the arguments.
func loompy(ctx context.Context, python string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, python, append([]string{"-c", loompyScript}, args...)...)
	cmd.Env = append(os.Environ(), "PYTHONUTF8=1", "HDF5_USE_FILE_LOCKING=FALSE")
	return cmd
}

// output runs a process and returns what it prints; the error has the last line
// of what it says is wrong.
func output(cmd *exec.Cmd) ([]byte, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		said := bytes.TrimSpace(stderr.Bytes())
		return nil, fmt.Errorf("%s: %w: %s", filepath.Base(cmd.Path), err, said[bytes.LastIndexByte(said, '\n')+1:])
	}
	return out, nil
}
