package main

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goloom/loom/internal/oracle"
)

// oracleFiles are the real files, where there are any, and the generated ones.
func oracleFiles(t *testing.T) []string {
	files := oracle.GeneratedFiles(t, "*.loom")
	t.Run("real", func(t *testing.T) {
		files = append(files, oracle.Fixtures(t, "loom")...)
	})
	return files
}

// TestGetEqualsH5py reads back everything that loom get prints of every
// attribute, layer and graph, and compares it with what h5py reads, exactly.
func TestGetEqualsH5py(t *testing.T) {
	for _, file := range oracleFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			f := newOracleFile(t, file)
			parts := 0
			for _, record := range f.records {
				path, ok := f.partOf(record)
				if !ok {
					continue
				}
				if parts++; parts > 60 && parts%20 > 0 {
					continue // hundreds of attributes alike
				}
				r := execute("get", file, path)
				if r.code != 0 {
					t.Errorf("loom get %s: exit code %d, %s", path, r.code, r.stderr)
					continue
				}
				if err := f.compare(record, r.stdout); err != nil {
					t.Errorf("loom get %s: %v", path, err)
				}
			}
			f.compareGraphs(t)
		})
	}
}

// An oracleFile is a file as h5py reads it.
type oracleFile struct {
	path    string
	records []oracle.Record
	old     bool // strings have entities
	attrs   bool // there is a group /attrs
}

func newOracleFile(t *testing.T, path string) *oracleFile {
	f := &oracleFile{path: path, records: oracle.Dump(t, path), old: true}
	for _, r := range f.records {
		if r.Path == "/attrs" {
			f.attrs = true
		}
	}
	var info struct {
		SpecVersion string `json:"spec_version"`
	}
	if err := json.Unmarshal([]byte(execute("info", "--json", path).stdout), &info); err != nil {
		t.Fatal(err)
	}
	f.old = info.SpecVersion < "3"
	return f
}

// partOf returns what loom get calls a dataset or an attribute of the file.
func (f *oracleFile) partOf(r oracle.Record) (string, bool) {
	if r.Kind == "attribute" && r.Path == "/" && !f.attrs {
		return "attrs/" + r.Name, true
	}
	if r.Kind != "dataset" {
		return "", false
	}
	if r.Path == "/matrix" {
		return "matrix", len(r.Shape) == 2
	}
	group, name, ok := strings.Cut(r.Path[1:], "/")
	if !ok || strings.Contains(name, "/") {
		return "", false
	}
	switch group {
	case "layers":
		return r.Path, len(r.Shape) == 2
	case "row_attrs", "col_attrs", "attrs":
		return r.Path, true
	}
	return "", false
}

// compare holds the lines that were printed against the values of a record.
func (f *oracleFile) compare(r oracle.Record, text string) error {
	if r.Shape == nil {
		if text != "" {
			return fmt.Errorf("%q for a null dataspace", text)
		}
		return nil
	}
	lines := strings.Split(text, "\n")
	if lines[len(lines)-1] != "" {
		return fmt.Errorf("the last line does not end")
	}
	lines = lines[:len(lines)-1]
	rows, columns := 1, 1
	for i, d := range r.Shape {
		if i == 0 {
			rows = int(d)
		} else {
			columns *= int(d)
		}
	}
	if len(lines) != rows {
		return fmt.Errorf("%d lines, want %d", len(lines), rows)
	}
	for i, line := range lines {
		fields := strings.Split(line, "\t")
		if columns == 0 && line == "" {
			continue
		}
		if len(fields) != columns {
			return fmt.Errorf("line %d: %d fields, want %d", i, len(fields), columns)
		}
		for j, field := range fields {
			if err := f.compareField(r.Type, r.Values, i*columns+j, field); err != nil {
				return fmt.Errorf("line %d field %d: %w", i, j, err)
			}
		}
	}
	return nil
}

// compareField holds one field of the text against the k-th value.
func (f *oracleFile) compareField(t *oracle.Type, v *oracle.Values, k int, field string) error {
	switch {
	case t.Class == "string":
		return same(unescapeField(field), f.decoded(t, v.Strings[k]))
	case t.Class == "opaque":
		return same(field, hex.EncodeToString(v.Opaque[k*t.Size:(k+1)*t.Size]))
	case isComplex(t):
		return compareComplex(t, v, k, field)
	case t.Class == "compound":
		dec := json.NewDecoder(strings.NewReader(field))
		dec.UseNumber()
		var value any
		if err := dec.Decode(&value); err != nil {
			return fmt.Errorf("%q: %w", field, err)
		}
		return f.compareJSON(t, v, k, value)
	}
	return compareNumber(t, v, k, field)
}

// compareJSON holds a decoded JSON value against the k-th value.
func (f *oracleFile) compareJSON(t *oracle.Type, v *oracle.Values, k int, value any) error {
	switch value := value.(type) {
	case map[string]any:
		if t.Class != "compound" || len(value) != len(t.Members) {
			return fmt.Errorf("object of %d fields for %s of %d", len(value), t.Class, len(t.Members))
		}
		for m, member := range t.Members {
			if err := f.compareJSON(member.Type, v.Fields[m].Values, k, value[member.Name]); err != nil {
				return fmt.Errorf("field %s: %w", member.Name, err)
			}
		}
		return nil
	case string:
		if t.Class == "string" {
			return same(value, f.decoded(t, v.Strings[k]))
		}
		return compareNumber(t, v, k, value)
	case bool:
		return compareNumber(t, v, k, strconv.FormatBool(value))
	case json.Number:
		return compareNumber(t, v, k, value.String())
	}
	return fmt.Errorf("unexpected %v for %s", value, t.Class)
}

// decoded applies the rule of entities to a string.
func (f *oracleFile) decoded(t *oracle.Type, s string) string {
	if f.old || !t.Variable && t.Charset == "ascii" {
		return html.UnescapeString(s)
	}
	return s
}

func same[T comparable](got, want T) error {
	if got != want {
		return fmt.Errorf("%v, want %v", got, want)
	}
	return nil
}

// unescapeField is the inverse of what loom get does to strings.
func unescapeField(field string) string {
	return strings.NewReplacer(`\t`, "\t", `\n`, "\n", `\r`, "\r", `\\`, `\`).Replace(field)
}

// compareNumber reads a number, or a boolean, back into its type.
func compareNumber(t *oracle.Type, v *oracle.Values, k int, field string) error {
	if t.Class == "float" {
		want := loadFloat(v.Floats, t.Size, k)
		got, err := strconv.ParseFloat(field, max(32, t.Size*8))
		if err != nil {
			return err
		}
		return sameFloat(got, want, t.Size)
	}
	want := v.Ints[k].String()
	if isBool(t) {
		want = map[string]string{"0": "false", "1": "true"}[want]
	}
	return same(field, want)
}

func isBool(t *oracle.Type) bool {
	return t.Class == "enum" && t.Size == 1 && len(t.Symbols) == 2 && t.Symbols[0].Name == "FALSE"
}

func isComplex(t *oracle.Type) bool {
	return t.Class == "compound" && len(t.Members) == 2 && t.Members[0].Name == "r" && t.Members[1].Name == "i"
}

func compareComplex(t *oracle.Type, v *oracle.Values, k int, field string) error {
	got, err := strconv.ParseComplex(strings.TrimSuffix(field, "j")+"i", t.Size*8)
	if err != nil {
		return err
	}
	for m, part := range []float64{real(got), imag(got)} {
		if err := sameFloat(part, loadFloat(v.Fields[m].Values.Floats, t.Size/2, k), t.Size/2); err != nil {
			return err
		}
	}
	return nil
}

// loadFloat returns the k-th of the floating point numbers of a size.
func loadFloat(b []byte, size, k int) float64 {
	switch b = b[k*size:]; size {
	case 2:
		return half(binary.LittleEndian.Uint16(b))
	case 4:
		return float64(math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

// half returns the value of an IEEE 754 binary16.
func half(bits uint16) float64 {
	sign := 1 - 2*float64(bits>>15)
	exponent, fraction := int(bits>>10&0x1f), float64(bits&0x3ff)
	switch exponent {
	case 0:
		return sign * math.Ldexp(fraction, -24)
	case 0x1f:
		if fraction != 0 {
			return math.NaN()
		}
		return math.Inf(int(sign))
	}
	return sign * math.Ldexp(1024+fraction, exponent-25)
}

// sameFloat compares a number that was read back with the one in the file, bit
// for bit; a float16 must be the one that is nearest.
func sameFloat(got, want float64, size int) error {
	switch {
	case math.IsNaN(got) && math.IsNaN(want):
		return nil
	case size == 2 && !math.IsInf(want, 0):
		_, exponent := math.Frexp(want)
		if math.Abs(got-want) > math.Ldexp(1, max(exponent-11, -24))/2 || math.Signbit(got) != math.Signbit(want) {
			return fmt.Errorf("%v, want %v", got, want)
		}
		return nil
	case size == 4:
		got = float64(float32(got))
	}
	if math.Float64bits(got) != math.Float64bits(want) {
		return fmt.Errorf("%v, want %v", got, want)
	}
	return nil
}

// compareGraphs compares the graphs, whose vectors are datasets of the file.
func (f *oracleFile) compareGraphs(t *testing.T) {
	byPath := map[string]oracle.Record{}
	for _, r := range f.records {
		byPath[r.Path] = r
	}
	for _, group := range []string{"row_graphs", "col_graphs", "row_edges", "col_edges"} {
		for _, name := range byPath["/"+group].Members {
			var vectors []oracle.Record
			for _, vector := range []string{"a", "b", "w"} {
				if r := byPath["/"+group+"/"+name+"/"+vector]; r.Kind == "dataset" && len(r.Shape) == 1 {
					vectors = append(vectors, r)
				}
			}
			r := execute("get", f.path, group+"/"+name)
			if len(vectors) < 3 || vectors[0].Shape[0] != vectors[1].Shape[0] || vectors[0].Shape[0] != vectors[2].Shape[0] {
				if r.code != exitFailed {
					t.Errorf("%s/%s has not three vectors of one length, but the exit code is %d", group, name, r.code)
				}
				continue
			}
			if r.code != 0 {
				t.Errorf("%s/%s: %s", group, name, r.stderr)
				continue
			}
			for i, vector := range vectors {
				if err := f.compare(vector, cut(r.stdout, i)); err != nil {
					t.Errorf("%s/%s, vector %d: %v", group, name, i, err)
				}
			}
		}
	}
}

// cut returns a column out of tab-delimited text.
func cut(text string, column int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		fmt.Fprintln(&b, strings.Split(strings.TrimSuffix(line, "\n"), "\t")[column])
	}
	return b.String()
}

// TestInfoEqualsH5py compares what loom info says about layers and attributes
// with what h5py does.
func TestInfoEqualsH5py(t *testing.T) {
	for _, file := range oracleFiles(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			byPath := map[string]oracle.Record{}
			for _, r := range oracle.Dump(t, file) {
				if r.Kind == "dataset" || r.Kind == "group" {
					byPath[r.Path] = r
				}
			}
			r := execute("info", "--json", file)
			if r.code != 0 {
				t.Fatal(r.stderr)
			}
			var s summary
			if err := json.Unmarshal([]byte(strings.Replace(r.stdout, `"attrs":{`, `"ignored":{`, 1)), &s); err != nil {
				t.Fatalf("%v in %s", err, r.stdout)
			}
			layers := s.Layers
			if s.Matrix != nil {
				layers = append(layers, *s.Matrix)
			}
			for _, layer := range layers {
				path := "/layers/" + layer.Name
				if layer.Name == "" {
					path = "/matrix"
				}
				compareLayer(t, layer, byPath[path])
			}
			compareGlobals(t, file, r.stdout)
			compareAttributes(t, s.RowAttrs, "/row_attrs/", byPath)
			compareAttributes(t, s.ColAttrs, "/col_attrs/", byPath)
		})
	}
}

// compareGlobals compares the values of the global attributes, in number and
// one by one.
func compareGlobals(t *testing.T, file, text string) {
	var info struct{ Attrs map[string]any }
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&info); err != nil {
		t.Fatal(err)
	}
	f := newOracleFile(t, file)
	n := 0
	for _, r := range f.records {
		path, ok := f.partOf(r)
		name, global := strings.CutPrefix(strings.TrimPrefix(path, "/"), "attrs/")
		if !ok || !global {
			continue
		}
		n++
		for k, value := range flat(info.Attrs[name]) {
			if err := f.compareJSON(r.Type, r.Values, k, value); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
	}
	if n != len(info.Attrs) {
		t.Errorf("%d global attributes, want %d", len(info.Attrs), n)
	}
}

// flat returns the values in nested arrays.
func flat(value any) []any {
	values, ok := value.([]any)
	if !ok {
		return []any{value}
	}
	var out []any
	for _, v := range values {
		out = append(out, flat(v)...)
	}
	return out
}

// filterNames are the registered names of the filters that h5py can write.
var filterNames = map[int]string{1: "deflate", 2: "shuffle", 3: "fletcher32", 4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf"}

func compareLayer(t *testing.T, got layerSummary, want oracle.Record) {
	if err := same(got.DType, want.DType); err != nil {
		t.Errorf("%s: dtype %v", want.Path, err)
	}
	if !slices.Equal(toInt64s(got.Chunks), want.Chunks) {
		t.Errorf("%s: chunks %v, want %v", want.Path, got.Chunks, want.Chunks)
	}
	filters := []string{}
	for _, filter := range want.Filters {
		filters = append(filters, filterNames[filter.ID])
	}
	if !slices.Equal(got.Filters, filters) {
		t.Errorf("%s: filters %v, want %v", want.Path, got.Filters, filters)
	}
	if got.StoredBytes == nil || *got.StoredBytes != want.StoredBytes {
		t.Errorf("%s: stored bytes %v, want %v", want.Path, got.StoredBytes, want.StoredBytes)
	}
}

func compareAttributes(t *testing.T, got []attributeSummary, group string, want map[string]oracle.Record) {
	for _, attribute := range got {
		r, ok := want[group+attribute.Name]
		if !ok {
			continue // a soft link
		}
		if r.Type.Class == "enum" && r.DType != "bool" {
			r.DType = fmt.Sprintf("int%d", r.Type.Size*8)
		}
		if isComplex(r.Type) {
			r.DType = fmt.Sprintf("complex%d", r.Type.Size*8)
		}
		if err := same(attribute.DType, r.DType); err != nil {
			t.Errorf("%s: dtype %v", r.Path, err)
		}
		if !slices.Equal(toInt64s(attribute.Shape), r.Shape) {
			t.Errorf("%s: shape %v, want %v", r.Path, attribute.Shape, r.Shape)
		}
	}
}

func toInt64s(values []int) []int64 {
	var out []int64
	for _, v := range values {
		out = append(out, int64(v))
	}
	return out
}
