#!/usr/bin/env python3
"""Let the HDF5 library read chunks that were encoded elsewhere.

usage: write_direct_chunk.py CASES

CASES is a JSON array of

  {"name": "...", "filters": [{"id": 2, "params": [4]}, ...], "elem_size": 4,
   "mask": 0, "stored": BASE64, "data": BASE64}

Each case becomes a dataset of one chunk: the stored bytes are written past the
filters with the mask, and read through them. One line of output is the answer
to one case: null if the library reads the data, otherwise what is wrong.
"""
import base64
import json
import sys

import numpy as np
from h5py import h5d, h5f, h5p, h5s, h5t, h5z


def in_memory():
    fapl = h5p.create(h5p.FILE_ACCESS)
    fapl.set_fapl_core(backing_store=False)
    return h5f.create(b"memory.h5", fapl=fapl)


def opaque_or_int(size):
    if size in (1, 2, 4, 8):
        return h5t.py_create(np.dtype(f"<u{size}"))
    datatype = h5t.create(h5t.OPAQUE, size)
    datatype.set_tag(b"")
    return datatype


def answer(file, name, case):
    stored = base64.b64decode(case["stored"])
    want = base64.b64decode(case["data"])
    datatype = opaque_or_int(case["elem_size"])
    shape = (len(want) // case["elem_size"],)

    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_chunk(shape)
    for f in case["filters"]:
        if f["id"] == h5z.FILTER_SCALEOFFSET:
            dcpl.set_scaleoffset(h5z.SO_INT, 0)
        else:
            # Optional, so that the file may name filters that are not installed.
            dcpl.set_filter(f["id"], h5z.FLAG_OPTIONAL, tuple(f["params"]))
    if dcpl.get_nfilters() != len(case["filters"]):
        return f"{dcpl.get_nfilters()} filters"

    dset = h5d.create(file, name, datatype, h5s.create_simple(shape), dcpl)
    dset.write_direct_chunk((0,), stored, filter_mask=case["mask"])
    del dset
    h5f.flush(file)
    dset = h5d.open(file, name)
    mask, raw = dset.read_direct_chunk((0,))
    if mask != case["mask"] or raw != stored:
        return f"stored as {len(raw)} bytes with mask {mask}"
    got = np.zeros(len(want), dtype="u1")
    try:
        dset.read(h5s.ALL, h5s.ALL, got, mtype=datatype)
    except OSError as err:
        return str(err)
    return None if got.tobytes() == want else "reads as other bytes"


def main():
    with open(sys.argv[1]) as f:
        cases = json.load(f)
    file = in_memory()
    for i, case in enumerate(cases):
        print(json.dumps(answer(file, b"%d" % i, case)))


if __name__ == "__main__":
    main()
