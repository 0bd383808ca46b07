package loom

import "context"

// writeAggregated makes the output file.
func (c *contents) writeAggregated(ctx context.Context, a *Aggregated, s aggregateSettings) error {
	rowAttrs, err := c.rowAttrs.Arrays()
	if err != nil {
		return err
	}
	layers := map[string]Matrix{"": a.Matrix}
	return create(ctx, s.out, nil, func(e *edit) error {
		if err := e.setLayers(ctx, layers, newWriteSettings(s.outLayers)); err != nil {
			return err
		}
		if err := e.setAttributes(ctx, Rows, rowAttrs); err != nil {
			return err
		}
		if err := e.setAttributes(ctx, Columns, a.ColAttrs); err != nil {
			return err
		}
		return e.copyGraphs(ctx, c.rowGraphs)
	})
}

// copyGraphs gives the file the graphs of another one, between positions that
// are the same here.
func (e *edit) copyGraphs(ctx context.Context, graphs *Graphs) error {
	for graph, err := range graphs.All() {
		if err != nil {
			return err
		}
		a, b, w := graph.Edges()
		if err := e.setGraph(ctx, graphs.axis, graph.Name(), a, b, w); err != nil {
			return graphs.failed(graph.Name(), err)
		}
	}
	return nil
}
