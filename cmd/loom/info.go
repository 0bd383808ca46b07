package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/goloom/loom"
	"github.com/goloom/loom/hdf5"
	"github.com/spf13/cobra"
)

// A summary is what loom info says about a file. The names of its fields in
// JSON are documented, and stay.
type summary struct {
	Filename    string             `json:"filename"`
	SpecVersion string             `json:"spec_version"`
	Shape       [2]int             `json:"shape"`
	FileSize    int64              `json:"file_size"`
	Matrix      *layerSummary      `json:"matrix"`
	Layers      []layerSummary     `json:"layers"`
	RowAttrs    []attributeSummary `json:"row_attrs"`
	ColAttrs    []attributeSummary `json:"col_attrs"`
	RowGraphs   []graphSummary     `json:"row_graphs"`
	ColGraphs   []graphSummary     `json:"col_graphs"`
	Attrs       globals            `json:"attrs"`
	Violations  []string           `json:"violations"`
	Problems    []string           `json:"problems"`
}

type layerSummary struct {
	Name        string   `json:"name"`
	DType       string   `json:"dtype"`
	Shape       [2]int   `json:"shape"`
	Chunks      []int    `json:"chunks"`
	Filters     []string `json:"filters"`
	StoredBytes *int64   `json:"stored_bytes"`

	elementBytes int
	settings     []string // the filters with their parameters
}

type attributeSummary struct {
	Name  string `json:"name"`
	DType string `json:"dtype"`
	Shape []int  `json:"shape"`
}

type graphSummary struct {
	Name  string `json:"name"`
	Edges *int   `json:"edges"`
}

func newInfoCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "info FILE",
		Short: "Show what a file holds and how it is stored",
		Long: `info shows the shape of a file, its layers with their storage, its row and column
attributes, its graphs and its global attributes.

Stored are the bytes that the values take in the file, compressed as they are;
the ratio is how many times more they take in memory.

With --json it prints one object with the keys filename, spec_version, shape
(rows, columns), file_size, matrix, layers, row_attrs, col_attrs, row_graphs, col_graphs,
attrs, violations (of the specification) and problems (what cannot be used or read). The
main matrix, whose name is "", is null if there is none; chunks are null for a layer that
is not chunked; stored_bytes, edges and values that cannot be read are null. Of numbers
nothing is lost; nan, inf and -inf are strings.

What cannot be read is named on standard error, and the rest is shown.`,
		Example: `  loom info cells.loom
  loom info cells.loom --json | jq '.layers[].name'`,
		Args: arguments("FILE"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			conn, violations, err := openToLook(cmd, args[0])
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, conn.Close()) }()
			s, err := summarize(cmd.Context(), conn)
			if err != nil {
				return err
			}
			s.Violations = append(s.Violations, violations...)
			for _, problem := range s.Problems {
				note(cmd, "%s", problem)
			}
			if !asJSON {
				return s.print(cmd.OutOrStdout())
			}
			enc := json.NewEncoder(cmd.OutOrStdout())
			enc.SetEscapeHTML(false)
			return enc.Encode(s)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// summarize gathers what there is to say about a file. What cannot be read is
// among the problems; the error is that of an interrupted command.
func summarize(ctx context.Context, conn *loom.Conn) (*summary, error) {
	s := &summary{
		Filename:    conn.Filename(),
		SpecVersion: conn.SpecVersion(),
		FileSize:    conn.File().Size(),
		Layers:      []layerSummary{},
		Violations:  []string{},
		Problems:    []string{},
	}
	for _, problem := range conn.Problems() {
		s.problem(problem)
	}
	s.Shape[0], s.Shape[1] = conn.Shape()
	for layer := range conn.Layers().All() {
		described := s.layer(ctx, layer)
		if layer.Name() == "" {
			s.Matrix = &described
			continue
		}
		s.Layers = append(s.Layers, described)
	}
	s.RowAttrs, s.ColAttrs = s.attributes(conn.RowAttrs()), s.attributes(conn.ColAttrs())
	s.RowGraphs, s.ColGraphs = s.graphs(conn.RowGraphs()), s.graphs(conn.ColGraphs())
	s.Attrs = s.globals(conn)
	return s, ctx.Err()
}

func (s *summary) problem(err error) { s.Problems = append(s.Problems, err.Error()) }

func (s *summary) layer(ctx context.Context, layer *loom.Layer) layerSummary {
	dataset := layer.Dataset()
	described := layerSummary{
		Name:         layer.Name(),
		DType:        layer.Type().String(),
		Chunks:       dataset.Chunks(),
		Filters:      []string{},
		elementBytes: layer.Type().Size(),
	}
	described.Shape[0], described.Shape[1] = layer.Shape()
	for _, filter := range dataset.Filters() {
		described.Filters = append(described.Filters, filterName(filter))
		described.settings = append(described.settings, filter.String())
	}
	stored, err := dataset.StoredBytes(ctx)
	if err != nil {
		s.problem(err)
		return described
	}
	described.StoredBytes = &stored
	return described
}

// filterName returns the name of a filter, or its number if it has none.
func filterName(filter hdf5.Filter) string {
	if filter.Name == "" {
		return fmt.Sprintf("filter %d", filter.ID)
	}
	return filter.Name
}

func (s *summary) attributes(attrs *loom.Attributes) []attributeSummary {
	described := []attributeSummary{}
	for _, name := range attrs.Names() {
		info, err := attrs.Stat(name)
		if err != nil {
			s.problem(err)
			continue
		}
		described = append(described, attributeSummary{Name: name, DType: info.Type.String(), Shape: append([]int{}, info.Shape...)})
	}
	return described
}

func (s *summary) graphs(graphs *loom.Graphs) []graphSummary {
	described := []graphSummary{}
	for _, name := range graphs.Names() {
		graph := graphSummary{Name: name}
		if edges, err := graphs.Edges(name); err != nil {
			s.problem(err)
		} else {
			graph.Edges = &edges
		}
		described = append(described, graph)
	}
	return described
}
