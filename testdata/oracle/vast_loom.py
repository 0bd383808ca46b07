#!/usr/bin/env python3
"""Make a Loom file of a few kilobytes that claims to be vast: nothing is stored in it.

usage: vast_loom.py FILE ROWS COLUMNS
"""
import sys

import h5py

path, rows, columns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with h5py.File(path, "w") as f:
    f.create_dataset("attrs/LOOM_SPEC_VERSION", data="3.0.0", dtype=h5py.string_dtype())
    f.create_dataset("matrix", (rows, columns), "f4", chunks=(64, 64))
    f.create_group("layers")
    f.create_dataset("row_attrs/Gene", (rows,), h5py.string_dtype(), chunks=(64,))
    f.create_dataset("col_attrs/CellID", (columns,), "i8", chunks=(64,))
    for group, n in (("row_graphs", rows), ("col_graphs", columns)):
        for vector, dtype in (("a", "i8"), ("b", "i8"), ("w", "f8")):
            f.create_dataset(f"{group}/KNN/{vector}", (n,), dtype, chunks=(64,))
