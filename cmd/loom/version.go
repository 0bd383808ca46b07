package main

import (
	"encoding/json"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// A release is what the program says about itself.
type release struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Go       string `json:"go"`
}

func newVersionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Say which release of loom this is",
		Long: `version prints the release of loom, the version of Go that it was built with and, if it was built in
a checkout, the revision. With --json it prints one object with the keys version, revision and go.`,
		Example: "  loom version\n  loom version --json",
		Args:    arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			r := thisRelease()
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(r)
			}
			line := fmt.Sprintf("loom %s, %s", r.Version, r.Go)
			if r.Revision != "" {
				line += ", revision " + r.Revision
			}
			_, err := fmt.Fprintln(cmd.OutOrStdout(), line)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// thisRelease asks what the Go tool has put into the program.
func thisRelease() release {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return release{Version: "unknown"}
	}
	r := release{Version: info.Main.Version, Go: info.GoVersion}
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			r.Revision = setting.Value
		case setting.Key == "vcs.modified" && setting.Value == "true":
			r.Revision += ", modified"
		}
	}
	return r
}
