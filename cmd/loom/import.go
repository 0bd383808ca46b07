package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/spf13/cobra"
)

// An importKind is a format that loom import makes Loom files of. Each is a
// subcommand, with options of its own.
type importKind struct {
	name    string // of the subcommand
	short   string // what it reads, in one line
	long    string // what becomes of what, in paragraphs
	example string // lines that begin with two blanks and "loom import"

	// recognise reports whether an input looks like one of this kind. It is asked
	// where the kind is left out; the first of importKinds that says yes it is.
	recognise func(in *foreignInput) bool

	// bind adds the kind's own flags to its subcommand and returns what imports
	// as they say, once they are parsed. Where the kind is left out, the flags keep
	// their defaults.
	bind func(cmd *cobra.Command) importFunc
}

// An importFunc makes a Loom file. What the user should know of it, although it
// is no error, is among the notes: sentences without a full stop.
type importFunc func(ctx context.Context, r importRequest) (notes []string, err error)

// An importRequest is what all kinds are asked alike.
type importRequest struct {
	input, out string
	attrs      map[string]*loom.Array // global attributes to set, beside the kind's own
}

// importKinds are the kinds in the order in which an input is tried for them.
var importKinds = []importKind{
	starImport,
	cellrangerImport,
	tenxH5Import,
	busImport,
	mtxImport,
	h5adImport,
	tableImport, // last: text of nearly any kind looks like a table
}

// An importing is what loom import was asked to do.
type importing struct {
	out    string
	attrs  []string // NAME=TEXT
	asJSON bool
}

func newImportCommand() *cobra.Command {
	var im importing
	cmd := &cobra.Command{
		Use:   "import [KIND] INPUT -o OUT",
		Short: "Make a Loom file of another format",
		Long: `import makes the Loom file OUT of INPUT, a file or a folder of another format. KIND says which:

` + describeKinds() + `
Left out, it is found out from what INPUT is and holds. The options of a kind are those of the
command with its name: see 'loom import KIND --help'.

OUT appears when it is complete, in the place of a file of this name if there is one; if anything is
wrong with INPUT, or the command is stopped, there is none. INPUT is read in pieces: memory does not
grow with the matrix.

--attr NAME=TEXT sets a global attribute. With --json it prints one object with the keys filename,
input, kind, shape, layers and notes.`,
		Example: `  loom import sample1 -o sample1.loom
  loom import raw_feature_bc_matrix.h5 -o raw.loom --attr Tissue=cortex
  loom import --help`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error { return im.guess(cmd, args) },
	}
	cmd.PersistentFlags().StringVarP(&im.out, "output", "o", "", "make the file `OUT`")
	cmd.PersistentFlags().StringArrayVar(&im.attrs, "attr", nil, "set a global attribute, as `NAME=TEXT`")
	cmd.PersistentFlags().BoolVar(&im.asJSON, "json", false, "print what was made as JSON")
	for _, kind := range importKinds {
		cmd.AddCommand(im.newKindCommand(kind))
	}
	return cmd
}

// describeKinds lists the kinds for the help.
func describeKinds() string {
	var b strings.Builder
	for _, kind := range importKinds {
		fmt.Fprintf(&b, "  %-12s %s\n", kind.name, kind.short)
	}
	return b.String()
}

// newKindCommand returns the subcommand of a kind.
func (im *importing) newKindCommand(kind importKind) *cobra.Command {
	cmd := &cobra.Command{
		Use:     kind.name + " INPUT -o OUT",
		Short:   kind.short,
		Long:    kind.long,
		Example: kind.example,
		Args:    arguments("INPUT"),
	}
	run := kind.bind(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return im.run(cmd, kind, run, args[0]) }
	return cmd
}

// guess imports an input whose kind was left out, with the kind's defaults.
func (im *importing) guess(cmd *cobra.Command, args []string) error {
	if len(args) == 2 {
		return fmt.Errorf("no kind %q%s", args[0], among(args[0], kindNames()))
	}
	if err := arguments("INPUT")(cmd, args); err != nil {
		return err
	}
	if args[0] == "-" {
		return errors.New("standard input is read as a table alone: loom import table - -o OUT")
	}
	in, err := openForeign(args[0])
	if err != nil {
		return err
	}
	kind, err := in.kind()
	if err = errors.Join(err, in.close()); err != nil {
		return err
	}
	return im.run(cmd, kind, kind.bind(&cobra.Command{}), args[0])
}

func kindNames() []string {
	names := make([]string, len(importKinds))
	for i, kind := range importKinds {
		names[i] = kind.name
	}
	return names
}

// run imports an input and says so.
func (im *importing) run(cmd *cobra.Command, kind importKind, f importFunc, input string) error {
	if im.out == "" {
		return fmt.Errorf("where to? give -o OUT; see '%s --help'", cmd.CommandPath())
	}
	if sameFile(input, im.out) {
		return fmt.Errorf("%s is the input itself, which the Loom file would replace", im.out)
	}
	attrs, err := textAttributes(im.attrs)
	if err != nil {
		return err
	}
	notes, err := f(cmd.Context(), importRequest{input: input, out: im.out, attrs: attrs})
	if err != nil {
		return err
	}
	for _, text := range notes {
		note(cmd, "%s", text)
	}
	return im.print(cmd, kind, input, notes)
}

// textAttributes reads global attributes that are given as NAME=TEXT.
func textAttributes(texts []string) (map[string]*loom.Array, error) {
	attrs := map[string]*loom.Array{}
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("--attr %s, want NAME=TEXT", text)
		}
		attrs[name] = hdf5.NewScalar(value)
	}
	return attrs, nil
}

// An imported says what was made, in JSON.
type imported struct {
	Filename string   `json:"filename"`
	Input    string   `json:"input"`
	Kind     string   `json:"kind"`
	Shape    [2]int   `json:"shape"`
	Layers   []string `json:"layers"` // the main matrix, "", not among them
	Notes    []string `json:"notes"`
}

// print says what was made.
func (im *importing) print(cmd *cobra.Command, kind importKind, input string, notes []string) (err error) {
	conn, err := loom.Open(im.out)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	made := imported{Filename: im.out, Input: input, Kind: kind.name, Layers: []string{}, Notes: append([]string{}, notes...)}
	made.Shape[0], made.Shape[1] = conn.Shape()
	for _, name := range conn.Layers().Names() {
		if name != "" {
			made.Layers = append(made.Layers, name)
		}
	}
	slices.Sort(made.Layers)
	return printMade(cmd, im.asJSON, made, made.String())
}

// String says in words what was made.
func (m imported) String() string {
	text := m.Filename + ": " + shapeText(m.Shape[0], m.Shape[1])
	if len(m.Layers) > 0 {
		text += ", layers " + strings.Join(m.Layers, ", ")
	}
	return text + " (" + m.Kind + ")"
}
