# SPDX-License-Identifier: MIT
"""Work sessions: what is spent in a project meanwhile, beside what git and the rest of ccl say of it."""
import json
import subprocess
import unittest
from decimal import Decimal

from gitworld import GitWorld
from harness import CCL


class Work(GitWorld):
    def setUp(self):
        super().setUp()
        self.repo = self.repository()

    def ccl(self, *args, status=0, where=None):
        run = subprocess.run([CCL, *args], env=self.env(), cwd=where or self.repo, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, status, f'{args}: {run.stdout}{run.stderr}')
        self.assertEqual(run.stderr.count('\n'), int(status in (1, 64, 66)), run.stderr)
        return run.stdout + run.stderr

    def rows(self, *args):
        return json.loads(self.ccl(*args, '--json'), parse_float=Decimal)['rows']

    def spend(self, n, where=None, session='s'):
        """n turns, logged as they end."""
        for _ in range(n):
            self.turn(session, where or self.repo)
        self.stop(session, where or self.repo)

    def piece(self, kind, n, goal='a goal', **more):
        self.ccl('work', 'start', kind, goal, **more)
        self.wait()
        self.spend(n, **more)
        self.wait()
        self.ccl('work', 'end', **more)
        self.wait(4000)

    def test_cost_is_that_of_the_project_meanwhile(self):
        other = self.repository('other', None)
        self.spend(2)
        self.wait()
        self.ccl('work', 'start', 'feature', 'Füge „login“ ein: \'x\' # y')
        start = self.iso()
        self.wait()
        tree = self.repo / '.claude/worktrees/x'
        self.git(self.repo, 'worktree', 'add', '-q', str(tree), '-b', 'x')
        self.spend(3)
        self.spend(2, tree, 't')
        self.spend(4, other, 'u')
        self.commit(tree)
        self.stop('t', tree)
        self.ccl('work', 'note', '- a note')
        self.wait()
        said = self.ccl('work', 'end', 'a "lesson"')
        end = self.iso()
        self.wait()
        self.spend(5)
        row, = self.rows('work')
        whole = [r for r in self.rows('summary', '--project', str(self.repo), '--since', start, '--until', end) if r['period'] == 'all'][0]
        self.assertEqual(whole['turns'], 5)
        for name in ('turns', 'input', 'output', 'cache_read', 'cost', 'unpriced', 'sessions'):
            self.assertEqual(row[name], whole[name], name)
        self.assertEqual((row['commits'], row['goal'], row['project']), (1, 'Füge „login“ ein: \'x\' # y', 'app'))
        self.assertIn(', 1 commit, ', said)
        page = self.ccl('work', 'show')
        self.assertIn('goal: "Füge „login“ ein: \'x\' # y"\n', page)
        self.assertIn(f'cost_usd: {row["cost"]}\n', page)
        self.assertIn(' - a note\n', page)
        self.assertIn('\n## Lesson\n\na "lesson"\n', page)

    def test_check_against_others_like_it(self):
        for n in (2, 4, 6):
            self.piece('bug', n)
        self.piece('feature', 9)
        self.ccl('work', 'start', 'bug', 'the next')
        self.wait()
        self.assertIn('3 here', self.ccl('work', 'check'))
        self.spend(5)
        self.ccl('work', 'check', status=2)
        self.spend(5)
        self.ccl('work', 'check', status=3)
        costs = [r['cost'] for r in self.rows('work') if r['type'] == 'bug' and r['ended']]
        review = {r['type']: r for r in self.rows('work', 'review')}
        self.assertEqual((review['bug']['works'], review['bug']['cost']), (3, sum(costs)))
        self.assertEqual(review['bug']['median'], sorted(costs)[1])
        self.assertEqual(sum(r['works'] for r in self.rows('work', 'review', '2')), 2)

    def test_dead_end(self):
        many = 150  # above $0.10
        self.piece('explore', many, 'in vain')
        self.piece('explore', 1, 'cheap')
        self.ccl('work', 'start', 'explore', 'late')
        self.wait()
        self.spend(many)
        self.ccl('work', 'end')
        self.wait(3000)
        self.commit(self.repo)
        self.wait(1000)
        self.spend(1)
        self.assertEqual({r['goal']: r['dead_end'] for r in self.rows('work')}, {'in vain': True, 'cheap': False, 'late': False})

    def test_one_at_a_time_in_a_project(self):
        other = self.repository('other', None)
        self.ccl('work', 'start', 'bug', 'one')
        self.assertIn('work session 1 is open in', self.ccl('work', 'start', 'bug', 'two', status=64))
        self.ccl('work', 'start', 'bug', 'elsewhere', where=other)
        self.ccl('work', 'end')
        self.assertIn('no work session is open', self.ccl('work', 'end', status=64))
        runs = [subprocess.Popen([CCL, 'work', 'start', 'bug', f'at once {i}'], env=self.env(), cwd=self.repo, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for i in range(8)]
        self.assertEqual(sorted(r.wait(60) for r in runs), [0] + 7 * [64])

    def test_a_folder_outside_git(self):
        plain = self.dir / 'plain'
        (plain / 'below').mkdir(parents=True)
        self.spend(1, plain)
        self.ccl('work', 'start', 'research', 'x', where=plain / 'below')
        self.wait()
        self.spend(2, plain)
        row, = self.rows('work')
        self.assertEqual((row['root'], row['turns'], row['dead_end']), (str(plain), 2, None))

    def test_the_clock_goes_back(self):
        self.ccl('work', 'start', 'other', 'x')
        self.ms -= 60_000
        self.ccl('work', 'check')
        self.ccl('work', 'end')
        row, = self.rows('work')
        self.assertEqual((row['duration'], row['turns'], row['cost']), (0, 0, 0))

    def test_forget(self):
        self.spend(1)
        self.piece('bug', 1, 'a secret goal')
        self.ccl('forget', 'app', '--yes')
        self.assertEqual(self.rows('work'), [])
        for path in self.ledger.parent.glob(self.ledger.name + '*'):
            self.assertNotIn(b'a secret goal', path.read_bytes())

    def test_export(self):
        self.piece('bug', 1)
        self.piece('feature', 1)
        folder = self.dir / 'notes'
        self.ccl('work', 'export', str(folder), status=1)
        folder.mkdir()
        (folder / 'work-0002-feature.md').symlink_to(self.dir / 'precious')
        self.ccl('work', 'export', str(folder), status=1)
        self.assertFalse((self.dir / 'precious').exists())
        (folder / 'work-0002-feature.md').unlink()
        self.ccl('work', 'export', str(folder))
        self.ccl('work', 'export', str(folder))
        self.assertEqual((folder / 'work-0001-bug.md').read_text(), self.ccl('work', 'show', '1'))

    def test_bad_words(self):
        for words in (('start', 'bug', 'two\nlines'), ('start', 'bug', '  '), ('start', 'bug', 'x' * 1001), ('start', 'bugs', 'x'), ('note', ''),
                      ('note', 'x'), ('end',), ('check',), ('review', '-1'), ('review', 'x'), ('list', '--id', 'x')):
            if words[0] in ('review', 'list', 'check'):
                self.spend(1)
            self.ccl('work', *words, status=64)
        self.assertEqual(self.rows('work'), [])


if __name__ == '__main__':
    unittest.main()
