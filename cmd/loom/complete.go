package main

import (
	"slices"
	"strings"

	"github.com/goloom/loom"
	"github.com/spf13/cobra"
)

// completeNames teaches the shell's completion the names that are in a file: of layers and
// attributes for the flags that take one, and of all parts for the arguments PATH.
func completeNames(cmd *cobra.Command) {
	for name, names := range map[string]func(*cobra.Command, *loom.Conn) []string{
		"layer": func(_ *cobra.Command, conn *loom.Conn) []string { return namedLayers(conn) },
		"by":    attributeNames,
		"key":   attributeNames,
		"attr":  attributeNames,
	} {
		if cmd.Flags().Lookup(name) != nil {
			// It fails only for flags that there are not.
			_ = cmd.RegisterFlagCompletionFunc(name, fromFile(names))
		}
	}
	if cmd.Flags().Lookup("axis") != nil {
		_ = cmd.RegisterFlagCompletionFunc("axis", cobra.FixedCompletions([]string{"rows", "cols"}, cobra.ShellCompDirectiveNoFileComp))
	}
	if cmd.ValidArgsFunction == nil && slices.Contains(strings.FieldsFunc(cmd.Use, notLetter), "PATH") {
		cmd.ValidArgsFunction = fromFile(func(_ *cobra.Command, conn *loom.Conn) []string { return partNames(conn) })
	}
	for _, sub := range cmd.Commands() {
		completeNames(sub)
	}
}

func notLetter(r rune) bool { return r < 'A' || r > 'Z' }

// fromFile completes by the names that are in the file of the first argument, and
// leaves the argument itself, and what is no Loom file, to the shell.
func fromFile(names func(*cobra.Command, *loom.Conn) []string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return nil, cobra.ShellCompDirectiveDefault
		}
		conn, err := loom.Open(args[0], loom.SkipValidation())
		if err != nil {
			return nil, cobra.ShellCompDirectiveDefault
		}
		var found []string
		for _, name := range names(cmd, conn) {
			if strings.HasPrefix(name, begun) && !strings.ContainsAny(name, "\t\r\n") {
				found = append(found, name)
			}
		}
		if conn.Close() != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	}
}

// namedLayers returns the names of the layers, the main matrix left out.
func namedLayers(conn *loom.Conn) []string {
	return slices.DeleteFunc(conn.Layers().Names(), func(name string) bool { return name == "" })
}

// attributeNames returns the names of the attributes of the axis that --axis says, or
// of both.
func attributeNames(cmd *cobra.Command, conn *loom.Conn) []string {
	if f := cmd.Flags().Lookup("axis"); f != nil {
		if axis, err := parseAxis(f.Value.String()); err == nil {
			return attributesOf(conn, axis).Names()
		}
	}
	names := append(conn.ColAttrs().Names(), conn.RowAttrs().Names()...)
	slices.Sort(names)
	return slices.Compact(names)
}

// partNames returns the paths of all parts of a file.
func partNames(conn *loom.Conn) []string {
	paths := []string{"matrix"}
	for _, group := range []struct {
		path  string
		names []string
	}{
		{"layers/", namedLayers(conn)},
		{"row_attrs/", conn.RowAttrs().Names()}, {"col_attrs/", conn.ColAttrs().Names()}, {"attrs/", conn.Attrs().Names()},
		{"row_graphs/", conn.RowGraphs().Names()}, {"col_graphs/", conn.ColGraphs().Names()},
	} {
		for _, name := range group.names {
			paths = append(paths, group.path+name)
		}
	}
	return paths
}
