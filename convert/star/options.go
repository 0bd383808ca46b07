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
)

// VeloSum is the sum of spliced, unspliced and ambiguous counts as main matrix.
const VeloSum = "velosum"

// Options say what [Import] takes. The names of matrices are those of the folders in
// Solo.out: Gene, GeneFull, GeneFull_ExonOverIntron, GeneFull_Ex50pAS.
type Options struct {
	// Cells are Called, Raw or Combined, or those that have been called for the matrix
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

	// GTF is the path of a file with annotations of the genes; "" for none.
	GTF string

	// Attrs are global attributes.
	Attrs map[string]*loom.Array
}
