package demo

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// A cell is what a column follows from, its counts apart.
type cell struct {
	cluster int
	donor   int
	umis    float64 // expected total
	x, y    float32 // in the embedding
}

// donors is how many people the cells come from.
const donors = 3

// makeCells returns the cells of all clusters in random order.
func makeCells(o Options) []cell {
	cells := make([]cell, 0, o.Cells)
	r := rand.New(sequence(o.Seed, forPlaces))
	for c, n := range quotas(o.Cells) {
		for range n {
			cells = append(cells, makeCell(r, c, o.UMIs))
		}
	}
	order := rand.New(sequence(o.Seed, forOrder))
	order.Shuffle(len(cells), func(i, j int) { cells[i], cells[j] = cells[j], cells[i] })
	return cells
}

func makeCell(r *rand.Rand, c, umis int) cell {
	at := &clusters[c]
	along, across := at.along*r.NormFloat64(), at.across*r.NormFloat64()
	sin, cos := math.Sincos(at.angle)
	return cell{
		cluster: c,
		donor:   r.IntN(donors),
		umis:    float64(umis) * at.size * lognormal(r, 0, 0.35),
		x:       float32(at.x + along*cos - across*sin),
		y:       float32(at.y + along*sin + across*cos),
	}
}

func donorName(donor int) string { return fmt.Sprintf("donor%d", donor+1) }

// cellID returns the name of the i-th cell: donor and barcode, as in files that
// loompy makes.
func cellID(seed uint64, i int, c cell) string {
	return donorName(c.donor) + ":" + barcode(seed, uint32(i))
}

// barcode returns 16 bases, different ones for each i: every step of the way can
// be undone.
func barcode(seed uint64, i uint32) string {
	x := (i ^ uint32(mix(seed))) * 0x9e3779b1
	x = (x ^ x>>15) * 0x85ebca6b
	x = (x ^ x>>13) * 0xc2b2ae35
	x ^= x >> 16
	var bases [16]byte
	for k := range bases {
		bases[k] = "ACGT"[x>>(2*k)&3]
	}
	return string(bases[:])
}
