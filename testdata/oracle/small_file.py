#!/usr/bin/env python3
"""Write a small file that has every kind of index and of storage for links and attributes.

usage: small_file.py FILE LIBVER

LIBVER is "earliest" or "latest". A crash test changes the file at every place.
"""
import sys

import h5py
import numpy as np


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with h5py.File(sys.argv[1], "w", libver=sys.argv[2]) as f:
        f.attrs["title"] = "small"
        f.attrs["version"] = np.int64(1)
        counts = (np.arange(40 * 30) % 7).astype("f4").reshape(40, 30)
        f.create_dataset("matrix", data=counts, maxshape=(40, None), chunks=(16, 16), compression="gzip", shuffle=True)
        f["matrix"].attrs["unit"] = "reads"
        g = f.create_group("group")
        for i in range(12):  # enough for dense storage
            g.attrs[f"attribute {i}"] = np.arange(i)
        g["names"] = ["Gène %d" % i for i in range(20)]
        g.create_dataset("fixed", data=np.arange(30, dtype="i2"), chunks=(8,), fletcher32=True)
        g.create_dataset("grows", data=counts[:9, :9], maxshape=(None, None), chunks=(4, 4))
        many = g.create_group("many")
        for i in range(12):
            many[f"member {i}"] = np.int32(i)


if __name__ == "__main__":
    main()
