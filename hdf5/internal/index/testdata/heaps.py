"""Writes groups.h5, dense.h5 and strings.h5: groups old and new, objects with
many attributes, and variable-length strings, and prints as JSON what is in them.

Usage: heaps.py DIRECTORY
"""

import json
import os
import sys

import h5py
import numpy as np


def address(obj):
    return int(h5py.h5o.get_info(obj.id).addr)


def names(count, rng, libver):
    """Distinct names of mixed lengths, some of them not ASCII. An old group that
    is given such a name becomes a new one, and so does not get any."""
    alphabet = list("abcdefghijklmnopqrstuvwxyzABC0189_-. ")
    if libver == "latest":
        alphabet += ["é", "ß", "基", "😀"]
    out = set()
    while len(out) < count:
        n = int(rng.integers(1, 40 if len(out) % 20 else 400))
        out.add("".join(rng.choice(alphabet, n)) + str(len(out)))
    return sorted(out)


def group(f, name, count, rng, libver):
    """A group of links, every third of them soft, in random order."""
    g = f.create_group(name, track_order=name.endswith("ordered"))
    links = {}
    order = names(count, rng, libver)
    rng.shuffle(order)
    for i, n in enumerate(order):
        if i % 3 == 2:
            links[n] = "/target/" + n[::-1]
            g[n] = h5py.SoftLink(links[n])
        else:
            g[n] = f["target"]
            links[n] = address(f["target"])
    for n in order[: count // 10]:
        del g[n]
        del links[n]
    return {"name": name, "header": address(g), "links": links}


def groups(path, libver):
    rng = np.random.default_rng(3)
    with h5py.File(path, "w", libver=libver) as f:
        f.create_group("target")
        out = [group(f, f"g{n}", n, rng, libver) for n in (0, 1, 8, 9, 64, 65, 500, 6000)]
        if libver == "latest":
            out.append(group(f, "ordered", 300, rng, libver))
        return out


def attributes(path):
    """Objects whose attributes are in a fractal heap, some of them huge."""
    rng = np.random.default_rng(4)
    out = []
    with h5py.File(path, "r+") as f:
        for count, longest in ((20, 100), (300, 4000), (40, 100000)):
            g = f.create_group(f"attributes{count}")
            values = {}
            for i in range(count):
                value = rng.integers(0, 256, int(rng.integers(1, longest))).astype("u1")
                g.attrs[f"a{i}"] = value
                values[f"a{i}"] = value.tobytes().hex()
            out.append({"header": address(g), "values": values})
    return out


def strings(path):
    rng = np.random.default_rng(5)
    lengths = list(rng.integers(0, 60, 3000)) + [5000, 70000, 0, 1]
    values = ["".join(chr(int(c)) for c in rng.integers(65, 91, n)) for n in lengths]
    with h5py.File(path, "w", libver="earliest") as f:
        f.create_dataset("s", data=np.array(values, object), dtype=h5py.string_dtype())
        return {"offset": int(f["s"].id.get_offset()), "values": values}


def main(directory):
    path = lambda name: os.path.join(directory, name)
    out = {
        "groups": groups(path("groups.h5"), "earliest"),
        "dense": groups(path("dense.h5"), "latest"),
        "strings": strings(path("strings.h5")),
    }
    out["attributes"] = attributes(path("dense.h5"))
    sys.stdout.write(json.dumps(out))


main(sys.argv[1])
