package loom

import "fmt"

// A CombineOption changes what [Combine] does.
type CombineOption interface {
	applyToCombine(*combineSettings)
}

// An AddLoomOption changes what [Conn.AddLoom] does. Every AddLoomOption is a
// [CombineOption].
type AddLoomOption interface {
	CombineOption
	applyToAddLoom(*combineSettings)
}

// combineOption is one for Combine alone, and mergeOption one for AddLoom too.
type (
	combineOption func(*combineSettings)
	mergeOption   func(*combineSettings)
)

func (o combineOption) applyToCombine(s *combineSettings) { o(s) }
func (o mergeOption) applyToCombine(s *combineSettings)   { o(s) }
func (o mergeOption) applyToAddLoom(s *combineSettings)   { o(s) }

// Of the options of AddColumns, [FillWith], [FillAuto] and [KeepAttributes] are
// those of Combine and AddLoom, too.
func (o AddOption) applyToCombine(s *combineSettings) { o(&s.add) }
func (o AddOption) applyToAddLoom(s *combineSettings) { o(&s.add) }

type combineSettings struct {
	add        addSettings
	key        string // "" for rows that are in the same order
	join       Join
	trustRows  bool
	keepAll    bool
	convert    bool
	graphs     bool
	skip       map[string]bool // attributes
	label      string
	attrs      map[string]*Array
	layers     []string // nil for those of the first file
	fillLayers bool
	open       []Option
	atOnce     int
}

// check refuses options that contradict each other or do not apply.
func (s *combineSettings) check() error {
	if s.add.rowAttrs != nil || s.add.write != (writeSettings{}) {
		return fmt.Errorf("WithRowAttrs and AddWith are for AddColumns only: %w", ErrSelection)
	}
	if s.join != JoinExact && s.key == "" {
		return fmt.Errorf("an %v join needs a key, see ByKey: %w", s.join, ErrSelection)
	}
	if s.atOnce < 0 {
		return fmt.Errorf("batches of %d columns: %w", s.atOnce, ErrSelection)
	}
	if s.label != "" {
		return checkName(s.label)
	}
	return nil
}

// A Join says which rows there are if not all files have the same: see [JoinRows].
type Join int

// The joins. The rows are in the order of the first file; those that it lacks
// follow in the order in which the other files have them.
const (
	JoinExact Join = iota // every file has every row, or it is an error
	JoinInner             // rows that all files have
	JoinOuter             // rows that any file has, with zeros in columns of files that lack one
)

// String returns "exact", "inner" or "outer".
func (j Join) String() string {
	names := [...]string{"exact", "inner", "outer"}
	if int(j) < len(names) && j >= 0 {
		return names[j]
	}
	return fmt.Sprintf("Join(%d)", int(j))
}

// ByKey brings the rows of all files into the order of the first by a row
// attribute of strings or numbers that names them: it must be there in each
// file and have a different value for each row. Without it, the rows are taken
// as they come: see [TrustRowOrder].
func ByKey(attribute string) AddLoomOption {
	return mergeOption(func(s *combineSettings) { s.key = attribute })
}

// TrustRowOrder combines, without a key, files whose rows have different names.
func TrustRowOrder() AddLoomOption {
	return mergeOption(func(s *combineSettings) { s.trustRows = true })
}

// KeepAll makes it an error, which wraps [ErrLoss] and lists them, if there are
// losses: see [Combined].
func KeepAll() AddLoomOption {
	return mergeOption(func(s *combineSettings) { s.keepAll = true })
}

// ConvertAttrs makes column attributes of those global attributes that are not the
// same in all files, of a zero or an empty string for a file that lacks it.
// last_modified and LOOM_SPEC_VERSION stay as they are.
func ConvertAttrs() AddLoomOption {
	return mergeOption(func(s *combineSettings) { s.convert = true })
}

// IncludeGraphs combines graphs, too, each held in memory: see [Combine] and
// [Conn.AddLoom] for which.
func IncludeGraphs() AddLoomOption {
	return mergeOption(func(s *combineSettings) { s.graphs = true })
}

// SkipAttrs leaves out attributes of the given names, of rows, columns and the
// file, which is no loss then.
func SkipAttrs(names ...string) AddLoomOption {
	return mergeOption(func(s *combineSettings) {
		if s.skip == nil {
			s.skip = map[string]bool{}
		}
		for _, name := range names {
			s.skip[name] = true
		}
	})
}

// OpenWith opens the files with the given options, such as [SkipValidation].
func OpenWith(opts ...Option) AddLoomOption {
	return mergeOption(func(s *combineSettings) { s.open = opts })
}

// JoinRows says which rows there are if not all files have the same.
func JoinRows(join Join) CombineOption {
	return combineOption(func(s *combineSettings) { s.join = join })
}

// LabelCells adds a column attribute with the label of the [Source] that a column
// comes from. No source may have an attribute of that name.
func LabelCells(attribute string) CombineOption {
	return combineOption(func(s *combineSettings) { s.label = attribute })
}

// WithAttrs sets global attributes, in place of those that the first file has of
// the same names.
func WithAttrs(values map[string]*Array) CombineOption {
	return combineOption(func(s *combineSettings) { s.attrs = values })
}

// CombineLayers combines the main matrix and the named layers, and no others, which
// is no loss then.
func CombineLayers(names ...string) CombineOption {
	return combineOption(func(s *combineSettings) { s.layers = append([]string{}, names...) })
}

// FillLayers combines all layers that any file has, and lets layers be zero in the
// columns of files that lack them.
func FillLayers() CombineOption {
	return combineOption(func(s *combineSettings) { s.fillLayers = true })
}
