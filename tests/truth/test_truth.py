# SPDX-License-Identifier: MIT
"""Generated corpora with known totals: the ledger matches them to the last token and the last pico-dollar, however
the files came in."""
import concurrent.futures
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from fractions import Fraction

from harness import CCL, SHARE, TOKENS, ZONES, LedgerCase, check_rollups, day_in, payload, turn_line, until

GENERATOR = pathlib.Path(__file__).resolve().parents[1] / 'tools/gen_corpus.py'
MEASURES = {'messages': 'turns', 'input': 'input', 'output': 'output', 'cache_5m': 'cache_write_5m',
            'cache_1h': 'cache_write_1h', 'cache_read': 'cache_read'}
corpora = {}


def setUpModule():
    corpora['dir'] = tempfile.mkdtemp(prefix='ccl-corpus-')


def tearDownModule():
    shutil.rmtree(corpora['dir'])


class Corpus:
    def __init__(self, folder):
        self.projects = folder / '.claude/projects'
        self.truth = json.loads((folder / 'truth.json').read_text())

    def files(self):
        return sorted(self.projects.rglob('*.jsonl'))

    def main_of(self, path, projects):
        """The main transcript of the session that a file belongs to, in a copy of the projects folder."""
        path = path.relative_to(self.projects)
        if len(path.parts) > 2:
            path = pathlib.Path(*path.parts[:2]).with_suffix('.jsonl')
        elif path.stem.startswith('agent-'):  # the old layout: beside the session that its lines name
            head = json.loads((self.projects / path).read_bytes().split(b'\n')[0])
            path = path.with_name(head['sessionId'] + '.jsonl')
        return projects / path


def corpus(*args):
    if args not in corpora:
        out = pathlib.Path(corpora['dir']) / str(len(corpora))
        subprocess.run([sys.executable, GENERATOR, '--out', out, *args], check=True, stdout=subprocess.DEVNULL)
        corpora[args] = Corpus(out)
    return corpora[args]


def small(seed=1):
    return corpus('--sessions', '10', '--bytes', '2M', '--seed', str(seed))


def large():
    return corpus('--sessions', '60', '--bytes', '30M')


def hostile(seed):
    return corpus('--sessions', '12', '--bytes', '5M', '--seed', str(seed), '--hostile', '--bad-utf8')


def pico(group):
    return round(group['cost'] * 1e9) * 1000


class Truth(LedgerCase):
    def check_truth(self, c):
        db = self.read()

        def check(want, key):
            fields = ('messages', *TOKENS)
            want = {k: {**{f: v[f] for f in fields}, 'cost': pico(v)} for k, v in want.items()}
            have = db.sums(key)
            wrong = {k: {f: (have.get(k, {}).get(f, 0), want.get(k, {}).get(f, 0)) for f in (*fields, 'cost')}
                     for k in have.keys() | want.keys() if have.get(k) != want.get(k)}
            self.assertEqual(wrong, {}, '(have, want)')

        truth = c.truth
        check({None: truth['total']}, lambda t: None)
        check(truth['by_model'], lambda t: t['model'])
        check(truth['by_session'], lambda t: t['session'])
        check(truth['by_project'], lambda t: t['project'])
        check(truth['by_branch'], lambda t: f'{t["project"]}@{t["branch"] or "HEAD"}')
        check(truth['by_agent'], lambda t: t['agent_type'])
        for zone in ZONES:
            check(truth['by_day'][zone], day_in(zone))
        self.assertEqual(sum(t['web_searches'] for t in db.turns), truth['total'].get('web_search_requests', 0))
        db.check_views(self)
        check_rollups(self, db)

    def check_reports(self, c):
        """What `ccl` prints is the truth too."""
        if not os.path.exists(CCL):
            self.skipTest('ccl is not built')
        self.assertEqual(self.report_sums('models', 'model'), self.flat(c.truth['by_model']))
        self.assertEqual(self.report_sums('sessions', 'session'), self.flat(c.truth['by_session']))
        self.assertEqual(self.report_sums('projects', 'root'), self.flat(c.truth['by_project']))
        self.assertEqual(self.report_sums('agents', 'agent_type'), self.flat(c.truth['by_agent']))
        branches = {f'{r["root"]}@{r["branch"] or "HEAD"}': self.measures(r) for r in self.report('branches')}
        self.assertEqual(branches, self.flat(c.truth['by_branch']))
        for zone in ZONES:
            self.assertEqual(self.report_sums('days', 'day', '--timezone', zone), self.flat(c.truth['by_day'][zone]), zone)

    @staticmethod
    def measures(row):
        return {k: row[v] for k, v in MEASURES.items()} | {'cost': Fraction(row['cost'])}

    def report_sums(self, name, key, *args):
        rows = self.report(name, *args)
        self.assertEqual(len({r[key] for r in rows}), len(rows))
        return {r[key]: self.measures(r) for r in rows}

    @staticmethod
    def flat(groups):
        return {k: {f: v[f] for f in MEASURES} | {'cost': Fraction(pico(v), 10**12)} for k, v in groups.items()}

    def state(self):
        """Every turn with where it belongs; what a second reading must not change."""
        db = self.read()
        return {t['key']: (t['at_ms'], t['session'], t['project'], t['branch'], t['agent_type'], t['cost']) for t in db.turns}

    def wait_for(self, c):
        """Until the last follower has stored the last turn."""
        until(lambda: self.n_turns() == c.truth['total']['messages'])

    def test_sync(self):
        c = large()
        self.sync(c.projects)
        self.check_truth(c)
        self.check_reports(c)

    def test_hostile(self):
        for seed in range(1, 6):
            with self.subTest(seed=seed):
                self.ledger = self.dir / str(seed) / 'ledger.db'
                c = hostile(seed)
                self.sync(c.projects)
                self.check_truth(c)

    def test_files_in_any_order(self):
        """Each file comes into being whole, one at a time, in random order, and a hook names it."""
        for seed in (1, 2, 3):
            with self.subTest(seed=seed):
                self.ledger = self.dir / str(seed) / 'ledger.db'
                c, projects, rng = small(seed), self.dir / str(seed) / 'projects', random.Random(seed)
                files = c.files()
                rng.shuffle(files)
                for path in files:
                    to = projects / path.relative_to(c.projects)
                    to.parent.mkdir(parents=True, exist_ok=True)
                    meta = path.with_suffix('.meta.json')
                    if meta.exists():
                        shutil.copy2(meta, to.parent)
                    shutil.copy2(path, to)
                    main = c.main_of(path, projects)
                    if to == main:
                        self.hook(payload('Stop', main))
                    else:
                        self.hook(payload('SubagentStop', main, agent_id=path.stem[6:], agent_transcript_path=str(to)))
                self.wait_for(c)
                self.check_truth(c)

    def test_files_in_pieces(self):
        """Files grow by pieces that end anywhere, a hook after each."""
        c, projects, rng = small(), self.dir / 'projects', random.Random(7)
        left = {}
        for path in c.files():
            to = projects / path.relative_to(c.projects)
            to.parent.mkdir(parents=True, exist_ok=True)
            to.touch()
            if path.with_suffix('.meta.json').exists():
                shutil.copy2(path.with_suffix('.meta.json'), to.parent)
            left[to] = (path.read_bytes(), c.main_of(path, projects))
        while left:
            to = rng.choice(sorted(left))
            data, main = left[to]
            n = int(rng.lognormvariate(8.5, 1.5)) + 1
            with open(to, 'ab') as f:
                f.write(data[:n])
            left[to] = (data[n:], main)
            if not data[n:]:
                del left[to]
            self.hook(payload('Stop', main))
        self.wait_for(c)
        self.check_truth(c)

    def test_read_twice(self):
        c = small()
        self.sync(c.projects)
        before = self.state()
        self.sync(c.projects)
        self.assertEqual(self.state(), before)
        shutil.copytree(c.projects, self.dir / 'copy')
        self.sync(self.dir / 'copy')
        self.assertEqual(self.state(), before)
        self.check_truth(c)

    def test_transcripts_deleted(self):
        c = small()
        projects = self.dir / 'projects'
        shutil.copytree(c.projects, projects)
        self.sync(projects)
        mains = [c.main_of(p, projects) for p in c.files()]
        shutil.rmtree(projects)
        projects.mkdir()
        self.sync(projects)
        for main in mains:
            self.hook(payload('SessionEnd', main))
        self.check_truth(c)

    def test_hooks_during_sync(self):
        """A sync never starves a hook: all turns of 60 hooks are stored, all 60 exit 0 and say nothing."""
        c = large()
        other = self.dir / 'other/projects/-nowhere'
        other.mkdir(parents=True)
        sync = self.start_sync(c.projects)
        until(self.n_turns)
        hooks = []
        for n in range(60):
            path = other / f'session-{n}.jsonl'
            path.write_text(''.join(turn_line(path.stem, i) for i in range(5)))
            hooks.append(self.start_hook(payload('Stop', path)))
        for hook in hooks:
            self.end_hook(hook)
        self.end_sync(sync)
        until(lambda: self.n_turns() == c.truth['total']['messages'] + 300)
        db = self.read()
        stored = [t for t in db.turns if t['session'].startswith('session-')]
        self.assertEqual(len(stored), 300)
        self.assertEqual(len(db.turns), c.truth['total']['messages'] + 300)
        check_rollups(self, db)

    def test_two_syncs_at_once(self):
        c = large()
        for sync in [self.start_sync(c.projects) for _ in range(2)]:
            self.end_sync(sync)
        self.check_truth(c)

    def test_interrupted_sync(self):
        """A sync that is killed costs nothing: the next one ends its work."""
        c = large()
        for n in (1, 1500, 2100):
            sync = self.start_sync(c.projects)
            until(lambda: self.n_turns() >= n or sync.poll() is not None)
            sync.kill()
            sync.wait()
        self.sync(c.projects)
        self.check_truth(c)

    def test_many_hooks_one_after_another(self):
        """The write-ahead log stays small, whatever the number of hooks."""
        path = self.dir / 'projects/-nowhere/one.jsonl'
        path.parent.mkdir(parents=True)
        wal = pathlib.Path(f'{self.ledger}-wal')
        times, largest = [], 0
        n_hooks = 3000 // SHARE
        with open(path, 'a') as f:
            for n in range(n_hooks):
                f.write(turn_line('one', n))
                f.flush()
                start = time.perf_counter()
                self.hook(payload('Stop', path))
                times.append(time.perf_counter() - start)
                largest = max(largest, wal.stat().st_size if wal.exists() else 0)
        first, last = (statistics.median(t) * 1000 for t in (times[:500], times[-500:]))
        print(f'{n_hooks} hooks: median {first:.2f} ms of the first 500, {last:.2f} ms of the last 500; '
              f'largest write-ahead log {largest >> 10} KiB')
        self.assertLess(largest, 1 << 20)
        until(lambda: self.n_turns() == n_hooks)
        db = self.read()
        self.assertEqual(len(db.turns), n_hooks)
        check_rollups(self, db)

    def test_race(self):
        """300 hooks, 64 at a time, on transcripts that grow by pieces: each byte is read once."""
        rng, lock = random.Random(3), threading.Lock()
        folder = self.dir / 'projects/-nowhere'
        folder.mkdir(parents=True)
        left = {folder / f's{s}.jsonl': ''.join(turn_line(f's{s}', n, final=n % 3 == 0) for n in range(200)) for s in range(8)}

        def step(n):
            with lock:
                path = rng.choice(sorted(left))
                size = rng.randint(1, 4000)
                with open(path, 'a') as f:
                    f.write(left[path][:size])
                left[path] = left[path][size:]
            self.end_hook(self.start_hook(payload('Stop', path)))

        with concurrent.futures.ThreadPoolExecutor(64) as pool:
            list(pool.map(step, range(300)))
        for path, rest in left.items():
            with open(path, 'a') as f:
                f.write(rest)
            self.hook(payload('SessionEnd', path))
        until(lambda: self.n_turns() == 1600)
        db = self.read()
        self.assertEqual(len(db.turns), 1600)
        self.assertEqual(db.sums(lambda t: None)[None]['output'], 8 * sum(100 + n for n in range(200)))
        read = {r['path']: (r['offset_bytes'], r['bad_lines']) for r in db.all('SELECT * FROM source_file')}
        self.assertEqual(read, {str(p): (p.stat().st_size, 0) for p in left})
        check_rollups(self, db)


if __name__ == '__main__':
    unittest.main()
