//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package storage

import (
	"errors"
	"syscall"
	"testing"
)

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
