# SPDX-License-Identifier: MIT
"""What a terminal gets: through which pager, and in which colours."""
import fcntl
import os
import pty
import sqlite3
import struct
import subprocess
import termios
import unittest

from harness import CCL, LedgerCase, turn_line

MARK = "sed 's/^/paged: /'"


class Terminal(LedgerCase):
    def setUp(self):
        super().setUp()
        folder = self.home / '.claude/projects/-nowhere'
        folder.mkdir(parents=True)
        (folder / 's1.jsonl').write_text(''.join(turn_line('s1', n * 7200) for n in range(12)))  # a row of hours each
        self.sync()
        self.bin = self.dir / 'bin'
        self.bin.mkdir()

    def on_terminal(self, *args, rows=10, keys=b'', **more):
        """(status, what the terminal got) of `ccl args` in a terminal of that many rows."""
        env = {'TERM': 'xterm', 'CCL_NOW': '2026-11-21T12:00:00Z', **more}
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack('HHHH', rows, 80, 0, 0))
        run = subprocess.Popen([CCL, *args], env=self.env(**env), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        os.write(ours, keys)
        out = b''
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux, when the other side is closed
                break
            if not part:
                break
            out += part
        os.close(ours)
        return run.wait(timeout=60), out.decode().replace('\r\n', '\n')

    def check(self, is_paged, *args, status=0, rows=10, **more):
        got, out = self.on_terminal(*args, rows=rows, **more)
        self.assertEqual(got, status, out)
        self.assertRegex(out, '2026-11-20[ T]22:00')  # all of it
        self.assertEqual('paged: ' in out, is_paged, out)
        return out

    def test_which_pager(self):
        self.check(True, 'hours', CCL_PAGER=MARK)
        self.check(True, 'hours', PAGER=MARK)
        self.check(True, 'hours', PAGER='cat', CCL_PAGER=MARK)
        self.check(False, 'hours', PAGER=MARK, CCL_PAGER='cat')
        self.check(False, 'hours', PAGER=MARK, CCL_PAGER='')
        self.check(False, 'hours', PAGER='')
        self.check(False, 'hours', PAGER=MARK, TERM='dumb')
        self.check(True, 'hours', '--json', PAGER=MARK)
        self.check(True, 'hours', '--chart', PAGER=MARK)
        got, out = self.on_terminal('hours', '--help', PAGER=MARK)
        self.assertEqual((got, 'paged: usage: ccl hours' in out), (0, True))

    def test_only_what_is_longer_than_the_screen(self):
        n = len(self.check(False, 'hours', rows=100, PAGER=MARK).splitlines())
        self.check(False, 'hours', rows=n + 1, PAGER=MARK)
        self.check(True, 'hours', rows=n, PAGER=MARK)
        run = subprocess.run([CCL, 'hours'], env=self.env(PAGER=MARK), stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        self.assertEqual((run.returncode, b'paged' in run.stdout, run.stderr), (0, False, b''))

    def test_less_is_the_default(self):
        fake = self.bin / 'less'
        fake.write_text('#!/bin/sh\necho "less $* LESS=$LESS"; cat\n')
        fake.chmod(0o755)
        path = f'{self.bin}:{os.environ["PATH"]}'
        self.assertIn('less -FRX LESS=FRX', self.check(False, 'hours', PATH=path))
        self.assertIn('less  LESS=FRX', self.check(False, 'hours', PATH=path, PAGER='less'))
        self.assertIn('less  LESS=S', self.check(False, 'hours', PATH=path, PAGER='less', LESS='S'))

    def test_no_such_pager(self):
        out = self.check(False, 'hours', PATH=str(self.bin))
        self.assertTrue(out.startswith('Cost per hour'), out)
        self.assertIn('not found', self.check(False, 'hours', PAGER='no-such-pager'))

    def test_a_setting_turns_it_off(self):
        for value, is_paged in (('off', False), ('on', True)):
            subprocess.run([CCL, 'config', 'set', 'pager', value], env=self.env(), check=True, capture_output=True, timeout=60)
            self.check(is_paged, 'hours', PAGER=MARK)
        self.assertEqual(self.on_terminal('help', PAGER=MARK, CCL_LEDGER=self.dir / 'none.db')[1][:7], 'paged: ')

    def test_the_status_stays(self):
        with sqlite3.connect(self.ledger) as db:
            db.executescript('''INSERT INTO alert(rule, level, scope, target, session_id, since_ms, at_ms, value, is_second, share_ppm, is_observed, told_ms)
              SELECT 'L1', 2, 'session', uid, id, 1795258800000, 1795259250000, 11, 0, 1100000, 0, 1 FROM session''')
        db.close()
        for pager in (MARK, 'true', 'head -1', 'exit 5', 'kill $$'):
            status, out = self.on_terminal('runaway', rows=2, PAGER=pager)
            self.assertEqual(status, 3, (pager, out))
            self.assertEqual('paged: ' in out, pager == MARK, out)

    def test_a_pager_that_reads_nothing(self):
        # more than a pipe holds
        folder = self.home / '.claude/projects/-nowhere'
        (folder / 's2.jsonl').write_text(''.join(turn_line('s2', n) for n in range(2000)))
        self.sync()
        status, out = self.on_terminal('session', 's2', '--json', PAGER='true')
        self.assertEqual((status, out), (0, ''))

    def test_colours_of_a_chart(self):
        for more, is_color in (({'NO_COLOR': ''}, True), ({'NO_COLOR': '1'}, False), ({'NO_COLOR': '', 'TERM': 'dumb'}, False)):
            out = self.on_terminal('days', '--chart', **more)[1]
            self.assertIn('█', out)
            self.assertEqual('\x1b[36m█' in out, is_color, more)
            self.assertEqual('\x1b' in out, is_color, more)
        self.assertNotIn('\x1b', self.on_terminal('days', '--chart', '--no-color', NO_COLOR='')[1])

    def test_the_real_one(self):
        status, out = self.on_terminal('hours', keys=b'q')
        self.assertEqual(status, 0)
        self.assertIn('Cost per hour', out)


if __name__ == '__main__':
    unittest.main()
