package mtx_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom/convert/mtx"
)

// gzipped compresses text.
func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.String()
}

const general = "%%MatrixMarket matrix coordinate integer general\n"

// TestMalformedMatrices holds that each way in which a file can be wrong gives one line
// that names the file and the place, and leaves nothing behind.
func TestMalformedMatrices(t *testing.T) {
	long := strings.Repeat("1 1 1\n", 2000)
	whole := gzipped(general + "3 2 2\n1 1 1\n2 2 2\n" + strings.Repeat("%", 5000))
	flipped := []byte(whole)
	flipped[len(flipped)-6] ^= 1 // in the checksum
	for name, c := range map[string]struct {
		text, want string
	}{
		"empty file":                {"", "line 0: no first line"},
		"not Matrix Market":         {"gene\tcount\n", `line 1: begins with "gene\tcount", want %%MatrixMarket`},
		"banner cut off":            {"%%MatrixMarket matrix coordinate\n1 1 0\n", "line 1:"},
		"not a matrix":              {"%%MatrixMarket vector coordinate integer general\n", "line 1:"},
		"unknown format":            {"%%MatrixMarket matrix dense integer general\n", `line 1: format "dense"`},
		"complex":                   {"%%MatrixMarket matrix coordinate complex general\n", `line 1: field "complex"`},
		"hermitian":                 {"%%MatrixMarket matrix coordinate real hermitian\n", `line 1: symmetry "hermitian"`},
		"array of patterns":         {"%%MatrixMarket matrix array pattern general\n", "line 1: array"},
		"no size":                   {general + "% only a comment\n", "line 2: the file ends before the line with the size"},
		"size of two":               {general + "3 2\n1 1 1\n", `line 2: "3 2", want the numbers of rows, columns, entries`},
		"size of words":             {general + "three 2 1\n", `line 2: "three" rows, want a number`},
		"negative size":             {general + "3 -2 1\n", `line 2: "-2" columns`},
		"too many rows":             {general + "3000000000 2 1\n", "line 2: 3000000000 rows, want at most 2147483647"},
		"more lines than warranted": {general + "2000000000 2000000000 0\n", "which a file of"},
		"more zeros than warranted": {general + "8000000 8000000 0\n", "without names of its rows and columns"},
		"no rows":                   {general + "0 2 0\n", "want at least one row and one column"},
		"no columns":                {general + "2 0 0\n", "want at least one row and one column"},
		"symmetric, not square":     {"%%MatrixMarket matrix coordinate integer symmetric\n3 2 0\n", "line 2: 3 rows and 2 columns"},
		"above the diagonal":        {"%%MatrixMarket matrix coordinate integer symmetric\n3 3 1\n1 2 5\n", "line 3: element (1, 2)"},
		"fewer entries":             {general + "3 2 4\n1 1 1\n2 1 1\n", "line 4: the file ends after 2 entries, the header declares 4"},
		"more entries":              {general + "3 2 1\n1 1 1\n2 1 1\n", "line 4: more than the 1 entries that the header declares"},
		"row 0":                     {general + "3 2 1\n0 1 1\n", `line 3: row "0", want a number from 1 to 3`},
		"row beyond":                {general + "3 2 1\n4 1 1\n", `line 3: row "4"`},
		"column beyond":             {general + "3 2 1\n1 3 1\n", `line 3: column "3", want a number from 1 to 2`},
		"huge row":                  {general + "3 2 1\n99999999999999999999999 1 1\n", "line 3: row"},
		"negative row":              {general + "3 2 1\n-1 1 1\n", `line 3: row "-1"`},
		"row of letters":            {general + "3 2 1\nx 1 1\n", `line 3: row "x"`},
		"no column":                 {general + "3 2 1\n1\n", "line 3: no column"},
		"no value":                  {general + "3 2 1\n1 1\n", "line 3: no value"},
		"too many values":           {general + "3 2 1\n1 1 1 1\n", `line 3: "1" after the entry`},
		"fraction among integers":   {general + "3 2 1\n1 1 1.5\n", `line 3: value "1.5", want an integer`},
		"integer beyond 64 bits":    {general + "3 2 1\n1 1 99999999999999999999\n", "line 3: value"},
		"value of letters":          {strings.Replace(general, "integer", "real", 1) + "3 2 1\n1 1 many\n", `line 3: value "many", want a number`},
		"NaN":                       {strings.Replace(general, "integer", "real", 1) + "3 2 1\n1 1 nan\n", `line 3: value "nan", want a finite number`},
		"infinity":                  {strings.Replace(general, "integer", "real", 1) + "3 2 1\n1 1 1e999\n", "line 3: value"},
		"value of a pattern":        {strings.Replace(general, "integer", "pattern", 1) + "3 2 1\n1 1 1\n", `line 3: "1" after the entry`},
		"twice, in a row":           {general + "3 2 3\n2 1 1\n3 1 7\n2 1 1\n", "line 5: element (2, 1) is on line 3 already"},
		"twice, far apart":          {general + "3 2 3\n2 1 1\n3 2 1\n2 1 1\n", "line 5: element (2, 1) is on line 3 already"},
		"one element many times":    {general + "1 1 2000\n" + long, "line 4: more elements in column 1 than the 1 rows"},
		"twice by symmetry":         {"%%MatrixMarket matrix coordinate real symmetric\n3 3 2\n2 1 1\n2 1 1\n", "line 4: element (2, 1) is on line 3 already"},
		"array too short":           {"%%MatrixMarket matrix array integer general\n3 2\n1\n2\n", "line 4: the file ends after 2 entries, the header declares 6"},
		"array too long":            {"%%MatrixMarket matrix array integer general\n1 1\n1\n2\n", "line 4: more than the 1 entries"},
		"truncated gzip":            {whole[:len(whole)-12], "compressed data ends too early, the file is truncated"},
		"gzip without an end":       {whole[:30], "compressed data ends too early"},
		"gzip of another sum":       {string(flipped), "checksum of compressed data is wrong"},
		"text after gzip":           {whole + strings.Repeat("1 1 1\n", 9), "not gzip data"},
		"line without an end":       {general + strings.Repeat("%", 2<<20), "line 2: longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			in, out := t.TempDir(), t.TempDir()
			path := filepath.Join(in, "matrix.mtx")
			if err := os.WriteFile(path, []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			err := mtx.Import(t.Context(), path, filepath.Join(out, "out.loom"), mtx.Options{})
			refused(t, err, path, c.want, out)
		})
	}
}

// refused holds that an error is one line about a path, and that nothing is left in
// the folder of the output.
func refused(t *testing.T, err error, path, want, out string) {
	t.Helper()
	if !errors.Is(err, mtx.ErrMalformed) {
		t.Fatalf("%v, want one that wraps ErrMalformed", err)
	}
	text := err.Error()
	if !strings.Contains(text, path) || !strings.Contains(text, want) || strings.Contains(text, "\n") || len(text) > 600 {
		t.Errorf("%q, want one line with %q and %q", text, path, want)
	}
	left, err := os.ReadDir(out)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestMalformedNames(t *testing.T) {
	const matrix = general + "3 2 1\n1 1 1\n"
	for name, c := range map[string]struct {
		rows, cols, want string
	}{
		"too few rows":     {"a\nb\n", "", "rows.tsv: 2 names, but the matrix of"},
		"transposed":       {"a\nb\n", "", "it may have to be transposed"},
		"too many columns": {"", "a\nb\nc\nd\n", "cols.tsv: 4 names"},
		"no names":         {"\n", "", "rows.tsv: 0 names"},
		"ragged rows":      {"a\tA\nb\nc\tC\n", "", "rows.tsv: line 2: 1 tab-delimited fields of a row, want at least 2"},
		"an empty line":    {"a\n\nc\n", "", "rows.tsv: line 2: empty, want a row"},
		"a column twice":   {"", "x\nx\n", `cols.tsv: line 2: column "x", which is on line 1 already`},
		"a zero byte":      {"", "x\n\x00\n", "cols.tsv: line 2: not text in UTF-8"},
		"not text":         {"\xff\xfe\nb\nc\n", "", "rows.tsv: line 1: not text in UTF-8"},
		"truncated names":  {gzipped("a\nb\nc\n")[:14], "", "compressed data ends too early"},
		"a folder":         {"/", "", "is a folder, want a file"},
	} {
		t.Run(name, func(t *testing.T) {
			in, out := t.TempDir(), t.TempDir()
			write := func(name, text string) string {
				path := filepath.Join(in, name)
				if text == "" {
					return ""
				}
				err := os.WriteFile(path, []byte(text), 0o644)
				if text == "/" {
					err = errors.Join(os.Remove(path), os.Mkdir(path, 0o755))
				}
				if err != nil {
					t.Fatal(err)
				}
				return path
			}
			opts := mtx.Options{RowNames: write("rows.tsv", c.rows), ColNames: write("cols.tsv", c.cols)}
			err := mtx.Import(t.Context(), write("matrix.mtx", matrix), filepath.Join(out, "out.loom"), opts)
			refused(t, err, in, c.want, out)
		})
	}
}

func TestLayersOfOtherShapes(t *testing.T) {
	in, out := t.TempDir(), t.TempDir()
	paths := map[string]string{}
	for name, size := range map[string]string{"a": "3 2", "b": "2 3"} {
		paths[name] = filepath.Join(in, name+".mtx")
		if err := os.WriteFile(paths[name], fmt.Appendf(nil, "%s%s 0\n", general, size), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	err := mtx.Import(t.Context(), "", filepath.Join(out, "out.loom"), mtx.Options{Layers: paths})
	refused(t, err, paths["b"], "a matrix of 2 x 3, but", out)
}
