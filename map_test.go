package loom

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var allReducers = []Func{Sum, Mean, Var, Std, Min, Max, NonZeros}

// naive computes what the reducers do, in their order, from all elements.
func naive(line []float64) []float64 {
	n := float64(len(line))
	sum, nonZeros := 0.0, 0.0
	least, greatest := math.NaN(), math.NaN()
	for i, v := range line {
		sum += v
		if v != 0 {
			nonZeros++
		}
		if i == 0 {
			least, greatest = v, v
		}
		least, greatest = min(least, v), max(greatest, v)
	}
	squares := 0.0
	for _, v := range line {
		squares += (v - sum/n) * (v - sum/n)
	}
	return []float64{sum, sum / n, squares / n, math.Sqrt(squares / n), least, greatest, nonZeros}
}

func near(a, b float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || a == b || math.Abs(a-b) <= 1e-11*max(1, math.Abs(a))
}

// TestMapLaw: reducers, alone or beside a function, compute what their
// definitions say.
func TestMapLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawView(t)
		axis := rapid.SampledFrom([]Axis{Rows, Columns}).Draw(t, "axis")
		across := drawSelection(t, v.length(axis.across()))
		functions := append(slices.Clone(allReducers), Apply(func(line []float64) float64 {
			total := 0.0
			for i, v := range line {
				total += v * float64(i)
				line[i] = math.NaN() // which must not matter
			}
			return total
		}))
		reduced, err := v.Matrix().Map(context.Background(), axis, Indices(across), allReducers...)
		if err != nil {
			t.Fatal(err)
		}
		both, err := v.Matrix().Map(context.Background(), axis, Indices(across), functions...)
		if err != nil {
			t.Fatal(err)
		}
		for i := range v.length(axis) {
			line := make([]float64, len(across))
			weighted := 0.0
			for k, j := range across {
				line[k] = v.Matrix().values.At(pick(axis, i, j), pick(axis, j, i))
				weighted += line[k] * float64(k)
			}
			for f, want := range naive(line) {
				if !near(reduced[f][i], want) || !near(both[f][i], want) {
					t.Fatalf("function %d of line %d: %v, beside a function %v, want %v", f, i, reduced[f][i], both[f][i], want)
				}
			}
			if got := both[len(allReducers)][i]; !near(got, weighted) {
				t.Fatalf("function of line %d: %v, want %v", i, got, weighted)
			}
		}
	})
}

func TestMapOfUnusualNumbers(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, test := range []struct {
		name string
		line []float64
		want []float64 // of allReducers
	}{
		{"negative zero", []float64{math.Copysign(0, -1), 0}, []float64{0, 0, 0, 0, 0, 0, 0}},
		{"NaN", []float64{1, nan, 0}, []float64{nan, nan, nan, nan, nan, nan, 2}},
		{"infinity", []float64{inf, 1}, []float64{inf, inf, nan, nan, 1, inf, 2}},
		{"negative infinity and NaN", []float64{-inf, nan}, []float64{nan, nan, nan, nan, nan, nan, 2}},
		{"all negative", []float64{-3, -1}, []float64{-4, -2, 1, 1, -3, -1, 2}},
		{"negative and zero", []float64{-3, 0}, []float64{-3, -1.5, 2.25, 1.5, -3, 0, 1}},
		{"far from zero", []float64{1e9 + 1, 1e9 + 2, 1e9 + 3}, []float64{3e9 + 6, 1e9 + 2, 2.0 / 3, math.Sqrt(2.0 / 3), 1e9 + 1, 1e9 + 3, 3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			v := newMemoryView(t, 1, len(test.line), test.line)
			for _, fs := range [][]Func{allReducers, append(slices.Clone(allReducers), Apply(func([]float64) float64 { return 0 }))} {
				results, err := v.Map(context.Background(), Rows, fs...)
				if err != nil {
					t.Fatal(err)
				}
				for f, want := range test.want {
					if got := results[f][0]; !near(got, want) {
						t.Errorf("function %d: %v, want %v", f, got, want)
					}
				}
			}
		})
	}
}

func TestMapErrors(t *testing.T) {
	v := newMemoryView(t, 2, 3, make([]float64, 6))
	for _, test := range []struct {
		name   string
		axis   Axis
		across Selector
		f      Func
		want   error
	}{
		{"axis", -1, All(), Sum, ErrSelection},
		{"selection", Rows, At(3), Sum, ErrSelection},
		{"reducer", Rows, All(), Reducer(99), ErrType},
		{"function", Rows, All(), Apply(nil), ErrType},
		{"nil", Rows, All(), nil, ErrType},
	} {
		if _, err := v.Matrix().Map(context.Background(), test.axis, test.across, test.f); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	v.layers.layers = nil
	if _, err := v.Map(context.Background(), Rows, Sum); !errors.Is(err, ErrNotExist) {
		t.Errorf("no matrix: %v", err)
	}
}
