package table

import "github.com/goloom/loom"

// A Presence says whether something is in a table.
type Presence int

const (
	Guess   Presence = iota // find out from the table
	Present                 // it is
	Absent                  // it is not
)

// ImportOptions say how [Import] reads a table. The zero value finds out all there
// is to find out.
type ImportOptions struct {
	Delimiter  byte     // between fields; 0 to find out
	Skip       int      // lines to leave out in the beginning
	Header     Presence // of a first line with names
	Labels     Presence // of fields in front of the elements
	LabelCount int      // how many there are, if not 0
	Transposed bool     // a line is a column (cell) of the matrix

	// Type of the main matrix, numpy's name of it. By default whole numbers are
	// int32, or int64 if they must be; others float32 if it holds every number as exactly as
	// the text has it, or else float64.
	Type           string
	AllowNonFinite bool // let NaN and infinities in

	// Tables of more attributes, with a line for each row or column and the
	// names of attributes in the first. If the table itself names rows (columns), those of
	// the metadata are found by their first field, in whatever order and among
	// others. If not there must be as many, in the same order.
	RowMetadata, ColMetadata string

	// A Loom file whose rows the new one is to have, in the same order, so that both
	// can be combined, with its row attributes Accession, Gene, Chromosome, Start and End. Rows
	// of the table are found by the names that they have in its row attribute RowsOfKey, Accession if
	// that is ""; those that are not there are left out, and rows that the table
	// does not have are zero. All other attributes that the table has of rows are left out.
	RowsOf, RowsOfKey string

	// Names of the attributes that hold the names of rows and columns; by default
	// what the first line says, or else Gene and CellID.
	RowNames, ColNames string
	SampleID           string // put in front of each name of a column, with a colon

	Attrs map[string]*loom.Array // global attributes
}

// An Imported says what [Import] has made.
type Imported struct {
	Rows, Cols int
	Type       string // of the main matrix
	Annotated  bool   // the layout
	Notes      []string
}

// ExportOptions say what [Export] writes.
type ExportOptions struct {
	Layer      string // instead of the main matrix
	Delimiter  byte   // 0 for the one that the name stands for: a comma of .csv, or else a tab
	Transposed bool   // a line for each column (cell)

	// Attributes whose values name rows and columns; by default the first that there is of Gene,
	// Accession and Name, and of CellID, Cell and Barcode, or else positions from 0 on.
	RowNames, ColNames string

	// Tables to write the attributes of rows and columns to; "" for none.
	RowMetadata, ColMetadata string
}
