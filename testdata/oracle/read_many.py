#!/usr/bin/env python3
"""Print a digest of the content of each of many HDF5 files, as plain h5py reads it.

usage: read_many.py LIST

LIST is a file that names one file a line. Each is answered by a line: the
digest, which is equal for files of equal objects, attributes, types, shapes and
values, however they are stored; or "error: " and why the file cannot be read.
"""
import hashlib
import sys

import h5py
import numpy as np


def update(h, *parts):
    for part in parts:
        text = part if isinstance(part, bytes) else repr(part).encode()
        h.update(b"%d:" % len(text))
        h.update(text)


def update_value(h, dtype, shape, value):
    value = np.asarray(value)
    update(h, str(dtype), shape, value.tolist() if value.dtype.hasobject else value.tobytes())


def update_object(h, obj):
    for name in sorted(obj.attrs):
        a = obj.attrs.get_id(name)
        update(h, "attribute", name)
        update_value(h, a.dtype, a.shape, obj.attrs[name])
    if isinstance(obj, h5py.Dataset):
        update(h, "dataset", obj.maxshape)
        update_value(h, obj.dtype, obj.shape, obj[()])
        return
    for name in sorted(obj):
        update(h, "link", name)
        update_object(h, obj[name])
    update(h, "end")


def digest(f):
    """Read all of an open file."""
    h = hashlib.sha256()
    update_object(h, f)
    return h.hexdigest()


def answer(path):
    try:
        with h5py.File(path, "r") as f:
            return digest(f)
    except Exception as err:
        return "error: " + repr(err).replace("\n", " ")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(sys.argv[1]) as names:
        for name in names:
            print(answer(name.rstrip("\n")))


if __name__ == "__main__":
    main()
