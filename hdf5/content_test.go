package hdf5

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goloom/loom/internal/oracle"
)

// wholeContent checks a file and returns a digest of all that is in it, the same
// for equal content however it is stored. Damage that Check finds is an error.
func wholeContent(ctx context.Context, f *File) (string, error) {
	var problems []error
	_, err := f.Check(ctx, func(p Problem) {
		if !p.Kind.Harmless() {
			problems = append(problems, p.Err)
		}
	})
	if err = errors.Join(append(problems, err)...); err != nil {
		return "", err
	}
	return content(ctx, f)
}

// content is wholeContent without the check.
func content(ctx context.Context, f *File) (string, error) {
	h := sha256.New()
	err := writeObject(ctx, h, f.Root())
	return fmt.Sprintf("%x", h.Sum(nil)), err
}

// A contentReader knows the content of files that it has read. What lies behind
// the end of file that the superblock states does not count: no File shows it.
type contentReader map[[sha256.Size]byte]string

// read is wholeContent of a file in memory.
func (known contentReader) read(ctx context.Context, b []byte) (string, error) {
	f, err := NewFile(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return "", err
	}
	key := sha256.Sum256(b[:f.base+f.r.Size()])
	if text, ok := known[key]; ok {
		return text, nil
	}
	text, err := wholeContent(ctx, f)
	if err == nil {
		known[key] = text
	}
	return text, err
}

func writeObject(ctx context.Context, w io.Writer, o Object) error {
	attrs, err := o.Attributes()
	if err != nil {
		return err
	}
	slices.SortFunc(attrs, func(a, b *Attribute) int { return cmp.Compare(a.Name(), b.Name()) })
	for _, a := range attrs {
		value, err := a.Read()
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "attribute %q ", a.Name())
		writeValues(w, value)
	}
	switch o := o.(type) {
	case *Dataset:
		value, err := o.Read(ctx)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "dataset %v ", o.MaxShape())
		writeValues(w, value)
	case *Group:
		links, err := o.Links()
		if err != nil {
			return err
		}
		slices.SortFunc(links, func(a, b Link) int { return cmp.Compare(a.Name, b.Name) })
		for _, l := range links {
			member, err := o.Lookup(l.Name)
			if err != nil {
				return err
			}
			fmt.Fprintf(w, "link %q ", l.Name)
			if err := writeObject(ctx, w, member); err != nil {
				return err
			}
		}
		fmt.Fprint(w, "end ")
	}
	return nil
}

func writeValues(w io.Writer, a *Array) {
	fmt.Fprintf(w, "%v %v %q ", a.Type(), a.Shape(), fmt.Sprint(a.Data()))
}

// arrayWith returns an array of the given shape with values that seed decides.
func arrayWith(seed int, shape ...int) *Array {
	n := 1
	for _, d := range shape {
		n *= d
	}
	values := make([]float32, n)
	for i := range values {
		if (i+seed)%3 == 0 {
			values[i] = float32(i%11 + seed)
		}
	}
	return &Array{dtype: nativeType[float32](), shape: shape, data: values}
}

func textsWith(seed, n int) *Array {
	values := make([]string, n)
	for i := range values {
		values[i] = fmt.Sprintf("Gène %d of %d", i, seed)
	}
	return &Array{dtype: nativeType[string](), shape: []int{n}, data: values}
}

// addDataset creates a compressed dataset and fills it.
func addDataset(ctx context.Context, tx *Tx, path string, values *Array, chunks ...int) error {
	grows := slices.Repeat([]int{-1}, len(chunks))
	spec := DatasetSpec{Type: values.Type(), Shape: values.Shape(), MaxShape: grows, Chunks: chunks, Deflate: 2}
	if err := tx.CreateDataset(path, spec); err != nil {
		return err
	}
	return tx.Write(ctx, path, values)
}

// steps runs changes until one fails.
func steps(changes ...func() error) error {
	for _, change := range changes {
		if err := change(); err != nil {
			return err
		}
	}
	return nil
}

// h5pyContents has h5py read files that are given by their bytes, and returns
// the digest of each, or "error: ..." for one that it cannot read.
func h5pyContents(t *testing.T, files [][]byte) []string {
	t.Helper()
	dir := t.TempDir()
	var names strings.Builder
	for i, b := range files {
		name := filepath.Join(dir, fmt.Sprintf("%d.h5", i))
		if err := os.WriteFile(name, b, 0o666); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&names, name)
	}
	list := filepath.Join(dir, "list")
	if err := os.WriteFile(list, []byte(names.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(strings.TrimSuffix(string(oracle.Run(t, "oracle/read_many.py", list)), "\n"), "\n")
	if len(answers) != len(files) {
		t.Fatalf("%d answers about %d files", len(answers), len(files))
	}
	return answers
}
