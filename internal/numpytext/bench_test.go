package numpytext

import (
	"math/rand/v2"
	"testing"
)

// Rows of 30 floats, as an embedding of cells has them.
func BenchmarkEntriesOfFloats(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	values := make([]float32, 64*30)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	array, err := arrayOf(values, 64, 30)()
	if err != nil {
		b.Fatal(err)
	}
	entry, err := Entries(array)
	if err != nil {
		b.Fatal(err)
	}
	var text []byte
	for b.Loop() {
		text = text[:0]
		for i := range 64 {
			text = entry(text, i)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(values)), "ns/element")
}

// A row of counts, 7 % of which are not zero.
func BenchmarkFieldsOfCounts(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 4))
	values := make([]float32, 1<<14)
	for i := range values {
		if rng.IntN(14) == 0 {
			values[i] = float32(1 + rng.IntN(30))
		}
	}
	array, err := arrayOf(values)()
	if err != nil {
		b.Fatal(err)
	}
	fields, err := Fields(array)
	if err != nil {
		b.Fatal(err)
	}
	var text []byte
	for b.Loop() {
		text = fields(text[:0], 0, len(values))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(values)), "ns/element")
}
