package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// A comparison is a row of the table that compares with loompy.
type comparison struct {
	Operation string       `json:"operation"`
	Title     string       `json:"title"`
	Ours      measurement  `json:"ours"` // medians
	Loompy    *measurement `json:"loompy,omitempty"`
	Ratio     float64      `json:"ratio,omitempty"` // loompy's seconds by ours
	Bar       float64      `json:"bar"`             // what the ratio has to be
	MemoryBar float64      `json:"memory_bar,omitempty"`
	Holds     *bool        `json:"holds,omitempty"`
}

// compare measures all operations here and in loompy and prints the table.
func compare(ctx context.Context, cfg config, stdout, stderr io.Writer) error {
	list, err := matching(compared, cfg.only)
	if err != nil {
		return err
	}
	b, err := newBench(ctx, cfg, list, stderr)
	if err != nil {
		return err
	}
	rows := make([]comparison, 0, len(list))
	for _, op := range list {
		row, err := b.compare(ctx, op, cfg.runs)
		if err != nil {
			return err
		}
		fmt.Fprintf(stderr, "%s: %v\n", op.name, row.Ours)
		rows = append(rows, row)
	}
	on, err := describe(ctx, cfg)
	if err != nil {
		return err
	}
	if err := printComparisons(stdout, on, rows); err != nil {
		return err
	}
	return writeJSON(cfg.json, struct {
		Machine machine      `json:"machine"`
		Rows    []comparison `json:"rows"`
	}{on, rows})
}

// compare measures an operation here and in loompy, by turns.
func (b bench) compare(ctx context.Context, op operation, runs int) (comparison, error) {
	var us, them []measurement
	for range runs {
		m, err := b.ours(ctx, op)
		if err != nil {
			return comparison{}, err
		}
		us = append(us, m)
		if b.python == "" {
			continue
		}
		if m, err = b.loompy(ctx, op); err != nil {
			return comparison{}, err
		}
		them = append(them, m)
	}
	c := comparison{Operation: op.name, Title: op.title, Ours: median(us), Bar: op.faster, MemoryBar: op.memory}
	if b.python != "" {
		c.judge(median(them))
	}
	return c, nil
}

// judge holds the row against loompy.
func (c *comparison) judge(loompy measurement) {
	c.Loompy = &loompy
	c.Ratio = loompy.Seconds / c.Ours.Seconds
	holds := c.Ratio >= c.Bar
	if c.MemoryBar > 0 {
		holds = holds && float64(c.Ours.Peak) <= c.MemoryBar*float64(loompy.Peak)
	}
	c.Holds = &holds
}

// median returns the median seconds and the median memory.
func median(ms []measurement) measurement {
	seconds, peaks := make([]float64, len(ms)), make([]int64, len(ms))
	for i, m := range ms {
		seconds[i], peaks[i] = m.Seconds, m.Peak
	}
	slices.Sort(seconds)
	slices.Sort(peaks)
	low, high := (len(ms)-1)/2, len(ms)/2
	return measurement{(seconds[low] + seconds[high]) / 2, (peaks[low] + peaks[high]) / 2}
}

func printComparisons(w io.Writer, on machine, rows []comparison) error {
	fmt.Fprintf(w, "%v\n\n", on)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "operation\tloompy s / peak MB\there s / peak MB\ttimes faster\tbar\tholds")
	for _, c := range rows {
		theirs, ratio := "-", "-"
		if c.Loompy != nil {
			theirs, ratio = c.Loompy.String(), fmt.Sprintf("%.1f", c.Ratio)
		}
		bar := fmt.Sprintf("%g", c.Bar)
		if c.MemoryBar > 0 {
			bar += fmt.Sprintf(", %g of the memory", c.MemoryBar)
		}
		fmt.Fprintf(t, "%s\t%s\t%v\t%s\t%s\t%s\n", c.Title, theirs, c.Ours, ratio, bar, verdict(c.Holds))
	}
	return t.Flush()
}
