package loom

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
)

// Combined says what became of the files that were combined.
type Combined struct {
	Rows, Cols int              // of the result
	Sources    []CombinedSource // in the order of their columns

	// Losses are what a file has and the result has not, or not as the file has
	// it. Rows that a join or a selection leaves out are none.
	Losses []Loss

	// Warnings say what could not be made sure of.
	Warnings []string
}

// A CombinedSource is one of the files that were combined.
type CombinedSource struct {
	File       string
	Label      string
	Rows, Cols int // of the result that come from it
}

// Combine makes one file of several, side by side: their columns one after the other,
// in the order of the sources. The file is made in place of an existing one, appears,
// whole and durable, when all is written, and is as [Create] makes it. A single source
// with selections is a way to copy part of a file.
//
//	result, err := loom.Combine(ctx, "all.loom", []loom.Source{{Path: "a.loom"}, {Path: "b.loom"}},
//		loom.ByKey("Accession"), loom.LabelCells("Sample"))
//
// Rows go together by [ByKey], or else as they come; they must then be equally many,
// and have the same Accession, or else Gene, or else another row attribute of strings
// that are different: if not, it is an error that wraps [ErrAlignment]. If there is
// nothing to compare, a warning says so. See also [JoinRows].
//
// What the files have in common is combined; what is not becomes part of the result
// by these rules, and is reported in [Combined]:
//
//   - Layers are those of the first file. Another one that lacks one is an error that
//     wraps [ErrNotExist]; layers that only others have are lost. See [FillLayers] and
//     [CombineLayers]. Elements have the smallest type that holds all numbers of all
//     files exactly; if there is none, that is an error that wraps [ErrType]. They are
//     copied as they are, NaN among them.
//   - Column attributes that a file lacks, or that have elements of different shapes,
//     are lost, unless, for the former, [FillWith] or [FillAuto] says what stands in.
//     Numbers of different types become float64 if no smaller type holds them; numbers
//     and strings do not mix, which is an error that wraps [ErrType]. Compounds, as SCope's
//     files have them, and other values that the specification does not know stay as they
//     are, if all files have the same type, and are lost if not.
//   - Row attributes are those of the first file that has the attribute, for each row; those of
//     another file that differ from it are lost. Where no file has a value it is
//     that of FillWith or else zero or the empty string.
//   - Global attributes are those of the first file; those that differ in others, or
//     that only others have, are lost. See [ConvertAttrs] and [WithAttrs].
//   - Graphs are lost unless [IncludeGraphs] is given. A column graph of the result has the
//     edges that any file has in the graph of that name, between columns that are taken. A row graph is
//     that of the first file that has it; of others it is lost.
//
// The losses are no error, unless [KeepAll] is given. [SkipAttrs] leaves out what is not
// wanted.
//
// The same file may be a source more than once, but not the one at path, by whatever
// name: that is an error that wraps fs.ErrInvalid. Sources are only read; if somebody
// changes one meanwhile, the state at the time of the call is what is combined.
//
// Layers go from file to file, as [hdf5.Tx.WriteColumns] does it: chunks are copied as
// they are stored where whole chunks fit, and are otherwise decoded once, or seldom
// twice. Besides its blocks of 32 MiB, it holds all row attributes, two column attributes, or
// a graph, at a time, and 8 bytes for each row of each source.
func Combine(ctx context.Context, path string, sources []Source, opts ...CombineOption) (Combined, error) {
	c := combination{}
	for _, opt := range opts {
		opt.applyToCombine(&c.settings)
	}
	if err := c.combine(ctx, path, sources); err != nil {
		return Combined{}, fmt.Errorf("combine: %w", err)
	}
	return c.result, nil
}

// A combination is the combining of files: first all is checked, then it is written.
type combination struct {
	settings combineSettings
	sources  []*mergeSource
	rows     int // of the result
	cols     int
	globals  globalMerge
	result   Combined
}

// warn adds a warning.
func (c *combination) warn(format string, args ...any) {
	c.result.Warnings = append(c.result.Warnings, fmt.Sprintf(format, args...))
}

// lose notes that something of a source is lost.
func (c *combination) lose(s *mergeSource, kind, name, format string, args ...any) {
	c.result.Losses = append(c.result.Losses, Loss{File: s.filename, Kind: kind, Name: name, Reason: fmt.Sprintf(format, args...)})
}

// The kinds of losses.
const (
	layerLoss    = "layer"
	rowAttrLoss  = "row attribute"
	colAttrLoss  = "column attribute"
	globalLoss   = "global attribute"
	rowGraphLoss = "row graph"
	colGraphLoss = "column graph"
)

func (c *combination) combine(ctx context.Context, path string, sources []Source) (err error) {
	if len(sources) == 0 {
		return fmt.Errorf("no files: %w", ErrSelection)
	}
	if err := c.settings.check(); err != nil {
		return err
	}
	if err := checkOutput(path, sources); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	for _, source := range sources {
		s, err := openSource(source, c.settings.open)
		if err != nil {
			return err
		}
		c.sources = append(c.sources, s)
		c.cols += s.width
	}
	labelSources(c.sources)
	if err := c.align(ctx); err != nil {
		return err
	}
	if c.rows == 0 || c.cols == 0 {
		return fmt.Errorf("result of %d rows and %d columns, which is empty: %w", c.rows, c.cols, ErrShape)
	}
	c.describe()
	layers, err := c.planLayers()
	if err != nil {
		return err
	}
	if c.globals, err = c.mergeGlobals(); err != nil {
		return err
	}
	return create(ctx, path, c.globals.values, func(e *edit) error {
		e.lengths = [2]int{c.rows, c.cols}
		return c.write(ctx, e, layers)
	})
}

// close closes the files that were opened.
func (c *combination) close() error {
	var failed []error
	for _, s := range c.sources {
		failed = append(failed, s.close())
	}
	return errors.Join(failed...)
}

// describe notes what comes from which source.
func (c *combination) describe() {
	c.result.Rows, c.result.Cols = c.rows, c.cols
	for _, s := range c.sources {
		rows := 0
		for _, row := range s.at {
			if row >= 0 {
				rows++
			}
		}
		c.result.Sources = append(c.result.Sources, CombinedSource{File: s.filename, Label: s.label, Rows: rows, Cols: s.width})
	}
}

// write writes the file: the layers, which take most of the time, when nothing else
// can be wrong any more.
func (c *combination) write(ctx context.Context, e *edit, layers []mergeLayer) error {
	if err := c.writeRowAttributes(ctx, e); err != nil {
		return err
	}
	if err := c.writeColumnAttributes(ctx, e); err != nil {
		return err
	}
	if err := c.writeLabels(ctx, e); err != nil {
		return err
	}
	if err := c.writeGraphs(ctx, e); err != nil {
		return err
	}
	if err := c.checkLosses(); err != nil {
		return err
	}
	ctx, done := progress.Start(ctx, "combine", int64(len(layers))*int64(c.rows)*int64(c.cols), "values")
	for _, layer := range layers {
		path, err := e.makeLayer(layer.name, c.rows, c.cols, layer.dtype)
		if err == nil {
			err = e.h.WriteColumns(ctx, path, c.columnOptions(0, done), layer.columns...)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", layerTitle(layer.name), err)
		}
	}
	return nil
}

// columnOptions says where the columns of a layer begin, and who counts them.
func (c *combination) columnOptions(left int, done *progress.Tracker) hdf5.ColumnOptions {
	return hdf5.ColumnOptions{Left: left, AtOnce: c.settings.atOnce, Wrote: done.Add}
}

// checkLosses makes an error of losses if they are not allowed.
func (c *combination) checkLosses() error {
	losses := c.result.Losses
	if !c.settings.keepAll && !c.settings.add.keepAll {
		return nil
	}
	if !c.settings.keepAll {
		losses = slices.DeleteFunc(slices.Clone(losses), func(l Loss) bool { return l.Kind != colAttrLoss })
	}
	return lossError(losses)
}
