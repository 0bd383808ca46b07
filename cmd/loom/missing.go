package main

import (
	"fmt"

	"github.com/goloom/loom"
)

// missing says that a file has no such part, and which ones it has. R's writers
// nest groups where others have attributes: those exist, but have no values.
func missing(conn *loom.Conn, kind, path, name string, names []string) error {
	if object, err := conn.File().Lookup(path); err == nil {
		return fmt.Errorf("%s: %s is in the file, but is not a %s", conn.Filename(), object.Path(), kind)
	}
	return fmt.Errorf("%s: no %s %q%s", conn.Filename(), kind, name, among(name, names))
}

// hasAttribute refuses an attribute that does not exist.
func hasAttribute(conn *loom.Conn, axis loom.Axis, name string) error {
	if attributesOf(conn, axis).Has(name) {
		return nil
	}
	return part{kind: attributePart, axis: axis, name: name}.missing(conn)
}

// noLayer says that a file does not have the layer, or the main matrix if the
// name is empty.
func noLayer(conn *loom.Conn, name string) error {
	if name == "" {
		if _, err := conn.File().Lookup("matrix"); err == nil {
			return fmt.Errorf("%s: the main matrix is not a dataset of two dimensions", conn.Filename())
		}
		return fmt.Errorf("%s: the file has no main matrix", conn.Filename())
	}
	var others []string
	for _, other := range conn.Layers().Names() {
		if other != "" {
			others = append(others, other)
		}
	}
	return missing(conn, "layer", "layers/"+name, name, others)
}
