//go:build !js

package fastq

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/bus"
	"github.com/goloom/loom/hdf5"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// readDatabase finds a sample in the table "sample" of a SQLite database, which is not changed.
func readDatabase(ctx context.Context, path, id string) (s *Sample, err error) {
	fail := func(err error) error { return fmt.Errorf("%s: table sample: %w", path, err) }
	source := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: "mode=ro"}
	db, err := sql.Open("sqlite", source.String())
	if err != nil {
		return nil, fail(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, "SELECT * FROM sample WHERE name = ?", id)
	if err != nil {
		return nil, fail(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, fail(err)
	}
	for rows.Next() {
		if s != nil {
			return nil, &bus.FormatError{File: path, Place: "table sample", Want: "each sample once", Got: fmt.Sprintf("%q twice", id)}
		}
		if s, err = scanSample(path, columns, rows); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fail(err)
	}
	if s == nil {
		return nil, &bus.FormatError{File: path, Place: "table sample", Want: fmt.Sprintf("sample %q", id), Got: "none of this name"}
	}
	return s, nil
}

// scanSample takes a row of the table. Columns that are null are left out.
func scanSample(path string, columns []string, rows *sql.Rows) (*Sample, error) {
	values := make([]any, len(columns))
	into := make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	if err := rows.Scan(into...); err != nil {
		return nil, fmt.Errorf("%s: table sample: %w", path, err)
	}
	s := &Sample{File: path, Values: map[string]*loom.Array{}}
	for i, name := range columns {
		value := scalar(values[i])
		if value == nil {
			continue
		}
		if err := s.add(name, value); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// scalar returns a value of SQLite as one of an attribute, nil if it is null.
func scalar(value any) *loom.Array {
	switch v := value.(type) {
	case nil:
		return nil
	case int64:
		return hdf5.NewScalar(v)
	case float64:
		return hdf5.NewScalar(v)
	case string:
		return hdf5.NewScalar(v)
	case []byte:
		return hdf5.NewScalar(string(v))
	}
	return hdf5.NewScalar(fmt.Sprint(value))
}
