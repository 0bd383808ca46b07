package experiment

// Quirks are what an experiment has besides, that programs differ about.
type Quirks struct {
	LargeDroplet string // barcode of a droplet with as many molecules as a cell, but ambient ones
	Mixed        Place  // of a molecule with reads of the spliced and of the unspliced fragment
	Between      string // barcode of reads that differs in one base from two of the whitelist, which have no others
}

// AddQuirks adds quirks to the reads, and to the counts what is to come of them: the large droplet
// is no cell, the molecule is both spliced and unspliced, and reads of which it cannot be known
// whose they are count for nothing.
func (e *Experiment) AddQuirks() Quirks {
	ambient := newDice(ambientProfile())
	free := e.Whitelist[cells+droplets:]
	q := Quirks{LargeDroplet: free[0], Mixed: Place{e.Genes[0].Accession, e.Whitelist[0]}, Between: near(free[1], 0)}
	e.fill(q.LargeDroplet, cellUMIs, ambient)

	umi := e.UMI(q.Mixed.Barcode)
	e.Add(q.Mixed.Barcode, umi, e.Genes[0], Exonic, 1)
	e.Reads = append(e.Reads, Read{q.Mixed.Barcode, umi, e.Genes[0].read(e.random, Intronic), e.Genes[0], Intronic})
	n := e.Counts[q.Mixed]
	n.Unspliced++
	e.Counts[q.Mixed] = n

	e.Whitelist = append(e.Whitelist, near(q.Between, 1))
	for range 10 {
		e.Reads = append(e.Reads, Read{q.Between, e.UMI(q.Between), e.Genes[0].read(e.random, Exonic), e.Genes[0], Exonic})
	}
	return q
}

// near returns a sequence with another base at a position.
func near(bases string, at int) string {
	b := []byte(bases)
	if b[at] == 'A' {
		b[at] = 'C'
	} else {
		b[at] = 'A'
	}
	return string(b)
}
