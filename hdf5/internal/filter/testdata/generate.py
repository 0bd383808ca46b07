#!/usr/bin/env python3
"""Writes the fixtures of the filter tests: chunks that the HDF5 library and
its plug-ins stored, each with the filters' parameters and the chunk's size
and SHA-256 before they were applied.

Needs h5py and hdf5plugin. Run it in this directory:

    python3 generate.py
"""

import base64
import hashlib
import io
import json
import os

import h5py
import hdf5plugin
import numpy as np
from h5py import h5d, h5p, h5s, h5t, h5z

HERE = os.path.dirname(os.path.abspath(__file__))
RNG = np.random.default_rng(1)


def counts(n, dtype):
    """Mostly zeros, as in a matrix of counts."""
    return (RNG.poisson(0.2, n) * RNG.integers(1, 20, n)).astype(dtype)


def raw_bytes(dset, filetype, count):
    """The decoded chunk in the file's own datatype, padding bits and all."""
    buf = np.zeros(count * filetype.get_size(), dtype="u1")
    # HDF5 converts nothing if memory has the file's datatype.
    dset.read(h5s.ALL, h5s.ALL, buf, mtype=filetype)
    return buf.tobytes()


def save(name, dset, filetype, count):
    dcpl = dset.get_create_plist()
    filters = []
    for i in range(dcpl.get_nfilters()):
        code, flags, values, label = dcpl.get_filter(i)
        filters.append({"id": code, "name": label.decode(), "params": list(values)})
    mask, stored = dset.read_direct_chunk((0,))
    plain = raw_bytes(dset, filetype, count)
    fixture = {
        "filters": filters,
        "elem_size": filetype.get_size(),
        "mask": mask,
        "size": len(plain),
        "sha256": hashlib.sha256(plain).hexdigest(),
        "stored": base64.b64encode(stored).decode(),
    }
    path = os.path.join(HERE, name + ".json")
    with open(path, "w") as f:
        json.dump(fixture, f, indent=1)
        f.write("\n")
    if os.path.getsize(path) >= 4096:
        raise SystemExit(f"{name}: {os.path.getsize(path)} bytes")


def dataset(name, data, **kwargs):
    """One chunk through h5py's high-level interface."""
    with h5py.File(io.BytesIO(), "w") as f:
        d = f.create_dataset("d", data=data, chunks=data.shape, **kwargs)
        f.flush()
        save(name, d.id, d.id.get_type(), len(data))


def low_level(name, data, filetype, setup, memtype=None):
    """One chunk of any file datatype, with the filters that setup sets."""
    with h5py.File(io.BytesIO(), "w") as f:
        dcpl = h5p.create(h5p.DATASET_CREATE)
        dcpl.set_chunk((len(data),))
        setup(dcpl)
        d = h5d.create(f.id, b"d", filetype, h5s.create_simple((len(data),)), dcpl)
        d.write(h5s.ALL, h5s.ALL, data, mtype=memtype)
        f.flush()
        save(name, d, filetype, len(data))


def library_filters():
    dataset("deflate", counts(600, "<f8"), compression="gzip", compression_opts=4)
    dataset("shuffle-deflate", counts(1001, "<f4"), compression="gzip", shuffle=True)
    dataset("shuffle-16bit", counts(777, "<i2"), shuffle=True)
    dataset("shuffle-3bytes", np.frombuffer(RNG.bytes(3 * 100), dtype="S3"), shuffle=True)
    dataset("fletcher32", counts(301, "u1"), fletcher32=True)
    dataset("fletcher32-ones", np.full(1000, 255, "u1"), fletcher32=True)
    dataset("shuffle-deflate-fletcher32", counts(1500, "<i4"),
            compression="gzip", shuffle=True, fletcher32=True)
    dataset("lzf", counts(1500, "<i4"), compression="lzf")
    dataset("lzf-shuffle", counts(2000, "<i8"), compression="lzf", shuffle=True)
    dataset("lzf-text", np.frombuffer(b"the quick brown fox jumps over the lazy dog. " * 300, "S45"),
            compression="lzf")
    dataset("lzf-incompressible", np.frombuffer(RNG.bytes(500), "u1"), compression="lzf")


def scale_offset():
    for dtype in ("u1", "i1", "<u2", ">i2", "<i4", ">u4", "<i8", ">i8"):
        signed = np.dtype(dtype).kind == "i"
        data = RNG.integers(-50 if signed else 3, 60, 333).astype(dtype)
        dataset(f"scaleoffset-{dtype.strip('<')}".replace(">", "be-"), data, scaleoffset=0)
    dataset("scaleoffset-bits", RNG.integers(1000, 1000 + 4096, 200).astype("<i4"), scaleoffset=13)
    dataset("scaleoffset-constant", np.full(500, 1234, "<u4"), scaleoffset=0)
    dataset("scaleoffset-whole", RNG.integers(-2**31, 2**31, 100).astype(">i4"), scaleoffset=0)
    dataset("scaleoffset-stored", RNG.integers(-2**31, 2**31, 100).astype("<i4"), scaleoffset=32)
    for dtype in ("<i4", ">i4", "<i8", ">i8", "<u2", "i1"):
        data = RNG.integers(-50 if "i" in dtype else 3, 60, 200).astype(dtype)
        data[::7] = 99
        name = f"scaleoffset-fill-{dtype.strip('<')}".replace(">", "be-")
        dataset(name, data, scaleoffset=0, fillvalue=99)
    for dtype in ("<f4", "<f8", ">f4", ">f8"):
        name = f"scaleoffset-{dtype.strip('<')}".replace(">", "be-")
        data = RNG.normal(3, 2, 200).astype(dtype)
        dataset(name, data, scaleoffset=3)
        data[::5] = -1.5
        dataset(name + "-fill", data, scaleoffset=2, fillvalue=-1.5)
    low_level("scaleoffset-f8-tens", RNG.normal(0, 1e6, 200), h5t.IEEE_F64LE.copy(),
              # h5py takes no negative factor, which the library does.
              lambda dcpl: dcpl.set_filter(h5z.FILTER_SCALEOFFSET, h5z.FLAG_MANDATORY,
                                           (h5z.SO_FLOAT_DSCALE, 2**32 - 3)))
    dataset("scaleoffset-f4-whole", RNG.normal(0, 1e30, 50).astype("<f4"), scaleoffset=3)


def nbit_type(base, precision, offset):
    t = base.copy()
    if offset:
        t.set_offset(0)
    t.set_precision(precision)
    t.set_offset(offset)
    return t


def n_bit():
    def nbit(dcpl):
        dcpl.set_filter(h5z.FILTER_NBIT, h5z.FLAG_MANDATORY, ())

    for name, base, precision, offset in (
        ("nbit-i4-17", h5t.STD_I32LE, 17, 0),
        ("nbit-i4-17-at-5", h5t.STD_I32LE, 17, 5),
        ("nbit-be-i4-17-at-5", h5t.STD_I32BE, 17, 5),
        ("nbit-u2-3-at-6", h5t.STD_U16LE, 3, 6),
        ("nbit-u1-1", h5t.STD_U8LE, 1, 0),
        ("nbit-be-u8-33-at-31", h5t.STD_U64BE, 33, 31),
        ("nbit-u4-8-at-8", h5t.STD_U32LE, 8, 8),
        ("nbit-u4-whole", h5t.STD_U32LE, 32, 0),
    ):
        data = RNG.integers(0, 1 << min(precision - 1, 30) if precision > 1 else 2, 150)
        low_level(name, data, nbit_type(base, precision, offset), nbit)

    array = h5t.array_create(nbit_type(h5t.STD_I16LE, 11, 2), (3, 2))
    memory = h5t.array_create(h5t.NATIVE_INT64, (3, 2))
    low_level("nbit-array", RNG.integers(0, 1000, (40, 3, 2)), array, nbit, memtype=memory)

    compound = h5t.create(h5t.COMPOUND, 24)
    compound.insert(b"n", 0, nbit_type(h5t.STD_I32LE, 9, 3))
    compound.insert(b"s", 5, h5t.py_create(np.dtype("S3")))
    compound.insert(b"b", 8, nbit_type(h5t.STD_U16BE, 10, 0))
    compound.insert(b"a", 12, array)
    memory = h5t.create(h5t.COMPOUND, 8 + 3 + 8 + 48)
    memory.insert(b"n", 0, h5t.NATIVE_INT64)
    memory.insert(b"s", 8, h5t.py_create(np.dtype("S3")))
    memory.insert(b"b", 11, h5t.NATIVE_INT64)
    memory.insert(b"a", 19, h5t.array_create(h5t.NATIVE_INT64, (3, 2)))
    data = np.zeros(30, np.dtype([("n", "<i8"), ("s", "S3"), ("b", "<i8"), ("a", "<i8", (3, 2))]))
    data["n"] = RNG.integers(0, 200, 30)
    data["s"] = RNG.choice([b"abc", b"d", b"xyz"], 30)
    data["b"] = RNG.integers(0, 1000, 30)
    data["a"] = RNG.integers(0, 1000, (30, 3, 2))
    low_level("nbit-compound", data, compound, nbit, memtype=memory)


def blosc(name, data, blocksize=None, **kwargs):
    if blocksize:
        os.environ["BLOSC_BLOCKSIZE"] = str(blocksize)
    dataset(name, data, **hdf5plugin.Blosc(**kwargs))
    os.environ.pop("BLOSC_BLOCKSIZE", None)


def plug_ins():
    for codec in ("blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd"):
        for shuffle, mode in ((0, "plain"), (1, "shuffle"), (2, "bitshuffle")):
            blosc(f"blosc-{codec}-{mode}", counts(1203, "<i4"), cname=codec, clevel=5, shuffle=shuffle)
        blosc(f"blosc-{codec}-blocks", counts(1405, "<i2"), cname=codec, clevel=9, shuffle=1, blocksize=512)
    blosc("blosc-lz4-bit-blocks", counts(1405, "<i2"), cname="lz4", clevel=9, shuffle=2, blocksize=512)
    blosc("blosc-stored", np.frombuffer(RNG.bytes(300), "u1"), cname="lz4", clevel=5, shuffle=0)
    # More than one block of BloscLZ, split, and matches from far away.
    far = np.zeros(200_001, "<i2")
    far[:40] = far[20_000:20_040] = far[90_000:90_040] = RNG.integers(1, 30_000, 40)
    blosc("blosc-blosclz-far", far, cname="blosclz", clevel=9, shuffle=0)
    blosc("blosc-blosclz-far-shuffle", far, cname="blosclz", clevel=9, shuffle=1)

    dataset("lz4", counts(1500, "<i4"), **hdf5plugin.LZ4())
    dataset("lz4-blocks", counts(1555, "<i4"), **hdf5plugin.LZ4(nbytes=1000))
    dataset("lz4-incompressible", np.frombuffer(RNG.bytes(500), "u1"), **hdf5plugin.LZ4(nbytes=128))
    dataset("zstd", counts(1500, "<i4"), **hdf5plugin.Zstd(clevel=3))
    dataset("zstd-shuffle", counts(1500, "<f8"), shuffle=True, **hdf5plugin.Zstd(clevel=19))
    for cname in ("none", "lz4", "zstd"):
        dataset(f"bitshuffle-{cname}", counts(803 if cname == "none" else 1603, "<u2"),
                **hdf5plugin.Bitshuffle(cname=cname))
        dataset(f"bitshuffle-{cname}-blocks", counts(403, "<i4"),
                **hdf5plugin.Bitshuffle(nelems=64, cname=cname))
    dataset("bitshuffle-few", counts(5, "<i4"), **hdf5plugin.Bitshuffle(cname="lz4"))


def skipped():
    """A chunk that was stored past one of its filters."""
    data = counts(300, "<i4")
    file = io.BytesIO()
    with h5py.File(file, "w") as f:
        d = f.create_dataset("d", data.shape, data.dtype, chunks=data.shape,
                             compression="gzip", shuffle=True)
        planes = np.frombuffer(data.tobytes(), "u1").reshape(-1, 4).T.tobytes()
        d.id.write_direct_chunk((0,), planes, 0b10)
    with h5py.File(file, "r") as f:
        d = f["d"]
        assert (d[...] == data).all()
        save("mask", d.id, d.id.get_type(), len(data))


if __name__ == "__main__":
    library_filters()
    scale_offset()
    n_bit()
    plug_ins()
    skipped()
