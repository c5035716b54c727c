#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Text files -> C strings.

usage: embed.py OUT.c NAME=FILE ...
"""
import json
import sys


def main():
    out = ['// Made by embed.py.', '#pragma GCC diagnostic ignored "-Woverlength-strings"', '#include "scripts.h"', '']
    for arg in sys.argv[2:]:
        name, _, path = arg.partition('=')
        lines = open(path, encoding='ascii').read().splitlines(keepends=True)
        # JSON's escapes of ASCII are C's
        out.append(f'const char {name}[] =\n' + '\n'.join('\t' + json.dumps(line) for line in lines) + ';')
    with open(sys.argv[1], 'w', encoding='ascii') as f:
        f.write('\n'.join(out) + '\n')


main()
