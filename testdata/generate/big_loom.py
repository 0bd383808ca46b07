#!/usr/bin/env python3
"""Make a large Loom file with loompy, the way a pipeline does: cells added in batches.

usage: big_loom.py OUT ROWS COLS SEED

The main matrix is float32 counts, 7 % of them not zero, in loompy's default chunks.
Equal arguments give equal content, and memory is bounded by one batch of columns.

The counts are drawn as a sequencer would: each gene has an abundance, each cell a
capture rate, and molecules fall on (gene, cell) pairs accordingly.
"""
import sys

import loompy
import numpy as np

from loom_files import CREATED, accessions, freeze_time, gene_names

FILLED = 0.07
BATCH = 640  # columns; a multiple of loompy's chunks, so that each is compressed once


def abundances(rows, rng):
    """Expected molecules of each gene in an average cell, such that FILLED of the matrix is not zero."""
    shape = np.exp(rng.normal(0, 2.0, rows))
    low, high = 1e-6, 1e6
    for _ in range(60):
        scale = np.sqrt(low * high)
        if np.mean(1 - np.exp(-scale * shape)) < FILLED:
            low = scale
        else:
            high = scale
    return scale * shape


def draw(abundance, capture, rng):
    """A dense batch of counts: one column for each capture rate."""
    rows, cols = len(abundance), len(capture)
    molecules = rng.poisson(abundance * capture.sum())
    gene = np.repeat(np.arange(rows), molecules)
    edges = np.cumsum(capture) / capture.sum()
    cell = np.minimum(np.searchsorted(edges, rng.random(len(gene))), cols - 1)
    return np.bincount(gene * cols + cell, minlength=rows * cols).reshape(rows, cols).astype("f4")


def column_attributes(counts, first, rng):
    cols = counts.shape[1]
    bases = np.array(list("ACGT"))[rng.integers(0, 4, (cols, 12))]
    clusters = rng.integers(0, 12, cols)
    return {
        "CellID": np.array([f"{''.join(b)}-{first + i}" for i, b in enumerate(bases)], dtype=object),
        "Clusters": clusters,
        "ClusterName": np.array([f"Cluster {c}" for c in clusters], dtype=object),
        "TotalUMI": counts.sum(axis=0, dtype="f8"),
    }


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    path = sys.argv[1]
    rows, cols, seed = (int(arg) for arg in sys.argv[2:])
    freeze_time()
    rng = np.random.default_rng(seed)
    abundance = abundances(rows, rng)
    row_attrs = {"Gene": gene_names(rows), "Accession": accessions(rows), "Abundance": abundance}
    with loompy.new(path, file_attrs={"Title": f"{rows} genes x {cols} cells", "CreationDate": CREATED}) as ds:
        for first in range(0, cols, BATCH):
            capture = np.exp(rng.normal(0, 0.3, min(BATCH, cols - first)))
            counts = draw(abundance, capture, rng)
            ds.add_columns({"": counts}, column_attributes(counts, first, rng), row_attrs=row_attrs)


if __name__ == "__main__":
    main()
