package parquet

// Options say what [Export] writes.
type Options struct {
	Layer string // instead of the main matrix

	// Names adds the names of the row and of the column to each line, such as the columns
	// Gene and CellID.
	Names bool

	// Attributes whose values name rows and columns; by default the first that there is of Gene,
	// Accession and Name, and of CellID, Cell and Barcode.
	RowNames, ColNames string

	// Files to write the attributes of rows and columns to, as [ExportAttributes] does; ""
	// for none.
	RowMetadata, ColMetadata string
}
