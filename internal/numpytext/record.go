package numpytext

import "github.com/goloom/loom/hdf5"

// records, an array of the given number of dimensions, are written like tuples.
func records(r *hdf5.Records, dims int) (texts, error) {
	fields := make([]field, 0, len(r.Fields()))
	for _, f := range r.Fields() {
		t, err := textsOf(f.Values)
		if err != nil {
			return texts{}, err
		}
		_, isBool := f.Values.Data().([]bool)
		if names, ok := f.Values.Data().([]string); ok {
			t = bytesObjects(names)
		}
		fields = append(fields, field{texts: t, dims: f.Values.Shape()[dims:], isBool: isBool})
	}
	return texts{
		scalar: func(dst []byte, i int) []byte { return appendRecord(dst, fields, []int{i}, true, i) },
		column: func(_ *scratch, places []int) elementAppender {
			return func(dst []byte, i int) []byte { return appendRecord(dst, fields, places, false, i) }
		},
	}, nil
}

// A field of records has values, or arrays of the given dimensions.
type field struct {
	texts
	dims   []int
	isBool bool
}

// appendRecord appends the record i of those at the given places, which share
// the format of each field. A record alone has none to share it with.
func appendRecord(dst []byte, fields []field, places []int, alone bool, i int) []byte {
	dst = append(dst, '(')
	for k, f := range fields {
		if k > 0 {
			dst = append(dst, ", "...)
		}
		dst = f.append(dst, places, alone, i)
	}
	if len(fields) == 1 {
		dst = append(dst, ',')
	}
	return append(dst, ')')
}

func (f *field) append(dst []byte, places []int, alone bool, i int) []byte {
	if alone && f.isBool && len(f.dims) == 0 {
		return f.scalar(dst, i) // aligned with nothing
	}
	width := product(f.dims)
	expanded := make([]int, 0, len(places)*width)
	for _, p := range places {
		for k := range width {
			expanded = append(expanded, p*width+k)
		}
	}
	return appendNested(dst, f.dims, f.column(new(scratch), expanded), i*width)
}

// appendNested appends the elements of a field, in brackets if it is an array.
func appendNested(dst []byte, dims []int, element elementAppender, first int) []byte {
	if len(dims) == 0 {
		return element(dst, first)
	}
	width := product(dims[1:])
	dst = append(dst, '[')
	for k := range dims[0] {
		if k > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendNested(dst, dims[1:], element, first+k*width)
	}
	return append(dst, ']')
}
