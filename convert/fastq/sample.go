package fastq

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/bus"
	"github.com/goloom/loom/convert/internal/textfile"
	"github.com/goloom/loom/hdf5"
)

// A Sample is what a table says of one sample: a value for each column. From a text file
// all values are text and names in small letters, as in loompy; from a database values may be
// numbers, and names are those of the columns.
type Sample struct {
	File   string                 // the table
	Names  []string               // of the columns, without those that are null
	Values map[string]*loom.Array // scalars by name
}

// ReadSample finds a sample in a table: a text file of a header and a line for each sample, with
// tabs between columns, in which the column "SampleID", or else "Name", has the samples' names,
// however that is spelt; or a SQLite database, in which that is the column "name" of the table
// "sample". Which of the two it is shows in how the file begins. A text file may be compressed by
// gzip.
//
// What is not as it should be is a [*bus.FormatError], among that a sample that is not
// there, or that is there twice.
func ReadSample(ctx context.Context, path, id string) (*Sample, error) {
	database, err := isDatabase(path)
	if err != nil {
		return nil, err
	}
	if database {
		return readDatabase(ctx, path, id)
	}
	return readTable(ctx, path, id)
}

// databaseMagic is how every SQLite database begins.
const databaseMagic = "SQLite format 3\x00"

func isDatabase(path string) (bool, error) {
	file, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer file.Close()
	start := make([]byte, len(databaseMagic))
	n, err := io.ReadFull(file, start)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return false, err
	}
	return string(start[:n]) == databaseMagic, nil
}

// readTable finds a sample in a text file.
func readTable(ctx context.Context, path, id string) (*Sample, error) {
	var header []string
	key, found := -1, int64(0)
	s := &Sample{File: path, Values: map[string]*loom.Array{}}
	for line, err := range textfile.Lines(ctx, path) {
		if err != nil {
			return nil, err
		}
		fields := strings.Split(line.Text, "\t")
		fail := func(want, got string) (*Sample, error) {
			return nil, &bus.FormatError{File: path, Place: fmt.Sprintf("line %d", line.Number), Want: want, Got: got}
		}
		if header == nil {
			header = lowered(fields)
			if key = keyColumn(header); key < 0 {
				return fail(`a column "SampleID" or "Name"`, strings.Join(fields, ", "))
			}
			continue
		}
		if key >= len(fields) || fields[key] != id {
			continue
		}
		if found > 0 {
			return fail("each sample once", fmt.Sprintf("sample %q, which is on line %d, too", id, found))
		}
		found = line.Number
		if len(fields) > len(header) {
			return fail(fmt.Sprintf("%d columns", len(header)), fmt.Sprint(len(fields)))
		}
		for i, value := range fields {
			if header[i] == "" && value == "" {
				continue // spreadsheets leave empty columns behind
			}
			if err := s.add(header[i], hdf5.NewScalar(value)); err != nil {
				return nil, err
			}
		}
	}
	if found == 0 {
		return nil, &bus.FormatError{File: path, Want: fmt.Sprintf("sample %q", id), Got: "none of this name"}
	}
	return s, nil
}

func lowered(fields []string) []string {
	names := make([]string, len(fields))
	for i, name := range fields {
		names[i] = strings.ToLower(name)
	}
	return names
}

// keyColumn returns the column that has the names of samples, or -1.
func keyColumn(header []string) int {
	if i := slices.Index(header, "sampleid"); i >= 0 {
		return i
	}
	return slices.Index(header, "name")
}

// add adds the value of a column, which becomes a global attribute.
func (s *Sample) add(name string, value *loom.Array) error {
	if name == "" || name == "." || strings.ContainsAny(name, "/\x00") {
		return &bus.FormatError{File: s.File, Place: fmt.Sprintf("column %d", len(s.Names)+1), Want: "a name that a global attribute can have", Got: fmt.Sprintf("%q", name)}
	}
	if s.Values[name] != nil {
		return &bus.FormatError{File: s.File, Place: fmt.Sprintf("column %d", len(s.Names)+1), Want: "different names of columns", Got: fmt.Sprintf("%q twice", name)}
	}
	s.Names = append(s.Names, name)
	s.Values[name] = value
	return nil
}

// text returns the value of a column as text, however its name is spelt, and whether there is one.
func (s *Sample) text(name string) (string, bool) {
	for _, candidate := range s.Names {
		if strings.EqualFold(candidate, name) {
			switch data := s.Values[candidate].Data().(type) {
			case []string:
				return data[0], true
			case []int64:
				return strconv.FormatInt(data[0], 10), true
			case []float64:
				return strconv.FormatFloat(data[0], 'f', -1, 64), true
			}
		}
	}
	return "", false
}

// Technology returns what kallisto calls the chemistry of the sample: the column "technology", or else
// "10x" and the column "chemistry", which is v1, v2 or v3.
func (s *Sample) Technology() (string, error) {
	if technology, ok := s.text("technology"); ok && technology != "" {
		return technology, nil
	}
	if chemistry, ok := s.text("chemistry"); ok && chemistry != "" {
		return "10x" + chemistry, nil
	}
	return "", &bus.FormatError{File: s.File, Want: `a column "technology" or "chemistry"`, Got: strings.Join(s.Names, ", ")}
}

// ExpectedCells returns the column "targetnumcells", which must be there; 5000 if it is empty.
func (s *Sample) ExpectedCells() (int, error) {
	text, ok := s.text("targetnumcells")
	if !ok {
		return 0, &bus.FormatError{File: s.File, Want: `a column "targetnumcells"`, Got: strings.Join(s.Names, ", ")}
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return defaultCells, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, &bus.FormatError{File: s.File, Place: "column targetnumcells", Want: "a number of cells", Got: fmt.Sprintf("%q", text)}
	}
	return n, nil
}

// defaultCells is what loompy expects where nothing is known.
const defaultCells = 5000
