package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/goloom/loom/demo"
	"github.com/spf13/cobra"
)

// A demonstration is what loom demo was asked to make.
type demonstration struct {
	options demo.Options
	dir     string
	force   bool
	asJSON  bool
}

func newDemoCommand() *cobra.Command {
	var d demonstration
	cmd := &cobra.Command{
		Use:   "demo [DIR]",
		Short: "Make up a data set to try the other commands on",
		Long: `demo makes up a data set that looks like a count matrix of human blood cells, and writes it as
demo.loom into the folder DIR, which is made, too; without DIR into the current one. Nothing of it
was measured.

There are eight clusters of cells with marker genes, the layers spliced and unspliced, an embedding of
two dimensions and the graph of nearest neighbours in it. Counts are negative binomial. The same
--seed makes the same file but for the times that it notes.

It says what it made and which commands to try next: with --json as one object with the keys
filename, rows, cols, nonzeros, umis, layers, row_attrs, col_attrs, col_graphs, clusters and next, a
list of commands.

A file of that name is not replaced unless --force is given.`,
		Example: `  loom demo
  loom demo playground --cells 500 --genes 1000
  loom demo big --cells 100000 --genes 20000 --umis 3000 --seed 1`,
		Args: atMostOne("DIR"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				d.dir = args[0]
			}
			return d.run(cmd)
		},
	}
	cmd.Flags().IntVar(&d.options.Cells, "cells", 2000, "make `N` cells (columns)")
	cmd.Flags().IntVar(&d.options.Genes, "genes", 5000, "make `N` genes (rows)")
	cmd.Flags().IntVar(&d.options.UMIs, "umis", 1500, "`N` counts in a typical cell")
	cmd.Flags().Uint64Var(&d.options.Seed, "seed", 0, "of the random numbers: another `N` makes another data set")
	cmd.Flags().BoolVar(&d.force, "force", false, "replace a file that is there already")
	cmd.Flags().BoolVar(&d.asJSON, "json", false, "print what was made as JSON")
	return cmd
}

// atMostOne allows one argument, which may be left out.
func atMostOne(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) <= 1 {
			return nil
		}
		return fmt.Errorf("got %s, want %s alone; see '%s --help'", count(len(args), "argument"), name, cmd.CommandPath())
	}
}

func (d *demonstration) run(cmd *cobra.Command) (err error) {
	for _, n := range []struct {
		flag  string
		value int
	}{{"cells", d.options.Cells}, {"genes", d.options.Genes}, {"umis", d.options.UMIs}} {
		if n.value < 1 {
			return fmt.Errorf("--%s %d, want 1 or more", n.flag, n.value)
		}
	}
	path := filepath.Join(d.dir, "demo.loom")
	if _, err := os.Lstat(path); err == nil && !d.force {
		return fmt.Errorf("%s is there already; --force replaces it", path)
	}
	remove, err := d.makeDir()
	if err != nil {
		return err
	}
	made, err := demo.Write(cmd.Context(), path, d.options)
	if err != nil {
		return errors.Join(err, remove())
	}
	if d.asJSON {
		return encodeJSON(cmd.OutOrStdout(), demoReport{
			Filename: path, Rows: made.Rows, Cols: made.Cols, NonZeros: made.NonZeros, UMIs: made.UMIs,
			Layers: made.Layers, RowAttrs: made.RowAttrs, ColAttrs: made.ColAttrs, ColGraphs: made.ColGraphs,
			Clusters: made.Clusters, Next: d.next(path),
		})
	}
	if quiet(cmd) {
		return nil
	}
	return d.print(cmd.OutOrStdout(), path, made)
}

// makeDir makes the folder, and returns what removes it if it was not there.
func (d *demonstration) makeDir() (remove func() error, err error) {
	remove = func() error { return nil }
	if d.dir == "" {
		return remove, nil
	}
	if _, err := os.Stat(d.dir); errors.Is(err, fs.ErrNotExist) {
		remove = func() error { return os.Remove(d.dir) }
	}
	return remove, os.MkdirAll(d.dir, 0o777)
}

// A demoReport is what loom demo --json prints.
type demoReport struct {
	Filename  string   `json:"filename"`
	Rows      int      `json:"rows"`
	Cols      int      `json:"cols"`
	NonZeros  int64    `json:"nonzeros"`
	UMIs      int64    `json:"umis"`
	Layers    []string `json:"layers"`
	RowAttrs  []string `json:"row_attrs"`
	ColAttrs  []string `json:"col_attrs"`
	ColGraphs []string `json:"col_graphs"`
	Clusters  []string `json:"clusters"`
	Next      []string `json:"next"`
}

// next returns commands that work on what was made.
func (d *demonstration) next(path string) []string {
	file := shellQuoted(path)
	beside := func(name string) string { return shellQuoted(filepath.Join(d.dir, name)) }
	return []string{
		"loom info " + file,
		"loom head " + file,
		"loom get " + file + " matrix --rows Gene=IL7R --cols :5 --header",
		"loom stats " + file + " --attr Gene --func mean,std,nonzeros > " + beside("genes.tsv"),
		"loom aggregate " + file + " --by ClusterName --func mean -o " + beside("clusters.loom"),
		"loom subset " + file + " --cols 'ClusterName == \"CD4 T cell\" && TotalUMI > 10' -o " + beside("cd4.loom"),
		"loom convert " + file + " " + beside("demo.h5ad"),
		"loom convert " + file + " " + beside("cells.csv") + " --table-transpose",
	}
}

func (d *demonstration) print(out io.Writer, path string, made *demo.Summary) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s x %s of %s, %s, made up with seed %d\n", printable(path),
		count(made.Rows, "gene"), count(made.Cols, "cell"), count(len(made.Clusters), "cluster"),
		count(int(made.UMIs), "UMI"), d.options.Seed)
	for _, part := range []struct {
		title string
		names []string
	}{
		{"layers", made.Layers[1:]}, {"row attributes", made.RowAttrs}, {"column attributes", made.ColAttrs},
		{"column graphs", made.ColGraphs}, {"clusters", made.Clusters},
	} {
		fmt.Fprintf(&b, "  %-19s%s\n", part.title, strings.Join(part.names, ", "))
	}
	b.WriteString("\nTry next:\n")
	for _, command := range d.next(path) {
		fmt.Fprintf(&b, "  %s\n", printable(command))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// shellQuoted returns a word as shells take it.
func shellQuoted(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
