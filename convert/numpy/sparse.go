package numpy

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/bands"
	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/progress"
	"github.com/goloom/loom/internal/publish"
	"github.com/klauspost/compress/flate"
)

// ExportSparse writes the elements of a layer that are not zero as a .npz file, such as
// scipy.sparse.save_npz writes of a csr_matrix, or with [Options.ByColumn] of a csc_matrix.
//
// The file appears, in place of one of the same name, when it is complete. The layer is read
// three times: for where lines begin, for positions, and for values. Memory is 8 bytes for
// each row (column), and a band of up to 32 MiB of elements, or one row (column) of chunks if that
// is more, of which what is not zero takes three times its size.
func ExportSparse(ctx context.Context, ds *loom.Conn, out string, o Options) error {
	layer, err := ds.Layers().Get(o.Layer)
	if err != nil {
		return err
	}
	s := sparseFile{layer: layer, axis: loom.Rows}
	if o.ByColumn {
		s.axis = loom.Columns
	}
	if s.kind, err = kindOf(layer.Type()); err != nil {
		return err
	}
	rows, cols := layer.Shape()
	lines := int64(rows)
	if o.ByColumn {
		lines = int64(cols)
	}
	ctx, s.tracker = progress.Start(ctx, "write npz", 3*lines, s.axis.String())
	if err := s.count(ctx); err != nil {
		return err
	}
	s.tracker.Add(int(lines))
	return publish.File(out, func(w io.Writer) error { return s.write(ctx, w) })
}

// A sparseFile is a .npz file in the making: a zip file of arrays, each in the form of a
// .npy file.
type sparseFile struct {
	layer   *loom.Layer
	axis    loom.Axis
	kind    string // of values
	ptr     []int  // where each line begins
	wide    bool   // positions take 64 bits
	tracker *progress.Tracker
	buf     []byte
}

// count finds out how many elements each line has.
func (s *sparseFile) count(ctx context.Context) error {
	counts, err := s.layer.Map(ctx, s.axis, loom.All(), loom.NonZeros)
	if err != nil {
		return err
	}
	s.ptr = make([]int, len(counts[0])+1)
	for i, n := range counts[0] {
		s.ptr[i+1] = s.ptr[i] + int(n)
	}
	rows, cols := s.layer.Shape()
	s.wide = max(rows, cols, s.total()) > math.MaxInt32
	return nil
}

// total is the number of elements.
func (s *sparseFile) total() int { return s.ptr[len(s.ptr)-1] }

func (s *sparseFile) write(ctx context.Context, w io.Writer) error {
	archive := zip.NewWriter(w)
	archive.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.DefaultCompression)
	})
	rows, cols := s.layer.Shape()
	format := "csr"
	if s.axis == loom.Columns {
		format = "csc"
	}
	return errors.Join(s.arrays(ctx, archive, format, rows, cols), archive.Close())
}

// arrays writes what scipy.sparse.load_npz looks for.
func (s *sparseFile) arrays(ctx context.Context, archive *zip.Writer, format string, rows, cols int) error {
	positions := "<i4"
	if s.wide {
		positions = "<i8"
	}
	for _, a := range []struct {
		name   string
		header []byte
		write  func(w io.Writer) error
	}{
		{"indices", header(positions, s.total()), func(w io.Writer) error {
			return s.each(ctx, func(b bands.Sparse) error { return s.positions(w, b.Idx) })
		}},
		{"indptr", header(positions, len(s.ptr)), s.pointers},
		{"format", header("|S3"), func(w io.Writer) error { return s.numbers(w, []byte(format)) }},
		{"shape", header("<i8", 2), func(w io.Writer) error { return s.numbers(w, []int64{int64(rows), int64(cols)}) }},
		{"data", header(s.kind, s.total()), func(w io.Writer) error {
			return s.each(ctx, func(b bands.Sparse) error { return s.numbers(w, b.Values.Data()) })
		}},
	} {
		if err := s.array(archive, a.name, a.header, a.write); err != nil {
			return err
		}
	}
	return nil
}

// array adds an array to the file.
func (s *sparseFile) array(archive *zip.Writer, name string, header []byte, write func(w io.Writer) error) error {
	w, err := archive.CreateHeader(&zip.FileHeader{Name: name + ".npy", Method: zip.Deflate})
	if err != nil {
		return err
	}
	if _, err := w.Write(header); err != nil {
		return err
	}
	return write(w)
}

// each passes all bands to write, and makes sure that they have as many elements as
// were counted.
func (s *sparseFile) each(ctx context.Context, write func(b bands.Sparse) error) error {
	for b, err := range bands.AllSparse(ctx, s.layer, s.axis) {
		if err != nil {
			return err
		}
		if got, want := len(b.Idx), s.ptr[b.End]-s.ptr[b.First]; got != want {
			return fmt.Errorf("%s %d to %d have %d elements that are not zero, %d before: %w",
				s.axis, b.First, b.End-1, got, want, hdf5.ErrChanged)
		}
		if err := write(b); err != nil {
			return err
		}
		s.tracker.Add(b.End - b.First)
	}
	return nil
}

func (s *sparseFile) positions(w io.Writer, idx []int32) error {
	if !s.wide {
		return s.numbers(w, idx)
	}
	wide := make([]int64, len(idx))
	for i, k := range idx {
		wide[i] = int64(k)
	}
	return s.numbers(w, wide)
}

// pointers writes where lines begin, some at a time.
func (s *sparseFile) pointers(w io.Writer) error {
	const atOnce = 1 << 16
	for first := 0; first < len(s.ptr); first += atOnce {
		some := s.ptr[first:min(first+atOnce, len(s.ptr))]
		narrow, wide := make([]int32, 0, len(some)), make([]int64, 0, len(some))
		for _, p := range some {
			narrow, wide = append(narrow, int32(p)), append(wide, int64(p))
		}
		var err error
		if s.wide {
			err = s.numbers(w, wide)
		} else {
			err = s.numbers(w, narrow)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// numbers writes a slice of numbers.
func (s *sparseFile) numbers(w io.Writer, values any) (err error) {
	if s.buf, err = binary.Append(s.buf[:0], binary.LittleEndian, values); err != nil {
		return err
	}
	_, err = w.Write(s.buf)
	return err
}
