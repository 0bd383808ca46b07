package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
)

// memoryLimit is what an operation from file to file may take, in bytes,
// however large the files are.
const memoryLimit = 400 * megabyte

// A memoryRow is a row of the table of peak memory.
type memoryRow struct {
	Operation string  `json:"operation"`
	Title     string  `json:"title"`
	Seconds   float64 `json:"seconds"`
	Peak      int64   `json:"peak"`
	Holds     *bool   `json:"holds,omitempty"` // below the limit, where there is one
}

// measureMemory measures what goes from file to file, once each, and prints the table.
func measureMemory(ctx context.Context, cfg config, stdout, stderr io.Writer) error {
	cfg.runs, cfg.python = 1, ""
	list, err := matching(fileToFile, cfg.only)
	if err != nil {
		return err
	}
	b, err := newBench(ctx, cfg, list, stderr)
	if err != nil {
		return err
	}
	var rows []memoryRow
	for _, op := range list {
		m, err := b.ours(ctx, op)
		if err != nil {
			return err
		}
		if m.Peak == 0 {
			return fmt.Errorf("this system does not say how much memory a process has had")
		}
		fmt.Fprintf(stderr, "%s: %v\n", op.name, m)
		row := memoryRow{Operation: op.name, Title: op.title, Seconds: m.Seconds, Peak: m.Peak}
		if !op.grows {
			holds := m.Peak < memoryLimit
			row.Holds = &holds
		}
		rows = append(rows, row)
	}
	on, err := describe(ctx, cfg)
	if err != nil {
		return err
	}
	if err := printMemory(stdout, on, rows); err != nil {
		return err
	}
	return writeJSON(cfg.json, struct {
		Machine machine     `json:"machine"`
		Limit   int64       `json:"limit"`
		Rows    []memoryRow `json:"rows"`
	}{on, memoryLimit, rows})
}

func printMemory(w io.Writer, on machine, rows []memoryRow) error {
	fmt.Fprintf(w, "%v\n\n", on)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "operation\tseconds\tpeak MB\tbelow %d\n", int(memoryLimit/megabyte))
	for _, r := range rows {
		fmt.Fprintf(t, "%s\t%.1f\t%.0f\t%s\n", r.Title, r.Seconds, float64(r.Peak)/megabyte, verdict(r.Holds))
	}
	return t.Flush()
}
