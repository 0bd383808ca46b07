"""Writes the small files that the fuzz targets start from. Usage: seeds.py DIRECTORY"""

import os
import sys

import h5py
import numpy as np

directory = sys.argv[1]


def file(name, libver):
    return h5py.File(os.path.join(directory, name + ".h5"), "w", libver=libver)


for name, shape, maxshape, chunks, libver in (
    ("btree1", (30, 70), (None, None), (3, 7), "earliest"),
    ("fixed", (40, 60), (40, 60), (8, 6), "latest"),
    ("fixedpaged", (1100,), (1100,), (1,), "latest"),
    ("extensible", (9, 40), (None, 40), (1, 1), "latest"),
    ("second", (4, 50), (4, None), (2, 2), "latest"),
    ("btree2", (30, 70), (None, None), (3, 7), "latest"),
):
    with file(name, libver) as f:
        ds = f.create_dataset("d", shape, "u1", chunks=chunks, maxshape=maxshape)
        ds.id.write_direct_chunk((0,) * len(shape), bytes(int(np.prod(chunks))))
        if name != "fixedpaged":
            ds[...] = 1

for name, libver, count in (("group", "earliest", 20), ("dense", "latest", 20)):
    with file(name, libver) as f:
        g = f.create_group("g")
        for i in range(count):
            g[f"link {i}"] = h5py.SoftLink("/g") if i % 3 else f["g"]

with file("strings", "earliest") as f:
    f.create_dataset("d", data=["", "a", "bc", "def" * 9], dtype=h5py.string_dtype())
