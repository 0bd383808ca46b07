"""Write HDF5 files of every dialect into a directory and describe, as JSON on
standard output, each object in them as h5py sees it.

Usage: objects.py DIRECTORY
"""

import json
import os
import sys

import h5py
import numpy as np
from h5py import h5a, h5d, h5f, h5g, h5l, h5o, h5p, h5s, h5t

NORMS = {h5t.NORM_NONE: 0, h5t.NORM_MSBSET: 1, h5t.NORM_IMPLIED: 2}


def describe_type(t):
    """A datatype as text; typeText in the Go test writes the same."""
    size = t.get_size()
    if isinstance(t, h5t.TypeEnumID):
        members = []
        base = t.get_super()
        for i in range(t.get_nmembers()):
            members.append("%s=%d" % (t.get_member_name(i).decode(), t.get_member_value(i)))
        return "enum(%s){%s}" % (describe_type(base), ",".join(members))
    if isinstance(t, h5t.TypeBitfieldID):
        return "bits%d" % size
    if isinstance(t, h5t.TypeIntegerID):
        sign = "s" if t.get_sign() == h5t.SGN_2 else "u"
        return "int%d%s%s:%d+%d" % (size, sign, order(t), t.get_offset(), t.get_precision())
    if isinstance(t, h5t.TypeFloatID):
        spos, epos, esize, mpos, msize = t.get_fields()
        return "float%d%s:s%d,e%d+%d,m%d+%d,b%d,n%d" % (
            size, order(t), spos, epos, esize, mpos, msize, t.get_ebias(), NORMS[t.get_norm()])
    if isinstance(t, h5t.TypeStringID):
        kind = "vstr" if t.is_variable_str() else "str%d" % size
        return "%s:c%d,p%d" % (kind, t.get_cset(), t.get_strpad())
    if isinstance(t, h5t.TypeCompoundID):
        # Of members that refer to heaps libhdf5 tells the size in memory, so that
        # offsets are those of the file only where there are none.
        fixed = fixed_size(t)
        members = []
        for i in range(t.get_nmembers()):
            at = "@%d" % t.get_member_offset(i) if fixed else ""
            members.append(t.get_member_name(i).decode() + at + ":" + describe_type(t.get_member_type(i)))
        return "compound%s{%s}" % (size if fixed else "", ",".join(members))
    if isinstance(t, h5t.TypeArrayID):
        return "array%s of %s" % (list(t.get_array_dims()), describe_type(t.get_super()))
    if isinstance(t, h5t.TypeVlenID):
        return "vlen of %s" % describe_type(t.get_super())
    if isinstance(t, h5t.TypeOpaqueID):
        return "opaque%d:%s" % (size, t.get_tag().decode())
    if isinstance(t, h5t.TypeReferenceID):
        return "ref%d:%d" % (size, 0 if t.equal(h5t.STD_REF_OBJ) else 1)
    raise TypeError(t)


def order(t):
    return {h5t.ORDER_LE: "le", h5t.ORDER_BE: "be"}[t.get_order()]


def describe_space(s):
    if s.get_simple_extent_type() == h5s.NULL:
        return {"kind": 2, "dims": [], "max": []}
    if s.get_simple_extent_type() == h5s.SCALAR:
        return {"kind": 0, "dims": [], "max": []}
    dims = s.get_simple_extent_dims()
    limits = s.get_simple_extent_dims(True)
    # libhdf5 forgets to widen "unlimited" in files with lengths of 2 or 4 bytes.
    unlimited = (h5s.UNLIMITED, 2**16 - 1, 2**32 - 1)
    return {"kind": 1, "dims": list(dims), "max": [-1 if m in unlimited else m for m in limits]}


def fixed_size(t):
    """Whether elements hold no references to heaps."""
    if isinstance(t, h5t.TypeStringID):
        return not t.is_variable_str()
    if isinstance(t, h5t.TypeVlenID):
        return False
    if isinstance(t, h5t.TypeReferenceID):
        return False
    if isinstance(t, h5t.TypeCompoundID):
        return all(fixed_size(t.get_member_type(i)) for i in range(t.get_nmembers()))
    if isinstance(t, h5t.TypeArrayID):
        return fixed_size(t.get_super())
    return True


def describe_attributes(oid):
    attrs = []
    for i in range(h5a.get_num_attrs(oid)):
        a = h5a.open(oid, index=i)
        t, s = a.get_type(), a.get_space()
        d = {"name": a.name.decode(), "type": describe_type(t), "space": describe_space(s)}
        if fixed_size(t) and not isinstance(t, h5t.TypeBitfieldID) and s.get_simple_extent_type() != h5s.NULL:
            buf = np.zeros(s.get_simple_extent_npoints() * t.get_size(), "u1")
            if buf.size:
                a.read(buf, mtype=t)
            d["data"] = buf.tobytes().hex()
        attrs.append(d)
    return attrs


def describe_dataset(d, user_block):
    plist = d.get_create_plist()
    out = {"type": describe_type(d.get_type()), "space": describe_space(d.get_space())}
    out["layout"] = plist.get_layout()
    if out["layout"] == h5d.CHUNKED:
        out["chunks"] = list(plist.get_chunk())
    if out["layout"] == h5d.CONTIGUOUS and d.get_storage_size() > 0:
        out["addr"], out["bytes"] = d.get_offset() - user_block, d.get_storage_size()
    filters = []
    for i in range(plist.get_nfilters()):
        code, flags, values, name = plist.get_filter(i)
        # h5py makes room for 16 parameters and tells of garbage beyond.
        filters.append({"id": code, "flags": flags, "params": list(values[:16])})
    out["filters"] = filters
    if plist.fill_value_defined() == h5d.FILL_VALUE_USER_DEFINED and fixed_size(d.get_type()):
        t = d.get_type()
        value = np.zeros((), t.dtype)
        plist.get_fill_value(value)
        out["fill"] = value.tobytes().hex()
    out["fill_defined"] = plist.fill_value_defined() != h5d.FILL_VALUE_UNDEFINED
    return out


def describe_links(g):
    links = []
    for name in g:
        info = g.links.get_info(name)
        link = {"name": name.decode(), "kind": {0: 0, 1: 1, 64: 2}[info.type], "charset": info.cset,
                "order": info.corder if info.corder_valid else -1}
        if info.type == h5l.TYPE_HARD:
            link["addr"] = h5o.get_info(h5o.open(g, name)).addr
        elif info.type == h5l.TYPE_SOFT:
            link["target"] = g.links.get_val(name).decode()
        else:
            filename, path = g.links.get_val(name)
            link["file"], link["target"] = filename.decode(), path.decode()
        links.append(link)
    return links


def describe_file(path, user_block):
    objects = []
    seen = set()

    def visit(name, obj):
        info = h5o.get_info(obj.id)
        if info.addr in seen:
            return
        seen.add(info.addr)
        d = {"path": name, "addr": info.addr, "refs": info.rc, "attrs": describe_attributes(obj.id)}
        if isinstance(obj, h5py.Dataset):
            d["dataset"] = describe_dataset(obj.id, user_block)
        elif isinstance(obj, h5py.Datatype):
            d["datatype"] = describe_type(obj.id)
        else:
            d["links"] = describe_links(obj.id)
        objects.append(d)

    with h5py.File(path, "r") as f:
        visit("/", f["/"])
        f.visititems(lambda name, obj: visit("/" + name, obj))
    return {"file": os.path.basename(path), "user_block": user_block,
            "size": os.path.getsize(path), "objects": objects}


def pad_compound(names_formats, size):
    names, formats, offsets = zip(*names_formats)
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": size})


def fill_types(f):
    g = f.create_group("types")
    for code in "i1 <i2 >i2 <i4 >i4 <i8 >i8 u1 <u2 >u2 <u4 >u4 <u8 >u8 <f2 >f2 <f4 >f4 <f8 >f8".split():
        g.create_dataset(code, data=np.arange(5).astype(code))
    g.create_dataset("longdouble", data=np.arange(3).astype("g"))
    g.create_dataset("bool", data=np.array([True, False]))
    g.create_dataset("complex", data=np.array([1 + 2j, 3j]))
    g.create_dataset("fixed", data=np.array([b"a", b"bcd"]))
    g.create_dataset("vlen ascii", data=["x", "yz"], dtype=h5py.string_dtype("ascii"))
    g.create_dataset("vlen utf8", data=["x", "\u00fc"], dtype=h5py.string_dtype())
    g.create_dataset("fixed utf8", data=[b"x"], dtype=h5py.string_dtype("utf-8", 7))
    g.create_dataset("sequence", (2,), dtype=h5py.vlen_dtype("i4"))
    g.create_dataset("reference", (2,), dtype=h5py.ref_dtype)
    g.create_dataset("region", (2,), dtype=h5py.regionref_dtype)
    g.create_dataset("opaque", data=np.array([b"abc"], "V3"))
    enum = h5py.enum_dtype({"RED": 0, "GREEN": 1, "BLUE": 300, "a name of 17 char": -1}, basetype="<i4")
    g.create_dataset("enum", data=np.array([0, 300], "i4"), dtype=enum)
    g.create_dataset("array", (2,), dtype=np.dtype(("i4", (2, 3))))
    g.create_dataset("tail pad", (2,), dtype=pad_compound([("a", "u1", 0), ("a name of 16 ch", "f8", 8)], 300))
    big = np.dtype([("blob", "S70000"), ("last", "i2")])
    g.create_dataset("wide compound", (0,), dtype=big, maxshape=(None,), chunks=(1,))
    nested = np.dtype([("id", "i4"), ("pos", [("x", "f4"), ("y", ">f8"), ("grid", "i2", (2, 2))]),
                       ("name", h5py.string_dtype()), ("ok", h5py.enum_dtype({"F": 0, "T": 1}, "i1"))])
    g.create_dataset("nested", (3,), dtype=nested)
    names = {h5t.STR_NULLTERM: "nullterm", h5t.STR_NULLPAD: "nullpad", h5t.STR_SPACEPAD: "spacepad"}
    for pad, name in names.items():
        t = h5t.C_S1.copy()
        t.set_size(8)
        t.set_strpad(pad)
        h5d.create(g.id, name.encode(), t, h5s.create_simple((2,)))
    narrow = h5t.STD_I32LE.copy()
    narrow.set_precision(17)
    narrow.set_offset(3)
    h5d.create(g.id, b"narrow", narrow, h5s.create_simple((2,)))
    h5d.create(g.id, b"bitfield", h5t.STD_B16BE, h5s.create_simple((2,)))
    f["committed"] = nested
    g.create_dataset("of committed", (2,), dtype=f["committed"])
    g["int"] = np.dtype("i8")
    g["nested"].attrs.create("of committed", np.zeros(2, "i8"), dtype=g["int"])


def fill_spaces(f):
    g = f.create_group("spaces")
    g.create_dataset("scalar", data=5)
    g.create_dataset("null", data=h5py.Empty("f4"))
    g.create_dataset("empty", (0, 3), dtype="f8")
    g.create_dataset("contiguous", data=np.arange(65.0))
    g.create_dataset("rank 8", data=np.zeros((1, 2, 1, 2, 1, 2, 1, 2)))
    compact = h5p.create(h5p.DATASET_CREATE)
    compact.set_layout(h5d.COMPACT)
    d = h5d.create(g.id, b"compact", h5t.STD_I16LE, h5s.create_simple((7,)), compact)
    d.write(h5s.ALL, h5s.ALL, np.arange(7, dtype="<i2"))
    g.create_dataset("zlib", data=np.zeros((9, 9)), chunks=(4, 4), compression="gzip", shuffle=True, fletcher32=True)
    g.create_dataset("lzf", data=np.zeros((9, 9)), chunks=(4, 4), compression="lzf", fillvalue=-1.5)
    g.create_dataset("scaleoffset", data=np.zeros((9, 9), "i4"), chunks=(4, 4), scaleoffset=3)
    g.create_dataset("btree", (10, 10), chunks=(3, 3), maxshape=(None, None))
    g.create_dataset("extensible array", (10, 10), chunks=(3, 3), maxshape=(None, 10))
    g.create_dataset("fixed array", (10, 10), chunks=(3, 3), maxshape=(20, 20), data=np.zeros((10, 10)))
    g.create_dataset("single", (10, 10), chunks=(10, 10), data=np.ones((10, 10)))
    g.create_dataset("single filtered", (10, 10), chunks=(10, 10), compression="gzip", data=np.ones((10, 10)))
    early = h5p.create(h5p.DATASET_CREATE)
    early.set_chunk((3, 3))
    early.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    early.set_fill_time(h5d.FILL_TIME_NEVER)
    h5d.create(g.id, b"implicit", h5t.STD_I32LE, h5s.create_simple((10, 10)), early)
    g.create_dataset("fill struct", (3,), dtype=[("a", "i2"), ("b", "f4")], fillvalue=np.array((7, 1.5), "i2,f4"))


def fill_attributes(f):
    g = f.create_group("attributes")
    for i, n in enumerate((0, 1, 7, 63, 64, 65)):
        g.attrs["a" * (i + 1)] = np.arange(n, dtype="i1")
    g.attrs["\u00e9t\u00e9"] = "\u00fc\u00df"
    g.attrs["bytes"] = np.bytes_("bytes")
    g.attrs["empty"] = h5py.Empty("i4")
    g.attrs["strings"] = ["a", "bc", ""]
    many = f.create_group("many attributes")
    for i in range(300):
        many.attrs["attribute %d" % i] = i
    tracked = f.create_group("tracked", track_order=True)
    for name in "zyxwv":
        tracked.attrs[name] = name
        tracked.create_group(name)


def fill_links(f):
    g = f.create_group("links")
    g.create_group("hard")
    g["second"] = g["hard"]
    g["soft"] = h5py.SoftLink("/links/hard")
    g["external"] = h5py.ExternalLink("other.h5", "/a/b")
    g["\u00fcn\u00efcode"] = g["hard"]
    g["l" * 300] = g["hard"]
    many = f.create_group("many links")
    for i in range(50):
        many.create_group("child %d" % i)


def main(directory):
    described = []

    def make(name, libver, fcpl=None, user_block=0, small=False):
        path = os.path.join(directory, name)
        fapl = h5p.create(h5p.FILE_ACCESS)
        fapl.set_libver_bounds(*libver)
        fapl.set_fclose_degree(h5f.CLOSE_STRONG)
        fid = h5f.create(path.encode(), h5f.ACC_TRUNC, fcpl or h5p.create(h5p.FILE_CREATE), fapl)
        with h5py.File(fid) as f:
            fill_spaces(f)
            if not small:
                fill_types(f)
                fill_attributes(f)
                fill_links(f)
        described.append(describe_file(path, user_block))

    earliest, v18, latest = h5f.LIBVER_EARLIEST, h5f.LIBVER_V18, h5f.LIBVER_LATEST
    make("earliest.h5", (earliest, latest))
    make("v18.h5", (v18, v18))
    make("latest.h5", (latest, latest))

    plist = h5p.create(h5p.FILE_CREATE)
    plist.set_userblock(1024)
    make("userblock.h5", (latest, latest), plist, 1024, small=True)
    plist = h5p.create(h5p.FILE_CREATE)
    plist.set_sizes(4, 4)
    make("narrow.h5", (earliest, latest), plist, small=True)
    plist = h5p.create(h5p.FILE_CREATE)
    plist.set_sizes(2, 2)
    make("narrowest.h5", (earliest, latest), plist, small=True)

    json.dump(described, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
