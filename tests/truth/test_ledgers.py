# SPDX-License-Identifier: MIT
"""The ledger of each released version reaches the present: without losing a row, with the figures of a new ledger of the
same transcripts, and whoever opens it first. tests/ledgers/001.sql is what a ccl-hook of version 1 made of the world
below (`UPDATE=1 CCL_HOOK=... test_ledgers.py` writes the dump of the version that CCL_HOOK is of)."""
import os
import re
import shutil
import sqlite3
import subprocess
import unittest

from gitworld import GitWorld
from harness import CCL, HOOK, ROOT, check_rollups, open_ledger, until

DUMPS = ROOT / 'tests/ledgers'
RUNS = ('agents', 'compact', 'err-fallback', 'git', 'pr', 'sig-INT', 'turns')
REPORTS = ('days', 'sessions', 'models', 'projects', 'branches', 'agents')
KEY = bytes(range(16))
# Two pairs of message ids that have the same 48-bit hash under KEY.
TWINS = ('msg_twin_04280258', 'msg_twin_31009612', 'msg_twin_00500550', 'msg_twin_06838945')
# Made anew by the migration, or derived from the rest.
DERIVED = {'rollup', 'price', 'baseline', 'alert', 'class_rate'}
ANEW = {'reflog_bytes', 'reflog_inode', 'prompt_ms'}
ROLLUP = '''SELECT quarter, origin_id, class_id, sum(turns), sum(steps), sum(input_tok) FROM rollup
  GROUP BY 1, 2, 3 ORDER BY 1, 2, 3'''
APPLICATION_ID = 0x63636c31


def tables(db):
    return [r[0] for r in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]


def columns(db, table):
    return [r[1] for r in db.execute(f'PRAGMA table_info({table})')]


def rows_of(db, names):
    """{table: its rows}, of the columns named: {table: [column]}"""
    return {t: sorted(map(repr, db.execute(f'SELECT {", ".join(c)} FROM {t}'))) for t, c in names.items()}


def schema(db):
    """However it is spaced."""
    return sorted((name, re.sub(r' ?([(),]) ?', r'\1', re.sub(r'\s+', ' ', sql))) for name, sql in
                  db.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"))


class World(GitWorld):
    """Transcripts of recorded runs, and of a session in a repository that hooks have seen."""
    def setUp(self):
        super().setUp()
        for run in RUNS:
            self.copy_run(run)
        self.repo = self.repository()
        self.n = 100
        self.prompt('own', self.repo)
        for i, key in enumerate(TWINS):
            # a pair stands in one file, another in two, read in either order
            self.turn_of('own' if i < 3 else 'more', key)
        self.turn('own', self.repo, tools=[('Edit', {'file_path': str(self.repo / 'file1')})])
        # what the transcript says is not what was checked out
        self.other = self.repository('other')
        self.git(self.other, 'checkout', '-q', '-b', 'topic')
        self.commit(self.other)
        self.topic_turn = self.turn('other', self.other, branch='main')
        self.write('own', {'type': 'assistant', 'uuid': 'limit', 'sessionId': 'own', 'timestamp': self.iso(),
                           'isApiErrorMessage': True, 'error': 'rate_limit', 'quotaLimits': {
                               'rateLimitType': 'five_hour', 'status': 'rejected', 'resetsAt': 1790003600}})

    def copy_run(self, run):
        """Each run counts its messages from 1: here they become the run's own."""
        source = ROOT / 'tests/recorded' / run / 'projects'
        for path in sorted(p for p in source.rglob('*') if p.is_file()):
            copy = self.projects.parent / f'{run}{path.relative_to(source)}'
            copy.parent.mkdir(parents=True, exist_ok=True)
            text = path.read_text(encoding='utf-8')
            copy.write_text(re.sub(r'\b(msg|req|toolu)_stub_', rf'\1_{run}_', text), encoding='utf-8')

    def turn_of(self, session, key):
        self.n += 1
        step = {'type': 'advisor_message', 'model': 'claude-opus-4-5', 'input_tokens': self.n, 'output_tokens': 2}
        use = {'input_tokens': self.n, 'output_tokens': 10, 'cache_creation_input_tokens': 5, 'cache_read_input_tokens': 3}
        self.write(session, {
            'type': 'assistant', 'uuid': f'u{self.n}', 'sessionId': session, 'timestamp': self.iso(), 'cwd': str(self.repo),
            'gitBranch': 'main', 'version': '2.1.330', 'requestId': f'req_{self.n}', 'isSidechain': False,
            'message': {'id': key, 'role': 'assistant', 'model': 'claude-opus-4-5', 'content': [{'type': 'text', 'text': 'ok'}],
                        'stop_reason': 'end_turn', 'usage': {**use, 'iterations': [step]}}})
        self.wait(5)

    def write_ledger(self):
        """What the hook at hand makes of it, one of known key."""
        (self.dir / 'nothing').mkdir()
        self.sync(self.dir / 'nothing')
        db = sqlite3.connect(self.ledger)
        with db:
            db.execute("UPDATE meta SET value = ? WHERE key = 'hash_key'", (KEY,))
        db.close()
        self.stop('own', self.repo)
        self.stop('other', self.other)
        self.sync_all()

    def dump(self):
        """The ledger as SQL, but for the builtin prices; what differs each time it is made is left out."""
        db = sqlite3.connect(self.ledger)
        version = db.execute('PRAGMA user_version').fetchone()[0]
        db.executescript('''
          DELETE FROM price; DELETE FROM meta WHERE key = 'price_digest' OR key GLOB 'baseline*'; UPDATE meta SET value = 1790000000000 WHERE key = 'created_ms';
          UPDATE source_file SET device = 1, inode = id, read_ms = 1790000000000; UPDATE worktree SET reflog_inode = 1;
          INSERT INTO setting VALUES ('a key', 'a value'); INSERT INTO ignored_path VALUES ('/home/dev/secret');
          INSERT INTO forgotten VALUES (1);''')
        text = '\n'.join(db.iterdump()).replace(str(self.dir), '@DIR@')
        db.close()
        path = DUMPS / f'{version:03}.sql'
        path.write_text(f'PRAGMA user_version = {version};\n{text}\n', encoding='utf-8')

    def load(self, version):
        shutil.rmtree(self.ledger.parent, ignore_errors=True)
        self.ledger.parent.mkdir()
        db = sqlite3.connect(self.ledger)
        db.executescript((DUMPS / f'{version:03}.sql').read_text(encoding='utf-8').replace('@DIR@', str(self.dir)))
        db.execute(f'PRAGMA application_id = {APPLICATION_ID}')
        db.execute('PRAGMA journal_mode = WAL')
        with db:  # their reflogs were read, and have not changed
            for row, git_dir in db.execute('SELECT id, git_dir FROM worktree').fetchall():
                log = os.stat(os.path.join(git_dir, 'logs/HEAD'))
                db.execute('UPDATE worktree SET reflog_inode = ?, reflog_bytes = ? WHERE id = ?', (log.st_ino, log.st_size, row))
        db.close()


@unittest.skipUnless(os.environ.get('UPDATE'), 'UPDATE is not set')
class Update(World):
    def test_update(self):
        self.write_ledger()
        self.dump()


class Migrate(World):
    VERSION = 1

    def setUp(self):
        super().setUp()
        self.load(self.VERSION)
        with open_ledger(self.ledger) as db:
            self.columns = {t: [c for c in columns(db, t) if c not in ANEW] for t in tables(db) if t not in DERIVED}
            self.before = rows_of(db, self.columns)
            self.hints = {r[0] for r in db.execute('SELECT uuid FROM pr_hint')}
            self.rollup = db.execute(ROLLUP).fetchall()

    def fresh(self):
        """Reports and schema of a new ledger of the same transcripts."""
        kept, self.ledger = self.ledger, self.dir / 'fresh' / 'ledger.db'
        try:
            self.sync_all()
            with open_ledger(self.ledger) as db:
                return self.reports(), schema(db)
        finally:
            self.ledger = kept

    def reports(self):
        return {name: sorted(self.report(name), key=repr) for name in REPORTS}

    def charge(self):
        run = subprocess.run([HOOK, '--charge'], env=self.env(), stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        self.assertEqual((run.returncode, run.stderr), (0, b''))

    def check_kept(self, *, is_exact=True):
        """No row of the old ledger is lost or changed; is_exact: none came but words and what git
        says, for no transcript was read."""
        with open_ledger(self.ledger) as db:
            after = rows_of(db, self.columns)
            hints = {r[0] for r in db.execute('SELECT uuid FROM pr_hint')}
            rollup = db.execute(ROLLUP).fetchall()
            self.assertEqual(db.execute('PRAGMA integrity_check').fetchall(), [('ok',)])
            self.assertEqual(db.execute('PRAGMA foreign_key_check').fetchall(), [])
            self.assertEqual(db.execute('SELECT count(*) FROM charge_due').fetchone(), (0,))
        self.assertLessEqual(self.hints, hints)
        for table, rows in self.before.items():
            if not is_exact and table in ('pr_hint', 'source_file', 'hook_run', 'prompt'):
                continue  # a line that is read again tells more than it did
            self.assertEqual(sorted(set(rows) - set(after[table])), [], table)
            if is_exact and table not in ('name', 'meta', 'git_move'):
                self.assertEqual(len(after[table]), len(rows), table)
        if is_exact:
            self.assertEqual(rollup, self.rollup)
        check_rollups(self, self.read())

    def test_dump_has_rows_of_every_table(self):
        self.assertEqual([t for t, rows in self.before.items() if not rows], [])

    def test_charge(self):
        self.charge()
        self.check_kept()
        reports, want = self.fresh()
        with open_ledger(self.ledger) as db:
            self.assertEqual(schema(db), want)
        self.assertEqual(self.reports(), reports)

    def test_reading_again_adds_nothing(self):
        """The cursors of the dump are those of other files: all transcripts are read from their start."""
        self.charge()
        skip = {'source_file', 'name', 'meta', 'pr_hint'}  # the present sees more evidence in the same lines
        with open_ledger(self.ledger) as db:
            names = {t: columns(db, t) for t in tables(db) if t not in skip | DERIVED}
            count = {t: db.execute(f'SELECT count(*) FROM {t}').fetchone()[0] for t in names}
            turns = rows_of(db, {'turn': names['turn']})
        self.sync_all()
        with open_ledger(self.ledger) as db:
            self.assertEqual({t: db.execute(f'SELECT count(*) FROM {t}').fetchone()[0] for t in names}, count)
            self.assertEqual(rows_of(db, {'turn': names['turn']}), turns)
        check_rollups(self, self.read())
        self.assertEqual(self.reports(), self.fresh()[0])

    def test_twins(self):
        """Of two keys that have one hash the first has that number, the second the next."""
        self.charge()
        hashes = {r['key']: r['key_hash'] for r in self.read().all("SELECT key, key_hash FROM turn WHERE key LIKE 'msg_twin_%'")}
        for a, b in (TWINS[:2], TWINS[2:]):
            self.assertEqual(abs(hashes[a] - hashes[b]), 1)

    def test_sync_in_foreground(self):
        for report in REPORTS:
            run = subprocess.run([CCL, report], env=self.env(), capture_output=True, text=True, timeout=60)
            self.assertEqual((run.returncode, run.stdout), (1, ''))
            self.assertIn('run `ccl sync`', run.stderr)
        run = subprocess.run([CCL, 'sync', self.projects.parent], env=self.env(), capture_output=True, text=True, timeout=60)
        self.assertEqual((run.returncode, run.stderr), (0, ''))
        self.check_kept(is_exact=False)
        self.assertEqual(self.reports(), self.fresh()[0])

    def test_tree_that_is_gone(self):
        """What was stored of its reflog still says which branch the turns are charged to."""
        shutil.rmtree(self.other)
        self.charge()
        charged = self.charges()[self.topic_turn]
        self.assertEqual((charged['branch'], charged['branch_source']), ('topic', 'reflog'))

    def test_birth_of_a_branch(self):
        """Version 1 did not look for it."""
        self.charge()
        born = self.read().all("SELECT n.text FROM git_move AS m JOIN name AS n ON n.id = m.to_id WHERE m.kind = 'birth'")
        self.assertEqual(born, [{'text': 'topic'}])

    def version(self):
        with open_ledger(self.ledger) as db:
            return db.execute('PRAGMA user_version').fetchone()[0]

    def is_present(self):
        if self.version() == self.VERSION:
            return False
        with open_ledger(self.ledger) as db:
            return db.execute('SELECT count(*) FROM charge_due').fetchone()[0] == 0

    def test_hook_does_not_wait(self):
        """Of many turns: half a second of work, of which the hook that Claude Code waits for does nothing."""
        db = sqlite3.connect(self.ledger)
        names = ', '.join(c for c in columns(db, 'turn') if c not in ('id', 'key'))
        with db:
            db.execute(f'INSERT INTO turn(key, {names}) WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 100000) '
                       f"SELECT 'many-' || n, {names} FROM (SELECT * FROM turn LIMIT 1), n")
        db.close()
        self.stop('own', self.repo)
        self.assertEqual(self.version(), self.VERSION)
        self.assertTrue(until(self.is_present))

    def test_stop_leaves_it_to_the_child(self):
        key = self.turn('own', self.repo)
        db = sqlite3.connect(self.ledger, isolation_level=None)
        db.execute('BEGIN IMMEDIATE')
        self.stop('own', self.repo)  # silent, and done though nobody can write
        db.execute('ROLLBACK')
        db.close()
        self.assertTrue(until(self.is_present))
        self.assertTrue(until(lambda: self.n_turns() > len(self.before['turn'])))
        turns = {t['key']: t['charge_id'] for t in self.read().turns}
        self.assertNotIn(0, turns.values())
        self.assertIn(key, turns)
        self.assertFalse((self.ledger.parent / 'hook.log').exists())

    def test_all_at_once(self):
        runs = [subprocess.Popen([HOOK, '--charge'], env=self.env(), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) for _ in range(6)]
        hook = self.start_hook({'session_id': 'own', 'transcript_path': str(self.file('own')), 'hook_event_name': 'SubagentStop'})
        self.end_hook(hook)
        for run in runs:
            self.assertEqual((run.communicate(timeout=60)[1], run.returncode), (b'', 0))
        self.assertTrue(until(self.is_present))
        self.check_kept(is_exact=False)


class MigrateThree(Migrate):
    """What came with version 3 (branches and pull requests) is there already."""
    VERSION = 3
    test_hook_does_not_wait = test_twins = None  # of turns without a hash

    def test_dump_has_rows_of_every_table(self):
        empty = {t for t, rows in self.before.items() if not rows}
        self.assertLessEqual(empty, {'charge_due', 'pr_link', 'forge_pr', 'forge_repo', 'claim', 'line_copy'})


class MigrateFour(MigrateThree):
    VERSION = 4

    def test_dump_has_rows_of_every_table(self):
        empty = {t for t, rows in self.before.items() if not rows}
        self.assertLessEqual(empty, {'charge_due', 'pr_link', 'forge_pr', 'forge_repo', 'claim', 'line_copy', 'budget', 'budget_change',
                                     'budget_state', 'limit_seen'})


if __name__ == '__main__':
    unittest.main()
