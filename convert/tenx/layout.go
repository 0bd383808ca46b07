package tenx

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A source is where the parts of an input are.
type source struct {
	file     string // of HDF5, "" if there is a folder with matrix.mtx
	matrix   string // folder with matrix.mtx
	analysis string // folder with tsne and clustering, "" if there is none
	sample   string // name, "" if the path does not tell
	genome   string // "" if the path does not tell
}

// The folders, within outs, that hold a matrix, or one for each genome.
var (
	filteredFolders = []string{"filtered_feature_bc_matrix", "filtered_gene_bc_matrices", "filtered_gene_bc_matrices_mex",
		"count/filtered_feature_bc_matrix", "count/sample_filtered_feature_bc_matrix", "filtered_matrices_mex"}
	rawFolders = []string{"raw_feature_bc_matrix", "raw_gene_bc_matrices", "raw_gene_bc_matrices_mex",
		"count/raw_feature_bc_matrix", "multi/count/raw_feature_bc_matrix", "raw_matrices_mex"}
)

// The HDF5 files, within outs, that are taken if there are no such folders.
var (
	filteredFiles = []string{"filtered_feature_bc_matrix.h5", "filtered_gene_bc_matrices_h5.h5",
		"count/filtered_feature_bc_matrix.h5", "count/sample_filtered_feature_bc_matrix.h5",
		"sample_filtered_feature_bc_matrix.h5"}
	rawFiles = []string{"raw_feature_bc_matrix.h5", "raw_gene_bc_matrices_h5.h5",
		"count/raw_feature_bc_matrix.h5", "multi/count/raw_feature_bc_matrix.h5"}
)

// locate finds the matrix of a folder.
func locate(input string, opts Options) (source, error) {
	s := source{sample: sampleOf(input)}
	if exists(filepath.Join(input, "matrix.mtx")) {
		s.matrix, s.genome = input, genomeOf(input)
		s.analysis = analysisOf(input)
		return s, nil
	}
	outs := input
	if isFolder(filepath.Join(input, "outs")) {
		outs = filepath.Join(input, "outs")
	}
	outs, err := onlySample(outs, opts.Raw)
	if err != nil {
		return s, err
	}
	folders, files := filteredFolders, filteredFiles
	if opts.Raw {
		folders, files = rawFolders, rawFiles
	}
	for _, name := range folders {
		found, err := s.in(filepath.Join(outs, filepath.FromSlash(name)), opts.Genome, false)
		if found || err != nil {
			s.analysis = analysisOf(s.matrix)
			return s, err
		}
	}
	if name := firstThere(outs, files); name != "" {
		s.file = filepath.Join(outs, filepath.FromSlash(name))
		return s, nil
	}
	// The folder may also be the one that holds a folder for each genome.
	found, err := s.in(outs, opts.Genome, true)
	if found || err != nil {
		s.analysis = analysisOf(s.matrix)
		return s, err
	}
	return s, missing(outs, folders, files, opts.Raw)
}

// missing says that a folder has no matrix, and what it has instead.
func missing(outs string, folders, files []string, raw bool) error {
	instead := ""
	if name := firstThere(outs, slices.Concat(rawFolders, rawFiles)); name != "" && !raw {
		instead = fmt.Sprintf("; there is %s, of all barcodes (raw)", name)
	}
	return fmt.Errorf("%s: no folder with matrix.mtx, among %s, and no file %s%s: %w",
		outs, strings.Join(folders, ", "), strings.Join(files, ", "), instead, fs.ErrNotExist)
}

// firstThere returns the first of some files and folders that there is, or "".
func firstThere(folder string, names []string) string {
	for _, name := range names {
		if _, err := os.Stat(filepath.Join(folder, filepath.FromSlash(name))); err == nil {
			return name
		}
	}
	return ""
}

// in reports whether a folder has a matrix, or one for each genome. Any folder may be
// asked, in which case it is none of Cell Ranger's if it has no genomes, and the matrix of
// all barcodes is not one of them.
func (s *source) in(folder, genome string, any bool) (bool, error) {
	if !isFolder(folder) {
		return false, nil
	}
	if exists(filepath.Join(folder, "matrix.mtx")) {
		s.matrix = folder
		return true, nil
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return false, err
	}
	var genomes []string
	for _, entry := range entries {
		other := any && slices.Contains(slices.Concat(filteredFolders, rawFolders), entry.Name())
		if !other && exists(filepath.Join(folder, entry.Name(), "matrix.mtx")) {
			genomes = append(genomes, entry.Name())
		}
	}
	if len(genomes) == 0 && any {
		return false, nil
	}
	if s.genome, err = oneGenome(folder, genomes, genome); err != nil {
		return false, err
	}
	s.matrix = filepath.Join(folder, s.genome)
	return true, nil
}

// oneGenome chooses one of the genomes that an input has.
func oneGenome(input string, genomes []string, wanted string) (string, error) {
	switch {
	case len(genomes) == 0:
		return "", fmt.Errorf("%s: no genome, want a folder with matrix.mtx: %w", input, ErrMalformed)
	case wanted != "" && !slices.Contains(genomes, wanted):
		return "", fmt.Errorf("%s: no genome %q, there is %s: %w", input, wanted, strings.Join(genomes, ", "), fs.ErrNotExist)
	case wanted != "":
		return wanted, nil
	case len(genomes) > 1:
		return "", fmt.Errorf("%s: genomes %s: %w", input, strings.Join(genomes, ", "), ErrAmbiguous)
	}
	return genomes[0], nil
}

// onlySample returns the folder of the one sample of "cellranger multi", or the folder
// itself if it is of another program.
func onlySample(outs string, raw bool) (string, error) {
	samples := filepath.Join(outs, "per_sample_outs")
	if raw || !isFolder(samples) {
		return outs, nil
	}
	entries, err := os.ReadDir(samples)
	if err != nil {
		return "", err
	}
	var names []string
	for _, entry := range entries {
		if isFolder(filepath.Join(samples, entry.Name())) {
			names = append(names, entry.Name())
		}
	}
	switch len(names) {
	case 0:
		return "", fmt.Errorf("%s: no folder of a sample: %w", samples, fs.ErrNotExist)
	case 1:
		return filepath.Join(samples, names[0]), nil
	}
	return "", fmt.Errorf("%s: samples %s, import the folder of each: %w", samples, strings.Join(names, ", "), ErrAmbiguous)
}

// sampleOf returns the name of the sample whose output an input is, or is part of: that
// of the folder around outs, or of the sample of "cellranger multi". It is empty if there
// is none.
func sampleOf(input string) string {
	absolute, err := filepath.Abs(input)
	if err != nil {
		return ""
	}
	if isFolder(filepath.Join(absolute, "outs")) {
		return filepath.Base(absolute)
	}
	for at := absolute; filepath.Dir(at) != at; at = filepath.Dir(at) {
		switch parent := filepath.Dir(at); {
		case filepath.Base(parent) == "per_sample_outs":
			return filepath.Base(at)
		case filepath.Base(at) == "outs":
			return filepath.Base(parent)
		}
	}
	return ""
}

// genomeOf returns the name of the genome of a matrix in a folder of several.
func genomeOf(matrix string) string {
	absolute, err := filepath.Abs(matrix)
	if err != nil || !strings.Contains(filepath.Base(filepath.Dir(absolute)), "_matrices") {
		return ""
	}
	return filepath.Base(absolute)
}

// analysisOf returns the analysis beside a matrix of cells, "" if there is none: it
// is of the cells that Cell Ranger has called.
func analysisOf(matrix string) string {
	absolute, err := filepath.Abs(matrix)
	if err != nil {
		return ""
	}
	// outs/filtered_feature_bc_matrix, or outs/filtered_gene_bc_matrices/GENOME
	for _, at := range []string{absolute, filepath.Dir(absolute)} {
		if !strings.Contains(filepath.Base(at), "_bc_matri") && !strings.Contains(filepath.Base(at), "_matrices_mex") {
			continue
		}
		if analysis := filepath.Join(filepath.Dir(at), "analysis"); isFolder(analysis) {
			return analysis
		}
	}
	return ""
}

// exists reports whether there is a file of a name, compressed or not.
func exists(path string) bool {
	_, err := find(path)
	return err == nil
}

// find returns the path of a file that may be compressed. If there are both, that is
// the compressed one, which is Cell Ranger's own.
func find(path string) (string, error) {
	for _, name := range []string{path + ".gz", path} {
		if info, err := os.Stat(name); err == nil && !info.IsDir() {
			return name, nil
		}
	}
	return "", fmt.Errorf("%s, or %s.gz: %w", path, filepath.Base(path), fs.ErrNotExist)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
