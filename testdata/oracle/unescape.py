#!/usr/bin/env python3
"""Replace the HTML character references in texts as loompy does: html.unescape.

usage: unescape.py FILE

FILE is a JSON list of texts; the same list, unescaped, is printed.
"""
import html
import json
import sys

with open(sys.argv[1], encoding="utf-8") as f:
    print(json.dumps([html.unescape(text) for text in json.load(f)]))
