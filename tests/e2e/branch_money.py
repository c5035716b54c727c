# SPDX-License-Identifier: MIT
"""The scenario of test_client.py that follows the money of one session over two branches with pull requests."""
import collections
import json
import subprocess
import time
import unittest
from fractions import Fraction

from harness import CCL, Ledger, until

case = unittest.TestCase()
case.maxDiff = None


def publish(s):
    """The project has a remote that takes pushes and goes by the name of a forge."""
    s.git('init', '-q', '--bare', str(s.dir / 'work/remote.git'))
    s.git('remote', 'add', 'origin', 'https://github.com/acme/widgets.git')
    s.git('config', 'remote.origin.pushurl', str(s.dir / 'work/remote.git'))
    for key, value in (('user.name', 'Lab'), ('user.email', 'lab@example.org')):
        s.git('config', key, value)
    time.sleep(1)  # the reflog knows seconds: no answer in that of the first commit


def helpers(s):
    """The small calls that an old client makes for itself."""
    return [b['kind'] for b in s.bills() if b['kind'] in ('title', 'other')]


def report(s, *args):
    run = subprocess.run([CCL, *map(str, args), '--json'], env=s.env(), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    case.assertEqual(run.returncode, 0, run.stderr)
    return json.loads(run.stdout, parse_float=Fraction)['rows']  # money keeps all its digits


class Shares:
    """One session whose answers are known to belong to a pull request, or to none."""

    def __init__(self, s):
        self.s, self.prs, self.session = s, {}, None  # prs: message id: number

    def ask(self, prompt, *prs):
        """prs: of each answer in turn, the last one also of those that follow."""
        before = len(self.s.bills())
        _, result, _ = self.s.ask(prompt, *(['--continue'] if self.session else []))
        self.session = self.session or result['session_id']
        case.assertEqual(result['session_id'], self.session)
        for i, bill in enumerate(b for b in self.s.bills()[before:] if b['kind'] == 'loop'):
            self.prs[bill['id']] = prs[min(i, len(prs) - 1)]

    def check(self, db, carried, spawned):
        """carried, spawned: how many answers count for a branch that was made later, or that sent an agent."""
        # the last hook leaves what is left to a child
        case.assertTrue(until(lambda: not Ledger(self.s.ledger).all('SELECT 1 FROM charge_due')))
        self.check_why(db)  # first: it says which turn went where, and why
        money = collections.Counter()
        for t in db.turns:
            money[self.prs[t['key']]] += Fraction(t['cost'], 10 ** 12)
        for number in filter(None, money):
            rows = report(self.s, 'pr', number)
            case.assertEqual([r['session'] for r in rows], [self.session])
            case.assertEqual(sum(r['cost'] for r in rows), money[number], number)
            rows = [r for r in report(self.s, 'pr', number, '--why') if r['row'] == 'charged']
            case.assertEqual(sum(r['cost'] for r in rows), money[number], number)
            carried -= sum(r['turns'] for r in rows if r['by'] == 'carry')
            spawned -= sum(r['turns'] for r in rows if r['by'] == 'spawn')
        case.assertEqual((carried, spawned), (0, 0))
        prs, rest = report(self.s, 'prs'), report(self.s, 'unassigned')
        case.assertEqual({r['number']: r['cost'] for r in prs}, {n: m for n, m in money.items() if n})
        case.assertEqual({(r['repo'], r['certainty']) for r in prs}, {('github.com/acme/widgets', 'exact')})
        case.assertEqual(sum(r['cost'] for r in rest), money[None])
        total = next(r['cost'] for r in report(self.s, 'summary') if r['period'] == 'all')
        case.assertEqual(sum(r['cost'] for r in prs + rest), total)

    def check_why(self, db):
        for t in db.turns:
            rows, number = report(self.s, 'why', t['key']), self.prs[t['key']]
            case.assertEqual((rows[0]['about'], rows[0]['verdict']), ('turn', 'charged'))
            case.assertIn(f'github.com/acme/widgets#{number} (author)' if number else 'main: no-pr', rows[0]['says'],
                          '\n'.join([t['key'], *map(str, rows), (self.s.work / '.git/logs/HEAD').read_text()]))
            source = next(r['source'] for r in rows if r['about'] == 'branch' and r['verdict'] == 'charged')
            case.assertIn(source, ('reflog', 'carry', 'spawn'))


def money_of_branches(s):
    """What `ccl pr` shows is what was billed for the work on its branch, to the last digit."""
    publish(s)
    shares = Shares(s)
    shares.ask('Look around on main. [[plain]]', 123)  # carried to the branch that is made of it
    shares.ask('Begin. ' + s.script('echo look', 'git checkout -q -b feat', 'echo a >a; git add a; git commit -q -m a',
                                    'git push -q -u origin feat', 'gh pr create --title First --body first',
                                    'echo b >>a; git commit -q -a -m b'), 123)
    shares.ask('Work on. [[tools]]', 123)
    shares.ask('Delegate. [[agentwt]]', 123)  # the agent's own branch has no pull request
    # what came before a commit on main stays there, what follows goes with the next branch
    shares.ask('Go back. ' + s.script('git checkout -q main', 'echo on main', 'git commit -q --allow-empty -m two; sleep 1'),
               123, None, None, 124)
    shares.ask('Once more. ' + s.script('git checkout -q -b other', 'gh pr create --title Second --body second', 'git checkout -q main'),
               124, 124, 124, None)
    shares.ask('To the end. [[plain]]', None)
    shares.check(s.check(missing=helpers(s)), carried=3 + 2, spawned=2)
