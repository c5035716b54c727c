#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The status line: what it shows of a ledger that others write, what it tells the hook, and bad input."""
import collections
import fcntl
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from gitworld import GitWorld, none, pr
from harness import CCL, HOOK, ROOT, SHARE, LedgerCase, read_lines, turn_line, until

NOW = '2026-11-20T00:10:00.000Z'
NOW_S = 1795133400
SLOW = 5 if os.environ.get('ASAN_OPTIONS') else 1  # a sanitizer's build takes longer
SHM_WRITE, SHM_RECOVER, SHM_OPEN = 120, 122, 128  # bytes of the -shm file that SQLite locks (wal.c, os_unix.c)


def told(session='s1', **more):
    return {'session_id': session, 'transcript_path': f'/p/{session}.jsonl', 'cwd': '/nowhere', 'version': '2.1.330',
            'model': {'id': 'claude-opus-5-5', 'display_name': 'Opus 5.5'}, 'cost': {'total_cost_usd': 0.25},
            'context_window': {'context_window_size': 200000, 'used_percentage': 34, 'current_usage': None}, **more}


def limits(five_hour, resets_s=NOW_S + 3600):
    return {'rate_limits': {'five_hour': {'used_percentage': five_hour, 'resets_at': resets_s}, 'seven_day': None}}


def run_line(env, data=b'', *args, program=CCL, **more):
    """(line, seconds) of a run, which must end with 0 and say nothing else."""
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    start = time.monotonic()
    run = subprocess.run([program, 'statusline', *args], env=env, input=data, capture_output=True, timeout=60, **more)
    took = time.monotonic() - start
    assert (run.returncode, run.stderr) == (0, b''), run
    return run.stdout.decode(), took


class StatusCase(LedgerCase):
    def setUp(self):
        super().setUp()
        self.folder = self.home / '.claude/projects/-nowhere'
        self.folder.mkdir(parents=True)

    def env(self, **more):
        return super().env(**{'CCL_NOW': NOW, **more})

    def turns(self, n=3, session='s1'):
        (self.folder / f'{session}.jsonl').write_text(''.join(turn_line(session, i) for i in range(n)))
        self.sync()

    def line(self, data=b'', *args, **more):
        return run_line(self.env(), data, *args, **more)[0]

    def rows(self, sql):
        with sqlite3.connect(f'file:{self.ledger}?mode=ro', uri=True) as db:
            rows = db.execute(sql).fetchall()
        db.close()
        return rows

    def write_sql(self, sql):
        db = sqlite3.connect(self.ledger, isolation_level=None)
        db.executescript(sql)
        db.close()


class Told(StatusCase):
    """What starts ccl-hook: here one that only notes what it was given."""

    def setUp(self):
        super().setUp()
        self.turns()
        self.ccl, self.log = self.dir / 'bin/ccl', self.dir / 'log'
        self.ccl.parent.mkdir()
        shutil.copy(CCL, self.ccl)
        fake = self.dir / 'bin/ccl-hook'
        fake.write_text(f'#!/bin/sh\n{{ echo "$@"; cat; echo; }} >{self.log}.tmp; mv {self.log}.tmp {self.log}\n')
        fake.chmod(0o755)

    def told(self, data, cannot=False):
        """Whether a hook was started, and then with this payload."""
        self.log.unlink(missing_ok=True)
        self.assertIn('Opus 5.5' if data.get('model') else '', self.line(data, program=self.ccl))
        if not until(self.log.exists, 0.3 if cannot else 10):
            return False
        self.assertEqual(self.log.read_text(), f'--status\n{json.dumps(data)}\n')
        return True

    def untold(self, data):
        return not self.told(data, cannot=True)

    def store(self, data):
        run = subprocess.run([HOOK, '--status'], env=self.env(), input=json.dumps(data).encode(), capture_output=True)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, b'', b''))

    def check_new(self, data):
        """Told as long as it is not stored, and then no more."""
        self.assertTrue(self.told(data))
        self.store(data)
        self.assertTrue(self.untold(data))

    def test_each_thing_once(self):
        self.check_new(told())
        self.check_new(told(cost={'total_cost_usd': 0.26}))
        self.check_new(told(cost={'total_cost_usd': 0.26}, context_window={'context_window_size': 1000000}))
        base = {'cost': {'total_cost_usd': 0.26}, 'context_window': None}
        self.check_new(told(**base, **limits(41)))
        self.check_new(told(**base, **limits(41.3)))
        self.assertTrue(self.untold(told(**base, **limits(41.29999999999999999))))
        self.assertTrue(self.untold(told(**base, **limits(7))))  # a session that rests
        self.check_new(told(**base, **limits(7, NOW_S + 18000)))
        self.check_new(told(**base, pr={'number': 12, 'url': 'https://github.com/acme/app/pull/12'}))
        self.check_new(told(**base, pr={'number': 13, 'url': 'https://github.com/acme/app/pull/13'}))
        self.assertEqual(self.rows('SELECT kind, resets_ms, used_bp FROM limit_seen ORDER BY 2'),
                         [('five_hour', (NOW_S + 3600) * 1000, 4130), ('five_hour', (NOW_S + 18000) * 1000, 700)])
        self.assertEqual(self.rows('SELECT uid, status_cost, window_tok, status_ms FROM session'),
                         [('s1', '0.26', 1000000, NOW_S * 1000)])
        self.assertEqual(self.rows("SELECT repo, number FROM pr_hint WHERE source = 'status-line' ORDER BY 2"),
                         [('github.com/acme/app', 12), ('github.com/acme/app', 13)])

    def test_a_session_that_nobody_knows(self):
        self.assertTrue(self.untold(told('new', cost={'total_cost_usd': 0})))
        self.assertTrue(self.untold(told('new', cost=None)))
        self.check_new(told('new'))
        self.assertEqual(self.rows("SELECT status_cost FROM session WHERE uid = 'new'"), [('0.25',)])

    def test_what_is_no_payload(self):
        for data in ({}, {'session_id': None, 'cost': {'total_cost_usd': 1}}, {'session_id': 's1'}):
            self.assertTrue(self.untold(data), data)
        self.log.unlink(missing_ok=True)
        self.line(json.dumps(told()).encode()[:-1], program=self.ccl)  # torn: shown, not stored
        self.assertFalse(until(self.log.exists, 0.3))

    def test_kept_out(self):
        subprocess.run([CCL, 'config', 'set', 'ignore', '/secret'], env=self.env(), check=True, capture_output=True)
        for cwd in ('/secret', '/secret/deep'):
            self.assertTrue(self.untold(told('hidden', cwd=cwd)))
            self.store(told('hidden', cwd=cwd, **limits(50)))
        self.assertTrue(self.told(told('seen', cwd='/secrets')))
        subprocess.run([CCL, 'forget', 's1', '--yes'], env=self.env(), check=True, capture_output=True)
        self.assertTrue(self.untold(told('s1')))
        self.store(told('s1', **limits(50)))
        self.assertEqual(self.rows('SELECT * FROM session') + self.rows('SELECT * FROM limit_seen'), [])

    def test_nothing_is_made(self):
        shutil.rmtree(self.ledger.parent)
        self.assertTrue(self.untold(told()))
        self.assertFalse(self.ledger.parent.exists())

    def test_a_large_payload(self):
        self.assertTrue(self.told(told(workspace={'added_dirs': ['/' + 'x' * 200_000]})))

    def test_recorded(self):
        """All that the real client told: every figure arrives, and none starts a hook twice."""
        last = {}
        for line in read_lines(ROOT / 'tests/recorded/tui/statusline.jsonl'):
            p = line['payload']
            if p['cost']['total_cost_usd']:
                self.check_new(p)
                last[p['session_id']] = repr(p['cost']['total_cost_usd'])
            else:
                self.assertTrue(self.untold(p))
        self.assertEqual(len(last), 2)
        self.assertEqual(dict(self.rows("SELECT uid, status_cost FROM session WHERE uid <> 's1'")), last)
        self.assertEqual(set(self.rows("SELECT window_tok FROM session WHERE uid <> 's1'")), {(1000000,)})


class Hook(StatusCase):
    def test_what_is_no_payload(self):
        self.turns()
        before = self.rows('SELECT * FROM session')
        for data in (b'', b'x', b'{', b'[]', b'null', b'{"session_id":"s9"}', b'{"session_id":5,"cost":{"total_cost_usd":1}}',
                     json.dumps(told('s9')).encode()[:-1], b'\0' * 3_000_000):
            run = subprocess.run([HOOK, '--status'], env=self.env(), input=data, capture_output=True, timeout=60)
            self.assertEqual((run.returncode, run.stdout, run.stderr), (0, b'', b''), data[:40])
        self.assertEqual(self.rows('SELECT * FROM session'), before)

    def test_waits_for_the_lock(self):
        self.turns()
        db = sqlite3.connect(self.ledger, isolation_level=None)
        db.execute('BEGIN IMMEDIATE')
        hook = subprocess.Popen([HOOK, '--status'], env=self.env(), stdin=subprocess.PIPE)
        hook.stdin.write(json.dumps(told()).encode())
        hook.stdin.close()
        time.sleep(0.5)
        self.assertIsNone(hook.poll())
        db.execute('COMMIT')
        db.close()
        self.assertEqual(hook.wait(10), 0)
        self.assertEqual(self.rows('SELECT status_cost FROM session'), [('0.25',)])


class Evidence(GitWorld):
    """A pull request that only the status line names."""

    def tell(self, session, cwd, number, repo='acme/app'):
        data = told(session, cwd=str(cwd), pr={'number': number, 'url': f'https://github.com/{repo}/pull/{number}'})
        run_line(self.env(), data)
        self.wait(1)

    def test_the_branch_belongs_to_it(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        before = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.check({before: none()})
        self.tell('s1', app, 12)
        self.check({before: pr(12, source='status-line', confidence=92)})
        after = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.check({before: pr(12), after: pr(12)})
        rows = self.report('pr', 12)
        self.assertEqual([(r['session'], r['turns'], r['source']) for r in rows], [('s1', 2, 'status-line')])
        self.check_sums()

    def test_before_the_first_turn(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        self.prompt('s1', app, 'feat')
        self.sync_all()
        self.tell('s1', app, 12)
        until(lambda: self.charges() is not None and self.read().all("SELECT 1 FROM claim WHERE number = 12"))
        key = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.check({key: pr(12)})

    def test_another_branch_is_not_touched(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'other')
        other = self.turn('s1', app, 'other')
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', '-b', 'feat')
        mine = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.tell('s1', app, 12)
        self.check({other: none(), mine: pr(12)})
        # the client shows it a while longer, though the branch is another one now
        self.git(app, 'checkout', '-q', 'other')
        self.tell('s1', app, 12)
        self.stop('s1', app)
        self.check({other: none(), mine: pr(12)})

    def test_a_checkout_stays_a_review(self):
        """What gh pr checkout left in the config says that it is somebody else's."""
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'theirs')
        self.git(app, 'config', 'branch.theirs.remote', 'origin')
        self.git(app, 'config', 'branch.theirs.merge', 'refs/pull/9/head')
        key = self.turn('s1', app, 'theirs')
        self.stop('s1', app)
        self.check({key: pr(9, role='review')})
        self.tell('s1', app, 9)
        self.check({key: pr(9, role='review')})

    def test_outside_git(self):
        plain = self.dir / 'plain'
        plain.mkdir()
        key = self.turn('s1', plain, None)
        self.stop('s1', plain)
        self.tell('s1', plain, 12)
        self.tell('s1', self.dir / 'gone', 13)
        until(lambda: len(self.read().all("SELECT 1 FROM pr_hint")) == 2)
        self.assertIsNone(self.charges()[key]['pr'])
        self.check_sums()


class Trouble(StatusCase):
    LIMIT_S = 0.3 * SLOW

    def check(self, data=None, *want, **more):
        line, took = run_line(self.env(**more), told() if data is None else data)
        self.assertLess(took, self.LIMIT_S)
        self.assertEqual(line.count('\n'), 1)
        self.assertNotIn('\x1b', line)
        for w in want:
            self.assertIn(w, line)
        return line

    def test_while_a_writer_holds_the_lock(self):
        self.turns()
        before = self.check()
        self.assertIn('today', before)
        db = sqlite3.connect(self.ledger, isolation_level=None)
        for begin in ('BEGIN IMMEDIATE', 'BEGIN EXCLUSIVE'):
            db.execute(begin)
            db.execute("UPDATE turn SET output_tok = 5000000")
            for _ in range(5):
                self.assertEqual(self.check(), before)
            db.execute('ROLLBACK')
        db.close()

    def test_while_nobody_may_read(self):
        self.turns()
        db = sqlite3.connect(self.ledger, isolation_level=None)
        db.execute('PRAGMA locking_mode = EXCLUSIVE')
        db.execute('BEGIN EXCLUSIVE')
        db.execute('UPDATE session SET uid = uid')
        self.check(None, 'Opus 5.5', '~$0.25')
        self.assertEqual(self.check(b'x'), 'ccl: no data\n')
        db.execute('COMMIT')
        db.close()

    def test_no_ledger(self):
        self.check(None, '~$0.25', 'no ledger: run ccl sync')
        self.ledger.parent.mkdir()
        for make in (lambda: self.ledger.write_bytes(b''), lambda: self.ledger.write_bytes(b'not a database ' * 1000),
                     lambda: os.mkfifo(self.ledger), lambda: self.ledger.mkdir()):
            make()
            self.check(None, '~$0.25', 'run ccl')
            shutil.rmtree(self.ledger) if self.ledger.is_dir() else self.ledger.unlink()

    def test_of_another_version(self):
        self.turns()
        for version in (3, 99):
            self.write_sql(f'PRAGMA user_version = {version}')
            self.check(None, '~$0.25', 'ledger: run ccl doctor')
            self.assertEqual(self.rows('PRAGMA user_version'), [(version,)])

    def test_damaged(self):
        self.turns(300)
        self.write_sql('PRAGMA wal_checkpoint(TRUNCATE)')
        whole, page = self.ledger.read_bytes(), 4096
        rng = random.Random(1)
        for i in range(60):
            bad = bytearray(whole)
            for _ in range(rng.choice((1, 5, 40))):
                at = rng.randrange(page if i % 3 else 0, len(bad) - 64)
                bad[at:at + 64] = rng.randbytes(64)
            self.ledger.write_bytes(bad[:rng.randrange(len(bad))] if i % 5 == 0 else bad)
            self.check()
        for p in self.ledger.parent.glob('*'):
            p.unlink()

    def test_bad_payloads(self):
        self.turns()
        good = json.dumps(told(**limits(55.00000000000001), pr={'number': 12, 'url': 'https://github.com/a/b/pull/12'})).encode()
        rng = random.Random(2)
        for n in range(0, len(good), 7):
            self.check(good[:n])
        for _ in range(150):
            bad = bytearray(good)
            for _ in range(rng.randint(1, 6)):
                bad[rng.randrange(len(bad))] = rng.choice(b'{}[]",:\\0-.e\x01\x1b\xff')
            self.check(bytes(bad))
        for name in ('model', 'cost', 'context_window', 'rate_limits', 'pr', 'session_id', 'prompt_cache'):
            for value in (None, 1, -1, 1e300, '', '\x1b[31m', '\u009b31m\u202e', [], {}, [[]], True, {'number': -1, 'used_percentage': 'x'}):
                self.check({**told(), name: value})

    def test_ten_megabytes(self):
        self.turns()
        self.check(b'{"model":{"display_name":"Opus 5.5"},"x":"' + b'y' * 10_000_000 + b'"}', 'Opus 5.5')
        self.check(b'[' * 10_000_000)

    def test_stdin(self):
        self.turns()
        read, write = os.pipe()
        for stdin in (read, subprocess.DEVNULL):  # the first is never closed
            start = time.monotonic()
            run = subprocess.run([CCL, 'statusline'], env=self.env(), stdin=stdin, capture_output=True, timeout=60)
            self.assertLess(time.monotonic() - start, 0.3 + self.LIMIT_S)
            self.assertEqual((run.returncode, run.stderr), (0, b''))
            self.assertIn(b'today', run.stdout)
        os.close(read)
        os.close(write)
        run = subprocess.run(['sh', '-c', '"$0" statusline <&-', CCL], env=self.env(), capture_output=True, timeout=60)
        self.assertEqual((run.returncode, run.stderr), (0, b''))
        self.assertIn(b'today', run.stdout)

    def test_nobody_listens(self):
        self.turns()
        for words in (['statusline'], ['menubar'], ['menubar', '--format', 'json']):
            run = subprocess.run(['sh', '-c', '"$0" "$@" >&-', CCL, *words], env=self.env(), input=b'{}', capture_output=True)
            self.assertEqual(run.returncode, 0)
            read, write = os.pipe()
            os.close(read)
            run = subprocess.run([CCL, *words], env=self.env(), input=b'{}', stdout=write)
            os.close(write)
            self.assertEqual(run.returncode, 0)

    def test_template_of_the_ledger(self):
        self.turns()
        subprocess.run([CCL, 'config', 'set', 'statusline.format', '{turns} turns|ctx {context}'], env=self.env(), check=True,
                       capture_output=True)
        self.assertEqual(self.line(told()), '3 turns | ctx 34%\n')
        self.assertEqual(self.line(told(), '--format', '{model}'), 'Opus 5.5\n')

    def test_widths(self):
        self.turns()
        data = told(**limits(55), model={'display_name': '支払い' * 30}, prompt_cache={'hit_ratio': 0.93})
        for cols in list(range(1, 130)) + [0, -5, 99999999999, 'x', '']:
            line = self.check(data, COLUMNS=cols)[:-1]
            if isinstance(cols, int) and 0 < cols < 130:
                wide = sum(2 if ord(c) > 0x2fff else 1 for c in line)
                self.assertLessEqual(wide, cols, line)
                self.assertTrue(line)

    def test_killed_at_any_instant(self):
        self.turns()
        rng = random.Random(3)

        def rows():
            return [self.rows(f'SELECT * FROM {t}') for t in ('turn', 'rollup', 'charge_rollup', 'source_file', 'origin')]

        before = rows()
        for i in range(150):
            p = subprocess.Popen([CCL, 'statusline'], env=self.env(), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                 start_new_session=True)
            try:
                p.stdin.write(json.dumps(told(cost={'total_cost_usd': i + 1}, **limits(i / 2 + 1))).encode())
                p.stdin.close()
            except BrokenPipeError:
                pass
            time.sleep(rng.uniform(0, 0.006 * SLOW))
            try:
                os.killpg(p.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            p.wait()
        last = told(cost={'total_cost_usd': 1000}, **limits(99))
        self.check(last)
        until(lambda: self.rows('SELECT status_cost FROM session') == [('1000',)])
        self.assertEqual(self.rows('SELECT status_cost FROM session'), [('1000',)])
        self.assertEqual(self.rows('SELECT used_bp FROM limit_seen'), [(9900,)])
        self.assertEqual(rows(), before)
        self.assertEqual(self.rows('PRAGMA integrity_check'), [('ok',)])
        self.assertEqual(self.rows('PRAGMA foreign_key_check'), [])

    def test_many_at_once(self):
        """Those that open the ledger at the same instant do not take each other for writers: where there is a log, the
        first makes its index. A machine may take the processor from that one for longer than a glance waits."""
        self.turns()
        data = told(cost=None, context_window=None)
        lines = collections.Counter()
        for i in range(60 // SHARE):
            subprocess.run([HOOK, '--status'], env=self.env(), input=json.dumps(told(cost={'total_cost_usd': i + 1})).encode())
            self.assertGreater((self.ledger.parent / 'ledger.db-wal').stat().st_size, 0)
            runs = [self.glance(data) for _ in range(6)]
            for p in runs:
                lines[p.stdout.read()] += 1
                p.stdout.close()
                self.assertEqual(p.wait(), 0)
        self.assertEqual(sum(b'today' in line for line in lines), 1, lines)
        self.assertGreater(max(lines.values()), 0.95 * sum(lines.values()), lines)

    def test_index_is_being_made(self):
        """The making of the log's index, for which SQLite does not wait by itself, is waited for: here the locks of
        one that is at it (SHM_WRITE, SHM_RECOVER, and SHM_OPEN that all share) are held for a moment."""
        self.turns()
        data = told(cost=None, context_window=None)
        n_whole = 0
        for _ in range(30):
            with open(self.ledger.parent / 'ledger.db-shm', 'wb+') as shm:
                shm.write(bytes(32768))
                shm.flush()
                fcntl.lockf(shm, fcntl.LOCK_SH, 1, SHM_OPEN)
                for lock in (SHM_WRITE, SHM_RECOVER):
                    fcntl.lockf(shm, fcntl.LOCK_EX, 1, lock)
                p = self.glance(data)
                time.sleep(0.006)
            n_whole += b'today' in p.stdout.read()
            p.stdout.close()
            self.assertEqual(p.wait(), 0)
        self.assertGreater(n_whole, 15)

    def glance(self, data):
        p = subprocess.Popen([CCL, 'statusline'], env=self.env(), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        p.stdin.write(json.dumps(data).encode())
        p.stdin.close()
        return p


class With(StatusCase):
    def setUp(self):
        super().setUp()
        self.turns()

    def test_shown_first(self):
        ours = self.line(told(), '--with', 'true')
        data = json.dumps(told()).encode()
        self.assertEqual(self.line(data, '--with', 'cat'), data.decode() + '\n' + ours)
        self.assertEqual(self.line(data, '--with', r"printf '\033[31ma\033[0m\nb'"), '\x1b[31ma\x1b[0m\nb\n' + ours)
        self.assertEqual(self.line(data, '--with', 'echo no >&2; exit 1'), ours)
        self.assertEqual(self.line(data, '--with', 'exec <&-; echo x'), 'x\n' + ours)

    def test_large(self):
        data = json.dumps(told(workspace={'added_dirs': ['x' * 500_000]})).encode()
        self.assertEqual(self.line(data, '--with', 'wc -c').split('\n')[0].strip(), str(len(data)))
        self.line(data, '--with', 'echo deaf')
        out = self.line(told(), '--with', "head -c 1000000 /dev/zero | tr '\\0' x")
        self.assertEqual(out.index('\n'), 65536)

    def test_hangs(self):
        pids = self.dir / 'pids'
        line, took = run_line(self.env(), told(), '--with', f'echo early; sleep 60 & echo $! $$ >{pids}; sleep 61')
        self.assertEqual(line.split('\n')[0], 'early')
        self.assertIn('Opus 5.5', line)
        self.assertTrue(0.9 < took < 1.5 + self.slack(), took)
        for pid in pids.read_text().split():
            self.assertTrue(until(lambda: not self.is_alive(pid), 5), pid)

    def test_left_behind(self):
        """What it leaves in the background does not hold the line up."""
        pid = self.dir / 'pid'
        line, took = run_line(self.env(), told(), '--with', f'echo hi; sleep 20 & echo $! >{pid}')
        os.kill(int(pid.read_text()), signal.SIGKILL)
        self.assertEqual(line.split('\n')[0], 'hi')
        self.assertLess(took, 0.6 + self.slack())

    def test_ended_with_us(self):
        """Claude Code ends a status line that is still running: so ends the other command."""
        pids = self.dir / 'pids'
        p = subprocess.Popen([CCL, 'statusline', '--with', f'echo $$ >{pids}.tmp; mv {pids}.tmp {pids}; sleep 62'], env=self.env(),
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        p.stdin.write(b'{}')
        p.stdin.close()
        self.assertTrue(until(pids.exists, 10))
        p.terminate()
        p.stdout.close()
        self.assertEqual(p.wait(10), 0)
        self.assertTrue(until(lambda: not self.is_alive(pids.read_text().strip()), 5))

    @staticmethod
    def slack():
        return 0.5 * SLOW

    @staticmethod
    def is_alive(pid):
        try:
            return pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] != 'Z'
        except OSError:
            return False


if __name__ == '__main__':
    unittest.main()
