#!/usr/bin/env python3
"""Make the small Loom files that the README and the examples use, and that are committed.

usage: small_loom.py OUTDIR

  mouse_cortex_tiny.loom  spec 3.0.0: 60 genes x 120 cells, made up after the mouse cortex
  entities_spec2.loom     spec 2.0.1: fixed strings with XML entities, global attributes on the root
  edges_old.loom          older still: row_edges and col_edges, no version
  broken.loom             a file that breaks the specification in five ways

Their bytes are the same on every run with the same versions of h5py and loompy.
"""
import os
import sys

import h5py
import loompy
import numpy as np
import scipy.sparse

from loom_files import CREATED, UTF8, freeze_time, put_graph

CLASSES = ["Pyramidal L2/3", "Pyramidal L5", "Interneuron Sst", "Oligodendrocyte", "Astrocyte", "Microglia"]
MARKERS = [
    ["Calb1", "Cux2", "Lamp5", "Rasgrf2", "Otof"],
    ["Fezf2", "Bcl6", "Etv1", "Pcp4", "Rorb"],
    ["Sst", "Gad1", "Gad2", "Npy", "Lhx6"],
    ["Plp1", "Mbp", "Mog", "Mag", "Cldn11"],
    ["Aqp4", "Gja1", "Aldoc", "Slc1a3", "Gfap"],
    ["C1qa", "C1qb", "Ctss", "Cx3cr1", "Tmem119"],
]
SHARED = [
    "Actb", "Gapdh", "Malat1", "Meg3", "Snap25", "Syt1", "Stmn2", "Rbfox3", "Map2", "Tubb3",
    "Nrgn", "Camk2a", "Slc17a7", "Neurod6", "Satb2", "Apoe", "Cst3", "Fth1", "Ptma", "Eef1a1",
    "Rpl13", "Rps2", "Ubb", "Hsp90ab1", "Calm1", "Calm2", "Atp1b1", "Ywhae", "Xist", "Uty",
]
CHROMOSOMES = [f"chr{c}" for c in list(range(1, 20)) + ["X", "Y"]]


def objects(values):
    return np.array(values, dtype=object)


def cortex(path):
    rng = np.random.default_rng(2020)
    genes = sum(MARKERS, []) + SHARED
    cells = 120
    kind = np.repeat(np.arange(len(CLASSES)), [34, 26, 18, 20, 14, 8])
    order = rng.permutation(cells)
    kind = kind[order]

    mean = np.full((len(genes), cells), 0.15)
    for k, markers in enumerate(MARKERS):
        rows = [genes.index(g) for g in markers]
        mean[np.ix_(rows, kind == k)] = rng.gamma(4, 1.5, (len(rows), 1))
    mean[len(genes) - len(SHARED) :] = rng.gamma(1.2, 1.5, (len(SHARED), 1))
    mean *= np.exp(rng.normal(0, 0.3, cells))
    spliced = rng.poisson(mean * 0.8)
    unspliced = rng.poisson(mean * 0.2)

    centre = np.array([[-8, 3], [-5, -4], [2, 8], [9, 1], [4, -7], [-1, -10]])
    umap = centre[kind] + rng.normal(size=(cells, 2))
    start = np.sort(rng.integers(3_000_000, 180_000_000, len(genes)))
    row_attrs = {
        "Gene": objects(genes),
        "Accession": objects([f"ENSMUSG{i:011d}" for i in rng.choice(120_000, len(genes), replace=False)]),
        "Chromosome": objects([CHROMOSOMES[i] for i in rng.integers(0, len(CHROMOSOMES), len(genes))]),
        "Start": start,
        "Length": rng.integers(500, 90_000, len(genes)),
        "Marker": np.array([g not in SHARED for g in genes]).astype(int),
        "Valid": np.ones(len(genes), dtype=int),
    }
    barcodes = np.array(list("ACGT"))[rng.integers(0, 4, (cells, 16))]
    col_attrs = {
        "CellID": objects([f"10X01_{''.join(b)}-1" for b in barcodes]),
        "Age": objects([f"p{d}" for d in rng.choice([21, 23, 28], cells)]),
        "Sex": objects(rng.choice(["female", "male"], cells).tolist()),
        "ClusterID": kind,
        "ClusterName": objects([CLASSES[k] for k in kind]),
        "TotalUMI": (spliced + unspliced).sum(axis=0).astype("f8"),
        "UMAP": umap.astype("f4"),
        "Valid": np.ones(cells, dtype=int),
    }
    layers = {
        "": (spliced + unspliced).astype("f4"),
        "spliced": spliced.astype("u2"),
        "unspliced": unspliced.astype("u2"),
    }
    attrs = {
        "title": "A tiny mouse cortex",
        "description": "60 genes x 120 cells, made up for the documentation of Loom for Go",
        "species": "Mus musculus",
        "CreationDate": CREATED,
    }
    loompy.create(path, layers, row_attrs, col_attrs, file_attrs=attrs)
    with loompy.connect(path) as ds:
        ds.col_graphs["KNN"] = neighbours(umap, 5)


def neighbours(points, k):
    """Each point's k nearest others, weighted by nearness."""
    distance = np.linalg.norm(points[:, None] - points[None, :], axis=2)
    nearest = np.argsort(distance, axis=1, kind="stable")[:, 1 : k + 1]
    a = np.repeat(np.arange(len(points)), k)
    b = nearest.ravel()
    return scipy.sparse.coo_matrix((1 / (1 + distance[a, b]), (a, b)), shape=distance.shape)


def entities(path):
    with h5py.File(path, "w") as f:
        f.attrs["LOOM_SPEC_VERSION"] = np.bytes_(b"2.0.1")
        f.attrs["CreationDate"] = np.bytes_(CREATED.encode())
        f.attrs["title"] = np.bytes_(b"Zebrafish &amp; friends")
        f.attrs["author"] = np.bytes_(b"J. M&#252;ller")
        f.attrs["year"] = 2018
        matrix = np.arange(24, dtype="f4").reshape(4, 6) % 5
        f.create_dataset("matrix", data=matrix, chunks=(4, 6), maxshape=(4, None), compression="gzip")
        f.create_group("layers")
        f["row_attrs/Gene"] = np.array([b"sox10", b"mitfa", b"foxd3 &lt;long&gt;", b"tfap2a"])
        f["col_attrs/CellID"] = np.array([f"cell_{i}".encode() for i in range(6)])
        f["col_attrs/Tissue"] = np.array([b"c&#339;ur", b"fin &amp; tail", b"skin", b"skin", b"eye", b"c&#339;ur"])
        f.create_group("row_graphs")
        put_graph(f.create_group("col_graphs"), "KNN", 6)


def old_edges(path):
    with h5py.File(path, "w") as f:
        f["matrix"] = (np.arange(15).reshape(3, 5) % 4).astype("f8")
        f.create_group("layers")
        f["row_attrs/Gene"] = np.array([b"Actb", b"Gapdh", b"Xist"])
        f["col_attrs/CellID"] = np.array([f"cell_{i}".encode() for i in range(5)])
        put_graph(f.create_group("row_edges"), "similar", 3, lengths=(3, 3, 3))
        put_graph(f.create_group("col_edges"), "KNN", 5)


def broken(path):
    with h5py.File(path, "w") as f:
        f.create_dataset("attrs/LOOM_SPEC_VERSION", data="3.0.0", dtype=UTF8)
        f["matrix"] = np.zeros((4, 6), "f4")
        f["layers/spliced"] = np.zeros((4, 5), "u2")  # one column short
        f["layers/mask"] = np.zeros((4, 6), "?")  # not numbers
        f.create_dataset("row_attrs/Gene", data=["a", "b", "c"], dtype=UTF8)  # one short
        f["row_attrs/Valid"] = np.ones(4, "i8")
        f.create_dataset("col_attrs/CellID", data=[f"cell_{i}" for i in range(6)], dtype=UTF8)
        f["col_attrs/position"] = np.zeros(6, dtype=[("x", "f4"), ("y", "f4")])  # a compound
        f.create_group("row_graphs")
        put_graph(f.create_group("col_graphs"), "KNN", 6, lengths=(5, 5, 4))  # a weight short


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    freeze_time()
    for name, make in {
        "mouse_cortex_tiny": cortex,
        "entities_spec2": entities,
        "edges_old": old_edges,
        "broken": broken,
    }.items():
        make(os.path.join(sys.argv[1], name + ".loom"))


if __name__ == "__main__":
    main()
