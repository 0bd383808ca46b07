"""The HDF5 half of the test-file matrix: what libhdf5 can write, one subject a file.

Each function decorated with @hdf5 fills one open file; its name, and the library
version bounds it was opened with, name the file. Names that start with "exotic_"
hold at least one object outside what a reader has to support: for those a
reader gives h5py's values or an error, never other values.
"""
import ctypes
import os
import struct
import zlib

import h5py
import numpy as np
from h5py import h5a, h5d, h5f, h5p, h5s, h5t, h5z

OLD, MIDDLE, NEW = "earliest", "v108", "latest"
EDGES = (0, 1, 63, 64, 65)
NON_ASCII = "ÆØÅ – 细胞 🧬"

_files = []


def hdf5(*libvers, prepare=None, name=None, **kwargs):
    """Register a function that fills a file, once for each library version bound.

    prepare gets the file creation property list before the file is made.
    """

    def register(fill):
        for libver in libvers:
            suffix = f"_{libver}" if len(libvers) > 1 else ""
            _files.append(((name or fill.__name__) + suffix + ".h5", fill, libver, prepare, kwargs))
        return fill

    return register


def write_all(outdir):
    for filename, fill, libver, prepare, kwargs in _files:
        path = os.path.join(outdir, filename)
        with _create(path, libver, prepare, kwargs) as f:
            fill(f)


def _create(path, libver, prepare, kwargs):
    if prepare is None:
        return h5py.File(path, "w", libver=libver, **kwargs)
    fcpl = h5p.create(h5p.FILE_CREATE)
    prepare(fcpl)
    fapl = h5p.create(h5p.FILE_ACCESS)
    fapl.set_fclose_degree(h5f.CLOSE_STRONG)
    if libver == NEW:
        fapl.set_libver_bounds(h5f.LIBVER_LATEST, h5f.LIBVER_LATEST)
    return h5py.File(h5f.create(path.encode(), h5f.ACC_TRUNC, fcpl, fapl))


def _libhdf5():
    """The C library that h5py itself has loaded, for calls that h5py does not wrap."""
    with open("/proc/self/maps") as maps:
        for line in maps:
            if "libhdf5" in line and "_hl" not in line:
                return ctypes.CDLL(line.split()[-1])
    raise OSError("libhdf5 is not loaded")


def rng(*key):
    """A generator that depends on the key alone."""
    return np.random.default_rng(zlib.crc32(repr(key).encode()))


# --- elements -------------------------------------------------------------------

INTEGERS = [order + kind for order in "<>" for kind in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")]
FLOATS = [order + kind for order in "<>" for kind in ("f2", "f4", "f8")]


def integers(dtype, n, *key):
    """n integers over the whole range of the type, the two ends first."""
    info = np.iinfo(dtype)
    a = rng("int", dtype, n, *key).integers(info.min, info.max, n, dtype=np.dtype(dtype).newbyteorder("="), endpoint=True)
    ends = np.array([info.min, info.max], dtype=a.dtype)
    a[: min(n, 2)] = ends[:n]
    return a.astype(dtype)


def floats(dtype, n, *key):
    """n floats of random bit patterns, after zeros, infinities, NaNs with payload and subnormals."""
    size = np.dtype(dtype).itemsize
    bits = {2: np.uint16, 4: np.uint32, 8: np.uint64}[size]
    one, exponent = {2: (0x3C00, 0x7C00), 4: (0x3F800000, 0x7F800000), 8: (0x3FF << 52, 0x7FF << 52)}[size]
    sign = 1 << (8 * size - 1)
    special = [0, sign, one, one | sign, exponent, exponent | sign, exponent | (exponent >> 1) & ~exponent | 5, sign - 1, 1, sign | 1]
    a = rng("float", dtype, n, *key).integers(0, np.iinfo(bits).max, n, dtype=bits, endpoint=True)
    k = min(n, len(special))
    a[:k] = np.array(special[:k], dtype=bits)
    if np.dtype(dtype).byteorder == ">":
        a = a.byteswap()
    return a.view(dtype)


def counts(shape, dtype="f4", *key):
    """A matrix of small counts, most of them zero."""
    r = rng("counts", shape, dtype, *key)
    return (r.poisson(2.0, shape) * (r.random(shape) < 0.2)).astype(dtype)


def words(n, *key):
    r = rng("words", n, *key)
    alphabet = np.array(list("abcdefghijklmnop"))
    return ["".join(alphabet[r.integers(0, 16, k)]) for k in r.integers(0, 12, n)]


@hdf5(OLD, MIDDLE, NEW)
def numbers(f):
    for dtype in INTEGERS:
        g = f.create_group(_slug(dtype))
        for n in EDGES:
            g[f"n{n}"] = integers(dtype, n)
        g["scalar"] = integers(dtype, 1)[0]
        g.attrs["vector"] = integers(dtype, 5, "attribute")
        g.attrs["scalar"] = integers(dtype, 2, "attribute")[1]
        g.create_dataset("chunked", data=integers(dtype, 65, "chunked"), chunks=(16,), compression="gzip", shuffle=True)
    for dtype in FLOATS:
        g = f.create_group(_slug(dtype))
        for n in EDGES:
            g[f"n{n}"] = floats(dtype, n)
        g["scalar"] = floats(dtype, 7)[6]
        g.attrs["vector"] = floats(dtype, 12, "attribute")
        g.attrs["scalar"] = floats(dtype, 3, "attribute")[2]
        g.create_dataset("chunked", data=floats(dtype, 65, "chunked"), chunks=(16,), compression="gzip", shuffle=True)


def _slug(dtype):
    return ("le_" if dtype[0] == "<" else "be_") + dtype[1:]


@hdf5(OLD, NEW)
def shapes(f):
    for n in EDGES:
        for m in EDGES:
            a = integers("<i4", n * m, n, m).reshape(n, m)
            f.create_dataset(f"contiguous_{n}x{m}", data=a)
            f.create_dataset(f"chunked_{n}x{m}", data=a, chunks=(64, 64), maxshape=(None, None), compression="gzip")
            f.create_dataset(f"small_chunks_{n}x{m}", data=a, chunks=(7, 16), maxshape=(65, 65))
    f["3d"] = integers("<i2", 5 * 7 * 3).reshape(5, 7, 3)
    f.create_dataset("3d_chunked", data=integers("<i2", 5 * 7 * 3).reshape(5, 7, 3), chunks=(2, 3, 2))
    f["4d"] = integers("<u1", 3 * 4 * 5 * 6).reshape(3, 4, 5, 6)
    f.create_dataset(
        "4d_chunked", data=integers("<u1", 3 * 4 * 5 * 6).reshape(3, 4, 5, 6), chunks=(2, 3, 2, 4), compression="gzip"
    )
    f.create_dataset("8d", data=integers("<u1", 256).reshape((2,) * 8), chunks=(1, 2) * 4)
    f.create_dataset("row", data=integers("<i4", 1000).reshape(1, 1000), chunks=(1, 64))
    f.create_dataset("column", data=integers("<i4", 1000).reshape(1000, 1), chunks=(64, 1))


@hdf5(OLD, NEW)
def empty(f):
    for dtype in ("i4", "f8", "S3", "?", h5py.string_dtype(), np.dtype([("a", "i4"), ("b", "f8")])):
        g = f.create_group(f"type{len(f)}")
        g["null"] = h5py.Empty(dtype)
        g.attrs["null"] = h5py.Empty(dtype)
        g.create_dataset("zero", (0,), dtype=dtype)
        g.create_dataset("zero_chunked", (0,), dtype=dtype, chunks=(8,), maxshape=(None,))
        g.create_dataset("zero_gzip", (0,), dtype=dtype, chunks=(8,), maxshape=(None,), compression="gzip")
        g.create_dataset("zero_rows", (0, 5), dtype=dtype, chunks=(4, 4), maxshape=(None, None))
        g.create_dataset("zero_columns", (5, 0), dtype=dtype, chunks=(4, 4), maxshape=(None, None))
        g.create_dataset("unwritten", (9,), dtype=dtype)
        g.create_dataset("unwritten_chunked", (9,), dtype=dtype, chunks=(4,))
    f.attrs.create("zero", np.zeros(0, "i4"))
    f.attrs.create("zero_2d", np.zeros((3, 0), "f4"))
    f.create_group("no_members")


# --- strings --------------------------------------------------------------------

PADDINGS = {"nullterm": h5t.STR_NULLTERM, "nullpad": h5t.STR_NULLPAD, "spacepad": h5t.STR_SPACEPAD}
CHARSETS = {"ascii": h5t.CSET_ASCII, "utf8": h5t.CSET_UTF8}


def _string_type(size, padding, charset):
    tid = h5t.C_S1.copy()
    tid.set_size(size)
    tid.set_strpad(padding)
    tid.set_cset(charset)
    return tid


@hdf5(OLD, NEW)
def strings_fixed(f):
    values = {
        "ascii": [b"", b"a", b"abcde", b"abcdef", b" lead", b"trail ", b"a b", b"&amp;lt;", b"tab\tnl\n", b"\\ \""],
        "utf8": [s.encode() for s in ("", "a", "Æ", "ÆØÅ", "细胞", "🧬", "é", "a é b")],
    }
    for pad, padding in PADDINGS.items():
        for cset, charset in CHARSETS.items():
            for size in (1, 6, 8, 65):
                fits = [v for v in values[cset] if len(v) <= size - (pad == "nullterm")]
                fill = b" " if pad == "spacepad" else b"\0"
                raw = np.frombuffer(b"".join(v.ljust(size, fill) for v in fits), dtype=f"S{size}")
                tid = _string_type(size, padding, charset)
                space = h5s.create_simple((len(raw),))
                name = f"{pad}_{cset}_{size}".encode()
                h5d.create(f.id, name, tid, space).write(h5s.ALL, h5s.ALL, raw.copy(), tid)
                h5a.create(f.id, name, tid, space).write(raw.copy(), tid)
    # What a null-terminated string has after its terminator is not part of it.
    tid = _string_type(8, h5t.STR_NULLTERM, h5t.CSET_ASCII)
    raw = np.frombuffer(b"ab\0junk\0full8byt", dtype="S8").copy()
    h5d.create(f.id, b"after_terminator", tid, h5s.create_simple((2,))).write(h5s.ALL, h5s.ALL, raw, tid)
    tid = _string_type(8, h5t.STR_NULLPAD, h5t.CSET_ASCII)
    h5d.create(f.id, b"null_inside", tid, h5s.create_simple((2,))).write(h5s.ALL, h5s.ALL, raw, tid)
    f["latin1_bytes"] = np.array([b"caf\xe9", b"\xff\xfe"], dtype="S4")
    f["scalar"] = np.bytes_(b"one string")
    f.create_dataset("chunked", data=np.array(words(500), dtype="S12"), chunks=(64,), compression="gzip")
    f.create_dataset("2d", data=np.array(words(60), dtype="S12").reshape(6, 10))
    f["long"] = np.array([b"x" * 70000, b"y" * 69999])
    for n in EDGES:
        f[f"n{n}"] = np.array(words(n), dtype="S12")


@hdf5(OLD, NEW)
def strings_variable(f):
    utf8, ascii = h5py.string_dtype("utf-8"), h5py.string_dtype("ascii")
    for n in EDGES:
        f.create_dataset(f"utf8_n{n}", data=words(n), dtype=utf8)
        f.create_dataset(f"ascii_n{n}", data=words(n, "ascii"), dtype=ascii)
        f.create_dataset(f"chunked_n{n}", data=words(n, "chunked"), dtype=utf8, chunks=(16,), maxshape=(None,), compression="gzip")
    f["scalar"] = NON_ASCII
    f["scalar_empty"] = ""
    f.create_dataset("non_ascii", data=["", "Æ", "细胞", "🧬", "a\tb\nc\\d", NON_ASCII * 100], dtype=utf8)
    f.create_dataset("2d", data=np.array(words(60), dtype=object).reshape(6, 10), dtype=utf8)
    f.create_dataset("long", data=["x" * 100000, "y" * 5000, "z"], dtype=utf8)
    f.create_dataset("many", data=[f"string number {i}" for i in range(5000)], dtype=utf8, chunks=(512,))
    f.create_dataset("unwritten", (7,), dtype=utf8)
    partly = f.create_dataset("partly_written", (20,), dtype=utf8, chunks=(8,))
    partly[9:12] = ["nine", "ten", "eleven"]
    f.create_dataset("not_utf8", data=[b"caf\xe9", b"\xff"], dtype=utf8)
    again = f.create_dataset("overwritten", data=words(100, "before"), dtype=utf8)
    again[...] = np.array([w * 3 for w in words(100, "after")], dtype=object)
    f.attrs["scalar"] = NON_ASCII
    f.attrs["empty"] = ""
    f.attrs.create("vector", words(65), dtype=utf8)
    f.attrs.create("ascii", words(3), dtype=ascii)
    f.attrs.create("matrix", np.array(words(6), dtype=object).reshape(2, 3), dtype=utf8)
    f.attrs["long"] = "l" * 60000
    for pad, padding in PADDINGS.items():
        tid = _string_type(h5t.VARIABLE, padding, h5t.CSET_ASCII)
        d = h5d.create(f.id, f"variable_{pad}".encode(), tid, h5s.create_simple((3,)))
        d.write(h5s.ALL, h5s.ALL, np.array([b"a ", b"", b"abc"], dtype=object), h5t.py_create(ascii))


# --- compounds and the rest ---------------------------------------------------


def _compound(n, *key):
    color = h5py.enum_dtype({"red": 0, "green": 1, "blue": 40}, basetype="u1")
    dtype = np.dtype(
        [
            ("i", "<i4"),
            ("big", ">f8"),
            ("flag", "?"),
            ("color", color),
            ("name", "S7"),
            ("text", h5py.string_dtype()),
            ("vector", "<f4", (3,)),
            ("inner", [("x", "<i2"), ("deep", [("y", ">u4"), ("z", "S2")])]),
            ("grid", "<u2", (2, 2)),
        ]
    )
    a = np.zeros(n, dtype=dtype)
    a["i"] = integers("<i4", n, *key)
    a["big"] = floats(">f8", n, *key)
    a["flag"] = integers("u1", n, *key) % 2
    a["color"] = np.array([0, 1, 40], "u1")[integers("u1", n, *key) % 3]
    a["name"] = [w[:7].encode() for w in words(n, "name")]
    a["text"] = words(n, "text")
    a["vector"] = floats("<f4", 3 * n, *key).reshape(n, 3)
    a["inner"]["x"] = integers("<i2", n, *key)
    a["inner"]["deep"]["y"] = integers(">u4", n, *key)
    a["inner"]["deep"]["z"] = [w[:2].encode() for w in words(n, "z")]
    a["grid"] = integers("<u2", 4 * n, *key).reshape(n, 2, 2)
    return a


@hdf5(OLD, MIDDLE, NEW)
def compounds(f):
    for n in EDGES:
        f[f"n{n}"] = _compound(n)
    f.create_dataset("chunked", data=_compound(65), chunks=(16,), compression="gzip", shuffle=True)
    f["scalar"] = _compound(1)[0]
    f["pair"] = np.array([(1, 2.5), (-3, np.nan)], dtype=[("a", "i8"), ("b", "f8")])
    f["one_member"] = np.array([(1,), (2,)], dtype=[("only", "u1")])
    f["aligned"] = np.zeros(4, dtype=np.dtype([("a", "u1"), ("b", "f8"), ("c", "u1")], align=True))
    f["non_ascii_members"] = np.array([(1, 2)], dtype=[("æ", "i4"), ("细胞", "i4")])
    f["2d"] = np.array([[(1, 2.0)] * 3] * 2, dtype=[("a", "i4"), ("b", "f4")])
    f["wide"] = np.ones(3, dtype=[(f"member {i:03d}", "u1") for i in range(200)])
    f["bools"] = np.array([(i % 2, i % 3 == 0) for i in range(10)], dtype=[("gene_1", "?"), ("gene_2", "?")])
    f.attrs["pair"] = f["pair"][...]
    f.attrs.create("all", _compound(3))
    for kind in ("<c8", ">c16"):
        re, im = floats(kind.replace("c8", "f4").replace("c16", "f8"), 40).reshape(2, 20)
        a = np.zeros(20, dtype=kind)
        a.real, a.imag = re, im
        f[f"complex_{_slug(kind)}"] = a
    f.attrs["complex"] = 1 - 2j
    # Members stored out of order and with gaps between them.
    tid = h5t.create(h5t.COMPOUND, 24)
    tid.insert(b"late", 16, h5t.STD_I32LE)
    tid.insert(b"early", 3, h5t.STD_U16BE)
    a = np.zeros(2, dtype={"names": ["late", "early"], "formats": ["<i4", ">u2"], "offsets": [16, 3], "itemsize": 24})
    a["late"], a["early"] = [7, -8], [9, 65535]
    h5d.create(f.id, b"gaps", tid, h5s.create_simple((2,))).write(h5s.ALL, h5s.ALL, a, tid)


@hdf5(OLD, NEW)
def enums(f):
    f["bool"] = np.array([i % 3 == 0 for i in range(65)])
    f["bool_scalar"] = np.True_
    f.attrs["bool"] = np.False_
    f.attrs["bools"] = np.array([True, False, True])
    f.create_dataset("bool_2d", data=counts((20, 30)) > 0, chunks=(8, 8), compression="gzip")
    for base in ("i1", "u1", "<i2", ">i4", "<u8"):
        dtype = h5py.enum_dtype({"zero": 0, "one": 1, NON_ASCII: 5, "top": 100}, basetype=base)
        data = np.array([0, 1, 5, 100, 1, 77], dtype=base)  # 77 has no name
        f.create_dataset("enum_" + base.strip("<>"), data=data, dtype=dtype)
        f.attrs.create("enum_" + base.strip("<>"), data[2], dtype=dtype)
    negative = h5py.enum_dtype({"minus": -1, "least": -32768, "most": 32767}, basetype="i2")
    f.create_dataset("negative", data=np.array([-1, -32768, 32767], "i2"), dtype=negative)
    many = h5py.enum_dtype({f"label {i}": i for i in range(300)}, basetype="u2")
    f.create_dataset("many_symbols", data=np.arange(300, dtype="u2"), dtype=many)


@hdf5(OLD, NEW)
def arrays(f):
    f.create_dataset("i4_3", (5,), dtype=np.dtype(("<i4", (3,))))[...] = np.arange(15).reshape(5, 3)
    f.create_dataset("f8_2x3", (4,), dtype=np.dtype((">f8", (2, 3))))[...] = floats("<f8", 24).reshape(4, 2, 3)
    f.create_dataset("s4_2", (3,), dtype=np.dtype(("S4", (2,))))[...] = np.array([[b"ab", b"abcd"]] * 3)
    f.create_dataset("2d", (2, 2), dtype=np.dtype(("u1", (4,))), chunks=(1, 2))[...] = np.arange(16).reshape(2, 2, 4)
    point = np.dtype([("x", "i2"), ("y", "f4")])
    a = np.zeros((3, 2), dtype=point)
    a["x"], a["y"] = np.arange(6).reshape(3, 2), 0.5
    tid = h5t.array_create(h5t.py_create(point), (2,))
    h5d.create(f.id, b"of_compound", tid, h5s.create_simple((3,))).write(h5s.ALL, h5s.ALL, a, tid)
    tid = h5t.array_create(h5t.STD_I16BE, (3,))
    h5a.create(f.id, b"i2_3", tid, h5s.create_simple((2,))).write(np.arange(6, dtype=">i2").reshape(2, 3), tid)


@hdf5(OLD, NEW)
def sequences(f):
    r = rng("sequences")
    for name, base in (("i4", "<i4"), ("f8", ">f8"), ("u1", "u1")):
        d = f.create_dataset(name, (20,), dtype=h5py.vlen_dtype(np.dtype(base)))
        for i in range(19):  # the last stays unwritten
            d[i] = np.arange(r.integers(0, 9), dtype=base)
    d = f.create_dataset("chunked", (30,), dtype=h5py.vlen_dtype(np.dtype("i2")), chunks=(8,), compression="gzip")
    for i in range(0, 30, 2):
        d[i] = np.arange(i, dtype="i2")
    d = f.create_dataset("long", (2,), dtype=h5py.vlen_dtype(np.dtype("i8")))
    d[0], d[1] = np.arange(20000), np.arange(3)
    f.create_dataset("scalar", (), dtype=h5py.vlen_dtype(np.dtype("f4")))[()] = np.array([1, 2.5], "f4")
    member = np.dtype([("n", "i4"), ("seq", h5py.vlen_dtype(np.dtype("u2")))])
    a = np.zeros(3, dtype=member)
    for i in range(3):
        a[i] = (i, np.arange(i * 2, dtype="u2"))
    f.create_dataset("in_compound", data=a, dtype=member)
    value = np.empty(2, dtype=object)
    value[0], value[1] = np.arange(3, dtype="i4"), np.arange(0, dtype="i4")
    f.attrs.create("seq", value, dtype=h5py.vlen_dtype(np.dtype("i4")))
    # A column of strings that points at dimension scales, as netCDF files have.
    f["x"], f["values"] = np.arange(4.0), np.arange(4)
    f["x"].make_scale("x axis")
    f["values"].dims[0].attach_scale(f["x"])


@hdf5(OLD, NEW)
def references(f):
    f["a/b/data"] = np.arange(20).reshape(4, 5)
    f.create_group("a/empty")
    refs = f.create_dataset("objects", (5,), dtype=h5py.ref_dtype)
    refs[0], refs[1], refs[2], refs[3] = f["a"].ref, f["a/b/data"].ref, f.ref, refs.ref
    f.create_dataset("one_object", (), dtype=h5py.ref_dtype)[()] = f["a/b"].ref
    f.attrs["object"] = f["a/b/data"].ref
    f.attrs.create("objects", np.array([f["a"].ref, f["a/b"].ref], dtype=object), dtype=h5py.ref_dtype)
    data = f["a/b/data"]
    regions = f.create_dataset("regions", (3,), dtype=h5py.regionref_dtype)
    regions[0], regions[1] = data.regionref[1:3, 2:4], data.regionref[...]
    f.attrs.create("region", data.regionref[0, :], dtype=h5py.regionref_dtype)
    pair = np.dtype([("id", "i4"), ("where", h5py.ref_dtype)])
    a = np.zeros(2, dtype=pair)
    a[0], a[1] = (1, f["a"].ref), (2, data.ref)
    f.create_dataset("in_compound", data=a, dtype=pair)


@hdf5(OLD, NEW)
def opaque(f):
    f["v5"] = np.frombuffer(bytes(range(25)), dtype="V5")
    f["v1_scalar"] = np.void(b"\xff")
    f.attrs["v3"] = np.void(b"\x00\x01\x02")
    f.create_dataset("chunked", data=np.frombuffer(bytes(range(240)), dtype="V8"), chunks=(7,), compression="gzip")
    times = np.array(["2001-02-03", "1969-12-31", "NaT"], dtype="datetime64[ns]")
    f["datetime"] = times.astype(h5py.opaque_dtype(times.dtype))
    tid = h5t.create(h5t.OPAQUE, 4)
    tid.set_tag(b"a tag of odd length")
    h5d.create(f.id, b"tagged", tid, h5s.create_simple((2,))).write(
        h5s.ALL, h5s.ALL, np.frombuffer(b"abcdefgh", dtype="V4").copy(), tid
    )


@hdf5(OLD, NEW)
def bitfields(f):
    for name, tid, dtype in (
        ("b8", h5t.STD_B8LE, "u1"),
        ("b16le", h5t.STD_B16LE, "<u2"),
        ("b32be", h5t.STD_B32BE, ">u4"),
        ("b64le", h5t.STD_B64LE, "<u8"),
    ):
        d = h5d.create(f.id, name.encode(), tid, h5s.create_simple((9,)))
        d.write(h5s.ALL, h5s.ALL, integers(dtype, 9), tid)


@hdf5(OLD, NEW)
def precision(f):
    """Integers of fewer bits than their bytes hold, plain and through the n-bit filter."""
    for name, base, bits, offset in (
        ("i4_12", h5t.STD_I32LE, 12, 0),
        ("u4_17_at_3", h5t.STD_U32BE, 17, 3),
        ("i2_5_at_2", h5t.STD_I16BE, 5, 2),
        ("u1_3", h5t.STD_U8LE, 3, 0),
        ("i8_40", h5t.STD_I64LE, 40, 0),
    ):
        tid = base.copy()
        tid.set_precision(bits)
        tid.set_offset(offset)
        signed = base.get_sign() == h5t.SGN_2
        lo, hi = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
        data = rng(name).integers(lo, hi, 50, endpoint=True)
        data[:2] = lo, hi
        for nbit in (False, True):
            dcpl = h5p.create(h5p.DATASET_CREATE)
            if nbit:
                dcpl.set_chunk((16,))
                dcpl.set_filter(h5z.FILTER_NBIT, h5z.FLAG_OPTIONAL, ())
            d = h5d.create(f.id, (name + "_nbit" * nbit).encode(), tid, h5s.create_simple((50,)), dcpl)
            d.write(h5s.ALL, h5s.ALL, data.astype("i8"), h5t.NATIVE_INT64)


@hdf5(OLD, NEW)
def committed(f):
    f["types/integer"] = np.dtype("<i4")
    f["types/pair"] = np.dtype([("a", "i4"), ("text", h5py.string_dtype())])
    f["types/bool"] = np.dtype("?")
    f["types/pair"].attrs["about"] = "a committed datatype may have attributes"
    f.create_dataset("uses_integer", data=np.arange(5), dtype=f["types/integer"])
    f.create_dataset("uses_pair", (3,), dtype=f["types/pair"])[1] = (4, "four")
    f.create_dataset("chunked", data=np.arange(50), dtype=f["types/integer"], chunks=(8,), compression="gzip")
    f.attrs.create("uses_integer", np.arange(3), dtype=f["types/integer"])
    f["uses_integer"].attrs.create("flag", True, dtype=f["types/bool"])
    f["types/alias"] = f["types/integer"]
    # The type lives on after its name is gone.
    f["unnamed"] = np.dtype("<f4")
    f.create_dataset("uses_unnamed", data=np.arange(4.0), dtype=f["unnamed"])
    del f["unnamed"]


# --- storage --------------------------------------------------------------------


@hdf5(OLD, MIDDLE, NEW)
def layouts(f):
    for n in EDGES:
        dcpl = h5p.create(h5p.DATASET_CREATE)
        dcpl.set_layout(h5d.COMPACT)
        d = h5d.create(f.id, f"compact_n{n}".encode(), h5t.STD_I32BE, h5s.create_simple((n,)), dcpl)
        if n:
            d.write(h5s.ALL, h5s.ALL, integers(">i4", n))
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_layout(h5d.COMPACT)
    d = h5d.create(f.id, b"compact_scalar", h5t.IEEE_F64LE, h5s.create(h5s.SCALAR), dcpl)
    d.write(h5s.ALL, h5s.ALL, np.array(0.1))
    d = h5d.create(f.id, b"compact_unwritten", h5t.IEEE_F64LE, h5s.create_simple((4,)), dcpl)
    d = h5d.create(f.id, b"compact_large", h5t.STD_U8LE, h5s.create_simple((60000,)), dcpl)
    d.write(h5s.ALL, h5s.ALL, integers("u1", 60000))
    f.create_dataset("contiguous", data=counts((40, 30)))
    f.create_dataset("contiguous_unwritten", (10, 10), dtype="f4")
    f.create_dataset("chunked", data=counts((40, 30)), chunks=(16, 16))
    f.create_dataset("chunk_as_large_as_data", data=counts((40, 30)), chunks=(40, 30), compression="gzip")
    f.create_dataset("chunk_larger_than_data", data=counts((40, 30)), chunks=(64, 64), maxshape=(None, None), compression="gzip")
    f.create_dataset("chunk_larger_bounded", data=counts((5, 5)), chunks=(8, 8), maxshape=(10, 10))
    f.create_dataset("edge_chunks", data=counts((65, 63)), chunks=(64, 64), maxshape=(None, None), compression="gzip")
    f.create_dataset("early", (30, 30), dtype="i4", chunks=(8, 8))[3:20, 5:9] = 7
    f.create_dataset("times", data=np.arange(3), track_times=True)


def _grid(f, name, shape, chunks, maxshape, dtype="u1", holes=False, early=False, **filters):
    """A dataset of many chunks with content that tells them apart; holes leaves some unallocated."""
    if early:
        d = _allocated_early(f, name, shape, chunks, maxshape, dtype)
    else:
        d = f.create_dataset(name, shape, dtype=dtype, chunks=chunks, maxshape=maxshape, **filters)
    n = int(np.prod(shape))
    data = (np.arange(1, n + 1, dtype="u8") * 2654435761 % 251).astype(dtype).reshape(shape)
    if not holes:
        d[...] = data
        return
    step = tuple(c * 3 for c in chunks)
    for corner in np.ndindex(*(-(-s // t) for s, t in zip(shape, step))):
        box = tuple(slice(i * t, min(s, i * t + c)) for i, t, c, s in zip(corner, step, chunks, shape))
        d[box] = data[box]


def _allocated_early(f, name, shape, chunks, maxshape, dtype):
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    dcpl.set_chunk(chunks)
    space = h5s.create_simple(shape, maxshape)
    return h5py.Dataset(h5d.create(f.id, name.encode(), h5t.py_create(np.dtype(dtype)), space, dcpl))


def _grids(f, counts_of_chunks, maxshape):
    """Datasets of as many chunks as asked for: plain, filtered, with holes, and in two dimensions."""
    for n in counts_of_chunks:
        name = f"chunks_{n}"
        _grid(f, name, (n, 2), (1, 2), maxshape)
        _grid(f, name + "_gzip", (n, 2), (1, 2), maxshape, compression="gzip")
        if n <= 5000:
            _grid(f, name + "_holes", (n, 2), (1, 2), maxshape, holes=True)
        if n <= 200:
            limits = maxshape and tuple(m and 9 for m in maxshape)
            _grid(f, name + "_2d", (2 * n + 1, 9), (2, 4), limits, dtype=">i2")


@hdf5(OLD, MIDDLE)
def chunks_btree_v1(f):
    _grids(f, (1, 2, 63, 64, 65, 200, 5000), None)
    _grid(f, "3d", (9, 10, 11), (2, 3, 4), (None,) * 3, dtype="<u2", compression="gzip")
    _grid(f, "4d", (5, 6, 7, 4), (2, 2, 3, 3), (None,) * 4, dtype="<u4", holes=True)
    _grid(f, "unlimited_2d", (70, 70), (4, 4), (None, None), compression="gzip", shuffle=True)
    backwards = f.create_dataset("written_backwards", (300,), dtype="i4", chunks=(1,), maxshape=(None,))
    for i in reversed(range(300)):
        backwards[i] = i * i
    scattered = f.create_dataset("written_scattered", (700,), dtype="i4", chunks=(1,), maxshape=(None,))
    for i in rng("scattered").permutation(700)[:500]:
        scattered[i] = i + 1


@hdf5(NEW)
def chunks_single(f):
    for n in (1, 63, 64, 65):
        _grid(f, f"plain_{n}", (n, 3), (n, 3), (n, 3))
        _grid(f, f"gzip_{n}", (n, 3), (n, 3), (n, 3), dtype="<i4", compression="gzip", shuffle=True)
        _grid(f, f"fletcher_{n}", (n, 3), (n, 3), (n, 3), dtype="<i4", fletcher32=True)
    f.create_dataset("unwritten", (5, 5), dtype="f4", chunks=(5, 5), fillvalue=3)
    f.create_dataset("unwritten_gzip", (5, 5), dtype="f4", chunks=(5, 5), compression="gzip", fillvalue=-1)


@hdf5(NEW)
def chunks_implicit(f):
    for n in (2, 63, 64, 65, 200, 3000):
        _grid(f, f"chunks_{n}", (n, 2), (1, 2), (n, 2), early=True)
    _grid(f, "2d", (13, 9), (2, 4), (13, 9), dtype=">i2", early=True)
    _grid(f, "3d", (9, 10, 11), (2, 3, 4), (9, 10, 11), dtype="<u2", early=True)
    _grid(f, "bounded", (9, 10), (2, 3), (20, 30), dtype="<u2", early=True)


@hdf5(NEW)
def chunks_fixed_array(f):
    for n, limit in ((2, 2), (63, 63), (64, 64), (65, 200), (1024, 1024), (1025, 1025), (3000, 5000)):
        _grid(f, f"chunks_{n}_of_{limit}", (n, 2), (1, 2), (limit, 2))
        _grid(f, f"chunks_{n}_of_{limit}_gzip", (n, 2), (1, 2), (limit, 2), compression="gzip")
        _grid(f, f"chunks_{n}_of_{limit}_holes", (n, 2), (1, 2), (limit, 2), holes=True)
        _grid(f, f"chunks_{n}_of_{limit}_gzip_holes", (n, 2), (1, 2), (limit, 2), holes=True, compression="gzip")
    _grid(f, "2d", (13, 9), (2, 4), (13, 9), dtype=">i2")
    _grid(f, "3d_bounded", (9, 10, 11), (2, 3, 4), (20, 15, 12), dtype="<u2", compression="gzip")
    _grid(f, "edge_not_filtered", (13, 9), (4, 4), (13, 9), dtype="<u4", compression="gzip")
    sparse = f.create_dataset("mostly_unallocated", (9000,), dtype="i4", chunks=(1,), fillvalue=9)
    sparse[8999], sparse[17] = 1, 2


@hdf5(NEW)
def chunks_extensible_array(f):
    _grids(f, (1, 2, 4, 5, 20, 63, 64, 65, 200, 5000, 40000), (None, 2))
    for n in (1, 5, 65, 3000):
        _grid(f, f"last_axis_{n}", (2, n), (2, 1), (2, None))
        _grid(f, f"last_axis_{n}_gzip", (3, n), (2, 1), (3, None), compression="gzip")
    _grid(f, "middle_axis", (5, 60, 7), (2, 1, 3), (5, None, 7), dtype="<u2", compression="gzip")
    _grid(f, "bounded_and_unlimited", (5, 60), (2, 2), (11, None), dtype="<u2")
    sparse = f.create_dataset("mostly_unallocated", (100000,), dtype="i4", chunks=(1,), maxshape=(None,), fillvalue=-9)
    for i in (3, 4, 100, 5000, 99999):
        sparse[i] = i
    f.create_dataset("unwritten", (50,), dtype="i4", chunks=(4,), maxshape=(None,))


@hdf5(NEW)
def chunks_btree_v2(f):
    _grids(f, (1, 2, 63, 64, 65, 200, 12000), (None, None))
    _grid(f, "2d_gzip", (130, 130), (2, 2), (None, None), dtype="<u2", compression="gzip")
    _grid(f, "3d", (9, 10, 11), (2, 3, 4), (None, 20, None), dtype="<u2", compression="gzip")
    scattered = f.create_dataset("written_scattered", (700, 2), dtype="i4", chunks=(1, 1), maxshape=(None, None))
    for i in rng("scattered").permutation(700)[:500]:
        scattered[i, i % 2] = i + 1
    f.create_dataset("unwritten", (50, 2), dtype="i4", chunks=(4, 2), maxshape=(None, None))


@hdf5(OLD, NEW)
def filters(f):
    data = {
        "u1": integers("u1", 900).reshape(30, 30),
        "i2": counts((30, 30), "<i2"),
        "i4": counts((30, 30), ">i4"),
        "i8": counts((30, 30), "<i8"),
        "f2": counts((30, 30), "<f2"),
        "f4": counts((30, 30), "<f4"),
        "f8": rng("f8").normal(size=(30, 30)),
        "s5": np.array(words(900), dtype="S5").reshape(30, 30),
    }
    pipelines = {
        "gzip0": dict(compression="gzip", compression_opts=0),
        "gzip1": dict(compression="gzip", compression_opts=1),
        "gzip9": dict(compression="gzip", compression_opts=9),
        "lzf": dict(compression="lzf"),
        "shuffle": dict(shuffle=True),
        "fletcher32": dict(fletcher32=True),
        "shuffle_gzip": dict(shuffle=True, compression="gzip"),
        "shuffle_lzf": dict(shuffle=True, compression="lzf"),
        "gzip_fletcher32": dict(compression="gzip", fletcher32=True),
        "shuffle_gzip_fletcher32": dict(shuffle=True, compression="gzip", fletcher32=True),
        "shuffle_lzf_fletcher32": dict(shuffle=True, compression="lzf", fletcher32=True),
    }
    for kind, a in data.items():
        for name, options in pipelines.items():
            f.create_dataset(f"{kind}/{name}", data=a, chunks=(16, 16), **options)
    # An odd number of bytes, for the checksum's last half word; and bytes that no filter can shrink.
    f.create_dataset("odd_fletcher32", data=integers("u1", 77), chunks=(11,), fletcher32=True)
    f.create_dataset("noise_lzf", data=integers("u1", 4000), chunks=(1000,), compression="lzf")
    f.create_dataset("noise_gzip", data=integers("u1", 4000), chunks=(1000,), compression="gzip")
    f.create_dataset("zeros_gzip", data=np.zeros((120, 120), "f8"), chunks=(60, 60), compression="gzip")
    f.create_dataset("zeros_lzf", data=np.zeros((120, 120), "f8"), chunks=(60, 60), compression="lzf")
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_chunk((16, 16))
    dcpl.set_deflate(4)
    dcpl.set_shuffle()
    dcpl.set_fletcher32()
    dcpl.set_deflate(1)
    d = h5d.create(f.id, b"odd_order", h5t.IEEE_F64LE, h5s.create_simple((30, 30)), dcpl)
    d.write(h5s.ALL, h5s.ALL, data["f8"])


@hdf5(OLD, NEW)
def filters_scaleoffset(f):
    for dtype in INTEGERS:
        info = np.iinfo(dtype)
        name = _slug(dtype)
        narrow = (rng(name).integers(0, 100, 900) + max(info.min, -50)).astype(dtype).reshape(30, 30)
        f.create_dataset(f"{name}/auto", data=narrow, chunks=(16, 16), scaleoffset=0)
        f.create_dataset(f"{name}/bits7", data=narrow, chunks=(16, 16), scaleoffset=7)
        f.create_dataset(f"{name}/whole_range", data=integers(dtype, 900).reshape(30, 30), chunks=(16, 16), scaleoffset=0)
        f.create_dataset(f"{name}/constant", data=np.full((30, 30), 3, dtype), chunks=(16, 16), scaleoffset=0)
        filled = f.create_dataset(f"{name}/fill", (30, 30), dtype=dtype, chunks=(16, 16), scaleoffset=0, fillvalue=9)
        filled[2:20, 3:25] = narrow[2:20, 3:25]
        f.create_dataset(f"{name}/shuffle_gzip", data=narrow, chunks=(16, 16), scaleoffset=0, compression="gzip")
    for dtype in ("<f4", ">f4", "<f8", ">f8"):
        name = _slug(dtype)
        a = rng(name).normal(scale=100, size=(30, 30)).astype(dtype)
        for digits in (0, 2, 4):
            f.create_dataset(f"{name}/digits{digits}", data=a, chunks=(16, 16), scaleoffset=digits)
        filled = f.create_dataset(f"{name}/fill", (30, 30), dtype=dtype, chunks=(16, 16), scaleoffset=2, fillvalue=1.5)
        filled[2:20, 3:25] = a[2:20, 3:25]
        f.create_dataset(f"{name}/constant", data=np.full((30, 30), 2.25, dtype), chunks=(16, 16), scaleoffset=3)


@hdf5(OLD, NEW)
def filters_nbit(f):
    def nbit(name, tid, a):
        dcpl = h5p.create(h5p.DATASET_CREATE)
        dcpl.set_chunk((16,) * a.ndim)
        dcpl.set_filter(h5z.FILTER_NBIT, h5z.FLAG_OPTIONAL, ())
        d = h5d.create(f.id, name, tid, h5s.create_simple(a.shape), dcpl)
        d.write(h5s.ALL, h5s.ALL, a, h5t.py_create(a.dtype))

    nbit(b"full_i4", h5t.STD_I32LE, integers("<i4", 50))
    nbit(b"full_f8", h5t.IEEE_F64BE, floats("<f8", 50))
    tid = h5t.STD_I32LE.copy()
    tid.set_precision(11)
    nbit(b"i4_11_2d", tid, rng("nbit").integers(-1024, 1023, (20, 30)).astype("i4"))
    pair = h5t.create(h5t.COMPOUND, 12)
    pair.insert(b"small", 0, tid)
    pair.insert(b"plain", 4, h5t.IEEE_F64LE)
    a = np.zeros(20, dtype=[("small", "<i4"), ("plain", "<f8")])
    a["small"], a["plain"] = np.arange(20) - 10, floats("<f8", 20)
    nbit(b"compound", pair, a)
    array = h5t.array_create(tid, (3,))
    nbit_array = np.arange(60, dtype="i4").reshape(20, 3)
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_chunk((16,))
    dcpl.set_filter(h5z.FILTER_NBIT, h5z.FLAG_OPTIONAL, ())
    d = h5d.create(f.id, b"array", array, h5s.create_simple((20,)), dcpl)
    d.write(h5s.ALL, h5s.ALL, nbit_array, h5t.array_create(h5t.NATIVE_INT32, (3,)))


@hdf5(OLD, NEW)
def filter_masks(f):
    """Chunks whose mask says which filters of the pipeline they skipped."""
    for name, maxshape in (("bounded", (64, 64)), ("unlimited", (None, 64)), ("unlimited_2d", (None, None))):
        d = f.create_dataset(
            name, (64, 64), dtype="<i4", chunks=(32, 32), maxshape=maxshape, shuffle=True, compression="gzip", fletcher32=True
        )
        a = integers("<i4", 4096, name).reshape(64, 64)
        d[:32, :32] = a[:32, :32]
        d.id.write_direct_chunk((0, 32), a[:32, 32:].tobytes(), filter_mask=0b111)
        d.id.write_direct_chunk((32, 0), zlib.compress(a[32:, :32].tobytes()), filter_mask=0b101)
        block = np.ascontiguousarray(a[32:, 32:])
        shuffled = block.view("u1").reshape(-1, 4).T.tobytes()
        d.id.write_direct_chunk((32, 32), shuffled, filter_mask=0b110)
    single = f.create_dataset("single", (8, 8), dtype="<f8", chunks=(8, 8), compression="gzip")
    single.id.write_direct_chunk((0, 0), np.arange(64.0).tobytes(), filter_mask=1)


@hdf5(OLD, NEW)
def fill_values(f):
    def create(name, tid, shape=(10,), fill=None, time=None, alloc=None, chunk=None, undefined=False):
        dcpl = h5p.create(h5p.DATASET_CREATE)
        if chunk:
            dcpl.set_chunk(chunk)
        if fill is not None or undefined:  # h5py's own call stores a pointer in place of a fixed string
            value = None if undefined else np.array([fill], dtype=tid.dtype).tobytes()
            _libhdf5().H5Pset_fill_value(ctypes.c_int64(dcpl.id), ctypes.c_int64(tid.id), value)
        if time is not None:
            dcpl.set_fill_time(time)
        if alloc is not None:
            dcpl.set_alloc_time(alloc)
        return h5py.Dataset(h5d.create(f.id, name.encode(), tid, h5s.create_simple(shape), dcpl))

    for chunk in (None, (4,)):
        kind = "chunked" if chunk else "contiguous"
        create(f"{kind}_default", h5t.STD_I32LE, chunk=chunk)
        create(f"{kind}_defined", h5t.STD_I32LE, fill=-7, chunk=chunk)
        create(f"{kind}_big_endian", h5t.IEEE_F64BE, fill=0.1, chunk=chunk)
        create(f"{kind}_nan", h5t.IEEE_F32LE, fill=np.nan, chunk=chunk)
        create(f"{kind}_undefined", h5t.STD_I32LE, undefined=True, chunk=chunk, alloc=h5d.ALLOC_TIME_LATE)
        create(f"{kind}_early", h5t.STD_I32LE, fill=5, chunk=chunk, alloc=h5d.ALLOC_TIME_EARLY)
        create(f"{kind}_if_set", h5t.STD_I32LE, fill=5, chunk=chunk, time=h5d.FILL_TIME_IFSET)
        create(f"{kind}_never", h5t.STD_I32LE, fill=5, chunk=chunk, time=h5d.FILL_TIME_NEVER)[...] = np.arange(10)
        create(f"{kind}_partly", h5t.STD_I32LE, fill=5, chunk=chunk)[3:5] = 1
        fixed = _string_type(4, h5t.STR_NULLPAD, h5t.CSET_ASCII)
        create(f"{kind}_string", fixed, fill=b"none", chunk=chunk)
    f.create_dataset("2d", (50, 50), dtype="f4", chunks=(16, 16), fillvalue=2.5)[20:30, 20:22] = 1
    f.create_dataset("gzip", (50, 50), dtype="u2", chunks=(16, 16), fillvalue=65535, compression="gzip")[0, 0] = 1
    f.create_dataset("bool", (9,), dtype="?", chunks=(4,), fillvalue=True)
    pair = np.dtype([("a", "<i4"), ("b", ">f8")])
    f.create_dataset("compound", (9,), dtype=pair, chunks=(4,), fillvalue=np.array((3, 4.5), dtype=pair)[()])
    f.create_dataset("array", (5,), dtype=np.dtype(("<i4", (3,))), chunks=(4,))


@hdf5(OLD, NEW)
def resized(f):
    for name, options in (("plain", {}), ("gzip", dict(compression="gzip"))):
        for axes, maxshape in (("both", (None, None)), ("rows", (None, 40)), ("columns", (40, None)), ("bounded", (100, 100))):
            g = f.create_group(f"{name}/{axes}")
            limits = [100 if m is None else m for m in maxshape]

            def create(member):
                d = g.create_dataset(
                    member, (20, 20), dtype="<i4", chunks=(8, 8), maxshape=maxshape, fillvalue=-1, **options
                )
                d[...] = integers("<i4", 400).reshape(20, 20)
                return d

            create("grown").resize([min(33, m) for m in limits])
            create("grown_much").resize(limits)
            create("shrunk").resize((9, 17))
            create("shrunk_to_nothing").resize((0, 0))
            d = create("shrunk_and_grown")
            d.resize((9, 17))
            d.resize([min(30, m) for m in limits])
            d[25:, 25:] = 5
            d = create("grown_by_rows")
            for n in range(21, min(41, limits[0] + 1)):
                d.resize(n, axis=0)
                d[n - 1] = n
    line = f.create_dataset("appended", (0,), dtype="<i8", chunks=(1,), maxshape=(None,))
    for n in range(1, 300):
        line.resize((n,))
        line[n - 1] = n * n


@hdf5(OLD, NEW)
def deleted(f):
    for i in range(60):
        f[f"dataset {i:02d}"] = np.full(50, i)
        f.attrs[f"attribute {i:02d}"] = i
    for i in range(0, 60, 3):
        del f[f"dataset {i:02d}"]
        del f.attrs[f"attribute {i:02d}"]
    for i in range(0, 60, 6):
        f.create_dataset(f"dataset {i:02d}", data=np.full((5, 5), -i), chunks=(2, 2), compression="gzip")
        f.attrs[f"attribute {i:02d}"] = f"again {i}"
    g = f.create_group("emptied")
    for i in range(30):
        g[f"m{i}"] = i
    for name in list(g):
        del g[name]
    f.move("dataset 01", "moved")


# --- groups, links, attributes --------------------------------------------------


@hdf5(OLD, MIDDLE, NEW)
def many_datasets(f):
    """Groups of as many children as a Loom file may have attributes, and one of very many."""
    for n in (1, 2, 7, 8, 9, 16, 17, 63, 64, 65, 300):
        g = f.create_group(f"group_{n}")
        for i in rng("children", n).permutation(n):
            g[f"child {i:03d}"] = np.int16(i)
    g = f.create_group("links_3000")
    for i in range(3000):
        g[f"link number {i}"] = f["group_1/child 000"]
    g = f.create_group("groups_300")
    for i in range(300):
        g.create_group(f"g{i}")
    g = f.create_group("removed_some")
    for i in range(400):
        g[f"n{i}"] = f["group_1"]
    for i in range(0, 400, 2):
        del g[f"n{i}"]


@hdf5(OLD, MIDDLE, NEW)
def many_attributes(f):
    for n in (1, 7, 8, 9, 63, 64, 65, 300):
        g = f.create_group(f"attributes_{n}")
        for i in range(n):
            g.attrs[f"attribute {i:03d}"] = np.int32(i) if i % 3 else f"text {i}"
    d = f.create_dataset("data", data=np.arange(10), chunks=(5,))
    for i in range(300):
        d.attrs[f"attribute {i:03d}"] = np.arange(i % 5 + 1, dtype="f4")
    g = f.create_group("removed_some")
    for i in range(100):
        g.attrs[f"attribute {i}"] = i
    for i in range(0, 100, 2):
        del g.attrs[f"attribute {i}"]
    g = f.create_group("changed")
    for i in range(30):
        g.attrs["same"] = "longer and " * i
        g.attrs[f"other {i}"] = i


@hdf5(NEW)
def large_attributes(f):
    """Attributes past the 64 KiB that an object header message holds, in dense storage."""
    for n in (3000, 5000, 65000, 70000, 300000):
        f.attrs[f"bytes {n}"] = integers("u1", n)
    g = f.create_group("several")
    for i in range(20):
        g.attrs[f"a{i}"] = integers("<i4", 100 * i, i)
    f.attrs["long_string"] = np.bytes_(b"x" * 66000)


@hdf5(OLD, NEW)
def header_continuation(f):
    for i in range(12):
        f.create_dataset(f"d{i}", data=np.arange(i), maxshape=(None,), chunks=(4,))
    for size in (10, 100, 1000, 10000, 30000):  # interleaved, so that headers grow in several pieces
        for i in range(12):
            f[f"d{i}"].attrs[f"size {size}"] = integers("u1", size, i)
    f["d3"].attrs.modify("size 10", integers("u1", 10, "new"))
    _libhdf5().H5Oset_comment_by_name(ctypes.c_int64(f.id.id), b"d4", b"a comment", ctypes.c_int64(0))


@hdf5(OLD, NEW)
def links(f):
    f["target/data"] = np.arange(6)
    f["target/sub/data"] = np.arange(3.0)
    f["hard"] = f["target/data"]
    f["target/hard_again"] = f["target/data"]
    f["target/sub/up"] = f["target"]  # a cycle of hard links
    f["self"] = f["/"]
    f["soft"] = h5py.SoftLink("/target/data")
    f["soft_group"] = h5py.SoftLink("target")
    f["target/relative"] = h5py.SoftLink("sub/data")
    f["target/dotted"] = h5py.SoftLink("./sub/./data")
    f["through_soft"] = h5py.SoftLink("/soft_group/sub/data")
    f["soft_to_soft"] = h5py.SoftLink("soft")
    f["dangling"] = h5py.SoftLink("/nowhere/at/all")
    f["dangling_in_dataset"] = h5py.SoftLink("/target/data/inside")
    f["cycle_a"] = h5py.SoftLink("/cycle_b")
    f["cycle_b"] = h5py.SoftLink("/cycle_a")
    f["cycle_self"] = h5py.SoftLink("cycle_self")
    f["cycle_deeper"] = h5py.SoftLink("/cycle_deeper/x")
    f[f"soft {NON_ASCII}"] = h5py.SoftLink(f"/{NON_ASCII}")
    f[NON_ASCII] = 5
    if f.libver[0] == NEW:
        f["external"] = h5py.ExternalLink("links_other_file.h5", "/data")
        f["external_missing"] = h5py.ExternalLink("no_such_file.h5", "/data")
    for i in range(16):  # as many soft links in a row as libhdf5 follows
        f[f"chain_{i + 1}"] = h5py.SoftLink(f"/chain_{i}")
    f["chain_0"] = f["target/data"]


@hdf5(OLD)
def links_external(f):
    """An old-style group that holds external links becomes a new-style one."""
    f["external"] = h5py.ExternalLink("links_other_file.h5", "/data")
    f["external_group"] = h5py.ExternalLink("links_other_file.h5", "/")
    f["external_missing"] = h5py.ExternalLink("no_such_file.h5", "/data")
    f["here"] = np.arange(2)


@hdf5(OLD)
def links_other_file(f):
    f["data"] = np.arange(4)


@hdf5(OLD, NEW)
def names(f):
    for name in (NON_ASCII, "with space", "with.dot", "quote\"s'", "tab\tand\nnewline", "-dash", "%41", "&amp;", "ÿ", "e\u0301", "..."):
        f[f"group {name}/data {name}"] = np.arange(2)
        f[f"group {name}"].attrs[f"attribute {name}"] = name
    f["x" * 1000] = 1
    f.attrs["y" * 1000] = 2
    deep = f
    for i in range(60):
        deep = deep.create_group(f"level{i}")
    deep["bottom"] = "reached"


@hdf5(OLD, NEW, track_order=True)
def creation_order(f):
    names = [f"name {i:02d}" for i in rng("order").permutation(40)]
    for count in (3, 8, 40):
        g = f.create_group(f"group_{count}", track_order=True)
        for i, name in enumerate(names[:count]):
            g[name] = i
            g.attrs[name] = i
    removed = f.create_group("removed_some", track_order=True)
    for name in names:
        removed.create_group(name)
        removed.attrs[name] = name
    for name in names[::3]:
        del removed[name]
        del removed.attrs[name]
    d = f.create_dataset("z_first", data=np.arange(3), track_order=True)
    for name in names[:20]:
        d.attrs[name] = name
    f.create_dataset("a_second", data=np.arange(3))


# --- files ----------------------------------------------------------------------


def _small(f, unlimited=None):
    """A bit of everything, for files that differ in what surrounds it."""
    f.attrs["title"] = "small"
    f["group/data"] = counts((20, 30))
    f.create_dataset("group/chunked", data=counts((40, 30), "<i4"), chunks=(16, 16), compression="gzip", maxshape=(unlimited, unlimited))
    f.create_dataset("line", data=np.arange(500), chunks=(1,), maxshape=(unlimited,))
    f.create_dataset("strings", data=words(40), dtype=h5py.string_dtype())
    f["compound"] = np.array([(1, 2.5)], dtype=[("a", "i4"), ("b", "f8")])
    f.create_dataset("reference", (), dtype=h5py.ref_dtype)[()] = f["group/data"].ref
    for i in range(30):
        f[f"many/child {i}"] = i
        f["many"].attrs[f"attribute {i}"] = i
    f["soft"] = h5py.SoftLink("/group/data")


hdf5(OLD, NEW, name="userblock_512", userblock_size=512)(_small)
hdf5(OLD, NEW, name="userblock_1024", userblock_size=1024)(_small)
hdf5(OLD, NEW, name="userblock_8192", userblock_size=8192)(_small)
hdf5(OLD, NEW, name="sizes_4_8", prepare=lambda p: p.set_sizes(4, 8))(_small)
hdf5(OLD, name="pages", fs_strategy="page", fs_persist=True)(_small)
hdf5(OLD, NEW, name="free_space_persistent", fs_strategy="fsm", fs_persist=True, fs_threshold=1)(_small)
hdf5(OLD, name="no_free_space", fs_strategy="none")(_small)


@hdf5(OLD, NEW, name="sizes_8_4", prepare=lambda p: p.set_sizes(8, 4))
@hdf5(OLD, NEW, name="sizes_4_4", prepare=lambda p: p.set_sizes(4, 4))
def _bounded(f):
    """libhdf5 1.10 does not recognise an unlimited extent that it wrote in four bytes itself."""
    _small(f, unlimited=1000)


def _narrow_trees(fcpl):
    lib = _libhdf5()
    lib.H5Pset_istore_k(ctypes.c_int64(fcpl.id), ctypes.c_uint(2))  # makes the superblock version 1
    lib.H5Pset_sym_k(ctypes.c_int64(fcpl.id), ctypes.c_uint(2), ctypes.c_uint(2))


def _wide_trees(fcpl):
    lib = _libhdf5()
    lib.H5Pset_istore_k(ctypes.c_int64(fcpl.id), ctypes.c_uint(300))
    lib.H5Pset_sym_k(ctypes.c_int64(fcpl.id), ctypes.c_uint(100), ctypes.c_uint(50))


@hdf5(OLD, name="superblock_1_narrow_trees", prepare=_narrow_trees)
def _deep(f):
    _small(f)
    _grid(f, "many_levels", (700,), (1,), (None,))
    _grid(f, "many_levels_2d", (60, 12), (2, 3), (None, None), dtype="<u2", compression="gzip")
    for i in range(300):
        f[f"deep/child {i:03d}"] = f["line"]


hdf5(OLD, name="superblock_1_wide_trees", prepare=_wide_trees)(_small)


def _share(fcpl):
    """Keep datatypes, dataspaces, fill values, pipelines and attributes in the file's own shared tables."""
    lib, pid = _libhdf5(), ctypes.c_int64(fcpl.id)
    lib.H5Pset_shared_mesg_nindexes(pid, ctypes.c_uint(1))
    lib.H5Pset_shared_mesg_index(pid, ctypes.c_uint(0), ctypes.c_uint(0x1F), ctypes.c_uint(1))


hdf5(OLD, NEW, name="exotic_shared_messages", prepare=_share)(_small)


def write_mixed(outdir):
    """Files that two versions of the library wrote to in turn."""
    path = os.path.join(outdir, "mixed_old_then_new.h5")
    with h5py.File(path, "w", libver=OLD) as f:
        _small(f)
    with h5py.File(path, "r+", libver=NEW) as f:
        _small(f.create_group("new"))
        f["added"] = np.arange(10)
        f["group/data"].attrs["added"] = 1
        for i in range(30):
            f[f"many/new child {i}"] = i
    path = os.path.join(outdir, "mixed_new_then_old.h5")
    with h5py.File(path, "w", libver=NEW) as f:
        _small(f)
    with h5py.File(path, "r+", libver=OLD) as f:
        _small(f.create_group("old"))
        f["group/data"].attrs["added"] = 1
    path = os.path.join(outdir, "single_writer.h5")
    with h5py.File(path, "w", libver=NEW) as f:
        d = f.create_dataset("line", (0,), dtype="<i8", chunks=(4,), maxshape=(None,))
        f.swmr_mode = True
        for n in range(1, 50):
            d.resize((n,))
            d[n - 1] = n
            d.flush()


# --- beyond what a reader has to support ------------------------------------------


@hdf5(OLD, NEW)
def exotic_types(f):
    f["float80"] = np.array([1, 0.1, -1e300], dtype=np.longdouble)
    f["plain"] = np.arange(3)
    h5d.create(f.id, b"time", h5t.UNIX_D32LE, h5s.create_simple((2,)))
    tid = h5t.IEEE_F32LE.copy()
    tid.set_fields(15, 7, 8, 0, 7)  # one sign bit, 8 of exponent, 7 of mantissa: bfloat16
    tid.set_size(2)
    tid.set_precision(16)
    d = h5d.create(f.id, b"bfloat16", tid, h5s.create_simple((5,)))
    d.write(h5s.ALL, h5s.ALL, np.array([0, 1, -2.5, np.inf, 1e30], "f4"), h5t.IEEE_F32LE)
    tid = h5t.IEEE_F64LE.copy()
    tid.set_order(h5t.ORDER_VAX)
    h5d.create(f.id, b"vax", tid, h5s.create_simple((2,)))


@hdf5(OLD, NEW)
def exotic_storage(f):
    f["plain"] = np.arange(3)
    layout = h5py.VirtualLayout(shape=(4,), dtype="i8")
    layout[...] = h5py.VirtualSource("links_other_file.h5", "data", shape=(4,))
    f.create_virtual_dataset("virtual", layout, fillvalue=-1)
    f.create_dataset("external", (3,), dtype="<i4", external=[("no_such_raw_file.bin", 0, 12)])
    szip = dict(compression="szip", compression_opts=("nn", 8))
    if h5z.get_filter_info(h5z.FILTER_SZIP) & h5z.FILTER_CONFIG_ENCODE_ENABLED:
        f.create_dataset("szip", data=counts((32, 32), "<i4"), chunks=(16, 16), **szip)


def _plugin(f, name, code, params, a, encode):
    """A dataset whose chunks went through a filter that libhdf5 lacks, beside the same data in the clear."""
    dcpl = h5p.create(h5p.DATASET_CREATE)
    dcpl.set_chunk(a.shape)
    dcpl.set_filter(code, h5z.FLAG_OPTIONAL, params)
    group = f.create_group(name)
    d = h5d.create(group.id, b"data", h5t.py_create(a.dtype), h5s.create_simple(a.shape), dcpl)
    d.write_direct_chunk((0,) * a.ndim, encode(a.tobytes()))
    group["expected"] = a


def _zstd_raw(data):
    """A Zstandard frame of raw blocks: valid, and made without a compressor."""
    frame = struct.pack("<IBI", 0xFD2FB528, 0xA0, len(data))
    step = 1 << 16
    for i in range(0, len(data), step):
        block = data[i : i + step]
        frame += struct.pack("<I", len(block) << 3 | (i + step >= len(data)))[:3] + block
    return frame


def _lz4_literals(data):
    """HDF5's LZ4 framing, its one block made of literals alone."""
    extra, rest = b"", len(data) - 15
    while rest >= 0:
        extra += bytes([min(rest, 255)])
        rest -= 255
    token = bytes([min(len(data), 15) << 4])
    block = token + extra + data
    return struct.pack(">QI", len(data), len(data)) + struct.pack(">I", len(block)) + block


def _lz4_stored(data):
    return struct.pack(">QI", len(data), len(data)) + struct.pack(">I", len(data)) + data


def _blosc_stored(data):
    """A Blosc buffer whose flags say that the bytes follow as they are."""
    return struct.pack("<BBBBIII", 2, 1, 0x02, 4, len(data), len(data), len(data) + 16) + data


@hdf5(OLD, NEW)
def exotic_filters(f):
    a = counts((30, 40), "<i4")
    _plugin(f, "zstd", 32015, (3,), a, _zstd_raw)
    _plugin(f, "lz4", 32004, (), a, _lz4_literals)
    _plugin(f, "lz4_stored", 32004, (), a, _lz4_stored)
    _plugin(f, "blosc", 32001, (2, 2, 4, a.nbytes, 5, 1, 0), a, _blosc_stored)
    _plugin(f, "unknown", 64999, (1, 2, 3), a, lambda data: data)
    f["plain"] = np.arange(3)
