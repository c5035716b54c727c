#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures ccl and writes tests/bench/RESULTS.md.

usage: tests/bench/bench.py [--build build] [--corpus DIR] [--only hook,guard,sync,reports,attribution,status]

Needs a release build (meson setup build && ninja -C build). The corpus is made (2.2 GB) where DIR holds none; npm
fetches ccusage into tests/.cache. About five minutes and 6 GB of temporary space."""
import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / 'tests/tools'))
from attribution import attribution_part, roll_up  # noqa: E402
from guard import guard_part  # noqa: E402
from harness import environ, payload, turn_line  # noqa: E402
from status import status_part  # noqa: E402

TURN_BYTES = 26_624
PAIRS = 300
MB = 1_000_000


class Bench:
    def __init__(self, build, tmp):
        self.build, self.tmp = build, tmp
        self.hook, self.ccl, self.spawn = build / 'hook/ccl-hook', build / 'query/ccl', build / 'tests/bench/spawn'
        self.home = tmp / 'home'
        self.folder = self.home / '.claude/projects/-nowhere'
        self.folder.mkdir(parents=True)
        self.nothing = tmp / 'nothing'
        self.nothing.touch()

    def run(self, runs, ledger, argv, stdin=None, transcript='-', turns='-', n_bytes=0, **env):
        """[(wall us, CPU us, peak KiB, wall us of true)] of each run."""
        out = subprocess.run([self.spawn, str(runs), stdin or self.nothing, transcript, turns, str(n_bytes), *map(str, argv)],
                             env=environ(ledger, self.home, **env), check=True, capture_output=True, text=True).stdout
        return [tuple(map(int, l.split())) for l in out.splitlines()]

    def turns(self, first, n, n_bytes=TURN_BYTES, session='one', **more):
        """A file of n turns of n_bytes each: a tool's result, and the answer that ends the turn."""
        path = self.tmp / 'turns'
        with open(path, 'w') as f:
            for i in range(first, first + n):
                answer = turn_line(session, i, **more)
                head = '{"type":"user","sessionId":"%s","isSidechain":false,"message":{"role":"user","content":[{"type":"tool_result",' \
                       '"tool_use_id":"x","content":"' % session
                tail = '"}]},"uuid":"u%d","timestamp":"2026-11-20T00:00:00.000Z"}\n' % i
                f.write(head + 'x' * (n_bytes - len(head) - len(tail) - len(answer)) + tail + answer)
        return path


def median(values):
    return statistics.median(values)


def measure_hook(b, ledger, size_mb, line_bytes=TURN_BYTES, pairs=PAIRS):
    """A transcript of size_mb is in the ledger; then a turn is appended and the hook run, `pairs` times."""
    path = b.folder / 'one.jsonl'
    shutil.copy(b.turns(0, max(1, size_mb * MB // TURN_BYTES)), path)
    subprocess.run([b.hook, '--sync', b.home / '.claude/projects'], env=environ(ledger, b.home), check=True, capture_output=True)
    stdin = b.tmp / 'payload'
    stdin.write_text(json.dumps(payload('Stop', path)))
    turns = b.turns(10_000_000, pairs, line_bytes)
    before = count(ledger)
    rows = b.run(pairs, ledger, [b.hook], stdin, path, turns, line_bytes)
    if count(ledger) != before + pairs:
        raise SystemExit(f'{count(ledger) - before} of {pairs} turns were stored: the figures would mean nothing')
    path.unlink()
    wall, base = median(r[0] for r in rows), median(r[3] for r in rows)
    return wall / 1000, base / 1000, wall / base, median(r[1] for r in rows) / 1000, max(r[2] for r in rows) / 1024


def count(ledger):
    return sqlite3.connect(ledger).execute('SELECT count(*) FROM turn').fetchone()[0]


def million(ledger):
    """Turns of a small ledger multiplied by SQL, over a year."""
    db = sqlite3.connect(ledger)
    columns = [r[1] for r in db.execute('PRAGMA table_info(turn)') if r[1] not in ('id', 'key', 'key_hash', 'at_ms', 'prompt_id')]
    times = 1_000_000 // count(ledger)
    db.execute(f'''WITH RECURSIVE k(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM k WHERE k < {times})
      INSERT INTO turn (key, key_hash, at_ms, {", ".join(columns)})
      SELECT key || '-' || k, abs(random()) >> 15, at_ms - k * 400000000 / {times} * 60, {", ".join(columns)} FROM turn, k''')
    roll_up(db)
    db.commit()
    db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    n = count(ledger)
    db.close()
    return n


def make_million(b, corpus):
    ledger = b.tmp / 'million/ledger.db'
    if not ledger.exists():
        subprocess.run([b.hook, '--sync', corpus], env=environ(ledger, b.home), check=True, capture_output=True)
        million(ledger)
    return ledger, count(ledger)


def hook_part(b, corpus):
    out = ['## The hook', '',
           f'A turn of {TURN_BYTES // 1024} KiB is appended to the transcript and `ccl-hook` reads the Stop payload; `/bin/true` is started the same',
           f'way (posix_spawn) right after it. {PAIRS} pairs each, medians; peak memory is the largest of all runs.', '',
           '| transcript before | ledger | hook, ms | true, ms | ratio | CPU of the hook, ms | peak, MiB |', '|---|---|---|---|---|---|---|']

    def line(what, ledger_is, figures):
        out.append('| {} | {} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {:.1f} |'.format(what, ledger_is, *figures))
        print(out[-1], flush=True)

    for size in (1, 20, 100, 1000):
        line(f'{size} MB' if size < 1000 else '1 GB', 'its own turns', measure_hook(b, b.tmp / f'hook-{size}/ledger.db', size))
    line('1 MB, lines of 1 MiB', 'its own turns', measure_hook(b, b.tmp / 'hook-long/ledger.db', 1, 1 << 20, 100))
    ledger, n = make_million(b, corpus)
    line('1 MB', f'{n:,} turns', measure_hook(b, ledger, 1))
    return out + ['']


def npm(package, *more):
    folder = ROOT / 'tests/.cache' / package
    if not (folder / 'node_modules/.bin' / package).exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / 'package.json').write_text('{"private":true}\n')
        subprocess.run(['npm', 'install', '--no-audit', '--no-fund', package, *more], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / 'node_modules/.bin' / package


def sync_part(b, corpus, ledger):
    projects = corpus / '.claude/projects'
    n_bytes = sum(p.stat().st_size for p in projects.rglob('*.jsonl'))
    for p in projects.rglob('*.jsonl'):  # the same for both: all of it in the page cache
        p.read_bytes()
    out = ['## Back-fill', '',
           f'A generated corpus of {n_bytes / 1e9:.2f} GB in {sum(1 for _ in projects.rglob("*.jsonl")):,} files, read before by each program. ccusage only',
           'scans; ccl stores as well. Best of three, the programs in alternation.', '',
           '| | wall, s | CPU, s | peak, MiB |', '|---|---|---|---|']
    machine = f'{platform.system().lower()}-{ {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())}'
    ccusage = npm('ccusage', '@ccusage/ccusage-' + machine)
    version = json.loads((ccusage.parents[1] / 'ccusage/package.json').read_text())['version']
    ours, theirs = [], []
    for _ in range(3):
        shutil.rmtree(ledger.parent, ignore_errors=True)
        ours += b.run(1, ledger, [b.hook, '--sync', projects])
        theirs += b.run(1, ledger, [ccusage, 'claude', 'daily', '--json', '--offline'], CLAUDE_CONFIG_DIR=str(corpus / '.claude'))
    again = b.run(5, ledger, [b.hook, '--sync', projects])
    for name, rows in (('`ccl-hook --sync`, new ledger', ours), (f'`ccusage claude daily --json --offline` {version}', theirs),
                       ('`ccl-hook --sync` again, nothing changed', again)):
        out.append(f'| {name} | {min(r[0] for r in rows) / 1e6:.3f} | {min(r[1] for r in rows) / 1e6:.3f} | {max(r[2] for r in rows) / 1024:.1f} |')
        print(out[-1], flush=True)
    return out + ['']


def size_part(ledger):
    db = sqlite3.connect(ledger)
    db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    turns = count(ledger)
    pages = dict(db.execute('''SELECT m.tbl_name, sum(d.pgsize) FROM dbstat AS d JOIN sqlite_schema AS m ON m.name = d.name
      GROUP BY 1 ORDER BY 2 DESC'''))
    out = ['## Size', '', f'The same ledger ({turns:,} turns), after a checkpoint; each table with its indexes, by dbstat.', '',
           '| table | bytes a turn |', '|---|---|']
    out += [f'| {name} | {size / turns:.1f} |' for name, size in pages.items() if size / turns >= 1]
    out.append(f'| the whole file | {os.path.getsize(ledger) / turns:.1f} |')
    print('\n'.join(out[4:]))
    return out + ['']


def report_part(b, ledger):
    db = sqlite3.connect(ledger)
    session = db.execute('''SELECT s.uid FROM turn AS t JOIN origin AS o ON o.id = t.origin_id JOIN session AS s ON s.id = o.session_id
      GROUP BY 1 ORDER BY count(*) DESC LIMIT 1''').fetchone()[0]
    newest = db.execute('SELECT max(at_ms) FROM turn').fetchone()[0]
    now = datetime.datetime.fromtimestamp(newest / 1000, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%SZ')
    def milliseconds(*args):
        rows = b.run(15, ledger, [b.ccl, *args, '--json'], CCL_NOW=now)
        return f'{median(r[0] for r in rows) / 1000:.1f} | {median(r[1] for r in rows) / 1000:.1f}'

    out = ['## Reports', '', 'On the ledger of the back-fill, `--json`, medians of 15 runs, process start included.', '',
           '| command | of all time, ms | CPU, ms | `--since 7d`, ms | CPU, ms |', '|---|---|---|---|---|']
    catalogue = json.loads(subprocess.run([b.ccl, 'reports', '--json'], capture_output=True, check=True).stdout)['rows']
    commands = [[r['report']] for r in catalogue if r['group'] not in ('guard', 'health', 'worklog')
                and not any(p['required'] for p in r['params'])]
    timed = {r['report'] for r in catalogue if any(o['name'] == 'since' for o in r['options'])}
    commands += [['session', session], ['explain', session], ['days', '--by', 'project,agent'], ['days', '--breakdown'], ['days', '--cost', 'reported'],
                 ['prompts', '--limit', '20']]
    for args in commands:
        of_a_week = milliseconds(*args, '--since', '7d') if args[0] in timed and session not in args else ' | '
        out.append(f'| `ccl {" ".join(args).replace(session, "ID (the largest)")}` | {milliseconds(*args)} | {of_a_week} |')
        print(out[-1], flush=True)
    return out + ['']


def machine():
    model = next((l.split(':')[1].strip() for l in open('/proc/cpuinfo') if l.startswith('model name')), platform.machine())
    memory = int(next(l for l in open('/proc/meminfo') if l.startswith('MemTotal')).split()[1]) / (1 << 20)
    return f'{model}, {os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.release().split("-")[0]}'


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--build', type=pathlib.Path, default=ROOT / 'build')
    p.add_argument('--corpus', type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / 'ccl-corpus')
    p.add_argument('--only', default='hook,guard,sync,reports,attribution,status', help='parts; RESULTS.md is written only when all are run')
    a = p.parse_args()
    parts = a.only.split(',')
    if not (a.corpus / 'truth.json').exists():
        subprocess.run([sys.executable, ROOT / 'tests/tools/gen_corpus.py', '--out', a.corpus, '--sessions', '1200', '--bytes', '2G'], check=True)
    tmp = pathlib.Path(tempfile.mkdtemp(prefix='ccl-bench-'))
    try:
        b = Bench(a.build.resolve(), tmp)
        ledger = tmp / 'sync/ledger.db'
        out = ['# Measurements', '', f'Taken by `tests/bench/bench.py` on {datetime.date.today()}: {machine()}. Release build. Compare the ratios: the',
               'absolute figures are those of this machine.', '']
        if 'hook' in parts:
            out += hook_part(b, a.corpus / '.claude/projects')
        if 'guard' in parts:
            out += guard_part(b, *make_million(b, a.corpus / '.claude/projects'), PAIRS // 2)
        if 'sync' in parts:
            out += sync_part(b, a.corpus, ledger)
            out += size_part(ledger)
        if 'reports' in parts:
            if not ledger.exists():
                b.run(1, ledger, [b.hook, '--sync', a.corpus / '.claude/projects'])
            out += report_part(b, ledger)
        if 'attribution' in parts:
            out += attribution_part(b, make_million(b, a.corpus / '.claude/projects')[0])
        if 'status' in parts:
            if not ledger.exists():
                b.run(1, ledger, [b.hook, '--sync', a.corpus / '.claude/projects'])
            out += status_part(b, (ledger, make_million(b, a.corpus / '.claude/projects')[0]))
        if a.only == p.get_default('only'):
            (HERE / 'RESULTS.md').write_text('\n'.join(out))
    finally:
        shutil.rmtree(tmp)


if __name__ == '__main__':
    main()
