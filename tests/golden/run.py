#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the command lines of cases/*.txt and compares everything they print, exit status included.

usage: run.py CCL SCHEMA_DIR        UPDATE=1 rewrites the cases

A case is `$ [NAME=VALUE ...] ccl ...`, then what it printed (lines of stderr behind `! `), then
`= STATUS`. LEDGER=empty and LEDGER=none choose another ledger than that of fixture.sql; it is made
anew for every file. Its folder is written @DIR@.
"""
import difflib
import glob
import os
import shlex
import subprocess
import sys
import tempfile

import ledger

HERE = os.path.dirname(os.path.abspath(__file__))


def environment(folder, extra):
    env = {k: v for k, v in os.environ.items() if k in ('PATH', 'LD_LIBRARY_PATH', 'ASAN_OPTIONS', 'UBSAN_OPTIONS')}
    env.update(HOME=folder, LC_ALL='C.UTF-8', TZ='Europe/Berlin', CCL_NOW='2026-11-21T18:00:00Z',
               CCL_LEDGER=os.path.join(folder, {'empty': 'empty.db', 'none': 'none.db'}.get(extra.get('LEDGER'), 'ledger.db')))
    env.update({k: v for k, v in extra.items() if k != 'LEDGER'})
    return env


def run(ccl, folder, line):
    words = shlex.split(line)
    at = words.index('ccl')
    env = environment(folder, dict(w.split('=', 1) for w in words[:at]))
    p = subprocess.run([ccl] + words[at + 1:], env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    out = p.stdout.decode('utf-8', 'backslashreplace')
    err = p.stderr.decode('utf-8', 'backslashreplace')
    if out and not out.endswith('\n'):
        out += '\\\n'
    text = out + ''.join(f'! {x}\n' for x in err.splitlines())
    return f'$ {line}\n{text.replace(folder, "@DIR@")}= {p.returncode}\n'


def check(path, ccl, schema):
    want = open(path, encoding='utf-8').read()
    lines = [x[2:] for x in want.split('\n') if x.startswith('$ ')]
    with tempfile.TemporaryDirectory() as folder:
        ledger.make(schema, folder)
        ledger.make(schema, folder, is_empty=True)
        got = '\n'.join(run(ccl, folder, line) for line in lines)
    if os.environ.get('UPDATE') == '1':
        open(path, 'w', encoding='utf-8').write(got)
        return True
    if got == want:
        return True
    sys.stdout.writelines(difflib.unified_diff(want.splitlines(True), got.splitlines(True), path, 'now'))
    return False


def main():
    ccl, schema = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    paths = sorted(glob.glob(os.path.join(HERE, 'cases', '*.txt')))
    bad = [p for p in paths if not check(p, ccl, schema)]
    print(f'{len(paths) - len(bad)} of {len(paths)} files as expected')
    sys.exit(1 if bad or not paths else 0)


if __name__ == '__main__':
    main()
