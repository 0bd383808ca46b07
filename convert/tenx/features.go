package tenx

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/annotate"
	"github.com/goloom/loom/convert/internal/textfile"
)

// Features are what the rows of an input stand for. All slices have an element for
// each, or are nil if the input does not say.
type features struct {
	where            string // file, or file and HDF5 path, for errors
	ids, names       []string
	types, genomes   []string
	acceptable, left map[string]int // by type
}

// readFeatures reads genes.tsv or features.tsv.
func readFeatures(ctx context.Context, folder string, read func(n int)) (*features, error) {
	path, err := find(folder + "/features.tsv")
	if err != nil {
		if path, err = find(folder + "/genes.tsv"); err != nil {
			return nil, fmt.Errorf("%w, nor features.tsv", err)
		}
	}
	fields, err := textfile.ReadTable(ctx, path, textfile.Layout{What: "feature", Least: 2, Most: 3}, read)
	if err != nil {
		return nil, err
	}
	f := &features{where: path}
	if fields != nil {
		f.ids, f.names = fields[0], fields[1]
	}
	if len(fields) > 2 {
		f.types = fields[2]
	}
	return f, nil
}

// choose returns, for each feature, the row that it becomes, or -1 for those that
// the options leave out, and how many rows there are.
func (f *features) choose(opts Options) (to []int, rows int, err error) {
	all := slices.Contains(opts.FeatureTypes, "all")
	wanted := opts.FeatureTypes
	if len(wanted) == 0 {
		wanted = []string{GeneExpression}
	}
	f.left, f.acceptable = map[string]int{}, map[string]int{}
	genomes := map[string]int{}
	to = make([]int, len(f.ids))
	for i := range f.ids {
		to[i] = -1
		genomes[f.genome(i)]++
		f.acceptable[f.kind(i)]++
		switch {
		case opts.Genome != "" && f.genomes != nil && f.genome(i) != opts.Genome:
		case !all && !slices.Contains(wanted, f.kind(i)):
			f.left[f.kind(i)]++
		default:
			to[i] = rows
			rows++
		}
	}
	if rows > 0 {
		return to, rows, nil
	}
	if opts.Genome != "" && f.genomes != nil && genomes[opts.Genome] == 0 {
		_, err := oneGenome(f.where, slices.Sorted(maps.Keys(genomes)), opts.Genome)
		return nil, 0, err
	}
	return nil, 0, fmt.Errorf("%s: no features of type %s, there is %s: %w",
		f.where, strings.Join(wanted, ", "), strings.Join(slices.Sorted(maps.Keys(f.acceptable)), ", "), ErrMalformed)
}

// kind returns the type of a feature, and genome its genome.
func (f *features) kind(i int) string {
	if f.types == nil {
		return GeneExpression
	}
	return f.types[i]
}

func (f *features) genome(i int) string {
	if f.genomes == nil {
		return ""
	}
	return f.genomes[i]
}

// attributes returns the row attributes of the features that are taken, and the
// genome if it is one.
func (f *features) attributes(to []int) (attrs map[string]*loom.Array, genome string) {
	take := func(values []string) (taken []string) {
		for i, row := range to {
			if row >= 0 {
				taken = append(taken, values[i])
			}
		}
		return taken
	}
	attrs = map[string]*loom.Array{"Accession": annotate.Array(take(f.ids)), "Gene": annotate.Array(take(f.names))}
	if f.types != nil {
		if types := take(f.types); slices.ContainsFunc(types, func(t string) bool { return t != GeneExpression }) {
			attrs["FeatureType"] = annotate.Array(types)
		}
	}
	if f.genomes == nil {
		return attrs, ""
	}
	genomes := take(f.genomes)
	if slices.ContainsFunc(genomes, func(g string) bool { return g != genomes[0] }) {
		attrs["Genome"] = annotate.Array(genomes)
		return attrs, ""
	}
	return attrs, genomes[0]
}
