"""Writes chunked.h5: datasets with every kind of chunk index, and prints as JSON
what the C library says of their chunks.

Usage: chunks.py DIRECTORY
"""

import json
import os
import sys
import zlib

import h5py
import numpy as np
from h5py import h5d, h5f, h5p, h5s

UNLIMITED = h5s.UNLIMITED

written = {}  # where chunks were stored, by dataset


def create(f, name, shape, maxshape, chunks, gzip=False, early=False):
    """A dataset of 4-byte integers in which nothing is stored yet."""
    plist = h5p.create(h5p.DATASET_CREATE)
    plist.set_chunk(chunks)
    if gzip:
        plist.set_deflate(1)
    plist.set_alloc_time(h5d.ALLOC_TIME_EARLY if early else h5d.ALLOC_TIME_INCR)
    limits = tuple(UNLIMITED if m is None else m for m in maxshape)
    space = h5s.create_simple(shape, limits)
    h5d.create(f.id, name.encode(), h5py.h5t.NATIVE_INT32, space, plist)
    return f[name]


def store(ds, positions, rng):
    """Stores chunks of distinct content at positions of the chunk grid."""
    written[ds.name] = positions
    for number, p in enumerate(positions):
        data = np.full(ds.chunks, number, "<i4")
        data.flat[: number % 20] = number * 7919
        data = data.tobytes()
        if ds.compression:
            data = zlib.compress(data, 1)
        ds.id.write_direct_chunk(tuple(i * c for i, c in zip(p, ds.chunks)), data)


def grid(ds):
    return [-(-n // c) for n, c in zip(ds.shape, ds.chunks)]


def some(ds, count, rng):
    """Up to count random positions, always with the first and the last."""
    g = grid(ds)
    picks = {tuple(int(rng.integers(0, n)) for n in g) for _ in range(count)}
    picks.add(tuple(0 for _ in g))
    picks.add(tuple(n - 1 for n in g))
    picks = sorted(picks)
    rng.shuffle(picks)
    return [tuple(int(x) for x in p) for p in picks]


def every(ds):
    return list(np.ndindex(*grid(ds)))


def fill(f, rng, name, shape, maxshape, chunks, stored, **options):
    ds = create(f, name, shape, maxshape, chunks, **options)
    if stored == "all":
        store(ds, every(ds), rng)
    elif stored == "shuffled":
        positions = every(ds)
        rng.shuffle(positions)
        store(ds, [tuple(int(x) for x in p) for p in positions], rng)
    elif stored:
        store(ds, some(ds, stored, rng), rng)
    return ds


def rows(ds):
    """Position, address, size and filter mask of every stored chunk. To ask for
    the i-th chunk takes the C library as long as to go through the i before it."""
    for i in range(ds.id.get_num_chunks()):
        c = ds.id.get_chunk_info(i)
        scaled = [int(o) // n for o, n in zip(c.chunk_offset, ds.chunks)]
        yield [*scaled, c.byte_offset, c.size, c.filter_mask]


def rows_by_content(ds):
    """The same, with the CRC of the stored bytes for the address: for datasets of
    many chunks, and for extensible arrays whose unlimited dimension is not the
    first, which HDF5 1.10 reads well, but whose chunk queries tell wrong
    positions."""
    positions = set(written[ds.name])
    assert len(positions) == ds.id.get_num_chunks(), ds.name
    for p in positions:
        mask, data = ds.id.read_direct_chunk(tuple(i * c for i, c in zip(p, ds.chunks)))
        yield [*p, zlib.crc32(data), len(data), mask]


def describe(path):
    out = []
    with h5py.File(path, "r") as f:
        for name in f:
            ds = f[name]
            swizzled = name.startswith("growing") and ds.maxshape[0] is not None
            by_content = swizzled or ds.id.get_num_chunks() > 150 or np.prod(grid(ds)) > 50000
            out.append(
                {
                    "file": os.path.basename(path),
                    "name": name,
                    "header": int(h5py.h5o.get_info(ds.id).addr),
                    "shape": list(ds.shape),
                    "max": [2**64 - 1 if m is None else m for m in ds.maxshape],
                    "filtered": ds.id.get_create_plist().get_nfilters() > 0,
                    "byContent": bool(by_content),
                    "chunks": sorted(rows_by_content(ds) if by_content else rows(ds)),
                }
            )
    return out


def old(path):
    """B-trees of version 1, one to three levels deep."""
    rng = np.random.default_rng(1)
    with h5py.File(path, "w", libver="earliest") as f:
        fill(f, rng, "empty", (40, 50), (40, 50), (4, 5), 0)
        fill(f, rng, "nothing", (0, 7), (None, 7), (4, 5), 0)
        fill(f, rng, "leaf", (40, 50), (40, 50), (16, 16), "all")
        fill(f, rng, "full", (400, 500), (400, 500), (10, 10), "all")
        fill(f, rng, "shuffled", (700, 700), (None, None), (10, 10), "shuffled", gzip=True)
        fill(f, rng, "partly", (5000, 5000), (None, None), (10, 10), 3000, gzip=True)
        fill(f, rng, "wide", (200, 4000), (None, None), (10, 10), "all")
        fill(f, rng, "line", (5000,), (None,), (1,), "shuffled")
        fill(f, rng, "cube", (30, 40, 50), (30, None, 50), (3, 7, 9), "shuffled")
        fill(f, rng, "cube_partly", (300, 400, 50), (30 * 10, None, 50), (3, 7, 9), 500)
        shrunk = fill(f, rng, "shrunk", (200, 200), (None, None), (10, 10), "all")
        shrunk.resize((95, 101))
        shrunk.resize((150, 160))
        masked = create(f, "masked", (40, 40), (None, None), (10, 10), gzip=True)
        for i, j in np.ndindex(4, 4):
            data = bytes(400) if i % 2 else zlib.compress(bytes(400))
            masked.id.write_direct_chunk((10 * i, 10 * j), data, filter_mask=i % 2)


def new(path):
    """Every index that a layout message of version 4 can name."""
    rng = np.random.default_rng(2)
    with h5py.File(path, "w", libver="latest") as f:
        for gzip in (False, True):
            tag = "_gzip" if gzip else ""

            def add(name, *args, **options):
                fill(f, rng, name + tag, *args, gzip=gzip, **options)

            add("single", (20, 30), (20, 30), (20, 30), "all")
            add("single_empty", (20, 30), (20, 30), (20, 30), 0)
            add("fixed", (40, 50), (40, 50), (7, 8), "all")
            add("fixed_empty", (40, 50), (40, 50), (7, 8), 0)
            add("fixed_partly", (40, 50), (80, 110), (7, 8), 12)
            add("fixed_paged", (100, 100), (100, 120), (2, 3), "shuffled")
            add("fixed_paged_partly", (4000, 4000), (4000, 4000), (10, 10), 40)
            add("fixed_cube", (20, 21, 22), (20, 30, 22), (2, 3, 4), 200)
            add("growing", (50, 40), (None, 40), (5, 8), "all")
            add("growing_empty", (50, 40), (None, 40), (5, 8), 0)
            add("growing_zero", (0, 40), (None, 40), (5, 8), 0)
            add("growing_line", (3000,), (None,), (1,), "all")
            add("growing_line_partly", (900000,), (None,), (2,), 60)
            add("growing_partly", (70000, 9), (None, 12), (3, 2), 300)
            add("growing_second", (12, 900), (15, None), (5, 4), "shuffled")
            add("growing_second_partly", (12, 90000), (15, None), (5, 4), 200)
            add("growing_middle", (9, 500, 8), (10, None, 8), (4, 3, 3), 400)
            add("growing_last", (9, 8, 500), (10, 8, None), (4, 3, 3), 400)
            add("both", (40, 50), (None, None), (7, 8), "all")
            add("both_empty", (40, 50), (None, None), (7, 8), 0)
            add("both_deep", (900, 900), (None, None), (10, 10), "shuffled")
            add("both_partly", (90000, 90000), (None, None), (10, 10), 3000)
            add("both_wide", (200, 4000), (None, None), (10, 10), "all")
            add("fixed_wide", (60, 40000), (60, 40000), (10, 10), 900)
            add("both_cube", (30, 31, 32), (None, 40, None), (3, 4, 5), 250)
        fill(f, rng, "implicit", (40, 50), (40, 50), (7, 8), 3, early=True)
        fill(f, rng, "implicit_larger", (40, 50), (60, 80), (7, 8), 3, early=True)
        shrunk = fill(f, rng, "growing_shrunk", (200, 60), (None, 60), (10, 10), "all")
        shrunk.resize((95, 60))
        shrunk = fill(f, rng, "both_shrunk", (200, 200), (None, None), (10, 10), "all")
        shrunk.resize((95, 101))


def main(directory):
    out = []
    for name, write in (("old.h5", old), ("new.h5", new)):
        path = os.path.join(directory, name)
        write(path)
        out += describe(path)
    sys.stdout.write(json.dumps(out))


main(sys.argv[1])
