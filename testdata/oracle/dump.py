#!/usr/bin/env python3
"""Print everything that h5py reads from one HDF5 file, exactly, as JSON lines.

usage: dump.py FILE

One line is one record. The first describes the file; then, in the order of a
depth-first walk with names sorted by their bytes, come the objects, each
followed by its attributes, and the links that are not an object's first hard
link. Paths name an object by the first hard link that the walk meets.

  {"kind": "file", "superblock": 0, "userblock": 0}
  {"kind": "group", "path": "/g", "members": [...], "attrs": [...]}
  {"kind": "dataset", "path": "/d", "attrs": [...], "type": T, "dtype": "float32",
   "shape": [2, 3], "maxshape": [2, null], "layout": "chunked", "chunks": [1, 3],
   "filters": [{"id": 1, "flags": 1, "params": [4]}], "fill_status": "default", "fill": V,
   "stored_bytes": 120, "stored_chunks": 2, "filter_masks": [0, 1], "values": V}
  {"kind": "datatype", "path": "/t", "attrs": [...], "type": T, "dtype": "int8"}
  {"kind": "attribute", "path": "/d", "name": "unit", "type": T, "dtype": "string", "shape": [], "values": V}
  {"kind": "link", "path": "/again", "link": "hard", "object": "/g"}
  {"kind": "link", "path": "/soft", "link": "soft", "target": "g/d", "object": ""}
  {"kind": "link", "path": "/ext", "link": "external", "file": "x.h5", "target": "/d", "object": ""}
  {"kind": "unreadable", "path": "/broken", "error": "..."}

"members" and "attrs" are names in the order in which h5py iterates them. The
"shape" of a null dataspace is null, of a scalar []. "maxshape" has null where
the extent is unlimited. A link's "object" is empty when it dangles or leaves the file.
What h5py cannot read has "error" in place of "values".

T, a datatype as the file declares it:

  {"class": "int", "size": 4, "order": "<", "signed": true, "precision": 32, "offset": 0}
  {"class": "float", "size": 8, "order": ">"}
  {"class": "string", "size": 5, "variable": false, "charset": "ascii", "padding": "nullpad"}
  {"class": "enum", "size": 1, "base": T, "symbols": [{"name": "FALSE", "value": 0}, ...]}
  {"class": "compound", "size": 12, "members": [{"name": "x", "offset": 0, "type": T}, ...]}
  {"class": "array", "size": 12, "dims": [3], "base": T}
  {"class": "vlen", "size": 16, "base": T}
  {"class": "reference", "size": 8, "region": false}
  {"class": "opaque", "size": 4, "tag": "..."}, {"class": "bitfield", ...}, {"class": "time", ...}

V, all elements in C order, an array's elements in a row within each:

  {"ints": [1, -2]}                                   integers, enums, bitfields
  {"floats": "0000803f..."}                           little-endian bytes, in hex
  {"strings": ["a", "b"]} or {"bytes": ["61ff"]}      as stored; hex where any is not valid UTF-8
  {"fields": [{"name": "x", "values": V}, ...]}       compounds, column by column
  {"lengths": [2, 0], "items": V}                     variable-length sequences, run together
  {"names": ["/d", ""], "addresses": [800, 0]}        object and region references; null ones are "" and 0
  {"opaque": "00ff..."}                               bytes in hex
"""
import json
import sys

import h5py
import numpy as np
from h5py import h5a, h5d, h5o, h5p, h5r, h5s, h5t

CLASSES = {
    h5t.INTEGER: "int",
    h5t.FLOAT: "float",
    h5t.TIME: "time",
    h5t.STRING: "string",
    h5t.BITFIELD: "bitfield",
    h5t.OPAQUE: "opaque",
    h5t.COMPOUND: "compound",
    h5t.REFERENCE: "reference",
    h5t.ENUM: "enum",
    h5t.VLEN: "vlen",
    h5t.ARRAY: "array",
}
ORDERS = {h5t.ORDER_LE: "<", h5t.ORDER_BE: ">"}
CHARSETS = {h5t.CSET_ASCII: "ascii", h5t.CSET_UTF8: "utf-8"}
PADDINGS = {h5t.STR_NULLTERM: "nullterm", h5t.STR_NULLPAD: "nullpad", h5t.STR_SPACEPAD: "spacepad"}
LAYOUTS = {h5d.COMPACT: "compact", h5d.CONTIGUOUS: "contiguous", h5d.CHUNKED: "chunked", h5d.VIRTUAL: "virtual"}
FILL_STATUS = {
    h5d.FILL_VALUE_UNDEFINED: "undefined",
    h5d.FILL_VALUE_DEFAULT: "default",
    h5d.FILL_VALUE_USER_DEFINED: "user",
}


def text(name):
    """A link, attribute or member name as text; bytes that are not UTF-8 become lone surrogates."""
    return name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name


def describe(tid):
    """The datatype of a TypeID, as declared in the file."""
    cls = CLASSES[tid.get_class()]
    t = {"class": cls, "size": tid.get_size()}
    if cls in ("int", "float"):  # h5py does not tell a bitfield's order
        t["order"] = ORDERS.get(tid.get_order(), "?")
        t["precision"] = tid.get_precision()
        t["offset"] = tid.get_offset()
    if cls == "int":
        t["signed"] = tid.get_sign() == h5t.SGN_2
    if cls == "string":
        t["variable"] = bool(tid.is_variable_str())
        t["charset"] = CHARSETS[tid.get_cset()]
        t["padding"] = PADDINGS[tid.get_strpad()]
    if cls == "enum":
        t["base"] = describe(tid.get_super())
        t["symbols"] = [
            {"name": text(tid.get_member_name(i)), "value": int(tid.get_member_value(i))}
            for i in range(tid.get_nmembers())
        ]
    if cls == "compound":
        t["members"] = [
            {
                "name": text(tid.get_member_name(i)),
                "offset": tid.get_member_offset(i),
                "type": describe(tid.get_member_type(i)),
            }
            for i in range(tid.get_nmembers())
        ]
    if cls == "array":
        t["dims"] = list(tid.get_array_dims())
        t["base"] = describe(tid.get_super())
    if cls == "vlen":
        t["base"] = describe(tid.get_super())
    if cls == "reference":
        t["region"] = bool(tid.equal(h5t.STD_REF_DSETREG))
    if cls == "opaque":
        t["tag"] = text(tid.get_tag())
    return t


def short_name(t):
    """The name that numpy, or a person, would give the elements of a described datatype."""
    cls = t["class"]
    if cls == "int":
        return f"{'int' if t['signed'] else 'uint'}{8 * t['size']}"
    if cls == "float":
        return f"float{8 * t['size']}"
    if cls == "enum":
        symbols = {s["name"]: s["value"] for s in t["symbols"]}
        return "bool" if t["size"] == 1 and symbols == {"FALSE": 0, "TRUE": 1} else "enum"
    return cls


def little_endian(arr):
    """The bytes of a numeric array in little-endian order, bit for bit."""
    if arr.dtype.byteorder == ">" or (arr.dtype.byteorder == "=" and sys.byteorder == "big"):
        arr = arr.byteswap()
    return np.ascontiguousarray(arr).tobytes()


def encode_strings(items):
    raw = [x.encode("utf-8", "surrogateescape") if isinstance(x, str) else bytes(x) for x in items]
    try:
        return {"strings": [x.decode("utf-8") for x in raw]}
    except UnicodeDecodeError:
        return {"bytes": [x.hex() for x in raw]}


def encode_references(items, fid):
    names, addresses = [], []
    for ref in items:
        if not ref:
            names.append("")
            addresses.append(0)
            continue
        target = h5r.dereference(ref, fid)
        names.append(text(h5r.get_name(ref, fid) or b""))
        addresses.append(h5o.get_info(target).addr)
    return {"names": names, "addresses": addresses}


def encode(arr, t, fid):
    """The elements of an array that were read from the described datatype."""
    cls = t["class"]
    if cls in ("int", "enum", "bitfield"):
        return {"ints": [int(x) for x in arr.ravel().tolist()]}
    if cls == "float":
        return {"floats": little_endian(arr.ravel()).hex()}
    if cls == "string":
        return encode_strings(arr.ravel().tolist())
    if cls == "array":
        return encode(arr, t["base"], fid)
    if cls == "compound":
        if arr.dtype.kind == "c":
            parts = dict(zip((m["name"] for m in t["members"]), (arr.real, arr.imag)))
        else:
            parts = {name: arr[name] for name in arr.dtype.names}
        return {
            "fields": [
                {"name": m["name"], "values": encode(np.asarray(parts[m["name"]]), m["type"], fid)}
                for m in t["members"]
            ]
        }
    if cls == "vlen":
        pieces = [np.atleast_1d(x) for x in arr.ravel().tolist()]
        filled = [p for p in pieces if len(p) > 0]
        items = np.concatenate(filled) if filled else None
        if filled and t["base"].get("order") == ">" and items.dtype.isnative:
            # h5py hands out the elements as the file has them, but forgets the byte order.
            items = items.view(items.dtype.newbyteorder(">"))
        return {
            "lengths": [len(p) for p in pieces],
            "items": {} if items is None else encode(items, t["base"], fid),
        }
    if cls == "reference":
        return encode_references(arr.ravel().tolist(), fid)
    if cls == "opaque":
        return {"opaque": arr.tobytes().hex()}
    raise TypeError(f"no encoding for class {cls}")


def shape_of(sid):
    if sid.get_simple_extent_type() == h5s.NULL:
        return None
    return list(sid.get_simple_extent_dims())


def read_values(record, tid, shape, read, fid):
    """Put the values that read fills in, or the error, into the record."""
    try:
        if shape is None:
            return
        dtype = tid.dtype
        arr = np.zeros(tuple(shape), dtype=dtype)
        if arr.size:
            # An opaque type converts only to one of the same tag, which numpy does not carry.
            read(arr, tid if isinstance(tid, h5t.TypeOpaqueID) else h5t.py_create(dtype))
        record["values"] = encode(arr, record["type"], fid)
    except Exception as err:  # whatever h5py cannot read is a finding, not a failure
        record.pop("values", None)
        record["error"] = f"{type(err).__name__}: {err}"


def attribute(obj, path, name, fid):
    record = {"kind": "attribute", "path": path, "name": text(name)}
    attr = h5a.open(obj, name)
    tid = attr.get_type()
    record["type"] = describe(tid)
    record["dtype"] = short_name(record["type"])
    record["shape"] = shape_of(attr.get_space())
    read_values(record, tid, record["shape"], lambda arr, mtype: attr.read(arr, mtype), fid)
    return record


def storage(dset, record, fid):
    """Layout, chunks, filters and fill value of a dataset."""
    dcpl = dset.get_create_plist()
    layout = LAYOUTS.get(dcpl.get_layout(), "?")
    record["layout"] = layout
    if layout == "contiguous" and dcpl.get_external_count():
        record["layout"] = "external"
    record["chunks"] = list(dcpl.get_chunk()) if layout == "chunked" else None
    record["filters"] = []
    for i in range(dcpl.get_nfilters()):
        code, flags, params, _ = dcpl.get_filter(i)
        record["filters"].append({"id": code, "flags": flags, "params": list(params)})
    record["stored_bytes"] = dset.get_storage_size()
    if layout == "chunked" and record["shape"]:
        try:
            n = dset.get_num_chunks()
            record["stored_chunks"] = n
            masks = [dset.get_chunk_info(i).filter_mask for i in range(n)] if n <= 256 else []
            if any(masks):
                record["filter_masks"] = masks
        except Exception as err:
            record["chunk_error"] = f"{type(err).__name__}: {err}"
    record["fill_status"] = FILL_STATUS[dcpl.fill_value_defined()]
    if record["fill_status"] == "user":
        try:
            fill = np.zeros((1,), dtype=dset.dtype)
            dcpl.get_fill_value(fill)
            record["fill"] = encode(fill, record["type"], fid)
        except Exception as err:
            record["fill_error"] = f"{type(err).__name__}: {err}"


def dataset(dset, path, fid):
    record = {"kind": "dataset", "path": path, "attrs": attribute_order(dset)}
    tid, space = dset.get_type(), dset.get_space()
    record["type"] = describe(tid)
    record["dtype"] = short_name(record["type"])
    record["shape"] = shape_of(space)
    if record["shape"] is not None:
        record["maxshape"] = [None if n == h5s.UNLIMITED else n for n in space.get_simple_extent_dims(maxdims=True)]
    storage(dset, record, fid)
    read_values(
        record, tid, record["shape"], lambda arr, mtype: dset.read(h5s.ALL, h5s.ALL, arr, mtype), fid
    )
    return record


def attribute_order(obj):
    """Attribute names as h5py iterates them."""
    return [text(name) for name in h5py.AttributeManager(_Owner(obj))]


class _Owner:
    """The little of h5py.HLObject that an AttributeManager asks for."""

    def __init__(self, oid):
        self.id = oid


def sorted_attributes(obj):
    names = []
    h5a.iterate(obj, lambda name: names.append(name))
    return sorted(names)


class Walk:
    def __init__(self, f):
        self.fid = f.id
        self.root = f
        self.paths = {}  # object address: path of its first hard link
        self.records = []

    def run(self):
        fcpl = self.fid.get_create_plist()
        self.records.append(
            {"kind": "file", "superblock": fcpl.get_version()[0], "userblock": fcpl.get_userblock()}
        )
        self.visit(self.root["/"].id, "/")
        for record in self.records:
            if record["kind"] == "link":
                record["object"] = self.resolve(record["path"])
        return self.records

    def resolve(self, path):
        try:
            obj = h5o.open(self.fid, path.encode("utf-8", "surrogateescape"))
            info = h5o.get_info(obj)
        except Exception:
            return ""
        if info.fileno != h5o.get_info(self.root["/"].id).fileno:
            return ""
        return self.paths.get(info.addr, "")

    def visit(self, obj, path):
        self.paths[h5o.get_info(obj).addr] = path
        if isinstance(obj, h5d.DatasetID):
            self.records.append(dataset(obj, path, self.fid))
        elif isinstance(obj, h5t.TypeID):
            t = describe(obj)
            self.records.append(
                {"kind": "datatype", "path": path, "attrs": attribute_order(obj), "type": t, "dtype": short_name(t)}
            )
        else:
            self.records.append(
                {
                    "kind": "group",
                    "path": path,
                    "members": [text(n) for n in h5py.Group(obj)],
                    "attrs": attribute_order(obj),
                }
            )
        for name in sorted_attributes(obj):
            self.records.append(attribute(obj, path, name, self.fid))
        if isinstance(obj, h5py.h5g.GroupID):
            for name in sorted(iter(obj)):
                self.member(obj, name, path.rstrip("/") + "/" + text(name))

    def member(self, group, name, path):
        info = group.links.get_info(name)
        if info.type == h5py.h5l.TYPE_HARD:
            try:
                obj = h5o.open(group, name)
            except Exception as err:
                self.records.append({"kind": "unreadable", "path": path, "error": f"{type(err).__name__}: {err}"})
                return
            first = self.paths.get(h5o.get_info(obj).addr)
            if first is None:
                self.visit(obj, path)
            else:
                self.records.append({"kind": "link", "path": path, "link": "hard"})
            return
        record = {"kind": "link", "path": path}
        if info.type == h5py.h5l.TYPE_SOFT:
            record["link"] = "soft"
            record["target"] = text(group.links.get_val(name))
        elif info.type == h5py.h5l.TYPE_EXTERNAL:
            record["link"] = "external"
            filename, target = group.links.get_val(name)
            record["file"], record["target"] = text(filename), text(target)
        else:
            record["link"] = f"user-defined {int(info.type)}"
        self.records.append(record)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with h5py.File(sys.argv[1], "r") as f:
        records = Walk(f).run()
    out = sys.stdout
    for record in records:
        # Lone surrogates (names that are not UTF-8) survive as \udcXX escapes.
        out.write(json.dumps(record, separators=(",", ":")))
        out.write("\n")


if __name__ == "__main__":
    main()
