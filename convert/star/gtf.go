package star

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/annotate"
	"github.com/goloom/loom/convert/internal/textfile"
)

// A gene is what a GTF file says of one.
type gene struct {
	name, biotype, chromosome string
	start, end                int64 // positions from 1, the last one included
}

// annotateGenes returns the row attributes.
func (im *importer) annotateGenes(ctx context.Context) (map[string]*loom.Array, error) {
	attrs := map[string]*loom.Array{"Accession": annotate.Array(im.first.ids), "Gene": annotate.Array(im.first.genes)}
	if im.GTF == "" {
		return attrs, nil
	}
	known, err := readGTF(ctx, im.GTF)
	if err != nil {
		return nil, err
	}
	n := len(im.first.ids)
	names, biotypes, chromosomes := make([]string, n), make([]string, n), make([]string, n)
	starts, ends := make([]int64, n), make([]int64, n)
	for i, id := range im.first.ids {
		g, ok := known[id]
		if !ok {
			g = gene{name: im.first.genes[i], biotype: "n/a", chromosome: "Un"}
		}
		names[i], biotypes[i], chromosomes[i], starts[i], ends[i] = g.name, g.biotype, g.chromosome, g.start, g.end
	}
	attrs["Gene"], attrs["Biotype"], attrs["Chromosome"] = annotate.Array(names), annotate.Array(biotypes), annotate.Array(chromosomes)
	attrs["Start"], attrs["End"] = annotate.Array(starts), annotate.Array(ends)
	return attrs, nil
}

// readGTF returns the genes of a GTF file by their gene_id.
func readGTF(ctx context.Context, path string) (genes map[string]gene, err error) {
	r, err := textfile.Open(ctx, path, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	genes = map[string]gene{}
	for r.Next() {
		line := r.Line()
		if len(bytes.TrimSpace(line)) == 0 || line[0] == '#' {
			continue
		}
		fields := strings.Split(string(line), "\t")
		if len(fields) < 9 {
			return nil, r.Errorf("%d tab-delimited fields, want the 9 of GTF", len(fields))
		}
		if fields[2] != "gene" {
			continue
		}
		id, g, err := parseGene(fields)
		if err != nil {
			return nil, r.Errorf("%v", err)
		}
		genes[id] = g
	}
	return genes, r.Err()
}

// parseGene reads the fields of a gene's line.
func parseGene(fields []string) (id string, g gene, err error) {
	tags := map[string]string{}
	for _, tag := range strings.Split(fields[8], ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(tag), " ")
		tags[key] = strings.Trim(strings.TrimSpace(value), `"`)
	}
	if id = tags["gene_id"]; id == "" {
		return "", g, errors.New("a gene without gene_id")
	}
	g = gene{name: id, biotype: "n/a", chromosome: fields[0]}
	if name := tags["gene_name"]; name != "" {
		g.name = name
	}
	for _, key := range []string{"gene_type", "gene_biotype"} {
		if tags[key] != "" {
			g.biotype = tags[key]
		}
	}
	for k, position := range []*int64{&g.start, &g.end} {
		if *position, err = strconv.ParseInt(fields[3+k], 10, 64); err != nil {
			return "", g, fmt.Errorf("position %.40q, want a number", fields[3+k])
		}
	}
	return id, g, nil
}
