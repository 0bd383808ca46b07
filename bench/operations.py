"""The operations of operations.go, in loompy: OPERATION ADDED OUTPUT INPUT...

Prints the seconds that one took and the peak memory of the process, as JSON.
"""
import json
import logging
import sys
import time

import h5py
import loompy
import numpy as np

logging.disable(logging.CRITICAL)
name, added, out, inputs = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]
seconds = None


def measure(operation, times=1):
    global seconds
    start = time.perf_counter()
    for _ in range(times):
        result = operation()
    seconds = (time.perf_counter() - start) / times
    return result


def connect(path, mode="r"):
    return loompy.connect(path, mode, validate=False)


def peak():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) * 1024
    except OSError:
        return 0


def reading(operation):
    def run():
        with connect(inputs[0]) as ds:
            measure(lambda: operation(ds))
    return run


def changing(operation):
    def run():
        with connect(inputs[0], "r+") as ds:
            measure(lambda: operation(ds))
    return run


def read_again():
    with connect(inputs[0]) as ds:
        ds[:, :]
        measure(lambda: ds[:, :], times=3)


def random_columns(ds):
    columns = np.random.default_rng(0).choice(ds.shape[1], min(100, ds.shape[1]), replace=False)
    return ds[:, np.sort(columns)]


def scan(axis):
    def operation(ds):
        for _ in ds.scan(axis=axis):
            pass
    return reading(operation)


def permute(axis):
    def run():
        with connect(inputs[0], "r+") as ds:
            ordering = np.random.default_rng(0).permutation(ds.shape[axis])
            measure(lambda: ds.permute(ordering, axis=axis))
    return run


def add_columns():
    with connect(inputs[1]) as other:
        layers = {layer: other.layers[layer][:, :added] for layer in other.layers.keys()}
        attrs = {attr: values[:added] for attr, values in other.ca.items()}
    with connect(inputs[0], "r+") as ds:
        measure(lambda: ds.add_columns(layers, attrs))


def create(read):
    def run():
        with connect(inputs[0]) as ds:
            matrix, genes, cells = read(ds), ds.ra.Gene, ds.ca.CellID
        measure(lambda: loompy.create(out, matrix, {"Gene": genes}, {"CellID": cells}))
    return run


def map_axis(axis):
    return reading(lambda ds: ds.map([np.mean, np.std], axis=axis))


def store():
    """Stores a file anew, as loompy does it."""
    with connect(inputs[0]) as ds:
        layers = {layer: ds.layers[layer][:, :] for layer in ds.layers.keys()}
        graphs = {graph: ds.col_graphs[graph] for graph in ds.col_graphs.keys()}
        rows, columns = dict(ds.ra.items()), dict(ds.ca.items())
    measure(lambda: loompy.create(out, layers, rows, columns))
    with connect(out, "r+") as ds:
        for graph, edges in graphs.items():
            ds.col_graphs[graph] = edges


operations = {
    "read": reading(lambda ds: ds[:, :]),
    "read-again": read_again,
    "row": reading(lambda ds: ds[ds.shape[0] // 2, :]),
    "column": reading(lambda ds: ds[:, ds.shape[1] // 2]),
    "columns": reading(random_columns),
    "sparse": reading(lambda ds: ds.sparse().tocsc()),
    "scan-rows": scan(0),
    "scan-columns": scan(1),
    "map-rows": map_axis(0),
    "map-columns": map_axis(1),
    "permute-rows": permute(0),
    "permute-columns": permute(1),
    "aggregate": reading(lambda ds: ds.aggregate(group_by="Clusters", aggr_by="mean")),
    "add-columns": add_columns,
    "add-loom": changing(lambda ds: ds.add_loom(inputs[1], key="Accession")),
    "combine": lambda: measure(lambda: loompy.combine(inputs, out)),
    "combine-by-key": lambda: measure(lambda: loompy.combine(inputs, out, key="Accession")),
    "create-dense": create(lambda ds: ds[:, :]),
    "create-sparse": create(lambda ds: ds.sparse()),
    "export": reading(lambda ds: ds.export(out)),
    "open": lambda: measure(lambda: loompy.connect(inputs[0], "r").close()),
    "store": store,
}
if name == "versions":
    print("loompy %s, h5py %s, numpy %s" % (loompy.__version__, h5py.__version__, np.__version__))
else:
    operations[name]()
    print(json.dumps({"seconds": seconds, "peak": peak()}))
