package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/goloom/loom/hdf5"
	"github.com/spf13/cobra"
)

// A problem is what loom check prints as JSON for each thing that it finds.
type problem struct {
	Kind     string `json:"kind"`
	Harmless bool   `json:"harmless"`
	Path     string `json:"path"`
	Address  uint64 `json:"address,omitempty"`
	Error    string `json:"error"`
}

// A checkup is what loom check prints as JSON in the end.
type checkup struct {
	Filename      string `json:"filename"`
	Sound         bool   `json:"sound"`
	Problems      int    `json:"problems"`
	Harmless      int    `json:"harmless"`
	Groups        int    `json:"groups"`
	Datasets      int    `json:"datasets"`
	Attributes    int    `json:"attributes"`
	Chunks        int    `json:"chunks"`
	FileBytes     int64  `json:"file_bytes"`
	ValueBytes    int64  `json:"value_bytes"`
	HeapBytes     int64  `json:"heap_bytes"`
	MetadataBytes int64  `json:"metadata_bytes"`
	FreeBytes     int64  `json:"free_bytes"`
}

func newCheckCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Read all of a file and report damage",
		Long: `check reads the whole file: it decodes every chunk, walks every index, heap and
object header, and makes sure that no two things take up the same bytes. It lists what is
wrong on standard output as it finds it, then what the bytes of the file are used for. It
works on any HDF5 file.

What a sound file may have, too, is listed but is no damage: links that lead nowhere
("dangling"), and parts that loom cannot read ("unchecked"). 'loom repack' gives back the
bytes that are free.

Exit codes:
  0  the file is sound
  1  it is damaged
  2  it cannot be opened, or is no HDF5 file

With --json it prints one JSON object on a line for each problem, with the keys kind,
harmless, path, address and error, and a last one for the file, with the keys filename,
sound, and counts.`,
		Example: `  loom check cells.loom
  loom check cells.loom --json | tail -n 1`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c := checker{out: cmd.OutOrStdout(), asJSON: asJSON, result: checkup{Filename: args[0]}}
			if err := c.check(cmd, args[0]); err != nil {
				return err
			}
			if !c.result.Sound {
				return errInvalid
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON, an object on a line")
	return cmd
}

// A checker prints what comes of a check.
type checker struct {
	out    io.Writer
	asJSON bool
	result checkup
	err    error // of writing
}

func (c *checker) check(cmd *cobra.Command, path string) (err error) {
	f, err := hdf5.Open(path)
	if errors.Is(err, hdf5.ErrCorrupt) {
		// The first bytes say that this is an HDF5 file, but not what is in it.
		c.problem(hdf5.Problem{Kind: hdf5.Damaged, Err: err})
		c.result.Problems = 1
		return errors.Join(c.err, c.print())
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	summary, err := f.Check(cmd.Context(), c.problem)
	if err != nil || c.err != nil {
		return errors.Join(err, c.err)
	}
	c.result = checkup{
		Filename:   path,
		Sound:      summary.Problems == 0,
		Problems:   summary.Problems,
		Harmless:   summary.Harmless,
		Groups:     summary.Groups,
		Datasets:   summary.Datasets,
		Attributes: summary.Attributes,
		Chunks:     summary.Chunks,
		FileBytes:  f.Size(),
		ValueBytes: summary.Values, HeapBytes: summary.Heaps, MetadataBytes: summary.Metadata,
		FreeBytes: summary.Free + summary.Trailing,
	}
	return c.print()
}

// problem prints a problem.
func (c *checker) problem(p hdf5.Problem) {
	if c.err != nil {
		return
	}
	if c.asJSON {
		c.err = c.encode(problem{Kind: p.Kind.String(), Harmless: p.Kind.Harmless(), Path: p.Path, Address: p.Addr, Error: p.Err.Error()})
		return
	}
	_, c.err = fmt.Fprintf(c.out, "%v: %s\n", p.Kind, printable(p.Err.Error()))
}

func (c *checker) encode(v any) error {
	enc := json.NewEncoder(c.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// print prints what the file is made of, and the outcome.
func (c *checker) print() error {
	if c.asJSON {
		return c.encode(c.result)
	}
	r := &c.result
	var b strings.Builder
	if r.FileBytes > 0 {
		fmt.Fprintf(&b, "%s, %s, %s, %s\n", count(r.Groups, "group"), count(r.Datasets, "dataset"),
			count(r.Attributes, "attribute"), count(r.Chunks, "chunk"))
		t := table{right: map[int]bool{1: true, 2: true}}
		for _, line := range []struct {
			what  string
			bytes int64
		}{
			{"values", r.ValueBytes},
			{"strings and sequences", r.HeapBytes},
			{"metadata", r.MetadataBytes},
			{"free", r.FreeBytes},
			{"file", r.FileBytes},
		} {
			t.add(line.what, byteSize(line.bytes), percentage(line.bytes, r.FileBytes))
		}
		if err := t.print(&b); err != nil {
			return err
		}
	}
	outcome := "sound"
	if !r.Sound {
		outcome = "damaged (" + count(r.Problems, "problem") + ")"
	}
	fmt.Fprintf(&b, "%s: %s\n", printable(r.Filename), outcome)
	_, err := io.WriteString(c.out, b.String())
	return err
}

func percentage(part, whole int64) string {
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}
