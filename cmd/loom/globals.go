package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/goloom/loom"
)

// globals are the global attributes in the file's order, which a map would lose.
type globals []global

// A global is one global attribute; its values are nil if they cannot be read.
type global struct {
	name   string
	values *loom.Array
	json   []byte // the values
}

// MarshalJSON writes an object of names and values.
func (g globals) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, attribute := range g {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(appendJSONString(nil, attribute.name))
		b.WriteByte(':')
		b.Write(attribute.json)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// mostGlobals is how much text the values of the global attributes may come to,
// unless the file itself is larger.
const mostGlobals = 8 << 20

// globals gathers the global attributes.
func (s *summary) globals(conn *loom.Conn) globals {
	attributes := globals{}
	left := int(max(mostGlobals, conn.File().Size()))
	for attribute, err := range conn.Attrs().All() {
		g := global{name: attribute.Name, json: []byte("null")}
		if err == nil {
			g.json, err = boundedJSON(attribute.Values, left)
		}
		if err != nil {
			s.problem(fmt.Errorf("global attribute %q: %w", g.name, err))
		} else {
			g.values = attribute.Values
			left -= len(g.json)
		}
		attributes = append(attributes, g)
	}
	return attributes
}

// boundedJSON returns the values as JSON, or an error if they take more than
// the given number of bytes: few bytes in a file can decode to many.
func boundedJSON(values *loom.Array, most int) ([]byte, error) {
	if values.Len() > most {
		return []byte("null"), fmt.Errorf("%d values are too many to show: %w", values.Len(), loom.ErrTooLarge)
	}
	size := 0
	value := jsonOf(values)
	measured := func(dst []byte, i int) []byte {
		if size > most {
			return dst
		}
		from := len(dst)
		dst = value(dst, i)
		size += len(dst) - from + 1
		return dst
	}
	text, _ := appendNested(nil, measured, 0, values.Shape())
	if size > most {
		return []byte("null"), fmt.Errorf("more than %d bytes of text are too many to show: %w", most, loom.ErrTooLarge)
	}
	if !json.Valid(text) {
		// Strings that are not UTF-8 are mended by the encoder; nothing else gets here.
		return []byte("null"), fmt.Errorf("values that JSON cannot hold: %w", loom.ErrType)
	}
	return text, nil
}
