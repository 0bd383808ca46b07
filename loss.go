package loom

import (
	"fmt"
	"strings"
)

// A Loss is something of a file that the result of [Combine] or [Conn.AddLoom] does
// not have.
type Loss struct {
	File   string // that has it
	Kind   string // "layer", "row attribute", "column attribute", "global attribute", "row graph" or "column graph"
	Name   string // "" for the main matrix
	Reason string
}

// String returns the loss as a sentence without a full stop.
func (l Loss) String() string { return fmt.Sprintf("%s: %s %q: %s", l.File, l.Kind, l.Name, l.Reason) }

// lossError is the error, which wraps [ErrLoss], about losses that are not allowed,
// nil if there are none.
func lossError(losses []Loss) error {
	if len(losses) == 0 {
		return nil
	}
	texts := make([]string, len(losses))
	for i, l := range losses {
		texts[i] = l.String()
	}
	return fmt.Errorf("%w:\n  %s", ErrLoss, strings.Join(texts, "\n  "))
}
