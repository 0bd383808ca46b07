package main

import (
	"strings"

	"github.com/goloom/loom"
)

// leftOut says what a format that holds one layer has no place for. What it has of attributes is
// said by kept, "" for nothing.
func leftOut(r convertRequest, kept string) []string {
	var parts []string
	var layers []string
	for _, name := range r.conn.Layers().Names() {
		if name != r.layer {
			layers = append(layers, name)
		}
	}
	if len(layers) > 0 {
		parts = append(parts, "layers "+strings.Join(layerTitles(layers), ", "))
	}
	if attributes := r.conn.RowAttrs().Len() + r.conn.ColAttrs().Len(); attributes > 0 && kept == "" {
		parts = append(parts, "attributes")
	} else if attributes > 0 {
		parts = append(parts, "attributes other than "+kept)
	}
	if graphs := graphNames(r.conn); len(graphs) > 0 {
		parts = append(parts, "graphs "+strings.Join(graphs, ", "))
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{"left out, for which the format has no place: " + strings.Join(parts, "; ")}
}

// layerTitles names layers, the main matrix among them.
func layerTitles(names []string) []string {
	titles := make([]string, len(names))
	for i, name := range names {
		titles[i] = name
		if name == "" {
			titles[i] = "matrix"
		}
	}
	return titles
}

// graphNames returns the names of all graphs of a file.
func graphNames(conn *loom.Conn) []string {
	return append(conn.RowGraphs().Names(), conn.ColGraphs().Names()...)
}
