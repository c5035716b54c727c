# SPDX-License-Identifier: MIT
"""Whatever the hook is given and whatever state its ledger is in: it exits 0, prints nothing, loses nothing that is
stored, and what it could not store is stored by the next run."""
import datetime
import json
import os
import pathlib
import pwd
import random
import shutil
import sqlite3
import subprocess
import threading
import unittest

from harness import CCL, HOOK, LedgerCase, check_rollups, payload, turn_line, until

IS_ROOT = os.geteuid() == 0


def clock(ms):
    return datetime.datetime.fromtimestamp(ms / 1000, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.000Z')


class BadInput(LedgerCase):
    def setUp(self):
        super().setUp()
        self.folder = self.home / '.claude/projects/-nowhere'
        self.folder.mkdir(parents=True)
        self.path = self.folder / 'one.jsonl'

    def write(self, *turns, path=None, mode='a'):
        with open(path or self.path, mode) as f:
            f.write(''.join(turn_line('one', n) for n in turns))

    def write_bytes(self, data):
        with open(self.path, 'ab') as f:
            f.write(data)

    def stop(self, **more):
        self.hook(payload('Stop', self.path), **more)

    def outputs(self):
        """Which turns are stored: turn_line() numbers them by their output."""
        return sorted(t['output'] - 100 for t in self.read().turns)

    def check_stored(self, *turns):
        until(lambda: self.n_turns() >= len(turns), 5)
        self.assertEqual(self.outputs(), sorted(turns))
        check_rollups(self, self.read())

    def doctor(self):
        """What `ccl doctor` finds about the ledger."""
        run = subprocess.run([CCL, 'doctor', '--json'], env=self.env(), stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        self.assertIn(run.returncode, (0, 1), run.stderr)
        return {r['state'] for r in json.loads(run.stdout)['rows'] if r['check'] in ('ledger', 'sums')}

    # ---- what arrives on standard input

    def test_stdin_closed(self):
        run = subprocess.run(['sh', '-c', 'exec "$0" <&-', HOOK], env=self.env(), capture_output=True, timeout=30)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, b'', b''))

    def test_stdin_empty(self):
        self.hook(b'')

    def test_all_closed(self):
        run = subprocess.run(['sh', '-c', 'exec "$0" <&- >&- 2>&-', HOOK], env=self.env(), timeout=30)
        self.assertEqual(run.returncode, 0)

    def test_stdin_never_closed(self):
        """It ends by itself, with and without a payload before the silence, and the turn is stored."""
        self.write(0)
        for data in (b'', b'{"session_id":', json.dumps(payload('Stop', self.path)).encode()):
            with self.subTest(data):
                hook = subprocess.Popen([HOOK], env=self.env(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                hook.stdin.write(data)
                hook.stdin.flush()
                self.assertEqual(hook.wait(timeout=20), 0)
                self.assertEqual((hook.stdout.read(), hook.stderr.read()), (b'', b''))
                for f in (hook.stdin, hook.stdout, hook.stderr):
                    f.close()
        self.stop()
        self.check_stored(0)

    def test_payloads_that_are_none(self):
        whole = json.dumps(payload('Stop', self.path)).encode()
        self.write(0)
        bad = [whole[:n] for n in range(0, len(whole), 7)]
        bad += [b'null', b'[]', b'12', b'"x"', b'{}', b'\0' * 100, b'\xff\xfe\xfd', b'[' * 100000, b'{"a":' * 100000,
                whole + whole, b'\xef\xbb\xbf' + whole, b'1e400', b'{"session_id":5,"transcript_path":{},"hook_event_name":[]}']
        for data in bad:
            with self.subTest(data[:40]):
                self.hook(data)
        self.stop()
        self.check_stored(0)

    def test_payload_of_10_mb(self):
        self.write(0)
        self.hook(payload('Stop', self.path, last_assistant_message='x' * 10_000_000))
        self.hook({'last_assistant_message': 'x' * 10_000_000, **payload('Stop', self.path)})
        self.write(1)
        self.stop()
        self.check_stored(0, 1)

    def test_unknown_event(self):
        self.write(0)
        self.hook(payload('NoSuchEventEver', self.path, what={'a': [1, None, 2.5]}))
        self.stop()
        self.check_stored(0)

    def test_arguments_and_environment(self):
        """A ledger path that is none, no HOME at all."""
        for env in ({'CCL_LEDGER': ''}, {'CCL_LEDGER': str(self.dir)}, {'CCL_LEDGER': '/dev/null/ledger.db'},
                    {'CCL_LEDGER': str(self.dir / ('x' * 300))}, {'HOME': '/no/where', 'CCL_LEDGER': ''}, {'TZ': 'No/Where'}):
            with self.subTest(env):
                self.write(0, mode='w')
                self.stop(**env)

    # ---- what the payload names

    def test_transcript_paths(self):
        self.write(0)
        outside = self.dir / 'outside.txt'
        outside.write_text('root:x:0:0:not a transcript\n' * 1000)
        loop = self.folder / 'loop.jsonl'
        loop.symlink_to(loop)
        fifo = self.folder / 'fifo.jsonl'
        os.mkfifo(fifo)
        (self.folder / 'two/subagents').mkdir(parents=True)
        os.mkfifo(self.folder / 'two/subagents/agent-a1.jsonl')
        (self.folder / 'two/subagents/agent-a2.jsonl').mkdir()
        for path in ('', '/', '.', '..', 'one.jsonl', '../one.jsonl', '/nowhere/at/all.jsonl', str(outside), str(self.folder),
                     str(loop), str(fifo), str(self.folder / 'two.jsonl'), '/dev/zero', '/dev/null', '/dev/full', '/proc/self/mem', 'x' * 100000,
                     'a\0b', '/' + 'y/' * 3000, '%s%n', "'; DROP TABLE turn; --"):
            for event in ('Stop', 'SubagentStop', 'SessionEnd', 'SessionStart'):
                with self.subTest(path=path[:60], event=event):
                    self.hook({**payload(event, path, session='x'), 'agent_id': 'a1', 'agent_transcript_path': path})
        for path in (None, 5, [], {}, True):
            with self.subTest(path=path):
                self.hook({**payload('Stop', 'x'), 'transcript_path': path})
        self.stop()
        self.check_stored(0)

    # ---- what a transcript may do

    def test_file_shrinks(self):
        self.write(0, 1, 2, 3, 4)
        self.stop()
        self.write(0, 1, mode='w')
        self.write(5)
        self.stop()
        self.check_stored(0, 1, 2, 3, 4, 5)

    def test_file_is_replaced(self):
        self.write(0, 1, 2)
        self.stop()
        other = self.folder / 'new'
        self.write(3, 4, 5, 6, path=other)
        os.replace(other, self.path)
        self.stop()
        self.check_stored(*range(7))

    def test_file_is_rewritten_in_place(self):
        """Same inode, not smaller, other bytes: only its beginning tells."""
        self.write(0, 1)
        self.stop()
        self.write(2, 3, 4, mode='w')
        self.stop()
        self.check_stored(0, 1, 2, 3, 4)

    def test_file_grows_while_read(self):
        lines = [turn_line('one', n) for n in range(2000)]

        def grow():
            with open(self.path, 'w', buffering=97) as f:
                for line in lines:
                    f.write(line)

        self.path.touch()
        writer = threading.Thread(target=grow)
        writer.start()
        while writer.is_alive():
            self.stop()
        writer.join()
        self.stop()
        self.check_stored(*range(2000))

    def test_long_lines(self):
        """Up to 8 MiB are read; a line of 100 MB is passed over and what is behind it is read."""
        self.write(0)
        long = turn_line('one', 1, filler='x' * 7_000_000)
        with open(self.path, 'a') as f:
            f.write(long)
            f.write('{"type":"user","message":{"content":"')
            for _ in range(100):
                f.write('y' * 1_000_000)
            f.write('"}}\n')
        self.write(2)
        self.stop()
        self.check_stored(0, 1, 2)
        self.assertEqual(self.read().one('SELECT sum(long_lines) FROM source_file'), 1)
        self.write(3)
        self.stop()
        self.check_stored(0, 1, 2, 3)

    def test_damaged_lines(self):
        lines = [turn_line('one', n).encode().rstrip(b'\n') for n in range(12)]
        self.write_bytes(b'\n'.join([
            b'\0' * 5000 + lines[0],                        # a block of NULs, as after a power loss
            lines[1] + lines[2],                            # two records glued
            lines[3][:200] + lines[4],                      # one cut, the next glued to it
            b'\xef\xbb\xbf' + lines[5] + b'\r',             # byte order mark, CRLF
            lines[6].replace(b'Answer', b'\xff\xfe\xc0\x80'),  # not UTF-8
            lines[7].replace(b'Answer', rb'\ud800 \udc00\ud800 \u0000'),  # lone surrogates
            lines[8].replace(b'"cwd"', b'"x":' + b'[' * 5000 + b']' * 5000 + b',"cwd"'),  # deep
            b'null', b'[]', b'', b'12', b'"x"', b'{}', b'{"type":5}', b'{"type":"assistant"}', b'{"type":"assistant","message":[]}',
            lines[9].replace(b'"gitBranch"', b'"n":1e400,"m":-0.0e-999,"k":123456789012345678901234567890,"gitBranch"'),
            b'\0' * 300,
            lines[10],
            lines[11][:300],                                # torn: waits
        ]))
        self.stop()
        self.check_stored(0, 1, 2, 4, 5, 6, 7, 8, 9, 10)
        self.write_bytes(lines[11][300:] + b'\n')
        self.stop()
        self.check_stored(0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11)

    def test_numbers_that_are_no_counts(self):
        """They count as absent, and that is counted; the turn and its good numbers stay."""
        bad = ['-5', '1.5', '1e3', '1e400', '99999999999999999999999', '10000001', '"12"', 'true', '[]', '{}', '-0.0']
        for n, value in enumerate(bad):
            self.write_bytes(turn_line('one', n).replace('"input_tokens": 7', f'"input_tokens": {value}').encode())
        self.write_bytes(turn_line('one', len(bad)).replace('"input_tokens": 7', '"input_tokens": 10000000').encode())
        self.stop()
        self.check_stored(*range(len(bad) + 1))
        db = self.read()
        self.assertEqual([t['input'] for t in sorted(db.turns, key=lambda t: t['output'])], [0] * len(bad) + [10_000_000])
        self.assertGreater(db.one('SELECT bad_numbers FROM source_file'), 0)

    def test_lines_without_a_time(self):
        """They count, and are as old as the line before them; at the start of the file as the next; however it grows."""
        lines = [json.loads(turn_line('one', n)) for n in range(6)]
        times = [line['timestamp'] for line in lines]
        for n in (0, 1, 3, 4):
            del lines[n]['timestamp']
        data = ''.join(json.dumps(line) + '\n' for line in lines).encode()
        want = [(n, times[m]) for n, m in enumerate((2, 2, 2, 2, 2, 5))]
        for seed in range(6):
            with self.subTest(seed):
                self.path.unlink(missing_ok=True)
                self.ledger = self.dir / f'ledger-{seed}' / 'ledger.db'
                cut, r = 0, random.Random(seed)
                while cut < len(data):
                    n = r.randrange(1, 400 if seed else len(data) + 1)
                    self.write_bytes(data[cut:cut + n])
                    self.hook(payload('SessionEnd', self.path))
                    cut += n
                self.check_stored(*range(6))
                told = [(t['output'] - 100, clock(t['at_ms'])) for t in self.read().turns]
                self.assertEqual(sorted(told), want)

    def test_nulls_everywhere(self):
        d = json.loads(turn_line('one', 0))
        usage = {'output_tokens': 100, 'input_tokens': None, 'cache_creation': None, 'server_tool_use': None, 'speed': None,
                 'service_tier': None, 'iterations': None, 'output_tokens_details': None, 'inference_geo': None,
                 'cache_creation_input_tokens': None, 'cache_read_input_tokens': None}
        d['message'].update(usage=usage, content=None, stop_reason=None)
        d.update(requestId=None, gitBranch=None, cwd=None, version=None)
        self.write_bytes(json.dumps(d).encode() + b'\n')
        self.stop()
        self.check_stored(0)

    # ---- what state the ledger may be in

    def test_folder_read_only(self):
        """As a user who may not write there; when he may again, the next run stores all."""
        self.write(0)
        self.dir.chmod(0o755)
        self.home.chmod(0o755)
        hook = shutil.copy(HOOK, self.dir / 'ccl-hook')
        self.ledger.parent.mkdir()
        who = {}
        if IS_ROOT:
            nobody = pwd.getpwnam('nobody')
            who = {'user': nobody.pw_uid, 'group': nobody.pw_gid, 'extra_groups': []}

        def stop():
            data = json.dumps(payload('Stop', self.path)).encode()
            run = subprocess.run([hook], env=self.env(), input=data, capture_output=True, timeout=60, **who)
            self.assertEqual((run.returncode, run.stdout, run.stderr), (0, b'', b''))

        def may_write(yes):
            if IS_ROOT:
                shutil.chown(self.ledger.parent, 'nobody' if yes else 'root')
            self.ledger.parent.chmod(0o755 if yes else 0o555)

        may_write(False)
        stop()
        self.assertFalse(self.ledger.exists())
        may_write(True)
        stop()
        self.check_stored(0)
        may_write(False)
        self.write(1)
        stop()
        may_write(True)
        self.write(2)
        stop()
        self.check_stored(0, 1, 2)

    @unittest.skipUnless(IS_ROOT, 'needs root to mount a small disk')
    def test_disk_full(self):
        disk = self.dir / 'disk'
        disk.mkdir()
        if subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk], capture_output=True).returncode:
            self.skipTest('a tmpfs cannot be mounted here')
        self.addCleanup(subprocess.run, ['umount', '-l', disk])
        self.ledger = disk / 'ledger.db'
        ballast = disk / 'ballast'

        def fill(leave=0):
            with open(ballast, 'wb', buffering=0) as f:
                try:
                    while True:
                        f.write(bytes(4096))
                except OSError:
                    f.truncate(f.tell() - leave)

        self.write(0)
        fill()
        self.stop()
        ballast.unlink()
        self.stop()
        self.check_stored(0)
        stored = [0]
        for n, leave in enumerate((0, 4096, 16384, 65536, 131072)):  # full at another write each time
            fill(leave)
            new = range(1 + 200 * n, 1 + 200 * (n + 1))
            self.write(*new)
            self.stop()
            self.assertLessEqual(set(stored), set(self.outputs()))
            ballast.unlink()
            self.stop()
            stored += new
            self.check_stored(*stored)
        self.assertEqual(self.read().one('PRAGMA integrity_check'), 'ok')

    def test_ledger_locked(self):
        self.write(0)
        self.stop()
        self.check_stored(0)
        other = sqlite3.connect(self.ledger, isolation_level=None)
        self.addCleanup(other.close)
        other.execute('BEGIN IMMEDIATE')
        self.write(1)
        self.stop()
        self.hook(payload('SessionEnd', self.path))
        self.assertEqual(self.outputs(), [0])
        other.execute('ROLLBACK')
        self.check_stored(0, 1)  # by the child that waited

    def test_ledger_locked_while_made(self):
        self.write(0)
        self.ledger.parent.mkdir()
        other = sqlite3.connect(self.ledger, isolation_level=None)
        self.addCleanup(other.close)
        other.execute('BEGIN EXCLUSIVE')
        self.stop()
        other.execute('ROLLBACK')
        self.stop()
        self.check_stored(0)

    def check_refused(self, spoil, cure):
        """A ledger that cannot be used stays as it is, byte for byte, and doctor tells; cured, it takes what was missed."""
        spoil()
        bytes_before = self.ledger.read_bytes()
        self.write(1)
        self.stop()
        self.hook(payload('SessionEnd', self.path))
        self.assertEqual(self.ledger.read_bytes(), bytes_before)
        told = self.doctor()
        cure()
        self.stop()
        self.check_stored(0, 1)
        self.assertIn('fail', told)

    def stored_ledger(self):
        """A ledger with a turn in it, in one file, that no process has open."""
        self.write(0)
        self.stop()
        self.check_stored(0)
        until(self.in_one_file)
        return self.ledger.read_bytes()

    def in_one_file(self):
        db = sqlite3.connect(self.ledger, timeout=0)
        try:
            return db.execute('PRAGMA journal_mode = DELETE').fetchone()[0] == 'delete'
        except sqlite3.OperationalError:  # a hook's child has it open
            return False
        finally:
            db.close()

    def put_ledger(self, data):
        for end in ('-wal', '-shm'):
            pathlib.Path(f'{self.ledger}{end}').unlink(missing_ok=True)
        new = self.dir / 'new'
        new.write_bytes(data)
        os.replace(new, self.ledger)

    def test_ledger_is_garbage(self):
        good = self.stored_ledger()
        for name, bad in (('text', b'not a database\n' * 1000), ('cut', good[:len(good) // 2 + 7]), ('short', good[:50]),
                          ('header', b'\xff' * 100 + good[100:])):
            with self.subTest(name):
                self.path.unlink(missing_ok=True)
                self.write(0)
                self.check_refused(lambda: self.put_ledger(bad), lambda: self.put_ledger(good))

    def test_ledger_with_a_damaged_page(self):
        """Damage in the middle: silent, and a good copy put back takes what was missed."""
        good = self.stored_ledger()
        bad = bytearray(good)
        for page in range(2, len(good) // 4096, 3):
            bad[page * 4096:page * 4096 + 512] = b'\xa5' * 512
        self.put_ledger(bad)
        self.write(1)
        self.stop()
        told = self.doctor()
        self.put_ledger(good)
        self.stop()
        self.check_stored(0, 1)
        self.assertIn('fail', told)

    def test_ledger_of_another_program(self):
        self.write(0)
        self.ledger.parent.mkdir()

        def spoil():
            db = sqlite3.connect(self.ledger)
            db.executescript('CREATE TABLE turn (id INTEGER PRIMARY KEY, what TEXT); INSERT INTO turn VALUES (1, "mine");')
            db.close()

        self.check_refused(spoil, self.ledger.unlink)

    def test_ledger_of_a_newer_version(self):
        self.stored_ledger()

        def version(n):
            db = sqlite3.connect(self.ledger)
            before = db.execute('PRAGMA user_version').fetchone()[0]
            db.execute(f'PRAGMA user_version = {n}')
            db.close()
            return before

        ours = version(999)
        self.check_refused(lambda: None, lambda: version(ours))


if __name__ == '__main__':
    unittest.main()
