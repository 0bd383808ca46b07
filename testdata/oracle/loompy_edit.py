#!/usr/bin/env python3
"""Change a Loom file with loompy, step by step.

usage: loompy_edit.py STEPS

STEPS is a file of JSON: {"base": FILE, "validate": BOOL, "steps": [STEP, ...]}.
The changes of each step are made to what the step before left, and saved as the
step's "out": {"out": FILE, "changes": [CHANGE, ...]}. A change is an object whose
"op" is a function below. Arrays are {"dtype": D, "shape": S, "values": V}, where D
is numpy's name or "str", and a scalar has no shape (null); numbers can be
{"dtype": D, "shape": S, "raw": B, "stored": E} instead, where B is base64 of their
little-endian bytes and E the type that they are converted to.
"""
import base64
import json
import logging
import shutil
import sys

import loompy
import numpy as np
import scipy.sparse

logging.disable(logging.CRITICAL)


def array(spec):
    if "raw" in spec:
        raw = base64.b64decode(spec["raw"])
        values = np.frombuffer(raw, np.dtype(spec["dtype"])).astype(spec["stored"])
        return values[0] if spec["shape"] is None else values.reshape(spec["shape"])
    dtype = object if spec["dtype"] == "str" else spec["dtype"]
    values = np.array(spec["values"], dtype=dtype)
    if spec["shape"] is None:
        return values[0]
    return values.reshape(spec["shape"])


def arrays(specs):
    return {name: array(spec) for name, spec in (specs or {}).items()}


def axis_of(ds, change):
    return ds.ca if change["axis"] else ds.ra


def graphs_of(ds, change):
    return ds.col_graphs if change["axis"] else ds.row_graphs


def set_attr(ds, change):
    axis_of(ds, change)[change["name"]] = array(change["values"])


def delete_attr(ds, change):
    del axis_of(ds, change)[change["name"]]


def set_global(ds, change):
    ds.attrs[change["name"]] = array(change["values"])


def delete_global(ds, change):
    delattr(ds.attrs, change["name"])


def set_layer(ds, change):
    ds.layers[change["name"]] = array(change["values"])


def set_sparse(ds, change):
    ds.layers[change["name"]] = scipy.sparse.coo_matrix(array(change["values"]))


def set_empty(ds, change):
    ds.layers[change["name"]] = change["dtype"]


def delete_layer(ds, change):
    del ds.layers[change["name"]]


def write_layer(ds, change):
    (r0, r1), (c0, c1) = change["rows"], change["cols"]
    ds.layers[change["name"]][r0:r1, c0:c1] = array(change["values"])


def set_graph(ds, change):
    n = ds.shape[change["axis"]]
    ends = np.array(change["a"], "int32"), np.array(change["b"], "int32")
    graphs_of(ds, change)[change["name"]] = scipy.sparse.coo_matrix((array(change["values"]), ends), shape=(n, n))


def delete_graph(ds, change):
    del graphs_of(ds, change)[change["name"]]


def add_columns(ds, change):
    fill = change.get("fill")
    if isinstance(fill, dict):
        fill = arrays(fill)
    ds.add_columns(arrays(change["layers"]), arrays(change["attrs"]), fill_values=fill)


def main():
    with open(sys.argv[1]) as f:
        work = json.load(f)
    before = work["base"]
    for step in work["steps"]:
        if step["changes"] and step["changes"][0]["op"] == "create":
            c = step["changes"][0]
            loompy.create(step["out"], arrays(c["layers"]), arrays(c["row_attrs"]), arrays(c["col_attrs"]), file_attrs=arrays(c["attrs"]))
            before = step["out"]
            continue
        shutil.copyfile(before, step["out"])
        ds = loompy.connect(step["out"], validate=work["validate"])
        for change in step["changes"]:
            globals()[change["op"]](ds, change)
        ds.close()
        before = step["out"]


if __name__ == "__main__":
    main()
