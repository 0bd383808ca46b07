"""Reads, edits and reads again a file that built_test.go has written."""

import random
import sys

import h5py
import numpy as np

path = sys.argv[1]
FEW = 300


def text(i):
    if i == 77:
        return "long " * 20000
    return "" if i % 10 == 4 else "é" * (i % 40) + str(i)


def counted(shape):
    return np.arange(int(np.prod(shape)), dtype="i4").reshape(shape)


def same(got, want):
    assert got.dtype == want.dtype, (got.dtype, want.dtype)
    assert got.shape == want.shape, (got.shape, want.shape)
    np.testing.assert_array_equal(got, want)


CHUNKED = {"empty": (0, 7), "one": (5,), "long": (49999,), "wide": (201, 67), "cube": (11, 13, 7)}


def check_attributes(attrs, name, n):
    for i in range(n):
        want = np.arange(i % 5, dtype="i4")
        if name == "dense %d" and i % 100 == 0:
            want = np.arange(250000, dtype="i4")
        same(attrs[name % i], want)


def check(f):
    """Holds what the file has had from the start against what it should be."""
    same(f["numbers"][()], counted((3, 4)))
    same(f["compact"][()], counted((5,)))
    check_attributes(f["compact"].attrs, "number é %d", 3)
    for name in ["edge", "edge 2"]:
        same(f["compact"].attrs[name], np.arange(16370, dtype="i4"))
    assert f["unwritten"][()] == b"", f["unwritten"][()]
    assert h5py.check_string_dtype(f["strings"].dtype).encoding == "utf-8"
    assert list(f["strings"].asstr()[()]) == [text(i) for i in range(3000)]
    same(f["bools"][()], np.array([True, False, True]))
    check_compound(f["compound"])
    for name, shape in CHUNKED.items():
        same(f[name][tuple(slice(n) for n in shape)], counted(shape))
        # The C library does not know all ones in 4 bytes for what it is.
        assert all(n in (None, 2**32 - 1) for n in f[name].maxshape)
    assert f["one"].compression == "gzip" and f["one"].compression_opts == 4
    same(f["soft"][()], counted((3, 4)))
    assert f.get("dangling", getlink=True).path == "no/such/thing"
    check_attributes(f.attrs, "number é %d", FEW)
    check_attributes(f["dense"].attrs, "dense %d", 301)
    assert f.attrs["text"] == "grüße" and f.attrs["flag"].dtype == bool and f.attrs["flag"]
    assert isinstance(f.attrs["void"], h5py.Empty)
    if "ünïcode 名前" in f:
        check_attributes(f["ünïcode 名前"].attrs, "number é %d", 1)


def check_compound(d):
    dtype = np.dtype([("n", "<i4"), ("flag", "?"), ("name of more than eight", "S5"), ("xy", "<f8", (2, 3))])
    want = np.zeros(9, dtype)
    for i in range(9):
        want[i] = (i, i % 2 == 1, b"%-5d" % i, np.arange(6).reshape(2, 3) * i)
    assert d.dtype == dtype, d.dtype
    assert (d[()] == want).all()


def check_fresh(f):
    """Holds what only the unedited file has."""
    n = len(f["many"])
    assert n in (500, 2000, 20000), n
    assert sorted(f["many"]) == sorted("link %d" % i for i in range(n))
    assert sorted(f["few"]) == sorted("link %d" % i for i in range(FEW))
    assert list(f["none"]) == []
    for i in random.Random(1).sample(range(n), 200):
        assert f["many/link %d" % i] == f["numbers"]
        assert "link %d?" % i not in f["many"]
    assert h5py.h5o.get_info(f["numbers"].id).rc == 1 + FEW + n
    assert list(f["ordered"].attrs) == ["b", "c", "a"]
    assert len(f.attrs) == FEW + 3 and len(f["dense"].attrs) == 301
    for name, shape in CHUNKED.items():
        assert f[name].shape == shape
    return n


def edit(f, n):
    for g in [f, f["none"], f["few"], f["many"], f["dense"]]:
        g["another"] = h5py.SoftLink("/numbers")
        g["zz hard"] = f["numbers"]
        g.create_group("0 group").attrs["x"] = "y"
        g.create_dataset("é data", data=np.arange(3))
        g.attrs["added"] = "something"
        g.attrs["numbers"] = np.arange(1000)
    for i in random.Random(2).sample(range(n), n // 2):
        del f["many/link %d" % i]
        f["many/other %d" % i] = h5py.SoftLink("/wide")
    for i in range(0, FEW, 2):
        del f["few/link %d" % i]
    large = np.arange(1 << 18, dtype="i4")
    f["dense"].attrs.create("large", large)
    f["dense"].attrs.create("large, then gone", large)
    del f["dense"].attrs["large, then gone"]
    del f["dense"].attrs["dense 100"]
    f["dense"].attrs.create("dense 100", np.arange(250000, dtype="i4"))
    f["ordered"].attrs["B"] = 1
    del f["ordered"].attrs["c"]
    f["ordered"].attrs["0"] = 1
    del f.attrs["number é 7"]
    f.attrs["number é 7"] = np.arange(2, dtype="i4")
    for name in ["numbers", "compact", "strings", "compound", *CHUNKED]:
        f[name].attrs["added"] = 1.5
    f["strings"][5] = "other"
    f["strings"][5] = text(5)
    f["unwritten"][()] = "now"
    f["unwritten"][()] = ""
    for name, shape in CHUNKED.items():
        grow(f[name], shape)


def grow(d, shape):
    """Adds chunks after the last, between others, and takes some away."""
    d.resize([n + 9 for n in shape])
    d[...] = 7
    d.resize([n // 2 for n in shape])
    d.resize([n + 5 for n in shape])
    d[tuple(slice(n) for n in shape)] = counted(shape)
    d[tuple(slice(n, None) for n in shape)] = 8


def check_edits(f, n):
    for g in [f, f["none"], f["few"], f["many"], f["dense"]]:
        same(g["another"][()], counted((3, 4)))
        assert g["zz hard"] == f["numbers"] and g["0 group"].attrs["x"] == "y"
        same(g["é data"][()], np.arange(3))
        assert g.attrs["added"] == "something"
        same(g.attrs["numbers"], np.arange(1000))
    gone = set(random.Random(2).sample(range(n), n // 2))
    want = [("other %d" if i in gone else "link %d") % i for i in range(n)]
    assert sorted(f["many"]) == sorted(want + ["another", "zz hard", "0 group", "é data"])
    assert len(f["few"]) == FEW // 2 + 4
    assert h5py.h5o.get_info(f["numbers"].id).rc == 1 + FEW // 2 + n // 2 + 5
    assert list(f["ordered"].attrs) == ["b", "a", "B", "0"]
    same(f["ordered"].attrs["a"], np.arange(2, dtype="i4"))
    assert len(f["dense"].attrs) == 304 and "large, then gone" not in f["dense"].attrs
    same(f["dense"].attrs["large"], np.arange(1 << 18, dtype="i4"))
    for name, shape in CHUNKED.items():
        assert f[name].shape == tuple(n + 5 for n in shape)
        assert (f[name][tuple(slice(n, None) for n in shape)] == 8).all()


with h5py.File(path, "r") as f:
    check(f)
    n = check_fresh(f)
with h5py.File(path, "r+") as f:
    edit(f, n)
with h5py.File(path, "r") as f:
    check(f)
    check_edits(f, n)
