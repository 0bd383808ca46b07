package main

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// everyCommand calls check with all subcommands, those of subcommands too.
func everyCommand(cmd *cobra.Command, check func(*cobra.Command)) {
	for _, sub := range cmd.Commands() {
		check(sub)
		everyCommand(sub, check)
	}
}

func TestEveryCommandIsDescribed(t *testing.T) {
	everyCommand(newRootCommand(nil), func(cmd *cobra.Command) {
		if cmd.Short == "" || cmd.Long == "" || cmd.Example == "" {
			t.Errorf("%s has no description in one line, in full, or no example", cmd.CommandPath())
		}
		if strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: %q ends in a full stop", cmd.CommandPath(), cmd.Short)
		}
		for line := range strings.Lines(cmd.Example) {
			if !strings.HasPrefix(line, "  loom ") {
				t.Errorf("%s: example %q", cmd.CommandPath(), line)
			}
		}
	})
}

// TestExamplesParse finds the command of each example, and lets it parse the flags and
// count the arguments.
func TestExamplesParse(t *testing.T) {
	parsed := 0
	everyCommand(newRootCommand(nil), func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Example) {
			for _, words := range simpleCommands(shellWords(strings.TrimSpace(line))) {
				if words[0] != "loom" {
					continue
				}
				root := newRootCommand(nil) // flags remember what they were set to
				found, rest, err := root.Find(words[1:])
				if err != nil || found == root {
					t.Errorf("%s: no command in %q: %v", cmd.CommandPath(), line, err)
					continue
				}
				if slices.Contains(rest, "--help") {
					continue
				}
				if err := found.ParseFlags(rest); err != nil {
					t.Errorf("%s: %q: %v", cmd.CommandPath(), line, err)
					continue
				}
				if err := found.ValidateArgs(found.Flags().Args()); err != nil {
					t.Errorf("%s: %q: %v", cmd.CommandPath(), line, err)
				}
				parsed++
			}
		}
	})
	if parsed < 50 {
		t.Errorf("%d examples", parsed)
	}
}

// simpleCommands cuts a line at its pipes, and leaves out what goes to a file or comes from one.
func simpleCommands(words []string) (commands [][]string) {
	for len(words) > 0 {
		end := slices.Index(words, "|")
		rest := []string(nil)
		if end >= 0 {
			words, rest = words[:end], words[end+1:]
		}
		if to := slices.IndexFunc(words, func(word string) bool { return word == ">" || word == "<" }); to >= 0 {
			words = words[:to]
		}
		commands = append(commands, words)
		words = rest
	}
	return commands
}

// TestFlagsAreConsistent holds flags that several commands have against each other.
func TestFlagsAreConsistent(t *testing.T) {
	shorthands := map[string]string{"output": "o", "layer": "l"}
	everyCommand(newRootCommand(nil), func(cmd *cobra.Command) {
		for name, want := range shorthands {
			if f := cmd.Flags().Lookup(name); f != nil && f.Shorthand != want {
				t.Errorf("%s: -%s for --%s, want -%s as elsewhere", cmd.CommandPath(), f.Shorthand, name, want)
			}
		}
		if f := cmd.Flags().Lookup("json"); f != nil && f.Value.Type() != "bool" {
			t.Errorf("%s: --json is a %s", cmd.CommandPath(), f.Value.Type())
		}
		for _, other := range []string{"out", "axes", "dim", "verbose", "transposed"} {
			if cmd.Flags().Lookup(other) != nil {
				t.Errorf("%s: --%s has another name elsewhere", cmd.CommandPath(), other)
			}
		}
	})
}

// TestCompletion asks, as shells do, how an argument may go on.
func TestCompletion(t *testing.T) {
	tiny := sample("mouse_cortex_tiny.loom")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"get", tiny, "row_attrs/G"}, "row_attrs/Gene"},
		{[]string{"get", tiny, "col_g"}, "col_graphs/KNN"},
		{[]string{"head", tiny, "--layer", ""}, "spliced unspliced"},
		{[]string{"stats", tiny, "--axis", ""}, "rows cols"},
		{[]string{"stats", tiny, "--axis", "cols", "--attr", "Cl"}, "ClusterID ClusterName"},
		{[]string{"aggregate", tiny, "--by", "ClusterN"}, "ClusterName"},
		{[]string{"get", ""}, ""},
		{[]string{"get", "nowhere.loom", ""}, ""},
		{[]string{"vali"}, "validate"},
	} {
		r := execute(append([]string{"__complete"}, c.args...)...)
		var got []string
		for line := range strings.Lines(r.stdout) {
			if word, _, _ := strings.Cut(strings.TrimSpace(line), "\t"); !strings.HasPrefix(word, ":") && word != "" {
				got = append(got, word)
			}
		}
		if text := strings.Join(got, " "); r.code != exitFine || text != c.want {
			t.Errorf("loom %s: %q, want %q", strings.Join(c.args, " "), text, c.want)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if r := execute("completion", shell); r.code != exitFine || !strings.Contains(r.stdout, "loom") {
			t.Errorf("loom completion %s: exit code %d", shell, r.code)
		}
	}
}
