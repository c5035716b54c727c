#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""No report is wider than a terminal of 80 columns, or leaves out there what it costs or is split by.

usage: width.py CCL SCHEMA_DIR
"""
import json
import os
import sys
import tempfile
import unicodedata

import ledger
import misuse

COLS = 80
LEDGERS = ('', 'empty', 'calls', 'worked', 'audited')


def cols(line):
    return sum(2 if unicodedata.east_asian_width(c) in 'WF' else not unicodedata.combining(c) for c in line)


def look(ccl, name, words, needed):
    extra = {'LEDGER': name} if name else {}
    code, out, err = ccl(*words, COLUMNS=str(COLS), **extra)
    if code not in (0, 1, 2, 3):
        ccl.check(code in (64, 66) and not out, words, f'{name} {code} {err!r}')
        return 0
    for line in out.split('\n'):
        ccl.check(cols(line) <= COLS, words, f'{name}: {cols(line)} columns: {line!r}')
    head = out.partition('───')[0].split()
    for must in needed if '───' in out else ():
        ccl.check(must in head, words, f'{name}: no room for {must}')
    return '───' in out


def main():
    with tempfile.TemporaryDirectory() as folder:
        schema = os.path.abspath(sys.argv[2])
        ledger.make(schema, folder)
        ledger.make(schema, folder, is_empty=True)
        for more in LEDGERS[2:]:
            ledger.make(schema, folder, more=more)
        ccl = misuse.Ccl(os.path.abspath(sys.argv[1]), folder)
        catalogue = json.loads(ccl('reports', '--json')[1])['rows']
        n_tables = 0
        for report in catalogue:
            money = {'cost'} & {c['name'] for c in report['columns']}
            words = misuse.words_of(report)
            options = [o['name'] for o in report['options']]
            for name in LEDGERS:
                n_tables += look(ccl, name, words, money)
                if 'breakdown' in options:
                    n_tables += look(ccl, name, words + ['--breakdown'], money | {'model'})
    if n_tables < 150:
        ccl.bad.append(f'only {n_tables} tables')
    if ccl.bad:
        sys.exit('\n'.join(ccl.bad[:40]) + f'\n{len(ccl.bad)} complaints')
    print(f'{n_tables} tables')


if __name__ == '__main__':
    main()
