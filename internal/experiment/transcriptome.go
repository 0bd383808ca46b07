package experiment

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Lengths of what a gene consists of, in bases.
const (
	exonLength   = 160
	intronLength = 200
	flankLength  = 90 // of the exons that an intron's fragment has at its ends
	readLength   = 70
)

// A Gene has two exons and the intron between them.
type Gene struct {
	Accession, Name string
	number          int
	first, intron   string
	second          string
}

// Spliced and Unspliced are the names of the gene's fragments.
func (g *Gene) Spliced() string { return g.Accession + ".T1" }

// Unspliced is the name of the fragment of the intron.
func (g *Gene) Unspliced() string { return g.Accession + ".I1" }

func (g *Gene) splicedSequence() string { return g.first + g.second }

func (g *Gene) unsplicedSequence() string {
	return g.first[exonLength-flankLength:] + g.intron + g.second[:flankLength]
}

// newGenes makes genes of random sequence. The second exon of the last one is
// that of the last but one, so that reads of it may be of either.
func newGenes(random *rand.Rand, n int) []*Gene {
	genes := make([]*Gene, n)
	for i := range genes {
		genes[i] = &Gene{
			Accession: fmt.Sprintf("ENSG%05d", i+1),
			Name:      fmt.Sprintf("Gene%d", i+1),
			number:    i,
			first:     sequence(random, exonLength),
			intron:    sequence(random, intronLength),
			second:    sequence(random, exonLength),
		}
	}
	genes[n-1].second = genes[n-2].second
	return genes
}

// sequence returns random bases.
func sequence(random *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte("ACGT"[random.IntN(4)])
	}
	return b.String()
}

// A Kind says where in its gene a molecule's reads are.
type Kind int

// Kinds of molecules.
const (
	Exonic    Kind = iota // in the first exon: of the spliced fragment alone
	Intronic              // in the intron: of the unspliced fragment alone
	Ambiguous             // at the first exon's end: of both
	Shared                // in the second exon, which two genes may share
)

// read returns the bases of a read.
func (g *Gene) read(random *rand.Rand, kind Kind) string {
	var from string
	switch kind {
	case Exonic:
		from = g.first[:exonLength-flankLength+20] // too little of the flank for another k-mer
	case Intronic:
		from = g.intron
	case Ambiguous:
		from = g.first[exonLength-flankLength:]
	case Shared:
		from = g.second[flankLength-20:]
	}
	at := random.IntN(len(from) - readLength + 1)
	return from[at : at+readLength]
}
