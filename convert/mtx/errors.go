package mtx

import "github.com/goloom/loom/convert/internal/textfile"

// ErrMalformed is wrapped when an input is not what its format says; the message
// has the file, the line, what was expected and what was found.
var ErrMalformed = textfile.ErrMalformed
