package tenx

import (
	"errors"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/textfile"
)

// ErrMalformed is wrapped when an input is not what its format says; the message
// has the file, the line or HDF5 path, what was expected and what was found.
var ErrMalformed = textfile.ErrMalformed

// ErrAmbiguous is wrapped when an input has several matrices, of which [Options] or
// the path have to choose one; the message lists them.
var ErrAmbiguous = errors.New("choose one of several")

// GeneExpression is the type of the features that are genes.
const GeneExpression = "Gene Expression"

// Options say what [Import] takes of its input.
type Options struct {
	// Genome is the one to take if there are several. To leave it empty then is an error
	// that wraps ErrAmbiguous, except for HDF5 files of version 3: of those, all genomes
	// are taken.
	Genome string

	// FeatureTypes are those to take, such as "Antibody Capture", or "all" for all of
	// them; GeneExpression alone if there are none. Files before version 3 have genes only.
	FeatureTypes []string

	// Raw takes the matrix of all barcodes, where the folder of a sample has two,
	// instead of that of cells.
	Raw bool

	// SampleID is put, with a colon, in front of each barcode, instead of the name of
	// the sample. NoSampleID leaves barcodes as they are.
	SampleID   string
	NoSampleID bool

	// Attrs are global attributes.
	Attrs map[string]*loom.Array
}

// Imported says what [Import] has made.
type Imported struct {
	Sample string // what CellID begins with, without the colon
	Genome string
	// Left are the features that were not taken, by type.
	Left map[string]int
}
