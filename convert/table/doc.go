// Package table makes Loom files of tables of text, and tables of Loom files.
//
// A table has a line for each row of the matrix, or with [ImportOptions.Transposed] for each
// column, and fields with tabs, commas, semicolons or blanks between them. Two
// layouts are read:
//
//   - plain: the elements, with the names of the columns in the first line, and the names or
//     other attributes of the row in the first fields of a line; either may be missing. Names
//     in the first line may be one fewer than the fields of others, as R writes them.
//   - annotated: what [loom.Conn.Export] writes, and loompy's export, with all
//     attributes of rows and columns.
//
// Which it is, what the delimiter is, whether there are names and of which type
// the elements are is found out from the table, unless options say so. Tables may be compressed
// with gzip, whatever they are called. More attributes come from tables of metadata.
//
// loompy's create_from_tsv reads the plain layout.
package table
