#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A hook looks at git without starting git: strace sees no child process."""
import json
import shutil
import subprocess
import sys
import unittest

from gitworld import GitWorld, pr
from harness import HOOK, payload


def can_trace():
    return shutil.which('strace') and subprocess.run(['strace', '-o', '/dev/null', 'true'], stdin=subprocess.DEVNULL,
                                                     capture_output=True).returncode == 0


class NoChild(GitWorld):
    def test_stop_in_a_repository(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        self.sync_all()  # it leaves no log of the ledger so long that a child has to write it back
        key = self.create_pr('s1', app, 5, 'feat')
        last = self.turn('s1', app, 'feat')  # the transcript is finished: no child has to follow it
        trace = self.dir / 'trace'
        data = payload('Stop', self.file('s1'), 's1', cwd=str(app))
        run = subprocess.run(['strace', '-f', '-o', trace, '-e', 'trace=?clone,?clone3,?fork,?vfork,execve,?execveat', HOOK],
                             env=self.env(CCL_NOW=self.iso()), input=json.dumps(data).encode(), capture_output=True)
        self.assertEqual((run.returncode, run.stdout, run.stderr), (0, b'', b''))
        calls = [line for line in trace.read_text().splitlines() if '(' in line]
        self.assertEqual(len(calls), 1, calls)
        self.assertIn('execve(', calls[0])  # the hook itself
        self.check({key: pr(5), last: pr(5)})


if __name__ == '__main__':
    if not can_trace():
        print('skipped: no strace, or it may not trace here')
        sys.exit(77)
    unittest.main()
