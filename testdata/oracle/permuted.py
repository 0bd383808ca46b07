#!/usr/bin/env python3
"""Check that Loom files are permutations of others.

usage: permuted.py CASES

CASES is a file of JSON: [{"before": FILE, "after": FILE, "axis": 0 or 1, "ordering": [...], "loompy": BOOL, "valid": BOOL}, ...].
Prints a line for each difference, through h5py, between the file after and what
numpy's indexing makes of the file before, times of change left out; and if
"loompy" is set, between the file after and what loompy's permute makes of a
copy of the file before, by value, unless that fails. If "valid" is set loompy's
validator must be content with the file after.
"""
import html
import json
import logging
import os
import shutil
import sys
import tempfile

import h5py
import loompy
import numpy as np

logging.disable(logging.CRITICAL)
# loompy permutes what two names lead to twice, and mixes up strings in two dimensions.
FAULTS = {"/col_attrs/alias", "/row_attrs/text_2d", "/col_attrs/text_2d", "/row_attrs/labels"}
GRAPHS = {"row_edges": "row_graphs", "col_edges": "col_graphs"}


def objects(f):
    """Return datasets by path; old names of graphs become the present ones."""
    found = {}

    def visit(group, path):
        for name in group:
            item = group.get(name)
            here = "/" + GRAPHS.get(name, name) if path == "" else path + "/" + name
            if isinstance(item, h5py.Group):
                visit(item, here)
            elif isinstance(item, h5py.Dataset):
                found[here] = item

    visit(f, "")
    return found


def values(d):
    v = d[()]
    if h5py.check_string_dtype(d.dtype):
        return np.vectorize(lambda s: s.decode("utf-8", "replace") if isinstance(s, bytes) else str(s), otypes=[object])(v)
    return v


def same(a, b):
    if a.shape != b.shape:
        return False
    if a.dtype.kind == "f" and b.dtype.kind == "f":
        return np.array_equal(a, b, equal_nan=True)
    return a.tolist() == b.tolist() if a.dtype.names or b.dtype.names else np.array_equal(a, b)


def expected(path, v, axis, ordering, inverse):
    """Return what the dataset at a path is to become."""
    attrs, graphs = (("row_attrs", "row_graphs"), ("col_attrs", "col_graphs"))[axis]
    parts = path.split("/")
    if path == "/matrix" or parts[1] == "layers" and len(parts) == 3:
        return np.take(v, ordering, axis=axis)
    if parts[1] == attrs and len(parts) == 3:
        return v[ordering]
    if parts[1] == graphs and parts[-1] in "ab":
        return inverse[v.astype(int)]
    return v


def storage(d):
    # h5py crashes when it is asked for the fill value of strings.
    fill = None if d.dtype.kind in "OV" else d.fillvalue
    return d.dtype, d.shape, d.maxshape, d.chunks, d.compression, d.compression_opts, d.shuffle, d.fletcher32, fill


def compare(before, after, axis, ordering):
    inverse = np.argsort(ordering)
    want, got = objects(before), objects(after)
    for path in sorted(set(want) | set(got)):
        if path.startswith("/tiles") or path == "/attrs/last_modified":
            if path in got and path.startswith("/tiles"):
                yield f"{path}: still there"
            continue
        if path not in want or path not in got:
            yield f"{path}: only {'after' if path in got else 'before'}"
            continue
        w, g = want[path], got[path]
        if storage(w) != storage(g):
            yield f"{path}: stored as {storage(w)}, now as {storage(g)}"
        if not same(expected(path, values(w), axis, ordering, inverse), values(g)):
            yield f"{path}: other values"
        lost = set(w.attrs) - set(g.attrs)
        if lost:
            yield f"{path}: lost {lost}"


def plain(d):
    v = values(d)
    return np.vectorize(html.unescape, otypes=[object])(v) if v.dtype == object else v


def compare_with_loompy(case, after):
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "loompy.loom")
        shutil.copyfile(case["before"], copy)
        try:
            with loompy.connect(copy, validate=False) as ds:
                ds.permute(np.array(case["ordering"], dtype=int), axis=case["axis"])
        except Exception:
            return
        with h5py.File(copy, "r") as f:
            want, got = objects(f), objects(after)
            for path in sorted(set(want) | set(got)):
                if path == "/attrs/last_modified" or path in FAULTS:
                    continue
                if path not in want or path not in got:
                    yield f"{path}: only {'here' if path in got else 'in loompy'}"
                elif not same(plain(want[path]), plain(got[path])):
                    yield f"{path}: not as loompy has it"


def validate(case):
    validator = loompy.LoomValidator()
    if not validator.validate(case["after"]):
        yield f"not valid: {validator.errors}"


def main():
    with open(sys.argv[1]) as f:
        cases = json.load(f)
    for case in cases:
        name = f"{os.path.basename(case['before'])} axis {case['axis']}"
        ordering = np.array(case["ordering"], dtype=int)
        with h5py.File(case["before"], "r") as before, h5py.File(case["after"], "r") as after:
            for line in compare(before, after, case["axis"], ordering):
                print(f"{name}: {line}")
            if case["loompy"]:
                for line in compare_with_loompy(case, after):
                    print(f"{name}: {line}")
        if case["valid"]:
            for line in validate(case):
                print(f"{name}: {line}")


if __name__ == "__main__":
    main()
