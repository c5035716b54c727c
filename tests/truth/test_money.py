#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Money that is somebody else's word: own prices, plan and currency, and what Claude Code reports itself."""
import json
import pathlib
import random
import sqlite3
import subprocess
import unittest
from fractions import Fraction

from harness import CCL, ROOT, LedgerCase, payload, until

NOW = '2026-11-20T12:00:00Z'
PICO = Fraction(1, 10**12)


def answer(session, n, model='claude-next-9', at='2026-11-20T10:00:00Z', input=1000, output=1000, **more):
    return json.dumps({'type': 'assistant', 'sessionId': session, 'uuid': f'{session}-{n}', 'timestamp': at, 'cwd': '/nowhere',
                       'version': '2.1.330', 'message': {
                           'id': f'msg_{session}_{n}', 'model': model, 'stop_reason': 'end_turn', 'role': 'assistant',
                           'content': [{'type': 'text', 'text': 'x'}], 'usage': {'input_tokens': input, 'output_tokens': output}},
                       **more}) + '\n'


class MoneyCase(LedgerCase):
    def setUp(self):
        super().setUp()
        self.folder = self.home / '.claude/projects/-nowhere'
        self.folder.mkdir(parents=True)

    def env(self, **more):
        return super().env(**{'CCL_NOW': NOW, **more})

    def write(self, session, *lines):
        (self.folder / f'{session}.jsonl').write_text(''.join(lines))
        self.sync()

    def ccl(self, *args, status=0, **more):
        run = subprocess.run([CCL, *args], env=self.env(**more), stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        self.assertEqual(run.returncode, status, run.stderr.decode())
        return run.stdout.decode() or run.stderr.decode()

    def cost(self, *args):
        row, = [r for r in self.report('summary', *args) if r['period'] == 'all']
        return row['cost'], row['unpriced']


class Prices(MoneyCase):
    """A price is in force wherever money is, the moment it is set; nothing that is stored changes."""

    def turns(self):
        with sqlite3.connect(self.ledger) as db:
            return [db.execute(f'SELECT * FROM {t}').fetchall() for t in ('turn', 'rollup', 'charge_rollup', 'model', 'class')]

    def line(self, session):
        data = json.dumps({'session_id': session, 'transcript_path': str(self.folder / f'{session}.jsonl'), 'cwd': '/nowhere',
                           'model': {'id': 'claude-next-9'}})
        return subprocess.run([CCL, 'statusline', '--format', '{session}'], env=self.env(), input=data.encode(),
                              capture_output=True, timeout=60).stdout.decode()

    def test_hook_and_status_line_see_it_at_once(self):
        self.write('s1', *(answer('s1', n) for n in range(3)))
        self.assertEqual(self.cost(), (None, 3))
        before = self.turns()
        self.ccl('budget', 'set', '--session', '0.05', '--enforce')
        self.ccl('budget', 'check')
        self.assertNotIn('$', self.line('s1').replace('$0.00', ''))
        asked = payload('UserPromptSubmit', self.folder / 's1.jsonl', 's1', prompt='go on')
        self.hook(asked)
        self.ccl('price', 'set', 'claude-next-9', 'input=3', 'output=15')
        self.assertEqual(self.cost(), (3 * 1000 * (3000000 + 15000000) * PICO, 0))
        self.assertIn('$0.05', self.line('s1'))
        self.ccl('budget', 'check', status=3)
        run = subprocess.run(['ccl-hook'], executable=str(pathlib.Path(CCL).parents[1] / 'hook/ccl-hook'), env=self.env(),
                             input=json.dumps(asked).encode(), capture_output=True, timeout=60)
        self.assertEqual(json.loads(run.stdout)['decision'], 'block', run)
        self.assertEqual(self.turns(), before)
        self.ccl('price', 'unset', 'claude-next-9')
        self.assertEqual(self.cost(), (None, 3))
        self.ccl('budget', 'check')
        self.assertEqual(self.turns(), before)

    def test_dates(self):
        days = [answer('s1', n, at=f'2026-11-{10 + n}T00:00:00Z') for n in range(4)]
        self.write('s1', *days, answer('s1', 9, at='2026-11-11T23:59:59.999Z'))
        self.ccl('price', 'set', 'claude-next-9', 'input=1', 'output=0')
        self.ccl('price', 'set', 'claude-next-9', 'input=10', 'output=0', 'from=2026-11-11', 'until=2026-11-12')
        self.assertEqual(self.cost()[0], (3 * 1 + 2 * 10) * 1000 * 10**6 * PICO)
        # over both edges of it
        self.ccl('price', 'set', 'claude-next-9', 'input=100', 'output=0', 'from=2026-11-11', 'until=2026-11-13')
        self.assertEqual(self.cost()[0], (2 * 1 + 3 * 100) * 1000 * 10**6 * PICO)
        self.ccl('price', 'unset', 'claude-next-9', 'from=2026-11-12')
        self.assertEqual(self.cost(), ((1 + 2 * 100) * 1000 * 10**6 * PICO, 2))
        with sqlite3.connect(self.ledger) as db:
            rows = db.execute("SELECT valid_from_ms, valid_until_ms FROM price WHERE source = 'user' ORDER BY 1").fetchall()
        self.assertTrue(all(a[1] <= b[0] for a, b in zip(rows, rows[1:])), rows)

    def test_import(self):
        """The builtin table, read back, changes no figure; a bad line leaves everything as it was."""
        self.write('s1', *(answer('s1', n, model=m, input=150000) for n, m in enumerate(
            ('claude-opus-5-5', 'claude-haiku-5-5', 'claude-sonnet-4-5', 'claude-fable-5', 'claude-next-9'))))
        want = self.cost()
        self.assertEqual(want[1], 1)
        self.ccl('price', 'import', str(ROOT / 'schema/prices.tsv'))
        self.assertEqual(self.cost(), want)
        with sqlite3.connect(self.ledger) as db:
            same = db.execute("SELECT count(*) FROM price AS p JOIN price AS q ON q.source = 'user' AND (p.model, p.valid_from_ms,"
                              ' p.valid_until_ms, p.above_tok, p.input_rate, p.output_rate, p.cache_5m_rate, p.cache_1h_rate,'
                              ' p.cache_read_rate, p.geo_num, p.geo_den, p.regional_num, p.batch_num, p.batch_den, p.web_search_rate)'
                              ' = (q.model, q.valid_from_ms, q.valid_until_ms, q.above_tok, q.input_rate, q.output_rate, q.cache_5m_rate,'
                              ' q.cache_1h_rate, q.cache_read_rate, q.geo_num, q.geo_den, q.regional_num, q.batch_num, q.batch_den,'
                              " q.web_search_rate) AND p.fast_num IS q.fast_num WHERE p.source = 'builtin'").fetchone()[0]
            self.assertEqual(same, db.execute("SELECT count(*) FROM price WHERE source = 'builtin'").fetchone()[0])
            before = db.execute('SELECT * FROM price').fetchall()
        head = 'model\tfrom\tuntil\tabove\tinput\toutput\n'
        bad = self.dir / 'bad.tsv'
        for rows, why in (('a\t\t\t0\t3\t15\nb\t\t\t0\t3\tx\n', ':3: output=x: not a rate'), ('a\t\t\t0\t3\n', ':2: 5 cells, 6 expected'),
                          ('a\t\t\t0\t3\t15\na\t2026-01-01\t\t0\t3\t15\n', ':3: overlaps another row of a'),
                          ('a\t\t\t5\t3\t15\n', ':2: above 5: only prompts'), ('', 'holds no price'),
                          ('a\t2026-02-30\t\t0\t3\t15\n', ':2: from=2026-02-30: not a date')):
            bad.write_text(head + rows)
            self.assertIn(why, self.ccl('price', 'import', str(bad), status=64))
        for text, why in (('{"a": {"input_cost_per_token": 1e-6', 'damaged'), ('{"a": 5}', 'holds no price'), ('x', 'not a table'),
                          ('', 'holds no price'), ('\x00' * 100, 'not a table')):
            bad.write_text(text)
            self.assertIn(why, self.ccl('price', 'import', str(bad), status=64))
        with sqlite3.connect(self.ledger) as db:
            self.assertEqual(db.execute('SELECT * FROM price').fetchall(), before)

    def test_arn(self):
        """An inference profile does not say its model; its price is its own."""
        arn = 'arn:aws:bedrock:eu-west-1:1:application-inference-profile/Xy'
        self.write('s1', answer('s1', 1, model=arn), answer('s1', 2, model='claude-opus-5-5'))
        opus = self.cost()[0]
        self.assertEqual(self.cost()[1], 1)
        self.ccl('price', 'set', arn, 'like=claude-opus-5-5')
        self.assertEqual(self.cost(), (2 * opus, 0))
        self.assertEqual({r['priced_as'] for r in self.report('models')}, {arn, 'claude-opus-5-5'})
        self.assertIn('$0.05', self.line('s1'))
        self.ccl('price', 'unset', arn)
        self.assertEqual(self.cost(), (opus, 1))

    def test_mangled_files(self):
        """Whatever a file holds: all of it or nothing, and a sentence."""
        rng = random.Random(7)
        good = [(ROOT / 'schema/prices.tsv').read_bytes(), json.dumps({f'm{i}': {
            'input_cost_per_token': 3e-06, 'output_cost_per_token': 1.5e-05, 'x': ['}', None]} for i in range(20)}).encode()]
        path, taken = self.dir / 'prices', 0
        self.write('s1', answer('s1', 1))
        for n in range(120):
            data = bytearray(rng.choice(good))
            for _ in range(rng.choice((1, 3, 30))):
                at = rng.randrange(len(data))
                data[at:at + rng.choice((0, 1, 40))] = rng.choice((b'', b'\t', b'\n', b'"', b'\x00', b'9' * 30, b'\xff', b'-', b'1e9', b'{'))
            path.write_bytes(data)
            rows = lambda: sqlite3.connect(self.ledger).execute("SELECT * FROM price WHERE source = 'user'").fetchall()
            before = rows()
            run = subprocess.run([CCL, 'price', 'import', str(path)], env=self.env(), capture_output=True, timeout=60)
            self.assertIn(run.returncode, (0, 64), run)
            self.assertEqual(len(run.stderr.splitlines()), run.returncode == 64, run.stderr)
            taken += run.returncode == 0
            if run.returncode:
                self.assertEqual(rows(), before)
            model = [r[2:5] for r in sorted(rows(), key=lambda r: (r[0], r[4], r[2])) if r[0] == 'claude-opus-4-6' and r[4] == 0]
            self.assertTrue(all(a[1] <= b[0] for a, b in zip(model, model[1:])), model)
        self.assertGreater(taken, 10)

    def test_json(self):
        self.write('s1', answer('s1', 1), answer('s1', 2, input=250000))
        rates = self.dir / 'litellm.json'
        rates.write_text(json.dumps({
            'sample_spec': {'input_cost_per_token': 'prose'}, 'proxy/claude-next-9': {'input_cost_per_token': 1, 'output_cost_per_token': 1},
            'anthropic/claude-next-9': {'input_cost_per_token': 9e-06, 'output_cost_per_token': 9e-06},
            'claude-next-9': {'input_cost_per_token': 3e-06, 'output_cost_per_token': 1.5e-05, 'mode': 'chat',
                              'input_cost_per_token_above_200k_tokens': 6e-06, 'output_cost_per_token_above_200k_tokens': 2.25e-05},
            'no-exact': {'input_cost_per_token': 1.23456789e-07, 'output_cost_per_token': 1e-06}}, indent=1))
        self.assertIn('2 prices of 1 model', self.ccl('price', 'import', str(rates)))
        self.assertEqual(self.cost(), ((1000 * 18 + 250000 * 6 + 1000 * Fraction(45, 2)) * 10**6 * PICO, 0))


class Plan(MoneyCase):
    def plan(self, **more):
        row, = self.report('plan', **more)
        return row

    def days(self, *days, session='s1'):
        """A turn of one dollar on each of these days of November."""
        self.write(session, *(answer(session, n, model='claude-opus-5-5', input=250000, output=0, at=f'2026-11-{d:02}T12:00:00Z')
                              for n, d in enumerate(days)))

    def test_break_even(self):
        self.days(1, 2, 2, 5, 10)
        for plan, day, outlook in (('0.50', '2026-11-01', 'passed'), ('1', '2026-11-01', 'passed'), ('1.000000000001', '2026-11-02', 'passed'),
                                   ('3', '2026-11-02', 'passed'), ('5', '2026-11-10', 'passed'),
                                   # five dollars in 19.5 days: 6 after 23.4, 7.69 after 30
                                   ('6', '2026-11-24', 'projected'), ('7.7', None, 'not this month'), ('pro', None, 'not this month')):
            self.ccl('plan', 'set', plan)
            row = self.plan()
            self.assertEqual((row['break_even'], row['outlook']), (day, outlook), plan)
            self.assertEqual(row['cost'], 5)
            self.assertLess(abs(row['projected'] - Fraction(5 * 30 * 2, 39)), Fraction(1, 10**6))
        self.assertEqual((row['price'], row['value'], row['share']), (20, Fraction('0.25'), Fraction('0.25')))
        # only this month
        self.assertEqual(self.plan(CCL_NOW='2026-12-01T12:00:00Z')['cost'], 0)

    def test_billed_apart(self):
        self.days(1, 2)
        self.days(3, 4, 5, session='s2')
        self.ccl('plan', 'set', 'pro')
        with sqlite3.connect(self.ledger) as db:
            db.execute("INSERT OR IGNORE INTO name(text) VALUES ('api-key'), ('oauth-token')")
            bill = lambda s, how: db.execute('UPDATE session SET billing_id = (SELECT id FROM name WHERE text = ?) WHERE uid = ?', (how, s))
            bill('s1', 'oauth-token')
            bill('s2', 'api-key')
        self.assertEqual((self.plan()['cost'], self.plan()['apart']), (2, 3))

    def test_windows(self):
        self.days(1)
        self.ccl('plan', 'set', 'max20')
        now_ms = 1795176000000  # NOW
        with sqlite3.connect(self.ledger) as db:
            db.executemany('INSERT INTO limit_seen VALUES (?, ?, ?, ?)', [
                ('five_hour', now_ms, 9900, now_ms - 1), ('five_hour', now_ms + 1000, 1234, now_ms - 1), ('seven_day', now_ms - 5, 100, now_ms - 9)])
        row = self.plan()
        self.assertEqual((row['five_hour'], row['five_hour_resets'], row['seven_day']), (Fraction('0.1234'), '2026-11-20T12:00:01.000Z', None))

    def test_said_everywhere(self):
        """A subscriber is told, by whatever prints money, that nobody bills it."""
        self.days(1, 2)
        reports = [r['report'] for r in self.report('reports')]
        asked = {'session': ['s1'], 'why': ['--session', 's1'], 'pr-why': None, 'pr': None}
        for plan in ('api', 'max5'):
            self.ccl('plan', 'set', plan)
            n = 0
            for name in reports:
                args = asked.get(name, [])
                run = args is not None and subprocess.run([CCL, name, *args, '--json'], env=self.env(), capture_output=True, timeout=60)
                if not run or run.returncode:
                    continue
                out = json.loads(run.stdout)
                is_money = any(c['type'] == 'usd' for c in out['columns'])
                self.assertEqual(out.get('basis'), 'api-equivalent' if is_money and plan != 'api' else None, name)
                table, md = self.ccl(name, *args), self.ccl(name, *args, '--md')
                if out['rows']:
                    n += is_money
                    self.assertEqual('API-equivalent' in table, is_money and plan != 'api', table)
                    self.assertEqual('API-equivalent' in md, is_money and plan != 'api', md)
            self.assertGreater(n, 8)


class Currency(MoneyCase):
    def test_rounded_once(self):
        """Against exact arithmetic, half a hundredth up; below one the first two digits that say something."""
        def text(pico, rate):
            v = Fraction(pico, 10**12) * Fraction(rate)
            decimals = 2
            while v and v < Fraction(1, 100) and v * 10**decimals < 10:
                decimals += 1
            n = (v * 10**decimals * 2 + 1) // 2
            out = f'{n // 10**decimals}.{n % 10**decimals:0{decimals}}'
            while decimals > 2 and out.endswith('0'):
                out, decimals = out[:-1], decimals - 1
            return '€' + out
        for i, (usd_per_million, rate) in enumerate([
                ('3', '0.92'), ('0.000001', '0.92'), ('999.999999', '0.000000001'), ('0.005', '1'), ('0.015', '1'), ('5', '0.001'),
                ('4.999', '0.001'), ('0.001', '1'), ('7.77', '1000000'), ('2.675', '1'), ('1.005', '0.5'), ('0.009999', '1'),
                ('0.0000010', '0.5'), ('0.99', '0.010101010'), ('9.9951', '0.001'), ('0.01', '0.999999999')]):
            self.write(f's{i}', answer(f's{i}', 1, model=f'm{i}', input=1000000, output=0))
            self.ccl('price', 'set', f'm{i}', f'input={usd_per_million}', 'output=0', 'cache-read=0', 'cache-5m=0')
            pico = int(Fraction(usd_per_million) * 10**12)
            out = self.ccl('models', '--model', f'm{i}', '-o', 'cost', '--currency', 'EUR', '--rate', rate, COLUMNS='80')
            self.assertIn('\n' + text(pico, rate) + '\n', out.replace(' ', '').replace(',', ''), (usd_per_million, rate))


class Reported(MoneyCase):
    def test_transcripts_own(self):
        """costUSD of old clients: in `auto` only where there is no price."""
        self.write('s1', answer('s1', 1, costUSD=0.25), answer('s1', 2), answer('s1', 3, model='claude-opus-5-5', costUSD=0.5),
                   answer('s1', 4, costUSD=0))
        ours = 1000 * 24 * 10**6 * PICO
        self.assertEqual(self.cost(), (ours + Fraction('0.25'), 2))
        self.assertEqual(self.cost('--cost', 'auto'), (ours + Fraction('0.25'), 2))
        self.assertEqual(self.cost('--cost', 'calculated'), (ours, 3))
        self.assertEqual(self.cost('--cost', 'reported'), (Fraction('0.75'), 2))
        self.ccl('forget', 's1', '--yes')
        with sqlite3.connect(self.ledger) as db:
            self.assertEqual(db.execute('SELECT count(*) FROM turn_reported').fetchone(), (0,))

    def test_meter(self):
        """A meter's figure is spread to the last pico-dollar; what was before its process has none."""
        meter = {'type': 'cost-state', 'sessionId': 's1', 'startTime': 1795168800000, 'totalCostUSD': 0.1000000000001,
                 'modelUsage': {'claude-opus-5-5': {'inputTokens': 5, 'costUSD': 0.1000000000001}, 'claude-haiku-5-5': {'costUSD': 9}}}
        before = answer('s1', 0, model='claude-opus-5-5', at='2026-11-20T09:59:59Z')
        self.write('s1', before, *(answer('s1', n, model='claude-opus-5-5', input=n) for n in (1, 2, 4)), json.dumps(meter) + '\n')
        self.assertEqual(self.cost('--cost', 'reported'), (Fraction('0.1'), 1))
        rows = self.report('session', 's1', '--cost', 'reported')
        shares = [r['cost'] for r in rows]
        self.assertIsNone(shares[0])
        ours = [4 * n + 20 * 1000 for n in (1, 2, 4)]
        for share, part in zip(shares[1:], ours):
            self.assertLess(abs(share - Fraction('0.1') * part / sum(ours)), PICO)
        self.assertEqual(sum(shares[1:]), Fraction('0.1'))

    def test_recorded(self):
        """Recorded runs whose meter holds nothing but turns: what the client says is what turns have."""
        for name in ('plain', 'exit-resume', 'turns', 'tui', 'agents', 'nested', 'background'):
            with self.subTest(name):
                source = ROOT / 'tests/recorded' / name / 'projects'
                self.ledger = self.dir / name / 'ledger.db'
                self.sync(source)
                meters = {}  # (session, process): the last line that says more than those before
                for path in source.rglob('*.jsonl'):
                    for line in path.read_text().splitlines():
                        if '"type":"cost-state"' in line:
                            o = json.loads(line)
                            meters[path.stem, o['startTime']] = {m: Fraction(u['costUSD']).limit_denominator(10**12)
                                                                 for m, u in o['modelUsage'].items()}
                with sqlite3.connect(self.ledger) as db:
                    models = dict(db.execute('SELECT s.uid || m.name, 1 FROM turn AS t JOIN origin AS o ON o.id = t.origin_id JOIN session AS s'
                                             ' ON s.id = o.session_id JOIN class AS c ON c.id = t.class_id JOIN model AS m ON m.id = c.model_id'))
                    want, firsts = Fraction(0), {}
                    for (session, start), usage in sorted(meters.items()):
                        for m, usd in usage.items():
                            if session + m in models:
                                firsts.setdefault((start, m), []).append(usd)
                    # sessions that share a process are forks: the greatest holds the others
                    want = sum(max(v) for v in firsts.values())
                got = self.cost('--cost', 'reported')[0] or 0
                self.assertLess(abs(got - want), 10 * PICO, name)


if __name__ == '__main__':
    unittest.main()
