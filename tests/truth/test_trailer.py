# SPDX-License-Identifier: MIT
"""`ccl install --git-trailer` in real repositories: each new commit says what it cost, no other message is touched, and
no commit fails or waits because of it."""
import os
import shutil
import sqlite3
import subprocess
import time
import unittest

import test_links
from harness import CCL, Prices

EDITOR = '''#!/bin/sh
cp "$1" "$1.seen"
{ echo "Subject"; tail -n +2 "$1.seen"; } >"$1"
'''


class Trailer(test_links.Repos):
    def setUp(self):
        super().setUp()
        self.git('checkout', '-q', '-b', 'feature', second=5)
        self.hook_file = self.repo / '.git/hooks/prepare-commit-msg'
        self.at = 5
        self.sync(self.dir)
        self.editor = self.dir / 'editor'
        self.editor.write_text(EDITOR)
        self.editor.chmod(0o755)

    def git(self, *args, **more):
        # a machine under load is not what these tests are about
        return super().git(*args, **{'CCL_TRAILER_MS': 30000, **more})

    def work(self, n, session='s', cwd=None, branch='feature'):
        """n turns; the answer is their money as the line has it."""
        keys = range(self.at + 2, self.at + 2 + n)
        self.at += 2 + n
        self.write(session, keys, cwd=cwd, branch=branch)
        pico = sum(self.turn_cost(k) for k in keys)
        assert pico >= 10**10
        return f'CCL-Cost: ${(pico + 5 * 10**9) // 10**10 / 100:.2f}'

    def turn_cost(self, second):
        use = {'input': 7, 'output': 100 + second, 'cache_5m': 11, 'cache_1h': 0, 'cache_read': 13, 'web_searches': 0}
        return Prices().cost('claude-opus-5-5', 1795132800000, use)

    def commit(self, *args, cwd=None, **more):
        """git commit a second later; the answer is the message, as it was stored."""
        self.at += 1
        self.git('commit', '-q', '--allow-empty', *args, cwd=cwd, second=self.at, **more)
        return self.message(cwd)

    def message(self, cwd=None):
        return self.git('log', '-1', '--format=%B', cwd=cwd).strip('\n')

    def test_each_commit_its_own(self):
        """The transcript is read by the commit itself: no hook of Claude Code has run."""
        self.ccl('install', '--git-trailer')
        first = self.work(20)
        self.assertEqual(self.commit('-m', 'One'), f'One\n\n{first}')
        self.assertEqual(self.commit('-m', 'Nothing was done for it'), 'Nothing was done for it')
        second = self.work(10)
        self.assertEqual(self.commit('-m', 'Two\n\nBody\n---\nmore\n\nSigned-off-by: a <a@b>'),
                         f'Two\n\nBody\n---\nmore\n\nSigned-off-by: a <a@b>\n{second}')
        third = self.work(10)
        (self.dir / 'text').write_text('Three\n')
        self.assertEqual(self.commit('-F', self.dir / 'text'), f'Three\n\n{third}')

    def test_other_branches_do_not_count(self):
        self.ccl('install', '--git-trailer')
        self.work(20)
        self.at += 1
        self.git('checkout', '-q', '-b', 'other', second=self.at)
        mine = self.work(15, branch='other')
        self.assertEqual(self.commit('-m', 'Other'), f'Other\n\n{mine}')

    def test_editor(self):
        self.ccl('install', '--git-trailer')
        for args in ((), ('-v',), ('--cleanup=scissors',)):
            line = self.work(10)
            (self.repo / f'file{self.at}').write_text('x\n')
            self.git('add', '.')
            self.assertEqual(self.commit(*args, GIT_EDITOR=self.editor), f'Subject\n\n{line}', args)
        line = self.work(10)
        self.assertEqual(self.commit('-e', '-m', 'First line', GIT_EDITOR='true'), f'First line\n\n{line}')
        # the comments are still there, and the line below the subject is empty
        line = self.work(10)
        self.commit(GIT_EDITOR=self.editor)
        text = (self.repo / '.git/COMMIT_EDITMSG.seen').read_text()
        self.assertTrue(text.startswith(f'\n\n{line}\n#'), text)
        # a template
        (self.dir / 'template').write_text('Why:\n\n# what\n')
        line = self.work(10)
        self.assertEqual(self.commit('-t', self.dir / 'template', GIT_EDITOR=self.editor), f'Subject\n\n{line}')

    def test_not_for_these(self):
        self.ccl('install', '--git-trailer')
        line = self.work(10)
        self.commit('-m', 'One')
        self.git('checkout', '-q', '-b', 'side', second=self.at + 1)
        self.at += 1
        (self.repo / 'a').write_text('a\n')
        self.git('add', '.')
        self.git('-c', 'core.hooksPath=/dev/null', 'commit', '-q', '-m', 'Side', second=self.at + 1)
        self.at += 1
        self.work(10, branch='side')
        self.git('cherry-pick', 'side~1', '--allow-empty', '--keep-redundant-commits', second=self.at + 1)
        self.assertEqual(self.message().count('CCL-Cost'), 1)
        self.git('checkout', '-q', 'feature', second=self.at + 2)
        self.at += 2
        self.work(10)
        self.assertEqual(self.commit('--amend', '-m', 'Amended'), 'Amended')
        self.assertEqual(self.commit('--amend', '-C', 'side~1'), 'Side')
        self.assertEqual(self.commit('-m', 'Has one\n\nccl-cost: $9.99'), 'Has one\n\nccl-cost: $9.99')
        self.work(10)
        self.git('merge', '-q', '--no-ff', '--no-edit', 'side', second=self.at + 1)
        self.at += 1
        self.assertEqual(self.message(), "Merge branch 'side' into feature")
        self.git('reset', '-q', '--hard', 'HEAD^', second=self.at + 1)
        self.at += 1
        self.git('merge', '-q', '--squash', 'side', second=self.at + 1)
        self.at += 1
        self.assertNotIn('CCL-Cost: $0', self.commit('--no-edit').replace(line, ''))
        self.work(10)
        self.git('rebase', '-q', '--force-rebase', 'HEAD~2', second=self.at + 1)
        self.assertNotIn('CCL-Cost', self.message().replace(line, ''))
        # no branch
        self.git('checkout', '-q', '--detach', second=self.at + 2)
        self.assertEqual(self.commit('-m', 'Detached'), 'Detached')

    def test_cherry_pick_of_a_clean_one(self):
        self.ccl('install', '--git-trailer')
        (self.repo / 'a').write_text('a\n')
        self.git('add', '.')
        self.commit('-m', 'Plain')
        self.git('checkout', '-q', '-b', 'side', 'HEAD^', second=self.at + 1)
        self.at += 1
        self.work(10, branch='side')
        self.git('cherry-pick', 'feature', second=self.at + 1)
        self.assertEqual(self.message(), 'Plain')

    def test_linked_worktree_and_hooks_path(self):
        tree = self.dir / 'tree'
        self.git('worktree', 'add', '-q', '-b', 'tree', tree, second=self.at + 1)
        self.at += 1
        self.ccl('install', '--git-trailer', cwd=tree)
        self.assertTrue(self.hook_file.exists())
        line = self.work(10, session='w', cwd=tree, branch='tree')
        self.assertEqual(self.commit('-m', 'In the tree', cwd=tree), f'In the tree\n\n{line}')
        self.ccl('uninstall', '--git-trailer')
        self.assertFalse(self.hook_file.exists())
        for path in ('.githooks', str(self.dir / 'my hooks')):
            self.git('config', 'core.hooksPath', path)
            (self.repo / 'deep').mkdir(exist_ok=True)
            said = self.ccl('install', '--git-trailer', cwd=self.repo / 'deep')
            self.assertEqual('other repositories' in said, path[0] == '/')
            self.assertTrue((self.repo / path / 'prepare-commit-msg').exists())
            line = self.work(10)
            self.assertEqual(self.commit('-m', 'x'), f'x\n\n{line}')
            self.ccl('uninstall', '--git-trailer')
            self.assertFalse((self.repo / path / 'prepare-commit-msg').exists())

    def test_an_existing_hook_stays(self):
        ran = self.dir / 'ran'
        for first in ('#!/bin/sh', '#!/usr/bin/env bash', '#! /bin/sh -eu'):
            text = f'{first}\necho "$2" >>{ran}\nexit 0\n'.encode()
            self.hook_file.write_bytes(text)
            self.hook_file.chmod(0o750)
            self.ccl('install', '--git-trailer')
            with_block = self.hook_file.read_bytes()
            self.ccl('install', '--git-trailer')
            self.assertEqual(self.hook_file.read_bytes(), with_block)
            self.assertEqual(self.hook_file.stat().st_mode & 0o777, 0o750)
            line = self.work(10)
            self.assertEqual(self.commit('-m', 'x'), f'x\n\n{line}')
            self.ccl('uninstall', '--git-trailer')
            self.assertEqual(self.hook_file.read_bytes(), text)
            self.assertEqual(self.hook_file.stat().st_mode & 0o777, 0o750)
        self.assertEqual(ran.read_text(), 'message\n' * 3)
        for text, mode in ((b'#!/usr/bin/python3\n', 0o755), (b'\x7fELF', 0o755), (b'#!/bin/sh\n', 0o644), (b'', 0o755)):
            self.hook_file.write_bytes(text)
            self.hook_file.chmod(mode)
            self.assertIn('prepare-commit-msg is there', self.ccl('install', '--git-trailer', status=1))
            self.ccl('uninstall', '--git-trailer')
            self.assertEqual((self.hook_file.read_bytes(), self.hook_file.stat().st_mode & 0o777), (text, mode))
        self.assertEqual(sorted(p.name for p in self.hook_file.parent.iterdir() if not p.name.endswith('.sample')),
                         ['prepare-commit-msg'])

    def test_check_and_dry_run(self):
        self.assertIn('missing', self.check(1))
        said = self.ccl('install', '--git-trailer', '--dry-run')
        self.assertIn('+# >>> ccl git-trailer', said)
        self.assertFalse(self.hook_file.exists())
        self.ccl('install', '--git-trailer')
        self.assertIn('wired', self.check(0))
        # moved elsewhere, it is written anew
        self.hook_file.write_text(self.hook_file.read_text().replace(CCL, '/opt/it\'s/ccl'))
        self.assertIn('outdated', self.check(1))
        self.ccl('install', '--git-trailer')
        self.assertIn('wired', self.check(0))
        self.assertIn('-# >>> ccl', self.ccl('uninstall', '--git-trailer', '--dry-run'))
        self.assertTrue(self.hook_file.exists())
        self.assertIn('no git repository', self.ccl('install', '--git-trailer', cwd='/', status=64))

    def check(self, status):
        run = subprocess.run([CCL, 'install', '--git-trailer', '--check'], env=self.env(), cwd=self.repo, capture_output=True,
                             text=True)
        self.assertEqual(run.returncode, status, run.stderr)
        return run.stdout

    def test_never_in_the_way(self):
        alone = self.dir / "bin 'x'"
        alone.mkdir()
        for name, path in (('ccl', CCL), ('ccl-hook', os.environ['CCL_HOOK'])):
            shutil.copy(path, alone / name)
        subprocess.run([alone / 'ccl', 'install', '--git-trailer'], env=self.env(), cwd=self.repo, check=True, capture_output=True)
        line = self.work(10)
        self.assertEqual(self.commit('-m', 'Works'), f'Works\n\n{line}')
        line = self.work(10)
        # somebody writes to the ledger for long: a tenth of a second, and on without the line
        with sqlite3.connect(self.ledger) as db:
            db.execute('BEGIN IMMEDIATE')
            start = time.monotonic()
            self.assertEqual(self.commit('-m', 'Busy', CCL_TRAILER_MS=''), 'Busy')
            self.assertLess(time.monotonic() - start, 2)
        self.assertEqual(self.commit('-m', 'No time', CCL_TRAILER_MS=1), 'No time')
        os.rename(alone / 'ccl-hook', alone / 'away')
        self.work(10)
        self.assertEqual(self.commit('-m', 'No hook', PATH='/usr/bin:/bin'), 'No hook')
        self.ledger.write_bytes(b'no ledger')
        self.assertEqual(self.commit('-m', 'Damaged'), 'Damaged')
        self.ledger.unlink()
        self.assertEqual(self.commit('-m', 'Gone'), 'Gone')
        self.assertFalse(self.ledger.exists())
        (alone / 'ccl').unlink()
        self.assertEqual(self.commit('-m', 'No ccl'), 'No ccl')


if __name__ == '__main__':
    unittest.main()
