package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// A bench runs operations on the files of one shape.
type bench struct {
	files  files
	procs  int
	python string
}

// ours measures an operation here once.
func (b bench) ours(ctx context.Context, op operation) (measurement, error) {
	return b.once(op, func(args []string) (*exec.Cmd, error) {
		return ours(ctx, b.procs, append([]string{"run"}, args...)...)
	})
}

// loompy measures an operation of loompy once.
func (b bench) loompy(ctx context.Context, op operation) (measurement, error) {
	return b.once(op, func(args []string) (*exec.Cmd, error) {
		return loompy(ctx, b.python, args...), nil
	})
}

// once measures an operation with files of its own, which it removes.
func (b bench) once(op operation, command func(args []string) (*exec.Cmd, error)) (m measurement, err error) {
	scratch, err := os.MkdirTemp(b.files.dir, "scratch-")
	if err != nil {
		return m, err
	}
	defer os.RemoveAll(scratch)
	inputs := make([]string, len(op.inputs))
	for i, name := range op.inputs {
		inputs[i] = b.files.path(name)
	}
	if op.changes {
		copied := filepath.Join(scratch, "changed.loom")
		if err := copyFile(copied, inputs[0]); err != nil {
			return m, err
		}
		inputs[0] = copied
	}
	args := []string{op.name, strconv.Itoa(b.files.shape.added()), filepath.Join(scratch, "made.loom")}
	cmd, err := command(append(args, inputs...))
	if err != nil {
		return m, err
	}
	settle()
	start := time.Now()
	out, err := output(cmd)
	elapsed := time.Since(start)
	if err != nil {
		return m, fmt.Errorf("%s: %w", op.name, err)
	}
	if err := json.Unmarshal(out, &m); err != nil {
		return m, fmt.Errorf("%s printed %q: %w", op.name, out, err)
	}
	if op.started {
		m.Seconds = elapsed.Seconds()
	}
	return m, nil
}

// settle waits until the disk has all that was written and removed before: a process that makes changes durable would
// have to wait for what others left. Where there is no such command, that is how it is.
func settle() { _ = exec.Command("sync").Run() }

// copyFile copies a file to the disk: what is still on its way there, who makes changes durable would have to wait for.
func copyFile(to, from string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	copied, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(copied, source)
	return errors.Join(err, copied.Sync(), copied.Close())
}
