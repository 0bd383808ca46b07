package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	var err error
	if len(os.Args) > 1 && os.Args[1] == childMark {
		// An interrupt ends a process that measures, and the one that started it clears up. To be told
		// of signals takes threads that Go starts just then, a tenth of what a column takes.
		err = runChild(context.Background(), os.Args[2:], os.Stdout)
	} else {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
		defer stop()
		err = run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	}
	if err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
		os.Exit(1)
	}
}

// A config is what the flags say.
type config struct {
	shape  shape
	dir    string // of the generated files
	runs   int
	procs  int // processors for us, 0 for all
	memory bool
	sweep  []int  // numbers of cells, nil for the one of shape
	python string // "" for none
	only   string
	json   string // path, "" for none
}

// run does what the arguments say.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	cfg, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.dir, 0o777); err != nil {
		return err
	}
	if cfg.memory {
		return measureMemory(ctx, cfg, stdout, stderr)
	}
	if cfg.sweep != nil {
		return sweep(ctx, cfg, stdout, stderr)
	}
	return compare(ctx, cfg, stdout, stderr)
}

func parseFlags(args []string, stderr io.Writer) (config, error) {
	var c config
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.IntVar(&c.shape.genes, "genes", 0, "rows of the matrix (default 2000, with -memory 20000)")
	flags.IntVar(&c.shape.cells, "cells", 0, "columns of the matrix (default 2000, with -memory 30000)")
	flags.IntVar(&c.runs, "runs", 3, "measurements of each operation, of which the median is printed")
	flags.IntVar(&c.procs, "procs", 0, "processors to use here; loompy uses one (default all)")
	flags.BoolVar(&c.memory, "memory", false, "measure the peak memory of what goes from file to file, without loompy")
	var cells string
	flags.StringVar(&cells, "sweep", "", "measure with 1, 2 and 4 processors for each of these numbers of `cells`, as in 2000,10000,30000")
	flags.StringVar(&c.python, "python", "/usr/bin/python3", "interpreter that has loompy, or empty to measure without it")
	flags.StringVar(&c.only, "only", "", "measure only operations whose name matches this regular expression")
	flags.StringVar(&c.json, "json", "", "also write the results to this `file`, as JSON")
	flags.StringVar(&c.dir, "dir", filepath.Join(os.TempDir(), "loom-bench"), "folder of the generated files, which are kept")
	if err := flags.Parse(args); err != nil {
		return c, err
	}
	if flags.NArg() > 0 {
		return c, fmt.Errorf("what is %q?", flags.Arg(0))
	}
	if cells != "" {
		var err error
		if c.sweep, err = parseCells(cells); err != nil {
			return c, err
		}
	}
	standard := shape{2000, 2000}
	if c.memory {
		standard = shape{20000, 30000}
	}
	if c.shape.genes == 0 {
		c.shape.genes = standard.genes
	}
	if c.shape.cells == 0 {
		c.shape.cells = standard.cells
	}
	if c.runs < 1 || c.procs < 0 {
		return c, errors.New("-runs takes 1 or more and -procs no negative number")
	}
	return c, c.shape.check()
}
