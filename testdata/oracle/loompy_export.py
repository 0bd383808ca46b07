#!/usr/bin/env python3
"""Export a Loom file as tab-delimited text, as loompy does.

usage: loompy_export.py FILE OUT [LAYER]

The file is opened without validation, since looking commands have to work on
files that break the specification too. Exits with status 1 and the exception
on stderr when loompy cannot export the file.
"""
import sys

import loompy


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    path, out = sys.argv[1:3]
    layer = sys.argv[3] if len(sys.argv) == 4 else None
    ds = loompy.connect(path, mode="r", validate=False)  # as a context manager it refuses empty files
    ds.export(out, layer=layer)
    ds.close()


if __name__ == "__main__":
    main()
