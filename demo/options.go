package demo

import (
	"errors"
	"fmt"
)

// Options says what data set to make. The zero value of a field stands for its
// default.
type Options struct {
	Cells int    // columns, 2,000 by default, up to MaxCells
	Genes int    // rows, 5,000 by default, up to MaxGenes
	UMIs  int    // expected total of a typical cell, 1,500 by default, up to MaxUMIs
	Seed  uint64 // of the random numbers
}

// The largest data sets that are made.
const (
	MaxCells = 10_000_000
	MaxGenes = 1_000_000
	MaxUMIs  = 1_000_000
)

// ErrOptions is wrapped when a data set cannot be as it is asked for.
var ErrOptions = errors.New("no such data set")

// withDefaults fills in what is not given, and refuses what is out of range.
func (o Options) withDefaults() (Options, error) {
	for _, field := range []struct {
		name      string
		value     *int
		otherwise int
		most      int
	}{
		{"cells", &o.Cells, 2_000, MaxCells},
		{"genes", &o.Genes, 5_000, MaxGenes},
		{"UMIs", &o.UMIs, 1_500, MaxUMIs},
	} {
		if *field.value == 0 {
			*field.value = field.otherwise
		}
		if *field.value < 1 || *field.value > field.most {
			return o, fmt.Errorf("%d %s, want 1 to %d: %w", *field.value, field.name, field.most, ErrOptions)
		}
	}
	return o, nil
}
