package bus_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/bus"
)

// A folder is a small one of kallisto's, of which a test changes something: 4 transcripts
// of the genes G1 (T1 and its intron I1) and G2, barcodes of 4 bases, UMIs of 3.
type folder struct {
	dir     string
	reads   []read
	classes string // matrix.ec
	opts    bus.Options
}

// A read is one with the transcripts of its class, which are numbers in matrix.ec.
type read struct {
	barcode, umi string
	class        int32
}

// The classes of a folder.
const (
	classT1 = iota
	classI1
	classT2
	classI2
	classT1I1
	classT1T2
)

func newFolder(t testing.TB, reads ...read) *folder {
	t.Helper()
	f := &folder{dir: t.TempDir(), reads: reads}
	f.classes = "0\t0\n1\t1\n2\t2\n3\t3\n4\t0,1\n5\t0,2\n"
	f.put(t, "transcripts.txt", "T1\nI1\nT2\nI2\n")
	f.put(t, "spliced.txt", "T1\nT2\n")
	f.put(t, "unspliced.txt", "I1\nI2\n")
	f.opts = bus.Options{
		TranscriptsToGenes: f.put(t, "t2g.txt", "T1\tG1\tOne\nI1\tG1\tOne\nT2\tG2\nI2\tG2\n"),
		Whitelist:          f.put(t, "whitelist.txt", "AAAA\nCCAA\nGGGG\n"),
		Layers:             map[string]string{"spliced": filepath.Join(f.dir, "spliced.txt"), "unspliced": filepath.Join(f.dir, "unspliced.txt")},
	}
	return f
}

// put writes a file into the folder and returns its path.
func (f *folder) put(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return path
}

// write writes the reads and their classes.
func (f *folder) write(t testing.TB) {
	t.Helper()
	var records []bus.Record
	for _, r := range f.reads {
		barcode, err := bus.Encode(r.barcode)
		if err != nil {
			t.Fatal(err)
		}
		umi, err := bus.Encode(r.umi)
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, bus.Record{Barcode: barcode, UMI: umi, Class: r.class, Count: 1})
	}
	f.put(t, "output.bus", string(written(t, bus.Header{BarcodeLength: 4, UMILength: 3}, records...)))
	f.put(t, "matrix.ec", f.classes)
}

// counts imports the folder and returns what is not 0, in alphabetical order of cells: "barcode
// gene all/spliced/unspliced".
func (f *folder) counts(t *testing.T) []string {
	t.Helper()
	f.write(t)
	out := filepath.Join(t.TempDir(), "out.loom")
	if _, err := bus.Import(t.Context(), f.dir, out, f.opts); err != nil {
		t.Fatal(err)
	}
	ds := open(t, out)
	ids, err := ds.ColAttrs().Strings("CellID")
	if err != nil {
		t.Fatal(err)
	}
	genes, err := ds.RowAttrs().Strings("Accession")
	if err != nil {
		t.Fatal(err)
	}
	value := func(layer string, i, j int) uint32 {
		l, err := ds.Layer(layer)
		if err != nil {
			t.Fatal(err)
		}
		m, err := loom.ReadAs[uint32](t.Context(), l, loom.At(i), loom.At(j))
		if err != nil {
			t.Fatal(err)
		}
		return m.Value(0, 0)
	}
	var found []string
	for j, id := range ids {
		for i, gene := range genes {
			if n := value("", i, j); n > 0 {
				found = append(found, fmt.Sprintf("%s %s %d/%d/%d", id, gene, n, value("spliced", i, j), value("unspliced", i, j)))
			}
		}
	}
	return found
}

// TestRules holds each rule of counting by an example.
func TestRules(t *testing.T) {
	for name, c := range map[string]struct {
		reads []read
		want  string
	}{
		"copies are one molecule":                         {[]read{{"AAAA", "ACG", classT1}, {"AAAA", "ACG", classT1}, {"AAAA", "ACC", classT1}}, "AAAA G1 2/2/0"},
		"a UMI counts for each gene":                      {[]read{{"AAAA", "ACG", classT1}, {"AAAA", "ACG", classT2}}, "AAAA G1 1/1/0; AAAA G2 1/1/0"},
		"a UMI counts for each barcode":                   {[]read{{"GGGG", "ACG", classI2}, {"AAAA", "ACG", classI2}}, "AAAA G2 1/0/1; GGGG G2 1/0/1"},
		"a class in two layers":                           {[]read{{"AAAA", "ACG", classT1I1}}, "AAAA G1 1/1/1"},
		"reads of one molecule in two layers":             {[]read{{"AAAA", "ACG", classT1}, {"AAAA", "ACG", classI1}}, "AAAA G1 1/1/1"},
		"the order of reads does not matter":              {[]read{{"AAAA", "ACG", classI1}, {"AAAA", "ACG", classT1}}, "AAAA G1 1/1/1"},
		"a class of two genes does not count":             {[]read{{"AAAA", "ACG", classT1T2}, {"AAAA", "ACC", classT1}}, "AAAA G1 1/1/0"},
		"one error is corrected":                          {[]read{{"GGGT", "ACG", classT1}, {"AGGG", "ACC", classT1}}, "GGGG G1 2/2/0"},
		"copies are found after correction":               {[]read{{"GGGT", "ACG", classT1}, {"GGGG", "ACG", classT1}}, "GGGG G1 1/1/0"},
		"two errors are not":                              {[]read{{"GGTT", "ACG", classT1}, {"AAAA", "ACG", classT1}}, "AAAA G1 1/1/0"},
		"nor one error with two barcodes at its two ends": {[]read{{"ACAA", "ACG", classT1}, {"CAAA", "ACG", classT1}, {"AAAA", "ACG", classT1}}, "AAAA G1 1/1/0"},
		"columns are in alphabetical order":               {[]read{{"GGGG", "ACG", classT1}, {"CCAA", "ACG", classT1}, {"AAAA", "ACG", classT1}}, "AAAA G1 1/1/0; CCAA G1 1/1/0; GGGG G1 1/1/0"},
	} {
		if got := strings.Join(newFolder(t, c.reads...).counts(t), "; "); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestWithoutWhitelist(t *testing.T) {
	f := newFolder(t, read{"GGTT", "ACG", classT1}, read{"AAAA", "ACG", classT1})
	f.opts.Whitelist = ""
	if got := strings.Join(f.counts(t), "; "); got != "AAAA G1 1/1/0; GGTT G1 1/1/0" {
		t.Error(got)
	}
}

// TestMalformed holds that what is wrong with an input is said in one line, that names the place,
// and that nothing is left behind.
func TestMalformed(t *testing.T) {
	patched := func(at int, b ...byte) func(*testing.T, *folder) {
		return func(t *testing.T, f *folder) {
			path := filepath.Join(f.dir, "output.bus")
			file, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			copy(file[at:], b)
			f.put(t, "output.bus", string(file))
		}
	}
	text := func(name, content string) func(*testing.T, *folder) {
		return func(t *testing.T, f *folder) { f.put(t, name, content) }
	}
	without := func(name string) func(*testing.T, *folder) {
		return func(t *testing.T, f *folder) {
			if err := os.Remove(filepath.Join(f.dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, c := range map[string]struct {
		change func(*testing.T, *folder)
		want   string
	}{
		"no BUS file":              {without("output.bus"), "output.bus: "},
		"empty BUS file":           {text("output.bus", ""), "output.bus: header: want 20 bytes, got the end of the file after 0"},
		"magic":                    {patched(0, 'B', 'A', 'M', 1), `output.bus: header: want the magic bytes "BUS\x00" of a BUS file, got "BAM\x01"`},
		"version":                  {patched(4, 2), "output.bus: header: want version 1 of the BUS format, got version 2"},
		"barcode length 0":         {patched(8, 0), "output.bus: header: want a barcode length of 1 to 32 bases, got 0"},
		"barcode length 33":        {patched(8, 33), "output.bus: header: want a barcode length of 1 to 32 bases, got 33"},
		"UMI length":               {patched(12, 0, 1), "output.bus: header: want a UMI length of 1 to 32 bases, got 256"},
		"4 GB of text":             {patched(16, 255, 255, 255, 255), "output.bus: header: want at most 1048576 bytes of text, got 4294967295"},
		"text beyond the file":     {patched(16, 255), "output.bus: header: want 255 bytes of text, got the end of the file after 64"},
		"cut record":               {patchedLength(20 + 63), "output.bus: record 2: want 32 bytes, got the end of the file after 31"},
		"barcode too long":         {patched(20+2, 1), "output.bus: record 1: want a barcode of 4 bases, got the code"},
		"UMI too long":             {patched(20+32+9, 1), "output.bus: record 2: want a UMI of 3 bases, got the code"},
		"class out of range":       {patched(20+16, 6), "output.bus: record 1: want an equivalence class below 6 as in matrix.ec, got 6"},
		"negative class":           {patched(20+32+16, 255, 255, 255, 255), "output.bus: record 2: want an equivalence class from 0, got -1"},
		"no reads":                 {patchedLength(20), "output.bus: want reads that count for a gene, got none among 0"},
		"class line":               {text("matrix.ec", "0\t0\n1 1\n"), "matrix.ec: line 2: want a tab after the number of the class, got ' '"},
		"class of a transcript":    {text("matrix.ec", "0\t0\n1\t1,4\n"), "matrix.ec: line 2: want a transcript below 4, got 4"},
		"no classes":               {without("matrix.ec"), "matrix.ec: "},
		"no transcripts":           {text("transcripts.txt", ""), "transcripts.txt: want the name of a transcript on each line, got an empty file"},
		"transcript twice":         {text("transcripts.txt", "T1\nI1\nT1\nI2\n"), `transcripts.txt: line 3: want the name of a transcript that was not there before, got "T1"`},
		"transcript without gene":  {text("t2g.txt", "T1\tG1\nI1\tG1\nI2\tG2\n"), "t2g.txt: want the gene of every transcript, got none of T2"},
		"line without gene":        {text("t2g.txt", "T1\tG1\nI1 G1\n"), `t2g.txt: line 2: want a transcript, a tab and its gene, got "I1 G1"`},
		"empty gene":               {text("t2g.txt", "T1\t\n"), `t2g.txt: line 1: want a gene, got ""`},
		"two genes":                {text("t2g.txt", "T1\tG1\nT1\tG2\n"), "t2g.txt: line 2: want one gene for transcript T1, got another one than before: G2"},
		"unknown transcript":       {text("spliced.txt", "T1\nT9\n"), "spliced.txt: line 2: want a transcript of "},
		"no layer":                 {without("unspliced.txt"), "layer unspliced: "},
		"empty whitelist":          {text("whitelist.txt", ""), "whitelist.txt: want a barcode on each line, got an empty file"},
		"whitelist of two lengths": {text("whitelist.txt", "AAAA\nAAA\n"), "whitelist.txt: line 2: want a barcode of 4 bases as on the lines before, got 3 letters"},
		"whitelist with N":         {text("whitelist.txt", "AAAA\nAANA\n"), `whitelist.txt: line 2: want a barcode of the bases A, C, G and T, got "AANA"`},
		"whitelist of 33 bases":    {text("whitelist.txt", strings.Repeat("A", 33)), "whitelist.txt: line 1: want a barcode of 1 to 32 bases, got 33 letters"},
		"whitelist of others":      {text("whitelist.txt", "AAAAA\n"), "whitelist.txt: line 1: want a barcode of 4 bases as in "},
		"cut gzip":                 {text("whitelist.txt", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"), "whitelist.txt: after line 0: compressed data ends too early, the file is truncated"},
		"long line":                {text("t2g.txt", strings.Repeat("x", 1<<20+1)), "t2g.txt: line 1: longer than 1048576 bytes"},
		"all barcodes too small":   {func(_ *testing.T, f *folder) { f.opts.MinUMIs = 100 }, "want cells, got 2 barcodes of which none is one"},
		"no genes":                 {func(_ *testing.T, f *folder) { f.opts.TranscriptsToGenes = "" }, "nothing says of which genes the transcripts are"},
		"name of a layer":          {func(_ *testing.T, f *folder) { f.opts.Layers = map[string]string{"a/b": "x"} }, `layer "a/b": not a name`},
		"no scratch folder":        {func(_ *testing.T, f *folder) { f.opts.ScratchDir = filepath.Join(f.dir, "no") }, "no"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t, read{"AAAA", "ACG", classT1}, read{"GGGG", "ACG", classT2})
			f.write(t)
			c.change(t, f)
			dir := t.TempDir()
			_, err := bus.Import(t.Context(), f.dir, filepath.Join(dir, "out.loom"), f.opts)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want one line with %s", err, c.want)
			}
			wantEntries(t, dir)
		})
	}
}

// patchedLength cuts the BUS file off.
func patchedLength(n int64) func(*testing.T, *folder) {
	return func(t *testing.T, f *folder) {
		if err := os.Truncate(filepath.Join(f.dir, "output.bus"), n); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMalformedIndex does the same for index folders.
func TestMalformedIndex(t *testing.T) {
	const (
		manifest = `{"species": "S", "index_file": "i", "gene_metadata_file": "genes.tab", "gene_metadata_key": "Accession", "fragments_to_genes_file": "t2g.txt", "layers": {"spliced": "spliced.txt"}}`
		genes    = "Accession\tGene\nG1\tOne\nG2\tTwo\n"
	)
	for name, c := range map[string]struct{ file, text, want string }{
		"cut manifest":        {"manifest.json", manifest[:40], "manifest.json: line 1: want a JSON object, got unexpected end of JSON input"},
		"missing keys":        {"manifest.json", `{"species": "S", "index_file": "i", "gene_metadata_file": "g", "layers": {}}`, "manifest.json: want the keys gene_metadata_key, fragments_to_genes_file, got an object without"},
		"number for text":     {"manifest.json", strings.Replace(manifest, `"i"`, "7", 1), "manifest.json: key index_file: want text, got 7"},
		"layers as a list":    {"manifest.json", strings.Replace(manifest, `{"spliced": "spliced.txt"}`, "[]", 1), "manifest.json: key layers: want an object of texts, got []"},
		"empty name":          {"manifest.json", strings.Replace(manifest, `"i"`, `""`, 1), `manifest.json: key index_file: want the name of a file, got ""`},
		"no genes":            {"genes.tab", "Accession\tGene\n", "genes.tab: want a header and a line for each gene, got no genes"},
		"no key":              {"genes.tab", "Name\tGene\nG1\tOne\n", `genes.tab: line 1: want the column "Accession", got Name, Gene`},
		"column twice":        {"genes.tab", "Accession\tGene\tGene\n", `genes.tab: line 1: want different names of columns, got "Gene" twice`},
		"column with a slash": {"genes.tab", "Accession\ta/b\n", `genes.tab: line 1: want the name of an attribute in column 2, got "a/b"`},
		"ragged":              {"genes.tab", genes + "G3\n", "genes.tab: line 4: want 2 columns, got 1"},
		"gene twice":          {"genes.tab", genes + "G1\tAgain\n", `genes.tab: line 4: want a gene that was not there before, got "G1", which is on line 2`},
		"gene without line":   {"genes.tab", "Accession\tGene\nG1\tOne\n", "t2g.txt: line 3: want a gene of "},
	} {
		f := newFolder(t, read{"AAAA", "ACG", classT1})
		f.write(t)
		f.put(t, "manifest.json", manifest)
		f.put(t, "genes.tab", genes)
		dir := t.TempDir()
		load := func() error {
			m, err := bus.ReadManifest(f.dir)
			if err != nil {
				return err
			}
			_, err = bus.Import(t.Context(), f.dir, filepath.Join(dir, "out.loom"), bus.Options{Manifest: m})
			return err
		}
		if err := load(); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(dir, "out.loom")); err != nil {
			t.Fatal(err)
		}
		f.put(t, c.file, c.text)
		err := load()
		if _, ok := errors.AsType[*bus.FormatError](err); !ok || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
		wantEntries(t, dir)
	}
}
