package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goloom/loom/hdf5"
	"github.com/klauspost/compress/gzip"
)

// A foreignInput is a file or a folder of which loom import finds out the kind.
type foreignInput struct {
	path   string
	folder bool
	hdf5   *hdf5.File // nil unless it is an HDF5 file
	head   []byte     // how a file begins, decompressed if it is gzip; nil of HDF5
}

// headSize is how many bytes of a file are looked at.
const headSize = 4096

// openForeign looks at an input. It has to be closed.
func openForeign(path string) (*foreignInput, error) {
	info, err := os.Stat(path)
	if err != nil {
		if slices.Contains(kindNames(), path) {
			return nil, fmt.Errorf("%w; to import that kind, give an INPUT", err)
		}
		return nil, err
	}
	in := &foreignInput{path: path, folder: info.IsDir()}
	if in.folder {
		return in, nil
	}
	if in.hdf5, err = hdf5.Open(path); err == nil {
		return in, nil
	}
	in.head, err = readHead(path)
	return in, err
}

// readHead reads the beginning of a file. What cannot be decompressed is left to
// whoever reads the file as a whole.
func readHead(path string) (_ []byte, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	raw := make([]byte, headSize)
	n, err := io.ReadFull(f, raw)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	raw = raw[:n]
	zr, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return raw, nil // not gzip
	}
	head := make([]byte, headSize)
	n, _ = io.ReadFull(zr, head) // the end is missing, which is no error here
	return head[:n], nil
}

func (in *foreignInput) close() error {
	if in.hdf5 == nil {
		return nil
	}
	return in.hdf5.Close()
}

// kind returns the first kind that the input looks like.
func (in *foreignInput) kind() (importKind, error) {
	if in.hasObject("matrix") && in.hasObject("row_attrs") && in.hasObject("col_attrs") {
		return importKind{}, fmt.Errorf("%s is a Loom file already", in.path)
	}
	for _, kind := range importKinds {
		if kind.recognise(in) {
			return kind, nil
		}
	}
	what := "file"
	if in.folder {
		what = "folder"
	}
	return importKind{}, fmt.Errorf("%s is a %s of no kind that is recognised; name it, one of %s",
		in.path, what, strings.Join(kindNames(), ", "))
}

// extension returns the end of the name, in lower case, with that of compressed
// files left out: ".tsv" of cells.TSV.gz.
func (in *foreignInput) extension() string {
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(in.path)), ".gz")
	return filepath.Ext(name)
}

// holds reports whether a folder has something in it, or deeper, that fits one of the
// patterns, as [path.Match] has them.
func (in *foreignInput) holds(patterns ...string) bool {
	if !in.folder {
		return false
	}
	for _, pattern := range patterns {
		if found, err := fs.Glob(os.DirFS(in.path), pattern); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

// hasObject reports whether the input is an HDF5 file with something at a path.
func (in *foreignInput) hasObject(path string) bool {
	if in.hdf5 == nil {
		return false
	}
	_, err := in.hdf5.Lookup(path)
	return err == nil
}
