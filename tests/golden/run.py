#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the command lines of cases/*.txt and compares everything they print, exit status included.

usage: run.py CCL SCHEMA_DIR HOOK        UPDATE=1 rewrites the cases

A case is `$ [NAME=VALUE ...] ccl ...`, then what it printed (lines of stderr behind `! `), then
`= STATUS`. LEDGER=empty, none, spent (spent.sql), calls (calls.sql), audited and worked likewise, choose another ledger than that of fixture.sql; it
is made anew for every file. Its folder is written @DIR@, the programs @CCL@ and @HOOK@, ESC \\e.
WORLD=NAME chooses a home of worlds.py, STDIN=NAME a file of payloads/.
"""
import difflib
import glob
import os
import re
import shlex
import subprocess
import sys
import tempfile

import ledger
import worlds

HERE = os.path.dirname(os.path.abspath(__file__))


# What the versions of SQLite differ in (sizes of files, words about damage), and the schema's own.
UNSTABLE = ((re.compile(r'(?<=this one knows )\d+'), '@VERSION@'),
            (re.compile(r'[\d.]+ KiB(?=, no damage)'), '@SIZE@'), (re.compile(r'(?<=is damaged: )[^\t\n]+'), '@WHY@'))


def environment(folder, extra):
    env = {k: v for k, v in os.environ.items() if k in ('PATH', 'LD_LIBRARY_PATH', 'ASAN_OPTIONS', 'UBSAN_OPTIONS')}
    env.update(HOME=folder, LC_ALL='C.UTF-8', TZ='Europe/Berlin', CCL_NOW='2026-11-21T18:00:00Z',
               CCL_LEDGER=os.path.join(folder, {'empty': 'empty.db', 'none': 'none.db', 'spent': 'spent.db', 'calls': 'calls.db', 'worked': 'worked.db', 'audited': 'audited.db', 'broken': 'title.jsonl'}.get(extra.get('LEDGER'), 'ledger.db')))
    env.update({k: v for k, v in extra.items() if k != 'LEDGER'})
    return env


def enter_world(name, folder, ccl, hook, env):
    folder = os.path.join(folder, name)
    env['PATH'] = os.path.dirname(hook) + os.pathsep + env['PATH']
    env.update(worlds.make(name, folder, ccl, hook, env), CCL_NOW=env['CCL_NOW'])
    return folder


def run(ccl, hook, folder, line):
    words = shlex.split(line)
    at = words.index('ccl')
    extra = dict(w.split('=', 1) for w in words[:at])
    world, stdin = extra.pop('WORLD', None), extra.pop('STDIN', None)
    env = environment(folder, extra)
    if world:
        folder = enter_world(world, folder, ccl, hook, env)
    with open(os.path.join(HERE, 'payloads', stdin) if stdin else os.devnull, 'rb') as f:
        p = subprocess.run([ccl] + words[at + 1:], env=env, stdin=f, capture_output=True, timeout=60)
    out = p.stdout.decode('utf-8', 'backslashreplace')
    err = p.stderr.decode('utf-8', 'backslashreplace')
    if out and not out.endswith('\n'):
        out += '\\\n'
    text = out + ''.join(f'! {x}\n' for x in err.splitlines())
    text = text.replace(folder, '@DIR@').replace(os.path.realpath(ccl), '@CCL@').replace(hook, '@HOOK@').replace('\x1b', '\\e')
    for pattern, word in UNSTABLE:
        text = pattern.sub(word, text)
    return f'$ {line}\n{text}= {p.returncode}\n'


def check(path, ccl, schema, hook):
    want = open(path, encoding='utf-8').read()
    lines = [x[2:] for x in want.split('\n') if x.startswith('$ ')]
    with tempfile.TemporaryDirectory() as folder:
        ledger.make(schema, folder)
        ledger.make(schema, folder, is_empty=True)
        ledger.spend(folder)
        for more in ('calls', 'worked', 'audited'):
            if f'LEDGER={more}' in want:
                ledger.make(schema, folder, more=more)
        got = '\n'.join(run(ccl, hook, folder, line) for line in lines)
    if os.environ.get('UPDATE') == '1':
        open(path, 'w', encoding='utf-8').write(got)
        return True
    if got == want:
        return True
    sys.stdout.writelines(difflib.unified_diff(want.splitlines(True), got.splitlines(True), path, 'now'))
    return False


def main():
    ccl, schema, hook = map(os.path.abspath, sys.argv[1:4])
    paths = sorted(glob.glob(os.path.join(HERE, 'cases', '*.txt')))
    bad = [p for p in paths if not check(p, ccl, schema, hook)]
    print(f'{len(paths) - len(bad)} of {len(paths)} files as expected')
    sys.exit(1 if bad or not paths else 0)


if __name__ == '__main__':
    main()
