package bus

import (
	"strings"

	"github.com/goloom/loom/convert/internal/textfile"
)

// ErrMalformed is wrapped when an input is not what its format says: by every [*FormatError], among others.
var ErrMalformed = textfile.ErrMalformed

// A FormatError says where an input is not what it should be. It has one line.
type FormatError struct {
	File  string
	Place string // "line 3", "record 12", "header", a key; "" if it is about the whole file
	Want  string // what was expected
	Got   string // what is there
}

// Error says all that is known, in one line.
func (e *FormatError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Place != "" {
		b.WriteString(": " + e.Place)
	}
	b.WriteString(": want " + e.Want)
	if e.Got != "" {
		b.WriteString(", got " + e.Got)
	}
	return b.String()
}

// Unwrap returns [ErrMalformed].
func (e *FormatError) Unwrap() error { return ErrMalformed }
