"""What loompy finds out about cells and empty droplets.

callcells.py COUNTS EXPECTED: COUNTS is JSON, an object with the number of genes and, for each
barcode, a list of genes and one of counts. Prints one JSON object: see CellCalls in
cellcalling/loompy_test.go. Counts are made float64 first: of integers, loompy cuts its p-values
off to 0.
"""

import json
import logging
import sys

import numpy as np
import scipy.sparse as sparse
from loompy import cell_calling as cc

logging.disable(logging.CRITICAL)
np.random.seed(1)

with open(sys.argv[1]) as f:
    counts = json.load(f)
expected = int(sys.argv[2])

columns = counts["columns"]
indptr = np.cumsum([0] + [len(genes) for genes, _ in columns])
indices = np.concatenate([np.array(genes, dtype=int) for genes, _ in columns])
values = np.concatenate([np.array(v, dtype=float) for _, v in columns])
matrix = sparse.csc_matrix((values, indices, indptr), shape=(counts["genes"], len(columns)))

seen = {}


def once(name):
    """Makes a function of the module remember its first result, and give it ever after."""
    function = getattr(cc, name)

    def remembering(*args, **kwargs):
        if name not in seen:
            seen[name] = function(*args, **kwargs)
        return seen[name]

    setattr(cc, name, remembering)


for name in ["eval_multinomial_loglikelihoods", "simulate_multinomial_loglikelihoods", "compute_ambient_pvalues", "adjust_pvalue_bh"]:
    once(name)

ambient_umis, fdr = cc.call_cells(matrix, expected)
_, truncated = cc.call_cells(matrix.astype(np.uint16), expected)

totals = np.array(matrix.sum(axis=0))[0]
genes, profile = cc.est_background_profile_sgt(matrix, (totals < ambient_umis) & (totals > 20))
full = np.zeros(counts["genes"])
full[genes] = profile

json.dump({
    "AmbientUMIs": float(ambient_umis),
    "FDR": fdr.tolist(),
    "Integers": truncated.tolist(),
    "Profile": full.tolist(),
    "Candidates": np.flatnonzero(totals > counts["min_candidate"]).tolist(),
    "LogLikelihoods": seen["eval_multinomial_loglikelihoods"].tolist(),
    "PValues": seen["compute_ambient_pvalues"].tolist(),
    "Adjusted": seen["adjust_pvalue_bh"].tolist(),
}, sys.stdout)
