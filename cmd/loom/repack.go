package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path"
	"strconv"
	"strings"

	"github.com/goloom/loom/hdf5"
	"github.com/spf13/cobra"
)

func newRepackCommand() *cobra.Command {
	var out, chunks string
	var level int
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "repack FILE",
		Short: "Give back free space, or change chunks and compression",
		Long: `repack writes a file anew: with everything that is in it, and without the space
that changes have left free. It works on any HDF5 file.

Without -o the file itself is replaced, at once, when the new one is complete; if it cannot
be made, nothing changes. Until then other writers are kept out. Who is reading the file
keeps reading the old one.

Chunks are copied as they are stored, unless --chunks or --level ask for others. Neither
changes a value. --chunks is for the main matrix and the layers, --level for all datasets
that have chunks, where it takes the place of other compression.

What cannot be copied exactly is refused: virtual datasets and values in other files.

With --json it prints one object with the keys filename, bytes_before and bytes_after.`,
		Example: `  loom repack cells.loom
  loom repack cells.loom -o smaller.loom --level 9
  loom repack cells.loom -o rows.loom --chunks 1,4096`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			shape, err := parseChunks(chunks)
			if err != nil {
				return err
			}
			if level < -1 || level > 9 {
				return fmt.Errorf("--level %d, want 0 (no compression) to 9 (smallest)", level)
			}
			r := repacking{chunks: shape, level: level}
			before, after, err := r.run(cmd, args[0], out)
			if err != nil {
				return err
			}
			made := struct {
				Filename string `json:"filename"`
				Before   int64  `json:"bytes_before"`
				After    int64  `json:"bytes_after"`
			}{cmp.Or(out, args[0]), before, after}
			return printMade(cmd, asJSON, made, fmt.Sprintf("%s: %s before, %s after", made.Filename, byteSize(before), byteSize(after)))
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to `OUT` and leave FILE as it is")
	cmd.Flags().StringVar(&chunks, "chunks", "", "store the main matrix and the layers in chunks of `R,C` rows and columns")
	cmd.Flags().IntVar(&level, "level", -1, "deflate `level`: 0 for none, 1 (fastest) to 9 (smallest)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print which file was made, and its size, as JSON")
	return cmd
}

// parseChunks reads the shape of chunks, nil if the text is empty.
func parseChunks(text string) ([]int, error) {
	if text == "" {
		return nil, nil
	}
	var shape []int
	for _, field := range strings.Split(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(field))
		if err != nil || n < 1 {
			return nil, fmt.Errorf("--chunks %q, want two positive numbers such as 64,64", text)
		}
		shape = append(shape, n)
	}
	if len(shape) != 2 {
		return nil, fmt.Errorf("--chunks %q, want two positive numbers such as 64,64", text)
	}
	return shape, nil
}

// A repacking is what loom repack was asked to change.
type repacking struct {
	chunks []int // nil to keep them
	level  int   // -1 to keep it
}

// run repacks the file at from, in place unless to names another, and returns
// the sizes of the old file and the new one.
func (r *repacking) run(cmd *cobra.Command, from, to string) (before, after int64, err error) {
	f, release, err := openToRepack(from, to)
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, release()) }()
	to = cmp.Or(to, from)
	before = f.Size()
	if err := hdf5.Repack(cmd.Context(), f, to, hdf5.RepackOptions{Storage: r.storage}); err != nil {
		return 0, 0, err
	}
	made, err := os.Stat(to)
	if err != nil {
		return 0, 0, err
	}
	return before, made.Size(), nil
}

// openToRepack opens the file at from and, with a lock that lasts until release,
// sees to it that nobody changes in vain the file that is about to be replaced.
func openToRepack(from, to string) (f *hdf5.File, release func() error, err error) {
	if to == "" {
		e, err := hdf5.Edit(from)
		if err != nil {
			return nil, nil, err
		}
		return e.File(), e.Close, nil
	}
	if sameFile(from, to) {
		return nil, nil, fmt.Errorf("%s is the file itself; leave out -o to replace it", to)
	}
	if f, err = hdf5.Open(from); err != nil {
		return nil, nil, err
	}
	return f, f.Close, nil
}

// storage says how a dataset is to be stored, nil for as it is.
func (r *repacking) storage(d *hdf5.Dataset) *hdf5.Storage {
	rechunk := r.chunks != nil && len(d.Shape()) == 2 && (d.Path() == "/matrix" || path.Dir(d.Path()) == "/layers")
	if !rechunk && (r.level < 0 || d.Chunks() == nil) {
		return nil
	}
	s := &hdf5.Storage{}
	if rechunk {
		s.Chunks = r.chunks
	}
	for _, f := range d.Filters() {
		switch f.Name {
		case "deflate":
			if len(f.Params) > 0 {
				s.Deflate = int(f.Params[0])
			}
		case "shuffle":
			s.Shuffle = true
		case "fletcher32":
			s.Fletcher32 = true
		default:
			// What there is no other way to apply gives way to its like.
			s.Deflate = defaultLevel
		}
	}
	if r.level >= 0 {
		s.Deflate = r.level
	}
	return s
}

// defaultLevel is the deflate level of loompy's files.
const defaultLevel = 2
