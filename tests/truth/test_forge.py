#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`ccl pr resolve`, `ccl pr N --md` and `--comment`, with stand-ins for gh and glab on PATH."""
import datetime
import fractions
import json
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
import unittest

import harness
from harness import CCL

UTC = datetime.timezone.utc
NOON = datetime.datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NOW = '2026-11-21T12:00:00Z'
ONE = {'input_tokens': 50000, 'output_tokens': 10000, 'cache_creation_input_tokens': 50, 'cache_read_input_tokens': 20}
FIELDS = ('number,title,state,isDraft,headRefName,headRepositoryOwner,headRepository,baseRefName,isCrossRepository,'
          'createdAt,mergedAt,closedAt,url')

# Answers by the first rule of plan.json that fits the arguments, and records what it was asked.
STAND_IN = r'''#!@PYTHON@
import json, os, pathlib, signal, subprocess, sys, time
here = pathlib.Path(__file__).resolve().parent.parent
program = os.path.basename(sys.argv[0])
body = sys.stdin.read()
names = ('GH_PROMPT_DISABLED', 'GIT_TERMINAL_PROMPT', 'NO_COLOR', 'GH_REPO', 'GH_FORCE_TTY')
try:
    os.close(os.open('/dev/tty', os.O_RDWR))
    tty = True
except OSError:
    tty = False
with open(here / 'calls.jsonl', 'a') as f:
    f.write(json.dumps({'program': program, 'argv': sys.argv[1:], 'stdin': body, 'cwd': os.getcwd(), 'tty': tty,
                        'env': {k: os.environ.get(k) for k in names}, 'pid': os.getpid()}) + '\n')
plan = json.loads((here / 'plan.json').read_text())
rule = next((r for r in plan if r.get('program', program) == program and all(w in ' '.join(sys.argv) for w in r['if'])), None)
if rule is None:
    sys.exit('no rule for ' + ' '.join(sys.argv))
if rule.get('hang'):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen([sys.executable, '-c', 'import signal, time\nsignal.signal(15, signal.SIG_IGN)\ntime.sleep(60)'])
    (here / 'child.pid').write_text(str(child.pid))
    time.sleep(60)
if rule.get('flood'):
    sys.stdout.write('[' + ' ' * 16 * 2**20)  # one byte too many
    rule['out'] = ']'
if rule.get('leave'):  # ends at once, but something that it started keeps the pipe open
    subprocess.Popen([sys.executable, '-c', 'import time\ntime.sleep(30)'])
sys.stderr.write(rule.get('err', ''))
sys.stdout.write(rule.get('out', ''))
sys.exit(rule.get('status', 0))
'''


def ms(at):
    return int(at.timestamp() * 1000)


def iso(at):
    return at.strftime('%Y-%m-%dT%H:%M:%SZ')


def github_pr(number, head, state='OPEN', base='main', owner='acme', name='api', created=NOON, ended=None, cross=False,
              repo='acme/api', host='github.com', **more):
    pr = {'number': number, 'title': f'Change {number}', 'state': state, 'isDraft': False, 'headRefName': head,
          'headRepositoryOwner': {'id': 'x', 'login': owner}, 'headRepository': {'id': 'y', 'name': name},
          'baseRefName': base, 'isCrossRepository': cross, 'createdAt': iso(created),
          'mergedAt': iso(ended) if state == 'MERGED' else None, 'closedAt': iso(ended) if ended else None,
          'url': f'https://{host}/{repo}/pull/{number}'}
    pr.update(more)
    return pr


class ForgeCase(harness.LedgerCase):
    def setUp(self):
        super().setUp()
        self.dir = self.dir.resolve()
        self.bin = self.dir / 'bin'
        self.bin.mkdir()
        for name in ('gh', 'glab'):
            path = self.bin / name
            path.write_text(STAND_IN.replace('@PYTHON@', sys.executable))
            path.chmod(0o755)
        self.plan([])
        self.projects = self.home / '.claude/projects/x'
        self.projects.mkdir(parents=True)

    def plan(self, rules):
        (self.dir / 'plan.json').write_text(json.dumps(rules))

    def answer(self, prs, repo='acme/api'):
        """gh lists these, for one repository."""
        self.plan([{'program': 'gh', 'if': ['pr list', f'/{repo} '], 'out': json.dumps(prs)},
                   {'program': 'gh', 'if': ['pr list'], 'out': '[]'}])

    def calls(self, clear=True):
        path = self.dir / 'calls.jsonl'
        calls = harness.read_lines(path)
        if clear and calls:
            path.unlink()
        return calls

    def environment(self, now=NOW, **more):
        env = self.env(CCL_NOW=now, TERM='xterm', GH_REPO='evil/evil', GH_FORCE_TTY='1', **more)
        env.setdefault('PATH', os.environ['PATH'])
        env['PATH'] = more.get('PATH', f"{self.bin}:{os.environ['PATH']}")
        return env

    def ccl(self, *args, status=0, cwd=None, stdin=subprocess.DEVNULL, **more):
        run = subprocess.run([CCL, *map(str, args)], env=self.environment(**more), stdin=stdin, capture_output=True, timeout=60,
                             cwd=cwd or self.dir, encoding='utf-8')
        self.assertEqual(run.returncode, status, (args, run.stdout, run.stderr))
        self.assertNotRegex(run.stdout + run.stderr, '[\x00-\x08\x0b-\x1f\x7f\x9b]')
        return run.stdout if status == 0 else run.stdout + run.stderr

    def resolve(self, *args, **more):
        return self.ccl('pr', 'resolve', *args, **more)

    # git and turns

    def git(self, *args, at=None, repo=None):
        env = dict(PATH=os.environ['PATH'], HOME=str(self.home), GIT_CONFIG_NOSYSTEM='1', GIT_AUTHOR_NAME='a', LANG='C',
                   GIT_AUTHOR_EMAIL='a@b', GIT_COMMITTER_NAME='a', GIT_COMMITTER_EMAIL='a@b')
        if at:
            env.update(GIT_AUTHOR_DATE=iso(at), GIT_COMMITTER_DATE=iso(at))
        subprocess.run(['git', '-C', str(repo or self.repo), *args], env=env, check=True, capture_output=True)

    def clone(self, name='api', url='https://github.com/acme/api.git', at=NOON - datetime.timedelta(hours=9)):
        self.repo = self.dir / name
        self.repo.mkdir()
        self.git('init', '-q', '-b', 'main')
        self.git('remote', 'add', 'origin', url)
        self.commit(at)
        return self.repo

    def commit(self, at):
        self.git('commit', '-q', '--allow-empty', '-m', 'work', at=at)

    def turn(self, session, at, n, branch, cwd=None, model='claude-opus-5-5', usage=(), **more):
        line = json.loads(harness.turn_line(session, n, timestamp=iso(at).replace('Z', '.000Z'), cwd=str(cwd or self.repo),
                                            gitBranch=branch, **more))
        line['message'].update(usage={**ONE, **dict(usage)}, model=model)
        with open(self.projects / f'{session}.jsonl', 'a') as f:
            f.write(json.dumps(line) + '\n')

    def work(self):
        """Two branches with turns on each, an hour apart."""
        at = NOON - datetime.timedelta(hours=8)
        self.clone()
        for i, branch in enumerate(('one', 'two')):
            self.git('checkout', '-q', '-b', branch, at=at)
            for n in range(3):
                self.turn('s1', at + datetime.timedelta(minutes=10 * (n + 1)), 10 * i + n, branch)
            self.commit(at + datetime.timedelta(minutes=40))
            at += datetime.timedelta(hours=1)
        self.sync()

    def charged(self):
        """{(branch, number): turns}"""
        rows = self.read().all(
            'SELECT b.text AS branch, c.number, r.text AS repo, count(*) AS n FROM turn AS t JOIN charge AS c ON c.id = t.charge_id '
            'LEFT JOIN name AS b ON b.id = c.branch_id LEFT JOIN name AS r ON r.id = c.repo_id GROUP BY 1, 2, 3')
        return {(r['branch'], r['number']): r['n'] for r in rows}


class Resolve(ForgeCase):
    def test_list_and_cache(self):
        self.work()
        self.answer([github_pr(7, 'one'), github_pr(8, 'two')])
        out = self.resolve(cwd=self.repo)
        self.assertRegex(out, r'^github\.com/acme/api  2 pull requests  \d\.\d s\n$')
        call, = self.calls()
        self.assertEqual(call['argv'], ['pr', 'list', '--repo=github.com/acme/api', '--state=all', '--limit=1000', '--json=' + FIELDS])
        self.assertEqual(call['env'], {'GH_PROMPT_DISABLED': '1', 'GIT_TERMINAL_PROMPT': '0', 'NO_COLOR': '1', 'GH_REPO': None,
                                       'GH_FORCE_TTY': None})
        self.assertEqual((call['stdin'], call['cwd'], call['tty']), ('', '/', False))
        self.assertEqual(self.charged(), {('one', 7): 3, ('two', 8): 3})
        self.assertEqual(self.read().all('SELECT * FROM charge_due'), [])
        # within 15 minutes nobody is asked
        out = self.resolve(now='2026-11-21T12:14:59Z')
        self.assertEqual((out, self.calls()), ('github.com/acme/api  2 pull requests, as of 14 min ago (--refresh asks now, '
                                               'else in 1 s)\n', []))
        self.answer([github_pr(7, 'one', 'MERGED', ended=NOON), github_pr(9, 'x', isDraft=True), github_pr(10, 'y', 'CLOSED', ended=NOON)])
        self.assertRegex(self.resolve('--refresh'), r'  4 pull requests, 2 new, 1 merged since  \d')
        self.assertEqual(len(self.calls()), 1)
        rows = self.read().all('SELECT number, state, is_default_base FROM forge_pr ORDER BY number')
        self.assertEqual([tuple(r.values()) for r in rows], [(7, 'merged', 1), (8, 'open', 1), (9, 'draft', 1), (10, 'closed', 1)])
        self.resolve(now='2026-11-21T12:15:00Z')
        self.assertEqual(len(self.calls()), 1)

    def test_offline(self):
        self.work()
        self.assertEqual(self.resolve('--offline'), 'github.com/acme/api  never asked\n')
        self.answer([github_pr(7, 'one')])
        self.resolve()
        self.calls()
        self.assertEqual(self.resolve('--offline', now='2026-11-21T15:00:00Z'), 'github.com/acme/api  1 pull request, as of 3 h ago\n')
        self.assertEqual(self.calls(), [])
        self.assertIn('one of them', self.resolve('--offline', '--refresh', status=64))

    def test_nothing_new_charges_nothing(self):
        self.work()
        self.answer([github_pr(7, 'one')])
        self.resolve()
        before = self.read().all('SELECT * FROM charge ORDER BY id')
        os.rename(self.bin / 'gh', self.bin / 'gh2')
        shutil.copy(self.bin / 'gh2', self.bin / 'gh')
        self.resolve('--refresh')
        self.assertEqual(self.read().all('SELECT * FROM charge ORDER BY id'), before)

    def test_hang_is_ended(self):
        self.work()
        self.plan([{'if': [], 'hang': True}])
        start = time.monotonic()
        out = self.resolve(status=1)
        self.assertLess(time.monotonic() - start, 6.5)
        self.assertIn('github.com/acme/api  gh gave no answer in 5 s and was ended', out)
        for pid in (self.calls()[0]['pid'], int((self.dir / 'child.pid').read_text())):
            self.assertTrue(harness.until(lambda: not is_running(pid), 3), pid)
        # failures are not repeated at once: 15 minutes, 2 hours, a day
        self.plan([{'if': [], 'status': 1, 'err': 'no network\n'}])
        at = datetime.datetime(2026, 11, 21, 12, tzinfo=UTC)
        for n, pause in enumerate((15, 120, 1440, 1440)):
            at += datetime.timedelta(minutes=pause, seconds=-1)
            out = self.resolve(status=1, now=iso(at))
            self.assertEqual(self.calls(), [])
            self.assertIn('--refresh asks now, else in 1 s', out)
            at += datetime.timedelta(seconds=1)
            out = self.resolve(status=1, now=iso(at))
            # after a time-out fewer are asked for
            self.assertIn('--limit=333', self.calls()[0]['argv'])
            self.assertIn('gh failed: no network', out)
        self.answer([github_pr(7, 'one')])
        self.assertIn('1 pull request, of the newest 333', self.resolve('--refresh', now=iso(at)))
        self.resolve('--refresh')
        self.assertIn('--limit=666', self.calls()[-1]['argv'])

    def test_interrupted(self):
        self.work()
        self.plan([{'if': [], 'hang': True}])
        run = subprocess.Popen([CCL, 'pr', 'resolve'], env=self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        child = self.dir / 'child.pid'
        self.assertTrue(harness.until(lambda: child.exists() and child.read_text(), 10))
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(10), -signal.SIGINT)
        for pid in (self.calls()[0]['pid'], int(child.read_text())):
            self.assertTrue(harness.until(lambda: not is_running(pid), 3), pid)

    def test_pipe_kept_open(self):
        self.work()
        self.plan([{'if': [], 'leave': True, 'out': json.dumps([github_pr(7, 'one')])}])
        start = time.monotonic()
        self.assertIn('1 pull request', self.resolve())
        self.assertLess(time.monotonic() - start, 4)

    def test_bad_answers(self):
        self.work()
        failures = [
            ({'flood': True}, 'gh answered with more than 16 MiB'),
            ({'out': ''}, 'gh answered with broken JSON (nothing at all)'),
            ({'out': '[{"number": 1'}, 'gh answered with broken JSON'),
            ({'out': '{"message": "\\u001b[31mno"}'}, 'gh answered with JSON that is no list'),
            ({'out': '[' * 100000}, 'gh answered with broken JSON'),
            ({'out': '[1e999]'}, 'gh answered with broken JSON'),
            ({'out': b'["\xff"]'.decode('latin-1')}, '0 pull requests, 1 passed over'),
            ({'out': '[]', 'status': 1}, 'gh ended with status 1 and said nothing'),
            ({'err': '\n\x1b]0;evil\x07HTTP 500\x1b[2J\nsecond line', 'status': 1}, 'gh failed: \u241b]0;evil\u2407HTTP 500\u241b[2J\n'),
            ({'err': 'To get started with GitHub CLI, please run:  gh auth login', 'status': 4},
             'gh is not logged in there: `gh auth login --hostname github.com`'),
            ({'err': 'HTTP 401: Bad credentials (https://api.github.com/graphql)', 'status': 1}, 'gh is not logged in there'),
            ({'err': "GraphQL: Could not resolve to a Repository with the name 'acme/api'. (repository)", 'status': 1},
             'gh found no such thing, or may not read it'),
        ]
        for rule, text in failures:
            with self.subTest(rule=str(rule)[:60]):
                self.plan([{'if': [], **rule}])
                status = 0 if 'passed over' in text else 1
                self.assertIn(text, self.resolve('--refresh', status=status))
                self.assertEqual(self.charged(), {('one', None): 3, ('two', None): 3})
                self.assertNotRegex(str(self.read().one('SELECT error FROM forge_repo')), '[\x00-\x1f]')

    def test_programs_that_are_missing(self):
        self.work()
        empty = self.dir / 'empty'
        empty.mkdir()
        (self.repo / 'gh').write_text('#!/bin/sh\ntouch evil\n')
        (self.repo / 'gh').chmod(0o755)
        out = self.resolve(status=1, cwd=self.repo, PATH=f':.:{empty}')
        self.assertIn('gh is not on PATH: install it (cli.github.com) and run `gh auth login --hostname github.com`', out)
        self.assertFalse((self.repo / 'evil').exists())

    def test_hosts(self):
        """One that answers is enough; others are said in a line each."""
        at = NOON
        for name, url in (('a', 'git@github.com:acme/api.git'), ('b', 'https://bitbucket.org/team/b.git'),
                          ('c', 'https://git.corp.example/group/c.git'), ('d', 'https://gitlab.com/group/sub/d.git'),
                          ('e', 'https://user:s3cret@ghe.corp.example/x/e.git'), ('f', 'https://dev.azure.com/org/My%20P/_git/f')):
            self.clone(name, url)
            self.turn('s-' + name, at, 1, 'main')
            at += datetime.timedelta(minutes=1)
        self.sync()
        self.plan([{'program': 'gh', 'if': ['github.com/acme'], 'out': '[]'}, {'if': [], 'status': 1}])
        lines = dict(re.split(r'  +', line, maxsplit=1) for line in self.resolve(cwd=self.dir / 'c').splitlines())
        self.assertEqual(list(lines)[0], 'git.corp.example/group/c')
        self.assertIn('GH_HOST=git.corp.example or GITLAB_HOST=git.corp.example', lines['git.corp.example/group/c'])
        self.assertIn('not asked: GitHub and GitLab are', lines['bitbucket.org/team/b'])
        self.assertIn('not asked: GitHub and GitLab are', lines['dev.azure.com/org/My%20P/f'])
        self.assertIn('0 pull requests', lines['github.com/acme/api'])
        self.assertIn('glab ended with status 1', lines['gitlab.com/group/sub/d'])
        self.assertIn('gh ended with status 1', lines['ghe.corp.example/x/e'])
        asked = sorted(next(w for w in c['argv'] if w.startswith(('--repo', '--host'))) for c in self.calls())
        self.assertEqual(asked, ['--hostname=gitlab.com', '--repo=ghe.corp.example/x/e', '--repo=github.com/acme/api'])
        self.plan([{'program': 'glab', 'if': ['--hostname=git.corp.example'], 'out': '[]'}])
        self.assertIn('0 pull requests', self.resolve('--repo', 'group/c', GITLAB_HOST='git.corp.example'))

    def test_only_recent_work(self):
        self.work()
        self.assertIn('No repository was worked in', self.resolve(now='2027-03-01T00:00:00Z'))
        self.answer([])
        self.assertIn('github.com/acme/api  0 pull', self.resolve('--repo', 'ACME/API', now='2027-03-01T00:00:00Z'))
        self.assertEqual(len(self.calls()), 1)

    def test_repo_option(self):
        self.work()
        self.answer([], 'other/thing')
        self.assertIn('github.com/other/thing  0 pull', self.resolve('--repo', 'other/thing'))
        self.assertIn('--repo=github.com/other/thing', self.calls()[0]['argv'])
        for text in ('--output=x/y', '-R/x', '../..', 'a/../b', 'a b/c', 'x/--y', 'evil.com:80/a/b', 'u@h.com/a/b', '$(x)/y', 'x/y?z#w'):
            with self.subTest(text=text):
                self.assertIn('not a name of the form', self.resolve('--repo=' + text))
                self.assertEqual(self.calls(), [])
        self.assertIn('OWNER/NAME', self.resolve('--repo', 'nowhere', status=66))

    def test_switched_off(self):
        self.work()
        self.answer([github_pr(7, 'one')])
        self.set('forge', 'off')
        out = self.resolve(status=64)
        self.assertIn('the setting `forge` is off', out)
        self.assertEqual(self.calls(), [])
        self.assertIn('never asked', self.resolve('--offline'))
        self.set('forge', 'on')
        self.resolve()
        self.assertEqual(len(self.calls()), 1)
        self.set('forge', 'off')
        self.assertIn('the setting `forge` is off', self.ccl('pr', '7', '--comment', '--yes', status=64))
        self.assertEqual(self.calls(), [])

    def set(self, key, value):
        import sqlite3
        db = sqlite3.connect(self.ledger)
        db.execute('INSERT OR REPLACE INTO setting VALUES (?, ?)', (key, value))
        db.commit()
        db.close()

    def test_forgotten(self):
        """What a forge said of a repository goes with the last project of it."""
        self.work()
        self.clone('other', 'https://github.com/acme/other.git')
        self.turn('s2', NOON, 1, 'main')
        self.sync()
        self.plan([{'if': ['acme/api'], 'out': json.dumps([github_pr(7, 'one')])},
                   {'if': ['acme/other'], 'out': json.dumps([github_pr(8, 'x', repo='acme/other')])}])
        self.resolve()
        self.ccl('forget', 'acme/api', '--yes')
        self.assertEqual(self.read().all('SELECT repo FROM forge_pr'), [{'repo': 'github.com/acme/other'}])
        self.assertEqual(self.read().all('SELECT repo FROM forge_repo'), [{'repo': 'github.com/acme/other'}])

    def test_no_ledger(self):
        self.assertIn('ccl sync', self.resolve(status=66))
        self.assertFalse(self.ledger.exists())

    def test_hostile_entries(self):
        self.work()
        good = github_pr(7, 'one', title='\x1b]0;x\x07a\u202eb\u0085c\n' + 'é' * 300)
        bad = [github_pr(8, '--output=x'), github_pr(9, 'a..b'), github_pr(10, 'x\ny'), github_pr(0, 'two'), github_pr(-1, 'two'),
               github_pr(2**31, 'two', url=f'https://github.com/acme/api/pull/{2**31}'), github_pr(11, 'two', base='-x'),
               github_pr(12, 'two', createdAt='yesterday'), github_pr(13, 'two', mergedAt=7), github_pr(14, 'two', state='WHAT'),
               github_pr(15, 'two', url='javascript:alert(1)'), github_pr(16, 'two', url='https://github.com/acme/api/pull/17'),
               github_pr(18, None), {}, [], None, 'x', 1.5, github_pr('19', 'two'), github_pr(20, 'a' * 300)]
        self.answer(bad[:10] + [good] + bad[10:])
        self.assertIn(f'1 pull request, {len(bad)} passed over', self.resolve())
        row, = self.read().all('SELECT * FROM forge_pr')
        self.assertEqual(row['number'], 7)
        self.assertRegex(row['title'], r'^\]0;x a b c é+$')
        self.assertLessEqual(len(row['title'].encode()), 200)
        self.assertEqual(self.charged(), {('one', 7): 3, ('two', None): 3})

    def test_another_name(self):
        """Upper and lower case, and what a repository was called before."""
        self.work()
        self.answer([github_pr(7, 'one', repo='Acme/API')])
        self.resolve()
        self.answer([github_pr(7, 'one', repo='acme/moved'), github_pr(8, 'two', repo='acme/moved')])
        self.resolve('--refresh')
        self.assertEqual(self.read().all('SELECT DISTINCT repo FROM forge_pr'), [{'repo': 'github.com/acme/api'}])
        self.assertEqual(self.read().all('SELECT repo FROM forge_repo'), [{'repo': 'github.com/acme/api'}])
        self.assertEqual(self.charged(), {('one', 7): 3, ('two', 8): 3})

    def test_progress_on_a_terminal(self):
        self.work()
        self.plan([{'if': [], 'hang': True}])
        text = in_terminal([CCL, 'pr', 'resolve'], self.environment(), '')[1]
        self.assertIn('github.com/acme/api  asking gh, ', text)
        self.assertIn('gave no answer in 5 s', text)


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:  # a zombie that nobody waits for has ended
        return pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] != 'Z'
    except OSError:
        return False


def in_terminal(argv, env, typed):
    """Runs in a pseudo-terminal; (exit status, all that it showed)."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(argv[0], argv, env)
    text, end = b'', time.monotonic() + 30
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            try:
                data = os.read(fd, 65536)
            except OSError:
                break
            if not data:
                break
            text += data
            if typed and b'[y/N]' in text:
                os.write(fd, typed.encode())
                typed = ''
    status = os.waitpid(pid, 0)[1]
    os.close(fd)
    return os.waitstatus_to_exitcode(status), text.decode(errors='replace')


class Charged(ForgeCase):
    """What the forge says decides what turns are charged to."""

    def hours(self, n, minutes=0):
        return NOON + datetime.timedelta(hours=n, minutes=minutes)

    def test_fork(self):
        """A pull request from a fork is the fork's, whatever the same branch is elsewhere."""
        self.clone('fork', 'https://github.com/me/api.git', at=self.hours(-9))
        self.git('remote', 'add', 'upstream', 'https://github.com/acme/api.git')
        self.git('config', 'remote.upstream.gh-resolved', 'base')
        self.git('checkout', '-q', '-b', 'fix', at=self.hours(-8))
        self.turn('s1', self.hours(-7), 1, 'fix')
        fork = self.repo
        self.clone('api', at=self.hours(-9))
        self.git('checkout', '-q', '-b', 'fix', at=self.hours(-8))
        self.turn('s2', self.hours(-7), 2, 'fix')
        self.clone('plain', 'https://github.com/you/api.git', at=self.hours(-9))  # where it sends to is not known
        self.git('checkout', '-q', '-b', 'fix', at=self.hours(-8))
        self.turn('s3', self.hours(-7), 3, 'fix')
        self.sync()
        self.answer([github_pr(7, 'fix', owner='me', cross=True), github_pr(8, 'fix', owner='you', cross=True, created=self.hours(1)),
                     github_pr(9, 'fix', cross=True, headRepository=None, headRepositoryOwner=None, created=self.hours(2))])
        out = self.resolve(cwd=fork)
        self.assertEqual([line.split()[0] for line in out.splitlines()],
                         ['github.com/acme/api', 'github.com/me/api', 'github.com/you/api'])
        by_root = {pathlib.Path(r['root']).name: (r['repo'], r['number'], r['source']) for r in self.read().all(
            'SELECT p.root, n.text AS repo, c.number, c.source FROM turn AS t JOIN charge AS c ON c.id = t.charge_id '
            'JOIN project AS p ON p.id = c.project_id LEFT JOIN name AS n ON n.id = c.repo_id')}
        self.assertEqual(by_root, {'fork': ('github.com/acme/api', 7, 'forge'), 'plain': ('github.com/acme/api', 8, 'forge'),
                                   'api': (None, None, None)})

    def test_stacked(self):
        """Each turn is charged to the pull request of its own branch."""
        self.clone(at=self.hours(-9))
        for i, branch in enumerate(('base', 'middle', 'top')):
            self.git('checkout', '-q', '-b', branch, at=self.hours(i - 8))
            for n in range(i + 1):
                self.turn('s1', self.hours(i - 8, 10 * (n + 1)), 10 * i + n, branch)
            self.commit(self.hours(i - 8, 50))
        self.sync()
        self.answer([github_pr(1, 'base', created=self.hours(-4)), github_pr(2, 'middle', base='base', created=self.hours(-3)),
                     github_pr(3, 'top', base='middle', created=self.hours(-2))])
        self.resolve()
        self.assertEqual(self.charged(), {('base', 1): 1, ('middle', 2): 2, ('top', 3): 3})
        rows = self.read().all('SELECT number, is_default_base FROM forge_pr ORDER BY 1')
        self.assertEqual([r['is_default_base'] for r in rows], [1, 0, 0])

    def test_reused_after_merge(self):
        """Half an hour after the merge the branch is another one."""
        self.clone(at=self.hours(-9))
        self.git('checkout', '-q', '-b', 'again', at=self.hours(-8))
        merged = self.hours(-4)
        for n, at in enumerate((self.hours(-7), merged + datetime.timedelta(minutes=29), merged + datetime.timedelta(minutes=31))):
            self.turn('s1', at, n, 'again')
        self.sync()
        self.answer([github_pr(5, 'again', 'MERGED', created=self.hours(-6), ended=merged)])
        self.resolve()
        self.assertEqual(self.charged(), {('again', 5): 2, ('again', None): 1})
        self.answer([github_pr(5, 'again', 'MERGED', created=self.hours(-6), ended=merged), github_pr(6, 'again', created=self.hours(-2))])
        self.resolve('--refresh')
        self.assertEqual(self.charged(), {('again', 5): 2, ('again', 6): 1})

    def test_squash_is_state_only(self):
        """How it was merged, and what the base did meanwhile, does not change who pays."""
        self.clone(at=self.hours(-9))
        self.git('checkout', '-q', '-b', 'work', at=self.hours(-8))
        self.turn('s1', self.hours(-7), 1, 'work')
        self.commit(self.hours(-6))
        self.sync()
        self.answer([github_pr(5, 'work', created=self.hours(-5))])
        self.resolve()
        before = self.charged()
        self.git('checkout', '-q', 'main', at=self.hours(-4))
        self.commit(self.hours(-4, 10))
        self.git('merge', '-q', '--squash', 'work', at=self.hours(-3))
        self.git('commit', '-q', '--allow-empty', '-m', 'Change 5 (#5)', at=self.hours(-3))
        self.turn('s1', self.hours(-2), 2, 'main')
        self.sync()
        self.answer([github_pr(5, 'work', 'MERGED', created=self.hours(-5), ended=self.hours(-3))])
        self.assertIn('1 merged since', self.resolve('--refresh'))
        self.assertEqual(self.charged(), {**before, ('main', None): 1})
        self.assertEqual(before, {('work', 5): 1})

    def test_gitlab(self):
        self.clone('d', 'https://gitlab.com/group/sub/d.git', at=self.hours(-9))
        for i, branch in enumerate(('one', 'two')):
            self.git('checkout', '-q', '-b', branch, at=self.hours(i - 8))
            self.turn('s1', self.hours(i - 8, 10), i, branch)
        self.sync()
        mr = {'iid': 4, 'title': 'x', 'state': 'opened', 'draft': True, 'source_branch': 'one', 'target_branch': 'main',
              'source_project_id': 9, 'target_project_id': 9, 'created_at': iso(NOON), 'merged_at': None, 'closed_at': None,
              'web_url': 'https://gitlab.com/group/sub/d/-/merge_requests/4'}
        fork = {**mr, 'iid': 5, 'source_project_id': 8, 'source_branch': 'two', 'state': 'merged', 'merged_at': '2026-11-20T13:00:00.123+01:00',
                'web_url': 'https://gitlab.com/group/sub/d/-/merge_requests/5'}
        self.plan([{'program': 'glab', 'if': ['api'], 'out': json.dumps([mr]) + '\n' + json.dumps([fork])}])
        self.assertIn('gitlab.com/group/sub/d  2 pull requests', self.resolve())
        call, = self.calls()
        self.assertEqual(call['argv'], [
            'api', '--hostname=gitlab.com', '--method=GET', '--paginate',
            'projects/group%2Fsub%2Fd/merge_requests?scope=all&state=all&order_by=updated_at&sort=desc&per_page=100'
            '&updated_after=2026-08-23T12:00:00.000Z'])
        self.assertEqual(self.charged(), {('one', 4): 1, ('two', None): 1})
        rows = self.read().all('SELECT number, state, merged_ms, head_repo FROM forge_pr ORDER BY 1')
        self.assertEqual([tuple(r.values()) for r in rows], [(4, 'draft', None, 'gitlab.com/group/sub/d'), (5, 'merged', ms(NOON) + 123, None)])


class Comment(ForgeCase):
    def setUp(self):
        super().setUp()
        self.work()
        opened = NOON - datetime.timedelta(hours=7, minutes=45)  # after the first of the three turns
        self.answer([github_pr(7, 'one', 'MERGED', created=opened, ended=NOON), github_pr(8, 'two')])
        self.resolve()
        self.calls()

    def cost(self, turns):
        return turns * self.read().prices.cost('claude-opus-5-5', ms(NOON), {
            'input': 50000, 'output': 10000, 'cache_5m': 50, 'cache_1h': 0, 'cache_read': 20, 'web_searches': 0})

    def dollars(self, pico):
        return f'${pico / 10**12:.2f}'

    def test_markdown(self):
        text = self.ccl('pr', '7', '--md', cwd=self.repo)
        lines = text.splitlines()
        self.assertEqual(lines[0], '<!-- ccl:cost -->')
        total, opened = self.dollars(self.cost(3)), self.dollars(self.cost(1))
        self.assertEqual(lines[1], f'### Claude Code cost: {total}')
        self.assertIn('3 turns in 1 session, 180,210 tokens.', lines)
        self.assertIn(f'| author | 3 | 150,000 | 30,000 | 150 | 60 | {total} |', lines)
        self.assertIn(f'| **total** | **3** | **150,000** | **30,000** | **150** | **60** | **{total}** |', lines)
        self.assertIn(f'| `claude-opus-5-5` | 3 | 150,000 | 30,000 | 150 | 60 | {total} |', lines)
        self.assertIn(f'| opened, 2026-11-20 04:15 UTC | {opened} |', lines)
        self.assertIn(f'| merged, 2026-11-20 12:00 UTC | {total} |', lines)
        self.assertIn(f'| the last turn, 2026-11-20 04:30 UTC | {total} |', lines)
        self.assertEqual(lines[-1], 'API-equivalent at list prices, not an invoice. None of it is inferred.')
        for word in ('http', '#7', '@', str(self.dir), 's1', 'one', 'api'):
            self.assertNotIn(word, text.replace('None', ''), word)
        self.assertEqual(self.calls(), [])
        self.assertIn('no pull request 99 is known', self.ccl('pr', '99', '--md', status=66))

    def test_models_and_guesses(self):
        at = NOON - datetime.timedelta(hours=6, minutes=30)
        self.turn('s2', at, 1, 'two', model='evil|<b>@all www.x.com')
        self.sync()
        self.ccl('pr', 'resolve', '--offline')
        text = self.ccl('pr', '8', '--md')
        self.assertIn('| `evil??b??all?www.x.com` | 1 |', text)
        self.assertIn('not known', text)
        self.assertIn('Left out: 1 turn of models without a price.', text)

    def test_days_and_steps(self):
        """The cost up to an instant: whole days, the part of its day, and the steps of its turns."""
        opened = NOON - datetime.timedelta(hours=2)
        self.clone('c', 'https://github.com/acme/c.git', at=NOON - datetime.timedelta(hours=71))
        self.git('checkout', '-q', '-b', 'three', at=NOON - datetime.timedelta(hours=70))
        for n, hours in enumerate((-60, -36, -11, -3)):
            step = {'iterations': [{'type': 'advisor_message', 'model': 'claude-opus-5-5', **ONE}]} if hours == -3 else {}
            self.turn('s3', NOON + datetime.timedelta(hours=hours), n, 'three', usage=step)
        self.turn('s3', NOON - datetime.timedelta(hours=1), 9, 'three')
        self.sync()
        self.answer([github_pr(12, 'three', created=opened, repo='acme/c', name='c')], 'acme/c')
        self.resolve('--refresh')
        lines = self.ccl('pr', '12', '--md').splitlines()
        money = [t['cost'] for t in sorted(self.read().turns, key=lambda t: t['at_ms']) if t['session'] == 's3']
        steps = self.read().one('SELECT count(*) FROM turn_step')
        self.assertEqual((len(money), steps), (5, 1))
        total = json.loads(self.ccl('pr', '12', '--json'), parse_float=fractions.Fraction)['totals']['cost']
        self.assertEqual(total * 10**12, sum(money) + self.cost(1))
        self.assertIn(f'### Claude Code cost: {self.dollars(sum(money) + self.cost(1))}', lines)
        self.assertIn(f'| opened, 2026-11-20 10:00 UTC | {self.dollars(sum(money[:4]) + self.cost(1))} |', lines)

    def test_inferred(self):
        import sqlite3
        db = sqlite3.connect(self.ledger)
        db.execute('UPDATE charge SET confidence = 75 WHERE number = 7')
        db.commit()
        db.close()
        self.assertIn(' 100.0% of the cost is inferred', self.ccl('pr', '7', '--md'))

    def rules(self, comments, user=None):
        return [{'if': ['--method=GET', 'issues/7/comments'], 'out': json.dumps(comments)},
                {'if': ['--method=GET', 'user'], **({'out': json.dumps(user)} if user else {'status': 1, 'err': 'HTTP 403'})},
                {'if': ['--method=P'], 'out': '{"id": 100}'}]

    def comment(self, *args, **more):
        return self.ccl('pr', '7', '--comment', *args, cwd=self.repo, **more)

    def test_made_then_updated(self):
        other = {'id': 5, 'body': 'I saw `<!-- ccl:cost -->`', 'user': {'login': 'me', 'type': 'User'}}
        self.plan(self.rules([other]))
        self.assertEqual(self.comment('--yes'), 'Made the comment on pull request 7 of github.com/acme/api.\n')
        look, write = self.calls()
        self.assertEqual(look['argv'], ['api', '--hostname=github.com', '--method=GET', '--paginate',
                                        'repos/acme/api/issues/7/comments?per_page=100'])
        self.assertEqual(write['argv'], ['api', '--hostname=github.com', '--method=POST', '--header=Content-Type: application/json',
                                         '--input=-', 'repos/acme/api/issues/7/comments'])
        body = json.loads(write['stdin'])['body']
        self.assertEqual(body, self.ccl('pr', '7', '--md', cwd=self.repo))
        mine = {'id': 2**40, 'body': body.replace('\n', '\r\n'), 'user': {'login': 'me', 'type': 'User'}}
        forged = {'id': 6, 'body': body, 'user': {'login': 'mallory', 'type': 'User'}}
        self.plan(self.rules([other, forged, mine], {'login': 'me'}))
        self.assertEqual(self.comment('--yes'), 'Updated the comment on pull request 7 of github.com/acme/api.\n')
        write = self.calls()[-1]
        self.assertEqual(write['argv'][2:], ['--method=PATCH', '--header=Content-Type: application/json', '--input=-',
                                             f'repos/acme/api/issues/comments/{2**40}'])
        self.assertEqual(json.loads(write['stdin'])['body'], body)

    def test_as_a_robot(self):
        """The token of an action may not ask who it is."""
        body = '<!-- ccl:cost -->\nold'
        self.plan(self.rules([{'id': 6, 'body': body, 'user': {'login': 'mallory', 'type': 'User'}},
                              {'id': 8, 'body': body, 'user': {'login': 'github-actions[bot]', 'type': 'Bot'}}]))
        self.assertIn('Updated', self.comment('--yes'))
        self.assertIn('issues/comments/8', self.calls()[-1]['argv'][-1])

    def test_two_pages(self):
        mine = {'id': 9, 'body': '<!-- ccl:cost -->\nold', 'user': {'login': 'me', 'type': 'User'}}
        rules = self.rules([], {'login': 'me'})
        rules[0]['out'] = '[]' + json.dumps([mine])
        self.plan(rules)
        self.assertIn('Updated', self.comment('--yes'))

    def test_asks_first(self):
        self.plan(self.rules([]))
        self.assertIn('--yes comments without asking', self.comment(status=64))
        self.assertEqual(self.calls(), [])
        argv = [CCL, 'pr', '7', '--comment', '--repo', 'acme/api']
        status, text = in_terminal(argv, self.environment(), 'n\n')
        self.assertEqual((status, self.calls()), (64, []))
        self.assertIn('### Claude Code cost: ', text)
        self.assertIn('Put this on pull request 7 of github.com/acme/api for all to see? [y/N]', text)
        self.assertIn('no comment was made', text)
        status, text = in_terminal(argv, self.environment(), 'y\n')
        self.assertEqual((status, len(self.calls())), (0, 2))

    def test_failures(self):
        rules = self.rules([])
        rules[2] = {'if': ['--method=P'], 'status': 1, 'err': 'HTTP 403: Resource not accessible\n'}
        self.plan(rules)
        self.assertIn('gh failed: HTTP 403', self.comment('--yes', status=1))
        self.plan([{'if': [], 'out': '{}'}])
        self.assertIn('no list', self.comment('--yes', status=1))
        self.assertIn('not the number', self.ccl('pr', '0', '--md', status=64))

    def test_gitlab(self):
        self.clone('d', 'https://gitlab.com/group/sub/d.git')
        self.git('checkout', '-q', '-b', 'one', at=NOON - datetime.timedelta(hours=8))
        self.turn('s9', NOON - datetime.timedelta(hours=7), 1, 'one')
        self.sync()
        mr = {'iid': 7, 'title': 'x', 'state': 'opened', 'source_branch': 'one', 'target_branch': 'main', 'source_project_id': 9,
              'target_project_id': 9, 'created_at': iso(NOON), 'web_url': 'https://gitlab.com/group/sub/d/-/merge_requests/7'}
        self.plan([{'program': 'glab', 'if': ['merge_requests?'], 'out': json.dumps([mr])}])
        self.resolve('--repo', 'sub/d')
        self.calls()
        self.assertIn('several', self.ccl('pr', '7', '--md', status=64))
        note = {'id': 3, 'body': '<!-- ccl:cost -->\nold', 'author': {'username': 'me'}}
        self.plan([{'program': 'glab', 'if': ['--method=GET', 'notes'], 'out': json.dumps([note])},
                   {'program': 'glab', 'if': ['--method=GET', 'user'], 'out': '{"username": "me"}'},
                   {'program': 'glab', 'if': ['--method=PUT'], 'out': '{}'}])
        self.assertIn('Updated', self.comment('--yes'))
        calls = self.calls()
        self.assertEqual(calls[0]['argv'][-1], 'projects/group%2Fsub%2Fd/merge_requests/7/notes?per_page=100')
        self.assertEqual(calls[-1]['argv'][-1], 'projects/group%2Fsub%2Fd/merge_requests/7/notes/3')


if __name__ == '__main__':
    unittest.main(verbosity=2)
