#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Turns that are charged again by later evidence: killed on the way, two at once, many of them."""
import contextlib
import sqlite3
import subprocess
import time
import unittest

from gitworld import GitWorld, pr
from harness import HOOK, until

TURNS = 2000


class Recharge(GitWorld):
    def setUp(self):
        super().setUp()
        self.app = self.repository()
        self.git(self.app, 'checkout', '-q', '-b', 'feat')
        self.keys = [self.turn('s1', self.app, 'feat') for _ in range(TURNS)]
        self.sync_all()

    def say(self, number, n_rows=1):
        """The user links the branch, and nobody has charged its turns again yet."""
        with contextlib.closing(sqlite3.connect(self.ledger, timeout=30)) as db, db:
            db.execute("INSERT INTO pr_link(made_ms, act, scope, root, target, repo, number, since_ms, until_ms)"
                       " VALUES (1, 'link', 'branch', ?, 'feat', 'github.com/acme/app', ?, 0, 900000000000000)", (str(self.app), number))
            for _ in range(n_rows):
                db.execute('INSERT INTO charge_due(since_ms) VALUES (0)')

    def start(self):
        run = subprocess.Popen([HOOK, '--charge'], env=self.env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(run.communicate)
        self.addCleanup(run.kill)
        return run

    def numbers(self):
        return {r['pr'] for r in self.charges().values()}

    def conserve(self):
        """At this instant, whatever is still to be done."""
        live, self.ledger = self.ledger, self.dir / 'instant.db'
        self.ledger.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(live, timeout=30)) as db, contextlib.closing(sqlite3.connect(self.ledger)) as copy:
            db.backup(copy)
        patience, self.patience = self.patience, 0
        self.check_sums()
        self.ledger, self.patience = live, patience

    def test_killed_on_the_way(self):
        for number in range(1, 8):
            self.say(number)
            run = self.start()
            time.sleep(0.005 * number)
            run.kill()
            run.wait()
            self.conserve()
        run = self.start()
        self.assertEqual(run.wait(timeout=60), 0)
        self.assertTrue(self.is_settled())
        self.assertEqual(self.numbers(), {'github.com/acme/app#7'})
        self.conserve()

    def test_two_at_once(self):
        self.say(3, n_rows=3)
        runs = [self.start() for _ in range(3)]
        for run in runs:
            self.assertEqual((run.wait(timeout=60), run.stderr.read()), (0, b''))
        self.assertTrue(self.is_settled())
        self.assertEqual(self.numbers(), {'github.com/acme/app#3'})
        self.conserve()

    def test_one_call_that_changes_them_all(self):
        """The hook leaves most of it to its child; what is not done yet is somewhere all the same."""
        last = self.create_pr('s1', self.app, 5, 'feat')
        self.stop('s1', self.app)
        self.conserve()
        self.assertTrue(until(lambda: self.is_settled() and self.numbers() == {'github.com/acme/app#5'}))
        self.check({self.keys[0]: pr(5), last: pr(5)})
        self.conserve()


if __name__ == '__main__':
    unittest.main()
