package hdf5

import (
	"bytes"

	"github.com/goloom/loom/hdf5/internal/format"
)

// strings decodes fixed-length and variable-length strings.
func (d *decoder) strings(t *Datatype, raw []byte, n int) ([]string, error) {
	out := make([]string, n)
	if t.raw.Class == format.ClassString {
		size := t.Size()
		for i := range out {
			out[i] = string(trimString(raw[i*size:(i+1)*size], t.raw.Padding))
		}
		return out, nil
	}
	for i := range out {
		s, err := d.variableString(raw, i)
		if err != nil {
			return nil, err
		}
		out[i] = s
	}
	return out, nil
}

// variableString reads the i-th string. It ends at a zero byte if it holds one,
// as it does for every reader that goes through C.
func (d *decoder) variableString(raw []byte, i int) (string, error) {
	ref := d.heapRef(raw, i)
	if ref.empty() {
		return "", nil
	}
	if s, ok := d.shared[ref]; ok {
		return s, nil
	}
	b, err := d.object(ref, 1)
	if err != nil {
		return "", err
	}
	if end := bytes.IndexByte(b, 0); end >= 0 {
		b = b[:end]
	}
	s := string(b)
	if d.text += int64(len(s)); d.text > d.file.size {
		if d.shared == nil {
			d.shared = map[heapRef]string{}
		}
		d.shared[ref] = s
	}
	return s, nil
}

// trimString takes the padding off a fixed-length string (section IV.A.2.d,
// class 3).
func trimString(b []byte, padding format.StringPadding) []byte {
	switch padding {
	case format.SpacePadded:
		return bytes.TrimRight(b, " ")
	case format.NullPadded:
		return bytes.TrimRight(b, "\x00")
	}
	if end := bytes.IndexByte(b, 0); end >= 0 {
		return b[:end]
	}
	return b
}
