"""Compare the HDF5 files of each pair in a JSON list of pairs on standard input, and then
change the second: add to it, delete from it, make it grow. What differs, and what fails with
the second but not with a copy of the first, goes to standard output."""
import json
import os
import shutil
import sys

import h5py
import numpy as np


def content(path):
    """Everything that h5py reads, with errors as what they are."""
    found = {}

    def attributes(name, o):
        for key in o.attrs:
            found[name, key] = value(lambda: o.attrs[key])

    def visit(name, o):
        attributes(name, o)
        if isinstance(o, h5py.Dataset):
            found[name] = value(lambda: o[()])

    with h5py.File(path, "r") as f:
        attributes("/", f)
        f.visititems(visit)
    return found


def value(read):
    try:
        return plain(read())
    except Exception as e:
        return "%s: %s" % (type(e).__name__, str(e)[:40])


def plain(v):
    if isinstance(v, np.ndarray):
        if v.dtype.hasobject:
            return [plain(x) for x in v.ravel()]
        return (v.dtype.str, v.shape, v.tobytes())
    if isinstance(v, (np.void, tuple)):
        return [plain(x) for x in v.tolist()] if isinstance(v, np.void) else [plain(x) for x in v]
    if isinstance(v, (h5py.Reference, h5py.RegionReference)):
        return "reference"
    return repr(v)


def change(path):
    with h5py.File(path, "r+") as f:
        for k in range(30):
            f.create_group("new/group_%d" % k)
        f["new/strings"] = ["string %d" % k for k in range(500)]
        f.create_dataset("new/chunks", data=np.arange(4000).reshape(40, 100), chunks=(7, 9), maxshape=(None, None), compression="gzip")
        f["new/chunks"].resize((60, 120))
        for k in range(20):
            f.attrs["new_%d" % k] = np.arange(50)
        first = next((k for k in f if k != "new"), None)
        if first is not None and f.get(first, getlink=True).__class__ is h5py.HardLink:
            del f[first]
        del f["new/strings"]


def attempt(path):
    try:
        change(path)
        return None
    except Exception as e:
        return "%s: %s" % (type(e).__name__, e)


def main():
    for original, second in json.load(sys.stdin):
        name = os.path.basename(original)
        want, got = content(original), content(second)
        if want != got:
            keys = [k for k in set(want) | set(got) if want.get(k) != got.get(k)]
            print(name, "differs at", sorted(map(str, keys))[:5])
        copy = second + ".copy"
        shutil.copy(original, copy)
        if attempt(copy) != attempt(second):
            print(name, "cannot be changed as its original can")
        elif content(copy) != content(second):
            print(name, "differs after changes")
        os.remove(copy)


if __name__ == "__main__":
    main()
