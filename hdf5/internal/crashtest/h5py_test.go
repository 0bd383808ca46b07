package crashtest

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom/internal/oracle"
)

// A verdict is what we have found to be in a file.
type verdict struct {
	what    string
	file    []byte
	content content
}

// A sample is a choice of at most so many files.
type sample struct {
	rng   *rand.Rand
	most  int
	seen  int
	files []verdict
}

// offer takes one of many files, so that all have the same chance.
func (s *sample) offer(v verdict) {
	if s.seen++; len(s.files) < s.most {
		s.files = append(s.files, v)
	} else if i := s.rng.IntN(s.seen); i < s.most {
		s.files[i] = v
	}
}

// A judgement is what h5py has to agree with.
type judgement struct {
	known map[content]bool
	files []verdict // the first of each content is a file that was left in peace
}

func newJudgement() *judgement { return &judgement{known: map[content]bool{absent: true}} }

// add adds the files before and after an operation, and those that a crash of it left.
func (j *judgement) add(dialect string, c *trial, crashed []verdict) {
	for _, v := range []verdict{{"before " + c.name, c.start, c.old}, {"after " + c.name, c.made, c.new}} {
		if !j.known[v.content] {
			j.known[v.content] = true
			v.what = dialect + ": " + v.what
			j.files = append(j.files, v)
		}
	}
	j.files = append(j.files, crashed...)
}

// compare has plain h5py read all files in one process. It must tell apart what we
// tell apart, and find equal what is equal for us.
func (j *judgement) compare(t *testing.T) {
	var texts []string
	for _, v := range j.files {
		texts = append(texts, string(v.file))
	}
	meaning := map[string]content{}
	digests := map[content]string{}
	for i, digest := range h5pyDigests(t, texts) {
		v := j.files[i]
		if len(digest) != 64 {
			t.Fatalf("%s: h5py: %s", v.what, digest)
		}
		if first, ok := digests[v.content]; ok && first != digest {
			t.Errorf("%s: h5py reads something else than from the file that was left in peace", v.what)
		}
		if other, ok := meaning[digest]; ok && other != v.content {
			t.Errorf("%s: h5py reads the same from a file with other content", v.what)
		}
		digests[v.content], meaning[digest] = digest, v.content
	}
	t.Logf("h5py agrees about %d files", len(j.files))
}

// h5pyDigests has h5py read files that are given by their bytes, and returns the
// digest of each, or "error: ..." for one that it cannot read.
func h5pyDigests(t *testing.T, files []string) []string {
	t.Helper()
	oracle.Python(t)
	dir := t.TempDir()
	var names strings.Builder
	for i, file := range files {
		name := filepath.Join(dir, fmt.Sprintf("%d.loom", i))
		if err := os.WriteFile(name, []byte(file), 0o666); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&names, name)
	}
	list := filepath.Join(dir, "list")
	if err := os.WriteFile(list, []byte(names.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	digests := strings.Split(strings.TrimSuffix(string(oracle.Run(t, "oracle/read_many.py", list)), "\n"), "\n")
	if len(digests) != len(files) {
		t.Fatalf("%d answers about %d files", len(digests), len(files))
	}
	return digests
}
