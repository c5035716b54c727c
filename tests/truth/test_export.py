#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`ccl export`: its sums are those of `ccl summary`, its formats say the same, and --anonymise leaves no name."""
import csv
import decimal
import io
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / 'tests/golden'), str(ROOT / 'tests/tools')]
import harness  # noqa: E402
import ledger  # noqa: E402

MEASURES = 'turns input output cache_write_5m cache_write_1h cache_read web_searches cost unpriced'.split()
PARTS = 'input_cost output_cost cache_write_cost cache_read_cost search_cost'.split()
FILTERS = [[], ['--since', '2026-11-20'], ['--until', '2026-11-21T11:07:30Z'], ['--since', 'today'], ['--project', 'api'],
           ['--project', 'acme/api', '--branch', 'main'], ['--branch', 'feature/pay'], ['--session', 'dddd5'],
           ['--since', '2026-11-02T10:00:00.001Z', '--until', '2026-11-21T11:08:00.001Z'], ['--project', 'nothing']]
# What no anonymised export may hold: names of the fixture, and of those that are put into it below.
SECRETS = ['/home', '/srv', '/Users', 'acme', 'github', 'gitlab', 'feature', 'HYPERLINK', 'dddd5555', 'aaaa1111', 'msg_', 'a1b2c3', 'e4d5',
           'acompact-7', 'secret', 'zahlung', 'Pay', 'autumn', 'arn:', '123456789012', 'worktrees', '.com', '[31m']


class Export(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix='ccl-test-')
        self.addCleanup(shutil.rmtree, self.dir)
        self.ledger = ledger.make(str(ROOT / 'schema'), self.dir)
        self.env = harness.environ(self.ledger, self.dir, CCL_NOW='2026-11-21T18:00:00Z', TZ='Europe/Berlin')

    def ccl(self, *args, status=0, text=True):
        p = subprocess.run([harness.CCL, *args], env=self.env, capture_output=True, text=text, timeout=120)
        self.assertEqual(status, p.returncode, p.stderr)
        return p.stdout

    def rows(self, *args):
        return [json.loads(line, parse_float=decimal.Decimal) for line in self.ccl('export', '--format', 'jsonl', *args).splitlines()]

    def path(self, name):
        return os.path.join(self.dir, name)

    def change(self, sql):
        with sqlite3.connect(self.ledger) as db:
            db.executescript(sql)

    def test_sums(self):
        n = 0
        for extra in FILTERS:
            with self.subTest(extra):
                rows = self.rows(*extra)
                want = json.loads(self.ccl('summary', '--json', *extra), parse_float=decimal.Decimal)['totals']
                self.assertEqual([want[m] or 0 for m in MEASURES], [sum(r[m] or 0 for r in rows) for m in MEASURES])
                for r in rows:
                    parts = None if r['input_cost'] is None else sum(r[p] for p in PARTS)
                    self.assertEqual(r['cost'], r['reported'] if parts is None else parts)
                    self.assertEqual(r['reason'] is None, r['pr_number'] is not None)
                self.assertEqual(sorted((r['at'], r['id']) for r in rows), [(r['at'], r['id']) for r in rows])
                n += len(rows)
        self.assertGreater(n, 40)

    def test_pull_requests(self):
        sums = {}
        for r in self.rows():
            if r['pr_number']:
                key = r['pr_repo'], r['pr_number'], r['role']
                sums[key] = sums.get(key, 0) + (r['cost'] or 0)
        prs = json.loads(self.ccl('prs', '--json'), parse_float=decimal.Decimal)['rows']
        want = {(p['repo'], p['number'], role): p[role + '_cost'] for p in prs for role in ('author', 'review', 'ci') if p[role + '_cost']}
        self.assertEqual(want, {k: v for k, v in sums.items() if v})

    def test_steps_of_several_models(self):
        """A step that has a price in a turn without one counts, as it does in the reports."""
        self.change("""
            INSERT INTO turn_step SELECT id, 5, 1, (SELECT c.id FROM class AS c JOIN model AS m ON m.id = c.model_id
              WHERE m.name = 'claude-sonnet-5' AND c.partner_id IS NOT NULL), 7, 8, 9, 10, 11 FROM turn WHERE key = 'msg_17blind';
            DELETE FROM rollup; DELETE FROM charge_rollup;""" + ledger.ROLLUP + ';' + ledger.CHARGE_ROLLUP)
        rows = self.rows()
        want = json.loads(self.ccl('summary', '--json'), parse_float=decimal.Decimal)['totals']
        self.assertEqual([want[m] for m in MEASURES], [sum(r[m] or 0 for r in rows) for m in MEASURES])
        blind = [r for r in rows if r['id'] == 'msg_17blind'][0]
        self.assertEqual(1, blind['unpriced'])
        self.assertGreater(blind['cost'], 0)

    def test_reported(self):
        """What a transcript says counts where a model has no price, as in the reports."""
        before = sum(r['cost'] or 0 for r in self.rows())
        self.change("INSERT INTO turn_reported SELECT id, 1230000000001 FROM turn WHERE key IN ('msg_17blind', 'msg_10late')")
        rows = {r['id']: r for r in self.rows()}
        want = json.loads(self.ccl('summary', '--json'), parse_float=decimal.Decimal)['totals']
        self.assertEqual([want[m] for m in MEASURES], [sum(r[m] or 0 for r in rows.values()) for m in MEASURES])
        reported = decimal.Decimal('1.230000000001')
        self.assertEqual((reported, reported, 0, None), tuple(rows['msg_17blind'][c] for c in ('cost', 'reported', 'unpriced', 'input_cost')))
        self.assertEqual(reported, rows['msg_10late']['reported'])
        self.assertEqual(before + reported, sum(r['cost'] or 0 for r in rows.values()))

    def test_formats_agree(self):
        rows = self.rows()
        table = list(csv.DictReader(io.StringIO(self.ccl('export'))))
        self.assertEqual(len(rows), len(table))
        for r, t in zip(rows, table):
            for name, value in r.items():
                shown = t[name][1:] if t[name][:2] in ("'=", "'-", "'+", "'@") else t[name]
                if isinstance(value, str) and not value.isprintable():
                    self.assertNotRegex(shown, '[\x00-\x1f]')
                else:
                    self.assertEqual('' if value is None else f'{value:f}' if isinstance(value, decimal.Decimal) else str(value), shown, name)
        self.ccl('export', '--format', 'sqlite', '--output', self.path('x.db'))
        with sqlite3.connect(self.path('x.db')) as db:
            self.assertEqual('ok', db.execute('PRAGMA integrity_check').fetchone()[0])
            self.assertIn('STRICT', db.execute("SELECT sql FROM sqlite_schema WHERE name = 'turn'").fetchone()[0])
            db.row_factory = sqlite3.Row
            for r, d in zip(rows, db.execute('SELECT * FROM turn ORDER BY rowid'), strict=True):
                for name, value in r.items():
                    if isinstance(value, decimal.Decimal):
                        self.assertEqual(int(value * 10**12), d[name + '_pico'])
                    else:
                        self.assertEqual(value, d[name if name in d.keys() else name + '_pico'], name)

    def test_files(self):
        for name, words in (('a.csv', []), ('a.jsonl', ['--format', 'jsonl']), ('a.db', ['--format', 'sqlite'])):
            out = self.ccl('export', *words, '--output', self.path(name))
            self.assertEqual(f'17 turns written to {self.path(name)}.\n', out)
            self.assertEqual(0o600, stat.S_IMODE(os.stat(self.path(name)).st_mode))
            before = pathlib.Path(self.path(name)).read_bytes()
            self.ccl('export', *words, '--output', self.path(name), status=64)
            self.assertEqual(before, pathlib.Path(self.path(name)).read_bytes())
            if name != 'a.db':
                self.assertEqual(self.ccl('export', *words, text=False), before)
        os.symlink('/nowhere/x', self.path('link'))
        self.ccl('export', '--output', self.path('link'), status=64)
        self.ccl('export', '--output', self.ledger, status=64)

    def test_a_full_disk_leaves_no_file(self):
        def limit():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
        for words in ([], ['--format', 'jsonl'], ['--format', 'sqlite']):
            p = subprocess.run([harness.CCL, 'export', *words, '--output', self.path('full')], env=self.env, preexec_fn=limit,
                               capture_output=True, text=True)
            self.assertEqual((1, ''), (p.returncode, p.stdout), p.stderr)
            self.assertEqual(1, p.stderr.count('\n'))
            self.assertFalse(os.path.exists(self.path('full')), words)
        p = subprocess.run(f'"{harness.CCL}" export >/dev/full', shell=True, env=self.env, capture_output=True, text=True)
        self.assertEqual((1, 1), (p.returncode, p.stderr.count('\n')))

    def grow(self, n_turns):
        self.change(f"""
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n_turns})
            INSERT INTO turn(key, key_hash, at_ms, origin_id, class_id, prompt_id, input_tok, output_tok, is_sidechain,
              is_foreign, is_output_final, charge_id)
            SELECT 'msg_grown' || i, 1000 + i, at_ms + i, origin_id, class_id, prompt_id, i, 2, 0, 0, 1, charge_id
            FROM n, turn WHERE key = 'msg_10late'""")

    def test_head_and_interrupt(self):
        self.grow(60000)
        p = subprocess.run(['bash', '-c', f'set -o pipefail; "{harness.CCL}" export | head -n 2'], env=self.env, capture_output=True, text=True)
        self.assertEqual((2, ''), (len(p.stdout.splitlines()), p.stderr))
        for words in (['--format', 'jsonl'], ['--format', 'sqlite']):
            p = subprocess.Popen([harness.CCL, 'export', *words, '--output', self.path('cut')], env=self.env, stderr=subprocess.PIPE, text=True)
            harness.until(lambda: os.path.exists(self.path('cut')))
            p.send_signal(signal.SIGINT)
            err = p.communicate()[1]
            if p.returncode == 0:  # it was faster
                os.unlink(self.path('cut'))
                continue
            self.assertEqual(1, p.returncode, err)
            self.assertIn('interrupted', err)
            self.assertFalse(os.path.exists(self.path('cut')))

    def test_memory_is_flat(self):
        self.grow(60000)  # 40 MB, if all were held

        def limit():
            resource.setrlimit(resource.RLIMIT_DATA, (32 << 20, 32 << 20))
        if 'ASAN_OPTIONS' in os.environ:
            self.skipTest('the sanitizer has memory of its own')
        for words in ([], ['--anonymise', '--format', 'jsonl'], ['--format', 'sqlite', '--output', self.path('m.db')]):
            p = subprocess.run([harness.CCL, 'export', *words], env=self.env, preexec_fn=limit, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True)
            self.assertEqual((0, ''), (p.returncode, p.stderr))

    def test_anonymise(self):
        """Test 30 of what other tools' suites have: no path, title, prompt or remote leaves."""
        self.change("""
            INSERT INTO name(text) VALUES ('mcp__secret-server__find'), ('secret-skill'), ('secret-agent'), ('sdk-secret'), ('2.1.secret'),
              ('secret_stop'), ('cli'), ('end_turn');
            UPDATE model SET name = 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/secret' WHERE name = 'claude-next-9';
            UPDATE origin SET skill_id = (SELECT id FROM name WHERE text = 'secret-skill'),
              entrypoint_id = (SELECT id FROM name WHERE text = CASE WHEN origin.id % 2 THEN 'cli' ELSE 'sdk-secret' END),
              version_id = CASE WHEN origin.id % 3 THEN version_id ELSE (SELECT id FROM name WHERE text = '2.1.secret') END;
            UPDATE agent SET attr_type_id = (SELECT id FROM name WHERE text = 'secret-agent') WHERE uid = 'e4d5';
            UPDATE turn SET stop_id = (SELECT id FROM name WHERE text = CASE WHEN turn.id % 2 THEN 'end_turn' ELSE 'secret_stop' END);
            INSERT INTO tool_call(key_hash, turn_id, name_id) SELECT 999, t.id, n.id FROM turn AS t, name AS n
              WHERE t.key = 'msg_10late' AND n.text = 'mcp__secret-server__find';""")
        plain, hidden = self.rows(), self.rows('--anonymise')
        self.assertIn('secret-skill', json.dumps(plain, default=str))
        self.ccl('export', '--anonymise', '--format', 'sqlite', '--output', self.path('x.db'))
        for out in (self.ccl('export', '--anonymise'), self.ccl('export', '--anonymise', '--format', 'jsonl'),
                    pathlib.Path(self.path('x.db')).read_bytes().decode('latin-1')):
            out = out.lower().replace('host/owner/name', '')  # what a column is, in the database
            self.assertEqual([], [word for word in SECRETS if word.lower() in out])
        # the figures stay, equal names stay equal, others differ
        for name in MEASURES + PARTS + ['at', 'day', 'pr_number', 'role', 'reason']:
            self.assertEqual([r[name] for r in plain], [r[name] for r in hidden], name)
        for name in ('id', 'session', 'project', 'root', 'repo', 'branch', 'branch_root', 'pr_repo', 'agent', 'agent_type', 'skill', 'model',
                     'prompt', 'version', 'entrypoint', 'stop_reason', 'tools'):
            pairs = {(p[name], h[name]) for p, h in zip(plain, hidden)}
            self.assertEqual(len(pairs), len({p for p, _ in pairs}), name)
            self.assertEqual(len(pairs), len({h for _, h in pairs}), name)
            self.assertTrue(all((p is None) == (h is None) for p, h in pairs), name)
        known = {r['tools'] for r in hidden if r['tools']}
        self.assertTrue(any(re.fullmatch(r'Read,Edit,mcp__[0-9a-f]{16}', t) for t in known), known)
        self.assertIn('cli', {r['entrypoint'] for r in hidden})
        self.assertIn('end_turn', {r['stop_reason'] for r in hidden})
        # stable, and of no use without the key
        self.assertEqual(hidden, self.rows('--anonymise'))
        self.change("UPDATE meta SET value = randomblob(16) WHERE key = 'hash_key'")
        other = self.rows('--anonymise')
        self.assertFalse({r['session'] for r in hidden} & {r['session'] for r in other})
        # the same text as another kind of name has another hash
        self.assertNotIn(hidden[0]['repo'], [hidden[0]['project'], hidden[0]['root']])

    def test_a_new_column_tells_nothing(self):
        """What anonymise.c does not know must not get out: each text column has a line in its table."""
        source = (ROOT / 'query/export/anonymise.c').read_text()
        known = re.findall(r'^\t\{"(\w+)", ', source, flags=re.M)
        columns = re.findall(r'^-- @column +(\w+) +(\w+)', (ROOT / 'schema/export.sql').read_text(), flags=re.M)
        texts = [name for name, kind in columns if kind in ('id', 'text', 'path', 'day')]
        self.assertEqual(texts, known)


if __name__ == '__main__':
    unittest.main()
