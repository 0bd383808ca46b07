package tenx

import (
	"context"
	"fmt"
	"iter"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/annotate"
	"github.com/goloom/loom/convert/internal/layercolumns"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
)

// chunkElements is the length of the chunks of all datasets, and compression their deflate
// level: those of Cell Ranger.
const (
	chunkElements = 80_000
	compression   = 4
)

// ExportHDF5 makes an HDF5 file as Cell Ranger 3 and later do, with the group matrix, of the
// main matrix or a layer, whose type the elements keep. The types and genomes of
// features are those of the row attributes FeatureType and Genome, or else [GeneExpression] and
// the global attribute Genome.
//
// The layer is read three times: to count its elements, for where they are, and for their
// values. Some columns of it are held, the names, and 8 bytes for each column.
//
// Barcodes of which two are the same are an error that wraps [loom.ErrType]. The file appears when
// it is complete, in place of an existing one.
func ExportHDF5(ctx context.Context, ds *loom.Conn, out string, opts ExportOptions) error {
	layer, err := ds.Layer(opts.Layer)
	if err != nil {
		return err
	}
	l, err := readLabels(ds, opts)
	if err != nil {
		return err
	}
	_, cols := layer.Shape()
	ctx, tracker := progress.Start(ctx, "convert", 2*int64(cols), "columns")
	counts, _, err := layercolumns.Counts(ctx, layer)
	if err != nil {
		return err
	}
	ex := hdf5Export{ctx: ctx, layer: layer, labels: l, starts: make([]int64, len(counts)+1), progress: tracker}
	for j, n := range counts {
		ex.starts[j+1] = ex.starts[j] + n
	}
	err = hdf5.Create(ctx, out, func(tx *hdf5.Tx) error {
		ex.tx = tx
		return ex.write()
	})
	if err != nil {
		return fmt.Errorf("create %s: %w", out, err)
	}
	return nil
}

// An hdf5Export is a file that is being written.
type hdf5Export struct {
	ctx context.Context
	tx  *hdf5.Tx
	labels
	layer    *loom.Layer
	starts   []int64 // of columns among all elements, and the end of the last
	progress *progress.Tracker
}

// write writes everything.
func (ex *hdf5Export) write() error {
	rows, cols := ex.layer.Shape()
	if err := ex.tx.CreateGroup("/matrix/features"); err != nil {
		return err
	}
	for _, part := range []struct {
		name   string
		values *hdf5.Array
	}{
		{"barcodes", fixedStrings(ex.barcodes)},
		{"features/_all_tag_keys", fixedStrings([]string{"genome"})},
		{"features/feature_type", fixedStrings(ex.types)},
		{"features/genome", fixedStrings(ex.genomes)},
		{"features/id", fixedStrings(ex.ids)},
		{"features/name", fixedStrings(ex.names)},
		{"indptr", annotate.Array(ex.starts)},
		{"shape", annotate.Array([]int32{int32(rows), int32(cols)})},
	} {
		if err := ex.create("/matrix/"+part.name, part.values.Type(), part.values.Len()); err != nil {
			return err
		}
		if err := ex.tx.Write(ex.ctx, "/matrix/"+part.name, part.values); err != nil {
			return err
		}
	}
	if err := ex.writeElements(); err != nil {
		return err
	}
	for name, value := range map[string]*hdf5.Array{
		"filetype":         hdf5.NewScalar("matrix"),
		"version":          hdf5.NewScalar(int64(2)),
		"software_version": hdf5.NewScalar("loom"),
	} {
		if err := ex.tx.SetAttribute("/", name, value); err != nil {
			return err
		}
	}
	return nil
}

// create makes a dataset of one dimension.
func (ex *hdf5Export) create(name string, t *hdf5.Datatype, n int) error {
	return ex.tx.CreateDataset(name, hdf5.DatasetSpec{
		Type: t, Shape: []int{n}, MaxShape: []int{-1}, Chunks: []int{min(max(n, 1), chunkElements)}, Deflate: compression,
	})
}

// writeElements writes where the elements are, and what they are, in the type of
// the layer.
func (ex *hdf5Export) writeElements() error {
	switch ex.layer.Type().String() {
	case "int8":
		return writeElements[int8](ex)
	case "int16":
		return writeElements[int16](ex)
	case "int32":
		return writeElements[int32](ex)
	case "int64":
		return writeElements[int64](ex)
	case "uint8":
		return writeElements[uint8](ex)
	case "uint16":
		return writeElements[uint16](ex)
	case "uint32":
		return writeElements[uint32](ex)
	case "uint64":
		return writeElements[uint64](ex)
	case "float16", "float32":
		return writeElements[float32](ex)
	case "float64":
		return writeElements[float64](ex)
	}
	return fmt.Errorf("elements of type %s: %w", ex.layer.Type(), loom.ErrType)
}

func writeElements[T loom.Number](ex *hdf5Export) error {
	err := writePass(ex, "/matrix/indices", func(rows []int32, _ []T) []int64 {
		wide := make([]int64, len(rows))
		for k, row := range rows {
			wide[k] = int64(row)
		}
		return wide
	})
	if err != nil {
		return err
	}
	return writePass(ex, "/matrix/data", func(_ []int32, values []T) []T { return values })
}

// writePass reads the layer and writes a dataset of what take makes of the rows and values
// of its elements.
func writePass[T, V loom.Number](ex *hdf5Export, name string, take func(rows []int32, values []T) []V) error {
	total := ex.starts[len(ex.starts)-1]
	if err := ex.create(name, annotate.Array([]V{}).Type(), int(total)); err != nil {
		return err
	}
	return ex.tx.WriteParts(ex.ctx, name, parts(ex, total, take))
}

// parts yields what is to be written in whole chunks.
func parts[T, V loom.Number](ex *hdf5Export, total int64, take func(rows []int32, values []T) []V) iter.Seq2[hdf5.Part, error] {
	return func(yield func(hdf5.Part, error) bool) {
		var held []V
		written := int64(0)
		flush := func(n int) bool {
			part := hdf5.Part{
				Values:    annotate.Array(held[:n:n]),
				Selectors: []hdf5.Selector{hdf5.Range(int(written), int(written)+n)},
			}
			written += int64(n)
			held = held[n:]
			return yield(part, nil)
		}
		for batch, err := range layercolumns.Batches[T](ex.ctx, ex.layer) {
			if err != nil {
				yield(hdf5.Part{}, err)
				return
			}
			_, rows, values := batch.Raw()
			held = append(held, take(rows, values)...)
			if n := len(held) / chunkElements * chunkElements; n > 0 && !flush(n) {
				return
			}
			_, width := batch.Dims()
			ex.progress.Add(width)
		}
		if len(held) > 0 && !flush(len(held)) {
			return
		}
		if written != total {
			yield(hdf5.Part{}, fmt.Errorf("%d elements, but %d when they were counted", written, total))
		}
	}
}

// maxFixed is the most bytes that every string takes because the longest does.
const maxFixed = 1024

// fixedStrings makes an array of strings of as many bytes as the longest, as Cell Ranger
// stores them, of UTF-8 where there is more than ASCII; if that is very long, of variable
// length.
func fixedStrings(texts []string) *hdf5.Array {
	width, charset := 1, hdf5.ASCII
	for _, text := range texts {
		width = max(width, len(text))
		for i := range len(text) {
			if text[i] >= 0x80 {
				charset = hdf5.UTF8
			}
		}
	}
	a := annotate.Array(texts)
	if width > maxFixed {
		return a
	}
	if t, err := hdf5.FixedString(width, charset); err == nil {
		if fixed, err := a.WithType(t); err == nil {
			return fixed
		}
	}
	return a
}
