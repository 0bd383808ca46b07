package experiment

import (
	"math"
	"math/rand/v2"
)

// A Chemistry says how long barcodes and UMIs are.
type Chemistry struct {
	Technology string // what kallisto calls it
	Barcode    int
	UMI        int
}

// The chemistries of 10x Genomics that are made up.
var (
	V2 = Chemistry{"10xv2", 16, 10}
	V3 = Chemistry{"10xv3", 16, 12}
)

// A Read is one pair of sequences.
type Read struct {
	Barcode, UMI, Bases string

	gene *Gene
	kind Kind
}

// Counts are molecules: all, the spliced and the unspliced ones.
type Counts struct{ All, Spliced, Unspliced uint32 }

// A Place is an element of the matrix.
type Place struct{ Accession, Barcode string }

// An Experiment is reads and what is to come of them.
type Experiment struct {
	Chemistry Chemistry
	Genes     []*Gene
	Whitelist []string
	Reads     []Read

	Counts map[Place]Counts
	Cells  map[string]bool // barcodes with cells

	random *rand.Rand
	umis   map[string]bool // barcodes and UMIs that are taken
}

// How large experiments are.
const (
	genes       = 160
	markers     = 40 // the last genes, which only cells express
	cellTypes   = 3
	cells       = 12
	droplets    = 250 // without cells
	cellUMIs    = 700 // of each cell
	ambientUMIs = 30  // of each droplet, and up to as many more
	unused      = 50  // barcodes of the whitelist without molecules
)

// New makes an experiment up. It is the same for the same seed.
//
// Molecules have one to three reads. One read in 20 has an error in its barcode, and one in
// 50 a barcode that is far from all on the whitelist. One in 40 molecules is of an exon that
// two genes share, and counts for neither.
func New(chemistry Chemistry, seed uint64) *Experiment {
	random := rand.New(rand.NewPCG(seed, 1))
	e := &Experiment{
		Chemistry: chemistry, Genes: newGenes(random, genes), Counts: map[Place]Counts{}, Cells: map[string]bool{},
		random: random, umis: map[string]bool{},
	}
	e.Whitelist = e.barcodes(cells + droplets + unused)
	ambient := newDice(ambientProfile())
	for i, barcode := range e.Whitelist[:cells] {
		e.Cells[barcode] = true
		e.fill(barcode, cellUMIs+random.IntN(100), newDice(cellProfile(i%cellTypes)))
	}
	for _, barcode := range e.Whitelist[cells : cells+droplets] {
		e.fill(barcode, ambientUMIs+random.IntN(ambientUMIs), ambient)
	}
	random.Shuffle(len(e.Reads), func(i, j int) { e.Reads[i], e.Reads[j] = e.Reads[j], e.Reads[i] })
	return e
}

// barcodes returns barcodes any two of which differ in 4 bases or more.
func (e *Experiment) barcodes(n int) []string {
	var list []string
next:
	for len(list) < n {
		candidate := sequence(e.random, e.Chemistry.Barcode)
		for _, other := range list {
			if distance(candidate, other) < 4 {
				continue next
			}
		}
		list = append(list, candidate)
	}
	return list
}

// distance returns the number of bases in which two sequences differ.
func distance(a, b string) int {
	n := 0
	for i := range len(a) {
		if a[i] != b[i] {
			n++
		}
	}
	return n
}

// ambientProfile falls off with the rank of a gene; markers are not in it.
func ambientProfile() []float64 {
	p := make([]float64, genes)
	for i := range p[:genes-markers] {
		p[i] = math.Pow(float64(i+1), -1.5)
	}
	return p
}

// cellProfile is that of a type of cells: a third of the ambient one, and
// markers of its own.
func cellProfile(cellType int) []float64 {
	p := ambientProfile()
	for i := range p {
		p[i] /= 8
	}
	each := (markers - 2) / cellTypes
	for i := range each {
		p[genes-markers+cellType*each+i] = 0.06
	}
	return p
}

// fill puts molecules into a droplet.
func (e *Experiment) fill(barcode string, molecules int, profile dice) {
	for range molecules {
		gene := e.Genes[profile.throw(e.random)]
		kind := Exonic
		switch e.random.IntN(10) {
		case 0, 1:
			kind = Intronic
		case 2:
			kind = Ambiguous
		}
		if e.random.IntN(40) == 0 {
			gene, kind = e.Genes[genes-1-e.random.IntN(2)], Shared
		}
		e.Add(barcode, e.UMI(barcode), gene, kind, 1+e.random.IntN(3))
	}
}

// UMI returns one that no molecule with the barcode has.
func (e *Experiment) UMI(barcode string) string {
	for {
		umi := sequence(e.random, e.Chemistry.UMI)
		if !e.umis[barcode+umi] {
			return umi
		}
	}
}

// Add adds the reads of a molecule, and counts it. At least one of them has
// a barcode that can be told.
func (e *Experiment) Add(barcode, umi string, gene *Gene, kind Kind, reads int) {
	e.umis[barcode+umi] = true
	for i := range reads {
		seen := barcode
		switch {
		case e.random.IntN(20) == 0:
			seen = mutate(e.random, barcode, 1)
		case i > 0 && e.random.IntN(50) == 0:
			seen = mutate(e.random, barcode, 2)
		}
		e.Reads = append(e.Reads, Read{seen, umi, gene.read(e.random, kind), gene, kind})
	}
	if kind == Shared && (gene == e.Genes[genes-1] || gene == e.Genes[genes-2]) {
		return
	}
	place := Place{gene.Accession, barcode}
	n := e.Counts[place]
	n.All++
	if kind != Intronic {
		n.Spliced++
	}
	if kind == Intronic || kind == Ambiguous {
		n.Unspliced++
	}
	e.Counts[place] = n
}

// mutate changes a number of bases.
func mutate(random *rand.Rand, bases string, n int) string {
	b := []byte(bases)
	for _, i := range random.Perm(len(b))[:n] {
		old := b[i]
		for b[i] == old {
			b[i] = "ACGT"[random.IntN(4)]
		}
	}
	return string(b)
}

// dice throw numbers of given probabilities.
type dice []float64 // sums

func newDice(p []float64) dice {
	d := make(dice, len(p))
	sum := 0.0
	for i, v := range p {
		sum += v
		d[i] = sum
	}
	return d
}

func (d dice) throw(random *rand.Rand) int {
	at := random.Float64() * d[len(d)-1]
	for i, sum := range d {
		if at < sum {
			return i
		}
	}
	return len(d) - 1
}
