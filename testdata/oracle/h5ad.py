"""AnnData objects, and what anndata makes of h5ad files, held against Loom files through h5py alone.

For sessions of anndata 0.8 and of the current one alike. Functions that compare return a text of all
differences, empty if there are none.
"""
import importlib.metadata
import json
import warnings

import anndata
import h5py
import numpy as np
import pandas as pd
from scipy import sparse

TIMES = {"last_modified", "CreationDate", "LOOM_SPEC_VERSION"}


# --- what a Loom file must hold ------------------------------------------------------------------


def dense(matrix):
    return matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix)


def is_text(values):
    return all(isinstance(v, str) for v in values)


def column(values):
    """A column of a table as an attribute has it."""
    series = pd.Series(values).reset_index(drop=True)
    missing = series.isna().to_numpy()
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        text, dtype = is_text(dtype.categories), dtype.categories.dtype
    else:
        text = dtype == object or isinstance(dtype, pd.StringDtype)
        dtype = getattr(dtype, "numpy_dtype", dtype)
    if text:
        return np.array(["" if m else str(v) for v, m in zip(series, missing)], object)
    if missing.any() and np.dtype(dtype).kind != "f":
        return np.array([np.nan if m else float(v) for v, m in zip(series, missing)], "float64")
    return as_stored(np.array(series.tolist(), dtype))


def as_stored(values):
    values = np.asarray(values)
    if values.dtype.kind in "US":
        return values.astype(object)
    return values.astype("uint8") if values.dtype == bool else values


def as_weights(values):
    return values if values.dtype.kind == "f" else values.astype("float64")


def flat(mapping, prefix=""):
    for name, value in mapping.items():
        if isinstance(value, dict):
            yield from flat(value, prefix + name + ".")
        elif isinstance(value, (pd.Categorical, pd.Series)):
            yield prefix + name, column(value)
        elif isinstance(value, (str, bool, int, float, np.ndarray, np.generic)) and not getattr(value, "dtype", np.dtype(int)).names:
            yield prefix + name, as_stored(value)


def attributes(adata, part, names):
    table, multiple = getattr(adata, part), getattr(adata, part + "m")
    expected = {names: np.array(table.index, object)}
    expected.update((name.replace("/", "_"), column(table[name])) for name in table.columns)
    for name in multiple.keys():
        value = multiple[name]
        if isinstance(value, pd.DataFrame):
            expected.update((name + "." + c, column(value[c])) for c in value.columns)
        else:
            expected[name] = as_stored(dense(value))
    if part == "var" and "gene_ids" in expected and "Accession" not in expected:
        expected["Accession"] = expected["gene_ids"]
    return expected


# --- what files hold -----------------------------------------------------------------------------


def stored(dataset):
    return dataset.asstr()[()] if h5py.check_string_dtype(dataset.dtype) else dataset[()]


class Differences(list):
    def names(self, where, got, want):
        if set(got) != set(want):
            self.append(f"{where}: has {sorted(got)}, want {sorted(want)}")

    def values(self, where, got, want, types=True):
        got, want = np.asarray(got), np.asarray(want)
        if types and got.dtype != want.dtype:
            self.append(f"{where}: of type {got.dtype}, want {want.dtype}")
        if got.shape != want.shape:
            self.append(f"{where}: of shape {got.shape}, want {want.shape}")
            return
        numbers = got.dtype.kind == "f" and want.dtype.kind == "f"
        if not (np.array_equal(got, want, equal_nan=True) if numbers else np.array_equal(got, want)):
            self.append(f"{where}: {got!r:.300}, want {want!r:.300}")

    def text(self):
        return "; ".join(self).replace("\n", " ")


def adjacency(group, n):
    w = group["w"][()]
    return sparse.coo_matrix((w, (group["a"][()], group["b"][()])), shape=(n, n)).toarray()


def imported(h5ad, loom, adata=None):
    """How a Loom file differs from what anndata makes of the h5ad file that it was imported from."""
    if adata is None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            adata = anndata.read_h5ad(h5ad)
    found = Differences()
    with h5py.File(loom, "r") as f:
        layers = {name: adata.layers[name] for name in adata.layers.keys()}
        if adata.raw is not None and list(adata.raw.var_names) == list(adata.var_names):
            layers["raw"] = adata.raw.X
        found.values("matrix", f["matrix"][()], as_stored(dense(adata.X).T))
        found.names("layers", f["layers"], layers)
        for name in set(layers) & set(f["layers"]):
            found.values("layer " + name, f["layers"][name][()], as_stored(dense(layers[name]).T))
        for group, part, names in (("col_attrs", "obs", "CellID"), ("row_attrs", "var", "Gene")):
            want = attributes(adata, part, names)
            found.names(group, f[group], want)
            for name in set(want) & set(f[group]):
                found.values(group + "/" + name, stored(f[group][name]), want[name])
        for group, pairs, n in (("col_graphs", adata.obsp, adata.n_obs), ("row_graphs", adata.varp, adata.n_vars)):
            found.names(group, f[group], pairs.keys())
            for name in set(pairs.keys()) & set(f[group]):
                found.values(group + "/" + name, adjacency(f[group][name], n), as_weights(dense(pairs[name])))
        want = {name: value for name, value in flat(adata.uns) if name not in TIMES}
        found.names("attrs", set(f["attrs"]) - TIMES, want)
        for name in set(want) & set(f["attrs"]):
            found.values("attrs/" + name, stored(f["attrs"][name]), want[name], types=np.ndim(want[name]) > 0)
    return found.text()


def exported(loom, h5ad, is_dense, index):
    """How what anndata reads, without a warning, differs from the Loom file that was exported.

    index has the attributes that are the names of observations and variables.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        adata = anndata.read_h5ad(h5ad)
    found = Differences()
    with h5py.File(loom, "r") as f:
        matrices = {"X": (adata.X, f["matrix"])}
        found.names("layers", adata.layers.keys(), f["layers"])
        matrices.update((name, (adata.layers[name], f["layers"][name])) for name in f["layers"])
        for name, (got, want) in matrices.items():
            if sparse.issparse(got) == is_dense:
                found.append(f"{name} is {type(got)}")
            if not is_dense and not got.has_canonical_format:
                found.append(f"{name} is not canonical")
            want = want[()].T
            found.values(name, dense(got), want if want.dtype != "float16" else want.astype("float32"))
        for group, table, multiple, name in (("col_attrs", adata.obs, adata.obsm, index[0]), ("row_attrs", adata.var, adata.varm, index[1])):
            plain = {k: stored(v) for k, v in f[group].items() if v.ndim == 1}
            many = {k: stored(v) for k, v in f[group].items() if v.ndim > 1}
            names = plain.get(name)
            if names is not None:
                texts = [str(v) for v in names.tolist()]
                if len(set(texts)) == len(texts) and names.dtype == object:
                    del plain[name]
                    found.values(group + " index", np.array(table.index, object), np.array(texts, object))
            if not table.index.is_unique:
                found.append(f"{group}: names are not unique")
            found.names(group + " of one dimension", table.columns, plain)
            found.names(group + " of more", multiple.keys(), many)
            for k in set(plain) & set(table.columns):
                found.values(group + "/" + k, column(table[k]), plain[k])
                repeated = plain[k].dtype == object and len(set(plain[k])) < len(plain[k])
                if isinstance(table[k].dtype, pd.CategoricalDtype) != repeated:
                    found.append(f"{group}/{k}: of type {table[k].dtype}")
            for k in set(many) & set(multiple.keys()):
                found.values(group + "/" + k, np.asarray(multiple[k]), many[k])
        for group, pairs, n in (("col_graphs", adata.obsp, adata.n_obs), ("row_graphs", adata.varp, adata.n_vars)):
            found.names(group, pairs.keys(), f[group])
            for k in set(pairs.keys()) & set(f[group]):
                found.values(group + "/" + k, dense(pairs[k]), adjacency(f[group][k], n))
        found.names("uns", adata.uns.keys(), f["attrs"])
        for k in set(adata.uns.keys()) & set(f["attrs"]):
            found.values("uns/" + k, as_stored(adata.uns[k]), stored(f["attrs"][k]), types=np.ndim(adata.uns[k]) > 0)
    return found.text()


def again(h5ad, copy):
    """Write what anndata reads, without a warning, to a copy."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        anndata.read_h5ad(h5ad).write_h5ad(copy)


def loom_read(path, h5ad, read_loom):
    """How what read_loom makes of a Loom file differs from the h5ad file that it was imported from."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got, want = read_loom(path, sparse=False, dtype="float64"), anndata.read_h5ad(h5ad)
    found = Differences()
    found.values("X", dense(got.X), dense(want.X), types=False)
    for part, got_table, want_table in (("obs", got.obs, want.obs), ("var", got.var, want.var)):
        found.values(part + " names", np.array(got_table.index, object), np.array(want_table.index, object))
        for name in want_table.columns:
            found.values(part + " " + name, column(got_table[name]), column(want_table[name]))
    return found.text()


# --- files to import -----------------------------------------------------------------------------


def table(rng, n, prefix, accent):
    words = np.array(["alpha", "beta", "gamma", "delta" + accent, ""])
    frame = pd.DataFrame(index=[f"{prefix}{i}" for i in range(n)])
    frame["int"] = rng.integers(-5, 5, n)
    frame["small"] = rng.integers(0, 200, n).astype("uint8")
    frame["float"] = np.where(rng.random(n) < 0.2, np.nan, rng.random(n)).astype("float32")
    frame["flag"] = rng.random(n) < 0.5
    frame["unique"] = [f"{accent}{i}" for i in range(n)]
    frame["words"] = pd.Categorical(words[rng.integers(0, 5, n)])
    frame["some"] = pd.Categorical.from_codes(rng.integers(-1, 3, n), ["z", "a", "unused"], ordered=True)
    frame["none"] = pd.Categorical([None] * n, categories=["x"])
    frame["numbers"] = pd.Categorical(rng.integers(0, 4, n) * 10)
    frame["some numbers"] = pd.Categorical.from_codes(rng.integers(-1, 2, n), [1.5, 2.5])
    frame["truth"] = pd.Categorical(rng.random(n) < 0.5, categories=[False, True])
    frame["nullable"] = pd.array(np.where(rng.random(n) < 0.3, None, rng.integers(0, 9, n)), dtype="Int64")
    frame["full"] = pd.array(rng.integers(0, 9, n), dtype="UInt16")
    frame["maybe"] = pd.array(np.where(rng.random(n) < 0.3, None, rng.random(n) < 0.5), dtype="boolean")
    return frame


def matrix(rng, shape, kind, dtype):
    values = np.where(rng.random(shape) < 0.3, rng.integers(1, 100, shape), 0).astype(dtype)
    return {"csr": sparse.csr_matrix, "csc": sparse.csc_matrix, "dense": np.asarray}[kind](values)


def write(path, seed, n_obs, n_vars, kind, dtype, raw=None, accent="é", **options):
    """Write an AnnData object that has some of everything, and return what was written."""
    rng = np.random.default_rng(seed)
    extra = {"dtype": dtype} if importlib.metadata.version("anndata").startswith("0.8") else {}
    obs, var = table(rng, n_obs, "cell ", accent), table(rng, n_vars, "gene ", accent)
    var["gene_ids"] = [f"ENSG{i:05}" for i in range(n_vars)]
    shape = (n_obs, n_vars)
    adata = anndata.AnnData(matrix(rng, shape, kind, dtype), obs=obs, var=var, **extra)
    adata.layers["dense"] = matrix(rng, shape, "dense", "int16")
    adata.layers["rows"] = matrix(rng, shape, "csr", "float64")
    adata.layers["columns"] = matrix(rng, shape, "csc", "uint32")
    adata.layers["flags"] = matrix(rng, shape, "csr", bool)
    adata.obsm["X_pca"] = rng.random((n_obs, 3)).astype("float32")
    adata.obsm["table"] = pd.DataFrame({"a": rng.random(n_obs), "b": pd.Categorical(rng.choice(["x", "y"], n_obs))}, index=obs.index)
    adata.obsm["sparse"] = matrix(rng, (n_obs, 5), "csc", "float32")
    adata.varm["PCs"] = rng.random((n_vars, 2))
    adata.obsp["distances"] = matrix(rng, (n_obs, n_obs), "csr", "float32")
    adata.obsp["columns"] = matrix(rng, (n_obs, n_obs), "csc", "int64")
    adata.obsp["full"] = matrix(rng, (n_obs, n_obs), "dense", "float64")
    adata.varp["correlation"] = matrix(rng, (n_vars, n_vars), "csr", "float64")
    adata.uns = {
        "title": "ein Titel ö", "empty": "", "count": 7, "ratio": 0.25, "flag": True,
        "colors": np.array(["#ff0000", "#00ff00"]), "grid": np.arange(6.0).reshape(2, 3),
        "pca": {"params": {"zero_center": True, "svd": "arpack"}, "variance": rng.random(3)},
        "clusters": pd.Categorical(["u", "v", "u"]),
        "records": np.array([(1, 2.0)], [("a", "i4"), ("b", "f8")]),
    }
    if raw == "same":
        adata.raw = adata.copy()
    elif raw == "more":
        rest = adata[:, : n_vars // 2].copy()
        rest.raw = adata
        adata = rest
    adata.write_h5ad(path, **options)


def refilter(path, options):
    """Put all large arrays of numbers through a filter."""
    with h5py.File(path, "r+") as f:
        found = []
        f.visititems(lambda name, o: found.append(name) if isinstance(o, h5py.Dataset) and o.size > 9 and o.dtype.kind in "fiu" else None)
        for name in found:
            values, attributes = f[name][()], dict(f[name].attrs)
            del f[name]
            f.create_dataset(name, data=values, chunks=True, **options).attrs.update(attributes)
    return len(found)


def write_0_7(path, n):
    """Write a file with h5py as anndata 0.7 did: categories in a group of their own, and led to."""
    text = h5py.string_dtype()
    with h5py.File(path, "w") as f:
        for part, length in (("obs", n), ("var", 4)):
            g = f.create_group(part)
            g.attrs["encoding-type"], g.attrs["encoding-version"] = "dataframe", "0.1.0"
            g.attrs["_index"] = "names"
            g.attrs["column-order"] = np.array(["cluster", "score", "nested/name"], text)
            g["names"] = np.array([f"{part}{i}" for i in range(length)], text)
            g["score"] = np.arange(length, dtype="float32")
            g["nested/name"] = np.arange(length, dtype="int16")
            g["cluster"] = np.array([i % 3 - 1 for i in range(length)], "int8")
            c = g.create_group("__categories")
            c["cluster"] = np.array(["b", "a"], text)
            c["cluster"].attrs["ordered"] = True
            g["cluster"].attrs["categories"] = c["cluster"].ref
        x = f.create_dataset("X", data=np.arange(n * 4, dtype="float32").reshape(n, 4), chunks=(3, 2), compression="lzf", shuffle=True)
        x.attrs["encoding-type"], x.attrs["encoding-version"] = "array", "0.2.0"
        for name in ("layers", "obsm", "varm", "obsp", "varp", "uns"):
            f.create_group(name)
        f["uns/title"] = "old"
        for name in ("distances", "connectivities"):
            g = f.create_group("uns/neighbors/" + name)
            g.attrs["encoding-type"], g.attrs["encoding-version"], g.attrs["shape"] = "csr_matrix", "0.1.0", (n, n)
            m = sparse.random(n, n, 0.3, "csr", "float64", 1)
            for k in ("data", "indices", "indptr"):
                g.create_dataset(k, data=getattr(m, k), maxshape=(None,))


def write_0_6(path, n):
    """Write a file with h5py as anndata 0.6 did: tables of records, categories in uns, raw.X."""
    text = h5py.string_dtype()
    with h5py.File(path, "w") as f:
        for part, length in (("obs", n), ("var", 4), ("raw.var", 4)):
            records = np.zeros(length, [("index", object), ("cluster", "i1"), ("score", "f4"), ("name", object)])
            records["index"] = [f"{part[-3:]}{i}" for i in range(length)]
            records["cluster"] = np.arange(length) % 2
            records["score"] = np.arange(length) / 2
            records["name"] = [f"n{i}" for i in range(length)]
            f.create_dataset(part, data=records.astype([("index", text), ("cluster", "i1"), ("score", "f4"), ("name", text)]), compression="gzip")
        f["uns/cluster_categories"] = np.array([b"first", b"second"])
        f["uns/title"] = np.array([b"one"])
        f["uns/number"] = 3
        obsm = np.zeros(n, [("X_pca", "f8", (3,)), ("X_umap", "f4", (2,))])
        obsm["X_pca"], obsm["X_umap"] = np.random.default_rng(1).random((n, 3)), 1
        f.create_dataset("obsm", data=obsm, compression="lzf")
        for name in ("X", "raw.X"):
            g = f.create_group(name)
            g.attrs["h5sparse_format"], g.attrs["h5sparse_shape"] = "csr", (n, 4)
            m = sparse.random(n, 4, 0.5, "csr", "float32", 2)
            for k in ("data", "indices", "indptr"):
                g.create_dataset(k, data=getattr(m, k), maxshape=(None,))


def unique(names):
    """What anndata makes of names that are not unique."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return json.dumps(list(anndata.utils.make_index_unique(pd.Index(names))))


def naturally(names):
    from natsort import natsorted
    return json.dumps(natsorted(sorted(names)))
