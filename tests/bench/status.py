# SPDX-License-Identifier: MIT
"""bench.py's part about the status line and the menu bar."""
import datetime
import json
import sqlite3
import statistics
import subprocess

from harness import environ, turn_line

RUNS = 300


def small(b):
    """A ledger of one session with ten turns."""
    ledger, folder = b.tmp / 'few/ledger.db', b.tmp / 'few/projects/-nowhere'
    folder.mkdir(parents=True)
    (folder / 'few.jsonl').write_text(''.join(turn_line('few', i) for i in range(10)))
    subprocess.run([b.hook, '--sync', folder.parent], env=environ(ledger, b.home), check=True, capture_output=True)
    return ledger


def told(session, **more):
    return {'session_id': session, 'transcript_path': f'/p/projects/x/{session}.jsonl', 'cwd': '/nowhere', 'version': '2.1.330',
            'model': {'id': 'claude-opus-5-5', 'display_name': 'Opus 5.5'}, 'workspace': {'current_dir': '/nowhere', 'project_dir': '/nowhere'},
            'cost': {'total_cost_usd': 1.25, 'total_duration_ms': 1000, 'total_api_duration_ms': 900},
            'context_window': {'context_window_size': 200000, 'used_percentage': 34, 'current_usage': None}, **more}


def prepare(b, ledger):
    """Budgets, and the session of the newest turn and the one with most rows to add up, as [(name, payload file)], and the time."""
    for scope in ('--day', '--month', '--session'):
        subprocess.run([b.ccl, 'budget', 'set', scope, '100000'], env=environ(ledger, b.home), check=True, capture_output=True)
    db = sqlite3.connect(ledger)
    newest, now_ms = db.execute('''SELECT s.uid, t.at_ms FROM turn AS t JOIN origin AS o ON o.id = t.origin_id JOIN session AS s
      ON s.id = o.session_id ORDER BY t.at_ms DESC LIMIT 1''').fetchone()
    largest, = db.execute('''SELECT s.uid FROM charge_rollup AS r JOIN session AS s ON s.id = r.session_id
      GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1''').fetchone()
    db.close()
    files = []
    for name, session in (('the newest session', newest), ('the largest session', largest)):
        path = b.tmp / f'status-{name.split()[1]}'
        path.write_text(json.dumps(told(session)))
        # what it tells is known from now on: no run starts a hook
        subprocess.run([b.hook, '--status'], env=environ(ledger, b.home), input=path.read_bytes(), check=True)
        files.append((name, path))
    now = datetime.datetime.fromtimestamp((now_ms + 1000) / 1000, datetime.timezone.utc)
    return files, now.strftime('%Y-%m-%dT%H:%M:%SZ')


def line(out, turns, what, rows):
    wall, cpu, base = (sorted(r[i] for r in rows) for i in (0, 1, 3))
    out.append('| {:,} | {} | {:.2f} | {:.2f} | {:.2f} | {:.2f} |'.format(
        turns, what, statistics.median(wall) / 1000, wall[len(wall) * 95 // 100] / 1000, statistics.median(cpu) / 1000,
        statistics.median(base) / 1000))
    print(out[-1], flush=True)


def status_part(b, ledgers):
    """ledgers: by a name each, made already."""
    out = ['## Status line and menu bar', '',
           f'`ccl statusline` with a payload that tells nothing new, and `ccl menubar --format json`, budgets set; {RUNS} runs each, `/bin/true`',
           'right after each of them. The largest session has the most rows to add up.', '',
           '| turns in the ledger | what | median, ms | 95th percentile, ms | CPU, ms | true, ms |', '|---|---|---|---|---|---|']
    for ledger in (small(b), *ledgers):
        turns = sqlite3.connect(ledger).execute('SELECT count(*) FROM turn').fetchone()[0]
        files, now = prepare(b, ledger)
        for name, path in files:
            shown = subprocess.run([b.ccl, 'statusline'], env=environ(ledger, b.home, CCL_NOW=now), stdin=open(path), capture_output=True,
                                   check=True, text=True).stdout
            if 'today' not in shown or '~' in shown or ' left' not in shown and ' over ' not in shown:
                raise SystemExit(f'the line lacks what it should show, the figures would mean nothing: {shown}')
            line(out, turns, f'statusline, {name}', b.run(RUNS, ledger, [b.ccl, 'statusline'], path, CCL_NOW=now))
        line(out, turns, 'menubar', b.run(RUNS, ledger, [b.ccl, 'menubar', '--format', 'json'], CCL_NOW=now))
    return out + ['']
