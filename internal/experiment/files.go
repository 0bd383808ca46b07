package experiment

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Files are where an experiment was written.
type Files struct {
	Index string   // the folder, without kallisto's index
	Fasta string   // of the fragments, in it
	FASTQ []string // barcodes and UMIs, then bases
}

// KallistoIndex is the name that the manifest has for kallisto's index.
const KallistoIndex = "fragments.idx"

// Write writes the experiment into a folder: an index folder with all but kallisto's index, which
// "kallisto index -i index/fragments.idx index/fragments.fa" makes, and FASTQ files, which are
// compressed if packed is set.
func (e *Experiment) Write(dir string, packed bool) (Files, error) {
	f := Files{Index: filepath.Join(dir, "index")}
	f.Fasta = filepath.Join(f.Index, "fragments.fa")
	if err := os.MkdirAll(f.Index, 0o777); err != nil {
		return f, err
	}
	for name, text := range e.index() {
		if err := os.WriteFile(filepath.Join(f.Index, name), []byte(text), 0o666); err != nil {
			return f, err
		}
	}
	suffix := ".fastq"
	if packed {
		suffix += ".gz"
	}
	for i := range 2 {
		path := filepath.Join(dir, fmt.Sprintf("reads_R%d%s", i+1, suffix))
		f.FASTQ = append(f.FASTQ, path)
		if err := e.writeFASTQ(path, i == 0, packed); err != nil {
			return f, err
		}
	}
	return f, nil
}

// index returns the texts of the files of the index folder by name.
func (e *Experiment) index() map[string]string {
	var fasta, toGenes, metadata, spliced, unspliced strings.Builder
	metadata.WriteString("Accession\tGene\tChromosome\n")
	for i, g := range e.Genes {
		fmt.Fprintf(&fasta, ">%s\n%s\n>%s\n%s\n", g.Spliced(), g.splicedSequence(), g.Unspliced(), g.unsplicedSequence())
		fmt.Fprintf(&toGenes, "%s\t%s\n%s\t%s\n", g.Spliced(), g.Accession, g.Unspliced(), g.Accession)
		fmt.Fprintf(&metadata, "%s\t%s\tchr%d\n", g.Accession, g.Name, i%3+1)
		fmt.Fprintln(&spliced, g.Spliced())
		fmt.Fprintln(&unspliced, g.Unspliced())
	}
	return map[string]string{
		"fragments.fa":                            fasta.String(),
		"fragments2genes.txt":                     toGenes.String(),
		"genes.tab":                               metadata.String(),
		"spliced_fragments.txt":                   spliced.String(),
		"unspliced_fragments.txt":                 unspliced.String(),
		e.Chemistry.Technology + "_whitelist.txt": strings.Join(e.Whitelist, "\n") + "\n",
		"manifest.json": `{
  "species": "Homo fabricatus",
  "index_file": "` + KallistoIndex + `",
  "gene_metadata_file": "genes.tab",
  "gene_metadata_key": "Accession",
  "fragments_to_genes_file": "fragments2genes.txt",
  "layers": {"spliced": "spliced_fragments.txt", "unspliced": "unspliced_fragments.txt"}
}
`,
	}
}

// writeFASTQ writes one of the two files of reads.
func (e *Experiment) writeFASTQ(path string, barcodes, packed bool) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	var text io.Writer = file
	var gz *gzip.Writer
	if packed {
		gz, _ = gzip.NewWriterLevel(file, gzip.BestSpeed)
		text = gz
	}
	w := bufio.NewWriter(text)
	for i, read := range e.Reads {
		bases := read.Bases
		if barcodes {
			bases = read.Barcode + read.UMI
		}
		fmt.Fprintf(w, "@read%d\n%s\n+\n%s\n", i+1, bases, strings.Repeat("F", len(bases)))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if gz != nil {
		if err := gz.Close(); err != nil {
			return err
		}
	}
	return file.Close()
}
