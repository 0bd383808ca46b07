// Package experiment makes up droplet experiments of which everything is known: a small
// transcriptome with its index folder, reads with errors in their barcodes and copies of their molecules,
// and the counts that must come out. It is for tests.
package experiment
