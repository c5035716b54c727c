#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What people do to branches beyond the plain cases: turns must go where their owner would say."""
import json
import subprocess
import unittest

from gitworld import GitWorld, none, on, pr
from harness import CCL


class Hard(GitWorld):
    def both(self, wants, without=()):
        """As hooks saw it on the way, and from the transcripts alone."""
        self.sync_all()
        self.check(wants)
        self.check_sums()
        self.check_again(without)

    def remote(self, app, *branches):
        """A remote to push to and pull from, whose pull requests are those of github.com/acme/app."""
        there = self.dir / 'there.git'
        self.git(self.dir, 'init', '-q', '--bare', '-b', 'main', str(there))
        self.git(app, 'remote', 'add', 'disk', str(there))
        self.git(app, 'push', '-q', 'disk', 'main', *branches)
        return there

    def ccl(self, cwd, *args):
        run = subprocess.run([CCL, *map(str, args)], env=self.env(), cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout

    # -- where a branch comes from and goes to

    def test_branch_from_the_remote_main(self):
        """git switch -c feat origin/main: what was begun on main is worked on there."""
        for how in (['switch', '-q', '-c'], ['checkout', '-q', '-b'], ['switch', '-q', '--no-track', '-c']):
            with self.subTest(how):
                app = self.repository('-'.join(['app', *how]), None)
                there = self.dir / (app.name + '.git')
                self.git(self.dir, 'clone', '-q', '--bare', str(app), str(there))
                self.git(app, 'remote', 'add', 'origin', str(there))
                self.git(app, 'fetch', '-q', 'origin')
                s = 'from-' + app.name
                a = self.turn(s, app, 'main')
                self.stop(s, app)
                self.git(app, *how, 'feat', 'origin/main')
                b = self.turn(s, app, 'feat')
                self.stop(s, app)
                self.check({a: on('feat', 'carry'), b: on('feat', 'reflog')})
        self.both({})

    def test_branch_that_was_on_the_remote(self):
        """git checkout feat makes a local branch of somebody's: work on main was no part of it."""
        app = self.repository()
        self.git(app, 'branch', 'theirs')
        self.remote(app, 'theirs')
        self.git(app, 'branch', '-D', 'theirs')
        self.git(app, 'fetch', '-q', 'disk')
        a = self.turn('s1', app, 'main')
        self.git(app, 'checkout', '-q', 'theirs')
        b = self.turn('s1', app, 'theirs')
        self.stop('s1', app)
        self.both({a: on('main'), b: on('theirs')})

    def test_branch_from_a_tag(self):
        app = self.repository()
        self.git(app, 'tag', 'v1')
        self.commit(app)
        self.wait(60)
        a = self.turn('s1', app, 'main')
        self.git(app, 'checkout', '-q', '-b', 'hotfix', 'v1')
        b = self.turn('s1', app, 'hotfix')
        self.stop('s1', app)
        self.both({a: on('main'), b: on('hotfix')})

    def test_deleted_after_its_merge(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.commit(app)
        b = self.create_pr('s1', app, 7, 'feat')
        self.stop('s1', app)

        def merge():
            self.git(app, 'checkout', '-q', 'main')
            self.git(app, 'merge', '-q', '--no-ff', '-m', 'Merge pull request #7 from acme/feat', 'feat')
            self.git(app, 'branch', '-q', '-d', 'feat')
        c = self.bash('s1', app, 'git checkout main && git merge feat && git branch -d feat', 'feat', act=merge)
        d = self.turn('s1', app, 'main')
        self.stop('s1', app)
        self.both({a: pr(7), b: pr(7), c: pr(7), d: none(branch='main')})

    def test_squash_after_the_base_moved(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.commit(app)
        self.create_pr('s1', app, 7, 'feat')
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', 'main')
        self.commit(app)
        self.git(app, 'merge', '-q', '--squash', 'feat')
        self.git(app, 'commit', '-q', '-m', 'Feature (#7)')
        b = self.turn('s1', app, 'main')
        self.git(app, 'branch', '-q', '-D', 'feat')
        self.stop('s1', app)
        self.both({a: pr(7, branch='feat'), b: none(branch='main')})

    def test_pull_rebase(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        self.remote(app, 'feat')
        self.git(app, 'branch', '-q', '-u', 'disk/feat')
        other = self.dir / 'other'
        self.git(self.dir, 'clone', '-q', '-b', 'feat', str(self.dir / 'there.git'), str(other))
        self.commit(other)
        self.git(other, 'push', '-q')
        self.commit(app)
        a = self.turn('s1', app, 'feat')
        b = self.bash('s1', app, 'git pull --rebase', 'feat', act=lambda: self.git(app, 'pull', '-q', '--rebase'))
        c = self.turn('s1', app, 'feat')
        self.create_pr('s1', app, 7, 'feat')
        self.stop('s1', app)
        self.both({a: pr(7), b: pr(7), c: pr(7)})

    def test_cherry_picks(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'one')
        self.commit(app)
        sha = self.git(app, 'rev-parse', 'HEAD')
        a = self.turn('s1', app, 'one')
        self.create_pr('s1', app, 1, 'one')
        self.git(app, 'checkout', '-q', '-b', 'two', 'main')
        b = self.turn('s1', app, 'two')
        self.git(app, 'cherry-pick', sha)
        self.create_pr('s1', app, 2, 'two')
        self.stop('s1', app)
        self.both({a: pr(1), b: pr(2)})

    def test_renamed_after_the_pull_request(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'draft')
        a = self.turn('s1', app, 'draft')
        self.create_pr('s1', app, 7, 'draft')
        self.stop('s1', app)
        self.git(app, 'branch', '-m', 'final')
        b = self.turn('s1', app, 'final')
        self.stop('s1', app)
        self.wait(9 * 3600)
        c = self.turn('s2', app, 'final')
        self.stop('s2', app)
        self.both({a: pr(7, branch='final'), b: pr(7), c: pr(7)})

    def test_renamed_from_elsewhere(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'draft')
        a = self.turn('s1', app, 'draft')
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', 'main')
        self.git(app, 'branch', '-m', 'draft', 'final')
        self.git(app, 'checkout', '-q', 'final')
        b = self.create_pr('s1', app, 7, 'final')
        self.stop('s1', app)
        self.both({a: pr(7, branch='final'), b: pr(7)})

    def test_name_used_again_after_a_rename(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'draft')
        a = self.turn('s1', app, 'draft')
        self.git(app, 'branch', '-m', 'final')
        self.create_pr('s1', app, 7, 'final')
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', '-b', 'draft', 'main')
        b = self.turn('s1', app, 'draft')
        self.stop('s1', app)
        self.both({a: pr(7, branch='final'), b: none(branch='draft')})

    def test_worked_on_again_days_later(self):
        """What hooks decide step by step, hours apart, is what the whole reflog says."""
        app = self.repository()
        wants = {}
        for day in range(3):
            for name in ('one', 'two'):
                self.git(app, 'checkout', '-q', *(['-b'] if day == 0 else []), name, *(['main'] if day == 0 else []))
                self.commit(app)
                wants[self.turn(f's{day}', app, name)] = on(name, 'reflog')
                self.stop(f's{day}', app)
                self.wait(5 * 3600)
            self.git(app, 'checkout', '-q', 'main')
            wants[self.turn(f's{day}', app, 'main')] = on('main', 'reflog')
            self.stop(f's{day}', app)
            self.wait(5 * 3600)
        self.both(wants)

    def test_detached_at_a_tip_of_days_ago(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        self.commit(app)
        tip = self.git(app, 'rev-parse', 'HEAD')
        self.stop('s1', app)
        for name in ('b1', 'b2', 'b3'):
            self.wait(6 * 3600)
            self.git(app, 'checkout', '-q', '-b', name, 'main')
            self.commit(app)
            self.turn('s1', app, name)
            self.stop('s1', app)
        self.wait(6 * 3600)
        self.git(app, 'checkout', '-q', tip)
        self.wait(3600)
        a = self.turn('s1', app, 'HEAD')
        self.stop('s1', app)
        self.both({a: on('feat', 'tip')})

    # -- several at once

    def test_two_sessions_on_one_branch(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        wants = {}
        for n in range(4):
            wants[self.turn(f's{n % 2}', app, 'feat')] = pr(7)
            self.stop(f's{n % 2}', app)
        wants[self.create_pr('s0', app, 7, 'feat')] = pr(7)
        wants[self.turn('s1', app, 'feat')] = pr(7)
        self.stop('s1', app)
        self.both(wants)

    def test_agent_whose_tree_has_its_own_pull_request(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        tree = app / '.claude/worktrees/agent-a1'
        a = self.turn('s1', app, 'feat')
        self.git(app, 'worktree', 'add', '-q', '-b', 'worktree-agent-a1', str(tree))
        b = self.turn('s1', tree, 'feat', agent='a1')
        self.stop('s1', app)
        self.check({b: on('feat', 'spawn')})
        c = self.create_pr('s1', tree, 8, 'feat', agent='a1')
        d = self.create_pr('s1', app, 7, 'feat')
        self.stop('s1', app)
        self.both({a: pr(7), b: pr(8, branch='worktree-agent-a1'), c: pr(8), d: pr(7)})

    def link(self, session, number, repo='acme/app'):
        """The line that a client writes when it created one: it names no folder, and stands in the main file."""
        self.write(session, {'type': 'pr-link', 'sessionId': session, 'prNumber': number, 'prRepository': repo,
                             'prUrl': f'https://github.com/{repo}/pull/{number}', 'timestamp': self.iso()})

    def test_pull_request_of_one_agent_of_two(self):
        """The pr-link of an agent stands in the parent's file, and says nothing of where it was."""
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        trees = {n: app / f'.claude/worktrees/agent-{n}' for n in ('a1', 'a2')}
        for n, tree in trees.items():
            self.git(app, 'worktree', 'add', '-q', '-b', f'worktree-agent-{n}', str(tree))
        a = self.turn('s1', trees['a1'], 'feat', agent='a1')
        url = 'https://github.com/acme/app/pull/8'
        self.turn('s1', trees['a1'], 'feat', [('Bash', {'command': 'gh pr create --fill'})], agent='a1')
        call = f'toolu_{self.n}_0'
        b = self.turn('s1', trees['a2'], 'feat', agent='a2')
        c = self.turn('s1', app, 'feat')
        self.n += 1
        self.write('s1', {'type': 'user', 'uuid': f'r{self.n}', 'sessionId': 's1', 'timestamp': self.iso(), 'cwd': str(trees['a1']),
                          'gitBranch': 'feat', 'isSidechain': True, 'agentId': 'a1',
                          'toolUseResult': {'stdout': url, 'gitOperation': {'pr': {'number': 8, 'url': url, 'action': 'created'}}},
                          'message': {'role': 'user', 'content': [{'type': 'tool_result', 'tool_use_id': call, 'content': url}]}}, 'a1')
        self.link('s1', 8)
        self.stop('s1', app)
        self.both({a: pr(8, branch='worktree-agent-a1'), b: none(branch='feat'), c: none(branch='feat')})

    def test_link_that_another_session_repeats(self):
        """A session that goes on from the one which created it, on another branch."""
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.create_pr('s1', app, 7, 'feat')
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', '-b', 'next')
        b = self.turn('s2', app, 'next')
        self.link('s2', 7)
        self.stop('s2', app)
        self.both({a: pr(7), b: none(branch='next')})

    def test_same_number_in_two_repositories(self):
        one, two = self.repository('one', 'https://github.com/acme/one'), self.repository('two', 'https://github.com/acme/two')
        for where in (one, two):
            self.git(where, 'checkout', '-q', '-b', 'fix')
        a = self.turn('s1', one, 'fix')
        self.create_pr('s1', one, 3, 'fix', repo='acme/one')
        b = self.turn('s2', two, 'fix')
        self.create_pr('s2', two, 3, 'fix', repo='acme/two')
        self.stop('s1', one)
        self.stop('s2', two)
        # the other one is merged from here: this one's branch goes on
        self.bash('s1', one, 'gh pr merge 3 -R acme/two', 'fix', 'Merged')
        self.wait(3600)
        c = self.turn('s1', one, 'fix')
        self.stop('s1', one)
        self.both({a: pr(3, 'github.com/acme/one'), b: pr(3, 'github.com/acme/two'), c: pr(3, 'github.com/acme/one')})

    def test_bare_repository_with_worktrees(self):
        app = self.repository('seed')
        bare = self.dir / 'app.git'
        self.git(self.dir, 'clone', '-q', '--bare', str(app), str(bare))
        self.git(bare, 'remote', 'set-url', 'origin', 'https://github.com/acme/app.git')
        one, two = self.dir / 'one', self.dir / 'two'
        self.git(bare, 'worktree', 'add', '-q', '-b', 'one', str(one))
        self.git(bare, 'worktree', 'add', '-q', '-b', 'two', str(two))
        a = self.turn('s1', one, 'one')
        b = self.turn('s2', two, 'two')
        c = self.create_pr('s1', one, 1, 'one')
        d = self.create_pr('s2', two, 2, 'two')
        self.stop('s1', one)
        self.stop('s2', two)
        self.both({a: pr(1), b: pr(2), c: pr(1), d: pr(2)})

    def test_detached_worktree(self):
        app = self.repository()
        tree = self.dir / 'tree'
        self.git(app, 'worktree', 'add', '-q', '--detach', str(tree))
        a = self.turn('s1', tree, 'HEAD')
        self.stop('s1', tree)
        self.check({a: none('detached', branch=None)})
        self.git(tree, 'checkout', '-q', '-b', 'later')
        b = self.turn('s1', tree, 'later')
        self.stop('s1', tree)
        self.both({a: none('detached', branch=None), b: on('later')})

    # -- git's own memory fails

    def test_reflog_is_expired_between_hooks(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.git(app, 'reflog', 'expire', '--expire=now', '--all')
        b = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', 'main')
        c = self.turn('s1', app, 'feat')  # it lags
        self.stop('s1', app)
        self.git(app, 'reflog', 'expire', '--expire=now', '--all')
        self.git(app, 'checkout', '-q', 'feat')
        self.git(app, 'checkout', '-q', '-b', 'more')
        d = self.turn('s1', app, 'main')
        self.stop('s1', app)
        self.check({a: on('feat'), b: on('feat'), c: on('main'), d: on('more')})
        self.check_sums()

    def test_reflog_is_gone(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        (app / '.git/logs/HEAD').unlink()
        b = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', 'main')
        c = self.turn('s1', app, 'main')
        self.stop('s1', app)
        self.check({a: on('feat'), b: on('feat'), c: on('main')})
        self.check_sums()

    def test_reflog_is_rewritten_in_place(self):
        """Same inode, other bytes, and it has grown meanwhile."""
        app = self.repository()
        self.git(app, 'branch', 'feat')
        log = app / '.git/logs/HEAD'
        for _ in range(6):
            self.commit(app, 'x')
        a = self.turn('s1', app, 'main')
        self.stop('s1', app)
        size = log.stat().st_size
        kept = log.read_text().splitlines(True)[3:]
        self.git(app, 'checkout', '-q', 'feat')
        more = log.read_text().splitlines(True)[-1]
        for _ in range(3):
            self.commit(app, 'a longer subject')
        more += ''.join(log.read_text().splitlines(True)[-3:])
        log.write_text(''.join(kept) + more)
        self.assertGreater(log.stat().st_size, size)
        b = self.turn('s1', app, 'main')
        self.git(app, 'checkout', '-q', '-b', 'other')
        self.stop('s1', app)
        self.check({a: on('main'), b: on('feat')})

    def test_torn_last_line(self):
        app = self.repository()
        self.git(app, 'branch', 'feat')
        self.stop('s1', app)
        log = app / '.git/logs/HEAD'
        self.git(app, 'checkout', '-q', 'feat')
        whole = log.read_bytes()
        log.write_bytes(whole[:-20])
        a = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        log.write_bytes(whole)
        b = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.check({a: on('feat'), b: on('feat', 'reflog')})

    def test_reflog_in_the_future(self):
        app = self.repository()
        self.git(app, 'branch', 'feat')
        self.turn('s1', app, 'main')
        self.stop('s1', app)
        self.ms += 3600_000
        self.git(app, 'checkout', '-q', 'feat')  # the clock was an hour ahead
        self.ms -= 3600_000
        self.stop('s1', app)
        a = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', 'main')
        b = self.turn('s1', app, 'main')
        self.stop('s1', app)
        self.wait(7200)
        c = self.turn('s1', app, 'main')
        self.stop('s1', app)
        d = self.turn('s1', app, 'main')
        self.stop('s1', app)
        self.check({a: on('feat'), b: on('main'), c: on('main'), d: on('main')})

    # -- what a pull request is known by

    URLS = [('gitlab.com', 'https://gitlab.com/g/sub/deep/app.git', 'https://gitlab.com/g/sub/deep/app/-/merge_requests/5', 'gitlab.com/g/sub/deep/app'),
            ('port', 'ssh://git@git.acme.io:2222/team/app.git', 'https://git.acme.io/team/app/pulls/5', 'git.acme.io/team/app'),
            ('http port', 'https://u:s3cret@git.acme.io:8443/team/app', 'https://git.acme.io:8443/team/app/pulls/5', 'git.acme.io/team/app'),
            ('bitbucket', 'git@bitbucket.org:ws/app.git', 'https://bitbucket.org/ws/app/pull-requests/5', 'bitbucket.org/ws/app'),
            ('server', 'https://bb.acme.io/scm/key/app.git', 'https://bb.acme.io/projects/KEY/repos/app/pull-requests/5/overview', 'bb.acme.io/key/app'),
            ('azure', 'https://me:s3cret@dev.azure.com/org/proj/_git/app', 'https://dev.azure.com/org/proj/_git/app/pullrequest/5', 'dev.azure.com/org/proj/app')]

    def test_forges(self):
        for name, remote, url, repo in self.URLS:
            for command in ('git push -u origin feat', 'glab mr create --fill'):
                with self.subTest(name, command=command):
                    self.n += 1
                    s = f's{self.n}'
                    app = self.repository(f'app{self.n}', remote)
                    self.git(app, 'checkout', '-q', '-b', 'feat')
                    a = self.turn(s, app, 'feat')
                    out = f'remote: \nremote: View merge request for feat:\nremote:   {url}\nremote: \n' if 'push' in command else url + '\n'
                    self.bash(s, app, command, 'feat', out)
                    self.stop(s, app)
                    have = self.charges()[a]
                    self.assertEqual(have['pr'].lower(), f'{repo}#5')
                    self.assertEqual(have['reason'], None)
        for path in self.ledger.parent.iterdir():
            self.assertNotIn(b's3cret', path.read_bytes(), path)
        self.both({})

    def test_push_that_shows_other_pull_requests(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.bash('s1', app, 'git push && git log -1', 'feat',
                  "remote: Create a pull request for 'feat' on GitHub by visiting:\n"
                  'remote:      https://github.com/acme/app/pull/new/feat\n'
                  '    See https://github.com/acme/app/pull/99\n')
        self.stop('s1', app)
        self.both({a: none(branch='feat')})

    def test_url_that_nobody_created(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        url = 'https://github.com/acme/app/pull/99'
        self.n += 1
        self.write('s1', {'type': 'user', 'uuid': f'p{self.n}', 'sessionId': 's1', 'timestamp': self.iso(), 'cwd': str(app), 'gitBranch': 'feat',
                          'promptSource': 'typed', 'message': {'role': 'user', 'content': f'look at {url}'}})
        a = self.bash('s1', app, f'echo {url}', 'feat', url)
        b = self.bash('s1', app, f'gh pr view 99', 'feat', url)
        c = self.bash('s1', app, f'echo "gh pr create" {url}', 'feat', url)
        d = self.bash('s1', app, 'gh pr create --fill', 'feat', 'pull request create failed: GraphQL: No commits between main and feat')
        self.stop('s1', app)
        self.both({k: none(branch='feat') for k in (a, b, c, d)})

    def test_old_client(self):
        """Neither pr-link nor gitOperation: the URL stands in what the call printed."""
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        b = self.bash('s1', app, 'git push -u origin feat && gh pr create --fill', 'feat',
                      "remote: https://github.com/acme/app/pull/new/feat\nhttps://github.com/acme/app/pull/7\n")
        self.stop('s1', app)
        self.both({a: pr(7, confidence=94), b: pr(7)})

    def test_only_a_link(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.link('s1', 7)
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', 'main')
        b = self.turn('s1', app, 'main')
        self.link('s1', 7)  # again at exit
        self.stop('s1', app)
        self.both({a: pr(7), b: none(branch='main')})

    def test_created_in_another_folder(self):
        """cd to a worktree and open its pull request, from a session that lives in the main one."""
        app = self.repository()
        tree = self.dir / 'tree'
        self.git(app, 'worktree', 'add', '-q', '-b', 'feat', str(tree))
        a = self.turn('s2', tree, 'feat')
        self.stop('s2', tree)
        b = self.turn('s1', app, 'main')
        self.commit(app)
        url = 'https://github.com/acme/app/pull/7'
        c = self.bash('s1', app, f'cd {tree} && git push -u origin feat && gh pr create --fill', 'main', url,
                      gitOperation={'pr': {'number': 7, 'url': url, 'action': 'created'}})
        self.link('s1', 7)
        self.stop('s1', app)
        self.both({a: pr(7, branch='feat'), b: none(branch='main'), c: none(branch='main')})

    def test_created_for_another_branch(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', '-b', 'next')
        b = self.turn('s1', app, 'next')
        url = 'https://github.com/acme/app/pull/7'
        self.bash('s1', app, 'gh pr create --head feat --fill', 'next', url, gitOperation={'pr': {'number': 7, 'url': url, 'action': 'created'}})
        self.link('s1', 7)
        self.stop('s1', app)
        self.both({a: pr(7, branch='feat'), b: none(branch='next')})

    def test_merged_by_the_branch(self):
        """gh pr merge without a number is about the branch that is checked out."""
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.create_pr('s1', app, 7, 'feat')
        self.bash('s1', app, 'gh pr merge --squash', 'feat', '')
        b = self.turn('s1', app, 'feat')
        self.wait(3600)
        c = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.both({a: pr(7), b: pr(7), c: none(branch='feat')})

    def test_merge_that_failed(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.create_pr('s1', app, 7, 'feat')
        self.bash('s1', app, 'gh pr merge 7', 'feat', 'X Pull request acme/app#7 is not mergeable', failed=True)
        self.wait(3600)
        b = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.both({a: pr(7), b: pr(7)})

    def test_merge_once_the_checks_have_passed(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        self.create_pr('s1', app, 7, 'feat')
        self.bash('s1', app, 'gh pr merge 7 --auto --squash', 'feat', 'will be automatically merged',
                  gitOperation={'pr': {'number': 7, 'action': 'merged'}})
        self.wait(3600)
        a = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.both({a: pr(7)})

    def test_merged_from_elsewhere(self):
        """By another session, on main."""
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.create_pr('s1', app, 7, 'feat')
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', 'main')
        self.bash('s2', app, 'gh pr merge 7 --squash', 'main', 'Merged', gitOperation={'pr': {'number': 7, 'action': 'merged'}})
        self.stop('s2', app)
        self.wait(3600)
        self.git(app, 'checkout', '-q', 'feat')
        b = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.both({a: pr(7), b: none(branch='feat')})

    def test_merged_after_the_work_was_read(self):
        """Work came an hour after the merge, but the merge was read last."""
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.create_pr('s1', app, 7, 'feat')
        self.bash('s2', app, 'gh pr merge 7 --squash', 'main', 'Merged', gitOperation={'pr': {'number': 7, 'action': 'merged'}})
        self.wait(3600)
        b = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.check({a: pr(7), b: pr(7)})
        self.stop('s2', app)
        self.both({a: pr(7), b: none(branch='feat')})

    def test_closed_and_opened_again(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.create_pr('s1', app, 7, 'feat')
        self.bash('s1', app, 'gh pr close 7', 'feat', '✓ Closed pull request acme/app#7')
        self.wait(3600)
        self.bash('s1', app, 'gh pr reopen 7', 'feat', '✓ Reopened pull request acme/app#7')
        b = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.both({a: pr(7), b: pr(7)})

    def test_second_pull_request_to_a_release(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.create_pr('s1', app, 7, 'feat')
        self.wait(3600)
        url = 'https://github.com/acme/app/pull/8'
        self.bash('s1', app, 'gh pr create --base release --fill', 'feat', url, gitOperation={'pr': {'number': 8, 'url': url, 'action': 'created'}})
        b = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.both({a: pr(7), b: pr(7)})

    def test_agents_across_a_switch(self):
        app = self.repository()
        self.git(app, 'branch', 'feat')
        a = self.turn('s1', app, 'main', agent='a1')
        b = self.turn('s1', app, 'main')
        c = self.bash('s1', app, 'git switch feat', 'main', act=lambda: self.git(app, 'switch', '-q', 'feat'))
        d = self.turn('s1', app, 'main', agent='a1')
        e = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.both({a: on('main'), b: on('main'), c: on('main'), d: on('feat'), e: on('feat')})

    def test_links_by_hand_survive(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        b = self.turn('s2', app, 'feat')
        self.stop('s1', app)
        self.stop('s2', app)
        self.ccl(app, 'pr', 'link', 'feat', 9)
        self.ccl(app, 'pr', 'link', '--session', 's2', 10)
        wants = {a: pr(9, source='link'), b: pr(10, source='link')}
        self.check(wants)
        c = self.create_pr('s1', app, 7, 'feat')
        self.stop('s1', app)
        self.sync_all()
        self.check({**wants, c: pr(9)})
        self.check_sums()


if __name__ == '__main__':
    unittest.main()
