# SPDX-License-Identifier: MIT
"""install/setup from a copy of the tree: into a home of its own for real, and with the package managers of other
systems as stubs that write down what they were asked for."""
import json
import os
import pathlib
import pty
import shutil
import subprocess
import tempfile
import unittest

from harness import ROOT, open_ledger

SESSION = 'aaaa1111-0000-4000-8000-000000000001'
EVENTS = {'Stop', 'SubagentStop', 'SessionEnd', 'SessionStart', 'PostToolUse'}
THEIRS = '{\n  "model": "opus"\n}\n'
NOW = '2026-11-21T18:00:00Z'
# what setup itself calls before anything is built
BASICS = ('bash', 'dirname', 'env')
ALL = {
    'apt-get': ['apt-get update', 'apt-get install -y --no-install-recommends'
                ' gcc libc6-dev meson ninja-build python3 pkg-config libsqlite3-dev libjansson-dev'],
    'dnf': ['dnf install -y gcc meson ninja-build python3 pkgconf-pkg-config sqlite-devel jansson-devel'],
    'pacman': ['pacman -S --needed --noconfirm gcc meson ninja python pkgconf sqlite jansson'],
}
TOO_OLD = 'the packages of this system are too old for ccl: install newer ones by hand, then run with --no-deps'


def turn(n):
    return json.dumps({'type': 'assistant', 'uuid': f'u{n}', 'sessionId': SESSION, 'cwd': '/home/u/api',
                       'timestamp': f'2026-11-21T17:5{n}:00.000Z', 'requestId': f'req_{n}',
                       'message': {'id': f'msg_{n}', 'model': 'claude-opus-5-5', 'stop_reason': 'end_turn',
                                   'usage': {'input_tokens': 10, 'output_tokens': 100}}}) + '\n'


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='ccl-setup-'))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.tree = self.dir / 'a clone'
        self.home = self.dir / 'home'
        self.home.mkdir()

    def copy_tree(self, *folders):
        for name in folders:
            shutil.copytree(ROOT / name, self.tree / name, ignore=shutil.ignore_patterns('__pycache__', '.*'))
        for name in ('meson.build', 'meson_options.txt'):
            shutil.copy(ROOT / name, self.tree)

    def setup(self, *args, path, stdin=subprocess.DEVNULL, **more):
        env = {'HOME': str(self.home), 'PATH': str(path), 'LC_ALL': 'C.UTF-8', 'TZ': 'UTC', 'CCL_NOW': NOW, **more}
        return subprocess.run([self.tree / 'install/setup', *map(str, args)], env=env, cwd=self.dir, stdin=stdin,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300)


class Install(Case):
    """For real: compiler, meson, ninja and SQLite are this machine's."""

    def setUp(self):
        super().setUp()
        self.copy_tree('hook', 'install', 'query', 'schema')
        self.prefix = self.dir / 'opt/my ccl'
        self.ledger = self.home / '.local/share/ccl/ledger.db'
        self.settings = self.home / '.claude/settings.json'
        self.projects = self.home / '.claude/projects'
        (self.projects / '-home-u-api').mkdir(parents=True)
        (self.projects / f'-home-u-api/{SESSION}.jsonl').write_text(turn(1) + turn(2))
        self.settings.write_text(THEIRS)

    def run_setup(self, *args):
        # -O0: what is built is tested elsewhere
        run = self.setup('--prefix', self.prefix, *args, path=os.environ['PATH'], CFLAGS='-O0')
        self.assertEqual((run.returncode, run.stderr), (0, ''), run.stdout)
        return run.stdout

    def files(self, folder):
        return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob('*') if p.is_file()}

    def rows(self):
        with open_ledger(self.ledger) as db:
            tables = [r[0] for r in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")]
            return {t: db.execute(f'SELECT * FROM "{t}"').fetchall() for t in tables if not t.startswith('sqlite_')}

    def ccl(self, *args):
        run = subprocess.run([self.prefix / 'bin/ccl', *args], env={'HOME': str(self.home), 'TZ': 'UTC', 'CCL_NOW': NOW,
                             'PATH': os.environ['PATH']}, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        return run.stdout

    def check_installed(self, out):
        hooks = json.loads(self.settings.read_text())['hooks']
        self.assertEqual(set(hooks), EVENTS)
        for event in EVENTS:
            self.assertIn(str(self.prefix / 'bin/ccl-hook'), json.dumps(hooks[event]))
        with open_ledger(self.ledger) as db:
            self.assertEqual(db.execute('SELECT count(*) FROM turn').fetchone(), (2,))
        report = out.split('== The first report: ccl\n')[1].split('\n== What next\n')[0]
        self.assertEqual(report.strip(), self.ccl().strip())
        self.assertRegex(report, r'(?m)^all .* 2 ')
        states = {row['check']: row['state'] for row in json.loads(self.ccl('doctor', '--json'))['rows']}
        self.assertEqual(states.pop('last run'), 'warn')  # no turn has ended since
        self.assertEqual(set(states.values()), {'ok'})

    def test_install(self):
        first = self.run_setup()
        self.check_installed(first)
        self.assertIn(f'{self.prefix}/bin is not on your PATH', first)
        before = self.files(self.prefix), self.files(self.home / '.claude'), self.rows()
        again = self.run_setup()
        self.check_installed(again)
        self.assertEqual((self.files(self.prefix), self.files(self.home / '.claude'), self.rows()), before)
        self.assertIn('already wired, nothing changed', again)

        ledger = self.rows()
        self.run_setup('--remove')
        self.assertEqual(self.files(self.prefix), {})
        self.assertEqual(self.settings.read_text(), THEIRS)
        self.assertEqual(self.rows(), ledger)


class Packages(Case):
    """With nothing on PATH but stubs."""

    def setUp(self):
        super().setUp()
        self.copy_tree('install')
        self.bin = self.dir / 'bin'
        self.log = self.dir / 'log'

    def prepare(self, *stubs, uid=0):
        shutil.rmtree(self.bin, ignore_errors=True)
        self.log.unlink(missing_ok=True)
        self.bin.mkdir()
        for name in BASICS:
            (self.bin / name).symlink_to(shutil.which(name))
        self.stub('id', f'echo {uid}')
        for name in stubs:
            self.stub(name, f'echo "{name} $*" >>"{self.log}"')

    def stub(self, name, text):
        (self.bin / name).unlink(missing_ok=True)
        (self.bin / name).write_text(f'#!/bin/sh\n{text}\n')
        (self.bin / name).chmod(0o755)

    def check(self, status, told, asked, *args, **more):
        """setup ends so, its last words are these, and the package managers were asked for that."""
        run = self.setup(*args, path=self.bin, **more)
        self.assertEqual((run.returncode, run.stderr), (status, f'setup: {told}\n'), run.stdout)
        self.assertEqual(self.log.read_text().splitlines() if self.log.exists() else [], asked)
        self.assertFalse((self.tree / 'build-release').exists())
        self.assertEqual(list(self.home.iterdir()), [])
        return run.stdout

    def test_asks_the_manager_that_is_there(self):
        for manager, asked in ALL.items():
            with self.subTest(manager):
                self.prepare(manager)
                out = self.check(1, TOO_OLD, asked)
                for what in ('a C compiler', 'meson 0.61 or newer', 'ninja', 'python3', 'pkg-config',
                             'SQLite 3.37 or newer, with its headers'):
                    self.assertIn(f'  missing: {what}\n', out)

    def test_brew(self):
        self.prepare('brew')
        self.stub('cc', '')
        self.stub('brew', f'[ "$1" = --prefix ] && exit 1; echo "brew $*" >>"{self.log}"')
        self.check(1, TOO_OLD, ['brew install meson ninja python3 pkgconf sqlite jansson'])

    def test_brew_without_a_compiler(self):
        self.prepare('brew')
        self.stub('brew', f'[ "$1" = --prefix ] && exit 1; echo "brew $*" >>"{self.log}"')
        self.check(1, "install Apple's compiler first: xcode-select --install", [])

    def test_only_what_is_missing(self):
        self.prepare('apt-get')
        for name, text in (('cc', ''), ('ninja', ''), ('python3', ''), ('pkg-config', 'exit 0'), ('meson', 'echo 0.55.3')):
            self.stub(name, text)
        out = self.check(1, TOO_OLD, ['apt-get update', 'apt-get install -y --no-install-recommends meson'])
        self.assertEqual(out.count('  missing: '), 2)  # before and after
        self.stub('meson', 'echo 1.10.0')
        self.stub('pkg-config', 'exit 1')  # an SQLite that is too old
        self.log.unlink()
        self.check(1, TOO_OLD, ['apt-get update', 'apt-get install -y --no-install-recommends libsqlite3-dev libjansson-dev'])

    def test_sudo(self):
        self.prepare('dnf', uid=1000)
        needs = 'gcc meson ninja-build python3 pkgconf-pkg-config sqlite-devel jansson-devel'
        self.check(1, f'to install packages you must be root, and there is no sudo. Have somebody install: {needs}', [])
        self.stub('sudo', f'echo "sudo $*" >>"{self.log}"; exec "$@"')
        self.check(1, TOO_OLD, [f'sudo dnf install -y {needs}', f'dnf install -y {needs}'])

    def test_no_manager(self):
        self.prepare()
        self.check(1, 'none of apt-get, dnf, pacman and brew is here: install these yourself, then run this again', [])

    def test_manager_fails(self):
        self.prepare()
        self.stub('pacman', 'echo "no network" >&2; exit 1')
        run = self.setup(path=self.bin)
        self.assertEqual(run.returncode, 1)
        self.assertEqual(run.stderr, f"no network\nsetup: '{ALL['pacman'][0]}' failed: see above."
                         ' Install what is missing yourself, then run with --no-deps\n')

    def test_no_deps(self):
        self.prepare('apt-get')
        self.check(1, 'meson is not there: run without --no-deps, or install it', [], '--no-deps')

    def test_answer_is_no(self):
        for answer, asked in ((b'n\n', []), (b'\n', ALL['dnf'])):
            with self.subTest(answer):
                self.prepare('dnf')
                ours, theirs = pty.openpty()
                try:
                    os.write(ours, answer)
                    told = TOO_OLD if asked else 'nothing was installed. Install what is missing yourself, then run this again'
                    self.check(1, told, asked, stdin=theirs)
                finally:
                    os.close(ours)
                    os.close(theirs)

    def test_wrong_use(self):
        self.prepare()
        self.check(64, "unknown option '--prefx'; ./install/setup --help lists them", [], '--prefx')
        self.check(1, '--prefix needs a folder, for example: --prefix ~/.local', [], '--prefix')
        self.check(1, f"there is no ccl in {self.home}/.local: say where it is with --prefix DIR", [], '--remove')


if __name__ == '__main__':
    unittest.main(verbosity=2)
