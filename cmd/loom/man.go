//go:build manpages

package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// buildCommands returns the command that writes the manual pages of all others. "make man"
// runs it; the program that is installed does not have it, nor what it imports.
func buildCommands() []*cobra.Command {
	return []*cobra.Command{{
		Use:    "manpages DIR",
		Hidden: true,
		Args:   arguments("DIR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o777); err != nil {
				return err
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true // the same pages of the same program
			return doc.GenManTree(root, &doc.GenManHeader{Title: "LOOM", Section: "1", Source: "Loom for Go"}, args[0])
		},
	}}
}
