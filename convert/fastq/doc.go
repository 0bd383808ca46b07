// Package fastq makes Loom files of the reads of a droplet experiment, as loompy's fromfq does:
// [Create] has kallisto align them, and package bus count them and call cells.
//
// What it needs is an index folder (see [bus.ReadManifest]), a table with what is known of
// the sample ([ReadSample]), and kallisto itself, version 0.45 or later, in a folder of PATH.
package fastq
