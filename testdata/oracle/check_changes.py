#!/usr/bin/env python3
"""Hold files that were changed step by step against what the changes should have made, through h5py alone.

usage: check_changes.py WORK

WORK is a file of JSON: a list of {"base": FILE, "steps": [{"out": FILE, "changes": [CHANGE]}, ...]}, with
changes as loompy_edit.py has them. For each step, all that the changes are not about must be in the
step's file as it was in the one before, and the rest must be what they say. Prints a line for each difference.
"""
import html
import json
import sys

import h5py
import numpy as np

from loompy_edit import array, arrays

TIMES = {"last_modified", "CreationDate"}
EDGES = {"row_edges": "row_graphs", "col_edges": "col_graphs"}
GROUPS = {"attrs", "layers", "row_attrs", "col_attrs", "row_graphs", "col_graphs"}


class Content(dict):
    """All values by path, those of attributes by path@name, and None for groups."""

    def __init__(self, path):
        with h5py.File(path, "r") as f:
            self.put_attributes("", f)
            f.visititems(self.put)
            version = f.attrs.get("LOOM_SPEC_VERSION", b"0")
        self.old = "attrs/LOOM_SPEC_VERSION" not in self
        self.version = version

    def put(self, path, obj):
        first, *rest = path.split("/")
        path = "/".join([EDGES.get(first, first)] + rest)
        if path.split("/")[-1] not in TIMES:
            self[path] = obj[()] if isinstance(obj, h5py.Dataset) else None
        self.put_attributes(path, obj)

    def put_attributes(self, path, obj):
        for name in set(obj.attrs) - TIMES:
            self[f"{path}@{name}"] = obj.attrs[name]

    def under(self, group):
        return [path for path in self if path.startswith(group + "/") and "@" not in path]


def identical(a, b):
    if a is None or b is None:
        return a is b
    a, b = np.asarray(a), np.asarray(b)
    return a.dtype == b.dtype and a.shape == b.shape and (a.tolist() == b.tolist() or a.tobytes() == b.tobytes())


def texts(a):
    return [html.unescape(x.decode() if isinstance(x, bytes) else x) for x in np.asarray(a).ravel().tolist()]


def equal(want, got, old):
    """Whether got is a way to store want."""
    want, got = np.asarray(want), np.asarray(got)
    if want.dtype.kind in "OSU" or got.dtype.kind in "OSU":
        plain = (lambda a: texts(a)) if old else (lambda a: [x.decode() if isinstance(x, bytes) else x for x in a.ravel().tolist()])
        return want.size == got.size and plain(want) == plain(got)
    return want.shape == got.shape and np.array_equal(want, got)


def layer(name):
    return f"layers/{name}" if name else "matrix"


def attrs(change):
    return "col_attrs" if change["axis"] else "row_attrs"


def graph(change):
    return ("col_graphs/" if change["axis"] else "row_graphs/") + change["name"]


def global_path(before, change):
    return ("@" if before.old else "attrs/") + change["name"]


def columns_added(before, change):
    """What add_columns makes of layers and attributes; None is for what goes."""
    given, added = arrays(change["attrs"]), arrays(change["layers"])
    for name, values in added.items():
        yield layer(name), np.concatenate([before[layer(name)], values], axis=1)
    n = next(iter(added.values())).shape[1]
    for path in before.under("col_attrs"):
        name, values = path.split("/")[1], before[path]
        if name in given:
            yield path, np.concatenate([values, given[name]])
        elif change["fill"] == "auto":
            blank = np.zeros((n,) + values.shape[1:], values.dtype) if values.dtype.kind != "O" else np.array([b""] * n, object)
            yield path, np.concatenate([values, blank])
        else:
            yield path, None


def expected(before, change):
    """Yield the paths that a change is about, and their values; None is for what goes."""
    op, values = change["op"], change["values"] and array(change["values"])
    if op == "set_attr":
        yield attrs(change) + "/" + change["name"], values
    elif op == "delete_attr":
        yield attrs(change) + "/" + change["name"], None
    elif op == "set_global":
        yield global_path(before, change), values
    elif op == "delete_global":
        yield global_path(before, change), None
    elif op in ("set_layer", "set_sparse"):
        yield layer(change["name"]), values
    elif op == "set_empty":
        yield layer(change["name"]), np.zeros(before["matrix"].shape, change["dtype"])
    elif op == "delete_layer":
        yield layer(change["name"]), None
    elif op == "write_layer":
        whole = before[layer(change["name"])].copy()
        (r0, r1), (c0, c1) = change["rows"], change["cols"]
        whole[r0:r1, c0:c1] = values
        yield layer(change["name"]), whole
    elif op in ("set_graph", "delete_graph"):
        deleted = op == "delete_graph"
        yield graph(change) + "/a", None if deleted else change["a"]
        yield graph(change) + "/b", None if deleted else change["b"]
        yield graph(change) + "/w", None if deleted else values
    elif op == "add_columns":
        yield from columns_added(before, change)
    else:
        raise ValueError(op)


def differences(before, after, change):
    touched = dict(expected(before, change))
    for path, want in touched.items():
        if want is None:
            if path in after:
                yield f"{path}: still there"
        elif path not in after:
            yield f"{path}: missing"
        elif not equal(want, after[path], before.old):
            yield f"{path}: {after[path]!r:.200}, want {want!r:.200}"
    about = set(touched) | {path.rsplit("/", 1)[0] for path in touched if "_graphs/" in path}
    for path in set(before) | set(after):
        if path.split("@")[0] in about or path in about or path not in before and path in GROUPS:
            continue
        if path not in after or path not in before or not identical(before[path], after[path]):
            yield f"{path}: {before.get(path, 'nothing')!r:.200} has become {after.get(path, 'nothing')!r:.200}"


def main():
    with open(sys.argv[1]) as f:
        work = json.load(f)
    for history in work:
        before = Content(history["base"])
        for step in history["steps"]:
            after = Content(step["out"])
            for difference in differences(before, after, step["changes"][0]):
                print(f"{step['out']}: {difference}")
            before = after


if __name__ == "__main__":
    main()
