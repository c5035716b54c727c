# SPDX-License-Identifier: MIT
"""bench.py's part about branches and pull requests."""
import json
import sqlite3
import statistics
import subprocess

from harness import payload

N_PRS = 2000
N_ENTRIES = 1000
N_BRANCHES = 10_000
ROUNDS, RUNS = 200, 3
REFLOG_S = 1_793_000_000  # the reflog ends before the turns that bench.py writes
REPO = 'github.com/acme/app'

SUMS = '''sum(coalesce(t.input_tok, 0)), sum(coalesce(t.output_tok, 0)),
  sum(max(coalesce(t.cache_write_tok, 0) - coalesce(t.cache_1h_tok, 0), coalesce(t.cache_5m_tok, 0))), sum(coalesce(t.cache_1h_tok, 0)),
  sum(coalesce(t.cache_read_tok, 0)), sum(coalesce(t.n_web_search, 0))'''


def roll_up(db):
    """The roll-ups of turns without steps."""
    db.execute('DELETE FROM rollup')
    db.execute('DELETE FROM charge_rollup')
    db.execute(f'''INSERT INTO rollup SELECT t.at_ms / 900000, t.origin_id, t.class_id, t.charge_id, count(*), 0, {SUMS},
      sum(t.aborted_chars IS NOT NULL), min(t.at_ms), max(t.at_ms) FROM turn AS t GROUP BY 1, 2, 3, 4''')
    db.execute(f'''INSERT INTO charge_rollup SELECT t.charge_id, o.session_id, t.at_ms / 86400000, t.class_id, count(*), {SUMS},
      min(t.at_ms), max(t.at_ms) FROM turn AS t JOIN origin AS o ON o.id = t.origin_id GROUP BY 1, 2, 3, 4''')


def name_id(db, text):
    db.execute('INSERT OR IGNORE INTO name(text) VALUES (?)', (text,))
    return db.execute('SELECT id FROM name WHERE text = ?', (text,)).fetchone()[0]


def add_pull_requests(ledger):
    """N_PRS pull requests, each with a branch, signs and what a forge says of it, and turns that belong to them."""
    db = sqlite3.connect(ledger)
    project, = db.execute('SELECT project_id FROM charge WHERE branch_id IS NOT NULL LIMIT 1').fetchone()
    session, newest = db.execute('SELECT o.session_id, max(t.at_ms) FROM turn AS t JOIN origin AS o ON o.id = t.origin_id').fetchone()
    repo, first = name_id(db, REPO), db.execute('SELECT max(id) + 1 FROM charge').fetchone()[0]
    for n in range(N_PRS):
        branch, at_ms = name_id(db, f'work/item-{n}'), newest - n * 10_000_000
        db.execute('''INSERT INTO charge(id, key_hash, project_id, branch_id, branch_source, repo_id, number, role, source, confidence)
          VALUES (?1, ?1, ?2, ?3, 'reflog', ?4, ?5, 'author', 'created', 94)''', (first + n, project, branch, repo, n + 1))
        for verb, source in (('created', 'gitOperation'), ('created', 'pr-link'), ('pushed', 'command'), ('switch', 'command')):
            db.execute('''INSERT INTO pr_hint(uuid, session_id, at_ms, source, verb, repo, number, branch_id, project_id, on_branch_id)
              VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)''', (f'bench-{n}-{source}-{verb}', session, at_ms, source, verb,
                                                         REPO if verb == 'created' else None, n + 1 if verb == 'created' else None,
                                                         branch, project, branch))
        db.execute('INSERT INTO forge_pr VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, NULL)',
                   (REPO, n + 1, f'Title of number {n + 1}', 'merged', REPO, f'work/item-{n}', 'main', at_ms, at_ms + 5_000_000))
    db.execute('INSERT INTO forge_repo(repo, asked_ms, answered_ms) VALUES (?1, ?2, ?2)', (REPO, newest))
    # a copy that million() made of a session belongs to one of them, the sessions themselves to none
    db.execute(f'''UPDATE turn SET charge_id = {first} + ((SELECT session_id FROM origin WHERE id = origin_id) * 7
      + unicode(substr(key, -1))) % {N_PRS} WHERE key GLOB '*-[1-9]' ''')
    roll_up(db)
    db.commit()
    db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    rows = [db.execute(f'SELECT count(*) FROM {t}').fetchone()[0] for t in ('turn', 'charge_rollup')]
    db.close()
    return rows


def repository(path):
    """A repository that git made, with a long reflog and many branches."""
    def git(*args):
        return subprocess.run(['git', '-C', path, '-c', 'user.name=A', '-c', 'user.email=a@example.com', *args], check=True, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True).stdout.strip()
    path.mkdir()
    git('init', '-q', '-b', 'main')
    git('commit', '-q', '--allow-empty', '-m', 'one')
    sha = git('rev-parse', 'HEAD')
    names = [f'b{i:05}' for i in range(N_BRANCHES)]
    (path / '.git/packed-refs').write_text('# pack-refs with: peeled fully-peeled sorted \n' + ''.join(f'{sha} refs/heads/{n}\n' for n in names))
    with open(path / '.git/config', 'a') as f:
        f.write(f'[remote "origin"]\n\turl = https://{REPO}.git\n')
        f.writelines(f'[branch "{n}"]\n\tremote = origin\n\tmerge = refs/heads/{n}\n' for n in names)
    last = names[N_ENTRIES - 1]
    (path / '.git/logs/HEAD').write_text(''.join(
        f'{sha} {sha} A <a@example.com> {REFLOG_S + i * 60} +0000\tcheckout: moving from {names[i - 1] if i else "main"} to {names[i]}\n'
        for i in range(N_ENTRIES)))
    git('symbolic-ref', 'HEAD', f'refs/heads/{last}')
    return path


def measure_git(b):
    """Hook runs in a repository and outside one in turn, each with a new turn: wall and CPU time of both, ms."""
    plain = b.tmp / 'plain'
    plain.mkdir()
    places = {'in': repository(b.tmp / 'repository'), 'out': plain}
    ledger, rows, n = b.tmp / 'git/ledger.db', {'in': [], 'out': []}, 20_000_000
    for name, cwd in places.items():
        path = b.folder / f'{name}.jsonl'
        path.touch()
        (b.tmp / f'{name}.payload').write_text(json.dumps(payload('Stop', path, cwd=str(cwd))))
    for i in range(ROUNDS + 1):  # the first reads the whole reflog and is not counted
        for name, cwd in places.items():
            turns = b.turns(n, RUNS, session=name, cwd=str(cwd))
            n += RUNS
            got = b.run(RUNS, ledger, [b.hook], b.tmp / f'{name}.payload', b.folder / f'{name}.jsonl', turns, 26_624)
            rows[name] += got if i else []
    db = sqlite3.connect(ledger)
    known = db.execute("SELECT count(*) FROM turn AS t JOIN charge AS c ON c.id = t.charge_id WHERE c.branch_source = 'reflog'").fetchone()[0]
    if known != (ROUNDS + 1) * RUNS:
        raise SystemExit(f'{known} turns were given the branch of the reflog: the figures would mean nothing')
    rows['git'] = [[x - y for x, y in zip(a, b)] for a, b in zip(rows['in'], rows['out'])]
    return {k: [statistics.median(r[i] for r in v) / 1000 for i in (0, 1)] for k, v in rows.items()}


def attribution_part(b, ledger):
    took = measure_git(b)
    out = ['## Branches and pull requests', '',
           f'`ccl-hook` at Stop with a new turn, in a git repository ({N_ENTRIES:,} entries in its reflog, {N_BRANCHES:,} branches in packed-refs',
           f'and config) and outside git, {RUNS} runs of each in alternation, {ROUNDS * RUNS} in all; medians.', '', '| | ms | CPU, ms |', '|---|---|---|']
    for name, what in (('in', 'in the repository'), ('out', 'outside git'), ('git', 'the difference')):
        out.append('| {} | {:.2f} | {:.2f} |'.format(what, *took[name]))
    out.append('')
    n_turns, n_rows = add_pull_requests(ledger)
    out += [f'Reports on a ledger of {n_turns:,} turns and {N_PRS:,} pull requests, `--json`, medians of 30 runs, process start included.', '',
            '| command | ms | CPU, ms |', '|---|---|---|']
    for args in (['pr'], ['pr', '7'], ['pr', '7', '--why'], ['unassigned'], ['branches'], ['pr', '--since', '7d'], ['unassigned', '--since', '7d']):
        rows = b.run(30, ledger, [b.ccl, *args, '--json'])
        out.append('| `ccl {}` | {:.1f} | {:.1f} |'.format(' '.join(args), *(statistics.median(r[i] for r in rows) / 1000 for i in (0, 1))))
    print('\n'.join(out), flush=True)
    return out + ['']
