package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strings"
)

// A machine is where, on what and with what something was measured.
type machine struct {
	System    string `json:"system"`
	Processor string `json:"processor,omitempty"` // where the system says
	CPUs      int    `json:"cpus"`
	Procs     int    `json:"procs,omitempty"` // that were used here
	Go        string `json:"go"`
	Python    string `json:"python,omitempty"`
	Genes     int    `json:"genes"`
	Cells     int    `json:"cells,omitempty"`
	Runs      int    `json:"runs"`
}

func describe(ctx context.Context, cfg config) (machine, error) {
	m := machine{
		System: runtime.GOOS + "/" + runtime.GOARCH, Processor: processor(), CPUs: runtime.NumCPU(), Procs: cfg.procs,
		Go: runtime.Version(), Genes: cfg.shape.genes, Cells: cfg.shape.cells, Runs: cfg.runs,
	}
	if m.Procs == 0 {
		m.Procs = runtime.GOMAXPROCS(0)
	}
	if cfg.python == "" {
		return m, nil
	}
	said, err := output(loompy(ctx, cfg.python, "versions", "0", ""))
	m.Python = strings.TrimSpace(string(said))
	return m, err
}

var modelName = regexp.MustCompile(`(?m)^model name\s*: (.*)$`)

func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	if found := modelName.FindSubmatch(info); found != nil {
		return string(found[1])
	}
	return ""
}

func (m machine) String() string {
	runs := "measured once"
	if m.Runs > 1 {
		runs = fmt.Sprintf("medians of %d", m.Runs)
	}
	parts := []string{m.System}
	if m.Processor != "" {
		parts = append(parts, m.Processor)
	}
	cpus := fmt.Sprintf("%d CPUs", m.CPUs)
	if m.Procs > 0 {
		cpus += fmt.Sprintf(", %d used here", m.Procs)
	}
	parts = append(parts, cpus, m.Go)
	if m.Python != "" {
		parts = append(parts, m.Python)
	}
	size := fmt.Sprintf("%d genes", m.Genes)
	if m.Cells > 0 {
		size += fmt.Sprintf(" x %d cells", m.Cells)
	}
	return fmt.Sprintf("%s, %s; %s", size, runs, strings.Join(parts, ", "))
}
