#!/usr/bin/env python3
"""Compare pairs of Loom files through h5py.

usage: same_contents.py WANT GOT [WANT GOT ...]

Prints a line for each difference: between groups, datasets, attributes, their
types, shapes and values, what datasets may grow to and how they are compressed.
Times of change, and the chunks of anything but layers, may differ; every object
of GOT that a time of change stands for in WANT must have one.
"""
import os
import sys

import h5py
import numpy as np

np.set_printoptions(threshold=8, edgeitems=3)
TIMES = {"last_modified", "CreationDate"}


def typename(t):
    info = h5py.check_string_dtype(t)
    return f"string {info.encoding} {info.length}" if info else t.str


def same(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return False
    if a.dtype.kind == "f" and b.dtype.kind == "f":
        return np.array_equal(a, b, equal_nan=True)
    return np.array_equal(a, b)


def compare_attributes(path, want, got, times):
    names = set(want.attrs) | set(got.attrs)
    for name in sorted(names - TIMES):
        if name not in want.attrs or name not in got.attrs:
            yield f"{path}@{name}: only in {'got' if name in got.attrs else 'want'}"
            continue
        a, b = want.attrs.get_id(name), got.attrs.get_id(name)
        if typename(a.dtype) != typename(b.dtype) or a.shape != b.shape:
            yield f"{path}@{name}: {typename(a.dtype)} {a.shape}, got {typename(b.dtype)} {b.shape}"
        elif not same(want.attrs[name], got.attrs[name]):
            yield f"{path}@{name}: {want.attrs[name]!r}, got {got.attrs[name]!r}"
    if times and "last_modified" in want.attrs and "last_modified" not in got.attrs:
        yield f"{path}: no last_modified"


def storage(d, path):
    layer = path == "/matrix" or path.startswith("/layers/")
    return (
        typename(d.dtype), d.shape, d.maxshape, d.compression, d.compression_opts, d.shuffle, d.fletcher32,
        d.chunks if layer else d.chunks is not None,
    )


def compare(path, want, got, times=True):
    """Yield the differences; without times, GOT need not have those that WANT has."""
    if type(want) is not type(got):
        yield f"{path}: {type(want).__name__}, got {type(got).__name__}"
        return
    yield from compare_attributes(path, want, got, times)
    if isinstance(want, h5py.Dataset):
        if storage(want, path) != storage(got, path):
            yield f"{path}: {storage(want, path)}, got {storage(got, path)}"
        elif not same(want[()], got[()]):
            yield f"{path}: {want[()]!r}, got {got[()]!r}"
        return
    for name in sorted((set(want) | set(got)) - TIMES):
        if name not in want or name not in got:
            yield f"{path}/{name}: only in {'got' if name in got else 'want'}"
            continue
        yield from compare(f"{path.rstrip('/')}/{name}", want[name], got[name], times)


def main():
    paths = sys.argv[1:]
    for want, got in zip(paths[::2], paths[1::2]):
        with h5py.File(want, "r") as a, h5py.File(got, "r") as b:
            for difference in compare("/", a, b):
                print(f"{os.path.basename(got)}: {difference}")


if __name__ == "__main__":
    main()
