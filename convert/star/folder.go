package star

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goloom/loom/convert/internal/textfile"
)

// Matrices of genes, and the folder of spliced and unspliced counts.
var geneMatrices = []string{"Gene", "GeneFull", "GeneFull_ExonOverIntron", "GeneFull_Ex50pAS"}

const velocyto = "Velocyto"

// velocytoLayers are in the order of the values in the one file of old versions.
var velocytoLayers = []string{"spliced", "unspliced", "ambiguous"}

// Find returns the folder Solo.out that a folder is or holds, whatever STAR was told to
// put in front of its name.
func Find(input string) (string, error) {
	if isSolo(input) {
		return input, nil
	}
	entries, err := os.ReadDir(input)
	if err != nil {
		return "", err
	}
	var found []string
	for _, entry := range entries {
		path := filepath.Join(input, entry.Name())
		if strings.HasSuffix(entry.Name(), "Solo.out") && isSolo(path) {
			found = append(found, path)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("%s: no folder Solo.out with %s or %s: %w",
			input, strings.Join(geneMatrices, ", "), velocyto, fs.ErrNotExist)
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("%s: %d outputs of STARsolo, import each: %s: %w",
		input, len(found), strings.Join(found, ", "), ErrMalformed)
}

// isSolo reports whether a folder has a matrix of STARsolo.
func isSolo(path string) bool {
	return slices.ContainsFunc(append(slices.Clone(geneMatrices), velocyto), func(name string) bool {
		return isFolder(filepath.Join(path, name, "raw")) || isFolder(filepath.Join(path, name, "filtered"))
	})
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// A folder is one with a matrix, or with those of Velocyto, and the names of rows
// and columns.
type folder struct {
	path     string
	ids      []string // of genes
	genes    []string
	barcodes []string
}

// openFolder reads the names.
func openFolder(ctx context.Context, path string) (*folder, error) {
	if !isFolder(path) {
		hint := ""
		if filepath.Base(path) == "filtered" {
			hint = "; without cells that are called there are all barcodes to take"
		}
		return nil, fmt.Errorf("%s: no such folder%s: %w", path, hint, fs.ErrNotExist)
	}
	f := &folder{path: path}
	name, err := f.find("features.tsv")
	if err != nil {
		return nil, err
	}
	genes, err := textfile.ReadTable(ctx, name, textfile.Layout{What: "gene", Least: 1, Most: 2}, nil)
	if err != nil {
		return nil, err
	}
	if genes == nil {
		return nil, fmt.Errorf("%s: no genes: %w", name, ErrMalformed)
	}
	f.ids, f.genes = genes[0], genes[len(genes)-1]
	if name, err = f.find("barcodes.tsv"); err != nil {
		return nil, err
	}
	barcodes, err := textfile.ReadTable(ctx, name, textfile.Layout{What: "barcode", Least: 1, Most: 1, Unique: true}, nil)
	if err != nil {
		return nil, err
	}
	if barcodes != nil {
		f.barcodes = barcodes[0]
	}
	return f, nil
}

// find returns the path of a file of the folder, which may be compressed.
func (f *folder) find(name string) (string, error) {
	for _, path := range []string{filepath.Join(f.path, name), filepath.Join(f.path, name+".gz")} {
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s, or %s.gz: %w", filepath.Join(f.path, name), name, fs.ErrNotExist)
}
