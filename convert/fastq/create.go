package fastq

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/goloom/loom"
	"github.com/goloom/loom/cellcalling"
	"github.com/goloom/loom/convert/bus"
	"github.com/goloom/loom/hdf5"
)

// Options say how a file is made. The zero Options are loompy's defaults.
type Options struct {
	Threads  int       // of kallisto; as many as Go uses if 0
	Seed     uint64    // of cell calling
	AllCells bool      // keep all barcodes, and call no cells
	Kallisto string    // path of the program, "kallisto" in a folder of PATH if ""
	Log      io.Writer // where kallisto's words go as they come; nil for nowhere

	// ScratchDir is where kallisto's output is until it has been counted, in a folder that is removed
	// at the end: about 32 bytes a read. It is the folder of the output if "".
	ScratchDir string
}

// Create makes the Loom file out of the reads of a sample. index is an index folder, see
// [bus.ReadManifest], metadata a table of samples, see [ReadSample]: its column "technology", or
// "chemistry" for those of 10x Genomics (v1, v2 or v3), says how reads are laid out,
// "targetnumcells" how many cells are expected. The barcodes of each technology are those of
// TECHNOLOGY_whitelist.txt in the index folder; without that file they are taken as they are.
// fastqs are in the order in which kallisto bus takes them.
//
// The file is that of [bus.Import], with all columns of the metadata among its global
// attributes, and with "Species", "RedundantReadFraction", "NumReadsProcessed",
// "NumPseudoaligned", "KallistoCommand" and "KallistoVersion".
//
// Everything that can be wrong with the arguments is found before kallisto runs. Cancelling the
// context ends it. Memory is that of kallisto while it runs, then that of [bus.Import].
func Create(ctx context.Context, out, sample, index, metadata string, fastqs []string, opts Options) (*bus.Summary, error) {
	c := creation{out: out, sample: sample, opts: opts}
	summary, err := c.run(ctx, index, metadata, fastqs)
	if err != nil {
		return nil, fmt.Errorf("create from FASTQ: %w", err)
	}
	return summary, nil
}

// A creation is a call of Create.
type creation struct {
	out, sample string
	opts        Options

	manifest *bus.Manifest
	metadata *Sample
	expected int
	align    alignment
}

func (c *creation) run(ctx context.Context, index, metadata string, fastqs []string) (summary *bus.Summary, err error) {
	if err := c.prepare(ctx, index, metadata, fastqs); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(cmp.Or(c.opts.ScratchDir, filepath.Dir(c.out)), ".loom-kallisto-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := c.align.run(ctx, dir); err != nil {
		return nil, err
	}
	opts := bus.Options{
		Manifest: c.manifest, Whitelist: c.manifest.Whitelist(c.align.technology), Sample: c.sample,
		Attrs: c.attributes(dir), ScratchDir: c.opts.ScratchDir,
	}
	if !c.opts.AllCells {
		opts.CallCells = &cellcalling.Options{ExpectedCells: c.expected, Seed: c.opts.Seed}
	}
	return bus.Import(ctx, dir, c.out, opts)
}

// prepare finds everything that kallisto needs, and all that can be wrong with it.
func (c *creation) prepare(ctx context.Context, index, metadata string, fastqs []string) (err error) {
	if len(fastqs) == 0 {
		return errors.New("no FASTQ files")
	}
	if err := checkFASTQs(fastqs); err != nil {
		return err
	}
	if c.manifest, err = bus.ReadManifest(index); err != nil {
		return err
	}
	if err := c.checkIndex(); err != nil {
		return err
	}
	if c.metadata, err = ReadSample(ctx, metadata, c.sample); err != nil {
		return err
	}
	if c.expected, err = c.metadata.ExpectedCells(); err != nil {
		return err
	}
	c.align = alignment{
		index: c.manifest.Index, fastqs: fastqs, log: c.opts.Log,
		threads: cmp.Or(c.opts.Threads, runtime.GOMAXPROCS(0)),
	}
	if c.align.technology, err = c.metadata.Technology(); err != nil {
		return err
	}
	c.align.program, err = findKallisto(c.opts.Kallisto)
	return err
}

// checkFASTQs refuses files that are not there, and one that is there twice: its
// reads would be paired with themselves.
func checkFASTQs(fastqs []string) error {
	seen := map[string]bool{}
	for _, path := range fastqs {
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("FASTQ file: %w", err)
		}
		if info.IsDir() {
			return &bus.FormatError{File: path, Want: "a FASTQ file", Got: "a folder"}
		}
		if seen[filepath.Clean(path)] {
			return &bus.FormatError{File: path, Want: "each FASTQ file once", Got: "it twice"}
		}
		seen[filepath.Clean(path)] = true
	}
	return nil
}

// checkIndex refuses an index folder that lacks a file of its manifest.
func (c *creation) checkIndex() error {
	m := c.manifest
	paths := []string{m.Index, m.GeneMetadata, m.FragmentsToGenes}
	for _, path := range slices.AppendSeq(paths, maps.Values(m.Layers)) {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return &bus.FormatError{File: filepath.Join(m.Dir, bus.ManifestName), Want: "files that are in the folder", Got: filepath.Base(path) + ", which is not"}
		} else if err != nil {
			return err
		}
	}
	return nil
}

// attributes returns the global attributes of the file: what is known of the
// sample, of the index and of kallisto's run.
func (c *creation) attributes(dir string) map[string]*loom.Array {
	attrs := maps.Clone(c.metadata.Values)
	attrs["Species"] = hdf5.NewScalar(c.manifest.Species)
	if info := readRunInfo(dir); info != nil {
		attrs["NumReadsProcessed"] = hdf5.NewScalar(info.Processed)
		attrs["NumPseudoaligned"] = hdf5.NewScalar(info.Pseudoaligned)
		attrs["KallistoCommand"] = hdf5.NewScalar(info.Call)
		attrs["KallistoVersion"] = hdf5.NewScalar(info.Version)
	}
	return attrs
}
