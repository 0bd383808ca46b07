package hdf5

import (
	"bytes"

	"github.com/goloom/loom/hdf5/internal/format"
)

// strings decodes fixed-length and variable-length strings.
func (d *decoder) strings(t *Datatype, raw []byte, n int) ([]string, error) {
	w := stringWriter{to: make([]string, 0, n)}
	if t.raw.Class == format.ClassString {
		size := t.Size()
		for i := range n {
			w.add(trimString(raw[i*size:(i+1)*size], t.raw.Padding))
		}
		return w.strings(), nil
	}
	for i := range n {
		if err := d.variableString(&w, raw, i); err != nil {
			return nil, err
		}
	}
	return w.strings(), nil
}

// variableString decodes the i-th string. It ends at a zero byte if it holds one,
// as it does for every reader that goes through C.
func (d *decoder) variableString(w *stringWriter, raw []byte, i int) error {
	ref := d.heapRef(raw, i)
	if ref.empty() {
		w.add(nil)
		return nil
	}
	if s, ok := d.shared[ref]; ok {
		w.share(s)
		return nil
	}
	b, err := d.object(ref, 1)
	if err != nil {
		return err
	}
	if end := bytes.IndexByte(b, 0); end >= 0 {
		b = b[:end]
	}
	if d.text += int64(len(b)); d.text <= d.file.size {
		w.add(b)
		return nil
	}
	if d.shared == nil {
		d.shared = map[heapRef]string{}
	}
	s := string(b)
	d.shared[ref] = s
	w.share(s)
	return nil
}

// A stringWriter makes many strings in little time: those that come one after the other are cut out
// of one. Whoever keeps a short one keeps a kilobyte alive, and no more.
type stringWriter struct {
	to   []string
	text []byte
	ends []int // in text
}

// stringBytes is how much text strings share.
const stringBytes = 1 << 10

// add adds a string of bytes, which it does not keep.
func (w *stringWriter) add(b []byte) {
	if len(b) > stringBytes {
		w.share(string(b))
		return
	}
	if len(w.text)+len(b) > stringBytes || len(w.ends) == stringBytes {
		w.flush()
	}
	w.text = append(w.text, b...)
	w.ends = append(w.ends, len(w.text))
}

// share adds a string that there is.
func (w *stringWriter) share(s string) {
	w.flush()
	w.to = append(w.to, s)
}

// flush makes the strings of what has been added.
func (w *stringWriter) flush() {
	text, start := string(w.text), 0
	for _, end := range w.ends {
		w.to = append(w.to, text[start:end])
		start = end
	}
	w.text, w.ends = w.text[:0], w.ends[:0]
}

// strings returns all strings.
func (w *stringWriter) strings() []string {
	w.flush()
	return w.to
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
