package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// newBench prepares to run operations: it makes those of their input files that
// are not there, each in a process of its own, and says so on progress.
func newBench(ctx context.Context, cfg config, list []operation, progress io.Writer) (bench, error) {
	generated := files{filepath.Join(cfg.dir, cfg.shape.String()), cfg.shape}
	b := bench{files: generated, procs: cfg.procs, python: cfg.python}
	if cfg.python != "" {
		b.files.dir = filepath.Join(generated.dir, "loompy")
	}
	if err := os.MkdirAll(b.files.dir, 0o777); err != nil {
		return b, err
	}
	for _, op := range list {
		for _, name := range op.inputs {
			if b.files.has(name) {
				continue
			}
			fmt.Fprintf(progress, "making %s\n", b.files.path(name))
			if err := makeFile(ctx, generated, name); err != nil {
				return b, err
			}
			if cfg.python == "" {
				continue
			}
			if err := storeAgain(ctx, cfg.python, b.files.path(name), generated.path(name)); err != nil {
				return b, err
			}
		}
	}
	return b, nil
}

// makeFile generates a file, and before it the one that it is made of.
func makeFile(ctx context.Context, f files, name string) error {
	if f.has(name) {
		return nil
	}
	if origin, ok := origins[name]; ok {
		if err := makeFile(ctx, f, origin); err != nil {
			return err
		}
	}
	cmd, err := ours(ctx, 0, "make", f.dir, strconv.Itoa(f.shape.genes), strconv.Itoa(f.shape.cells), name)
	if err != nil {
		return err
	}
	_, err = output(cmd)
	return err
}

// storeAgain has loompy store what is in one file in another.
func storeAgain(ctx context.Context, python, to, from string) error {
	growing := to + ".part"
	defer os.Remove(growing)
	if _, err := output(loompy(ctx, python, "store", "0", growing, from)); err != nil {
		return err
	}
	return os.Rename(growing, to)
}
