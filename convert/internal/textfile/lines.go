package textfile

import (
	"bytes"
	"context"
	"iter"
)

// A Line is one line of a file.
type Line struct {
	Number int64 // from 1
	Text   string
}

// Lines returns the lines of a file, without a byte order mark before the first. An error is the last that
// comes; those about the content wrap [ErrMalformed].
func Lines(ctx context.Context, path string) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		r, err := Open(ctx, path, nil)
		if err != nil {
			yield(Line{}, err)
			return
		}
		defer r.Close()
		for r.Next() {
			text := r.Line()
			if r.Number() == 1 {
				text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
			}
			if !yield(Line{r.Number(), string(text)}, nil) {
				return
			}
		}
		if err := r.Err(); err != nil {
			yield(Line{}, err)
		}
	}
}
