// Package cellcalling tells cells from empty droplets. In a droplet-based experiment most
// barcodes have no cell, but molecules of the ambient RNA that floats around. [Call] finds the
// barcodes whose molecules are not a sample of that.
//
// It follows EmptyDrops (Lun et al., Genome Biology 20:63, 2019) with the choices of Cell Ranger 3
// and loompy's call_cells:
//
//  1. Barcodes with more than 20 molecules, but fewer than what is left when twice the expected number of
//     cells have been taken off the top, are ambient. Their sums are smoothed by simple Good-Turing
//     (Gale and Sampson, Journal of Quantitative Linguistics 2:217, 1995), which gives the genes
//     that were not seen in them their share: the ambient profile.
//  2. Barcodes with more than a tenth of the median of the expected number of largest ones, and at
//     least 500 molecules, are candidates.
//  3. How likely the molecules of a candidate are, as a multinomial sample of the ambient profile, is
//     compared with samples that are drawn from it: a Monte Carlo p-value.
//  4. The p-values are adjusted to false discovery rates by Benjamini and Hochberg's procedure.
//
// The result depends on the counts, the options and the seed alone, not on the number of workers.
package cellcalling
