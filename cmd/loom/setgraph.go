package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/goloom/loom"
)

// graph reads the edges of a graph.
func (s *setter) graph(conn *loom.Conn, p part, source *textSource) (apply, error) {
	if source == nil {
		return nil, errors.New("--value does not apply to a graph")
	}
	graphs := graphsOf(conn, p.axis)
	dtype := s.dtype
	if graph, err := graphs.Get(p.name); err == nil && dtype == "" {
		_, _, w := graph.Edges()
		if present, ok := textType(w.Type()); ok {
			dtype = present
		}
	}
	a, b, weights, err := readEdges(source, max(0, lengthOf(conn, p.axis)), p.axis)
	if err != nil {
		return nil, err
	}
	if dtype == "" {
		dtype = "float64" // the specification has no other weights
	}
	w, err := parseValues(weights.texts, dtype, []int{weights.n}, func(i int, err error) error {
		return fmt.Errorf("%s:%d: weight %w", weights.name, weights.first+i, err)
	})
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, tx *loom.Tx) error { return graphsOf(tx, p.axis).Set(p.name, a, b, w) }, nil
}

// readEdges reads lines of two positions, below n, and a weight.
func readEdges(s *textSource, n int, axis loom.Axis) (a, b []int32, weights *textTable, err error) {
	weights = &textTable{name: s.name, first: s.line + 1, width: 1}
	for {
		line, ok, err := s.next()
		if err != nil {
			return nil, nil, nil, err
		}
		if !ok {
			return a, b, weights, nil
		}
		texts := splitFields(line)
		if len(texts) != 3 {
			return nil, nil, nil, s.failed("%s, expected 3: a, b and w", count(len(texts), "field"))
		}
		var ends [2]int32
		for i, end := range texts[:2] {
			if ends[i], err = parseNumber[int32](end, numberTypes["int32"]); err != nil {
				return nil, nil, nil, s.failed("field %d: %w", i+1, valueError(end, "int32", err))
			}
			if ends[i] < 0 || int(ends[i]) >= n {
				return nil, nil, nil, s.failed("position %d, expected 0 to %d, for there are %d %s", ends[i], n-1, n, axis)
			}
		}
		a, b = append(a, ends[0]), append(b, ends[1])
		weights.texts = append(weights.texts, texts[2])
		weights.n++
	}
}
