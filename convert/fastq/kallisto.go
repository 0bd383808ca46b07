package fastq

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ErrNoKallisto is wrapped when there is no program to align reads with.
var ErrNoKallisto = errors.New("kallisto is not installed: want it in a folder of PATH; see https://pachterlab.github.io/kallisto, or apt-get install kallisto")

// findKallisto returns the path of the program.
func findKallisto(named string) (string, error) {
	if named == "" {
		named = "kallisto"
	}
	path, err := exec.LookPath(named)
	if err != nil {
		return "", fmt.Errorf("%w (%v)", ErrNoKallisto, err)
	}
	return path, nil
}

// An alignment is a run of kallisto bus.
type alignment struct {
	program    string
	index      string
	technology string
	threads    int
	fastqs     []string
	log        io.Writer
}

// patience is how long a cancelled kallisto has to end before its output is given up.
const patience = 5 * time.Second

// run has kallisto write into a folder. When the context ends, so does kallisto.
func (a *alignment) run(ctx context.Context, dir string) error {
	args := append([]string{"bus", "-i", a.index, "-o", dir, "-x", a.technology, "-t", strconv.Itoa(a.threads)}, a.fastqs...)
	cmd := exec.CommandContext(ctx, a.program, args...)
	cmd.WaitDelay = patience
	said := &tail{log: a.log}
	cmd.Stdout, cmd.Stderr = said, said
	err := cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("kallisto bus: %w: %s", err, said.reason())
	}
	return nil
}

// A tail hands on what a program says, and keeps the end of it.
type tail struct {
	log  io.Writer // nil for nobody
	kept []byte
}

// mostKept is how much of it is kept, in bytes.
const mostKept = 16 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if extra := len(t.kept) - mostKept; extra > 0 {
		t.kept = append(t.kept[:0], t.kept[extra:]...)
	}
	if t.log == nil {
		return len(p), nil
	}
	return t.log.Write(p)
}

// reason returns in one line why the program has failed: what it calls errors, or else
// the last that it said.
func (t *tail) reason() string {
	var errs []string
	last := "it said nothing"
	for line := range bytes.Lines(t.kept) {
		text := strings.TrimSpace(string(line))
		if text == "" {
			continue
		}
		last = text
		if strings.HasPrefix(strings.ToLower(text), "error") {
			errs = append(errs, text)
		}
	}
	if len(errs) > 0 {
		return strings.Join(errs, "; ")
	}
	return last
}

// A runInfo is what kallisto says of a run.
type runInfo struct {
	Processed     int64  `json:"n_processed"`
	Pseudoaligned int64  `json:"n_pseudoaligned"`
	Version       string `json:"kallisto_version"`
	Call          string `json:"call"`
}

// readRunInfo reads run_info.json. It is nil if kallisto has written none that can be read: some
// versions do not escape what is in the call, and the counts do not depend on it.
func readRunInfo(dir string) *runInfo {
	text, err := os.ReadFile(filepath.Join(dir, "run_info.json"))
	if err != nil {
		return nil
	}
	var info runInfo
	if json.Unmarshal(text, &info) != nil {
		return nil
	}
	return &info
}
