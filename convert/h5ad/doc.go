// Package h5ad makes Loom files of the files of Python's anndata and scanpy, and the
// reverse.
//
// [Import] reads h5ad files of anndata 0.6 to the current version; [Export] writes what
// anndata 0.8 and later read without a warning. Neither ever holds a matrix in memory.
//
// # What becomes of what
//
// AnnData has a row for each cell and Loom has a column: matrices are transposed on
// the way.
//
//	h5ad                         Loom
//	X                            main matrix
//	layers[name]                 layer name
//	raw.X                        layer raw, if the variables of raw are those of the file
//	obs_names, var_names         column attribute CellID, row attribute Gene
//	obs[name], var[name]         column attribute, row attribute name
//	var["gene_ids"]              row attribute gene_ids and, unless there is one, Accession
//	obsm[name], varm[name]       attribute name of two dimensions or more
//	obsm[name], a table          attributes name.column
//	obsp[name], varp[name]       column graph, row graph name
//	uns[name]                    global attribute name
//	uns[a][b]                    global attribute a.b
//
// Numbers keep their type. In a Loom file, booleans are 0 and 1 of uint8, weights of
// graphs are floating point numbers, and categories are the strings or numbers that they stand
// for: a missing string is an empty one, and a column of numbers or booleans of which some are
// missing has float64, with NaN. In an h5ad file, strings are categories where some are
// equal, in the order that anndata gives them, as its strings_to_categoricals makes them; float16 in
// matrices is float32.
//
// What one format cannot say is in a [Report]: categories that are ordered or have no
// values, records, ragged arrays, None, a raw of other variables.
//
// # Round trips
//
// A Loom file that is exported and imported again is as before (see [loom.Diff]), but
// for
//
//   - CellID and Gene, which are there even if they were not before,
//   - CreationDate and last_modified, which every file has of its own,
//   - float16 in layers and graphs, which has become float32,
//   - attributes called "_index", a name that AnnData reserves, which have got a "_".
//
// Where names are not unique, or are numbers, the index has them as unique text, as anndata wants it, and
// the attribute is a column beside it; Import recognises that.
package h5ad
