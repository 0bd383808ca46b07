package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryFormatIsDescribed(t *testing.T) {
	help := execute("convert", "--help").stdout
	for _, format := range convertFormats {
		if format.name == "" || format.short == "" || format.bind == nil {
			t.Errorf("format %q lacks a field", format.name)
		}
		if !strings.Contains(help, "  "+format.name+" ") {
			t.Errorf("loom convert --help does not list %s", format.name)
		}
		for _, flag := range format.flags {
			if !strings.HasPrefix(flag, format.name+"-") || !strings.Contains(help, "--"+flag) {
				t.Errorf("flag --%s of format %s", flag, format.name)
			}
		}
	}
}

func TestConvertCopies(t *testing.T) {
	from, out := sample("mouse_cortex_tiny.loom"), filepath.Join(t.TempDir(), "copy.loom")
	r := execute("convert", from, out, "--json")
	if r.code != 0 {
		t.Fatal(r.stderr)
	}
	var made struct{ Filename, Input, Format string }
	if err := json.Unmarshal([]byte(r.stdout), &made); err != nil {
		t.Fatal(err)
	}
	if made.Filename != out || made.Input != from || made.Format != "loom" {
		t.Errorf("JSON: %+v", made)
	}
	if r := execute("diff", from, out); r.code != 0 {
		t.Errorf("the copy differs: %s", r.stdout)
	}
}

// TestConvertSaysWhatIsLeftOut: formats that hold one layer do not lose the rest in silence.
func TestConvertSaysWhatIsLeftOut(t *testing.T) {
	from, dir := sample("mouse_cortex_tiny.loom"), t.TempDir()
	for out, want := range map[string][]string{
		"x.mtx":  {"layers ", "attributes", "graphs "},
		"x.npy":  {"layers ", "attributes", "graphs "},
		"x.npz":  {"layers ", "attributes", "graphs "},
		"x.h5":   {"layers ", "attributes other than barcodes", "graphs "},
		"folder": {"layers ", "attributes other than barcodes", "graphs "},
		"x.loom": nil,
	} {
		args := []string{"convert", from, filepath.Join(dir, out)}
		if out == "folder" {
			args = append(args, "--to", "cellranger")
		}
		r := execute(args...)
		if r.code != 0 || want == nil && strings.Contains(r.stderr, "left out") {
			t.Errorf("%s: exit code %d, %s", out, r.code, r.stderr)
		}
		for _, part := range want {
			if _, after, _ := strings.Cut(r.stderr, "left out"); !strings.Contains(after, part) {
				t.Errorf("%s: %q does not say that %s are left out", out, r.stderr, part)
			}
		}
	}
}

// TestConvertRefused holds what is wrong with a call against one line on
// standard error, and no file.
func TestConvertRefused(t *testing.T) {
	dir, from := t.TempDir(), sample("mouse_cortex_tiny.loom")
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no output":       {[]string{from}, "got 1 argument, want FILE OUT"},
		"no extension":    {[]string{from, "out"}, "no format's files end in"},
		"near extension":  {[]string{from, "out.lom"}, `did you mean ".loom"`},
		"unknown format":  {[]string{from, "out", "--to", "excel"}, `no format "excel"`},
		"near format":     {[]string{from, "out", "--to", "lom"}, `did you mean "loom"`},
		"itself":          {[]string{from, from}, "is the Loom file itself"},
		"no such file":    {[]string{"missing.loom", "out.loom"}, "no such file"},
		"no such layer":   {[]string{from, "out.loom", "--layer", "splice"}, `no layer "splice"`},
		"layer of a copy": {[]string{from, "out.loom", "--layer", "spliced"}, "a copy has all layers"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"convert"}, c.args...)
			for i, arg := range args {
				if strings.HasPrefix(arg, "out") {
					args[i] = filepath.Join(dir, arg)
				}
			}
			r := execute(args...)
			if r.code != exitFailed || !strings.Contains(r.stderr, c.want) || strings.Count(r.stderr, "\n") != 1 {
				t.Errorf("exit code %d, %q; want one line with %q", r.code, r.stderr, c.want)
			}
			if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}
