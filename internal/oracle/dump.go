package oracle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// A Record is one thing that h5py finds in a file: the file itself, a group, a
// dataset, a committed datatype, an attribute or a link. Which fields are set
// depends on Kind; testdata/oracle/dump.py says how.
type Record struct {
	Kind string // "file", "group", "dataset", "datatype", "attribute", "link" or "unreadable"
	Path string // of the object; for an attribute, of the object that has it

	// Of the file.
	Superblock int
	Userblock  int64

	// Of objects: names in h5py's order, which is creation order where that is tracked.
	Members []string
	Attrs   []string

	// Of datasets and attributes; Type and DType of committed datatypes too.
	Name   string // of the attribute
	Type   *Type
	DType  string  // numpy's name, or "bool", "string", "compound", "enum", ...
	Shape  []int64 // nil for a null dataspace, empty for a scalar
	Values *Values
	Error  string // why h5py cannot read the values

	// Of datasets.
	MaxShape     []*int64 // nil where unlimited
	Layout       string   // "compact", "contiguous", "chunked", "virtual" or "external"
	Chunks       []int64
	Filters      []Filter
	FillStatus   string   `json:"fill_status"` // "default", "user" or "undefined"
	Fill         *Values  // one element, where FillStatus is "user"
	FillError    string   `json:"fill_error"`
	StoredBytes  int64    `json:"stored_bytes"`
	StoredChunks int      `json:"stored_chunks"`
	FilterMasks  []uint32 `json:"filter_masks"` // by chunk; nil where all are zero
	ChunkError   string   `json:"chunk_error"`

	// Of links.
	Link   string // "hard", "soft" or "external"
	File   string // of an external link
	Target string // of soft and external links, as stored
	Object string // path of the object that it leads to; "" if it dangles or leaves the file
}

// A Filter is one stage of a dataset's filter pipeline.
type Filter struct {
	ID     int
	Flags  int
	Params []uint32
}

// A Type is a datatype as the file declares it.
type Type struct {
	Class     string // "int", "float", "string", "enum", "compound", "array", "vlen", "reference", "opaque", "bitfield" or "time"
	Size      int
	Order     string // "<" or ">", of integers and floats
	Signed    bool
	Precision int
	Offset    int
	Variable  bool   // of strings
	Charset   string // of strings: "ascii" or "utf-8"
	Padding   string // of strings: "nullterm", "nullpad" or "spacepad"
	Region    bool   // of references
	Tag       string // of opaque types
	Dims      []int  // of arrays
	Base      *Type  // of enums, arrays and variable-length sequences
	Members   []Member
	Symbols   []Symbol
}

// A Member is one field of a compound datatype.
type Member struct {
	Name   string
	Offset int
	Type   *Type
}

// A Symbol is one name of an enumeration.
type Symbol struct {
	Name  string
	Value json.Number
}

// Values are all elements of a dataset or attribute in C order, exactly. The
// field that is set follows from the datatype's class.
type Values struct {
	Ints    []json.Number // integers, enums and bitfields, in decimal
	Floats  Hex           // floats of any size, little-endian
	Strings []string      // as stored, valid UTF-8 or not
	Fields  []Field       // compounds, by column
	Opaque  Hex

	// Variable-length sequences: their lengths, and all their elements in a row.
	Lengths []int
	Items   *Values

	// References: the paths and the header addresses of the objects that they point to.
	Names     []string
	Addresses []uint64
}

// A Field is one column of a compound.
type Field struct {
	Name   string
	Values *Values
}

// UnmarshalJSON undoes the hexadecimal form that dump.py gives strings of which one is not UTF-8.
func (v *Values) UnmarshalJSON(text []byte) error {
	type plain Values
	aux := struct {
		*plain
		Bytes []Hex
	}{plain: (*plain)(v)}
	if err := json.Unmarshal(text, &aux); err != nil {
		return err
	}
	if aux.Bytes != nil {
		v.Strings = make([]string, len(aux.Bytes))
	}
	for i, b := range aux.Bytes {
		v.Strings[i] = string(b)
	}
	return nil
}

// Hex is bytes that JSON holds in hexadecimal.
type Hex []byte

// UnmarshalText decodes the hexadecimal digits.
func (h *Hex) UnmarshalText(text []byte) error {
	decoded, err := hex.DecodeString(string(text))
	*h = decoded
	return err
}

// Dump returns everything that h5py reads from a file, in the order of a
// depth-first walk. Dumps are kept between test runs, keyed by the content of the file.
func Dump(t testing.TB, file string) []Record {
	t.Helper()
	python := Python(t)
	records, err := dump(python, filepath.Join(Root(t), "testdata", "oracle", "dump.py"), file)
	if err != nil {
		t.Fatalf("dump of %s: %v", file, err)
	}
	return records
}

func dump(python, script, file string) ([]Record, error) {
	key, err := hashFiles(script, file)
	if err != nil {
		return nil, err
	}
	cached := filepath.Join(cacheDir(), "dumps", key+".jsonl")
	if text, err := os.ReadFile(cached); err == nil {
		return parseDump(text)
	}
	text, err := runScript(python, script, file)
	if err != nil {
		return nil, err
	}
	if err := keep(cached, text); err != nil {
		return nil, err
	}
	return parseDump(text)
}

func parseDump(text []byte) ([]Record, error) {
	var records []Record
	dec := json.NewDecoder(bytes.NewReader(text))
	for dec.More() {
		var r Record
		if err := dec.Decode(&r); err != nil {
			return nil, fmt.Errorf("record %d: %w", len(records), err)
		}
		records = append(records, r)
	}
	return records, nil
}

func hashFiles(paths ...string) (string, error) {
	h := sha256.New()
	for _, path := range paths {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		_, err = io.Copy(h, f)
		f.Close()
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:12]), nil
}

// keep writes a file whole or not at all, since other test processes may be reading it.
func keep(path string, text []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, "writing-")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(text); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
