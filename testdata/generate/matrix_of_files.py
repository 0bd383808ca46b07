#!/usr/bin/env python3
"""Make the matrix of test files: everything that libhdf5 and loompy can write, each file small.

usage: matrix_of_files.py OUTDIR

The same content comes out on every run; only the times in object headers differ. Needs
h5py, numpy and loompy.

  *.h5              HDF5 files, one subject each (hdf5_files.py); exotic_*.h5 hold something
                    that a reader may refuse, with a clear error
  spec3_*.loom, spec2_*.loom, old_*.loom
                    valid Loom files of every dialect (loom_files.py)
  unusual_*.loom    files that stray from the specification as files in the wild do
  invalid_*.loom    files that break it on purpose, one fault each
  unchecked_*.loom  files that break it in a way that loompy's validator does not see
"""
import os
import sys

import hdf5_files
import loom_files


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    outdir = sys.argv[1]
    os.makedirs(outdir, exist_ok=True)
    hdf5_files.write_all(outdir)
    hdf5_files.write_mixed(outdir)
    loom_files.write_all(outdir)


if __name__ == "__main__":
    main()
