package tenx

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/mtx"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/publish"
	"github.com/klauspost/compress/gzip"
)

// ExportOptions say what [ExportFolder] and [ExportHDF5] write.
type ExportOptions struct {
	Layer string // "" for the main matrix

	// Barcode, ID and Name are the column and row attributes that barcodes and the
	// features' identifiers and names are taken from. By default these are CellID, Accession and
	// Gene, or others of that meaning; of the last two one stands for both if there is no other.
	Barcode, ID, Name string
}

// The attributes that are looked for by default, in this order.
var (
	barcodeAttrs = []string{"CellID", "cell_id", "Barcode", "barcode", "barcodes", "obs_names"}
	idAttrs      = []string{"Accession", "gene_ids", "gene_id", "EnsemblID", "Ensembl", "ID", "Gene", "gene", "var_names"}
	nameAttrs    = []string{"Gene", "gene", "gene_name", "gene_symbols", "GeneName", "var_names", "Accession", "gene_ids"}
)

// ExportFolder makes a folder as Cell Ranger 3 and later do, with matrix.mtx.gz,
// barcodes.tsv.gz and features.tsv.gz, of the main matrix or a layer. The types of
// features are those of the row attribute FeatureType, or else [GeneExpression].
//
// The layer is read twice and some columns of it held, the names beside. Barcodes of which two
// are the same, and names with a tab or a line break, are an error that wraps [loom.ErrType].
// The folder appears when it is complete; it is an error that wraps [fs.ErrExist] if there is
// one that is not empty.
func ExportFolder(ctx context.Context, ds *loom.Conn, out string, opts ExportOptions) error {
	layer, err := ds.Layer(opts.Layer)
	if err != nil {
		return err
	}
	l, err := readLabels(ds, opts)
	if err != nil {
		return err
	}
	return publish.Dir(filepath.Clean(out), func(dir string) error {
		err := writeGzip(filepath.Join(dir, "barcodes.tsv.gz"), func(w io.Writer) error { return writeLines(w, l.barcodes) })
		if err != nil {
			return err
		}
		err = writeGzip(filepath.Join(dir, "features.tsv.gz"), func(w io.Writer) error { return writeLines(w, l.ids, l.names, l.types) })
		if err != nil {
			return err
		}
		return writeGzip(filepath.Join(dir, "matrix.mtx.gz"), func(w io.Writer) error {
			return mtx.Write(ctx, w, layer, `metadata_json: {"software_version": "loom", "format_version": 2}`)
		})
	})
}

// writeGzip writes a compressed file.
func writeGzip(path string, write func(w io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	zw := gzip.NewWriter(f)
	return errors.Join(write(zw), zw.Close(), f.Sync(), f.Close())
}

// writeLines writes a line of tab-delimited fields for each position.
func writeLines(w io.Writer, fields ...[]string) error {
	var b strings.Builder
	for i := range fields[0] {
		for k, field := range fields {
			if k > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(field[i])
		}
		b.WriteByte('\n')
		if b.Len() < 1<<16 && i < len(fields[0])-1 {
			continue
		}
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
		b.Reset()
	}
	return nil
}

// labels are what rows and columns are called in the formats of Cell Ranger.
type labels struct {
	barcodes, ids, names, types, genomes []string
}

// readLabels takes them from the attributes of a file.
func readLabels(ds *loom.Conn, opts ExportOptions) (l labels, err error) {
	if l.barcodes, err = label(ds.ColAttrs(), "column", opts.Barcode, barcodeAttrs); err != nil {
		return l, err
	}
	first := make(map[string]int, len(l.barcodes))
	for j, barcode := range l.barcodes {
		if k, ok := first[barcode]; ok {
			return l, fmt.Errorf("%s: columns %d and %d have the same barcode %q: %w", ds.Filename(), k, j, barcode, loom.ErrType)
		}
		first[barcode] = j
	}
	if l.ids, err = label(ds.RowAttrs(), "row", opts.ID, idAttrs); err != nil {
		return l, err
	}
	if l.names, err = label(ds.RowAttrs(), "row", opts.Name, nameAttrs); err != nil {
		return l, err
	}
	if l.types, err = labelOr(ds.RowAttrs(), "FeatureType", GeneExpression, len(l.ids)); err != nil {
		return l, err
	}
	genome, err := ds.Attrs().Text("Genome")
	if err != nil {
		genome = "" // not there, or no text
	}
	l.genomes, err = labelOr(ds.RowAttrs(), "Genome", genome, len(l.ids))
	return l, err
}

// labelOr returns the texts of an attribute, or n times the same if there is none.
func labelOr(attrs *loom.Attributes, name, value string, n int) ([]string, error) {
	if attrs.Has(name) {
		return label(attrs, "row", name, nil)
	}
	texts := make([]string, n)
	for i := range texts {
		texts[i] = value
	}
	return texts, nil
}

// label returns the texts of the wanted attribute, or of the first one that exists.
func label(attrs *loom.Attributes, axis, wanted string, usual []string) ([]string, error) {
	if wanted == "" {
		for _, name := range usual {
			if attrs.Has(name) {
				wanted = name
				break
			}
		}
		if wanted == "" {
			return nil, fmt.Errorf("no %s attribute %s: %w", axis, strings.Join(usual, ", "), loom.ErrNotExist)
		}
	}
	values, err := attrs.Get(wanted)
	if err != nil {
		return nil, err
	}
	texts, err := textsOf(values)
	if err != nil {
		return nil, fmt.Errorf("%s attribute %q: %w", axis, wanted, err)
	}
	for i, text := range texts {
		if strings.ContainsAny(text, "\t\r\n") {
			return nil, fmt.Errorf("%s attribute %q: %q, at %d, has a tab or a line break: %w", axis, wanted, text, i, loom.ErrType)
		}
	}
	return texts, nil
}

// textsOf returns strings, or integers in decimal.
func textsOf(values *loom.Array) ([]string, error) {
	if len(values.Shape()) != 1 {
		return nil, fmt.Errorf("shape %v, want one dimension: %w", values.Shape(), loom.ErrShape)
	}
	if values.Type().Class() == hdf5.String {
		return values.Strings()
	}
	numbers, err := values.Int64s()
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = strconv.FormatInt(n, 10)
	}
	return texts, nil
}
