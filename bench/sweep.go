package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// sweepProcs are the numbers of processors that a sweep uses here.
var sweepProcs = []int{1, 2, 4}

// A growth is a row of the table that shows how the cost of an operation grows with the
// cells and falls with the processors.
type growth struct {
	Operation string       `json:"operation"`
	Title     string       `json:"title"`
	Cells     int          `json:"cells"`
	Loompy    *measurement `json:"loompy,omitempty"`
	Ours      []scaled     `json:"ours"` // in the order of sweepProcs
}

// A scaled is what an operation took with so many processors.
type scaled struct {
	Procs int `json:"procs"`
	measurement
}

// parseCells reads numbers of cells that are separated by commas.
func parseCells(list string) ([]int, error) {
	var cells []int
	for _, text := range strings.Split(list, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("-sweep takes numbers of cells and commas between them, not %q", list)
		}
		cells = append(cells, n)
	}
	return cells, nil
}

// sweep measures all operations for each number of cells and of processors, in loompy for
// each number of cells, and prints the table: medians as in a comparison.
func sweep(ctx context.Context, cfg config, stdout, stderr io.Writer) error {
	list, err := matching(compared, cfg.only)
	if err != nil {
		return err
	}
	rows := make([]growth, 0, len(list)*len(cfg.sweep))
	benches := make([]bench, len(cfg.sweep))
	for i, cells := range cfg.sweep {
		cfg.shape.cells = cells
		if err := cfg.shape.check(); err != nil {
			return err
		}
		if benches[i], err = newBench(ctx, cfg, list, stderr); err != nil {
			return err
		}
	}
	for _, op := range list {
		for _, b := range benches {
			row, err := b.grow(ctx, op, cfg.runs)
			if err != nil {
				return err
			}
			fmt.Fprintf(stderr, "%s, %d cells: %v\n", op.name, row.Cells, row.Ours[0])
			rows = append(rows, row)
		}
	}
	on, err := describe(ctx, cfg)
	if err != nil {
		return err
	}
	on.Cells, on.Procs = 0, 0 // they are in the rows
	if err := printGrowth(stdout, on, rows); err != nil {
		return err
	}
	return writeJSON(cfg.json, struct {
		Machine machine  `json:"machine"`
		Rows    []growth `json:"rows"`
	}{on, rows})
}

// grow measures an operation with each number of processors, by turns, and in loompy.
func (b bench) grow(ctx context.Context, op operation, runs int) (growth, error) {
	row := growth{Operation: op.name, Title: op.title, Cells: b.files.shape.cells}
	us, them := make([][]measurement, len(sweepProcs)), []measurement(nil)
	for range runs {
		for i, procs := range sweepProcs {
			b.procs = procs
			m, err := b.ours(ctx, op)
			if err != nil {
				return row, err
			}
			us[i] = append(us[i], m)
		}
		if b.python == "" {
			continue
		}
		m, err := b.loompy(ctx, op)
		if err != nil {
			return row, err
		}
		them = append(them, m)
	}
	for i, procs := range sweepProcs {
		row.Ours = append(row.Ours, scaled{procs, median(us[i])})
	}
	if len(them) > 0 {
		loompy := median(them)
		row.Loompy = &loompy
	}
	return row, nil
}

func printGrowth(w io.Writer, on machine, rows []growth) error {
	fmt.Fprintf(w, "%v\n\n", on)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "operation\tcells\tloompy s / peak MB")
	for _, procs := range sweepProcs {
		fmt.Fprintf(t, "\t%d CPU s / peak MB", procs)
	}
	fmt.Fprintln(t)
	for _, r := range rows {
		theirs := "-"
		if r.Loompy != nil {
			theirs = r.Loompy.String()
		}
		fmt.Fprintf(t, "%s\t%d\t%s", r.Title, r.Cells, theirs)
		for _, m := range r.Ours {
			fmt.Fprintf(t, "\t%v", m)
		}
		fmt.Fprintln(t)
	}
	return t.Flush()
}
