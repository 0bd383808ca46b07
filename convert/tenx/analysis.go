package tenx

import (
	"bytes"
	"context"
	"errors"
	"math"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/annotate"
	"github.com/goloom/loom/convert/internal/textfile"
)

// Where versions of Cell Ranger keep parts of an analysis, the latest first.
var (
	tsneFiles = []string{"tsne/gene_expression_2_components/projection.csv", "tsne/2_components/projection.csv",
		"tsne/projection.csv"}
	umapFiles = []string{"umap/gene_expression_2_components/projection.csv", "umap/2_components/projection.csv",
		"umap/projection.csv"}
	clusterFiles = []string{"clustering/gene_expression_graphclust/clusters.csv", "clustering/graphclust/clusters.csv"}
)

// readAnalysis returns the column attributes that an analysis gives to barcodes.
func readAnalysis(ctx context.Context, folder string, barcodes []string) (map[string]*loom.Array, error) {
	attrs := map[string]*loom.Array{}
	if folder == "" {
		return attrs, nil
	}
	r := analysisReader{ctx: ctx, folder: folder, column: make(map[string]int, len(barcodes))}
	for i, barcode := range barcodes {
		r.column[barcode] = i
	}
	tsne, err := r.read(tsneFiles, 2)
	if err != nil {
		return nil, err
	}
	umap, err := r.read(umapFiles, 2)
	if err != nil {
		return nil, err
	}
	clusters, err := r.read(clusterFiles, 1)
	if err != nil {
		return nil, err
	}
	if tsne != nil {
		x, y := make([]float32, len(barcodes)), make([]float32, len(barcodes))
		for i := range barcodes {
			x[i], y[i] = float32(tsne[2*i]), float32(tsne[2*i+1])
		}
		attrs["X"], attrs["Y"] = annotate.Array(x), annotate.Array(y)
	}
	if umap != nil {
		both := make([]float32, len(umap))
		for i, v := range umap {
			both[i] = float32(v)
		}
		attrs["UMAP"] = annotate.Array(both, len(barcodes), 2)
	}
	if clusters != nil {
		ids := make([]int64, len(barcodes))
		for i, v := range clusters {
			ids[i] = -1
			if !math.IsNaN(v) {
				ids[i] = int64(v) - 1
			}
		}
		attrs["ClusterID"] = annotate.Array(ids)
	}
	return attrs, nil
}

// An analysisReader reads tables that begin with a barcode.
type analysisReader struct {
	ctx    context.Context
	folder string
	column map[string]int // of each barcode
}

// read returns n numbers for each barcode, NaN where there are none, of the first of
// the files that exists; nil if none does.
func (a *analysisReader) read(names []string, n int) ([]float64, error) {
	for _, name := range names {
		path, err := find(filepath.Join(a.folder, filepath.FromSlash(name)))
		if err == nil {
			return a.readFile(path, n)
		}
	}
	return nil, nil
}

func (a *analysisReader) readFile(path string, n int) (values []float64, err error) {
	r, err := textfile.Open(a.ctx, path, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	values = make([]float64, n*len(a.column))
	for i := range values {
		values[i] = math.NaN()
	}
	if !r.Next() {
		return nil, errors.Join(r.Err(), r.Errorf("no header"))
	}
	for r.Next() {
		if len(bytes.TrimSpace(r.Line())) == 0 {
			continue
		}
		fields := strings.Split(string(r.Line()), ",")
		if len(fields) < n+1 {
			return nil, r.Errorf("%d fields, want a barcode and %d numbers", len(fields), n)
		}
		column, ok := a.column[strings.Trim(fields[0], `"`)]
		for k, field := range fields[1 : n+1] {
			v, err := strconv.ParseFloat(field, 64)
			if err != nil {
				return nil, r.Errorf("%.40q, want a number", field)
			}
			if ok {
				values[n*column+k] = v
			}
		}
	}
	return values, r.Err()
}
