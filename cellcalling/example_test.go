package cellcalling_test

import (
	"context"
	"fmt"
	"iter"
	"log"
	"math"
	"math/rand/v2"

	"github.com/goloom/loom/cellcalling"
	"github.com/goloom/loom/sparse"
)

// droplet makes up the counts of a barcode: molecules of the first 90 of 100 genes, few of the later ones,
// and as many of the last 10 genes, if it is a cell.
func droplet(random *rand.Rand, molecules int, cell bool) map[int32]uint32 {
	counts := map[int32]uint32{}
	for range molecules {
		counts[int32(90*math.Pow(random.Float64(), 3))]++
		if cell {
			counts[int32(90+random.IntN(10))]++
		}
	}
	return counts
}

func ExampleCall() {
	random := rand.New(rand.NewPCG(1, 2))
	var i, j []int32
	var values []uint32
	const droplets, cells = 200, 10
	for column := range int32(droplets + cells) {
		counts := droplet(random, 30+random.IntN(60), false)
		if column >= droplets {
			counts = droplet(random, 400, true)
		}
		for gene, n := range counts {
			i, j, values = append(i, gene), append(j, column), append(values, n)
		}
	}
	m, err := sparse.NewCOO(100, droplets+cells, i, j, values)
	if err != nil {
		log.Fatal(err)
	}
	var columns iter.Seq2[*sparse.CSC[uint32], error] = func(yield func(*sparse.CSC[uint32], error) bool) {
		yield(m.ToCSC(), nil)
	}
	calls, err := cellcalling.Call(context.Background(), 100, columns, cellcalling.Options{ExpectedCells: cells})
	if err != nil {
		log.Fatal(err)
	}
	called := 0
	for _, cell := range calls.Cells(0.01, 1500) {
		if cell {
			called++
		}
	}
	fmt.Println(called, "cells", calls.Untested)
	// Output: 10 cells
}
