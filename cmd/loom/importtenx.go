package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/goloom/loom/convert/tenx"
	"github.com/spf13/cobra"
)

const tenxHelp = `Features become rows with the attributes Accession and Gene, barcodes become columns with the attribute
CellID: the barcode, with the name of the sample and a colon in front where there is a folder outs,
in the folder of the sample. The global attribute Genome names the genome.

Features other than genes (antibodies, guides) are left out, with a note, unless --types asks for
them: --types "Antibody Capture", or --types all, which adds a row attribute FeatureType. Of several
genomes in separate matrices --genome chooses one.

If there is an analysis in outs, its t-SNE becomes the column attributes X and Y, its UMAP UMAP, and
its graph-based clusters ClusterID.`

var cellrangerImport = importKind{
	name:  "cellranger",
	short: "Cell Ranger folder: of a sample, its outs, or one with matrix.mtx",
	long: `cellranger makes a Loom file of the folder INPUT: that of a sample, which holds outs, or outs itself, or
one that holds matrix.mtx, barcodes.tsv, and features.tsv or genes.tsv, compressed with gzip or not.
Of a sample it takes the matrix of cells, or with --raw that of all barcodes: of the folder
filtered_feature_bc_matrix, or where there is none of filtered_feature_bc_matrix.h5.

` + tenxHelp,
	example: `  loom import cellranger sample1 -o sample1.loom
  loom import cellranger sample1/outs/filtered_feature_bc_matrix --types all -o sample1.loom
  loom import cellranger mixture --genome hg19 -o human.loom`,
	recognise: func(in *foreignInput) bool {
		return in.holds("matrix.mtx*") && in.holds("barcodes.tsv*") ||
			in.holds("outs/*_bc_matri*", "outs/per_sample_outs", "outs/count", "*_bc_matri*", "per_sample_outs", "*/matrix.mtx*")
	},
	bind: bindCellrangerImport,
}

var tenxH5Import = importKind{
	name:  "tenx-h5",
	short: "Cell Ranger HDF5 file, such as filtered_feature_bc_matrix.h5",
	long: `tenx-h5 makes a Loom file of an HDF5 file INPUT of Cell Ranger's, of any version. The elements of the
matrix keep their type.

` + tenxHelp,
	example: `  loom import tenx-h5 filtered_feature_bc_matrix.h5 -o cells.loom
  loom import tenx-h5 filtered_gene_bc_matrices_h5.h5 --genome mm10 --sample s1 -o mouse.loom`,
	recognise: func(in *foreignInput) bool {
		return in.hdf5 != nil && tenx.IsHDF5(in.hdf5)
	},
	bind: bindTenxH5Import,
}

func bindCellrangerImport(cmd *cobra.Command) importFunc {
	var opts tenx.Options
	cmd.Flags().BoolVar(&opts.Raw, "raw", false, "take the matrix of all barcodes, not that of cells")
	return bindTenx(cmd, &opts)
}

func bindTenxH5Import(cmd *cobra.Command) importFunc { return bindTenx(cmd, new(tenx.Options)) }

// bindTenx adds the flags that both kinds have.
func bindTenx(cmd *cobra.Command, opts *tenx.Options) importFunc {
	flags := cmd.Flags()
	flags.StringVar(&opts.Genome, "genome", "", "take the genome `NAME`")
	flags.StringArrayVar(&opts.FeatureTypes, "types", nil, "take features of this `TYPE`, or all; may be given again")
	flags.StringVar(&opts.SampleID, "sample", "", "put `NAME` and a colon in front of each barcode")
	flags.BoolVar(&opts.NoSampleID, "no-sample", false, "put nothing in front of barcodes")
	return func(ctx context.Context, r importRequest) ([]string, error) {
		opts.Attrs = r.attrs
		made, err := tenx.Import(ctx, r.input, r.out, *opts)
		if errors.Is(err, tenx.ErrAmbiguous) && opts.Genome == "" {
			return nil, fmt.Errorf("%w; see --genome", err)
		}
		if err != nil {
			return nil, err
		}
		var notes []string
		for _, kind := range slices.Sorted(maps.Keys(made.Left)) {
			notes = append(notes, fmt.Sprintf("%s of type %s left out; --types all takes them",
				count(made.Left[kind], "feature"), kind))
		}
		return notes, nil
	}
}
