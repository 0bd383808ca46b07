"""Attributes of values that the Loom specification does not know, by h5py.

    records.py make DIR    makes the files a, b and c
    records.py check DIR   prints in which ways what was made of them is wrong

The file b goes on where a ends: same genes, attributes of the same types but for one.
c has some of the genes of a, and others.
"""

import os
import sys

import h5py
import numpy as np

text = h5py.string_dtype()
level = h5py.enum_dtype({"low": 1, "high": 2, "top": 7}, basetype="i2")
mixed = np.dtype({
    "names": ["small", "wide", "fixed", "text", "level", "flag", "inner", "raw", "pair"],
    "formats": ["i1", ">f8", "S5", text, level, "?", np.dtype([("n", ">u2"), ("xyz", "f4", (3,))]), "V4", "c8"],
    "offsets": [0, 8, 16, 24, 40, 42, 48, 64, 72],
    "itemsize": 96,
})
point = np.dtype([("_X", "f8"), ("_Y", ">f4")])


def points(n, seed):
    values = np.zeros(n, point)
    values["_X"] = np.arange(np.prod(n)).reshape(n) + seed + 0.5
    values["_Y"] = np.nan if seed == 0 else -seed
    return values


def mix(n, seed):
    values = np.zeros(n, mixed)
    for i in range(n):
        k = i + seed
        values[i] = (k - 3, k / 3, b"f%d" % k, "text\u00e4 %d" % k, 1 + k % 2, k % 3 == 0, (k, (k, -k, k / 7)), bytes([k, 1, 0, 2]), complex(k, -k))
    return values


def columns(n, seed, ax):
    return {
        "CellID": (np.array(["c%d" % (i + seed) for i in range(n)], object), text),
        "Group": (np.arange(n) % 3, "i8"),
        "Embedding": (points(n, seed), point),
        "Pairs": (points((n, 2), seed), point),
        "Mixed": (mix(n, seed), mixed),
        "Level": (np.array([1, 2, 7] * n, "i2")[seed % 3:][:n], level),
        "Phase": (np.exp(1j * (np.arange(n) + seed)), "c16"),
        "Differs": (np.ones(n, [("x", ax)]), np.dtype([("x", ax)])),
        "Vector": (np.arange(3 * n, dtype="f4").reshape(n, 3) + seed, np.dtype(("f4", (3,)))),
    }


def genes(names):
    n = len(names)
    values = np.zeros(n, [("Sox2", "u1"), ("Pax6", "u1")])
    values["Sox2"] = [len(name) for name in names]
    values["Pax6"] = [ord(name[0]) for name in names]
    return {"Gene": (np.array(names, object), text), "Regulons": (values, values.dtype)}


def make(path, names, n, seed, ax, more={}):
    with h5py.File(path, "w") as f:
        f["matrix"] = np.arange(len(names) * n, dtype="f4").reshape(len(names), n) % 5
        f.create_dataset("attrs/LOOM_SPEC_VERSION", data="3.0.0")
        for group in ("layers", "row_graphs", "col_graphs"):
            f.create_group(group)
        for group, attrs in (("row_attrs", genes(names)), ("col_attrs", {**columns(n, seed, ax), **more})):
            for name, (values, dtype) in attrs.items():
                if name == "Vector":
                    d = f.create_dataset(group + "/" + name, (n,), dtype)
                    d[...] = values
                else:
                    f.create_dataset(group + "/" + name, data=values, dtype=dtype)
        refs = f.create_dataset("col_attrs/Refs", (n,), h5py.ref_dtype)
        for i in range(n):
            refs[i] = f["matrix"].ref


def read(path):
    with h5py.File(path, "r") as f:
        return {g + "/" + k: (d[()], d.dtype) for g in ("row_attrs", "col_attrs") for k, d in f[g].items()}


def same(a, b):
    """Whether values are equal, field by field, and NaN like NaN."""
    if a.dtype.names:
        return b.dtype.names == a.dtype.names and all(same(a[k], b[k]) for k in a.dtype.names)
    if a.dtype.kind in "fc":
        return np.array_equal(a, b, equal_nan=True)
    return a.shape == b.shape and a.tobytes() == b.tobytes() if a.dtype.kind == "V" else np.array_equal(a, b)


def check(path, want):
    got = read(path)
    for name in sorted(set(want) | set(got)):
        if name not in got or name not in want:
            print(os.path.basename(path), name, "is missing" if name in want else "is there")
            continue
        values, dtype = got[name]
        expected, of = want[name]
        enum = h5py.check_enum_dtype(of)
        if not same(expected, values) or str(dtype) != str(of) and of.kind != "O" or h5py.check_enum_dtype(dtype) != enum:
            print(os.path.basename(path), name, "is", dtype, values, "want", of, expected)


def kept(file, rows=slice(None), cols=slice(None), but=()):
    return {k: (v[rows if k.startswith("row") else cols], t) for k, (v, t) in file.items() if k not in ("col_attrs/Refs",) + but}


def both(a, b):
    want = {k: (np.concatenate([v, b[k][0]]), t) for k, (v, t) in kept(a).items() if k.startswith("col") and k in b and not k.endswith("Differs")}
    want.update({k: v for k, v in a.items() if k.startswith("row")})
    return want


def main(what, folder):
    at = lambda name: os.path.join(folder, name)
    if what == "make":
        names = ["Actb", "Gad1", "Sox2", "mt-Nd1"]
        make(at("a"), names, 5, 0, "f4", {"Half": (points(5, 3), point)})
        make(at("b"), names, 7, 5, "f8")
        make(at("c"), ["Sox2", "Xist", "Actb"], 2, 12, "f4")
        return
    a, b, c = (read(at(name)) for name in "abc")
    half = (np.concatenate([a["col_attrs/Half"][0], np.zeros(7, point)]), np.dtype(point))
    # Values of array datatypes are those of a dataset with more dimensions.
    for file in (a, b, c):
        file["col_attrs/Vector"] = (file["col_attrs/Vector"][0], np.dtype("f4"))
    check(at("both"), both(a, b))
    check(at("part"), kept(a, [3, 0], [4, 1, 1]))
    outer = both(a, c)
    for k in ("row_attrs/Gene", "row_attrs/Regulons"):
        outer[k] = (np.concatenate([a[k][0], c[k][0][1:2]]), a[k][1])
    outer["col_attrs/Differs"] = (np.ones(7, [("x", "f4")]), np.dtype([("x", "f4")]))
    check(at("outer"), outer)
    check(at("added"), {**both(a, b), "col_attrs/Half": half})
    check(at("view"), kept(a, [0, 2], slice(1, 4)))
    check(at("groups"), {**{k: v for k, v in a.items() if k.startswith("row")},
                         "col_attrs/Group": (np.arange(3), np.dtype("i8")),
                         "col_attrs/Mixed": (a["col_attrs/Mixed"][0][:3], a["col_attrs/Mixed"][1]),
                         "col_attrs/Embedding": (a["col_attrs/Embedding"][0][[3, 4, 2]], a["col_attrs/Embedding"][1])})


main(*sys.argv[1:])
