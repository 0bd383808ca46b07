package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// mostFiles is how many files a split makes at most.
const mostFiles = 1000

// A splitter makes a file for each value of an attribute.
type splitter struct {
	cmd   *cobra.Command
	by    string
	axis  loom.Axis
	dir   string
	force bool
}

func newSplitCommand() *cobra.Command {
	var s splitter
	var axis string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "split FILE --by ATTR",
		Short: "Make a file for each value of an attribute",
		Long: `split makes a Loom file for each value of a column attribute, of the columns that have it,
with all layers, attributes and graphs: cells_Neuron.loom, cells_Glia.loom and so on of cells.loom.
With --axis rows it goes by a row attribute.

Characters of values that are no letters, digits, or one of . + - become _ in names. Files that are
there already are not replaced unless --force is given. If a file cannot be made, the new ones
that were made before are removed.

It says which files it made: with --json as a list of objects with the keys filename, value,
shape, losses and warnings.`,
		Example: `  loom split cells.loom --by Class
  loom split cells.loom --by Sample --dir samples --force
  loom split cells.loom --by Chromosome --axis rows --dir chromosomes`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			s.cmd = cmd
			if s.by == "" {
				return errors.New("required option --by is missing; see 'loom split --help'")
			}
			if s.axis, err = parseAxis(axis); err != nil {
				return err
			}
			conn, _, err := openToLook(cmd, args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, conn.Close()) }()
			groups, err := s.groups(conn)
			if err != nil {
				return err
			}
			made, err := s.make(conn, groups)
			if err != nil {
				return err
			}
			if asJSON {
				return encodeJSON(cmd.OutOrStdout(), made)
			}
			for _, m := range made {
				if err := m.print(cmd, false); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&s.by, "by", "", "the attribute `ATTR`")
	cmd.Flags().StringVar(&axis, "axis", "cols", "`AXIS` of the attribute: cols or rows")
	cmd.Flags().StringVar(&s.dir, "dir", ".", "make the files in the folder `D`, which is made, too")
	cmd.Flags().BoolVar(&s.force, "force", false, "replace files that are there already")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print which files were made as JSON")
	return cmd
}

// parseAxis understands the name of an axis.
func parseAxis(text string) (loom.Axis, error) {
	switch text {
	case "rows", "row", "0":
		return loom.Rows, nil
	case "cols", "columns", "col", "1":
		return loom.Columns, nil
	}
	return 0, fmt.Errorf("no axis %q, want rows or cols", text)
}

// A group is the positions that have one value of the attribute.
type group struct {
	value     string
	path      string
	positions []int
}

// groups finds the positions of each value, in the order in which values come.
func (s *splitter) groups(conn *loom.Conn) ([]*group, error) {
	if err := hasAttribute(conn, s.axis, s.by); err != nil {
		return nil, err
	}
	values, err := attributesOf(conn, s.axis).Get(s.by)
	if err != nil {
		return nil, err
	}
	if shape := values.Shape(); len(shape) != 1 || shape[0] != lengthOf(conn, s.axis) {
		return nil, fmt.Errorf("attribute %q has shape %v, want one value for each of %d %s",
			s.by, shape, lengthOf(conn, s.axis), s.axis)
	}
	var groups []*group
	at := map[string]*group{}
	text := textOf(values)
	for i := range values.Len() {
		value := string(text(nil, i))
		g := at[value]
		if g == nil {
			if len(groups) == mostFiles {
				return nil, fmt.Errorf("attribute %q has more than %d different values, each of which would be a file", s.by, mostFiles)
			}
			g = &group{value: value}
			at[value] = g
			groups = append(groups, g)
		}
		g.positions = append(g.positions, i)
	}
	return groups, s.name(conn.Filename(), groups)
}

// name gives each group the path of its file, which must be its own.
func (s *splitter) name(filename string, groups []*group) error {
	base := strings.TrimSuffix(filepath.Base(filename), filepath.Ext(filename))
	taken := map[string]string{}
	for _, g := range groups {
		g.path = filepath.Join(s.dir, base+"_"+fileName(g.value)+".loom")
		// Some file systems do not tell upper from lower case.
		key := strings.ToLower(g.path)
		if other, ok := taken[key]; ok {
			return fmt.Errorf("the values %q and %q would both be the file %s", other, g.value, g.path)
		}
		taken[key] = g.value
		if _, err := os.Lstat(g.path); err == nil && !s.force {
			return fmt.Errorf("%s is there already; --force replaces it", g.path)
		}
	}
	return nil
}

// fileName returns a value as part of the name of a file.
func fileName(value string) string {
	const most = 100
	safe := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(".+-", r) {
			return r
		}
		return '_'
	}, value)
	if short := []rune(safe); len(short) > most {
		safe = string(short[:most])
	}
	return safe
}

// missingFolders returns those of a folder and the ones above it that do not exist, the
// outermost first.
func missingFolders(dir string) []string {
	var missing []string
	dir = filepath.Clean(dir)
	for {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		missing = append(missing, dir)
		dir = filepath.Dir(dir)
	}
	slices.Reverse(missing)
	return missing
}

// make makes the files, or leaves nothing.
func (s *splitter) make(conn *loom.Conn, groups []*group) (made []*madeFile, err error) {
	var fresh []string // were not there before
	defer func() {
		if err != nil {
			for _, path := range slices.Backward(fresh) {
				err = errors.Join(err, os.Remove(path))
			}
		}
	}()
	for _, dir := range missingFolders(s.dir) {
		if err := os.Mkdir(dir, 0o777); err != nil {
			return nil, err
		}
		fresh = append(fresh, dir)
	}
	for _, g := range groups {
		_, there := os.Lstat(g.path)
		source := loom.Source{Conn: conn, Cols: loom.Indices(g.positions)}
		if s.axis == loom.Rows {
			source.Rows, source.Cols = loom.Indices(g.positions), loom.All()
		}
		m, err := makeSubset(s.cmd, g.path, source)
		if err != nil {
			return nil, err
		}
		if errors.Is(there, fs.ErrNotExist) {
			fresh = append(fresh, g.path)
		}
		m.Value = g.value
		made = append(made, m)
	}
	return made, nil
}
