package bus

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goloom/loom/convert/internal/textfile"
)

// maxLayers is how many layers there can be beside the main matrix.
const maxLayers = 32

// transcripts are what reads are aligned to: of which gene each is, and in which layers, a bit for
// each. They are in the order of transcripts.txt.
type transcripts struct {
	genes  *genes
	gene   []int32
	layers []uint32
	names  []string // of the layers, in order
}

// readTranscripts reads transcripts.txt and finds the gene and the layers of each.
func readTranscripts(ctx context.Context, path string, opts *Options) (*transcripts, error) {
	index := map[string]int32{}
	for line, err := range textfile.Lines(ctx, path) {
		if err != nil {
			return nil, err
		}
		if _, ok := index[line.Text]; ok || line.Text == "" {
			return nil, &FormatError{path, fmt.Sprintf("line %d", line.Number), "the name of a transcript that was not there before", fmt.Sprintf("%q", line.Text)}
		}
		index[line.Text] = int32(line.Number - 1)
	}
	if len(index) == 0 {
		return nil, &FormatError{File: path, Want: "the name of a transcript on each line", Got: "an empty file"}
	}
	t := &transcripts{gene: make([]int32, len(index)), layers: make([]uint32, len(index))}
	for i := range t.gene {
		t.gene[i] = noGene
	}
	if err := t.readGenes(ctx, index, opts); err != nil {
		return nil, err
	}
	return t, t.readLayers(ctx, path, index, opts.layers())
}

// noGene is the gene of what has none, or several.
const noGene = -1

// readGenes finds the gene of each transcript.
func (t *transcripts) readGenes(ctx context.Context, index map[string]int32, opts *Options) error {
	var path string
	var assign func(fields []string) (gene int32, want string)
	if m := opts.Manifest; m != nil {
		genes, err := readGenes(ctx, m.GeneMetadata, m.GeneKey)
		if err != nil {
			return err
		}
		t.genes, path = genes, m.FragmentsToGenes
		assign = func(fields []string) (int32, string) {
			if gene, ok := genes.row[fields[1]]; ok {
				return gene, ""
			}
			return 0, "a gene of " + m.GeneMetadata
		}
	} else {
		t.genes, path = newGenes("Accession", "Gene"), opts.TranscriptsToGenes
		assign = t.listedGene
	}
	if err := t.assignGenes(ctx, path, index, assign); err != nil {
		return err
	}
	for name, i := range index {
		if t.gene[i] == noGene {
			return &FormatError{File: path, Want: "the gene of every transcript", Got: fmt.Sprintf("none of %s", t.firstWithout(index, name))}
		}
	}
	return nil
}

// firstWithout returns the first transcript without a gene; name is one.
func (t *transcripts) firstWithout(index map[string]int32, name string) string {
	first := slices.Index(t.gene, noGene)
	for candidate, i := range index {
		if int(i) == first {
			return candidate
		}
	}
	return name
}

// listedGene returns the gene in a line of a transcript, its gene, and the gene's
// name if there is one. A gene is added when it is seen first.
func (t *transcripts) listedGene(fields []string) (int32, string) {
	id, name := fields[1], fields[1]
	if len(fields) > 2 && fields[2] != "" {
		name = fields[2]
	}
	if id == "" {
		return 0, "a gene"
	}
	if gene, ok := t.genes.row[id]; ok {
		return gene, ""
	}
	return t.genes.add(id, id, name), ""
}

// assignGenes reads lines of a transcript and its gene, among others of which
// there are no reads.
func (t *transcripts) assignGenes(ctx context.Context, path string, index map[string]int32, assign func([]string) (int32, string)) error {
	for line, err := range textfile.Lines(ctx, path) {
		if err != nil {
			return err
		}
		fields := strings.Split(line.Text, "\t")
		fail := func(want, got string) error {
			return &FormatError{path, fmt.Sprintf("line %d", line.Number), want, got}
		}
		if len(fields) < 2 {
			return fail("a transcript, a tab and its gene", fmt.Sprintf("%q", line.Text))
		}
		gene, want := assign(fields)
		if want != "" {
			return fail(want, fmt.Sprintf("%q", fields[1]))
		}
		i, ok := index[fields[0]]
		if !ok {
			continue
		}
		if t.gene[i] != noGene && t.gene[i] != gene {
			return fail("one gene for transcript "+fields[0], "another one than before: "+fields[1])
		}
		t.gene[i] = gene
	}
	return nil
}

// readLayers finds the transcripts of each layer.
func (t *transcripts) readLayers(ctx context.Context, transcriptsPath string, index map[string]int32, layers map[string]string) error {
	t.names = slices.Sorted(maps.Keys(layers))
	if len(t.names) > maxLayers {
		return fmt.Errorf("%d layers, want at most %d", len(t.names), maxLayers)
	}
	for bit, name := range t.names {
		path := layers[name]
		for line, err := range textfile.Lines(ctx, path) {
			if err != nil {
				return fmt.Errorf("layer %s: %w", name, err)
			}
			i, ok := index[line.Text]
			if !ok {
				return &FormatError{path, fmt.Sprintf("line %d", line.Number), "a transcript of " + transcriptsPath, fmt.Sprintf("%q", line.Text)}
			}
			t.layers[i] |= 1 << bit
		}
	}
	return nil
}

// A target is what the reads of an equivalence class count for.
type target struct {
	gene   int32 // noGene if its transcripts are of several
	layers uint32
}

// of returns the target of a class.
func (t *transcripts) of(class []int32) target {
	to := target{gene: t.gene[class[0]]}
	for _, transcript := range class {
		if t.gene[transcript] != to.gene {
			return target{gene: noGene}
		}
		to.layers |= t.layers[transcript]
	}
	return to
}
