package main

import (
	"errors"
	"fmt"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// openToLook opens a file for a command that only looks. A file that breaks
// the specification is opened, too, after a note on standard error; violations
// says in which ways it does.
func openToLook(cmd *cobra.Command, path string) (conn *loom.Conn, violations []string, err error) {
	conn, err = loom.Open(path)
	var invalid *loom.ValidationError
	if !errors.As(err, &invalid) {
		return conn, nil, err
	}
	violations = invalid.Report.Errors
	note(cmd, "%s does not follow the Loom specification (%s; run 'loom validate %s')",
		path, count(len(violations), "violation"), path)
	conn, err = loom.Open(path, loom.SkipValidation())
	return conn, violations, err
}

// note tells the user, on standard error, something that does not end the
// command.
func note(cmd *cobra.Command, format string, args ...any) {
	message(cmd.ErrOrStderr(), "note: "+format, args...)
}

// count returns a number of things in words: "1 violation", "2 violations".
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
