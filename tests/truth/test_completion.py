#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Completion in the shells that are here: what they offer comes from ccl, and names in a ledger do nothing."""
import os
import pathlib
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'tests/golden'), str(ROOT / 'tests/tools')]
import harness  # noqa: E402
import ledger  # noqa: E402

EVIL = '$(touch pwned)`touch pwned`;touch pwned'
BASH = r'''
source /dev/stdin <<<"$(ccl completion bash)"
COMP_WORDS=(@WORDS@) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_ccl
printf '%s\n' "${COMPREPLY[@]}"
'''
# what _ccl calls of zsh's own completion says what it was given
ZSH = r'''
_describe() { local x; for x in "${(@P)argv[-1]}"; do print -r -- "${${x//\\:/^}%%:*}"; done }
_files() { print -r -- FILES }
words=(@WORDS@) CURRENT=${#words} PREFIX=${words[-1]}
source =(ccl completion zsh)
'''
FISH = r'''
ccl completion fish | source
complete -C @LINE@
'''


class Completion(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix='ccl-test-')
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        path = ledger.make(str(ROOT / 'schema'), cls.dir)
        with sqlite3.connect(path) as db:
            db.execute("UPDATE name SET text = ? WHERE text = 'feature/pay'", (EVIL,))
            db.execute("INSERT INTO name(text) VALUES ('a:b'), ('with blank')")
            db.execute("INSERT INTO charge(key_hash, branch_id, project_id) SELECT 77 + id, id, 1 FROM name WHERE text IN ('a:b', 'with blank')")
        cls.env = harness.environ(path, cls.dir, CCL_NOW='2026-11-21T18:00:00Z')
        cls.env['PATH'] = os.path.dirname(harness.CCL) + ':' + os.environ['PATH']

    def run_in(self, *command, text=None):
        p = subprocess.run(command, input=text, env=self.env, cwd=self.dir, capture_output=True, text=True, timeout=60)
        self.assertEqual('', p.stderr)
        self.assertNotIn('pwned', os.listdir(self.dir))
        return p.stdout.splitlines()

    def ask(self, *words):
        return [line.partition('\t')[0] for line in self.run_in(harness.CCL, 'complete', *words)]

    def bash(self, *words):
        # a word in COMP_WORDS is as it was typed
        return self.run_in('bash', '--norc', '-c', BASH.replace('@WORDS@', ' '.join(map(shlex.quote, ('ccl', *words)))))

    def test_words(self):
        self.assertEqual(['days'], self.ask('da'))
        self.assertEqual(1, self.ask('pr').count('pr'))
        self.assertEqual(1, self.ask('bud').count('budget'))
        self.assertEqual(['link'], self.ask('pr', 'l')[:1])
        self.assertIn('set', self.ask('budget', ''))
        self.assertEqual(['--json'], self.ask('days', '--js'))
        self.assertEqual([], self.ask('session', '--break'), 'an option that it does not take')
        self.assertEqual(['week'], self.ask('days', '--since', 'w'))
        self.assertEqual(['--since=week'], self.ask('days', '--since=w'))
        self.assertEqual(['day,cost'], self.ask('days', '-o', 'day,cos'))
        self.assertEqual(['cost:desc'], self.ask('days', '--sort', 'cost:d'))
        self.assertEqual(['csv', 'jsonl', 'sqlite'], self.ask('export', '--format', ''))
        self.assertEqual(['/'], self.ask('export', '--output', ''))
        self.assertEqual(['warn'], self.ask('config', 'set', 'guard', 'w'))
        self.assertEqual(['bash'], self.ask('completion', 'b'))
        self.assertEqual(['calculated'], self.ask('days', '--cost', 'c'))
        self.assertIn('max20', self.ask('plan', 'set', ''))
        self.assertEqual(['claude-haiku-5-5'], self.ask('days', '--model', 'claude-h'))
        self.assertEqual(['dddd5555-0000-4000-8000-000000000005', 'dddd6666-0000-4000-8000-000000000006'], self.ask('session', 'dddd'))
        self.assertEqual(['31'], self.ask('pr', '3'))
        self.assertEqual(['--limit'], self.ask('pr', '--lim'))
        self.assertEqual(['review'], self.ask('work', 'rev'))
        self.assertEqual(['--last'], self.ask('work', 'review', '--las'))
        self.assertEqual(['feature'], self.ask('work', 'start', 'fe'))
        self.assertEqual(['bug'], self.ask('work', 'lessons', '--type', 'b'))
        self.assertEqual(['main='], self.ask('budget', 'set', '--branch', 'm'))
        self.assertIn(EVIL, self.ask('days', '--branch', ''))
        self.assertFalse([w for w in self.ask('days', '--branch', '') if 'red' in w], 'it holds an escape: nobody can type it')
        for words in ([], ['nothing', ''], ['days', '--nothing', ''], ['days', '--limit', ''], ['--', ''], ['\xff', ''], ['x' * 100000, 'y']):
            self.ask(*words)

    def test_usage_lines(self):
        self.assertEqual('session day week month pr branch project all'.split(), self.ask('budget', 'remove', ''))
        self.assertEqual([], self.ask('budget', 'remove', 'session', 'd'))
        self.assertEqual(['7'], self.ask('pr', 'link', 'main', '7'))
        self.assertEqual(['/'], self.ask('sync', 'a', 'b', 'c'))
        self.assertIn('get', self.ask('config', ''))
        self.assertEqual(['guard'], self.ask('config', 'get', 'gua'))
        self.assertEqual(['ignore'], self.ask('config', 'set', 'ig'))

    def test_without_a_ledger(self):
        for path in ('none.db', 'bad.db'):
            if path == 'bad.db':
                (pathlib.Path(self.dir) / path).write_text('no ledger' * 1000)
            env = {**self.env, 'CCL_LEDGER': os.path.join(self.dir, path)}
            for words in (['days', '--branch', ''], ['session', '']):
                p = subprocess.run([harness.CCL, 'complete', *words], env=env, capture_output=True, text=True)
                self.assertEqual((0, '', ''), (p.returncode, p.stdout, p.stderr))
        self.assertFalse((pathlib.Path(self.dir) / 'none.db').exists())

    def test_bash(self):
        self.assertEqual(['days'], self.bash('da'))
        self.assertEqual(['--json'], self.bash('days', '--js'))
        # bash has cut these: what it replaces is behind the last of = and :
        self.assertEqual(['week'], self.bash('days', '--since', '=', 'w'))
        self.assertEqual(['desc'], self.bash('days', '--sort', 'cost', ':', 'd'))
        self.assertEqual(['b'], self.bash('days', '--branch', 'a', ':'))
        self.assertEqual(['with\\ blank'], self.bash('days', '--branch', 'with'))
        self.assertEqual(['desc', 'asc'], self.bash('days', '--sort', '=', 'cost', ':'))
        evil = self.bash('days', '--branch', '$')
        self.assertEqual([EVIL], self.run_in('bash', '-c', f'printf "%s\\n" {evil[0]}'))
        (pathlib.Path(self.dir) / 'x y').mkdir(exist_ok=True)
        self.assertEqual(['x y'], self.bash('export', '--output', 'x'))

    @unittest.skipUnless(shutil.which('zsh'), 'zsh is not here')
    def test_zsh(self):
        def zsh(*words):
            return self.run_in('zsh', '-f', '-c', ZSH.replace('@WORDS@', ' '.join(shlex.quote(w) for w in ('ccl', *words))))
        self.assertEqual(['days'], zsh('da'))
        self.assertEqual(['day,cost'], zsh('days', '-o', 'day,cos'))
        self.assertEqual(['cost^desc'], zsh('days', '--sort', 'cost:d'))
        self.assertEqual(['with blank'], zsh('days', '--branch', 'with'))
        self.assertEqual([EVIL], zsh('days', '--branch', "'$'"))
        self.assertEqual(['FILES'], zsh('export', '--output', ''))
        self.assertEqual([], zsh('nothing', '--x'))

    @unittest.skipUnless(shutil.which('fish'), 'fish is not here')
    def test_fish(self):
        def fish(line):
            return [x.partition('\t')[0] for x in self.run_in('fish', '--no-config', '-c', FISH.replace('@LINE@', shlex.quote(line)))]
        self.assertEqual(['days'], fish('ccl da'))
        self.assertEqual(['day,cost'], fish('ccl days -o day,cos'))
        self.assertEqual(['--since=week'], fish('ccl days --since=w'))
        self.assertIn(EVIL, fish('ccl days --branch '))
        self.assertEqual([], fish('ccl days --limit '))
        (pathlib.Path(self.dir) / 'file').touch()
        self.assertEqual(['file'], fish('ccl export --output fi'))


if __name__ == '__main__':
    unittest.main()
