package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit codes of all commands.
const (
	exitFine    = 0
	exitInvalid = 1
	exitFailed  = 2
)

// errInvalid ends a command that has already told in which ways the file is
// not valid, or damaged.
var errInvalid = errors.New("the file is not valid")

// run executes the command with the given arguments, the program's name not
// among them, and returns its exit code.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	out := bufio.NewWriterSize(stdout, 1<<16)
	root := newRootCommand()
	root.SetArgs(append([]string{}, args...)) // cobra takes nil for os.Args
	root.SetOut(out)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	return finish(err, stderr)
}

// finish turns the end of a command into a message and an exit code.
func finish(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errInvalid):
		return exitInvalid
	case errors.Is(err, syscall.EPIPE):
		// Who reads the output, such as head, has seen enough.
		return exitFine
	case errors.Is(err, context.Canceled):
		err = errors.New("interrupted")
	}
	message(stderr, "%v", err)
	return exitFailed
}

// message writes one line to standard error, whatever names of the file it
// quotes.
func message(stderr io.Writer, format string, args ...any) {
	text := strings.ReplaceAll(strings.TrimSpace(fmt.Sprintf(format, args...)), "\n", "; ")
	fmt.Fprintf(stderr, "loom: %s\n", printable(text))
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "loom",
		Short: "Look into Loom files, and look after them",
		Long: `loom looks into Loom files, and after them: HDF5 files that hold an annotated
matrix with a row for each gene and a column for each cell.

Data goes to standard output, messages to standard error.

Exit codes:
  0  fine
  1  the file is not valid (loom validate) or damaged (loom check)
  2  could not run: wrong usage, no such file, part or attribute, damaged data`,
		Example: `  loom info cells.loom
  loom head cells.loom
  loom get cells.loom row_attrs/Gene
  loom validate cells.loom`,
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(wrongFlag)
	root.AddCommand(
		newInfoCommand(),
		newHeadCommand(),
		newGetCommand(),
		newValidateCommand(),
		newExportCommand(),
		newCheckCommand(),
		newRepackCommand(),
		newVersionCommand(),
	)
	return root
}

// knownCommand refuses what is not the name of a command, and proposes names
// that are close.
func knownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := "see 'loom --help'"
	if similar := root.SuggestionsFor(args[0]); len(similar) > 0 {
		hint = "did you mean " + strings.Join(similar, " or ") + "?"
	}
	return fmt.Errorf("unknown command %q; %s", args[0], hint)
}

func wrongFlag(cmd *cobra.Command, err error) error {
	return fmt.Errorf("%w; see '%s --help'", err, cmd.CommandPath())
}

// arguments requires the arguments that a command's usage line names.
func arguments(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		if len(names) == 0 {
			return fmt.Errorf("unexpected argument %q; see '%s --help'", args[0], cmd.CommandPath())
		}
		return fmt.Errorf("got %s, want %s; see '%s --help'",
			count(len(args), "argument"), strings.Join(names, " "), cmd.CommandPath())
	}
}
