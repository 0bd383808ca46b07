package main

import (
	"errors"
	"fmt"

	"github.com/goloom/loom"
)

// missing says that a file has no such part, and which ones it has. R's writers
// nest groups where others have attributes: those exist, but have no values.
func missing(conn *loom.Conn, kind, path, name string, names []string) error {
	if object, err := conn.File().Lookup(path); err == nil {
		return fmt.Errorf("%s is in the file, but is not a %s", object.Path(), kind)
	}
	return fmt.Errorf("no %s %q%s", kind, name, among(name, names))
}

// noLayer says that a file does not have the layer, or the main matrix if the
// name is empty.
func noLayer(conn *loom.Conn, name string) error {
	if name == "" {
		if _, err := conn.File().Lookup("matrix"); err == nil {
			return errors.New("the main matrix is not a dataset of two dimensions")
		}
		return errors.New("the file has no main matrix")
	}
	var others []string
	for _, other := range conn.Layers().Names() {
		if other != "" {
			others = append(others, other)
		}
	}
	return missing(conn, "layer", "layers/"+name, name, others)
}
