# SPDX-License-Identifier: MIT
"""Claude Code's own total beside ours: of every recorded run the difference is explained to the last digit, by its kinds."""
import collections
import datetime
import json
import os
import shutil
import subprocess
import unittest
from fractions import Fraction

from harness import CCL, HOOK, ROOT, SHARE, LedgerCase, payload, read_lines

RECORDED = ROOT / 'tests/recorded'
RUNS = sorted(p.name for p in RECORDED.iterdir() if p.is_dir())
KINDS = ('compaction', 'title', 'inner', 'fork', 'interrupted', 'unwritten', 'other_process', 'unseen', 'rates', 'unexplained')
COMPACT = Fraction('0.0501546')  # opus-5-5: 5,003 in, 907 out, 60,013 read
# What the client's own figure holds besides the turns, in USD over all sessions of a run: {kind: amount}. By its transcripts,
# and with the results of `claude -p` given, too. A run that is not here has no difference at all.
EXPLAINED = {
    # WebSearch: two searches and 2,999 in, 307 out; a prompt hook 337 in, 29 out; agent hooks, three calls
    'background': {'inner': Fraction('0.038136') + Fraction('0.001928') + Fraction('0.0129696')},
    'compact': {'compaction': COMPACT},
    # an answer of 880 characters: 293 tokens, of which the turn has 3
    'tui': {'compaction': COMPACT, 'interrupted': 290 * Fraction('0.00002')},
    'turns': {'fork': Fraction('0.1735924')},
    # asked for opus, answered by haiku
    'usage': {'rates': Fraction('0.053264845')},
    # the cost-state line was written before: it lacks 107 in, 1,579 written, 21,067 read and 3 out
    'sig-INT': {'interrupted': -Fraction('0.0125964')},
}
WITH_RESULTS = EXPLAINED | {
    # 1,263 characters: 421 tokens, of which the turn has 3
    'sig-INT': {'interrupted': 418 * Fraction('0.00002')},
    'turns': {'fork': Fraction('0.1735924'), 'unseen': Fraction('0.0366012')},
    # compaction 0.0466179; 1-hour writes at the 5-minute rate: 5,003 x 2.25
    'v2.1.104': {'compaction': Fraction('0.0466179'), 'rates': -Fraction('0.01125675')},
    'v2.1.121': {'compaction': Fraction('0.0466179'), 'rates': -Fraction('0.01125675')},
    'v2.1.270': {'compaction': Fraction('0.0776965')},
}
NO_TOTAL = {'exit-kill9', 'exit-mid-kill9', 'sig-KILL'}
# The recording cut texts at 400 characters: how long those of interrupted answers were.
STREAMED = {'tui': 880, 'sig-INT': 1263}


class Audited(LedgerCase):
    def ccl(self, *args, status=0, stdin=None):
        run = subprocess.run([CCL, *map(str, args)], env=self.env(), input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                             capture_output=True, timeout=60)
        self.assertEqual(run.returncode, status, run.stderr.decode())
        return run.stdout.decode(), run.stderr.decode()

    def give(self, result, *args, **more):
        return self.ccl('audit', '--result', '-', *args, stdin=result if isinstance(result, bytes) else json.dumps(result).encode(), **more)

    def audit(self, *args):
        """The rows by session, after what must hold of each."""
        cost = {r['session']: r['cost'] for r in self.report('sessions', '--cost', 'calculated')}
        rows = {}
        for r in self.report('audit', *args):
            rows[r['session']] = r
            if r['session'] in cost:
                self.assertEqual(r['computed'], cost[r['session']], r)
            if r['reported'] is not None:
                self.assertEqual(r['difference'], r['reported'] - (r['computed'] or 0), r)
                self.assertEqual(sum(r[k] for k in KINDS), r['difference'], r)
                self.assertGreater(len(r['why']), 5)
            else:
                self.assertEqual({r[k] for k in (*KINDS, 'difference', 'source')}, {None}, r)
                self.assertRegex(r['why'], 'no total')
        if not args:
            self.assertLessEqual(set(cost), set(rows))
        return rows


    def check_products(self, rows):
        for r in rows:
            if r['rate'] is not None:
                factor = Fraction(1)
                for part in (r['factors'] or 'x 1').split(', '):
                    factor *= Fraction(part.split()[-1])
                unit = 1 if r['what'] == 'web search' else 1_000_000
                self.assertEqual(r['cost'], r['count'] * r['rate'] * factor / unit, r)


class Recorded(Audited):
    def load(self, run):
        """The run's transcripts, with the interrupted answers as long as they were."""
        self.ledger = self.dir / run / 'ledger.db'
        projects = self.dir / run / 'projects'
        shutil.copytree(RECORDED / run / 'projects', projects)
        for path in projects.rglob('*.jsonl') if run in STREAMED else ():
            lines = []
            for d in read_lines(path):
                if d.get('isAbortedMidStream'):
                    for block in d['message']['content']:
                        block['text'] += '~' * (STREAMED[run] - len(block['text']))
                lines.append(json.dumps(d, separators=(',', ':')) + '\n')
            path.write_text(''.join(lines))
        self.sync(projects)

    def check_kinds(self, run, want):
        sums = collections.Counter()
        for r in self.audit().values():
            for k in KINDS:
                sums[k] += r[k] or 0
        self.assertEqual({k: v for k, v in sums.items() if v}, want.get(run, {}))

    def test_transcripts(self):
        self.assertEqual(len(RUNS), 48)
        for run in RUNS[::SHARE]:
            with self.subTest(run):
                self.load(run)
                self.check_kinds(run, EXPLAINED)
                if run in NO_TOTAL:
                    self.assertEqual({r['reported'] for r in self.audit().values()}, {None})

    def test_results(self):
        """Each result given as it was printed, the last first: whatever the client's version, nothing is left over."""
        for run in RUNS[::SHARE]:
            results = read_lines(RECORDED / run / 'results.jsonl')
            if not results:
                continue
            with self.subTest(run):
                self.load(run)
                for r in reversed(results):
                    self.give(r)
                if run.startswith('v') and run not in WITH_RESULTS:
                    for row in self.audit().values():
                        self.assertIn(row['unexplained'], (0, None), row)
                else:
                    self.check_kinds(run, WITH_RESULTS)
                by_model = collections.Counter()
                for row in self.report('audit', '--breakdown'):
                    by_model[row['session']] += row['difference'] or 0
                for session, row in self.audit().items():
                    self.assertEqual(by_model[session], row['difference'] or 0, row)

    def test_old_clients(self):
        """What older clients charged otherwise (real-client.md 1 and 2), kind by kind."""
        for run, session, want in (
                # quota and title calls on haiku; 1-hour writes at the 5-minute rate
                ('v1.0.124', 'cc58c711', {'inner': '0.0012', 'rates': '-0.01125675'}),
                ('v1.0.124', 'e7521e71', {'inner': '0.0002944'}),
                # its output counts are in no line; sonnet-4-6 was not known yet: 5/25
                ('v2.1.55', '94248a60', {'unwritten': '0.02515', 'rates': '0.01124170'}),
                ('v2.1.197', '3f0c8513', {})):
            with self.subTest(run, session=session):
                if not (self.dir / run).exists():
                    self.load(run)
                    for r in read_lines(RECORDED / run / 'results.jsonl'):
                        self.give(r)
                self.ledger = self.dir / run / 'ledger.db'
                row, = self.report('audit', session)
                self.assertEqual({k: row[k] for k in KINDS if row[k]}, {k: Fraction(v) for k, v in want.items()})

    def test_explain(self):
        """The products of a session are its cost, and each is one: count x rate x factors."""
        for run in RUNS[::SHARE]:
            self.ledger = self.dir / run / 'ledger.db'
            self.sync(RECORDED / run / 'projects')
            for s in self.report('sessions'):
                rows = self.report('explain', s['session'])
                self.assertEqual(sum(r['cost'] or 0 for r in rows), s['cost'] or 0, s['session'])
                self.assertEqual(sum(r['unpriced'] for r in rows), s['unpriced'], s['session'])
                self.assertEqual(len({r['turn'] for r in rows}), s['turns'])
                self.check_products(rows)


class Synthetic(Audited):
    """Runs of the table in real-client.md that were not recorded, from lines of the same form."""
    N = 0

    def write(self, session, *lines):
        """A transcript of (kind, fields): turn, total, compact, title."""
        folder = self.dir / 'projects/-p'
        folder.mkdir(parents=True, exist_ok=True)
        out = []
        for kind, f in lines:
            self.N += 1
            at = datetime.datetime(2026, 11, 10, 12, self.N // 60, self.N % 60).isoformat() + '.000Z'
            base = {'sessionId': session, 'uuid': f'u{self.N}', 'timestamp': at, 'cwd': '/nowhere', 'version': f.get('version', '2.1.330')}
            if kind == 'turn':
                usage = {'input_tokens': f['use'][0], 'output_tokens': f['use'][1], 'cache_creation_input_tokens': f['use'][2],
                         'cache_read_input_tokens': f['use'][3], **f.get('more', {})}
                out.append(base | {'type': 'assistant', 'requestId': f'r{self.N}', 'message': {
                    'id': f.get('id', f'm{self.N}'), 'role': 'assistant', 'model': f.get('model', 'claude-opus-5-5'),
                    'stop_reason': 'end_turn', 'content': [{'type': 'text', 'text': 'x'}], 'usage': usage}})
            elif kind == 'compact':
                out.append(base | {'type': 'system', 'subtype': 'compact_boundary', 'compactMetadata': {'trigger': 'auto', 'preTokens': 9}})
            elif kind == 'title':
                out.append({'type': 'ai-title', 'sessionId': session, 'aiTitle': 'Lab session'})
            else:
                out.append({'type': 'cost-state', 'sessionId': session, 'startTime': 1000, **self.total(f['models'], f.get('times', 1))})
        (folder / f'{session}.jsonl').write_text(''.join(json.dumps(d, separators=(',', ':')) + '\n' for d in out))

    RATES = {'claude-opus-5-5': (4, 20, 5, Fraction('0.2')), 'claude-next-9': (4, 20, 5, Fraction('0.2')),
             'claude-sonnet-4-5': (3, 15, Fraction('3.75'), Fraction('0.3'))}

    def total(self, models, times=1):
        """{model: (input, output, cache write, cache read)} as the client writes it, at so many times the plain rates."""
        usage, total = {}, 0
        for model, use in models.items():
            money = float(sum(n * r for n, r in zip(use, self.RATES[model])) * times / 1_000_000)
            total += money
            usage[model] = {'inputTokens': use[0], 'outputTokens': use[1], 'cacheCreationInputTokens': use[2], 'cacheReadInputTokens': use[3],
                            'cacheCreationEphemeral5mInputTokens': use[2], 'cacheCreationEphemeral1hInputTokens': 0,
                            'webSearchRequests': 0, 'costUSD': money}
        return {'totalCostUSD': total, 'modelUsage': usage, 'hasUnknownModelCost': False}

    def kinds(self, session):
        row = self.audit()[session]
        return {k: row[k] for k in KINDS if row[k]}

    def test_autocompact(self):
        model = 'claude-sonnet-4-5'
        self.write('auto', ('turn', {'model': model, 'use': (10, 20, 30, 40)}), ('compact', {}), ('compact', {}),
                   ('total', {'models': {model: (10 + 2 * 5003, 20 + 2 * 907, 30, 40 + 2 * 60013)}}))
        self.sync(self.dir / 'projects')
        self.assertEqual(self.kinds('auto'), {'compaction': 2 * Fraction('0.0466179')})

    def test_title(self):
        self.write('titled', ('turn', {'use': (101, 1009, 2003, 30011)}), ('title', {}), ('total', {'models': {'claude-opus-5-5': (412, 1026, 2003, 30011)}}))
        self.sync(self.dir / 'projects')
        self.assertEqual(self.kinds('titled'), {'title': Fraction('0.001584')})

    def test_parallel(self):
        """Resumed twice at once: the last process's total lacks what the other spent."""
        one, two = (101, 1009, 2003, 30011), (7, 2000, 11, 3001)
        both = tuple(map(sum, zip(one, two)))
        self.write('twice', ('turn', {'use': one}), ('turn', {'use': two}), ('total', {'models': {'claude-opus-5-5': one}}))
        self.sync(self.dir / 'projects')
        lost = -sum(n * r for n, r in zip(two, self.RATES['claude-opus-5-5'])) / 1_000_000
        self.assertEqual(self.kinds('twice'), {'other_process': lost})
        self.write('after', ('turn', {'use': both, 'id': 'other'}), ('total', {'models': {'claude-opus-5-5': both}}))
        self.sync(self.dir / 'projects')
        self.assertEqual(self.kinds('after'), {})

    def test_parent_goes_on(self):
        """A fork's total holds its parent's only up to the fork."""
        use, more = (1, 100, 0, 1000), (2, 900, 0, 3000)
        self.write('parent', ('turn', {'use': use, 'id': 'shared'}), ('turn', {'use': more, 'id': 'later'}),
                   ('total', {'models': {'claude-opus-5-5': tuple(map(sum, zip(use, more)))}}))
        self.write('forked', ('turn', {'use': use, 'id': 'shared'}), ('turn', {'use': (3, 50, 0, 2000), 'id': 'own'}),
                   ('total', {'models': {'claude-opus-5-5': (4, 150, 0, 3000)}}))
        self.sync(self.dir / 'projects')
        self.assertEqual(self.kinds('forked'), {'fork': Fraction(4 + 2000 + 200, 1_000_000)})
        self.assertEqual(self.kinds('parent'), {})

    def result(self, session, uuid, use):
        total = self.total({'claude-opus-5-5': use})
        return {'type': 'result', 'session_id': session, 'uuid': uuid, 'total_cost_usd': total['totalCostUSD'], 'modelUsage': total['modelUsage']}

    def test_results_go_on(self):
        """Of a session that was killed there are results: from 2.1.330 on the last holds the others, in whatever order they are given;
        those of older clients add up, and a fork's do not hold its parent's."""
        one, two = (100, 200, 0, 0), (1, 2, 0, 0)
        both = (101, 202, 0, 0)
        for version, last in (('2.1.330', both), ('2.1.270', two)):
            self.write('s' + version, ('turn', {'use': one, 'version': version, 'id': 'a' + version, 'model': 'claude-opus-5-5'}),
                       ('turn', {'use': two, 'version': version, 'id': 'b' + version}))
            self.sync(self.dir / 'projects')
            self.give(self.result('s' + version, version + '2', last))
            self.give(self.result('s' + version, version + '1', one))
            row, = self.report('audit', 's' + version)
            self.assertEqual(row['reported'], Fraction(4444, 1_000_000), version)
        self.write('parent', ('turn', {'use': one, 'id': 'p', 'version': '2.1.270'}), ('total', {'models': {'claude-opus-5-5': one}}))
        self.write('forked', ('turn', {'use': one, 'id': 'p', 'version': '2.1.270'}), ('turn', {'use': both, 'version': '2.1.270'}))
        self.sync(self.dir / 'projects')
        self.give(self.result('forked', 'f', both))
        row, = self.report('audit', 'forked')
        self.assertEqual((row['reported'], row['fork']), (Fraction(4444, 1_000_000), 0))

    def test_wrong_money_is_unexplained(self):
        """A rate that nobody knows: the counts are the turns', the money is not."""
        self.write('odd', ('turn', {'use': (100, 200, 0, 0)}), ('total', {'models': {'claude-opus-5-5': (100, 200, 0, 0)}}))
        path = self.dir / 'projects/-p/odd.jsonl'
        path.write_text(path.read_text().replace('0.0044', '0.0144'))
        self.sync(self.dir / 'projects')
        self.assertEqual(self.kinds('odd'), {'unexplained': Fraction('0.01')})

    def test_status_line(self):
        """Killed: no cost-state line, but the status line had told a figure."""
        self.write('killed', ('turn', {'use': (100, 200, 0, 0)}), ('compact', {}))
        self.sync(self.dir / 'projects')
        told = payload('Status', self.dir / 'projects/-p/killed.jsonl') | {'cost': {'total_cost_usd': 0.0544}}
        subprocess.run([HOOK, '--status'], env=self.env(), input=json.dumps(told).encode(), check=True, timeout=60)
        row = self.audit()['killed']
        self.assertEqual((row['source'], row['reported'], row['compaction']), ('status line', Fraction('0.0544'), Fraction('0.05')))
        self.assertEqual([r['reported'] for r in self.report('audit', '--breakdown')].count(None), 2)

    def test_factors(self):
        """Each factor stands beside the rate that it multiplies; a search takes none."""
        search = {'server_tool_use': {'web_search_requests': 2}}
        more = ({'speed': 'fast'}, {'inference_geo': 'us'}, {'service_tier': 'batch'}, {'speed': 'fast', 'inference_geo': 'us'} | search)
        self.write('fast', *(('turn', {'use': (11, 13, 17, 19), 'more': m}) for m in more))
        self.write('unknown', ('turn', {'use': (11, 5, 0, 0), 'model': 'claude-next-9'}), ('turn', {'use': (0, 0, 0, 0)}))
        self.sync(self.dir / 'projects')
        rows = self.report('explain', 'fast')
        self.check_products(rows)
        self.assertEqual([r['factors'] for r in rows if r['what'] == 'input'], ['fast x 2', 'us x 1.1', 'batch x 0.5', 'fast x 2, us x 1.1'])
        self.assertEqual([(r['count'], r['factors'], r['cost']) for r in rows if r['what'] == 'web search'], [(2, None, Fraction('0.02'))])
        self.assertEqual(sum(r['cost'] for r in rows), self.report('sessions', '--session', 'fast')[0]['cost'])
        self.assertEqual([(r['what'], r['rate'], r['cost'], r['unpriced']) for r in self.report('explain', 'unknown')],
                         [('input', None, None, 1), ('output', None, None, 0), ('input', 4, 0, 0)])

    def test_client_rates(self):
        """Fast and US answers at the client's rates; batch costs it no less; a model that it does not know costs the default's."""
        use = (1000, 0, 0, 0)
        self.write('batch', ('turn', {'use': use, 'more': {'service_tier': 'batch'}}), ('total', {'models': {'claude-opus-5-5': use}}))
        self.write('next', ('turn', {'use': use, 'model': 'claude-next-9'}), ('total', {'models': {'claude-next-9': use}}))
        for name, more, times in (('fast', {'speed': 'fast'}, 2), ('us', {'inference_geo': 'us'}, Fraction('1.1')),
                                  ('both', {'speed': 'fast', 'inference_geo': 'us'}, Fraction('2.2'))):
            self.write(name, ('turn', {'use': use, 'more': more}), ('total', {'models': {'claude-opus-5-5': use}, 'times': times}))
        # before 2.1.239 the client did not know what an endpoint in the US costs
        self.write('old-us', ('turn', {'use': use, 'version': '2.1.238', 'model': 'claude-sonnet-4-5', 'more': {'inference_geo': 'us'}}),
                   ('total', {'models': {'claude-sonnet-4-5': use}}))
        self.sync(self.dir / 'projects')
        self.assertEqual([self.kinds(s) for s in ('fast', 'us', 'both', 'old-us')], [{}] * 4)
        self.assertEqual(self.kinds('batch'), {'rates': Fraction('0.002')})
        row = self.audit()['next']
        self.assertEqual((row['computed'], row['rates'], row['unpriced']), (None, Fraction('0.004'), 1))

    def test_filters(self):
        """What a filter leaves out of the turns is in Claude Code's figure: then it is not held against them."""
        self.write('two', ('turn', {'use': (100, 200, 0, 0)}), ('turn', {'use': (100, 200, 0, 0)}), ('total', {'models': {'claude-opus-5-5': (200, 400, 0, 0)}}))
        self.sync(self.dir / 'projects')
        row, = self.report('audit', '--since', '2026-11-10T12:00:02Z')
        self.assertEqual((row['computed'], row['reported'], row['turns']), (Fraction('0.0044'), None, 1))
        self.assertIn('1 of its 2 turns', row['why'])
        row, = self.report('audit', '--model', 'claude-opus-5-5')
        self.assertEqual(row['difference'], 0)


class Result(Audited):
    GOOD = {'type': 'result', 'subtype': 'success', 'session_id': 'nobody-knows', 'uuid': 'a-b', 'total_cost_usd': 0.004,
            'result': 'A secret answer.', 'terminal_reason': 'completed',
            'modelUsage': {'claude-opus-5-5': {'inputTokens': 1000, 'outputTokens': 0, 'cacheReadInputTokens': 0,
                                               'cacheCreationInputTokens': 0, 'webSearchRequests': 0, 'costUSD': 0.004}}}

    def setUp(self):
        super().setUp()
        self.sync(self.dir)

    def test_twice(self):
        for _ in range(2):
            out, _ = self.give(self.GOOD, '--json')
            row, = json.loads(out)['rows']
            self.assertEqual((row['session'], row['reported'], row['unseen'], row['unexplained']), ('nobody-knows', 0.004, 0.004, 0))
        db = self.read()
        self.assertEqual(db.one('SELECT count(*) FROM print_result'), 1)
        self.assertEqual(db.all('SELECT session, subtype, terminal_reason FROM print_result'),
                         [{'session': 'nobody-knows', 'subtype': 'success', 'terminal_reason': 'completed'}])
        self.ccl('audit', 'nobody')
        for path in self.ledger.parent.iterdir():
            self.assertNotIn(b'secret', path.read_bytes(), path)

    def test_forgotten(self):
        """What was given of a session goes with it."""
        self.sync(RECORDED / 'plain/projects')
        result, = read_lines(RECORDED / 'plain/results.jsonl')
        self.give(result)
        self.give(self.GOOD)
        self.ccl('forget', result['session_id'], '--yes')
        self.assertEqual([r['session'] for r in self.read().all('SELECT session FROM print_result')], ['nobody-knows'])

    def test_forms(self):
        """A file, an array, lines of a stream of which the last result counts."""
        stream = [{'type': 'system', 'subtype': 'init'}, self.GOOD | {'total_cost_usd': 0.001, 'uuid': 'c'}, self.GOOD]
        forms = (json.dumps(stream), '\n'.join(map(json.dumps, stream)) + '\n', json.dumps(self.GOOD, indent=2), json.dumps(self.GOOD) + '\n\n')
        for i, text in enumerate(forms):
            path = self.dir / f'r{i}.json'
            path.write_text(text)
            out, _ = self.ccl('audit', f'--result={path}', '--json')
            self.assertEqual([r['reported'] for r in json.loads(out)['rows']], [0.004])
        self.assertEqual(self.read().one('SELECT count(*) FROM print_result'), 1)

    def test_refused(self):
        model = self.GOOD['modelUsage']['claude-opus-5-5']
        with_model = lambda **more: self.GOOD | {'modelUsage': {'claude-opus-5-5': model | more}}
        for given, why in ((b'', 'no result in it'), (b'nonsense', 'line 1: this is no JSON'), (b'{"type":"result"', 'line 1: this is no JSON'),
                           (b'{"type":"system"}', 'no result in it'), (b'[1, 2]', 'no result in it'), (b'\x00\xff', 'no JSON'),
                           (self.GOOD | {'session_id': 5}, 'no session_id'), (self.GOOD | {'total_cost_usd': 'much'}, 'no total_cost_usd'),
                           (self.GOOD | {'total_cost_usd': -1}, 'no amount'), (self.GOOD | {'total_cost_usd': 1e300}, 'no amount'),
                           (with_model(inputTokens='x'), 'a number that is no count'), (with_model(inputTokens=1.5), 'a number that is no count'),
                           (with_model(costUSD=-3), 'a number that is no count'), (b'[' * 5000, 'no JSON')):
            with self.subTest(given=given):
                _, said = self.give(given, status=64)
                self.assertIn(why, said)
                self.assertEqual(said.count('\n'), 1)
        self.ccl('audit', '--result', self.dir / 'nowhere', status=64)
        self.ccl('audit', '--result', self.dir, status=64)
        self.ccl('audit', '--result', status=64)
        self.ccl('audit', '--result', '-', '--since', '7d', status=64)
        self.assertEqual(self.read().one('SELECT count(*) FROM print_result'), 0)

    def test_huge(self):
        path = self.dir / 'huge'
        with open(path, 'wb') as f:
            f.truncate(65 << 20)
        _, said = self.ccl('audit', '--result', path, status=64)
        self.assertIn('larger than 64 MiB', said)

    def test_no_ledger(self):
        os.remove(self.ledger)
        self.give(self.GOOD, status=66)
        self.assertFalse(self.ledger.exists())


if __name__ == '__main__':
    unittest.main()
