package oracle_test

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/goloom/loom/internal/oracle"
)

func find(t *testing.T, records []oracle.Record, kind, path, name string) oracle.Record {
	t.Helper()
	i := slices.IndexFunc(records, func(r oracle.Record) bool {
		return r.Kind == kind && r.Path == path && r.Name == name
	})
	if i < 0 {
		t.Fatalf("no %s %s %s in the dump", kind, path, name)
	}
	return records[i]
}

func TestDump(t *testing.T) {
	dir := oracle.Generated(t)

	t.Run("integers", func(t *testing.T) {
		records := oracle.Dump(t, filepath.Join(dir, "numbers_earliest.h5"))
		r := find(t, records, "dataset", "/be_u8/n63", "")
		if r.DType != "uint64" || r.Type.Order != ">" || !slices.Equal(r.Shape, []int64{63}) {
			t.Errorf("got %s of order %s and shape %v", r.DType, r.Type.Order, r.Shape)
		}
		if got := r.Values.Ints[1].String(); got != "18446744073709551615" {
			t.Errorf("second value is %s, want the largest uint64", got)
		}
	})

	t.Run("floats", func(t *testing.T) {
		records := oracle.Dump(t, filepath.Join(dir, "numbers_latest.h5"))
		le := find(t, records, "attribute", "/le_f4", "vector").Values.Floats
		be := find(t, records, "attribute", "/be_f4", "vector").Values.Floats
		if len(le) != 4*12 || !slices.Equal(le[:40], be[:40]) {
			t.Errorf("the same floats in both byte orders differ: %x and %x", le, be)
		}
	})

	t.Run("strings that are not UTF-8", func(t *testing.T) {
		records := oracle.Dump(t, filepath.Join(dir, "strings_fixed_earliest.h5"))
		got := find(t, records, "dataset", "/latin1_bytes", "").Values.Strings
		if want := []string{"caf\xe9", "\xff\xfe"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})

	t.Run("shapes", func(t *testing.T) {
		records := oracle.Dump(t, filepath.Join(dir, "empty_earliest.h5"))
		if r := find(t, records, "dataset", "/type0/null", ""); r.Shape != nil {
			t.Errorf("a null dataspace has shape %v", r.Shape)
		}
		records = oracle.Dump(t, filepath.Join(dir, "strings_variable_latest.h5"))
		if r := find(t, records, "dataset", "/scalar", ""); r.Shape == nil || len(r.Shape) != 0 {
			t.Errorf("a scalar has shape %v", r.Shape)
		}
	})

	t.Run("links", func(t *testing.T) {
		records := oracle.Dump(t, filepath.Join(dir, "links_latest.h5"))
		if r := find(t, records, "link", "/cycle_a", ""); r.Link != "soft" || r.Target != "/cycle_b" || r.Object != "" {
			t.Errorf("got %+v", r)
		}
		if r := find(t, records, "link", "/self", ""); r.Link != "hard" || r.Object != "/" {
			t.Errorf("got %+v", r)
		}
	})
}

func TestGeneratedFiles(t *testing.T) {
	for _, pattern := range []string{"*.h5", "spec3_*.loom", "spec2_*.loom", "old_*.loom", "unusual_*.loom", "invalid_*.loom", "unchecked_*.loom"} {
		if len(oracle.GeneratedFiles(t, pattern)) == 0 {
			t.Errorf("no file matches %s", pattern)
		}
	}
}

func TestTryRunReportsTheFailure(t *testing.T) {
	if _, err := oracle.TryRun(t, "oracle/dump.py", filepath.Join(t.TempDir(), "absent.h5")); err == nil {
		t.Error("dumping a file that does not exist succeeded")
	}
}
