"""The Loom half of the test-file matrix: every dialect, sound and unsound.

write_all makes NAME.loom for each function decorated with @loompy_file (made by
loompy itself, spec 3.0.0) or @raw_file (made with h5py, where loompy cannot).
"""
import os
import sys

import h5py
import loompy
import numpy as np
import scipy.sparse

from hdf5_files import NON_ASCII, counts, integers, rng, words

TIMESTAMP = "20200102T030405.678901Z"
CREATED = "2020/01/02 03:04:05"
UTF8 = h5py.string_dtype("utf-8")

_files = []


def freeze_time():
    """Make loompy write the same time on every run."""
    for name, module in list(sys.modules.items()):
        if name.startswith("loompy") and hasattr(module, "timestamp"):
            module.timestamp = lambda: TIMESTAMP


def loompy_file(fill):
    """Register a function that gets a path and makes a file there with loompy."""
    _files.append((fill.__name__, fill))
    return fill


def raw_file(fill):
    """Register a function that gets an empty HDF5 file to fill."""

    def make(path):
        with h5py.File(path, "w") as f:
            fill(f)

    _files.append((fill.__name__, make))
    return fill


def write_all(outdir):
    freeze_time()
    for name, make in _files:
        make(os.path.join(outdir, name + ".loom"))


def create(path, matrix, row_attrs=None, col_attrs=None, **file_attrs):
    """loompy.create, with default attributes and a fixed creation date."""
    layers = matrix if isinstance(matrix, dict) else {"": matrix}
    rows, cols = layers[""].shape
    if row_attrs is None:
        row_attrs = {"Gene": gene_names(rows), "Accession": accessions(rows)}
    if col_attrs is None:
        col_attrs = {"CellID": cell_names(cols)}
    attrs = dict(CreationDate=CREATED, **file_attrs)
    loompy.create(path, layers, row_attrs, col_attrs, file_attrs=attrs)


def gene_names(n):
    return np.array([f"Gene{i}" if i % 3 else f"AC{i:06d}.{i % 5}" for i in range(n)], dtype=object)


def accessions(n):
    return np.array([f"ENSMUSG{i:011d}" for i in range(n)], dtype=object)


def cell_names(n):
    bases = np.array(list("ACGT"))
    return np.array(["".join(b) + f"-{i}" for i, b in enumerate(bases[rng("cells", n).integers(0, 4, (n, 12))])], dtype=object)


def graph(n, edges, *key):
    r = rng("graph", n, edges, *key)
    a, b = r.integers(0, n, (2, edges))
    return scipy.sparse.coo_matrix((r.random(edges), (a, b)), shape=(n, n))


# --- spec 3.0.0, by loompy ------------------------------------------------------


@loompy_file
def spec3_plain(path):
    create(path, counts((30, 40)), Title="Plain")


@loompy_file
def spec3_layers(path):
    layers = {"": counts((65, 63))}
    for dtype in ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8"):
        layers["layer_" + dtype] = counts((65, 63), dtype)
    layers["real numbers"] = rng("real").normal(size=(65, 63))
    layers["spliced"] = counts((65, 63), "u2", "spliced")
    create(path, layers)


def _every_dtype(n):
    attrs = {"_" + dtype: integers("<" + dtype, n) for dtype in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")}
    r = rng("attributes", n)
    for dtype in ("f2", "f4", "f8"):
        attrs["_" + dtype] = r.normal(scale=100, size=n).astype(dtype)
    attrs["wide"] = (10.0 ** r.integers(-30, 30, n)) * r.choice([-1, 1], n)
    attrs["round"] = np.arange(n) * 0.1
    attrs["special"] = np.resize([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e16, 1e-5, 123456789.125], n)
    attrs["special32"] = attrs["special"].astype("f4")
    attrs["Valid"] = r.integers(0, 2, n)
    attrs["flag"] = r.random(n) < 0.5
    attrs["text"] = np.array(words(n), dtype=object)
    attrs["spaces"] = np.resize(np.array([" lead", "trail ", "", "a b", "semi;colon", "quo\"te's", "back\\slash"], dtype=object), n)
    attrs["constant"] = np.full(n, "same", dtype=object)
    return attrs


@loompy_file
def spec3_attributes(path):
    n, m = 37, 41
    row_attrs, col_attrs = _every_dtype(n), _every_dtype(m)
    row_attrs["Gene"], col_attrs["CellID"] = gene_names(n), cell_names(m)
    row_attrs["embedding"] = rng("embedding").normal(size=(n, 2)).astype("f4")
    col_attrs["PCA"] = rng("pca").normal(size=(m, 30)).astype("f4")
    create(path, counts((n, m)), row_attrs, col_attrs)


@loompy_file
def spec3_text(path):
    """Text that loompy 3.0.7 writes but does not read back: not ASCII, or with entities that are none."""
    text = np.array([NON_ASCII, "", "&amp; stays", "a&lt;b", "é", "tab\tnl\n", "&#198;"], dtype=object)
    row_attrs = {"Gene": gene_names(7), "text": text, f"name {NON_ASCII}": np.arange(7)}
    col_attrs = {"CellID": cell_names(6), "Zelltyp": np.array(["Müller-Glia"] * 6, dtype=object)}
    create(path, counts((7, 6)), row_attrs, col_attrs, Title="Größe & <Form>")


@loompy_file
def spec3_graphs(path):
    create(path, counts((50, 60)))
    with loompy.connect(path, validate=False) as ds:
        ds.row_graphs["pairs"] = graph(50, 100)
        ds.col_graphs["KNN"] = graph(60, 300)
        ds.col_graphs["MKNN"] = graph(60, 1)
        ds.col_graphs["no edges"] = graph(60, 0)


@loompy_file
def spec3_global_attributes(path):
    create(
        path,
        counts((5, 6)),
        Title="Titles & <entities> &amp; more",
        Description=NON_ASCII,
        Year=2019,
        Ratio=0.1,
        Flag=True,
        Empty="",
        Long="x" * 10000,
        Numbers=np.arange(5),
        Matrix=np.arange(6.0).reshape(2, 3),
    )
    with loompy.connect(path) as ds:
        ds.attrs["added"] = "later"
        del ds.attrs.Flag
    with h5py.File(path, "r+") as f:  # loompy has no way to write a list of words
        f.create_dataset("attrs/Words", data=["a", "b", "Æ"], dtype=UTF8)


@loompy_file
def spec3_sizes_63_by_65(path):
    create(path, counts((63, 65)))


@loompy_file
def spec3_sizes_64_by_64(path):
    create(path, counts((64, 64)))


@loompy_file
def spec3_one_by_one(path):
    create(path, np.ones((1, 1), "f4"))


@loompy_file
def spec3_one_row(path):
    create(path, counts((1, 200), "i4"))


@loompy_file
def spec3_one_column(path):
    create(path, counts((200, 1), "i4"))


@loompy_file
def spec3_several_chunks(path):
    """Larger than one of loompy's 64 x 64 chunks both ways, ending inside a chunk."""
    layers = {"": counts((200, 300)), "spliced": counts((200, 300), "u2", "s"), "empty": np.zeros((200, 300), "f4")}
    create(path, layers)


@loompy_file
def spec3_sparse_input(path):
    create(path, {"": scipy.sparse.coo_matrix(counts((70, 130)))})


@loompy_file
def spec3_appended(path):
    """Columns added in three steps, as a pipeline does."""
    create(path, counts((20, 30), "f4", 1))
    with loompy.connect(path) as ds:
        for i in (2, 3):
            ds.add_columns({"": counts((20, 65), "f4", i)}, {"CellID": cell_names(65)})


@loompy_file
def spec3_edited(path):
    """Permuted, with attributes, layers and graphs replaced and deleted."""
    create(path, {"": counts((20, 30)), "gone": counts((20, 30), "i4"), "stays": counts((20, 30), "i2")})
    with loompy.connect(path) as ds:
        ds.ca["Clusters"] = np.arange(30) % 4
        ds.ca["Clusters"] = np.array([f"c{i % 3}" for i in range(30)], dtype=object)
        ds.ra["gone"] = np.arange(20)
        ds.col_graphs["KNN"] = graph(30, 40)
        ds.permute(np.arange(30)[::-1], axis=1)
        ds[3:5, 2:9] = 7
        del ds.ra["gone"]
        del ds.layers["gone"]


@loompy_file
def spec3_300_attributes(path):
    n, m = 10, 12
    row_attrs = {f"attr {i:03d}": np.arange(n) + i for i in range(300)}
    col_attrs = {f"attr {i:03d}": np.arange(m) * i for i in rng("300").permutation(300)}
    create(path, counts((n, m)), row_attrs, col_attrs)


@loompy_file
def spec3_conventions(path):
    """A file that keeps the naming conventions too."""
    n, m = 30, 40
    clusters = np.arange(m) % 5
    row_attrs = {
        "Gene": gene_names(n),
        "Accession": accessions(n),
        "Selected": np.arange(n) % 2,
        "Valid": np.ones(n, dtype=int),
    }
    col_attrs = {
        "CellID": cell_names(m),
        "ClusterID": clusters,
        "ClusterName": np.array([f"Cluster {c}" for c in clusters], dtype=object),
        "Outliers": np.zeros(m, dtype=int),
        "Valid": np.ones(m, dtype=int),
    }
    about = dict(Title="t", Description="d", Journal="j", Authors="a", Year="2020")
    create(path, counts((n, m)), row_attrs, col_attrs, **about)


@loompy_file
def spec3_duplicate_cells(path):
    """Sound, but against the conventions in several ways."""
    n, m = 6, 8
    row_attrs = {"Gene": np.arange(n), "Accession": np.array(["same"] * n, dtype=object), "Selected": np.arange(n)}
    col_attrs = {
        "CellID": np.array(["cell"] * m, dtype=object),
        "ClusterID": np.arange(m) + 3.5,
        "ClusterName": np.array(["a", "b"] * (m // 2), dtype=object),
        "Valid": np.arange(m),
        "Outliers": np.arange(m) * 0.5,
    }
    create(path, counts((n, m)), row_attrs, col_attrs)


# --- spec 3.0.0, by h5py ----------------------------------------------------------

def skeleton3(f, matrix, row_attrs=None, col_attrs=None, **matrix_options):
    """The parts of a spec 3.0.0 file; attributes with None for a value are left to the caller."""
    f.create_dataset("attrs/LOOM_SPEC_VERSION", data="3.0.0", dtype=UTF8)
    f.create_dataset("attrs/CreationDate", data=CREATED, dtype=UTF8)
    f.create_dataset("matrix", data=matrix, **matrix_options)
    for group in ("layers", "row_attrs", "col_attrs", "row_graphs", "col_graphs"):
        f.create_group(group)
    rows, cols = matrix.shape[:2] if matrix.ndim > 1 else (len(matrix), 0)
    put(f["row_attrs"], row_attrs if row_attrs is not None else {"Gene": gene_names(rows)})
    put(f["col_attrs"], col_attrs if col_attrs is not None else {"CellID": cell_names(cols)})


def put(group, values):
    for name, value in values.items():
        value = np.asarray(value)
        group.create_dataset(name, data=value, dtype=UTF8 if value.dtype == object else None)


def put_graph(group, name, n, a="i8", b="i8", w="f8", lengths=(5, 5, 5), leave_out=""):
    g = group.create_group(name)
    for vector, dtype, length in zip("abw", (a, b, w), lengths):
        if vector not in leave_out:
            g[vector] = (np.arange(length) % n).astype(dtype)


@raw_file
def spec3_no_rows(f):
    skeleton3(f, np.zeros((0, 7), "f4"), maxshape=(None, None), chunks=(64, 64), compression="gzip")


@raw_file
def spec3_no_columns(f):
    skeleton3(f, np.zeros((7, 0), "f4"), maxshape=(None, None), chunks=(64, 64), compression="gzip")


@raw_file
def spec3_nothing(f):
    skeleton3(f, np.zeros((0, 0), "f4"), maxshape=(None, None), chunks=(64, 64))


@raw_file
def spec3_unwritten(f):
    """A matrix and a layer of which hardly a chunk is allocated."""
    skeleton3(f, np.zeros((0, 0), "i2"), {}, {}, maxshape=(None, None), chunks=(16, 16))
    f["matrix"].resize((100, 90))
    layer = f.create_dataset("layers/sparse", (100, 90), dtype="f4", chunks=(16, 16), compression="gzip", fillvalue=0)
    layer[40:50, 20:30] = counts((10, 10)) + 1
    put(f["row_attrs"], {"Gene": gene_names(100)})
    put(f["col_attrs"], {"CellID": cell_names(90)})


@raw_file
def spec3_contiguous(f):
    skeleton3(f, counts((65, 64), "f8"))
    f.create_dataset("layers/rows", data=counts((65, 64), "i2"), chunks=(1, 64))
    f.create_dataset("layers/columns", data=counts((65, 64), "u4"), chunks=(65, 1), compression="lzf")
    f.create_dataset("layers/one_chunk", data=counts((65, 64), "i4"), chunks=(65, 64), shuffle=True, compression="gzip")


def spec3_latest(path):
    """The newest HDF5 dialect, with dense groups and every chunk index that a matrix can have."""
    with h5py.File(path, "w", libver="latest") as f:
        skeleton3(f, counts((130, 140)), maxshape=(None, None), chunks=(16, 16), compression="gzip")
        f.create_dataset("layers/fixed_array", data=counts((130, 140), "u2"), chunks=(16, 16), compression="gzip")
        f.create_dataset("layers/extensible_array", data=counts((130, 140), "u2", 2), chunks=(16, 16), maxshape=(130, None))
        f.create_dataset("layers/single_chunk", data=counts((130, 140), "u2", 3), chunks=(130, 140), shuffle=True, compression="gzip")
        put(f["col_attrs"], {f"attr {i}": np.arange(140) + i for i in range(30)})
        put_graph(f["col_graphs"], "KNN", 140)


_files.append(("spec3_latest", spec3_latest))


@raw_file
def spec3_dimensions(f):
    """Attributes of more dimensions than loompy itself writes."""
    skeleton3(f, counts((4, 5)))
    put(f["row_attrs"], {"labels": np.array(words(8), dtype=object).reshape(4, 2)})
    put(f["col_attrs"], {"cube": integers("<i4", 30).reshape(5, 2, 3), "column": np.arange(5.0).reshape(5, 1)})


@raw_file
def spec3_scalar_version_array(f):
    skeleton3(f, counts((4, 5)))
    del f["attrs/LOOM_SPEC_VERSION"]
    f.create_dataset("attrs/LOOM_SPEC_VERSION", data=np.array(["3.0.0"], dtype=object), dtype=UTF8)


@raw_file
def spec3_changed_times(f):
    """Modification times on every level that loompy writes them."""
    skeleton3(f, counts((4, 5)))
    put(f["row_attrs"], {"old": np.arange(4), "new": np.arange(4)})
    put_graph(f["col_graphs"], "KNN", 5)
    f["layers/spliced"] = counts((4, 5), "u2")
    for path, day in {
        "/": 9, "matrix": 2, "layers": 5, "layers/spliced": 5, "row_attrs": 7, "row_attrs/Gene": 1, "row_attrs/old": 3,
        "row_attrs/new": 7, "col_attrs": 1, "col_attrs/CellID": 1, "col_graphs": 9, "col_graphs/KNN": 9,
    }.items():
        f[path].attrs["last_modified"] = f"202001{day:02d}T000000.000000Z"
    f.create_dataset("attrs/last_modified", data="20200108T000000.000000Z", dtype=UTF8)


# --- spec 2.0.1 and older -----------------------------------------------------------


def skeleton2(f, matrix, version=b"2.0.1"):
    if version:
        f.attrs["LOOM_SPEC_VERSION"] = np.bytes_(version)
    f.attrs["CreationDate"] = np.bytes_(CREATED)
    f.create_dataset("matrix", data=matrix, chunks=(64, 64), maxshape=(None, None), compression="gzip")
    for group in ("layers", "row_attrs", "col_attrs", "row_graphs", "col_graphs"):
        f.create_group(group)
    rows, cols = matrix.shape
    f["row_attrs/Gene"] = gene_names(rows).astype("S")
    f["col_attrs/CellID"] = cell_names(cols).astype("S")


ENTITIES = [b"a &amp; b", b"&lt;tag&gt;", b"caf&#233;", b"&#x4e2d;&#25991;", b"&quot;q&quot;", b"&nbsp;&eacute;", b"&unknown;", b"a & b", b"&#0;", b"&amp"]


@raw_file
def spec2_entities(f):
    skeleton2(f, counts((10, 12)))
    f["row_attrs/entities"] = np.array(ENTITIES)
    f["col_attrs/entities"] = np.array(ENTITIES + ENTITIES[:2])
    f.attrs["title"] = np.bytes_(b"Caf&#233; &amp; more")
    f.attrs["plain"] = np.bytes_(b"plain")
    f.attrs["number"] = 5


@raw_file
def spec2_attributes(f):
    skeleton2(f, counts((37, 41), "i4"))
    for group, n in (("row_attrs", 37), ("col_attrs", 41)):
        for dtype in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"):
            f[f"{group}/_{dtype}"] = integers("<" + dtype, n)
        for dtype in ("f4", "f8"):
            f[f"{group}/_{dtype}"] = rng(group, dtype).normal(size=n).astype(dtype)
        f[f"{group}/embedding"] = rng(group).normal(size=(n, 2))
        f[f"{group}/text_2d"] = np.array(words(2 * n), dtype="S12").reshape(n, 2)
        f[f"{group}/empty_text"] = np.full(n, b"", dtype="S1")
    f["layers/spliced"] = counts((37, 41), "u2")
    f["layers/float"] = counts((37, 41), "f8")
    put_graph(f["row_graphs"], "pairs", 37)
    put_graph(f["col_graphs"], "KNN", 41, a="u4", b="i2", w="f4")
    f.attrs["array"] = np.arange(4)
    f.attrs["ratio"] = 0.25


@raw_file
def spec2_text_version(f):
    """The version and other global attributes as variable-length text, which the validator warns about."""
    skeleton2(f, counts((4, 5)), version=None)
    f.attrs["LOOM_SPEC_VERSION"] = "2.0.1"
    f.attrs["title"] = NON_ASCII
    f.attrs["last_modified"] = "20180102T030405.678901Z"


@raw_file
def old_edges(f):
    """Before graphs had their own groups: row_edges and col_edges, no version, no layers."""
    f.attrs["title"] = np.bytes_(b"old &amp; good")
    f["matrix"] = counts((20, 30))
    f["row_attrs/Gene"] = gene_names(20).astype("S")
    f["col_attrs/CellID"] = cell_names(30).astype("S")
    put_graph(f.create_group("row_edges"), "pairs", 20)
    put_graph(f.create_group("col_edges"), "KNN", 30)
    put_graph(f["col_edges"], "MKNN", 30, lengths=(9, 9, 9))


@raw_file
def old_no_graphs(f):
    """A file of 2016: three groups and a matrix."""
    f.create_dataset("matrix", data=counts((65, 63), "f4"), chunks=(64, 64), maxshape=(65, None), compression="gzip", compression_opts=2)
    f.create_group("layers")
    f["row_attrs/Gene"] = gene_names(65).astype("S")
    f["row_attrs/_Log_Mean"] = rng("old").normal(size=65)
    f["col_attrs/Cell_ID"] = cell_names(63).astype("S")
    f["col_attrs/_tSNE1"] = rng("old", 1).normal(size=63)


@raw_file
def old_version_1(f):
    skeleton2(f, counts((5, 6)), version=b"1.0.0")
    del f["row_graphs"], f["col_graphs"]


# --- unusual, as found in the wild ----------------------------------------------------


@raw_file
def unusual_compound(f):
    """SCope's files: compound attributes, some with enum members, and long JSON in a global attribute."""
    n, m = 12, 15
    f.attrs["MetaData"] = np.bytes_(b'{"embeddings": [{"id": -1, "name": "&lt;t-SNE&gt;"}]}')
    f["matrix"] = counts((n, m), "f8")
    f.create_dataset("row_attrs/Gene", data=gene_names(n), dtype=UTF8)
    f.create_dataset("col_attrs/CellID", data=cell_names(m), dtype=h5py.string_dtype("ascii"))
    regulons = np.zeros(n, dtype=[("Stat1_(12g)", "?"), ("Irf7_(5g)", "?")])
    regulons["Stat1_(12g)"][::2] = True
    f["row_attrs/Regulons"] = regulons
    small = np.zeros(m, dtype=[("_X", "<f8"), ("_Y", "<f8")])
    small["_X"], small["_Y"] = rng("scope").normal(size=(2, m))
    f["col_attrs/Embedding"] = small
    f["col_attrs/Clusterings"] = np.array([(i % 3, i % 4) for i in range(m)], dtype=[("0", "<i4"), ("1", "<i4")])
    f.create_dataset(
        "col_attrs/text", data=np.array([("a", NON_ASCII)] * m, dtype=[("s", UTF8), ("t", UTF8)])
    )
    f.create_group("layers")
    f.create_group("row_edges")
    f.create_group("col_edges")


@raw_file
def unusual_nested_groups(f):
    """R writers nest groups in the attributes."""
    skeleton3(f, counts((6, 7)))
    f["row_attrs/nested/deeper"] = np.arange(6)
    f.create_group("col_attrs/empty")
    f["layers/nested/layer"] = counts((6, 7))


@raw_file
def unusual_fixed_strings(f):
    """Fixed ASCII strings in a 3.0.0 file, with entities."""
    skeleton3(f, counts((4, 5)))
    f["row_attrs/fixed"] = np.array([b"a &amp; b", b"&#198;", b"plain", b"&lt;"])


@raw_file
def unusual_big_endian(f):
    """loompy's validator knows numbers in the machine's own byte order only."""
    skeleton3(f, counts((65, 64), ">f4"))
    f["layers/big_endian"] = counts((65, 64), ">i2")
    f["row_attrs/order"] = np.arange(65, dtype=">i4")
    f["col_attrs/order"] = np.arange(64, dtype=">f8")
    put_graph(f["col_graphs"], "KNN", 64, a=">i8", b=">i4", w=">f4")


@raw_file
def unusual_bool_and_enum(f):
    skeleton3(f, counts((6, 7)))
    f["row_attrs/flag"] = np.array([True, False] * 3)
    f.create_dataset("col_attrs/kind", data=np.arange(7) % 3, dtype=h5py.enum_dtype({"a": 0, "b": 1, "c": 2}, basetype="i1"))


@raw_file
def unusual_variable_strings_in_spec2(f):
    """loomR and Seurat write variable-length strings under version 2."""
    skeleton2(f, counts((6, 7)))
    f.create_dataset("row_attrs/vlen", data=[f"g&amp;{i}" for i in range(6)], dtype=UTF8)
    f.create_dataset("col_attrs/ascii", data=[f"c&amp;{i}" for i in range(7)], dtype=h5py.string_dtype("ascii"))


@raw_file
def unusual_extra_objects(f):
    """Objects that the specification does not know, a soft link and a dangling one among the attributes."""
    skeleton3(f, counts((6, 7)))
    f["other/data"] = np.arange(3)
    f["stray"] = np.arange(3)
    f["col_attrs/alias"] = h5py.SoftLink("/col_attrs/CellID")
    f["row_attrs/dangling"] = h5py.SoftLink("/nowhere")


@raw_file
def unusual_no_attributes(f):
    skeleton3(f, counts((6, 7)), {}, {})


# --- invalid, one fault each --------------------------------------------------------


def _invalid(name, fault, skeleton=skeleton3, kind="invalid"):
    def fill(f):
        skeleton(f, counts((6, 7)))
        fault(f)

    fill.__name__ = f"{kind}_{name}"
    raw_file(fill)


def _unchecked(name, fault, skeleton=skeleton3):
    """A fault that loompy's validator does not see."""
    _invalid(name, fault, skeleton, kind="unchecked")


def _replace(path, value):
    def fault(f):
        if path in f:
            del f[path]
        f[path] = value

    return fault


def _replace_by_group(path):
    def fault(f):
        del f[path]
        f.create_group(path)

    return fault


def _delete(path):
    def fault(f):
        del f[path]

    return fault


_invalid("no_attrs", _delete("attrs"))
for _group in ("row_attrs", "col_attrs", "matrix"):
    _invalid("no_" + _group, _delete(_group))
    _invalid("spec2_no_" + _group, _delete(_group), skeleton2)
for _group in ("layers", "row_graphs", "col_graphs"):
    _unchecked("no_" + _group, _delete(_group))
    _unchecked("spec2_no_" + _group, _delete(_group), skeleton2)

_invalid("row_attr_length", _replace("row_attrs/short", np.arange(5)))
_invalid("col_attr_length", _replace("col_attrs/long", np.arange(8)))
_invalid("attr_scalar", _replace("row_attrs/scalar", 5))
_invalid("attr_null", _replace("row_attrs/null", h5py.Empty("f4")))
_invalid("row_attr_dtype", _replace("row_attrs/complex", np.zeros(6, "c8")))
_invalid("col_attr_dtype", _replace("col_attrs/opaque", np.zeros(7, "V3")))
_invalid("several_attrs", lambda f: put(f["row_attrs"], {"a": np.arange(2), "b": np.arange(9), "c": np.zeros(6, "c16")}))
_invalid("layer_shape", _replace("layers/small", counts((6, 6))))
_invalid("layer_dims", _replace("layers/flat", np.arange(42)))
_invalid("layer_dtype", _replace("layers/bool", np.zeros((6, 7), "?")))
_invalid("layer_strings", _replace("layers/text", np.full((6, 7), b"x")))
_invalid("matrix_dtype", _replace("matrix", np.zeros((6, 7), "?")))
_invalid("matrix_strings", _replace("matrix", np.full((6, 7), b"x")))
_invalid("matrix_1d", _replace("matrix", np.arange(6)))
_unchecked("matrix_3d", _replace("matrix", np.zeros((6, 7, 2))))
_invalid("matrix_group", _replace_by_group("matrix"))
_invalid("row_attrs_dataset", _replace("row_attrs", np.arange(6)))
_invalid("version", _replace("attrs/LOOM_SPEC_VERSION", "9.9.9"))
_invalid("version_text", _replace("attrs/LOOM_SPEC_VERSION", "three"))
_invalid("spec2_strings", lambda f: f.create_dataset("row_attrs/text", data=["t"] * 6, dtype=UTF8), skeleton2)
_invalid("graph_lengths", lambda f: put_graph(f["col_graphs"], "KNN", 7, lengths=(5, 4, 5)))
_invalid("graph_weights_length", lambda f: put_graph(f["row_graphs"], "pairs", 6, lengths=(5, 5, 6)))
_invalid("graph_dtype_a", lambda f: put_graph(f["col_graphs"], "KNN", 7, a="f4"))
_invalid("graph_dtype_b", lambda f: put_graph(f["row_graphs"], "pairs", 6, b="?"))
_invalid("graph_dtype_w", lambda f: put_graph(f["col_graphs"], "KNN", 7, w="i4"))
for _vector in "abw":
    _invalid("graph_no_" + _vector, lambda f, v=_vector: put_graph(f["col_graphs"], "KNN", 7, leave_out=v))
    _invalid("row_graph_no_" + _vector, lambda f, v=_vector: put_graph(f["row_graphs"], "pairs", 6, leave_out=v))
_unchecked("graph_vertex_range", lambda f: put_graph(f["col_graphs"], "KNN", 100, lengths=(90, 90, 90)))
_invalid("graph_dataset", _replace("col_graphs/KNN", np.arange(4)))
_unchecked("old_edges_dtype", lambda f: put_graph(f.create_group("col_edges"), "KNN", 7, a="f8"), skeleton2)


@raw_file
def invalid_everything(f):
    """Many faults at once: a validator lists them all."""
    skeleton3(f, counts((6, 7)))
    f["layers/small"] = counts((3, 3))
    f["layers/bool"] = np.zeros((6, 7), "?")
    f["row_attrs/short"] = np.arange(2)
    f["col_attrs/complex"] = np.zeros(7, "c8")
    put_graph(f["row_graphs"], "pairs", 6, a="f4", w="i8", lengths=(1, 2, 3))
    put_graph(f["col_graphs"], "KNN", 7, b="f8")


@raw_file
def invalid_empty_file(f):
    pass
