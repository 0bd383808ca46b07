package storage

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
)

func TestLockPolicy(t *testing.T) {
	held := fmt.Errorf("flock: %w", errHeld)
	missing := lockError(syscall.ENOLCK)
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

func TestLockErrors(t *testing.T) {
	for _, errno := range []error{syscall.ENOSYS, syscall.ENOLCK, syscall.EOPNOTSUPP} {
		if err := lockError(errno); !errors.Is(err, errNoLocks) || !errors.Is(err, errno) {
			t.Errorf("%v becomes %v", errno, err)
		}
	}
	for _, errno := range []error{syscall.EAGAIN, syscall.EACCES} {
		if err := lockError(errno); !errors.Is(err, errHeld) {
			t.Errorf("%v becomes %v", errno, err)
		}
	}
	if err := lockError(syscall.EIO); err != syscall.EIO {
		t.Errorf("EIO becomes %v", err)
	}
}
