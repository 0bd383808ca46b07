//go:build !manpages

package main

import "github.com/spf13/cobra"

// buildCommands returns the commands that only the build of the program needs, of
// which the program itself has none: see man.go.
func buildCommands() []*cobra.Command { return nil }
