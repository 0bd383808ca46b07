package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/goloom/loom"
)

// terminal returns a pseudo-terminal, and what has been written to it once it is
// closed.
func terminal(t *testing.T) (tty *os.File, shown func() string) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { master.Close() })
	if err := unix.IoctlSetPointerInt(int(master.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Skip(err)
	}
	n, err := unix.IoctlGetInt(int(master.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skip(err)
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	var text bytes.Buffer
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = io.Copy(&text, master) // ends with an error when nobody has the terminal open
	}()
	return tty, func() string {
		tty.Close()
		<-copied
		return text.String()
	}
}

// lastLine returns what a terminal shows on its last line: what follows a
// carriage return is written over what was there.
func lastLine(text string) string {
	var line []rune
	for part := range strings.SplitSeq(text[strings.LastIndex(text, "\n")+1:], "\r") {
		over := []rune(part)
		line = append(over, line[min(len(over), len(line)):]...)
	}
	return strings.TrimSpace(string(line))
}

// TestBars: a call that takes long has a bar, which is gone when it ends or
// something else is written.
func TestBars(t *testing.T) {
	tty, shown := terminal(t)
	b := newBars(tty)
	if b == nil {
		t.Fatal("the terminal is none")
	}
	p := loom.Progress{Operation: "export", Total: 100, Unit: "rows"}
	b.report(p)
	b.since = time.Now().Add(-time.Second)
	p.Done = 50
	b.report(p)
	if _, err := io.WriteString(b.before(tty), "a note\n"); err != nil {
		t.Fatal(err)
	}
	b.drawn = time.Time{}
	p.Done = 60
	b.report(p)
	p.Done = 100
	b.report(p)
	text := shown()
	for _, want := range []string{"export", "50%", "(50/100", "60%"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %q", want, text)
		}
	}
	before, _, found := strings.Cut(text, "a note")
	if !found || lastLine(before) != "" || lastLine(text) != "" {
		t.Errorf("a bar is left in %q", text)
	}
}

// TestBarsWithoutEnd: how much there is to do need not be known.
func TestBarsWithoutEnd(t *testing.T) {
	tty, shown := terminal(t)
	b := newBars(tty)
	p := loom.Progress{Operation: "scan", Unit: "bytes"}
	for i := range 5 {
		b.since, b.drawn = time.Now().Add(-time.Second), time.Time{}
		p.Done = int64(i) << 20
		b.report(p)
	}
	b.clear()
	if text := shown(); !strings.Contains(text, "scan") || lastLine(text) != "" {
		t.Errorf("%q", text)
	}
}

// TestNoBars: where standard error is no terminal, or with --quiet, there are none.
func TestNoBars(t *testing.T) {
	if newBars(&bytes.Buffer{}) != nil {
		t.Error("a buffer is a terminal")
	}
	for _, args := range [][]string{
		{"export", sample("mouse_cortex_tiny.loom"), "-o", os.DevNull},
		{"export", sample("mouse_cortex_tiny.loom"), "-o", os.DevNull, "--quiet"},
		{"info", sample("mouse_cortex_tiny.loom")},
	} {
		tty, shown := terminal(t)
		if code := run(context.Background(), args, nil, io.Discard, tty); code != exitFine {
			t.Errorf("loom %q: exit code %d", args, code)
		}
		if text := shown(); text != "" {
			t.Errorf("loom %q: %q", args, text)
		}
	}
}
