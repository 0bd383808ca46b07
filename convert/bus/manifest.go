package bus

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// ManifestName is the name of the file that says what the others in an index folder are.
const ManifestName = "manifest.json"

// maxManifest is the largest manifest that is read, in bytes.
const maxManifest = 1 << 20

// A Manifest says what the files in an index folder are. Paths are joined with the folder.
type Manifest struct {
	Dir              string
	Species          string
	Index            string            // kallisto's index of fragments
	GeneMetadata     string            // a table of gene attributes, with a header, tabs between its columns
	GeneKey          string            // the column in which each gene has a name of its own
	FragmentsToGenes string            // lines of a fragment, a tab, and the gene that it is of, by GeneKey
	Layers           map[string]string // files of one fragment a line, by the layer that these are in
}

// manifestKeys are the keys that loompy's manifests have, all of which must be there.
var manifestKeys = []string{"species", "index_file", "gene_metadata_file", "gene_metadata_key", "fragments_to_genes_file", "layers"}

// ReadManifest reads the file manifest.json of an index folder. It is a [*FormatError] if
// that is not JSON, lacks one of the keys species, index_file, gene_metadata_file, gene_metadata_key,
// fragments_to_genes_file and layers, or has other types than text, and for layers an
// object of texts.
func ReadManifest(dir string) (*Manifest, error) {
	path := filepath.Join(dir, ManifestName)
	text, err := readSmall(path, maxManifest)
	if err != nil {
		return nil, err
	}
	var values map[string]json.RawMessage
	if err := json.Unmarshal(text, &values); err != nil {
		return nil, &FormatError{path, jsonPlace(text, err), "a JSON object", err.Error()}
	}
	if missing := slices.DeleteFunc(slices.Clone(manifestKeys), func(key string) bool { return values[key] != nil }); len(missing) > 0 {
		return nil, &FormatError{File: path, Want: "the keys " + strings.Join(missing, ", "), Got: "an object without"}
	}
	m := &Manifest{Dir: dir}
	for key, target := range map[string]any{
		"species": &m.Species, "index_file": &m.Index, "gene_metadata_file": &m.GeneMetadata,
		"gene_metadata_key": &m.GeneKey, "fragments_to_genes_file": &m.FragmentsToGenes, "layers": &m.Layers,
	} {
		if err := json.Unmarshal(values[key], target); err != nil {
			want := "text"
			if key == "layers" {
				want = "an object of texts"
			}
			return nil, &FormatError{path, "key " + key, want, string(values[key])}
		}
	}
	return m, m.join(path)
}

// join makes the names of files paths in the folder.
func (m *Manifest) join(path string) error {
	for key, name := range map[string]*string{
		"index_file": &m.Index, "gene_metadata_file": &m.GeneMetadata, "fragments_to_genes_file": &m.FragmentsToGenes,
	} {
		if *name == "" {
			return &FormatError{path, "key " + key, "the name of a file", `""`}
		}
		*name = filepath.Join(m.Dir, filepath.FromSlash(*name))
	}
	for layer, name := range m.Layers {
		if layer == "" || name == "" {
			return &FormatError{path, "key layers", "names of layers and files", fmt.Sprintf("%q: %q", layer, name)}
		}
		m.Layers[layer] = filepath.Join(m.Dir, filepath.FromSlash(name))
	}
	return nil
}

// Whitelist returns the path of the folder's barcode whitelist for a technology, such as
// "10xv3", as [ReadWhitelist] takes it, or "" if it has none.
func (m *Manifest) Whitelist(technology string) string {
	for _, suffix := range []string{"", ".gz"} {
		path := filepath.Join(m.Dir, technology+"_whitelist.txt"+suffix)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	return ""
}

// readSmall reads a file that is to be small.
func readSmall(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(text)) > limit {
		return nil, &FormatError{File: path, Want: fmt.Sprintf("at most %d bytes", limit), Got: "more"}
	}
	return text, nil
}

// jsonPlace returns the line of JSON that an error is about, or "".
func jsonPlace(text []byte, err error) string {
	syntax, ok := err.(*json.SyntaxError)
	if !ok {
		return ""
	}
	before := text[:min(int(syntax.Offset), len(text))]
	return fmt.Sprintf("line %d", 1+strings.Count(string(before), "\n"))
}
