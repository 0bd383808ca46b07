#!/usr/bin/env python3
"""Combine Loom files with loompy.

usage: loompy_combine.py CASES

CASES is a file of JSON: [CASE, ...]. A case is an object whose "op" is "add_loom",
"combine" or "combine_faster". It is done with "files", of which only copies are
touched, makes the file "out", and has the keyword arguments "args"; "fill" of them may be
"auto" or an object of numbers, "selections" a list of lists of positions, or null.
"""
import json
import logging
import os
import shutil
import sys

import loompy
import numpy as np

logging.disable(logging.CRITICAL)


def copies(case):
    made = []
    for i, path in enumerate(case["files"]):
        made.append(f"{case['out']}.input{i}.loom")
        shutil.copyfile(path, made[-1])
    return made


def indicators(selections, files):
    result = []
    for selection, path in zip(selections, files):
        with loompy.connect(path, "r", validate=False) as ds:
            indicator = np.zeros(ds.shape[1], dtype=bool)
        indicator[:] = selection is None
        if selection is not None:
            indicator[selection] = True
        result.append(indicator)
    return result


def add_loom(files, out, args):
    shutil.copyfile(files[0], out)
    with loompy.connect(out, validate=False) as ds:
        for other in files[1:]:
            ds.add_loom(other, **args)


def combine(files, out, args):
    loompy.combine(files, out, **args)


def combine_faster(files, out, args):
    if "selections" in args:
        args["selections"] = indicators(args["selections"], files)
    loompy.combine_faster(files, out, **args)


def main():
    with open(sys.argv[1]) as f:
        cases = json.load(f)
    for case in cases:
        inputs = copies(case)
        try:
            globals()[case["op"]](inputs, case["out"], dict(case["args"]))
        except Exception as e:
            raise RuntimeError(f"{case['op']} of {case['files']} with {case['args']}: {e!r}") from e
        for path in inputs:
            os.remove(path)


if __name__ == "__main__":
    main()
