#!/usr/bin/env python3
"""Ask loompy about many files in one process, since importing it takes seconds.

usage: loompy_batch.py QUESTIONS

Each line of the file QUESTIONS is a JSON object, which a line of JSON answers:

  {"validate": FILE, "spec": VERSION or "", "conventions": bool}
      {"valid": bool, "version": str, "errors": [...], "warnings": [...], "exception": str}
  {"export": FILE, "out": FILE, "layer": NAME or null}
      {"exception": str}

Where loompy fails, "exception" says how; a file that it cannot validate is not valid.
Files are exported without validation.
"""
import json
import sys
import warnings

import loompy
import numpy as np
from loompy import LoomValidator


def validate(q):
    validator = LoomValidator(version=q["spec"] or None)
    valid, exception = False, ""
    try:
        valid = validator.validate(q["validate"], "conventions" if q["conventions"] else "speconly")
    except Exception as err:
        exception = f"{type(err).__name__}: {err}"
    return {
        "valid": bool(valid) and not exception,
        "version": "" if validator.version is None else str(np.ravel(validator.version)[0]),
        "errors": validator.errors,
        "warnings": validator.warnings,
        "exception": exception,
    }


def export(q):
    try:
        ds = loompy.connect(q["export"], mode="r", validate=False)
        try:
            ds.export(q["out"], layer=q["layer"])
        finally:
            ds.close()
    except Exception as err:
        return {"exception": f"{type(err).__name__}: {err}"}
    return {"exception": ""}


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    warnings.simplefilter("ignore")
    with open(sys.argv[1]) as questions:
        for line in questions:
            q = json.loads(line)
            print(json.dumps(validate(q) if "validate" in q else export(q)))


if __name__ == "__main__":
    main()
