// Package star makes Loom files of the output of STARsolo: the folder Solo.out, with
// a matrix for each way of counting and, if asked for, spliced, unspliced and ambiguous counts.
//
// [Import] does what loompy's create_from_star does:
//
//   - rows are the genes of features.tsv, with the attributes Accession and Gene, and
//     Biotype, Chromosome, Start and End from a GTF file,
//   - columns are cells with the attributes CellID, BarcodeTotalUMIs, the sum of the main
//     matrix, and for each layer Valid_ and its name, which is 1 where STARsolo has the cell
//     among those of the layer; where it has not, the layer is zero,
//   - layers are spliced, unspliced and ambiguous, and those that are asked for; the main
//     matrix is the sum of these three, or one of them.
//
// # Where loompy does otherwise
//
// loompy makes dense matrices of float64, needs the folder Velocyto, looks up each barcode in a list, fails
// if all barcodes are to be kept, orders the cells of "combine" at random, adds to the caller's list of
// layers, stores Start and End as text, and takes the accession for the name of a gene that the GTF file lacks.
// Its "emptydrops" looks for cells among those that STARsolo has called already, and fails; here it looks
// among all barcodes, by their spliced counts, and keeps those of a false discovery rate below 0.01 or of
// more than 1500 molecules, unless told otherwise.
package star
