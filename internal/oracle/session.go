package oracle

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A Session is a Python process that stays: what one statement has opened or
// defined is there for the next. It respects the locks of files, as h5py does
// for its users.
type Session struct {
	t   testing.TB
	in  io.Writer
	out *bufio.Scanner
}

const sessionLoop = `
import sys
names = {}
exec("import h5py, numpy as np", names)
for line in sys.stdin:
    names["answer"] = ""
    try:
        exec(line, names)
        print("ok", names["answer"], flush=True)
    except Exception as e:
        print(repr(e).replace("\n", " "), flush=True)
`

// Start starts a Session, which ends with the test. Its statements can import
// h5py and numpy as np, which it has imported, and the scripts of testdata/oracle.
func Start(t testing.TB) *Session {
	t.Helper()
	return start(t, Python(t))
}

// StartScanpy starts a Session of the interpreter that has the current anndata and
// scanpy, see [ScanpyPython], and h5py and loompy beside them.
func StartScanpy(t testing.TB) *Session {
	t.Helper()
	return start(t, ScanpyPython(t))
}

func start(t testing.TB, python string) *Session {
	t.Helper()
	cmd := command(python, "-c", sessionLoop)
	cmd.Env = append(cmd.Env, "HDF5_USE_FILE_LOCKING=TRUE", "PYTHONPATH="+filepath.Join(Root(t), "testdata", "oracle"))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Wait()
	})
	return &Session{t, in, bufio.NewScanner(out)}
}

// Try runs a statement of one line and returns the exception that it raises, or
// what it has assigned to the variable answer.
func (s *Session) Try(format string, args ...any) (answer string, err error) {
	s.t.Helper()
	fmt.Fprintf(s.in, format+"\n", args...)
	if !s.out.Scan() {
		s.t.Fatalf("python has ended: %v", s.out.Err())
	}
	answer, ok := strings.CutPrefix(s.out.Text(), "ok ")
	if !ok {
		return "", errors.New(s.out.Text())
	}
	return answer, nil
}

// Must is [Session.Try] for statements that raise nothing.
func (s *Session) Must(format string, args ...any) string {
	s.t.Helper()
	answer, err := s.Try(format, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer
}
