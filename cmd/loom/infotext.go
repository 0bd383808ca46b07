package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// print writes the summary for people.
func (s *summary) print(out io.Writer) error {
	_, err := fmt.Fprintf(out, "%s: %s, %s x %s, %s\n", printable(s.Filename), s.dialect(),
		count(s.Shape[0], "row"), count(s.Shape[1], "column"), byteSize(s.FileSize))
	if err != nil {
		return err
	}
	layers := s.Layers
	if s.Matrix != nil {
		layers = append([]layerSummary{*s.Matrix}, layers...)
	}
	sections := []struct {
		title string
		table table
	}{
		{"Layers", layersTable(layers, s.Shape)},
		{"Row attributes", attributesTable(s.RowAttrs)},
		{"Column attributes", attributesTable(s.ColAttrs)},
		{"Row graphs", graphsTable(s.RowGraphs)},
		{"Column graphs", graphsTable(s.ColGraphs)},
		{"Global attributes", globalsTable(s.Attrs)},
	}
	for _, section := range sections {
		if len(section.table.lines) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(out, "\n%s\n", section.title); err != nil {
			return err
		}
		section.table.inset = "  "
		if err := section.table.print(out); err != nil {
			return err
		}
	}
	return nil
}

// dialect names the version of the specification that the file claims.
func (s *summary) dialect() string {
	if s.SpecVersion == "0.0.0" {
		return "Loom without a version"
	}
	return "Loom " + printable(s.SpecVersion)
}

func layersTable(layers []layerSummary, shape [2]int) table {
	t := table{right: map[int]bool{4: true, 5: true}}
	for _, layer := range layers {
		name := printable(layer.Name)
		if name == "" {
			name = "(main matrix)"
		}
		dtype := layer.DType
		if layer.Shape != shape {
			dtype += " " + dimensions(layer.Shape[:])
		}
		chunks := "not chunked"
		if layer.Chunks != nil {
			chunks = "chunks " + dimensions(layer.Chunks)
		}
		filters := "no filter"
		if len(layer.settings) > 0 {
			filters = printable(strings.Join(layer.settings, ", "))
		}
		t.add(name, dtype, chunks, filters, layer.stored(), layer.ratio())
	}
	return t
}

func (l *layerSummary) stored() string {
	if l.StoredBytes == nil {
		return "unreadable"
	}
	return byteSize(*l.StoredBytes)
}

// ratio returns how many times more the layer takes in memory than in the file.
func (l *layerSummary) ratio() string {
	if l.StoredBytes == nil || *l.StoredBytes == 0 {
		return ""
	}
	decoded := float64(l.Shape[0]) * float64(l.Shape[1]) * float64(l.elementBytes)
	return fmt.Sprintf("ratio %.1f", decoded/float64(*l.StoredBytes))
}

func attributesTable(attrs []attributeSummary) table {
	var t table
	for _, a := range attrs {
		t.add(printable(a.Name), a.DType, dimensions(a.Shape))
	}
	return t
}

func graphsTable(graphs []graphSummary) table {
	t := table{right: map[int]bool{1: true}}
	for _, g := range graphs {
		edges := "unreadable"
		if g.Edges != nil {
			edges = count(*g.Edges, "edge")
		}
		t.add(printable(g.Name), edges)
	}
	return t
}

// valueWidth is how much of a global attribute is shown.
const valueWidth = 72

func globalsTable(attrs globals) table {
	var t table
	for _, g := range attrs {
		t.add(printable(g.name), shorten(g.text(), valueWidth))
	}
	return t
}

// text returns the value of a global attribute as a person reads it: without
// quotes if it is one string.
func (g *global) text() string {
	if g.values == nil {
		return "(unreadable)"
	}
	if g.values.Len() == 1 {
		return string(textOf(g.values)(nil, 0))
	}
	return string(g.json)
}

func dimensions(shape []int) string {
	if len(shape) == 0 {
		return "scalar"
	}
	texts := make([]string, len(shape))
	for i, d := range shape {
		texts[i] = strconv.Itoa(d)
	}
	return strings.Join(texts, " x ")
}

// byteSize writes a number of bytes in the largest unit that leaves it above 1.
func byteSize(n int64) string {
	if n < 1024 {
		return strconv.FormatInt(n, 10) + " B"
	}
	size, units := float64(n), "KMGTPE"
	size /= 1024
	for size >= 1024 && len(units) > 1 {
		size, units = size/1024, units[1:]
	}
	return fmt.Sprintf("%.1f %ciB", size, units[0])
}
