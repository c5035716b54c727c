# SPDX-License-Identifier: MIT
"""What the user says by hand, in real git repositories: each word changes what turns are charged to, as told, and
nothing that is read later changes it back."""
import contextlib
import json
import re
import shutil
import sqlite3
import subprocess
import unittest

from harness import CCL, LedgerCase, check_rollups, turn_line

ORIGIN = 'github.com/acme/api'
HOSTILE = ['$(touch x)', '`touch x`', '--output=x', '-x', 'a\nb', 'a b', 'a..b', 'x' * 300, '', "'; DROP TABLE turn; --", '/',
           'a\x1b[31m', 'refs/../x', 'a~1', 'HEAD:x']


class Repos(LedgerCase):
    """Git repositories, transcripts of the same day, and the command line within them."""
    def setUp(self):
        super().setUp()
        self.projects = self.home / '.claude/projects'
        self.repo = self.make_repo('api', 'git@github.com:acme/api.git')

    def git(self, *args, cwd=None, second=0, **more):
        """git at a second of the day of turn_line()."""
        at = f'2026-11-20T00:{second // 60:02}:{second % 60:02}Z'
        env = {**self.env(**more), 'GIT_CONFIG_NOSYSTEM': '1',
               'GIT_AUTHOR_NAME': 'a', 'GIT_AUTHOR_EMAIL': 'a@b', 'GIT_COMMITTER_NAME': 'a', 'GIT_COMMITTER_EMAIL': 'a@b',
               'GIT_COMMITTER_DATE': at, 'GIT_AUTHOR_DATE': at}
        return subprocess.run(['git', *map(str, args)], cwd=cwd or self.repo, env=env, check=True, capture_output=True,
                              text=True).stdout

    def make_repo(self, name, remote):
        path = self.dir / name
        path.mkdir()
        self.git('init', '-q', '-b', 'main', cwd=path)
        self.git('remote', 'add', 'origin', remote, cwd=path)
        self.git('commit', '-q', '--allow-empty', '-m', 'start', cwd=path)
        return path

    def write(self, session, turns, cwd=None, branch='feature', more=()):
        """A transcript: turns are seconds of the day."""
        folder = self.projects / re.sub('[^A-Za-z0-9]', '-', str(cwd or self.repo))
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / f'{session}.jsonl', 'a') as f:
            f.writelines(turn_line(session, n, cwd=str(cwd or self.repo), gitBranch=branch) for n in turns)
            f.writelines(more)

    def seen(self, session, number, second):
        """The line by which Claude Code says that it created a pull request."""
        return json.dumps({'type': 'pr-link', 'sessionId': session, 'prNumber': number, 'prRepository': 'acme/api',
                           'prUrl': f'https://{ORIGIN}/pull/{number}', 'timestamp': f'2026-11-20T00:00:{second:02}.500Z'}) + '\n'

    def ccl(self, *args, cwd=None, status=0, **more):
        run = subprocess.run([CCL, *map(str, args)], env=self.env(**more), cwd=cwd or self.repo, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run.stdout if status == 0 else run.stderr

    def charged(self):
        """{message: number}"""
        db = self.read()
        return {r['key']: r['number'] for r in db.all(
            'SELECT t.key, c.number FROM turn AS t JOIN charge AS c ON c.id = t.charge_id')}

    def expect(self, session, **numbers):
        """What the turns of a session are charged to, by number; numbers: pr7=[1, 2], none=[3]."""
        have = {k: v for k, v in self.charged().items() if k.startswith(f'msg_{session}_')}
        want = {f'msg_{session}_{n}': int(pr[2:]) if pr != 'none' else None for pr, ns in numbers.items() for n in ns}
        self.assertEqual(have, want)

    def money(self, *keys):
        """As `ccl` writes it for people."""
        pico = sum(t['cost'] for t in self.read().turns if t['key'] in keys)
        if pico < 10**10:
            raise AssertionError('less than a cent: make more turns')
        return f'{len(keys)} turn{"s" if len(keys) != 1 else ""}, ${(pico + 5 * 10**9) // 10**10 / 100:.2f}'



class Links(Repos):
    def branch_with_turns(self):
        self.git('checkout', '-q', '-b', 'feature', second=5)
        self.write('s', range(10, 40))
        self.write('t', range(40, 50))
        self.sync()
        self.expect('s', none=range(10, 40))

    def test_link_of_a_branch(self):
        self.branch_with_turns()
        said = self.ccl('pr', 'link', 'feature', 7)
        keys = [f'msg_s_{n}' for n in range(10, 40)] + [f'msg_t_{n}' for n in range(40, 50)]
        self.assertEqual(said, f'feature is linked to {ORIGIN}#7 from now on back to its start: {self.money(*keys)}.\n')
        self.expect('s', pr7=range(10, 40))
        self.expect('t', pr7=range(40, 50))
        # what comes later, too
        self.write('t', range(50, 60))
        self.sync()
        self.expect('t', pr7=range(40, 60))
        check_rollups(self, self.read())

    def test_window(self):
        self.branch_with_turns()
        said = self.ccl('pr', 'link', 'feature', 7, '--since', '2026-11-20T00:00:20Z', '--until', '2026-11-20T00:00:30Z')
        self.assertIn(self.money(*(f'msg_s_{n}' for n in range(20, 30))), said)
        self.expect('s', none=[*range(10, 20), *range(30, 40)], pr7=range(20, 30))

    def test_newer_wins_and_undo_returns(self):
        self.branch_with_turns()
        self.ccl('pr', 'link', 'feature', 7)
        self.ccl('pr', 'link', 'feature', f'https://{ORIGIN}/pull/8/files')
        self.expect('s', pr8=range(10, 40))
        self.ccl('pr', 'unlink', 'feature')
        self.expect('s', none=range(10, 40))
        self.ccl('pr', 'undo')
        self.expect('s', pr8=range(10, 40))
        self.ccl('pr', 'undo', 1)  # not the one that wins
        self.expect('s', pr8=range(10, 40))
        self.ccl('pr', 'undo')
        self.expect('s', none=range(10, 40))
        self.assertIn('nothing to undo', self.ccl('pr', 'undo', status=66))
        log = self.report('pr', 'log')
        self.assertEqual([(r['id'], r['act'], r['target'], r['number'], r['undone'] is not None) for r in log],
                         [(3, 'unlink', 'feature', None, True), (2, 'link', 'feature', 8, True), (1, 'link', 'feature', 7, True)])
        check_rollups(self, self.read())

    def test_session_and_turn(self):
        self.branch_with_turns()
        self.ccl('pr', 'link', 'feature', 7)
        self.ccl('pr', 'link', '--session', 's', 8, '--role', 'review')
        self.expect('s', pr8=range(10, 40))
        self.expect('t', pr7=range(40, 50))
        self.ccl('pr', 'unlink', '--turn', 'msg_s_12')
        self.ccl('pr', 'move', 'msg_s_10', 'msg_s_11', 9)
        self.expect('s', pr9=[10, 11], none=[12], pr8=range(13, 40))
        roles = self.read().all('SELECT DISTINCT c.number, c.role FROM turn AS t JOIN charge AS c ON c.id = t.charge_id '
                                'WHERE c.number IS NOT NULL ORDER BY 1')
        self.assertEqual([(r['number'], r['role']) for r in roles], [(7, 'author'), (8, 'review'), (9, 'author')])
        check_rollups(self, self.read())

    def test_against_the_evidence(self):
        """Created by a call: charged by itself, unless the user says otherwise."""
        self.git('checkout', '-q', '-b', 'feature', second=5)
        self.write('s', range(10, 40), more=[self.seen('s', 7, 39)])
        self.sync()
        self.expect('s', pr7=range(10, 40))
        said = self.ccl('pr', 'ignore', 7)
        self.assertEqual(said, f'{ORIGIN}#7 is ignored: {self.money(*(f"msg_s_{n}" for n in range(10, 40)))} are no longer charged to it.\n')
        self.expect('s', none=range(10, 40))
        # said by hand it holds all the same
        self.ccl('pr', 'link', '--turn', 'msg_s_20', 7)
        self.expect('s', pr7=[20], none=[*range(10, 20), *range(21, 40)])
        self.ccl('pr', 'undo', 1)
        self.expect('s', pr7=range(10, 40))
        self.ccl('pr', 'link', 'feature', 8)
        self.expect('s', pr8=[*range(10, 20), *range(21, 40)], pr7=[20])
        # the same evidence once more changes nothing
        self.write('s', [], more=[self.seen('s', 7, 50)])
        self.sync()
        self.expect('s', pr8=[*range(10, 20), *range(21, 40)], pr7=[20])

    def test_survives_a_rebuilt_ledger(self):
        self.branch_with_turns()
        self.ccl('pr', 'link', 'feature', 7)
        self.ccl('pr', 'link', '--session', 't', 8)
        self.ccl('pr', 'move', 'msg_s_10', 9)
        before = self.charged()
        with contextlib.closing(sqlite3.connect(self.ledger)) as db:
            links = db.execute('SELECT * FROM pr_link').fetchall()
        for path in self.ledger.parent.iterdir():
            path.unlink()
        empty = self.dir / 'empty'
        empty.mkdir()
        self.sync(empty)
        with contextlib.closing(sqlite3.connect(self.ledger)) as db, db:
            db.executemany(f'INSERT INTO pr_link VALUES ({",".join("?" * len(links[0]))})', links)
        self.sync()
        self.assertEqual(self.charged(), before)
        self.sync()
        self.assertEqual(self.charged(), before)
        check_rollups(self, self.read())

    def test_branch_not_seen_yet(self):
        self.branch_with_turns()
        self.assertIn('No turn was on it so far', self.ccl('pr', 'link', 'later', 11))
        self.git('checkout', '-q', '-b', 'later', second=60)
        self.write('u', range(70, 75), branch='later')
        self.sync()
        self.expect('u', pr11=range(70, 75))

    def test_which_project(self):
        other = self.make_repo('web', 'https://user:secret@gitlab.com/acme/group/web.git')
        self.git('checkout', '-q', '-b', 'feature', cwd=other, second=5)
        self.write('o', range(10, 20), cwd=other)
        self.branch_with_turns()
        # inside a repository its own branch is meant, also from a folder below and a linked worktree
        (self.repo / 'deep').mkdir()
        self.git('worktree', 'add', '-q', self.dir / 'tree', '-b', 'tree')
        for cwd in (self.repo, self.repo / 'deep', self.dir / 'tree'):
            self.ccl('pr', 'link', 'feature', 7, cwd=cwd)
        self.expect('o', none=range(10, 20))
        # elsewhere it has to be the only one
        said = self.ccl('pr', 'link', 'feature', 8, cwd=self.dir, status=64)
        self.assertIn(f'{self.repo}, {other}', said)
        said = self.ccl('pr', 'link', 'feature', 8, '--project', 'web', cwd=self.dir)
        self.assertIn(f'feature of {other} is linked to gitlab.com/acme/group/web#8', said)
        self.expect('o', pr8=range(10, 20))
        self.expect('s', pr7=range(10, 40))
        self.assertNotIn('secret', said + json.dumps(self.report('pr', 'log')))
        self.ccl('pr', 'link', 'nowhere', 8, cwd=self.dir, status=66)
        # an explicit repository
        self.ccl('pr', 'link', 'feature', 9, '--repo', 'ACME/api')
        self.ccl('pr', 'link', 'feature', 9, '--repo', 'git.corp.example/acme/x')
        self.assertEqual([r['repo'] for r in self.report('pr', 'log', '--limit', '2')], ['git.corp.example/acme/x', ORIGIN])

    def test_carry_switched_off_and_on(self):
        """Work on main before the branch was made goes to the branch, and back where it was."""
        self.write('s', range(10, 20), branch='main')
        self.git('checkout', '-q', '-b', 'feature', second=25)
        self.write('s', range(30, 40))
        self.sync()
        where = """SELECT b.text, c.branch_source, count(*) AS n FROM turn AS t JOIN charge AS c ON c.id = t.charge_id
                   JOIN name AS b ON b.id = c.branch_id GROUP BY 1, 2 ORDER BY 1, 2"""
        carried = [('feature', 'carry', 10), ('feature', 'reflog', 10)]
        left = [('feature', 'reflog', 10), ('main', 'reflog', 10)]
        for words, want in ((['set', 'forge', 'off'], carried), (['set', 'carry', 'off'], left), (['set', 'carry', 'on'], carried),
                            (['set', 'carry', 'off'], left), (['unset', 'carry'], carried)):
            self.ccl('config', *words)
            self.assertEqual([tuple(r.values()) for r in self.read().all(where)], want, words)
        now = {r['key']: r['value'] for r in self.report('config')}
        self.assertEqual((now['carry'], now['forge']), ('on', 'off'))
        check_rollups(self, self.read())

    def test_forgotten_evidence(self):
        """What a forgotten session told of a branch is void for the others, and leaves no name behind."""
        self.git('checkout', '-q', '-b', 'feature', second=5)
        self.write('s', range(10, 15), more=[self.seen('s', 7, 14)])
        self.write('t', range(20, 25))
        self.sync()
        self.expect('t', pr7=range(20, 25))
        self.ccl('forget', 's', '--yes')
        self.sync()
        self.expect('t', none=range(20, 25))
        self.assertEqual(self.read().all("SELECT * FROM claim"), [])

    def test_hostile_names(self):
        self.branch_with_turns()
        for name in HOSTILE:
            if subprocess.run(['git', 'check-ref-format', '--branch', name], capture_output=True).returncode == 0 and len(name) < 256:
                continue
            self.ccl('pr', 'link', '--', name, 7, status=64)
        for word in HOSTILE + ['-1', '1e3', '0x7', '7;x', '#', '99999999999999999999', 'https://x/y']:
            self.ccl('pr', 'link', 'feature', '--', word, status=64)
        for repo in HOSTILE[:1] + HOSTILE[2:8] + HOSTILE[9:] + ['a/b c', 'a/$(x)', '../b', 'a/..', 'u:p@h.x/a/b', 'https://h.x/a/b', 'a/' + 'b' * 300]:
            self.ccl('pr', 'link', 'feature', 7, f'--repo={repo}', status=64)
        for name in HOSTILE:
            self.ccl('pr', 'link', 'feature', 7, f'--project={name}', status=66 if name else 64)
            self.ccl('pr', 'link', f'--session={name}', 7, status=66 if name else 64)
            self.ccl('pr', 'move', '--', name, 7, status=66 if name else 64)
        self.assertEqual(self.report('pr', 'log'), [])
        self.expect('s', none=range(10, 40))
        # git has nothing against this one
        name = 'a$(touch${IFS}x);`x`&|'
        self.git('checkout', '-q', '-b', name, second=60)
        self.write('u', range(70, 75), branch=name)
        self.sync()
        self.ccl('pr', 'link', name, 7)
        self.expect('u', pr7=range(70, 75))
        self.assertEqual([p.name for p in self.repo.iterdir()], ['.git'])

    def test_without_the_hook(self):
        """It is stored all the same, and the next run of the hook does it."""
        self.branch_with_turns()
        alone = self.dir / 'bin'
        alone.mkdir()
        shutil.copy(CCL, alone / 'ccl')
        run = subprocess.run([alone / 'ccl', 'pr', 'link', 'feature', '7'], env=self.env(PATH='/nowhere'), cwd=self.repo,
                             capture_output=True, text=True, timeout=60)
        self.assertEqual((run.returncode, run.stdout), (0, f'feature is linked to {ORIGIN}#7 from now on back to its start.\n'))
        self.assertIn('the next hook does it', run.stderr)
        self.expect('s', none=range(10, 40))
        self.sync()
        self.expect('s', pr7=range(10, 40))


if __name__ == '__main__':
    unittest.main()
