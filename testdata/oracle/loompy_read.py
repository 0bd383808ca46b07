#!/usr/bin/env python3
"""Print what loompy's reading operations return for Loom files, as JSON lines.

usage: loompy_read.py FILE...

One line is one file: its shape and managers whole, a view and a view of that
view, sparse slices, scans of both axes and maps. Every array is

  {"dtype": "float64", "shape": [3], "values": ["1.5", "nan", "-0.0"]}

with the dtype "string" for objects, and numbers as Python writes them, which
reads back exactly. Where loompy raises, {"error": "..."} stands instead.
"""
import json
import sys
import warnings

import loompy
import numpy as np

warnings.simplefilter("ignore")


def array(values):
    if values is None or isinstance(values, bytes):
        return {"error": "loompy cannot decode text that is not ASCII here"}
    values = np.asarray(values)
    if values.dtype.kind in "Vc":
        return {"error": "compound, complex or opaque"}
    if values.dtype == object or values.dtype.kind in "US":
        return {"dtype": "string", "shape": list(values.shape), "values": [str(v) for v in values.ravel()]}
    if values.dtype.kind == "f":
        text = [repr(float(v)) for v in values.ravel()]
    else:
        text = [str(int(v)) for v in values.ravel()]
    return {"dtype": values.dtype.name, "shape": list(values.shape), "values": text}


def guarded(make):
    try:
        return make()
    except Exception as e:
        return {"error": f"{type(e).__name__}: {e}"}


def graph(g):
    return {"a": g.row.tolist(), "b": g.col.tolist(), "w": array(g.data)}


def entries(m):
    order = np.lexsort((m.col, m.row))
    return {
        "shape": list(m.shape),
        "rows": m.row[order].tolist(),
        "cols": m.col[order].tolist(),
        "values": [repr(float(v)) for v in m.data[order]],
    }


def each(manager, value):
    """The values of a manager, which a scan leaves out as None or {}."""
    return {name: guarded(lambda: value(manager[name])) for name in (manager or {}).keys()}


def contents(ds):
    return {
        "shape": list(ds.shape),
        "layers": each(ds.layers, lambda layer: array(layer[:, :])),
        "ra": each(ds.ra, array),
        "ca": each(ds.ca, array),
        "attrs": each(ds.attrs, array),
        "row_graphs": each(ds.row_graphs, graph),
        "col_graphs": each(ds.col_graphs, graph),
    }


def scan(ds, **options):
    return [
        {"start": int(ix), "positions": [int(p) for p in selection], "view": contents(view)}
        for ix, selection, view in ds.scan(**options)
    ]


def unique_key(attrs):
    """The name of an attribute without ties, whose order is the same in every sort."""
    for name in attrs.keys():
        values = attrs[name]
        if values.ndim == 1 and values.dtype.names is None and len(np.unique(values)) == len(values) > 0:
            return name
    return None


def read(path):
    ds = loompy.connect(path, mode="r", validate=False)
    rows, cols = ds.shape
    some_rows, some_cols = np.arange(0, rows, 3), np.arange(1, cols, 2)
    mask = np.arange(cols) % 3 != 1
    row_key, col_key = guarded(lambda: unique_key(ds.ra)), guarded(lambda: unique_key(ds.ca))
    functions = [np.sum, np.mean, np.var, np.std, np.min, np.max, np.count_nonzero, np.median]
    out = {"file": path, "contents": guarded(lambda: contents(ds))}
    out["view"] = guarded(lambda: contents(ds.view[2 : rows - 1, 1 : cols : 2]))
    out["view_of_view"] = guarded(lambda: contents(ds.view[2 : rows - 1, 1 : cols : 2].view[1:, 2:]))
    out["sparse"] = guarded(lambda: entries(ds.sparse()))
    out["sparse_some"] = guarded(lambda: entries(ds.sparse(some_rows, some_cols)))
    out["scan_columns"] = guarded(lambda: scan(ds, axis=1, batch_size=17))
    out["scan_rows"] = guarded(lambda: scan(ds, axis=0, batch_size=17))
    out["scan_mask"] = guarded(lambda: scan(ds, axis=1, batch_size=9, items=mask, layers=[""], what=["layers", "col_attrs"]))
    out["row_key"], out["col_key"] = row_key, col_key
    if isinstance(row_key, str):
        out["scan_key"] = guarded(lambda: scan(ds, axis=1, batch_size=20, key=row_key, what=["layers", "row_attrs"]))
    for axis, selection in ((0, some_cols), (1, some_rows)):
        out[f"map_{axis}"] = guarded(lambda: [array(v) for v in ds.map(functions, axis=axis)])
        out[f"map_some_{axis}"] = guarded(lambda: [array(v) for v in ds.map(functions, axis=axis, selection=selection)])
    ds.close()
    return out


for path in sys.argv[1:]:
    print(json.dumps(guarded(lambda: read(path))))
