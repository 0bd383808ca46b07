package main

import (
	"context"
	"regexp"
	"time"
)

// An operation is a row of a table.
type operation struct {
	name    string // here and in operations.py
	title   string
	inputs  []string // generated files
	changes bool     // works on a copy of the first input
	started bool     // measured with the start of the process
	grows   bool     // what it holds in memory is as large as the file by its nature

	faster float64 // how many times faster than loompy it has to be
	memory float64 // the share of loompy's peak memory that it may take, 0 if it does not matter

	run func(ctx context.Context, t *task) error
}

// A task is what an operation works with, in a process of its own.
type task struct {
	in    []string // paths of the inputs
	out   string   // path of a file that the operation may make
	added int      // cells that add-columns adds

	elapsed time.Duration
}

// measure runs the part of an operation whose time counts.
func (t *task) measure(f func() error) error {
	start := time.Now()
	err := f()
	t.elapsed = time.Since(start)
	return err
}

// compared are the operations of the comparison with loompy.
var compared = []operation{
	{name: "read", title: "full dense read", inputs: []string{fileA}, faster: 4, run: readAll},
	{name: "read-again", title: "full dense read, repeated", inputs: []string{fileA}, faster: 6, run: readAgain},
	{name: "row", title: "one row", inputs: []string{fileA}, faster: 5, run: readRow},
	{name: "column", title: "one column", inputs: []string{fileA}, faster: 10, run: readColumn},
	{name: "columns", title: "100 random columns", inputs: []string{fileA}, faster: 12, run: readColumns},
	{name: "sparse", title: "sparse, to CSC", inputs: []string{fileA}, faster: 9, memory: 0.2, run: readSparse},
	{name: "scan-rows", title: "scan rows (2 layers, attributes, graph)", inputs: []string{fileA}, faster: 8, run: scanRows},
	{name: "scan-columns", title: "scan columns (2 layers, attributes, graph)", inputs: []string{fileA}, faster: 5, run: scanColumns},
	{name: "map-rows", title: "map mean and std, rows", inputs: []string{fileA}, faster: 9, run: mapRows},
	{name: "map-columns", title: "map mean and std, columns", inputs: []string{fileA}, faster: 15, run: mapColumns},
	{name: "permute-rows", title: "permute rows (2 layers)", inputs: []string{fileA}, changes: true, faster: 7, run: permuteRows},
	{name: "permute-columns", title: "permute columns (2 layers)", inputs: []string{fileA}, changes: true, faster: 10, run: permuteColumns},
	{name: "aggregate", title: "aggregate mean by cluster", inputs: []string{fileA}, faster: 15, run: aggregate},
	{name: "add-columns", title: "add 1,000 columns", inputs: []string{fileA, fileB}, changes: true, faster: 6, run: addColumns},
	{name: "add-loom", title: "add_loom, by key", inputs: []string{fileA, fileShuffled}, changes: true, faster: 9, run: addLoom},
	{name: "combine", title: "combine 2 files, same rows, whole chunks", inputs: []string{fileAligned, fileB}, faster: 40, run: combine},
	{name: "combine-by-key", title: "combine 2 files by key, rows in another order", inputs: []string{fileA, fileShuffled}, faster: 9, run: combineByKey},
	{name: "create-dense", title: "create from dense", inputs: []string{fileA}, faster: 7, run: createDense},
	{name: "create-sparse", title: "create from sparse", inputs: []string{fileA}, faster: 12, run: createSparse},
	{name: "export", title: "export (2,000 x 2,000)", inputs: []string{fileCorner}, faster: 40, run: export},
	{name: "open", title: "open and validate, with the process's start", inputs: []string{fileA}, started: true, faster: 50, run: open},
}

// fileToFile are the operations whose memory must not grow with the file, and
// one beside them that shows what it is to hold all non-zeros.
var fileToFile = []operation{
	{name: "permute-rows", title: "permute rows (2 layers)", inputs: []string{fileA}, changes: true, run: permuteRows},
	{name: "permute-columns", title: "permute columns (2 layers)", inputs: []string{fileA}, changes: true, run: permuteColumns},
	{name: "combine", title: "combine 2 files, same rows", inputs: []string{fileA, fileB}, run: combine},
	{name: "combine-by-key", title: "combine 2 files by key, rows in another order", inputs: []string{fileA, fileShuffled}, run: combineByKey},
	{name: "add-loom", title: "add_loom, by key", inputs: []string{fileA, fileShuffled}, changes: true, run: addLoom},
	{name: "aggregate-to-file", title: "aggregate mean by cluster, to a file", inputs: []string{fileA}, run: aggregateToFile},
	{name: "export-all", title: "export, all of it, as text that is thrown away", inputs: []string{fileA}, run: exportAll},
	{name: "sparse-to-file", title: "sparse to file, 2,048 columns at a time", inputs: []string{fileA}, run: sparseToFile},
	{name: "create-sparse", title: "sparse to file, all non-zeros at once", inputs: []string{fileA}, grows: true, run: createSparse},
}

// operationOf returns the operation of the given name.
func operationOf(name string) (operation, bool) {
	for _, list := range [][]operation{compared, fileToFile} {
		for _, op := range list {
			if op.name == name {
				return op, true
			}
		}
	}
	return operation{}, false
}

// matching returns those operations whose names match a regular expression.
func matching(list []operation, expression string) ([]operation, error) {
	pattern, err := regexp.Compile(expression)
	if err != nil {
		return nil, err
	}
	var found []operation
	for _, op := range list {
		if pattern.MatchString(op.name) {
			found = append(found, op)
		}
	}
	return found, nil
}
