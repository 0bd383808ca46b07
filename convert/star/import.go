package star

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/goloom/loom"
	"github.com/goloom/loom/convert/internal/annotate"
	"github.com/goloom/loom/convert/internal/matrixmarket"
	"github.com/goloom/loom/internal/progress"
)

// Import makes the Loom file out of the folder Solo.out that input is, or holds. See
// the package comment for what becomes of what.
//
// The types of the elements and what is held in memory are those of package [mtx]: int32
// for counts, and some columns. Genes and barcodes, and 8 bytes for each of them and each
// layer, are held beside. Every matrix is read twice, and once more for the sum.
//
// Errors about the input wrap [ErrMalformed], or [fs.ErrNotExist] where a part is missing,
// and say where; there is no file out then, or the one that was there before.
func Import(ctx context.Context, input, out string, opts Options) error {
	solo, err := Find(input)
	if err != nil {
		return err
	}
	ctx, tracker := progress.Start(ctx, "import", 0, "bytes")
	im := importer{Options: opts, solo: solo, scratch: filepath.Dir(out), read: tracker.Add, folders: map[string]*folder{}}
	if err := im.choose(); err != nil {
		return err
	}
	if err := im.open(ctx); err != nil {
		return err
	}
	if err := im.chooseCells(ctx); err != nil {
		return err
	}
	genes, err := im.annotateGenes(ctx)
	if err != nil {
		return err
	}
	return loom.CreateWith(ctx, out, func(tx *loom.Tx) error { return im.fill(ctx, tx, genes) })
}

// An importer makes one Loom file.
type importer struct {
	Options
	solo, scratch string
	read          func(n int)

	names   []string           // of the matrices that are read, other than of Velocyto
	velo    bool               // those of Velocyto are read
	folders map[string]*folder // by name
	layers  []*layer           // those of Velocyto first

	first *folder        // whose genes are those of all
	cells []string       // barcodes
	place map[string]int // of barcodes among the cells

	called map[string][]float64 // column attributes about the calling of cells
}

// A layer is a matrix that is read.
type layer struct {
	name   string
	folder *folder
	term   matrixmarket.Term
	valid  []int64 // for each cell, 1 if the matrix has it
}

// choose makes out which matrices are read.
func (im *importer) choose() error {
	im.velo = isFolder(filepath.Join(im.solo, velocyto))
	if im.Main == "" {
		im.Main = VeloSum
		if !im.velo {
			im.Main = geneMatrices[slices.IndexFunc(geneMatrices, func(name string) bool { return isFolder(filepath.Join(im.solo, name)) })]
		}
	}
	if im.Cells == "" {
		im.Cells = Called
	}
	im.names = slices.Clone(im.Layers)
	for _, name := range []string{im.Cells, im.Main} {
		if !slices.Contains([]string{Called, Raw, Combined, EmptyDrops, VeloSum}, name) {
			im.names = append(im.names, name)
		}
	}
	slices.Sort(im.names)
	im.names = slices.Compact(im.names)
	for _, name := range im.names {
		if !slices.Contains(geneMatrices, name) {
			return fmt.Errorf("no matrix %q of STARsolo's, there are %v: %w", name, geneMatrices, loom.ErrNotExist)
		}
	}
	if im.Main == VeloSum && !im.velo {
		return fmt.Errorf("%s: no folder %s, of which the main matrix is to be the sum: %w", im.solo, velocyto, loom.ErrNotExist)
	}
	return nil
}

// open reads the names of rows and columns of all matrices and surveys these.
func (im *importer) open(ctx context.Context) error {
	kind := "filtered"
	if im.Cells == Raw || im.Cells == EmptyDrops {
		kind = "raw"
	}
	names := im.names
	if im.velo {
		names = append([]string{velocyto}, names...)
	}
	for _, name := range names {
		f, err := openFolder(ctx, filepath.Join(im.solo, name, kind))
		if err != nil {
			return err
		}
		if im.first == nil {
			im.first = f
		}
		if !slices.Equal(f.ids, im.first.ids) {
			return fmt.Errorf("%s: other genes in features.tsv than in that of %s: %w", f.path, im.first.path, ErrMalformed)
		}
		im.folders[name] = f
		if name == velocyto {
			err = im.openVelocyto(ctx, f)
		} else {
			err = im.openLayer(ctx, f, name, "matrix.mtx")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// openLayer surveys the matrix of a file.
func (im *importer) openLayer(ctx context.Context, f *folder, name, file string) error {
	term, err := im.survey(ctx, f, file)
	im.layers = append(im.layers, &layer{name: name, folder: f, term: term})
	return err
}

// openVelocyto surveys the three matrices, which old versions have in one file.
func (im *importer) openVelocyto(ctx context.Context, f *folder) error {
	if _, err := f.find("matrix.mtx"); err != nil {
		for _, name := range velocytoLayers {
			if err := im.openLayer(ctx, f, name, name+".mtx"); err != nil {
				return err
			}
		}
		return nil
	}
	term, err := im.survey(ctx, f, "matrix.mtx", matrixmarket.Values(len(velocytoLayers)))
	for k, name := range velocytoLayers {
		term.Pick.Value = k
		im.layers = append(im.layers, &layer{name: name, folder: f, term: term})
	}
	return err
}

// survey opens and surveys a file, whose size must be that of the names.
func (im *importer) survey(ctx context.Context, f *folder, name string, opts ...matrixmarket.Option) (matrixmarket.Term, error) {
	path, err := f.find(name)
	if err != nil {
		return matrixmarket.Term{}, err
	}
	file, err := matrixmarket.Open(ctx, path, append(opts, matrixmarket.OnRead(im.read))...)
	if err != nil {
		return matrixmarket.Term{}, err
	}
	if h := file.Header(); h.Rows != len(f.ids) || h.Cols != len(f.barcodes) {
		return matrixmarket.Term{}, fmt.Errorf("%s: a matrix of %d x %d, want the %d genes and %d barcodes of the files beside it: %w",
			path, h.Rows, h.Cols, len(f.ids), len(f.barcodes), ErrMalformed)
	}
	survey, err := file.Survey(ctx)
	return matrixmarket.Term{File: file, Survey: survey, Pick: matrixmarket.Pick{Scratch: im.scratch}}, err
}

// chooseCells makes out which cells there are, and where the layers have them.
func (im *importer) chooseCells(ctx context.Context) error {
	switch im.Cells {
	case Called, Raw:
		f, ok := im.folders[velocyto]
		if !ok {
			f = im.folders[im.Main]
		}
		im.cells = f.barcodes
	case Combined:
		seen := map[string]bool{}
		for _, l := range im.layers {
			for _, barcode := range l.folder.barcodes {
				if !seen[barcode] {
					seen[barcode] = true
					im.cells = append(im.cells, barcode)
				}
			}
		}
	case EmptyDrops:
		cells, err := im.callCells(ctx)
		if err != nil {
			return err
		}
		im.cells = cells
	default:
		im.cells = im.folders[im.Cells].barcodes
	}
	if len(im.cells) == 0 {
		return fmt.Errorf("%s: no cells: %w", im.first.path, ErrMalformed)
	}
	im.place = make(map[string]int, len(im.cells))
	for i, barcode := range im.cells {
		im.place[barcode] = i
	}
	for _, l := range im.layers {
		im.placeCells(l)
	}
	return nil
}

// placeCells says which columns of a layer's file become which of the Loom file.
func (im *importer) placeCells(l *layer) {
	l.valid = make([]int64, len(im.cells))
	to := make([]int, len(l.folder.barcodes))
	for j, barcode := range l.folder.barcodes {
		to[j] = -1
		if place, ok := im.place[barcode]; ok {
			to[j], l.valid[place] = place, 1
		}
	}
	l.term.Pick.ColTo, l.term.Pick.Cols = to, len(im.cells)
	l.term.Pick.Rows = len(im.first.ids)
}

// fill puts everything into the new file.
func (im *importer) fill(ctx context.Context, tx *loom.Tx, genes map[string]*loom.Array) error {
	var main []matrixmarket.Term
	cells := map[string]*loom.Array{"CellID": annotate.Array(annotate.Prefixed(im.SampleID, im.cells))}
	for _, l := range im.layers {
		cells["Valid_"+l.name] = annotate.Array(l.valid)
		if l.name == im.Main || im.Main == VeloSum && slices.Contains(velocytoLayers, l.name) {
			main = append(main, l.term)
		}
	}
	totals := make([]float64, len(im.cells))
	err := tx.Layers().SetStream(ctx, "", matrixmarket.Stream(ctx, main, func(column int, sum float64) { totals[column] = sum }))
	if err != nil {
		return err
	}
	cells["BarcodeTotalUMIs"] = annotate.Array(totals)
	for _, l := range im.layers {
		if l.name == im.Main {
			continue
		}
		if err := tx.Layers().SetStream(ctx, l.name, matrixmarket.Stream(ctx, []matrixmarket.Term{l.term}, nil)); err != nil {
			return err
		}
	}
	for name, values := range im.called {
		cells[name] = annotate.Array(values)
	}
	attrs := annotate.Attributes{Rows: genes, Cols: cells, Globals: im.Attrs}
	if err := im.sampleAttributes(attrs); err != nil {
		return err
	}
	return attrs.Set(tx)
}
