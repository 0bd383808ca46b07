package hdf5_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/goloom/loom/hdf5"
	"github.com/goloom/loom/internal/oracle"
)

// TestGeneratedFiles holds everything in the generated files against h5py.
func TestGeneratedFiles(t *testing.T) {
	for i, path := range oracle.GeneratedFiles(t, "*") {
		if hdf5.RaceEnabled && i%4 != 0 {
			continue // the others are for the run without the race detector
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			compareFile(t, path)
		})
	}
}

// TestFixtures holds everything in files from the wild against h5py.
func TestFixtures(t *testing.T) {
	for _, path := range slices.Concat(oracle.Fixtures(t, "loom"), oracle.Fixtures(t, "h5ad"), oracle.Fixtures(t, "tenx")) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			compareFile(t, path)
		})
	}
}

func compareFile(t *testing.T, path string) {
	f, err := hdf5.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c := comparison{t: t, f: f}
	for _, r := range oracle.Dump(t, path) {
		switch r.Kind {
		case "file":
			check(t, path, "superblock", f.SuperblockVersion(), r.Superblock)
		case "group":
			c.group(r)
		case "dataset":
			c.dataset(r)
		case "datatype":
			c.object(r)
		case "attribute":
			c.attribute(r)
		case "link":
			c.link(r)
		case "unreadable":
			t.Logf("h5py cannot read %s: %s", r.Path, r.Error)
		default:
			t.Errorf("record of kind %q", r.Kind)
		}
	}
}

func check[T any](t *testing.T, path, what string, got, want T) {
	t.Helper()
	if reflect.DeepEqual(want, got) {
		return // as nearly always, and sooner than the comparison below
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s: %s differs (-h5py +ours):\n%.2000s", path, what, diff)
	}
}

type comparison struct {
	t *testing.T
	f *hdf5.File
}

func (c *comparison) object(r oracle.Record) hdf5.Object {
	c.t.Helper()
	o, err := c.f.Lookup(r.Path)
	if err != nil {
		c.t.Error(err)
		return nil
	}
	attrs, err := o.Attributes()
	if err != nil {
		c.t.Error(err)
	}
	names := []string{}
	for _, a := range attrs {
		names = append(names, a.Name())
	}
	check(c.t, r.Path, "list of attributes", names, r.Attrs)
	return o
}

func (c *comparison) group(r oracle.Record) {
	g, ok := c.object(r).(*hdf5.Group)
	if !ok {
		c.t.Errorf("%s: no group", r.Path)
		return
	}
	links, err := g.Links()
	if err != nil {
		c.t.Error(err)
	}
	names := []string{}
	for _, l := range links {
		names = append(names, l.Name)
	}
	check(c.t, r.Path, "list of members", names, r.Members)
}

func (c *comparison) link(r oracle.Record) {
	dir, name := filepath.Split(r.Path)
	g, err := c.f.Group(dir)
	if err != nil {
		c.t.Error(err)
		return
	}
	links, err := g.Links()
	if err != nil {
		c.t.Error(err)
	}
	i := slices.IndexFunc(links, func(l hdf5.Link) bool { return l.Name == name })
	if i < 0 {
		c.t.Errorf("%s: no such link", r.Path)
		return
	}
	kinds := map[string]hdf5.LinkKind{"hard": hdf5.HardLink, "soft": hdf5.SoftLink, "external": hdf5.ExternalLink}
	check(c.t, r.Path, "link kind", links[i].Kind, kinds[r.Link])
	check(c.t, r.Path, "link target", links[i].Target, r.Target)
	check(c.t, r.Path, "link file", links[i].File, r.File)
	_, err = g.Lookup(name)
	if r.Object != "" && err != nil {
		c.t.Error(err)
	}
	if r.Object == "" && !errors.Is(err, hdf5.ErrLink) {
		c.t.Errorf("%s: error %v, want ErrLink", r.Path, err)
	}
}

func (c *comparison) dataset(r oracle.Record) {
	d, ok := c.object(r).(*hdf5.Dataset)
	if !ok {
		c.t.Errorf("%s: no dataset", r.Path)
		return
	}
	check(c.t, r.Path, "null dataspace", d.IsNull(), r.Shape == nil)
	check(c.t, r.Path, "shape", widen(d.Shape()), r.Shape)
	check(c.t, r.Path, "chunks", widen(d.Chunks()), r.Chunks)
	var most []int64
	for _, m := range r.MaxShape {
		if m == nil {
			most = append(most, -1)
			continue
		}
		most = append(most, *m)
	}
	check(c.t, r.Path, "maximum shape", widen(d.MaxShape()), most)
	var filters, want []uint16
	for i, f := range d.Filters() {
		filters = append(filters, f.ID)
		want = append(want, uint16(r.Filters[i].ID))
	}
	check(c.t, r.Path, "filters", filters, want)
	if r.Layout == "virtual" || r.Layout == "external" {
		if _, err := d.Read(c.t.Context()); !errors.Is(err, hdf5.ErrUnsupported) {
			c.t.Errorf("%s: error %v, want ErrUnsupported", r.Path, err)
		}
		return
	}
	check(c.t, r.Path, "layout", d.Layout().String(), r.Layout)
	stored, err := d.StoredBytes(c.t.Context())
	if err != nil {
		c.t.Error(err)
	}
	check(c.t, r.Path, "stored bytes", stored, r.StoredBytes)
	if r.Fill != nil {
		fill, err := d.FillValue()
		c.values(r.Path+" (fill value)", r.Type, fill, err, r.Fill)
	}
	got, err := d.Read(c.t.Context())
	if r.Error != "" {
		c.t.Logf("%s: h5py: %s; ours: %v", r.Path, r.Error, err)
		return
	}
	c.values(r.Path, r.Type, got, err, r.Values)
}

func (c *comparison) attribute(r oracle.Record) {
	o, err := c.f.Lookup(r.Path)
	if err != nil {
		c.t.Error(err)
		return
	}
	a, err := o.Attribute(r.Name)
	if err != nil {
		c.t.Error(err)
		return
	}
	path := r.Path + "@" + r.Name
	check(c.t, path, "null dataspace", a.IsNull(), r.Shape == nil)
	if got := widen(a.Shape()); len(got) < len(r.Shape) || !slices.Equal(got[:len(r.Shape)], r.Shape) {
		c.t.Errorf("%s: shape %v, want %v", path, got, r.Shape)
	}
	got, err := a.Read()
	if r.Error != "" {
		c.t.Logf("%s: h5py: %s; ours: %v", path, r.Error, err)
		return
	}
	c.values(path, r.Type, got, err, r.Values)
}

func (c *comparison) values(path string, declared *oracle.Type, got *hdf5.Array, err error, want *oracle.Values) {
	c.t.Helper()
	if !readable(declared) {
		if !errors.Is(err, hdf5.ErrUnsupported) {
			c.t.Errorf("%s: error %v for %v, want ErrUnsupported", path, err, declared)
		}
		return
	}
	if exotic := strings.HasPrefix(filepath.Base(c.f.Name()), "exotic_"); exotic && errors.Is(err, hdf5.ErrUnsupported) {
		c.t.Log(err)
		return
	}
	if err != nil {
		c.t.Error(err)
		return
	}
	if want == nil {
		if got.Len() != 0 {
			c.t.Errorf("%s: %d values, want none", path, got.Len())
		}
		return
	}
	if declared.Class == "reference" && declared.Region {
		return // h5py names the object, ours are bytes
	}
	dropNames(want)
	ours, err := encode(got)
	if err != nil {
		c.t.Errorf("%s: %v", path, err)
		return
	}
	check(c.t, path, "values", ours, want)
}

// dropNames leaves of references the addresses, which say the same.
func dropNames(v *oracle.Values) {
	if v == nil {
		return
	}
	v.Names = nil
	dropNames(v.Items)
	for _, f := range v.Fields {
		dropNames(f.Values)
	}
}

// readable reports whether a Go type holds the values.
func readable(t *oracle.Type) bool {
	switch t.Class {
	case "time":
		return false
	case "float":
		return t.Size == 2 || t.Size == 4 || t.Size == 8
	}
	if t.Base != nil && t.Class != "enum" {
		return readable(t.Base)
	}
	for _, m := range t.Members {
		if !readable(m.Type) {
			return false
		}
	}
	return true
}

func widen(v []int) []int64 {
	out := []int64{}
	for _, x := range v {
		out = append(out, int64(x))
	}
	return out
}

// encode turns an Array into the oracle's form of it.
func encode(a *hdf5.Array) (*oracle.Values, error) {
	v := &oracle.Values{}
	switch data := a.Data().(type) {
	case []int8:
		v.Ints = decimals(data)
	case []int16:
		v.Ints = decimals(data)
	case []int32:
		v.Ints = decimals(data)
	case []int64:
		v.Ints = decimals(data)
	case []uint8:
		v.Ints = decimals(data)
	case []uint16:
		v.Ints = decimals(data)
	case []uint32:
		v.Ints = decimals(data)
	case []uint64:
		v.Ints = decimals(data)
	case []bool:
		for _, x := range data {
			v.Ints = append(v.Ints, json.Number(strconv.Itoa(map[bool]int{true: 1}[x])))
		}
	case []float32:
		for _, x := range data {
			if a.Type().String() == "float16" {
				v.Floats = binary.LittleEndian.AppendUint16(v.Floats, half(x))
				continue
			}
			v.Floats = binary.LittleEndian.AppendUint32(v.Floats, math.Float32bits(x))
		}
	case []float64:
		for _, x := range data {
			v.Floats = binary.LittleEndian.AppendUint64(v.Floats, math.Float64bits(x))
		}
	case []complex64:
		var re, im oracle.Values
		for _, x := range data {
			re.Floats = binary.LittleEndian.AppendUint32(re.Floats, math.Float32bits(real(x)))
			im.Floats = binary.LittleEndian.AppendUint32(im.Floats, math.Float32bits(imag(x)))
		}
		v.Fields = []oracle.Field{{Name: "r", Values: &re}, {Name: "i", Values: &im}}
	case []complex128:
		var re, im oracle.Values
		for _, x := range data {
			re.Floats = binary.LittleEndian.AppendUint64(re.Floats, math.Float64bits(real(x)))
			im.Floats = binary.LittleEndian.AppendUint64(im.Floats, math.Float64bits(imag(x)))
		}
		v.Fields = []oracle.Field{{Name: "r", Values: &re}, {Name: "i", Values: &im}}
	case []string:
		v.Strings = data
	case [][]byte:
		v.Opaque = slices.Concat(data...)
	case []hdf5.ObjectRef:
		for _, x := range data {
			v.Addresses = append(v.Addresses, uint64(x))
		}
	case *hdf5.Records:
		for _, field := range data.Fields() {
			inner, err := encode(field.Values)
			if err != nil {
				return nil, err
			}
			v.Fields = append(v.Fields, oracle.Field{Name: field.Name, Values: inner})
		}
	case []*hdf5.Array:
		v.Items = &oracle.Values{}
		for _, item := range data {
			v.Lengths = append(v.Lengths, item.Shape()[0])
			inner, err := encode(item)
			if err != nil {
				return nil, err
			}
			join(v.Items, inner)
		}
	default:
		return nil, fmt.Errorf("values of Go type %T", data)
	}
	return v, nil
}

// join appends more to v.
func join(v, more *oracle.Values) {
	v.Ints = append(v.Ints, more.Ints...)
	v.Floats = append(v.Floats, more.Floats...)
	v.Strings = append(v.Strings, more.Strings...)
	v.Opaque = append(v.Opaque, more.Opaque...)
	v.Lengths = append(v.Lengths, more.Lengths...)
	v.Addresses = append(v.Addresses, more.Addresses...)
	if more.Items != nil {
		if v.Items == nil {
			v.Items = &oracle.Values{}
		}
		join(v.Items, more.Items)
	}
	for i, f := range more.Fields {
		if i == len(v.Fields) {
			v.Fields = append(v.Fields, oracle.Field{Name: f.Name, Values: &oracle.Values{}})
		}
		join(v.Fields[i].Values, f.Values)
	}
}

func decimals[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64](data []T) []json.Number {
	out := []json.Number{}
	for _, x := range data {
		out = append(out, json.Number(fmt.Sprint(x)))
	}
	return out
}

// half converts a float32 that a binary16 number was widened to back to it.
func half(x float32) uint16 {
	bits := math.Float32bits(x)
	sign := uint16(bits >> 16 & 0x8000)
	switch exponent := int(bits>>23&0xff) - 127; {
	case exponent == 128:
		return sign | 0x7c00 | uint16(bits>>13&0x3ff)
	case exponent < -14:
		return sign | uint16(math.Abs(float64(x))*(1<<24))
	default:
		return sign | uint16(exponent+15)<<10 | uint16(bits>>13&0x3ff)
	}
}
