package storage

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestLockPolicy(t *testing.T) {
	held := fmt.Errorf("flock: %w", errHeld)
	missing := fmt.Errorf("flock: %w", errNoLocks)
	other := errors.New("other")
	tests := []struct {
		variable string
		err      error
		want     error
	}{
		{"", nil, nil},
		{"", held, ErrLocked},
		{"", missing, errors.ErrUnsupported},
		{"", other, other},
		{"TRUE", missing, errors.ErrUnsupported},
		{"1", missing, errors.ErrUnsupported},
		{"BEST_EFFORT", nil, nil},
		{"BEST_EFFORT", held, ErrLocked},
		{"BEST_EFFORT", missing, nil},
		{"BEST_EFFORT", other, other},
	}
	for _, test := range tests {
		got := lockPolicy(test.variable).judge("file.loom", test.err)
		if !errors.Is(got, test.want) {
			t.Errorf("%q, %v: %v, want %v", test.variable, test.err, got, test.want)
		}
		if got != nil && !strings.Contains(got.Error(), "file.loom") {
			t.Errorf("%v does not name the file", got)
		}
	}
	for _, value := range []string{"FALSE", "0"} {
		if lockPolicy(value) != lockNever {
			t.Errorf("%q does not turn locks off", value)
		}
	}
	if got := lockPolicy("").judge("x", missing).Error(); !strings.Contains(got, "HDF5_USE_FILE_LOCKING") {
		t.Errorf("%q does not say what to do", got)
	}
}
