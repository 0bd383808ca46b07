#!/usr/bin/env python3
"""Print loompy's verdict on a Loom file as one line of JSON.

usage: loompy_validate.py FILE [--spec VERSION] [--conventions]

  {"valid": true, "version": "3.0.0", "errors": [], "warnings": [], "exception": ""}

"version" is the specification that was applied. Where the validator itself
fails, "valid" is false and "exception" says how; the errors found until then are kept.
"""
import argparse
import json

import numpy as np
from loompy import LoomValidator


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--spec", help="3.0.0, 2.0.1 or old; the file's own by default")
    parser.add_argument("--conventions", action="store_true")
    args = parser.parse_args()

    validator = LoomValidator(version=args.spec)
    valid, exception = False, ""
    try:
        valid = validator.validate(args.file, "conventions" if args.conventions else "speconly")
    except Exception as err:
        exception = f"{type(err).__name__}: {err}"
    # loompy returns an array where the version is stored as one.
    version = "" if validator.version is None else str(np.ravel(validator.version)[0])
    print(
        json.dumps(
            {
                "valid": bool(valid) and not exception,
                "version": version,
                "errors": validator.errors,
                "warnings": validator.warnings,
                "exception": exception,
            }
        )
    )


if __name__ == "__main__":
    main()
