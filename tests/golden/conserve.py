#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The sum of every report equals the total, to the last pico-dollar, whatever the filters.

usage: conserve.py CCL SCHEMA_DIR
"""
import datetime
import decimal
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile

import ledger
import run

MEASURES = 'turns input output cache_write_5m cache_write_1h cache_read web_searches cost unpriced'.split()
WINDOWS = [[], ['--since', '2026-11-20'], ['--until', '2026-11-21'], ['--since', 'today'], ['--since', 'week'],
           # within a quarter hour, at its edges, at an instant that has a turn
           ['--since', '2026-11-02T10:14:59.999Z', '--until', '2026-11-02T10:15:00.000Z'],
           ['--since', '2026-11-02T10:00:00.001Z', '--until', '2026-11-02T10:14:59.999Z'],
           ['--since', '2026-11-02T10:15:00Z', '--until', '2026-11-21T10:00:00.001Z'],
           ['--since', '2026-10-25T02:30', '--until', '2026-11-21T11:07:31Z'],
           ['--since', '2026-03-29T01:00Z', '--until', '2026-03-29T01:10Z']]
FILTERS = [[], ['--project', 'api'], ['--project', '/srv/api'], ['--project', 'acme/api'], ['--branch', 'main'],
           ['--model', 'claude-opus-5-5'], ['--model', 'claude-next-9'], ['--session', 'dddd5'],
           ['--project', 'api', '--branch', 'main', '--model', 'claude-sonnet-5'], ['--project', 'nothing']]

SHARE = int(os.environ.get('CCL_TEST_SHARE', 1))  # as in tests/tools/harness.py
WINDOWS, FILTERS = WINDOWS[::SHARE], FILTERS[::SHARE]

SPLITS = [[], ['--breakdown'], ['--by', 'project'], ['--by', 'agent,branch'], ['--by', 'model,agent,branch,project']]


def least(n):
    return max(1, n // (5 * SHARE * SHARE)) if SHARE > 1 else n


class Ccl:
    def __init__(self, program, folder, name=None):
        self.program, self.env, self.runs = program, run.environment(folder, {'LEDGER': name}), 0
        self.refused = set()  # reports, each with the options that it does not take

    def __call__(self, *args):
        """None: the report does not take one of the options."""
        options = args[0], *(a for a in args if a.startswith('--'))
        if options in self.refused:
            return None
        self.runs += 1
        p = subprocess.run([self.program, *args, '--json'], env=self.env, capture_output=True, text=True)
        if p.returncode == 64 and 'takes no' in p.stderr:
            self.refused.add(options)
            return None
        if p.returncode != 0:
            sys.exit(f'{args}: {p.returncode} {p.stderr}')
        return json.loads(p.stdout, parse_float=decimal.Decimal)

    def text(self, *args):
        return subprocess.run([self.program, *args], env=self.env | {'COLUMNS': '200'}, capture_output=True, text=True, check=True).stdout

    def totals(self, *args):
        report = self(*args)
        return report and [report['totals'][m] or 0 for m in MEASURES]


def same(what, got, want):
    if got != want:
        sys.exit(f'{what}\n  {dict(zip(MEASURES, got))}\nis not the total\n  {dict(zip(MEASURES, want))}')


class Oracle:
    """The totals of a window, turn by turn, without the program's SQL. Enough for fixture.sql."""

    def __init__(self, path):
        db = sqlite3.connect(path)
        self.prices = db.execute('SELECT model, valid_from_ms, valid_until_ms, above_tok, input_rate, output_rate,'
                                 ' cache_5m_rate, cache_1h_rate, cache_read_rate FROM price').fetchall()
        self.rows = db.execute("""
            SELECT t.at_ms, m.priced_as, p.priced_as, c.above_tok, 1, t.input_tok, t.output_tok,
              t.cache_write_tok - t.cache_1h_tok, t.cache_1h_tok, t.cache_read_tok, t.n_web_search
            FROM turn AS t JOIN class AS c ON c.id = t.class_id JOIN model AS m ON m.id = c.model_id
            LEFT JOIN model AS p ON p.id = c.partner_id
            UNION ALL
            SELECT t.at_ms, m.priced_as, p.priced_as, c.above_tok, 0, s.input_tok, s.output_tok, s.cache_5m_tok,
              s.cache_1h_tok, s.cache_read_tok, 0
            FROM turn_step AS s JOIN turn AS t ON t.id = s.turn_id JOIN class AS c ON c.id = s.class_id
            JOIN model AS m ON m.id = c.model_id LEFT JOIN model AS p ON p.id = c.partner_id""").fetchall()

    def price(self, model, at_ms, above):
        fits = [p for p in self.prices if p[0] == model and p[1] <= at_ms < p[2] and p[3] <= above]
        return max(fits, key=lambda p: p[3])[4:] if fits else None

    def totals(self, since_ms, until_ms):
        sums = [0] * 9
        for at_ms, model, partner, above, turns, *tokens, searches in self.rows:
            if not since_ms <= at_ms < until_ms:
                continue
            rates = self.price(model, at_ms, above)
            if partner and not self.price(partner, at_ms, above):
                rates = None
            for i, v in enumerate([turns, *tokens, searches]):
                sums[i] += v
            if rates:
                sums[7] += sum(t * r for t, r in zip(tokens, rates)) + searches * 10**10
            else:
                sums[8] += turns
        sums[7] = decimal.Decimal(sums[7]) / 10**12
        return sums


def check_windows(ccl, oracle):
    """Every window that has a turn's instant, or its neighbour, for an edge."""
    edges = sorted({at + d for at, *_ in oracle.rows for d in (0, 1)})
    iso = lambda ms: datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc).strftime(
        f'%Y-%m-%dT%H:%M:%S.{ms % 1000:03}Z')
    n = 0
    for i, since in enumerate(edges):
        for until in edges[i + 1::5 * SHARE]:
            same(f'{iso(since)} to {iso(until)}', ccl.totals('summary', '--since', iso(since), '--until', iso(until)),
                 oracle.totals(since, until))
            n += 1
    same('all', ccl.totals('summary'), oracle.totals(0, 10**15))
    return n


def row_sums(report):
    return [sum(r[m] or 0 for r in report['rows']) for m in MEASURES]


def check(ccl, names, windows=WINDOWS, more=()):
    n = 0
    for i, extra in enumerate([[*f, *more] for f in FILTERS]):
        for j, window in enumerate(windows):
            total = ccl.totals('summary', *extra, *window)
            for name in names:
                for k, split in enumerate(SPLITS):
                    # each split with each filter and with each window, but not with each pair
                    report = None if k and (i + j + k) % 3 else ccl(name, *extra, *window, *split)
                    if not report:
                        continue
                    n += any(total)
                    same(f'{name} {extra} {window} {split}', row_sums(report), total)
                    same(f'totals of {name}', [report['totals'][m] or 0 for m in MEASURES], total)
    return n


def check_by(ccl):
    """What --by splits a report of time into is what the report of that dimension says."""
    pairs = [('project', 'projects', ['project']), ('agent', 'agents', ['agent_type']), ('model', 'models', ['model']),
             ('project,branch', 'branches', ['project', 'branch'])]
    n = 0
    for extra in FILTERS:
        for by, report, columns in pairs:
            want, got = {}, {}
            for row in ccl(report, *extra)['rows']:
                add_row(want, [row[c] for c in columns], row)
            for row in ccl('weeks', *extra, '--by', by)['rows']:
                add_row(got, [row[c] for c in by.split(',')], row)
            if want != got:
                sys.exit(f'weeks --by {by} {extra}\n  {got}\nis not {report}\n  {want}')
            n += len(want) > 1
    if n < least(12):
        sys.exit(f'only {n} of these were of several rows')
    return n


def check_compare(ccl):
    """Each period is what `summary` says of that time, in Berlin."""
    cases = [('day', '2026-11-20', '2026-11-20T19:00', '2026-11-21', '2026-11-21T18:00:00Z'),
             ('week', '2026-11-02', '2026-11-06T13:00', '2026-11-09', '2026-11-13T12:00:00Z'),
             ('month', '2026-10-01', '2026-10-30T13:00', '2026-11-01', '2026-11-30T12:00:00Z'),
             # as long behind midnight on a day of 25 hours; a month before that is shorter
             ('month', '2026-10-01', '2026-10-25T01:00Z', '2026-11-01', '2026-11-25T02:00:00Z'),
             ('month', '2026-02-01', '2026-03-01', '2026-03-01', '2026-03-31T12:00:00Z')]
    n = 0
    for extra in FILTERS:
        for period, before, same_time, first, now in cases:
            ccl.env['CCL_NOW'] = now
            want = [ccl('summary', *extra, '--since', a, '--until', b)['totals']['cost'] or 0
                    for a, b in ((before, same_time), (before, first))]
            ends = {'day': '2026-11-22', 'week': '2026-11-16', 'month': '2026-12-01' if first > '2026-06' else '2026-04-01'}
            total = ccl.totals('summary', *extra, '--since', first, '--until', ends[period])
            for split in SPLITS:
                report = ccl('compare', period, *extra, *split)
                what = f'compare {period} {extra} {split}'
                same(what, row_sums(report), total)
                same(f'totals of {what}', [report['totals'][m] or 0 for m in MEASURES], total)
                got = [[sum(r[c] or 0 for r in report['rows']), report['totals'][c] or 0] for c in ('before', 'before_whole')]
                change = sum(r['change'] for r in report['rows'])
                if got != [[w, w] for w in want] or change != total[MEASURES.index('cost')] - want[0]:
                    sys.exit(f'{what}: {got} and {change}, not {want}')
                n += any(want)
    if n < least(20):
        sys.exit(f'only {n} comparisons of periods were of something')
    ccl.env['CCL_NOW'] = run.environment('', {})['CCL_NOW']
    return n


def percentile(sorted_values, pct):
    """R-7"""
    at = decimal.Decimal((len(sorted_values) - 1) * pct) / 100
    low = sorted_values[int(at)]
    return low + (sorted_values[min(int(at) + 1, len(sorted_values) - 1)] - low) * (at - int(at))


def check_charts(ccl):
    """Trends are the days of `days`; percentiles those of the sessions and pull requests."""
    today, n = datetime.date(2026, 11, 21), 0
    for extra in FILTERS:
        days = {}
        for row in ccl('days', *extra, '--by', 'model')['rows']:
            at = 29 - (today - datetime.date.fromisoformat(row['day'])).days
            if 0 <= at < 30:
                days.setdefault(row['model'], [0] * 30)[at] = row['cost'] or 0
        lines = ccl.text('models', *extra, '--chart').splitlines()
        at = max([len(r['model']) for r in ccl('models', *extra)['rows']], default=0) + 2
        for model, costs in days.items():
            graph = ''.join(' ▁▂▃▄▅▆▇█'[min(8, int(c / max(costs) * 8) + 1) if c > 0 else 0] for c in costs)
            line = next(x for x in lines if x.startswith(model + ' '))
            if line[at:at + 30].ljust(30) != graph:
                sys.exit(f'models --chart {extra}: no {graph!r} in {line!r}')
            n += graph.strip() != ''
        text = ccl.text('summary', *extra, '--chart')
        for noun, report in (('session', 'sessions'), ('pull request', 'prs')):
            costs = sorted(r['cost'] for r in ccl(report, *extra)['rows'] if r['cost'] is not None and r.get('certainty') != 'guess')
            shown = re.search(rf'^(\d+) {noun}s?: p50 \$(\S+), p95 \$(\S+), p99 \$(\S+)$', text, re.M)
            if not costs and not shown:
                continue
            want = [len(costs), *(percentile(costs, p) for p in (50, 95, 99))]
            if any(abs(decimal.Decimal(s) - w) > decimal.Decimal('0.005') for s, w in zip(shown.groups(), want)):
                sys.exit(f'summary --chart {extra}: {shown.group()!r} is not {want}')
            n += 1
    if n < least(20):
        sys.exit(f'only {n} graphs and percentiles were of something')
    return n


def add_row(sums, key, row):
    old = sums.setdefault(tuple(str(k) for k in key), [0] * len(MEASURES))
    for i, m in enumerate(MEASURES):
        old[i] += row[m] or 0


# What Claude Code says: of turns with and without a price of ours, and by a meter, a fork's too.
REPORTED = """
INSERT INTO turn_reported SELECT id, 123456789012 FROM turn WHERE key IN ('msg_09unknown', 'msg_01spring1', 'msg_17blind');
UPDATE cost_state SET line = replace(line, '"inputTokens":101', '"costUSD":0.43431299999999995,"inputTokens":101');
UPDATE cost_state SET line = replace(line, '"inputTokens":60,', '"costUSD":7e-7,"inputTokens":60,');
UPDATE cost_state SET line = replace(line, '"inputTokens":2151', '"costUSD":0.51,"inputTokens":2151');
UPDATE cost_state SET line = replace(line, '"inputTokens":2424', '"costUSD":0.710000000001,"inputTokens":2424');
"""
# Mode: cost, unpriced. Reported: three turns' own, then what the meters of models with a turn say.
COSTS = {'auto': ('0.865436478024', 0), 'calculated': ('0.618522900000', 2), 'reported': ('1.514684067037', 5)}


def check_costs(ccl, path, names):
    """--cost: whatever it says, the parts add up, and a turn's figure does not depend on what is asked for."""
    db = sqlite3.connect(path)
    db.executescript(REPORTED)
    db.close()
    n = 0
    for mode, (usd, unpriced) in COSTS.items():
        total = ccl.totals('summary', '--cost', mode)
        same(f'--cost {mode}', total[-2:], [decimal.Decimal(usd), unpriced])
        n += check(ccl, names, ([], ['--since', 'week'], ['--since', '2026-11-20T23:00:00.001', '--until', '2026-11-21T10:07Z']), ['--cost', mode])
        prs = [sum(pair) for pair in zip(*(row_sums(ccl(name, '--cost', mode)) for name in ('prs', 'unassigned')))]
        same(f'pull requests, {mode}', prs, total)
        by_turn = [r for s in ccl('sessions')['rows'] for r in ccl('session', s['session'], '--cost', mode)['rows']]
        same(f'turns, {mode}', [sum(r[m] or 0 for r in by_turn) for m in MEASURES], total)
    return n


def check_prs(ccl):
    """Pull requests and what none of them has are the total; each one's sessions are its row."""
    n = 0
    for extra in FILTERS:
        for window in WINDOWS:
            total = ccl.totals('summary', *extra, *window)
            for more in ([], ['--guess'], ['--breakdown'], ['--guess', '--breakdown']):
                prs, rest = (ccl(name, *extra, *window, *more) for name in ('prs', 'unassigned'))
                for part in (prs, rest):
                    same(f'totals {extra} {window} {more}', [part['totals'][m] or 0 for m in MEASURES], row_sums(part))
                same(f'prs + unassigned {extra} {window} {more}', [a + b for a, b in zip(row_sums(prs), row_sums(rest))], total)
                n += any(row_sums(prs)) and any(row_sums(rest))
            for row in ccl('prs', *extra, *window)['rows']:
                one = ccl('pr', str(row['number']), '--repo', row['repo'], *extra, *window)
                same(f'pr {row["repo"]} {row["number"]} {extra} {window}', row_sums(one), [row[m] or 0 for m in MEASURES])
                roles = sum(row[c] or 0 for c in ('author_cost', 'review_cost', 'ci_cost'))
                if roles != (row['cost'] or 0):
                    sys.exit(f'{row}: the roles are {roles}')
    if n < least(50):
        sys.exit(f'only {n} sums of pull requests were of something')
    return n


def check_audit(ccl):
    """What an audit computes, and the products that a session is explained by, are what the session costs."""
    n, cost_of = 0, lambda report: {r['session']: r['cost'] for r in report['rows']}
    for extra in FILTERS:
        for window in WINDOWS:
            sessions = cost_of(ccl('sessions', '--cost', 'calculated', *extra, *window))
            audit = ccl('audit', *extra, *window)
            # a session that only a result names has no turns
            computed = {r['session']: r['computed'] for r in audit['rows'] if r['turns'] or r['computed'] != 0}
            if computed != sessions:
                sys.exit(f'audit {extra} {window}: {computed}\nis not\n{sessions}')
            models = ccl('audit', *extra, *window, '--breakdown')
            for part in (audit, models):
                kinds = part['columns'][[c['name'] for c in part['columns']].index('why') + 1:]
                kinds = [c['name'] for c in kinds if c['type'] == 'usd']
                for r in part['rows']:
                    if r['difference'] is not None and sum(r[k] for k in kinds) != r['difference']:
                        sys.exit(f'{extra} {window}: the kinds are not the difference: {r}')
            total = sum(r['computed'] or 0 for r in models['rows'])
            if total != sum(c or 0 for c in sessions.values()):
                sys.exit(f'audit --breakdown {extra} {window}: {total}')
            if not {'--project', '--branch', '--session'} & set(extra):
                for session, cost in sessions.items():
                    rows = ccl('explain', session, *extra, *window)['rows']
                    if sum(r['cost'] or 0 for r in rows) != (cost or 0):
                        sys.exit(f'explain {session} {extra} {window}: not {cost}')
                    n += bool(cost)
    if n < least(30):
        sys.exit(f'only {n} sessions were explained')
    return n


def main():
    with tempfile.TemporaryDirectory() as folder:
        schema = os.path.abspath(sys.argv[2])
        path = ledger.make(schema, folder)
        ccl = Ccl(os.path.abspath(sys.argv[1]), folder)
        money, special = [], ('summary', 'today', 'last', 'session', 'explain', 'prs', 'pr', 'unassigned', 'why', 'pr-why', 'compare', 'deadends', 'prompt')
        for r in ccl('reports')['rows']:
            if r['report'] in special or r['group'] in ('guard', 'health', 'worklog'):
                continue
            columns = [c['name'] for c in ccl(r['report'], '--limit', '0')['columns']]
            if set(MEASURES) <= set(columns):
                money.append(r['report'])
        if len(money) < 8:
            sys.exit(f'only {money} have the measures: this test tests nothing')
        n_windows = check_windows(ccl, Oracle(path))
        n = check(ccl, money)
        n_prs, n_by, n_compare, n_charts = check_prs(ccl), check_by(ccl), check_compare(ccl), check_charts(ccl)
        n += check_costs(ccl, path, money)
        ledger.make(schema, folder, more='audited')
        check_audit(Ccl(os.path.abspath(sys.argv[1]), folder, 'audited'))
        # the reports that are limited by themselves
        sessions = [r['session'] for r in ccl('sessions')['rows']]
        parts = [ccl.totals('session', s) for s in sessions]
        same('all sessions', [sum(p[i] for p in parts) for i in range(len(MEASURES))], ccl.totals('summary'))
        for s in sessions:
            same(f'session {s}', ccl.totals('session', s), ccl.totals('summary', '--session', s))
        for r in ccl('prompts')['rows']:
            for window in WINDOWS[:3] + [['--cost', 'reported']]:
                row = [x for x in ccl('prompts', *window)['rows'] if x['prompt'] == r['prompt']]
                same(f'prompt {r["prompt"]} {window}', ccl.totals('prompt', r['prompt'], *window),
                     [row[0][m] or 0 for m in MEASURES] if row else [0] * len(MEASURES))
        today = [r for r in ccl('summary')['rows'] if r['period'] == 'today'][0]
        same('today', ccl.totals('today'), [today[m] for m in MEASURES])
        newest = ccl('sessions', '--limit', '1')['rows'][0]['session']
        same('last', ccl.totals('last'), ccl.totals('summary', '--session', newest))
        if n < least(300):
            sys.exit(f'only {n} comparisons were of something')
        print(f'{n_windows} windows equal their turns, {n} sums of {len(money)} reports and {n_prs} of pull requests equal their totals, {n_by} of --by another report, {n_compare} of compare those of its periods, {n_charts} graphs and percentiles, {ccl.runs} runs')


if __name__ == '__main__':
    main()
