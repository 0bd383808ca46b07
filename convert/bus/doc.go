// Package bus makes Loom files of the output of kallisto bus: pseudoaligned reads with their
// cell barcodes and UMIs (unique molecular identifiers), which it turns into counts of
// molecules by gene and cell.
//
// [Import] does all of it. [Reader] and [Writer] handle BUS files alone, [Classes] the
// equivalence classes that their records refer to, [Whitelist] the correction of barcodes and
// [ReadManifest] the index folders that loompy's fromfq uses.
//
// # What is counted
//
// A read is known by its barcode, its UMI, and its equivalence class: the set of
// transcripts, or fragments of them, that it may come from.
//
//  1. A read counts only if all transcripts of its class belong to one gene.
//  2. With a whitelist, a barcode that is not on it is replaced by the one on it that
//     differs in one base. Reads for which there is none, or more than one, do not count.
//  3. Reads of the same barcode, UMI and gene are one molecule, which counts once.
//  4. A molecule is in a layer as well if a class of one of its reads has a transcript of
//     that layer. One whose reads may be both spliced and unspliced is in both layers.
//
// # Memory
//
// BUS files of billions of reads are counted in bounded memory: reads are sorted in batches of
// 24 MiB, one for each worker and at most five, which are merged from a scratch file. See [Import].
package bus
