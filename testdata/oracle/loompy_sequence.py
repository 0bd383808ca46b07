"""Make the changes of a random sequence with loompy, and compare what has become of two files.

A Python session imports this and calls ask with a line of JSON, which another answers:

  {"make": "loompy", "path": FILE, ...}   makes a file: see make
  {"connect": FILE}                       goes on with another file, which loompy validates
  {"close": true}                         lets go of the file
  {"changes": [...]}                      makes changes to it: those of loompy_edit.py, and of this script
  {"combine": FILE, "other": FILE, ...}   makes one file of two: see combine
  {"aggregate": FILE, ...}                makes one of groups of columns: see aggregate
  {"compare": FILE, "times": BOOL}        compares it with another file: see same_contents.py
  {"timeless": FILES, "copies": FILES}    copies files without the times of changes, for h5diff

The answer is {"objections": [TEXT, ...]}: differences between the files, what loompy's validator finds
wrong with the file that it is connected to or that is compared, or why the request failed.

loompy is mended where it does not do what it promises: each mend says what for.
"""
import html
import itertools
import json
import os
import shutil

import h5py
import loompy
import numpy as np
import scipy.sparse
from loompy import LoomValidator

import loompy_edit
from loompy_edit import array, arrays
from same_contents import TIMES, compare

loompy_normalize = loompy.normalize_attr_values


class Current:
    """The file that changes are made to, between requests."""

    ds = None
    old = False  # of a version before 3.0.0


def normalize(values, use_object_strings=False):
    """Mends: strings of two dimensions become one string a row."""
    if isinstance(values, np.ndarray) and values.ndim > 1 and values.dtype.kind in "OUS":
        return loompy_normalize(values.ravel(), use_object_strings).reshape(values.shape)
    return loompy_normalize(values, use_object_strings)


def materialize(values):
    """Mends: text that is not ASCII cannot be read, and is unescaped in files of 3.0.0, too."""
    scalar = np.isscalar(values)
    fixed = isinstance(values, np.bytes_) or not scalar and values.dtype.kind == "S"
    if scalar:
        flat = np.empty(1, object if isinstance(values, (bytes, str)) else np.asarray(values).dtype)
        flat[0] = values
    else:
        flat = values.ravel()
    if flat.dtype.kind in "SUO":
        texts = [text.decode() if isinstance(text, bytes) else str(text) for text in flat]
        if fixed or Current.old:
            texts = [html.unescape(text) for text in texts]
        flat = np.array(texts, object)
    return flat[0] if scalar else flat.reshape(values.shape)


loompy.normalize_attr_values = normalize
loompy.materialize_attr_values = materialize


class Remembering:
    """A group that looks up each member once: the validator asks for each many times."""

    def __init__(self, group):
        self.group, self.members = group, {}

    def __getattr__(self, name):
        return getattr(self.group, name)

    def __iter__(self):
        return iter(self.group)

    def __len__(self):
        return len(self.group)

    def __contains__(self, name):
        return name in self.members or name in self.group

    def __getitem__(self, name):
        if name not in self.members:
            member = self.group[name]
            self.members[name] = Remembering(member) if isinstance(member, h5py.Group) else member
        return self.members[name]


def validate(file):
    """What loompy's validator finds wrong with a file, which may not have been filled yet."""
    if "matrix" not in file:
        return []
    validator = LoomValidator(loompy.get_loom_spec_version(file))
    validator.validate_spec(Remembering(file))
    return validator.errors


def connect(path):
    with h5py.File(path, "r") as file:
        Current.old = loompy.compare_loom_spec_version(file, "3.0.0") < 0
        objections = validate(file)
    Current.ds = loompy.connect(path, validate=False)
    # Mends: a global attribute that is an array of strings is set through a connection that is not there.
    Current.ds.attrs.__dict__["ds"] = Current.ds
    return objections


# --- changes that loompy_edit.py does not have, or that loompy does wrong ---------------


def delete_layer(ds, change):
    """Mends: a layer that was deleted is still listed, and add_columns fails for it."""
    del ds.layers[change["name"]]
    ds.layers.__dict__["storage"].pop(change["name"], None)


def positions(selected):
    """A slice, or a list of positions."""
    return slice(*selected["slice"]) if "slice" in selected else selected["list"]


def write_layer(ds, change):
    rows, cols = positions(change["rows"]), positions(change["cols"])
    ds.layers[change["name"]][rows, cols] = array(change["values"])


def rename(ds, change):
    """What loompy has no name for, by h5py."""
    group, name, to = change["group"].rstrip("/"), change["name"], change["to"]
    if group == "attrs" and "attrs" not in ds._file:
        h5py.h5a.rename(ds._file.id, name.encode(), to.encode())
    else:
        ds._file.move(f"{group}/{name}", f"{group}/{to}")
    managers = {"row_attrs": ds.ra, "col_attrs": ds.ca, "layers": ds.layers, "attrs": ds.attrs,
                "row_graphs": ds.row_graphs, "col_graphs": ds.col_graphs}
    known = managers[group].__dict__["storage"]
    known[to] = known.pop(name)


def add_columns(ds, change):
    attrs = arrays(change["attrs"])
    if ds.shape == (0, 0):
        layers = arrays(change["layers"])
        ds.add_columns({"": layers.pop(""), **layers}, attrs, row_attrs=arrays(change["row_attrs"]))
        return
    fill = None
    if change["fill"] is not None:
        fill = fill_values(ds, attrs, change["fill"])
    ds.add_columns(arrays(change["layers"]), attrs, fill_values=fill)


def permute(ds, change):
    """Mends: graphs that were read before columns were added are permuted as if they had the old shape;
    attributes and graphs get the storage, and graphs the types, that loompy gives new ones.
    """
    for graphs in (ds.row_graphs, ds.col_graphs):
        known = graphs.__dict__["storage"]
        known.update(dict.fromkeys(known))
    file, axis = ds._file, ("row", "col")[change["axis"]]
    paths = [f"{axis}_attrs/{name}" for name in file[axis + "_attrs"]]
    paths += [f"{axis}_graphs/{name}/{vector}" for name in file[axis + "_graphs"] for vector in "abw"]
    for i, path in enumerate(paths):
        file.copy(path, f"kept {i}")
    ds.permute(np.array(change["order"]), axis=change["axis"])
    for i, path in enumerate(paths):
        values = file[path][:]
        del file[path]
        file.move(f"kept {i}", path)
        if values.size:
            file[path][...] = values


def add_loom(ds, change):
    graphs = {}
    with h5py.File(change["other"], "r") as other, loompy.connect(change["other"], "r", validate=False) as columns:
        if change["graphs"]:
            joined = joined_graphs(ds._file, other)
            graphs = {key: joined[key] for key in edges(ds._file) if key[0] == 1 and key in edges(other)}
        fill = None
        if change["fill"] is not None:
            fill = fill_values(ds, dict(columns.ca.items()), change["fill"])
    ds.add_loom(change["other"], key=change["key"], fill_values=fill)
    set_graphs(ds, graphs)


def fill_values(ds, attrs, fill):
    """Mends: "auto" fills in 0 for a string, and elements of several dimensions are filled in with a scalar."""
    values = {}
    for name in set(ds.ca.keys()) ^ set(attrs):
        like = attrs[name] if name in attrs else ds.ca[name]
        if fill == "auto":
            value = "" if like.dtype == object else like.dtype.type(0)
        elif name in fill:
            value = array(fill[name])
        else:
            continue
        shape = like.shape[1:]
        values[name] = np.full(shape, value, object if isinstance(value, str) else value.dtype) if shape else value
    return values


CHANGES = {**vars(loompy_edit), "delete_layer": delete_layer, "write_layer": write_layer,
           "rename": rename, "add_columns": add_columns,
           "add_loom": add_loom, "permute": permute}


def make_changes(request):
    for change in request["changes"]:
        CHANGES[change["op"]](Current.ds, change)
    return []


# --- files to begin with ------------------------------------------------------------------


def make(request):
    """Make a file of "layers", "row_attrs", "col_attrs", "attrs" and "graphs" in a dialect:

    "loompy" is what loompy makes, "new" the same with nothing in it but "attrs"; "latest" the same content by h5py in HDF5's latest format,
    with other chunks and filters; "spec2" is of version 2.0.1, and "old" from before that.
    """
    Current.old = False
    path, parts = request["path"], {k: arrays(request[k]) for k in ("layers", "row_attrs", "col_attrs", "attrs")}
    if request["make"] == "loompy":
        make_with_loompy(path, request["graphs"], **parts)
    elif request["make"] == "new":
        loompy.new(path, file_attrs=parts["attrs"]).close()
    else:
        make_with_h5py(path, request, **parts)
    return []


def make_with_loompy(path, graphs, layers, row_attrs, col_attrs, attrs):
    loompy.create(path, {"": layers.pop(""), **layers}, row_attrs, col_attrs, file_attrs=attrs)
    connect(path)
    for graph in graphs:
        loompy_edit.set_graph(Current.ds, graph)
    close(None)


def make_with_h5py(path, request, layers, row_attrs, col_attrs, attrs):
    dialect = request["make"]
    old = dialect != "latest"
    with h5py.File(path, "w", libver="earliest" if old else "latest") as f:
        for name, matrix in layers.items():
            rows, cols = matrix.shape
            f.create_dataset(
                f"layers/{name}" if name else "matrix", data=matrix, maxshape=(None, None),
                chunks=(max(1, min(rows, 16)), max(1, min(cols, 7))), compression=None if rows % 2 else "gzip",
                shuffle=rows % 3 == 0, fletcher32=cols % 2 == 0,
            )
        for group in ("layers", "row_attrs", "col_attrs"):
            f.require_group(group)
        for axis, group in enumerate(("row", "col")):
            for name, values in (col_attrs if axis else row_attrs).items():
                put(f, f"{group}_attrs/{name}", values, old)
            f.create_group(group + ("_edges" if dialect == "old" else "_graphs"))
        for g in request["graphs"]:
            group = f[("row", "col")[g["axis"]] + ("_edges" if dialect == "old" else "_graphs")].create_group(g["name"])
            group["a"], group["b"], group["w"] = np.array(g["a"], "i8"), np.array(g["b"], "u4"), array(g["values"])
        for name, value in attrs.items():
            if old:
                f.attrs[name] = loompy_normalize(value, False)
            else:
                f[f"attrs/{name}"] = loompy_normalize(value, True)
        if dialect == "spec2":
            f.attrs["LOOM_SPEC_VERSION"] = np.bytes_("2.0.1")
        elif dialect == "latest":
            f["attrs/LOOM_SPEC_VERSION"] = "3.0.0"


def put(f, path, values, old):
    values = normalize(values, not old)
    if values.dtype == object:
        f.create_dataset(path, data=values, dtype=h5py.string_dtype())
    else:
        f[path] = values


# --- files of files -----------------------------------------------------------------------


def combine(request):
    """Combine two files, by "key" or as they are, with or without "graphs", and save it as "out"."""
    path = request["out"] + ".tmp"
    with h5py.File(request["combine"], "r") as own, h5py.File(request["other"], "r") as other:
        graphs = joined_graphs(own, other) if request["graphs"] else {}
    loompy.combine([request["combine"], request["other"]], path, key=request["key"])
    save_anew(path, request["out"], graphs)
    return []


def aggregate(request):
    """Save as "out" what the groups of columns that have equal "labels" have in common.

    Mends: the row graphs, which the result could have as well, are left out.
    """
    Current.old = False
    ds = loompy.connect(request["aggregate"])
    graphs = {key: vectors for key, vectors in edges(ds._file).items() if key[0] == 0}
    ds.aggregate(request["out"], group_by=array(request["labels"]), aggr_by=request["function"], aggr_ca_by=request["attrs"])
    ds.close()
    connect(request["out"])
    set_graphs(Current.ds, graphs)
    close(None)
    return []


def edges(file):
    """The vectors of all graphs, by axis and name."""
    return {
        (axis, name): tuple(graph[vector][:] for vector in "abw")
        for axis, group in enumerate(("row_graphs", "col_graphs"))
        for name, graph in file[group].items()
    }


def joined_graphs(own, other):
    """Mends: with combine, graphs are those of the first file; with add_loom, vertices are moved by too much."""
    graphs, moved = edges(own), own["matrix"].shape[1]
    for (axis, name), (a, b, w) in edges(other).items():
        if axis == 0:
            graphs.setdefault((axis, name), (a, b, w))
        elif (axis, name) in graphs:
            own_a, own_b, own_w = graphs[axis, name]
            both = (np.concatenate([own_a, a + moved]), np.concatenate([own_b, b + moved]), np.concatenate([own_w, w]))
            graphs[axis, name] = both
        else:
            graphs[axis, name] = (a + moved, b + moved, w)
    return graphs


def set_graphs(ds, graphs):
    for (axis, name), (a, b, w) in graphs.items():
        n = ds.shape[axis]
        ends = (a.astype("int32"), b.astype("int32"))
        (ds.col_graphs if axis else ds.row_graphs)[name] = scipy.sparse.coo_matrix((w, ends), shape=(n, n))


def save_anew(path, out, graphs):
    """Save a file as loompy makes new ones: what it combines begins with a copy of the first, with its storage."""
    Current.old = False
    ds = loompy.connect(path)
    layers, attrs = {name: layer[:, :] for name, layer in ds.layers.items()}, dict(ds.attrs.items())
    loompy.create(out, {"": layers.pop(""), **layers}, ds.ra, ds.ca)
    ds.close()
    os.remove(path)
    connect(out)
    for name in set(attrs) - TIMES:
        Current.ds.attrs[name] = attrs[name]
    set_graphs(Current.ds, graphs)
    close(None)


# --- comparison ---------------------------------------------------------------------------


def compare_files(request):
    path = request["compare"]
    Current.ds._file.flush()  # for the tools that read the file next
    with h5py.File(path, "r") as ours:
        differences = list(itertools.islice(compare("/", Current.ds._file, ours, request["times"]), 5))
        return differences + validate(ours)


def copy_without_times(request):
    path = Current.ds.filename
    close(None)  # since a file of the latest format says of itself that it is open
    for path, copy in zip(request["timeless"], request["copies"]):
        shutil.copyfile(path, copy)
        with h5py.File(copy, "r+") as f:
            for name in TIMES & set(f.get("attrs", ())):
                del f["attrs"][name]
            f.attrs.pop("last_modified", None)
            f.visititems(lambda _, o: o.attrs.pop("last_modified", None) and None)
    return connect(path)


def connect_to(request):
    return connect(request["connect"])


def close(_):
    if Current.ds is not None:
        Current.ds.close()
        Current.ds = None
    return []


REQUESTS = {"make": make, "connect": connect_to, "close": close, "changes": make_changes, "compare": compare_files,
            "timeless": copy_without_times, "combine": combine, "aggregate": aggregate}


def ask(line):
    request = json.loads(line)
    answer = REQUESTS[next(name for name in REQUESTS if name in request)]
    try:
        objections = answer(request)
    except Exception as err:
        objections = [f"{type(err).__name__}: {err}"]
    return json.dumps({"objections": objections})
