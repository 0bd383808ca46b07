package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// A changing is a command that changes a file: in one transaction, of which all
// happens or nothing, or on trial.
type changing struct {
	dryRun bool
	asJSON bool
}

// addFlags adds the flags that all these commands have.
func (c *changing) addFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVarP(&c.dryRun, "dry-run", "n", false, "say what would change, and change nothing")
	cmd.Flags().BoolVar(&c.asJSON, "json", false, "print what changed as JSON")
}

// changingHelp describes them.
const changingHelp = `The file is changed in one transaction: all of it happens or, if anything is wrong or the
command is stopped, nothing. With --dry-run everything is tried out, with all checks, and said,
but the file is not written to.

With --json it prints one object with the keys filename, dry_run and changes: a list of objects
with the keys action, path, to (of a rename), and dtype, shape or edges of what is there now
and, under was, of what was there before.`

// A change is one line of what a command does to a file.
type change struct {
	Action string `json:"action"` // "set", "remove", "rename", "add"
	Path   string `json:"path"`
	To     string `json:"to,omitempty"`
	description
	Was     *description `json:"was,omitempty"`
	Deleted []string     `json:"deleted,omitempty"` // see loom.Added
	Ignored []string     `json:"ignored,omitempty"`

	Losses   []loss   `json:"losses,omitempty"` // see loom.Combined
	Warnings []string `json:"warnings,omitempty"`

	apply func(ctx context.Context, tx *loom.Tx) error
	after func(f file) description // nil if nothing is left
}

// openToChange opens a file for a command that changes it. A file that breaks the
// specification is changed, too, after a note on standard error: that may be what
// mends it.
func openToChange(cmd *cobra.Command, path string, dryRun bool) (*loom.Conn, error) {
	var opts []loom.Option
	if dryRun {
		opts = append(opts, loom.DryRun())
	}
	conn, err := loom.Connect(path, opts...)
	var invalid *loom.ValidationError
	if !errors.As(err, &invalid) {
		return conn, err
	}
	note(cmd, "%s does not follow the Loom specification (%s; run 'loom validate %s')",
		path, count(len(invalid.Report.Errors), "violation"), path)
	return loom.Connect(path, append(opts, loom.SkipValidation())...)
}

// run makes the changes that plan finds out, and says so.
func (c *changing) run(cmd *cobra.Command, path string, plan func(conn *loom.Conn) ([]*change, error)) (err error) {
	conn, err := openToChange(cmd, path, c.dryRun)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	changes, err := plan(conn)
	if err != nil {
		return err
	}
	err = conn.Update(cmd.Context(), func(tx *loom.Tx) error {
		for _, change := range changes {
			if err := change.apply(cmd.Context(), tx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, change := range changes {
		if change.after != nil {
			change.description = change.after(conn)
		}
	}
	return c.print(cmd, path, changes)
}

// print says what has changed, or would.
func (c *changing) print(cmd *cobra.Command, path string, changes []*change) error {
	if c.asJSON {
		return encodeJSON(cmd.OutOrStdout(), struct {
			Filename string    `json:"filename"`
			DryRun   bool      `json:"dry_run"`
			Changes  []*change `json:"changes"`
		}{path, c.dryRun, changes})
	}
	if quiet(cmd) && !c.dryRun {
		return nil
	}
	var b strings.Builder
	for _, change := range changes {
		if c.dryRun {
			b.WriteString("would ")
		}
		b.WriteString(printable(change.String()) + "\n")
	}
	_, err := io.WriteString(cmd.OutOrStdout(), b.String())
	return err
}

// String says the change in words.
func (c *change) String() string {
	text := c.Action + " " + c.Path
	switch {
	case c.To != "":
		return text + " to " + c.To
	case c.after == nil:
		return fmt.Sprintf("%s (%v)", text, c.Was)
	}
	text += ": " + c.description.String()
	if c.Was != nil {
		text += fmt.Sprintf(" (was %v)", c.Was)
	}
	return text
}

func encodeJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// was returns the description of a part that may be there.
func (p part) was(f file) *description {
	if !p.manager(f).Has(p.name) {
		return nil
	}
	d := p.describe(f)
	return &d
}

// checkPaths understands the paths of several parts, each of which may be named
// once.
func checkPaths(paths []string) ([]part, error) {
	parts := make([]part, len(paths))
	seen := map[part]bool{}
	for i, path := range paths {
		p, err := parsePart(path)
		if err != nil {
			return nil, err
		}
		if seen[p] {
			return nil, fmt.Errorf("%s is named twice", cmp.Or(path, p.String()))
		}
		seen[p], parts[i] = true, p
	}
	return parts, nil
}

// specVersion is the attribute without which a file is no valid Loom file.
var specVersion = part{kind: globalPart, name: "LOOM_SPEC_VERSION"}

// there refuses what a file does not have. What is in the place of a part without being
// one counts, so that it can be removed.
func (p part) there(conn *loom.Conn) error {
	if p.manager(conn).Has(p.name) {
		return nil
	}
	if _, err := conn.File().Lookup(p.String()); err == nil && p.name != "" {
		return nil
	}
	return p.missing(conn)
}
