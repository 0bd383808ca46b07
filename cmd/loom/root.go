package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// The exit codes of all commands.
const (
	exitFine        = 0
	exitInvalid     = 1
	exitFailed      = 2
	exitInterrupted = 130 // what shells say of a program that ctrl-C ended
)

// Errors of commands that have said already what is to be said.
var (
	errInvalid = errors.New("the file is not valid")
	errDiffer  = errors.New("the files differ")
)

// run executes the command with the given arguments, the program's name not
// among them, and returns its exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	bars := newBars(stderr)
	out := bufio.NewWriterSize(bars.before(stdout), 1<<16)
	root := newRootCommand(bars)
	root.SetArgs(append([]string{}, args...)) // cobra takes nil for os.Args
	root.SetIn(stdin)
	root.SetOut(out)
	root.SetErr(bars.before(stderr))
	err := root.ExecuteContext(ctx)
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	bars.clear()
	return finish(err, stderr)
}

// finish turns the end of a command into a message and an exit code.
func finish(err error, stderr io.Writer) int {
	switch {
	case err == nil:
		return exitFine
	case errors.Is(err, errInvalid), errors.Is(err, errDiffer):
		return exitInvalid
	case errors.Is(err, syscall.EPIPE):
		// Who reads the output, such as head, has seen enough.
		return exitFine
	case errors.Is(err, context.Canceled):
		message(stderr, "interrupted")
		return exitInterrupted
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

// The groups of commands in the help.
const (
	lookGroup   = "look"
	changeGroup = "change"
	makeGroup   = "make"
	careGroup   = "care"
)

func newRootCommand(bars *bars) *cobra.Command {
	root := &cobra.Command{
		Use:   "loom",
		Short: "Look into Loom files, change them, and look after them",
		Long: `loom looks into Loom files, changes them, and looks after them: HDF5 files that hold
an annotated matrix with a row for each gene and a column for each cell.

A change happens as a whole or not at all, whatever stops it: ctrl-C, a full disk, a crash. Who
reads the file meanwhile goes on reading what it was.

Data goes to standard output, messages to standard error. Long work shows a progress bar where
standard error is a terminal.

Exit codes:
  0    fine
  1    the file is not valid (loom validate) or damaged (loom check); the files differ (loom diff)
  2    could not run: wrong usage, no such file, part or attribute, damaged data
  130  interrupted by ctrl-C, or SIGTERM; nothing has changed`,
		Example: `  loom info cells.loom
  loom get cells.loom row_attrs/Gene
  loom set cells.loom col_attrs/Age --from ages.tsv
  loom check cells.loom`,
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(wrongFlag)
	root.PersistentFlags().BoolP("quiet", "q", false, "no progress bars, and no word on what went well")
	root.PersistentPreRun = func(cmd *cobra.Command, _ []string) {
		if bars != nil && !quiet(cmd) {
			cmd.SetContext(loom.WithProgress(cmd.Context(), bars.report))
		}
	}
	addGroup(root, lookGroup, "Look:",
		newInfoCommand(),
		newHeadCommand(),
		newGetCommand(),
		newStatsCommand(),
		newChangesCommand(),
		newDiffCommand(),
	)
	addGroup(root, changeGroup, "Change:",
		newSetCommand(),
		newRmCommand(),
		newRenameCommand(),
		newAddColumnsCommand(),
		newAddCommand(),
		newPermuteCommand(),
		newSortCommand(),
	)
	addGroup(root, makeGroup, "Make others:",
		newDemoCommand(),
		newSubsetCommand(),
		newSplitCommand(),
		newCombineCommand(),
		newAggregateCommand(),
		newImportCommand(),
		newFromfqCommand(),
		newConvertCommand(),
		newExportCommand(),
	)
	addGroup(root, careGroup, "Look after:",
		newValidateCommand(),
		newCheckCommand(),
		newRepackCommand(),
	)
	root.AddCommand(newVersionCommand())
	root.AddCommand(buildCommands()...)
	completeNames(root)
	return root
}

// addGroup adds commands under a heading of the help.
func addGroup(root *cobra.Command, id, heading string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: id, Title: heading})
	for _, cmd := range commands {
		cmd.GroupID = id
	}
	root.AddCommand(commands...)
}

// quiet reports whether the command is to say nothing that is not asked for.
func quiet(cmd *cobra.Command) bool {
	set, err := cmd.Flags().GetBool("quiet")
	return err == nil && set
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

// atLeast requires a number of arguments, of which the last may be several.
func atLeast(n int, names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= n {
			return nil
		}
		return fmt.Errorf("got %s, want %s; see '%s --help'",
			count(len(args), "argument"), strings.Join(names, " "), cmd.CommandPath())
	}
}
