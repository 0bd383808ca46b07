package table

import (
	"context"
	"math"

	"github.com/goloom/loom/internal/progress"
)

// A survey is what there is to know of a table before its elements are stored.
type survey struct {
	*head
	lines  int
	labels []textAttribute // of the lines
	dtype  string          // of the elements
}

// takeSurvey reads a table through, and refuses it if anything is wrong.
func takeSurvey(ctx context.Context, from origin, o ImportOptions) (*survey, error) {
	dtype, err := newElementType(o.Type, o.AllowNonFinite)
	if err != nil {
		return nil, err
	}
	h, err := readHead(ctx, from, o)
	if err != nil {
		return nil, err
	}
	v := &survey{head: h}
	for _, name := range h.labelNames {
		v.labels = append(v.labels, textAttribute{name: name})
	}
	seen := map[string]int{} // of the names of cells
	_, tracker := progress.Start(ctx, "read table", from.size, "bytes")
	err = h.eachLine(ctx, from, o, func(n int) { tracker.Add(n) }, func(s *source, fields [][]byte) error {
		if v.lines++; v.lines > math.MaxInt32 || h.values > math.MaxInt32 {
			return s.failed("more than %d lines or elements in a line", math.MaxInt32)
		}
		if err := v.takeLabels(s, fields); err != nil {
			return err
		}
		if o.Transposed && len(v.labels) > 0 {
			name := v.labels[0].texts[v.lines-1]
			if before, twice := seen[name]; twice {
				return s.failed("%q is the name of line %d already, want a different name for each column", name, before)
			}
			seen[name] = s.first
		}
		return see(s, h, fields, dtype)
	})
	if err != nil {
		return nil, err
	}
	if v.lines == 0 {
		return nil, (&source{name: from.name, first: 1}).failed("no line with elements")
	}
	v.dtype = dtype.choice()
	return v, nil
}

// see holds the elements of a line against their type.
func see(s *source, h *head, fields [][]byte, dtype *elementType) error {
	for i, field := range h.elements(fields) {
		if len(field) == 1 && field[0] == '0' {
			continue
		}
		n, err := parse(field)
		if err == nil {
			err = dtype.see(n)
		}
		if err != nil {
			return s.failed("field %d: %w", h.labels+h.gap+i+1, elementError(field, err))
		}
	}
	return nil
}

// takeLabels keeps the labels of a line.
func (v *survey) takeLabels(s *source, fields [][]byte) error {
	for i := range v.labels {
		text, err := s.text(fields[i])
		if err != nil {
			return err
		}
		v.labels[i].texts = append(v.labels[i].texts, text)
	}
	return nil
}
