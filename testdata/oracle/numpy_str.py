#!/usr/bin/env python3
"""Print what Python's str makes of numpy values.

Each line of standard input is a JSON object; each line of output is the JSON
string, or list of strings, that answers it:

  {"dtype": "float32", "hex": "0000803f", "shape": [1]}   str of the array
  {"dtype": "float32", "hex": "0000803f", "shape": null}  str of each element
  {"strings": ["a", "b"], "shape": [2]}                   str of the array of objects

"hex" holds the little-endian bytes of the elements.
"""
import json
import sys

import numpy as np


def answer(q):
    if q.get("strings"):
        arr = np.empty(len(q["strings"]), dtype=object)
        arr[:] = q["strings"]
    else:
        arr = np.frombuffer(bytes.fromhex(q["hex"]), dtype=np.dtype(q["dtype"]).newbyteorder("<"))
    if q["shape"] is None:
        return [str(x) for x in arr]
    return str(arr.reshape(q["shape"]))


def main():
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))))


if __name__ == "__main__":
    main()
