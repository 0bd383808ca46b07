package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// specVersions are what --spec may be.
var specVersions = []string{"3.0.0", "2.0.1", "old"}

// A verdict is what loom validate prints as JSON.
type verdict struct {
	Filename    string   `json:"filename"`
	SpecVersion string   `json:"spec_version"`
	Valid       bool     `json:"valid"`
	Errors      []string `json:"errors"`
	Warnings    []string `json:"warnings"`
}

func newValidateCommand() *cobra.Command {
	var spec string
	var conventions, asJSON bool
	cmd := &cobra.Command{
		Use:   "validate FILE",
		Short: "Hold a file against the Loom specification",
		Long: `validate holds a file against the Loom specification, of the version that the file
claims or of another, and lists every violation on standard output. What is merely
unusual is listed, too, as a warning.

Exit codes:
  0  the file is valid
  1  it is not
  2  it cannot be opened or read as HDF5

With --json it prints one object with the keys filename, spec_version (which it was held
against), valid, errors and warnings.`,
		Example: `  loom validate cells.loom
  loom validate cells.loom --spec 2.0.1
  loom validate cells.loom --conventions --json`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			v, err := judge(args[0], spec, conventions)
			if err != nil {
				return err
			}
			if err := v.print(cmd.OutOrStdout(), asJSON); err != nil {
				return err
			}
			if !v.Valid {
				return errInvalid
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&spec, "spec", "", "`version` of the specification: 3.0.0, 2.0.1 or old (default: the one that the file claims)")
	cmd.Flags().BoolVar(&conventions, "conventions", false, "check the conventions for names and types of attributes, too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// judge holds a file against a version of the specification, "" for the file's own.
func judge(path, spec string, conventions bool) (*verdict, error) {
	var opts []loom.ValidateOption
	if spec != "" {
		if !slices.Contains(specVersions, spec) {
			return nil, fmt.Errorf("no specification version %q, want %s", spec, strings.Join(specVersions, ", "))
		}
		opts = append(opts, loom.ValidateSpec(spec))
	}
	if conventions {
		opts = append(opts, loom.ValidateConventions())
	}
	report, err := loom.Validate(path, opts...)
	if err != nil {
		return nil, err
	}
	return &verdict{
		Filename:    path,
		SpecVersion: report.Spec,
		Valid:       report.Valid(),
		Errors:      append([]string{}, report.Errors...),
		Warnings:    append([]string{}, report.Warnings...),
	}, nil
}

// print writes the verdict: a line for each error and warning, and a last one
// that sums up.
func (v *verdict) print(out io.Writer, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetEscapeHTML(false)
		return enc.Encode(v)
	}
	var b strings.Builder
	for _, text := range v.Errors {
		fmt.Fprintf(&b, "error: %s\n", printable(text))
	}
	for _, text := range v.Warnings {
		fmt.Fprintf(&b, "warning: %s\n", printable(text))
	}
	outcome := "valid"
	if !v.Valid {
		outcome = "not valid"
	}
	fmt.Fprintf(&b, "%s: %s (spec %s", printable(v.Filename), outcome, printable(v.SpecVersion))
	if !v.Valid {
		fmt.Fprintf(&b, ", %s", count(len(v.Errors), "error"))
	}
	if len(v.Warnings) > 0 {
		fmt.Fprintf(&b, ", %s", count(len(v.Warnings), "warning"))
	}
	b.WriteString(")\n")
	_, err := io.WriteString(out, b.String())
	return err
}
