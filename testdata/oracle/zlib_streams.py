"""Compress chunks in every way that zlib (and libdeflate, if it is there) knows, and
read streams that others made.

usage: zlib_streams.py CASES.json

CASES.json holds {"chunks": [base64, ...], "compress": how many of them,
"streams": [{"chunk": index, "stream": base64}, ...]}. Prints
{"streams": [{"name": text, "chunk": index, "stream": base64}, ...],
"problems": [text or null for each given stream]}.
"""

import base64
import ctypes
import ctypes.util
import json
import sys
import zlib

STRATEGIES = {
    "default": zlib.Z_DEFAULT_STRATEGY,
    "filtered": zlib.Z_FILTERED,
    "huffman": zlib.Z_HUFFMAN_ONLY,
    "rle": zlib.Z_RLE,
    "fixed": zlib.Z_FIXED,
}


def by_zlib(data):
    for level in range(10):
        yield f"zlib level {level}", zlib.compress(data, level)
    for name, strategy in STRATEGIES.items():
        for wbits, memory in [(9, 1), (12, 4), (15, 9)]:
            c = zlib.compressobj(6, zlib.DEFLATED, wbits, memory, strategy)
            yield f"zlib {name}, window {wbits}, memory {memory}", c.compress(data) + c.flush()
    # Empty stored blocks in between.
    c = zlib.compressobj(6)
    parts = []
    for i in range(0, len(data), 1000):
        parts += [c.compress(data[i : i + 1000]), c.flush([zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH][i // 1000 % 2])]
    yield "zlib flushed", b"".join(parts) + c.flush()


def by_libdeflate(data):
    name = ctypes.util.find_library("deflate")
    if name is None:
        return
    lib = ctypes.CDLL(name)
    lib.libdeflate_alloc_compressor.restype = ctypes.c_void_p
    lib.libdeflate_zlib_compress.restype = ctypes.c_size_t
    out = ctypes.create_string_buffer(len(data) + 1000)
    for level in range(13):
        c = ctypes.c_void_p(lib.libdeflate_alloc_compressor(level))
        n = lib.libdeflate_zlib_compress(c, data, ctypes.c_size_t(len(data)), out, ctypes.c_size_t(len(out)))
        lib.libdeflate_free_compressor(c)
        yield f"libdeflate level {level}", out.raw[:n]


def problem(stream, data):
    try:
        d = zlib.decompressobj()
        got = d.decompress(stream)
    except zlib.error as e:
        return str(e)
    if not d.eof or d.unused_data:
        return "not one whole stream"
    return None if got == data else "other bytes"


def main():
    with open(sys.argv[1]) as f:
        cases = json.load(f)
    chunks = [base64.b64decode(c) for c in cases["chunks"]]
    streams = []
    for i, data in enumerate(chunks[: cases["compress"]]):
        for make in by_zlib, by_libdeflate:
            for name, stream in make(data):
                streams.append({"name": name, "chunk": i, "stream": base64.b64encode(stream).decode()})
    problems = [problem(base64.b64decode(s["stream"]), chunks[s["chunk"]]) for s in cases["streams"]]
    json.dump({"streams": streams, "problems": problems}, sys.stdout)


main()
