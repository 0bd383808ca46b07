package bus

import (
	"errors"
	"fmt"

	"github.com/goloom/loom"
	"github.com/goloom/loom/cellcalling"
)

// Options say what goes with the reads. Either Manifest or TranscriptsToGenes must be set.
type Options struct {
	// Manifest is that of the index folder that the reads were aligned to: see [ReadManifest]. Row
	// attributes are all columns of its gene metadata, rows all genes of it.
	Manifest *Manifest

	// TranscriptsToGenes is the path of a file of lines of a transcript, a tab, its gene, and maybe a tab
	// and the gene's name, as kb and bustools use; it may be compressed by gzip. Rows are the genes in
	// the order in which they come up, row attributes "Accession" and "Gene".
	TranscriptsToGenes string

	// Layers are paths of files of one transcript a line, by the layer that these are in, such as
	// "spliced" and "unspliced". They come in addition to those of the manifest.
	Layers map[string]string

	// Whitelist is the path of the file of barcodes that reads are corrected to: see
	// [ReadWhitelist]. Without one all barcodes are taken as they are.
	Whitelist string

	// File is the name of the BUS file in the folder, "output.bus" if "".
	File string

	// Sample is the sample's name. Cells are called by it, an underscore and their barcode, or by the
	// barcode alone if it is "".
	Sample string

	// CallCells keeps only barcodes with cells: see [cellcalling.Call]. Cells are those with
	// a false discovery rate below 0.01 and those of more than 1500 molecules, as in loompy.
	CallCells *cellcalling.Options

	// MinUMIs keeps only barcodes of so many molecules.
	MinUMIs int64

	// Attrs are global attributes, over which none of those that are found out prevail.
	Attrs map[string]*loom.Array

	// ScratchDir is where scratch files are made, the folder of the output if "".
	ScratchDir string

	// batch is how many reads are sorted at once, sortedAtOnce if 0; a test has few.
	batch int
}

// check refuses options that do not say what is needed.
func (o *Options) check() error {
	switch {
	case o.Manifest == nil && o.TranscriptsToGenes == "":
		return errors.New("nothing says of which genes the transcripts are: want an index folder or a file of transcripts and genes")
	case o.Manifest != nil && o.TranscriptsToGenes != "":
		return errors.New("both an index folder and a file of transcripts and genes, want one of them")
	}
	for name := range o.Layers {
		if !loomName(name) {
			return fmt.Errorf("layer %q: %w", name, loom.ErrName)
		}
	}
	return nil
}

// layers returns the files of all layers.
func (o *Options) layers() map[string]string {
	all := map[string]string{}
	if o.Manifest != nil {
		for name, path := range o.Manifest.Layers {
			all[name] = path
		}
	}
	for name, path := range o.Layers {
		all[name] = path
	}
	return all
}
