package h5ad

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/goloom/loom"
)

// ErrInvalid is wrapped when a file, or a part of it, is not as AnnData writes it.
var ErrInvalid = errors.New("not valid AnnData")

// An inputError is an error about the file that is imported. It names the file
// and the place, which what goes wrong while the Loom file is written does not.
type inputError struct{ error }

func (e inputError) Unwrap() error { return e.error }

// bad returns the error that the object at a path of the input is not as it must be.
func (in *input) bad(path, format string, args ...any) error {
	return inputError{fmt.Errorf("%s: %s: %s: %w", in.name, path, fmt.Sprintf(format, args...), ErrInvalid)}
}

// failed marks an error of package hdf5, which names the file and the path, as one
// about the input.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return inputError{err}
}

// A Report says what became of parts of a file that could not be taken over as
// they are.
type Report struct {
	// Losses are what the new file does not have, or not as the old one has it. Kind
	// is the part of AnnData it belongs to ("obs", "uns", "raw" ...) if that is where it comes from,
	// and what [loom.Loss] says if it comes from a Loom file.
	Losses []loom.Loss

	// Warnings say what has another name or form in the new file.
	Warnings []string
}

// Notes returns all that the report says, as sentences without a full stop.
func (r Report) Notes() []string {
	notes := make([]string, 0, len(r.Losses)+len(r.Warnings))
	for _, l := range r.Losses {
		notes = append(notes, "lost: "+l.String())
	}
	return append(notes, r.Warnings...)
}

func (r *Report) lose(file, kind, name, format string, args ...any) {
	r.Losses = append(r.Losses, loom.Loss{File: file, Kind: kind, Name: name, Reason: fmt.Sprintf(format, args...)})
}

func (r *Report) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
}

// note reports what a decoded of the input does not tell.
func (im *importer) note(kind, name string, v decoded) {
	if v.lost != "" {
		im.lose(im.name, kind, name, "%s", v.lost)
	}
	if v.filled != "" {
		group := kind + ": missing values are " + v.filled
		im.filled[group] = append(im.filled[group], strconv.Quote(name))
	}
}

// noteFilled reports in which columns something stands for missing values: in some
// files there are dozens.
func (im *importer) noteFilled() {
	const most = 4
	for _, group := range slices.Sorted(maps.Keys(im.filled)) {
		names, more := im.filled[group], ""
		if len(names) > most {
			names, more = names[:most], fmt.Sprintf(" and %d more", len(names)-most)
		}
		im.warn("%s in %s%s", group, strings.Join(names, ", "), more)
	}
}

// err returns the error about losses that are not allowed, nil if there are none.
func (r *Report) err() error {
	if len(r.Losses) == 0 {
		return nil
	}
	texts := make([]string, len(r.Losses))
	for i, l := range r.Losses {
		texts[i] = l.String()
	}
	return fmt.Errorf("%w: %s", loom.ErrLoss, strings.Join(texts, "; "))
}
