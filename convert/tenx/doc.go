// Package tenx reads and writes the outputs of 10x Genomics' Cell Ranger: folders
// with a Matrix Market file and the names of its rows and columns, and HDF5 files.
//
// [Import] makes a Loom file of any of them, as loompy's create_from_cellranger does
// of some:
//
//   - the folder of a sample, which holds outs, of Cell Ranger 1 to 9: "count", "aggr" and
//     "multi" with one sample; where only the HDF5 file of a matrix was kept, that is taken,
//   - outs itself, or a folder with matrix.mtx, barcodes.tsv, and genes.tsv or features.tsv,
//     compressed with gzip or not,
//   - an HDF5 file of version 1 or 2, with a group for each genome, or of version 3, with a
//     group matrix.
//
// [ExportFolder] and [ExportHDF5] write those of version 3.
//
// # What becomes of what
//
// Features become rows with the attributes Accession and Gene, barcodes become columns with the
// attribute CellID, which begins with the name of the sample and a colon where that is known:
// where there is a folder outs, it is the name of the folder around it. The global attribute
// Genome names the genome, and is empty where the input does not say. Features are those of gene
// expression unless [Options] ask for others; if others are among the rows there is a
// row attribute FeatureType, and if there are features of several genomes, Genome.
//
// Where outs has an analysis, its t-SNE becomes the column attributes X and Y, its UMAP the
// column attribute UMAP of two dimensions, and the number of its graph-based
// cluster, counted from 0, ClusterID. They are matched by barcode; cells that an analysis lacks
// have NaN, and the cluster -1.
//
// # Where loompy does otherwise
//
// loompy makes a dense matrix; takes all kinds of features for genes; takes the first of several
// genomes that the file system lists; takes it that an analysis has all cells, in the order of the
// matrix; and fails on compressed files of version 2, on those of version 3 that are not, on
// folders without outs, and on HDF5 files.
package tenx
