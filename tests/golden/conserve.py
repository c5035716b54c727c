#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The sum of every report equals the total, to the last pico-dollar, whatever the filters.

usage: conserve.py CCL SCHEMA_DIR
"""
import decimal
import json
import os
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


class Ccl:
    def __init__(self, program, folder):
        self.program, self.env, self.runs = program, run.environment(folder, {}), 0

    def __call__(self, *args):
        self.runs += 1
        p = subprocess.run([self.program, *args, '--json'], env=self.env, capture_output=True, text=True)
        if p.returncode == 64 and 'takes no' in p.stderr:
            return None
        if p.returncode != 0:
            sys.exit(f'{args}: {p.returncode} {p.stderr}')
        return json.loads(p.stdout, parse_float=decimal.Decimal)

    def totals(self, *args):
        report = self(*args)
        return report and [report['totals'][m] or 0 for m in MEASURES]


def same(what, got, want):
    if got != want:
        sys.exit(f'{what}\n  {dict(zip(MEASURES, got))}\nis not the total\n  {dict(zip(MEASURES, want))}')


def row_sums(report):
    return [sum(r[m] or 0 for r in report['rows']) for m in MEASURES]


def check(ccl, names):
    n = 0
    for extra in FILTERS:
        for window in WINDOWS:
            total = ccl.totals('summary', *extra, *window)
            for name in names:
                for split in ([], ['--breakdown']):
                    report = ccl(name, *extra, *window, *split)
                    if not report:
                        continue
                    n += any(total)
                    same(f'{name} {extra} {window} {split}', row_sums(report), total)
                    same(f'totals of {name}', [report['totals'][m] or 0 for m in MEASURES], total)
    return n


def main():
    with tempfile.TemporaryDirectory() as folder:
        schema = os.path.abspath(sys.argv[2])
        ledger.make(schema, folder)
        ccl = Ccl(os.path.abspath(sys.argv[1]), folder)
        money, special = [], ('summary', 'today', 'last', 'session')
        for r in ccl('reports')['rows']:
            if r['report'] in special or r['group'] == 'health':
                continue
            columns = [c['name'] for c in ccl(r['report'], '--limit', '0')['columns']]
            if set(MEASURES) <= set(columns):
                money.append(r['report'])
        if len(money) < 8:
            sys.exit(f'only {money} have the measures: this test tests nothing')
        n = check(ccl, money)
        # the reports that are limited by themselves
        sessions = [r['session'] for r in ccl('sessions')['rows']]
        parts = [ccl.totals('session', s) for s in sessions]
        same('all sessions', [sum(p[i] for p in parts) for i in range(len(MEASURES))], ccl.totals('summary'))
        for s in sessions:
            same(f'session {s}', ccl.totals('session', s), ccl.totals('summary', '--session', s))
        today = [r for r in ccl('summary')['rows'] if r['period'] == 'today'][0]
        same('today', ccl.totals('today'), [today[m] for m in MEASURES])
        newest = ccl('sessions', '--limit', '1')['rows'][0]['session']
        same('last', ccl.totals('last'), ccl.totals('summary', '--session', newest))
        if n < 300:
            sys.exit(f'only {n} comparisons were of something')
        print(f'{n} sums of {len(money)} reports equal their totals, {ccl.runs} runs')


if __name__ == '__main__':
    main()
