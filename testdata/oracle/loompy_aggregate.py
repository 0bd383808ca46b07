"""What loompy makes of files when it aggregates and maps them.

    loompy_aggregate.py SCRATCH FILE...

prints one JSON object for each file: the functions, by name, of the main matrix in groups of
columns, and of its rows and its columns as a whole. A column's group is 7 * (position * 5 % 6) - 9.
Numbers are text, as JSON has none for NaN; where loompy fails there is an object with an error.
"""

import json
import sys
import warnings

import loompy
import numpy as np

warnings.simplefilter("ignore")
np.seterr(all="ignore")

REDUCERS = "sum prod mean var std min max first last any all len argmin argmax sumofsquares anynan allnan".split()
REDUCERS += ["nan" + name for name in REDUCERS if not name.endswith("nan")]
CALLED = {"median": np.median, "nanmedian": np.nanmedian}
MAPPED = {
    "sum": np.sum, "prod": np.prod, "mean": np.mean, "var": np.var, "std": np.std, "min": np.min, "max": np.max,
    "any": np.any, "all": np.all, "len": len, "argmin": np.argmin, "argmax": np.argmax, "median": np.median,
    "nonzeros": np.count_nonzero, "first": lambda v: v[0], "last": lambda v: v[-1],
    "nansum": np.nansum, "nanprod": np.nanprod, "nanmean": np.nanmean, "nanvar": np.nanvar, "nanstd": np.nanstd,
    "nanmin": np.nanmin, "nanmax": np.nanmax, "nanmedian": np.nanmedian,
}


def guarded(make):
    try:
        return make()
    except Exception as e:
        return {"error": repr(e)[:200]}


def texts(values):
    return [repr(float(v)) for v in np.asarray(values).ravel()]


def attributes(path, out, group):
    """The column attributes that loompy makes of those of one dimension."""
    made = {}
    if not any(part in path for part in ("tiny", "spec2_attributes", "float32")):
        return made  # of others there are many that are alike
    with loompy.connect(path, mode="r", validate=False) as ds:
        names = [name for name in ds.ca.keys() if ds.ca[name].ndim == 1]
        for function in ("tally", "mode", "mean", "first"):
            for name in names:
                def aggregated():
                    ds.aggregate(out_file=out, group_by=group, aggr_ca_by={name: function})
                    with loompy.connect(out, mode="r", validate=False) as result:
                        return {key: [str(v) for v in result.ca[key]] for key in result.ca.keys()}
                made[f"{function} {name}"] = guarded(aggregated)
    return made


def read(path, out):
    found = {"file": path, "groups": {}, "rows": {}, "cols": {}}
    with loompy.connect(path, mode="r", validate=False) as ds:
        group = 7 * (np.arange(ds.shape[1]) * 5 % 6) - 9
        for name, function in {**{name: name for name in REDUCERS}, **CALLED}.items():
            found["groups"][name] = guarded(lambda: texts(ds.aggregate(group_by=group, aggr_by=function)))
        for name, function in MAPPED.items():
            for axis, key in ((0, "rows"), (1, "cols")):
                found[key][name] = guarded(lambda: texts(ds.map([function], axis=axis)[0]))
    found["attributes"] = attributes(path, out, group)
    return found


for path in sys.argv[2:]:
    print(json.dumps(guarded(lambda: read(path, sys.argv[1]))))
