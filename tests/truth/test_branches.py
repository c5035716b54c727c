#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which branch and pull request each turn is charged to, in real git repositories."""
import os
import subprocess
import unittest

from gitworld import GitWorld, none, on, pr
from harness import CCL


class Branches(GitWorld):
    """Each case is looked at by hooks as it goes, or all at once by a back-fill at its end."""

    def finish(self, wants):
        self.sync_all()
        self.check(wants)
        self.check_sums()

    def test_switch_within_a_session(self):
        app = self.repository()
        self.git(app, 'branch', 'feat')
        a = self.turn('s1', app, 'main')
        b = self.bash('s1', app, 'git checkout feat', 'main', act=lambda: self.git(app, 'checkout', '-q', 'feat'))
        c = self.turn('s1', app, 'main')  # gitBranch lags
        d = self.turn('s1', app, 'feat')
        self.finish({a: on('main', 'reflog'), b: on('main', 'reflog'), c: on('feat', 'reflog'), d: on('feat', 'reflog')})

    def test_switch_in_one_second(self):
        """Three calls and two switches within one second of the reflog."""
        app = self.repository()
        self.git(app, 'branch', 'one')
        self.git(app, 'branch', 'two')
        self.wait(10)
        self.ms -= self.ms % 1000

        def switch(to):
            now = self.ms
            self.git(app, 'checkout', '-q', to)
            self.ms = now
        keys = []
        for to in ('one', 'two'):
            self.ms += 100
            keys.append(self.turn('s1', app, 'main', [('Bash', {'command': f'git checkout {to}'})]))
            self.ms -= 5000 - 100
            switch(to)
        self.ms += 100
        keys.append(self.turn('s1', app, 'main'))
        self.finish({keys[0]: on('main'), keys[1]: on('one'), keys[2]: on('two')})

    def test_switch_that_takes_until_the_next_second(self):
        """The second call of a second ran its switch in the next one: it is not the first one's."""
        app = self.repository()
        self.git(app, 'branch', 'one')
        self.git(app, 'branch', 'two')
        self.wait(10)
        self.ms += 500 - self.ms % 1000
        keys = []
        for to, later_ms in (('one', 100), ('two', 300)):
            keys.append(self.turn('s1', app, 'main', [('Bash', {'command': f'git checkout {to}'})]))
            self.ms -= 5000 - later_ms
            self.at_once(app, ('checkout', '-q', to))
            if to == 'one':
                self.wait(0.1)
                keys.append(self.turn('s1', app, 'main'))
                self.ms -= 5000 - 100
        self.wait(1)
        keys.append(self.turn('s1', app, 'main'))
        self.finish({keys[0]: on('main'), keys[1]: on('one'), keys[2]: on('one'), keys[3]: on('two')})

    def test_switch_in_a_terminal(self):
        app = self.repository()
        self.git(app, 'branch', 'feat')
        a = self.turn('s1', app, 'main')
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', 'feat')
        b = self.turn('s1', app, 'main')
        self.stop('s1', app)
        self.check({a: on('main'), b: on('feat', 'reflog')})

    def test_no_reflog(self):
        app = self.repository()
        self.git(app, 'config', 'core.logAllRefUpdates', 'false')
        (app / '.git/logs/HEAD').unlink()
        a = self.turn('s1', app, 'main')
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', '-b', 'feat')
        b = self.turn('s1', app, 'feat')
        c = self.turn('s1', app, 'HEAD')
        self.stop('s1', app)
        self.check({a: on('main'), b: on('feat', 'transcript'), c: none('no-branch')})
        d = self.turn('s1', app, 'HEAD')
        self.stop('s1', app)
        self.check({d: on('feat', 'observed')})

    def test_pull_request_takes_its_branch(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        b = self.create_pr('s1', app, 7, 'feat')
        c = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', 'main')
        d = self.turn('s1', app, 'main')
        self.stop('s1', app)
        want = pr(7, source='created', confidence=94)
        self.check({a: want, b: want, c: want, d: none(branch='main')})
        self.check_sums()

    def test_branch_used_again_after_its_merge(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.create_pr('s1', app, 7, 'feat')
        self.bash('s1', app, 'gh pr merge 7 --squash', 'feat', 'Merged', gitOperation={'pr': {'number': 7, 'action': 'merged'}})
        b = self.turn('s1', app, 'feat')  # cleaning up
        self.wait(3600)
        c = self.turn('s2', app, 'feat')
        self.sync_all()
        self.check({a: pr(7), b: pr(7), c: none(branch='feat')})
        d = self.create_pr('s2', app, 8, 'feat')
        self.finish({a: pr(7), b: pr(7), c: pr(8), d: pr(8)})

    def test_branch_made_anew(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'fix')
        a = self.turn('s1', app, 'fix')
        self.create_pr('s1', app, 7, 'fix')
        self.stop('s1', app)
        self.git(app, 'checkout', '-q', 'main')
        self.git(app, 'branch', '-q', '-D', 'fix')
        self.wait(86400)
        self.git(app, 'checkout', '-q', '-b', 'fix')
        b = self.turn('s2', app, 'fix')
        self.stop('s2', app)
        self.check({a: pr(7), b: none(branch='fix')})

    def test_stacked_pull_requests(self):
        app = self.repository()
        wants = {}
        for n, name in enumerate(('one', 'two', 'three'), 11):
            self.git(app, 'checkout', '-q', '-b', name)
            wants[self.turn('s1', app, name)] = pr(n, branch=name)
            self.commit(app)
            wants[self.create_pr('s1', app, n, name)] = pr(n, branch=name)
        self.git(app, 'checkout', '-q', 'one')
        wants[self.turn('s1', app, 'one')] = pr(11, branch='one')
        self.finish(wants)

    def test_rename(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'draft')
        a = self.turn('s1', app, 'draft')
        self.stop('s1', app)
        self.git(app, 'branch', '-m', 'final')
        b = self.turn('s1', app, 'final')
        c = self.create_pr('s1', app, 7, 'final')
        self.stop('s1', app)
        self.finish({a: pr(7, branch='final'), b: pr(7, branch='final'), c: pr(7)})

    def test_carried_from_main(self):
        app = self.repository()
        a = self.turn('s1', app, 'main')
        b = self.bash('s1', app, 'git checkout -b feat', 'main', act=lambda: self.git(app, 'checkout', '-q', '-b', 'feat'))
        c = self.turn('s1', app, 'feat')
        d = self.create_pr('s1', app, 7, 'feat')
        other = self.turn('s2', app, 'feat')
        self.finish({a: pr(7, branch_source='carry'), b: pr(7, branch_source='carry'), c: pr(7, branch_source='reflog'), d: pr(7),
                     other: pr(7)})

    def test_carried_once_the_branch_is_made_later(self):
        """The turns were charged to main when they came; the branch was made afterwards."""
        app = self.repository()
        a = self.turn('s1', app, 'main')
        self.stop('s1', app)
        self.check({a: on('main')})
        self.git(app, 'checkout', '-q', '-b', 'feat')
        b = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.check({a: on('feat', 'carry'), b: on('feat', 'reflog')})

    def test_not_carried(self):
        app = self.repository()
        a = self.turn('s1', app, 'main')  # more than four hours before
        self.wait(5 * 3600)
        b = self.turn('s1', app, 'main')  # a commit follows on main
        self.commit(app)
        c = self.turn('s1', app, 'main')
        d = self.turn('s2', app, 'main')  # another session, which does not go on there
        self.git(app, 'checkout', '-q', '-b', 'feat')
        e = self.turn('s1', app, 'feat')
        self.finish({a: on('main'), b: on('main'), c: on('feat', 'carry'), d: on('main'), e: on('feat')})

    def at_once(self, where, *commands):
        """git commands that take no time."""
        now = self.ms
        for command in commands:
            self.git(where, *command)
            self.ms = now

    def test_carried_with_a_commit_in_the_same_second(self):
        app = self.repository()
        commit = ('commit', '-q', '--allow-empty', '-m', 'x')
        a = self.turn('s1', app, 'main')
        b = self.bash('s1', app, 'git checkout -b feat && git commit -m x', 'main',
                      act=lambda: self.at_once(app, ('checkout', '-q', '-b', 'feat'), commit))
        c = self.turn('s1', app, 'feat')
        self.finish({a: on('feat', 'carry'), b: on('feat', 'carry'), c: on('feat', 'reflog')})

    def test_not_carried_past_a_commit_in_the_second_of_a_switch(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat', [('Bash', {'command': 'git checkout main'})])
        self.ms -= 5000 - 300
        self.at_once(app, ('checkout', '-q', 'main'))
        b = self.turn('s1', app, 'main', [('Bash', {'command': 'git commit -m x'})])
        self.ms -= 5000 - 300
        self.at_once(app, ('commit', '-q', '--allow-empty', '-m', 'x'))
        self.wait(5)
        c = self.turn('s1', app, 'main')
        self.git(app, 'checkout', '-q', '-b', 'other')
        d = self.turn('s1', app, 'other')
        self.finish({a: on('feat'), b: on('main'), c: on('other', 'carry'), d: on('other')})

    def test_not_carried_to_a_branch_that_was_there(self):
        app = self.repository()
        self.git(app, 'branch', 'old')
        self.commit(app)
        self.wait(60)
        a = self.turn('s1', app, 'main')
        self.git(app, 'checkout', '-q', 'old')
        b = self.turn('s1', app, 'old')
        self.finish({a: on('main'), b: on('old')})

    def test_detached(self):
        app = self.repository()
        self.commit(app)
        self.wait(3600)
        self.git(app, 'checkout', '-q', 'HEAD~1')
        self.commit(app)  # no branch has it
        a = self.turn('s1', app, 'HEAD')
        self.wait(1200)
        b = self.turn('s1', app, 'HEAD')
        self.git(app, 'checkout', '-q', 'main')
        c = self.turn('s1', app, 'main')
        self.finish({b: none('detached', branch=None), c: on('main')})
        self.assertIn(self.charges()[a]['branch_source'], ('recent', 'tip', None))

    def test_detached_at_a_tip(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        self.commit(app)
        tip = self.git(app, 'rev-parse', 'HEAD')
        self.git(app, 'checkout', '-q', 'main')
        self.wait(3600)
        self.git(app, 'checkout', '-q', tip)
        self.wait(3600)
        a = self.turn('s1', app, 'HEAD')
        self.stop('s1', app)
        self.check({a: on('feat', 'tip')})

    def test_rebase(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        (app / 'clash').write_text('feat')
        self.git(app, 'add', '-A')
        self.git(app, 'commit', '-q', '-m', 'one')
        self.git(app, 'checkout', '-q', 'main')
        (app / 'clash').write_text('main')
        self.git(app, 'add', '-A')
        self.git(app, 'commit', '-q', '-m', 'two')
        self.git(app, 'checkout', '-q', 'feat')
        self.wait(60)
        with self.assertRaises(AssertionError):
            self.git(app, 'rebase', 'main')
        a = self.turn('s1', app, 'HEAD')  # in the middle of it
        self.stop('s1', app)
        (app / 'clash').write_text('both')
        self.git(app, 'add', '-A')
        self.git(app, 'rebase', '--continue', GIT_EDITOR='true')
        b = self.turn('s1', app, 'feat')
        self.create_pr('s1', app, 9, 'feat')
        self.git(app, 'commit', '-q', '--amend', '-m', 'other words')
        c = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.finish({a: pr(9, branch='feat', branch_source='operation'), b: pr(9, branch='feat'), c: pr(9)})

    def test_bisect(self):
        app = self.repository()
        for _ in range(6):
            self.commit(app)
        self.git(app, 'checkout', '-q', '-b', 'hunt')
        self.wait(60)
        self.git(app, 'bisect', 'start', 'HEAD', 'HEAD~5')
        self.wait(3600)
        a = self.turn('s1', app, 'HEAD')
        self.stop('s1', app)
        self.git(app, 'bisect', 'reset')
        b = self.turn('s1', app, 'hunt')
        self.stop('s1', app)
        self.check({a: on('hunt', 'operation'), b: on('hunt')})

    def test_add_commit_push_in_one_command(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        for _ in range(5):
            self.turn('s1', app, 'feat', [('Edit', {'file_path': str(app / 'a'), 'old_string': 'a', 'new_string': 'b'})])
        for _ in range(3):
            self.commit(app)
        a = self.bash('s1', app, 'git add -A && git commit -m x && git push -u origin feat', 'feat',
                      'remote: https://github.com/acme/app/pull/21\n', act=lambda: self.commit(app))
        self.sync_all()
        self.assertEqual({c['pr'] for c in self.charges().values()}, {'github.com/acme/app#21'})
        self.check({a: pr(21, source='push', confidence=86)})

    def test_fork_pull_request_from_main(self):
        app = self.repository(remote='https://github.com/me/app.git')
        self.wait(60)
        a = self.turn('s1', app, 'main')
        self.stop('s1', app)
        self.wait(60)
        self.git(app, 'reset', '-q', '--hard', 'HEAD')  # brought up to date
        b = self.turn('s1', app, 'main')
        self.commit(app)
        c = self.create_pr('s1', app, 5, 'main', repo='acme/app')
        self.wait(60)
        d = self.turn('s1', app, 'main')
        self.finish({a: none(branch='main'), b: pr(5, source='fork-main', confidence=80), c: pr(5), d: none(branch='main')})

    def test_fork_pull_request_without_a_commit(self):
        app = self.repository(remote='https://github.com/me/app.git')
        self.wait(60)
        self.git(app, 'reset', '-q', '--hard', 'HEAD')
        a = self.turn('s1', app, 'main')
        self.create_pr('s1', app, 5, 'main', repo='acme/app')
        self.finish({a: {'pr': 'github.com/acme/app#5', 'confidence': 45, 'reason': 'below-60'}})

    def test_two_worktrees_at_once(self):
        app = self.repository()
        other = self.dir / 'app-two'
        self.git(app, 'worktree', 'add', '-q', '-b', 'two', str(other))
        self.git(app, 'checkout', '-q', '-b', 'one')
        wants = {}
        for _ in range(3):
            wants[self.turn('s1', app, 'one')] = pr(1, root=str(app))
            wants[self.turn('s2', other, 'two')] = pr(2, root=str(app))
        self.create_pr('s1', app, 1, 'one')
        self.create_pr('s2', other, 2, 'two')
        self.finish(wants)

    def test_agent_in_a_worktree_of_its_own(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        tree = app / '.claude/worktrees/agent-a1'
        self.git(app, 'worktree', 'add', '-q', '-b', 'worktree-agent-a1', str(tree))
        a = self.turn('s1', app, 'feat')
        b = self.turn('s1', tree, 'feat', agent='a1')
        c = self.turn('s1', tree, 'worktree-agent-a1', agent='a1')  # an old client sometimes writes that
        self.create_pr('s1', app, 7, 'feat')
        self.finish({a: pr(7), b: pr(7, branch='feat', branch_source='spawn'), c: pr(7, branch='feat', branch_source='spawn')})

    def test_one_session_two_repositories(self):
        one, two = self.repository('one', 'https://github.com/acme/one'), self.repository('two', 'git@github.com:acme/two.git')
        self.git(one, 'checkout', '-q', '-b', 'fix')
        self.git(two, 'checkout', '-q', '-b', 'fix')
        a = self.turn('s1', one, 'fix')
        self.create_pr('s1', one, 3, 'fix', repo='acme/one')
        b = self.turn('s1', two, 'fix')
        self.create_pr('s1', two, 3, 'fix', repo='acme/two')
        self.finish({a: pr(3, 'github.com/acme/one', root=str(one)), b: pr(3, 'github.com/acme/two', root=str(two))})

    def test_subfolder_and_symlink(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        (app / 'sub').mkdir()
        link = self.dir / 'link'
        link.symlink_to(app)
        a = self.turn('s1', app / 'sub', 'feat')
        b = self.turn('s1', link, 'feat')
        self.create_pr('s1', app, 4, 'feat')
        self.finish({a: pr(4, root=str(app)), b: pr(4, root=str(app))})

    def test_submodule(self):
        app, lib = self.repository(), self.repository('lib', 'https://github.com/acme/lib')
        self.git(app, 'submodule', 'add', '-q', str(lib), 'lib')
        self.git(app / 'lib', 'remote', 'set-url', 'origin', 'https://github.com/acme/lib.git')
        self.git(app / 'lib', 'checkout', '-q', '-b', 'inner')
        a = self.turn('s1', app / 'lib', 'inner')
        self.create_pr('s1', app / 'lib', 6, 'inner', repo='acme/lib')
        b = self.turn('s1', app, 'main')
        self.finish({a: pr(6, 'github.com/acme/lib', root=str(app / 'lib')), b: none(branch='main', root=str(app))})

    def test_edits_in_another_repository(self):
        one, two = self.repository('one'), self.repository('two', 'https://github.com/acme/two')
        self.git(two, 'checkout', '-q', '-b', 'fix')
        self.turn('s0', two, 'fix')
        self.create_pr('s0', two, 9, 'fix', repo='acme/two')
        a = self.turn('s1', one, 'main', [('Edit', {'file_path': str(two / 'x.c'), 'old_string': 'a', 'new_string': 'b'})])
        b = self.turn('s1', one, 'main', [('Edit', {'file_path': str(two / 'x.c'), 'old_string': 'a', 'new_string': 'b'}),
                                          ('Edit', {'file_path': str(one / 'y.c'), 'old_string': 'a', 'new_string': 'b'})])
        c = self.turn('s1', one, 'main', [('Read', {'file_path': str(two / 'x.c')})])
        self.finish({a: pr(9, 'github.com/acme/two', branch='fix', branch_source='touched-file'), b: on('main'), c: on('main')})

    def test_review(self):
        app = self.repository()
        self.prompt('s1', app)
        a = self.turn('s1', app, 'main')
        b = self.bash('s1', app, 'gh pr view 31', 'main', 'title: x')
        self.prompt('s1', app)
        c = self.turn('s1', app, 'main')
        self.prompt('s2', app)
        d = self.turn('s2', app, 'main')
        e = self.bash('s2', app, 'gh pr diff 32', 'main', 'diff')
        self.prompt('s2', app)
        f = self.turn('s2', app, 'main')
        self.finish({a: pr(31, role='review', confidence=70), b: pr(31, role='review'), c: none(branch='main'),
                     d: pr(32, role='review'), e: pr(32, role='review'), f: pr(32, role='review')})

    def test_view_on_a_branch_of_ones_own(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        self.prompt('s1', app)
        a = self.bash('s1', app, 'gh pr view 31', 'feat', 'title: x')
        self.finish({a: none(branch='feat')})

    def test_checked_out_for_review(self):
        app = self.repository()
        self.git(app, 'branch', 'theirs')

        def checkout():
            self.git(app, 'checkout', '-q', 'theirs')
            self.git(app, 'config', 'branch.theirs.merge', 'refs/pull/40/head')
            self.git(app, 'config', 'branch.theirs.remote', 'origin')
        self.prompt('s1', app)
        self.bash('s1', app, 'gh pr checkout 40', 'main', act=checkout)
        b = self.turn('s1', app, 'theirs')
        self.stop('s1', app)
        self.wait(600)
        c = self.turn('s1', app, 'theirs')
        self.stop('s1', app)
        self.check({b: pr(40, role='review', branch='theirs'), c: pr(40, role='review', source='config')})
        self.commit(app)
        self.bash('s1', app, 'git push', 'theirs', '')
        self.stop('s1', app)
        self.check({b: pr(40, role='author'), c: pr(40, role='author')})

    def test_worktree_made_for_a_pull_request(self):
        app = self.repository()
        tree = app / '.claude/worktrees/pr-55'
        self.git(app, 'worktree', 'add', '-q', '--detach', str(tree))
        a = self.turn('s1', tree, 'HEAD')
        self.finish({a: pr(55, role='review', confidence=90)})

    def test_ignored(self):
        """What the user wants left out, whatever names it."""
        app = self.repository()
        tree = app / '.claude/worktrees/pr-55'
        self.git(app, 'worktree', 'add', '-q', '--detach', str(tree))
        a = self.turn('s1', tree, 'HEAD')
        b = self.turn('s2', app, 'main')
        self.hook({'session_id': 's2', 'transcript_path': str(self.file('s2')), 'cwd': str(app), 'hook_event_name': 'Stop'},
                  CCL_NOW=self.iso(), GITHUB_ACTIONS='true', GITHUB_REF='refs/pull/77/merge')
        self.sync_all()
        self.check({a: pr(55, role='review'), b: pr(77, role='ci')})
        for number in ('55', '77'):
            run = subprocess.run([CCL, 'pr', 'ignore', number, '--repo', 'acme/app'], env=self.env(), cwd=app, capture_output=True, text=True)
            self.assertEqual(run.returncode, 0, run.stderr)
        self.check({a: {'pr': None}, b: none(branch='main')})

    def test_editor_config(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        self.git(app, 'config', 'branch.feat.github-pr-owner-number', 'acme#app#61')
        a = self.turn('s1', app, 'feat')
        self.stop('s1', app)
        self.check({a: pr(61, source='editor', confidence=88)})

    def test_config_is_read_again_when_it_changes(self):
        app = self.repository()
        config = app / '.git/config'
        self.git(app, 'checkout', '-q', '-b', 'feat')
        for age_s in (30, 20):  # long enough ago to be a state of its own
            os.utime(config, (self.ms // 1000 - age_s,) * 2)
            a = self.turn('s1', app, 'feat')
            self.stop('s1', app)
            self.stop('s1', app)
            self.check({a: none() if age_s == 30 else pr(61, source='editor')})
            self.assertNotEqual(self.read().one('SELECT config_hash FROM worktree'), 0)
            self.git(app, 'config', 'branch.feat.github-pr-owner-number', 'acme#app#61')

    def test_branch_called_after_a_pull_request(self):
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'pr-17')
        a = self.turn('s1', app, 'pr-17')
        self.finish({a: {'pr': 'github.com/acme/app#17', 'confidence': 45, 'reason': 'below-60'}})

    def test_ci(self):
        app = self.repository()
        a = self.turn('s1', app, 'HEAD')
        self.hook({'session_id': 's1', 'transcript_path': str(self.file('s1')), 'cwd': str(app), 'hook_event_name': 'Stop'},
                  CCL_NOW=self.iso(), GITHUB_ACTIONS='true', GITHUB_REF='refs/pull/77/merge', GITHUB_HEAD_REF='feat')
        self.check({a: pr(77, role='ci', confidence=95)})

    def test_hostile_names(self):
        app = self.repository(remote='https://user:s3cretpassword@github.com/acme/app.git')
        self.git(app, 'update-ref', 'refs/heads/--output=x', 'HEAD')
        self.git(app, 'symbolic-ref', 'HEAD', 'refs/heads/--output=x')
        self.turn('s1', app, '--output=x')
        self.git(app, 'symbolic-ref', 'HEAD', 'refs/heads/main')
        self.git(app, 'checkout', '-q', '-b', 'x;$(touch${IFS}boo)')
        b = self.create_pr('s1', app, 8, 'x;$(touch${IFS}boo)')
        self.stop('s1', app)
        self.finish({b: pr(8)})
        for path in self.ledger.parent.iterdir():
            self.assertNotIn(b's3cretpassword', path.read_bytes(), path)
        self.assertFalse((app / 'x').exists() or (app / 'boo').exists())

    def test_ten_thousand_branches(self):
        app = self.repository()
        sha = self.git(app, 'rev-parse', 'HEAD')
        (app / '.git/packed-refs').write_text('# pack-refs with: peeled fully-peeled sorted \n' + ''.join(
            f'{sha} refs/heads/b{i:05}\n' for i in range(10000)))
        with open(app / '.git/config', 'a') as f:
            for i in range(10000):
                f.write(f'[branch "b{i:05}"]\n\tremote = origin\n\tmerge = refs/heads/b{i:05}\n')
        with open(app / '.git/logs/HEAD', 'a') as f:
            for i in range(10000):
                f.write(f'{sha} {sha} A <a@example.com> {self.ms // 1000} +0000\tcheckout: moving from {f"b{i - 1:05}" if i else "main"} to b{i:05}\n')
                self.wait(2)
        self.git(app, 'symbolic-ref', 'HEAD', 'refs/heads/b09999')
        a = self.create_pr('s1', app, 8, 'b09999')
        self.stop('s1', app)
        self.finish({a: pr(8, branch='b09999')})

    def test_no_repository(self):
        plain = self.dir / 'plain'
        plain.mkdir()
        a = self.turn('s1', plain, 'HEAD')
        b = self.turn('s1', '/nowhere/at/all', '')
        self.finish({a: none('no-repo'), b: none('no-repo')})

    def test_reftable(self):
        app = self.repository()
        (app / '.git/HEAD').write_text('ref: refs/heads/.invalid\n')
        a = self.turn('s1', app, 'feat')
        b = self.turn('s1', app, '')
        self.stop('s1', app)
        self.check({a: on('feat', 'transcript'), b: none('no-branch')})

    def test_worktree_that_is_gone(self):
        """What its reflog said was stored while it was there."""
        app = self.repository()
        tree = self.dir / 'tree'
        self.git(app, 'worktree', 'add', '-q', '-b', 'feat', str(tree))
        a = self.turn('s1', tree, 'main')
        self.create_pr('s1', tree, 5, 'feat')
        self.stop('s1', tree)
        self.git(app, 'worktree', 'remove', '--force', str(tree))
        b = self.turn('s2', tree, 'feat')
        self.stop('s2', app)
        self.finish({a: pr(5, root=str(app)), b: none(root=str(tree))})

    def test_read_in_any_order(self):
        """The pull request's session is read before or after the one that did the work."""
        app = self.repository()
        self.git(app, 'checkout', '-q', '-b', 'feat')
        a = self.turn('s1', app, 'feat')
        self.wait(60)
        b = self.create_pr('s2', app, 5, 'feat')
        for order in (('s1', 's2'), ('s2', 's1')):
            self.ledger.unlink(missing_ok=True)
            for session in order:
                self.stop(session, app)
            self.check({a: pr(5), b: pr(5)})


if __name__ == '__main__':
    unittest.main()
