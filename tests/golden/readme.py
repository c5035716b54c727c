#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every screen that README.md shows is one that a golden case holds.

usage: readme.py README.md        UPDATE=1 puts the present screens into README.md
"""
import glob
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def screens():
    """command line -> what it prints, of all cases"""
    out = {}
    for path in sorted(glob.glob(os.path.join(HERE, 'cases', '*.txt'))):
        for case in re.split(r'^(?=\$ )', open(path, encoding='utf-8').read(), flags=re.M):
            if case.startswith('$ '):
                line, _, rest = case.partition('\n')
                out[line] = rest[:rest.rindex('= ')].rstrip('\n')
    return out


def main():
    path, known, bad = sys.argv[1], screens(), []
    text = open(path, encoding='utf-8').read()

    def fresh(block):
        line, _, shown = block[1].partition('\n')
        if line not in known:
            bad.append(f'{line}: no golden case prints this')
        elif shown.rstrip('\n') != known[line]:
            bad.append(f'{line}: README.md shows something else')
        return f'```console\n{line}\n{known.get(line, shown)}\n```'

    new = re.sub(r'```console\n(.*?)```', fresh, text, flags=re.S)
    if '```console' not in text:
        bad.append('README.md shows no screen')
    if bad and os.environ.get('UPDATE') and not any('no golden' in b for b in bad):
        open(path, 'w', encoding='utf-8').write(new)
        return
    if bad:
        sys.exit('\n'.join(bad))


main()
