package star

import (
	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/textfile"
)

// ErrMalformed is wrapped when an input is not what its format says; the message
// has the file, the line, what was expected and what was found.
var ErrMalformed = textfile.ErrMalformed

// Which cells there are: values of [Options.Cells] beside the names of matrices.
const (
	Called   = "star"    // those that STARsolo has called, in the folder filtered
	Raw      = "none"    // all barcodes, those of the folder raw
	Combined = "combine" // those that have been called for any of the layers

	// EmptyDrops calls cells among all barcodes: see package cellcalling.
	EmptyDrops = "emptydrops"
)

// VeloSum is the sum of spliced, unspliced and ambiguous counts as main matrix.
const VeloSum = "velosum"

// Options say what [Import] takes. The names of matrices are those of the folders in
// Solo.out: Gene, GeneFull, GeneFull_ExonOverIntron, GeneFull_Ex50pAS.
type Options struct {
	// Cells are Called, Raw, Combined or EmptyDrops, or those that have been called for the matrix
	// of this name, which then is a layer, too. The default is Called.
	Cells string

	// Main is the main matrix: VeloSum, or the matrix of this name. The default is VeloSum
	// if there is the folder Velocyto, and else the first of the matrices that are listed above.
	Main string

	// Layers are the names of matrices that become layers, beside spliced, unspliced and
	// ambiguous.
	Layers []string

	// SampleID and a colon are put in front of each barcode, unless it is empty.
	SampleID string

	// Calling says how cells are called if Cells is EmptyDrops. They then have the column attributes
	// AmbientPValue, the false discovery rate, and AmbientUMIs, as loompy names them.
	Calling Calling

	// Sample has values that become a column attribute each, the same for all cells: strings, int64
	// or float64, by name. Those of a table of samples are what ReadSample of package fastq returns.
	Sample map[string]*loom.Array

	// Notes, unless it is nil, is called with what the user should know, although it is no error:
	// sentences without a full stop.
	Notes func(text string)

	// GTF is the path of a file with annotations of the genes; "" for none.
	GTF string

	// Attrs are global attributes.
	Attrs map[string]*loom.Array
}
