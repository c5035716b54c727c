#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What work led to, in real repositories and against models of the rules in Python: commits, resets and reverts; lines that
survived; edits that had to be made again; what the prompt cache missed, and why."""
import collections
import contextlib
import random
import sqlite3
import unittest
from fractions import Fraction

from gitworld import GitWorld
from harness import Prices

HOUR_S = 3600
MODELS = ('claude-opus-4-5', 'claude-sonnet-4-5', 'claude-unheard-of')


class Outcome(GitWorld):
    def setUp(self):
        super().setUp()
        self.seed = random.Random(20261127)

    def respond(self, session, cwd, calls=(), usage=(), agent=None, model=MODELS[0], **more):
        """One response with `calls`, (tool, input, has failed, (lines added, removed) or None), and their results."""
        self.n += 1
        n, ids = self.n, [f'toolu_{self.n}_{i}' for i in range(len(calls))]
        common = {'sessionId': session, 'timestamp': self.iso(), 'cwd': str(cwd), 'gitBranch': 'main', 'version': '2.1.330',
                  'isSidechain': bool(agent), **({'agentId': agent} if agent else {})}
        content = [{'type': 'tool_use', 'id': i, 'name': c[0], 'input': c[1]} for i, c in zip(ids, calls)]
        self.write(session, {
            **common, 'type': 'assistant', 'uuid': f'u{n}', 'requestId': f'req_{n}',
            'message': {'id': f'msg_{n:05}', 'role': 'assistant', 'model': model, 'content': content or [{'type': 'text', 'text': 'ok'}],
                        'stop_reason': 'tool_use' if calls else 'end_turn',
                        'usage': {'input_tokens': 100, 'output_tokens': 10, 'cache_creation_input_tokens': 0,
                                  'cache_read_input_tokens': 0, **dict(usage)}, **more}}, agent)
        for i, (_, _, failed, lines) in zip(ids, calls):
            patch = {} if lines is None else {'structuredPatch': [{'lines': ['+x'] * lines[0] + ['-y'] * lines[1]}]}
            self.n += 1
            self.write(session, {
                **common, 'type': 'user', 'uuid': f'r{self.n}', 'toolUseResult': patch,
                'message': {'role': 'user', 'content': [{'type': 'tool_result', 'tool_use_id': i, 'is_error': failed, 'content': 'x'}]}},
                agent)
        self.wait(5)

    def work(self, session, cwd, *steps):
        """A session that costs more than ten cents, the steps that it takes, and two hours."""
        self.respond(session, cwd, usage={'output_tokens': 10_000})
        for step in steps:
            step()
        self.stop(session, cwd)
        self.wait(2 * HOUR_S)

    def test_commits_resets_and_reverts(self):
        app, plain = self.repository(), self.dir / 'plain'
        plain.mkdir()
        commit, git = lambda: self.commit(app), lambda *args: lambda: self.git(app, *args)
        wants = {  # outcome, commits, undone
            'made': (('productive', 1, 0), [commit]),
            'none': (('abandoned', 0, 0), []),
            'amended': (('productive', 1, 0), [commit, git('commit', '-q', '--amend', '-m', 'other')]),
            'reset': (('reverted', 2, 2), [commit, commit, git('reset', '-q', '--hard', 'HEAD~2')]),
            'reset-one': (('productive', 3, 1), [commit, commit, commit, git('reset', '-q', '--hard', 'HEAD~1')]),
            'reset-amended': (('reverted', 1, 1), [commit, git('commit', '-q', '--amend', '-m', 'b'), git('reset', '-q', '--hard', 'HEAD~1')]),
            'squashed': (('productive', 3, 0), [commit, commit, git('reset', '-q', '--soft', 'HEAD~2'), commit]),
            'reverted': (('reverted', 1, 1), [commit, git('revert', '--no-edit', 'HEAD')]),
            'amended-reverted': (('reverted', 1, 1), [commit, git('commit', '-q', '--amend', '-m', 'c'), git('revert', '--no-edit', 'HEAD')]),
            'all-reverted': (('reverted', 2, 2), [commit, commit, git('revert', '--no-edit', 'HEAD~2..HEAD')]),
            'one-reverted': (('productive', 3, 1), [commit, commit, commit, git('revert', '--no-edit', 'HEAD')]),
            # to a commit beside it: nothing says that the work is gone
            'aside': (('productive', 1, 0), [git('checkout', '-q', '-b', 'side', 'HEAD~1'), commit, git('reset', '-q', '--hard', 'main'),
                                             git('checkout', '-q', 'main')]),
            'merged': (('productive', 1, 0), [git('checkout', '-q', '-b', 'topic'), commit, git('checkout', '-q', 'main'),
                                              git('merge', '-q', '--no-ff', '--no-edit', 'topic')]),
        }
        for session, (_, steps) in wants.items():
            self.work(session, app, *steps)
        # a day ends before the commit
        self.ms = (self.ms // 86_400_000 + 1) * 86_400_000 - 600_000
        wants['night'] = (('productive', 1, 0), [lambda: self.wait(1200), commit])
        self.work('night', app, *wants['night'][1])
        self.work('outside', plain)
        self.work('late', app)
        self.sync_all()
        have = {s: next((r['outcome'], r['commits'], r['undone']) for r in self.report('outcomes', '--session', s)) for s in wants}
        self.assertEqual(have, {s: want for s, (want, _) in wants.items()})
        self.assertEqual(self.report('outcomes', '--session', 'outside')[0]['outcome'], 'unknown')
        self.assertEqual({r['session']: r['commits'] for r in self.report('deadends')}, {'none': 0, 'late': 0})
        # while the hour lasts nobody knows
        self.assertEqual([r['session'] for r in self.report('deadends', CCL_NOW=self.iso(self.ms - 2 * HOUR_S * 1000))], ['none'])
        # made half an hour after the last turn, when no hook was near
        self.ms -= 2 * HOUR_S * 1000
        self.wait(1800)
        self.commit(app)
        self.wait(2 * HOUR_S)
        self.sync_all()
        self.assertEqual([r['session'] for r in self.report('deadends')], ['none'])
        self.check_yield(app, wants)

    def check_yield(self, app, wants):
        rows = {r['root']: r for r in self.report('yield')}
        row, outcomes = rows[str(app)], {r['outcome']: r['cost'] for r in self.report('outcomes', '--project', app)}
        n = sum(want[1] for want, _ in wants.values()) + 1
        self.assertEqual(row['commits'], n)
        self.assertEqual(row['cost_per_commit'] * 10**12, int(row['cost'] * 10**12 / n + Fraction(1, 2)))
        self.assertEqual({o: row[o] for o in ('productive', 'reverted', 'abandoned')}, outcomes)
        for r in rows.values():
            self.assertEqual(sum(r[o] for o in ('productive', 'reverted', 'abandoned', 'unknown')), r['cost'])
        outside = rows[str(self.dir / 'plain')]
        self.assertEqual((outside['commits'], outside['unknown']), (0, outside['cost']))
        # each day's commits are all of them
        days = sorted({r['day'] for r in self.report('days')})
        self.assertGreater(len(days), 1)
        parts = [self.report('yield', '--since', a, '--until', b, '--project', app) for a, b in zip(days, days[1:] + ['2100-01-01'])]
        self.assertEqual(sum(p[0]['commits'] for p in parts if p), n)

    def test_merged_pull_requests(self):
        app = self.repository()
        for number, ends in ((7, 'merged'), (8, 'closed'), (9, None)):
            branch = f'feat{number}'
            self.git(app, 'checkout', '-q', '-b', branch, 'main')
            self.respond('s', app)
            self.create_pr('s', app, number, branch)
            if ends == 'merged':
                self.bash('s', app, f'gh pr merge {number}', branch, gitOperation={
                    'pr': {'number': number, 'url': f'https://github.com/acme/app/pull/{number}', 'action': 'merged'}})
            self.stop('s', app)
        self.sync_all()
        self.assertEqual({r['number'] for r in self.report('prs')}, {7, 8, 9})
        row = self.report('yield')[0]
        self.assertEqual((row['prs'], row['cost_per_pr']), (1, row['cost']))
        with contextlib.closing(sqlite3.connect(self.ledger, timeout=30)) as db, db:  # the forge says so
            db.execute("INSERT INTO forge_pr(repo, number, title, state, head_ref, base_ref, is_default_base, created_ms)"
                       " VALUES ('github.com/acme/app', 8, '', 'merged', 'feat8', 'main', 1, 0),"
                       " ('github.com/acme/app', 9, '', 'open', 'feat9', 'main', 1, 0)")
        self.assertEqual(self.report('yield')[0]['prs'], 2)

    def test_lines_that_survive(self):
        app = self.repository()
        standing, added = collections.Counter(), 0
        for _ in range(60):
            calls = []
            for _ in range(self.seed.randrange(1, 5)):
                path, lines = f'{app}/f{self.seed.randrange(6)}', (self.seed.randrange(30), self.seed.randrange(30))
                failed = self.seed.random() < 0.1
                calls.append(('Edit', {'file_path': path}, failed, None if failed else lines))
                if not failed:
                    standing[path] = max(0, standing[path] - lines[1]) + lines[0]
                    added += lines[0]
            self.respond('s', app, calls)
        self.sync_all()
        row = self.report('yield')[0]
        self.assertEqual((row['lines'], row['survived']), (added, sum(standing.values())))
        self.assertLess(row['survived'], added)
        self.assertEqual(row['cost_per_line'] * 10**12, int(row['cost'] * 10**12 / row['survived'] + Fraction(1, 2)))
        same = self.report('yield', '--since', '2020-01-01')[0]  # by the turns of a time
        self.assertEqual((same['lines'], same['survived']), (row['lines'], row['survived']))

    def test_edits_made_again(self):
        """Agents at work side by side: each has its own edits and failures."""
        app = self.repository()
        edits = retries = one_shots = 0
        for _ in range(40):
            prompt = self.prompt('s', app)
            self.write('s', {'type': 'user', 'uuid': f'a{prompt}', 'promptId': prompt, 'sessionId': 's', 'timestamp': self.iso(), 'cwd': str(app),
                             'version': '2.1.330', 'isSidechain': True, 'agentId': 'a1', 'message': {'role': 'user', 'content': 'do it'}}, 'a1')
            states, n_edits, n_retries = collections.Counter(), 0, 0
            for _ in range(self.seed.randrange(1, 12)):
                agent, calls = self.seed.choice([None, None, 'a1']), []
                for _ in range(self.seed.randrange(1, 4)):
                    kind, failed = self.seed.choice(['edit', 'run', 'look']), self.seed.random() < 0.5
                    calls.append({'edit': ('Edit', {'file_path': f'{app}/x.c'}, failed, None if failed else (1, 1)),
                                  'run': ('Bash', {'command': 'make all'}, failed, None),
                                  'look': ('Bash', {'command': 'grep x y'}, failed, None)}[kind])
                    if kind == 'edit' and not failed:
                        n_edits += 1
                        n_retries += states[agent] == 2
                        states[agent] = 1
                    elif kind == 'run' and failed and states[agent]:
                        states[agent] = 2
                self.respond('s', app, calls, agent=agent)
            edits += n_edits > 0
            retries += n_retries
            one_shots += n_edits > 0 and not n_retries
        self.sync_all()
        rows = self.report('activities')
        self.assertGreater(retries, 5)
        self.assertEqual([sum(r[c] for r in rows) for c in ('edit_prompts', 'one_shot_prompts', 'retries', 'prompts')],
                         [edits, one_shots, retries, 40])

    def test_cache_misses(self):
        app, prices = self.repository(), Prices()
        want = collections.defaultdict(lambda: collections.Counter())
        for session in ('s1', 's2', 's3'):
            before = None
            for _ in range(60):
                read, w5, w1 = (self.seed.choice([0, 0, 1000 * self.seed.randrange(40)]) for _ in range(3))
                model, said = self.seed.choice(MODELS), self.seed.choice([None] * 9 + ['tools_changed'])
                gap_s = self.seed.choice([10, 299, 301, 3599, 3601]) - 5
                self.wait(gap_s)
                has_compaction = self.seed.random() < 0.2
                if has_compaction:
                    self.ms -= 1000
                    self.write(session, {'type': 'system', 'subtype': 'compact_boundary', 'uuid': f'c{self.n}', 'sessionId': session,
                                         'timestamp': self.iso(), 'cwd': str(app), 'version': '2.1.330',
                                         'compactMetadata': {'trigger': 'auto', 'preTokens': 1000}})
                    self.ms += 1000
                now = {'at': self.ms, 'read': read, 'w5': w5, 'w1': w1, 'model': model, 'said': said, 'compacted': has_compaction}
                self.respond(session, app, model=model, usage={
                    'cache_read_input_tokens': read, 'cache_creation_input_tokens': w5 + w1,
                    'cache_creation': {'ephemeral_5m_input_tokens': w5, 'ephemeral_1h_input_tokens': w1}},
                    **({'diagnostics': {'cache_miss_reason': {'type': said}}} if said else {}))
                self.count_miss(want, prices, before, now)
                before = now
        self.sync_all()
        have = {r['cause']: {k: r[k] for k in ('turns', 'told', 'rewritten', 'cost', 'lost', 'unpriced')} for r in self.report('cache-misses')}
        self.assertEqual(set(have), {'expired', 'model_changed', 'compaction', 'unknown', 'tools_changed'})
        for cause, counts in want.items():
            self.assertEqual(have[cause], {k: Fraction(counts[k], 10**12) if k in ('cost', 'lost') else counts[k] for k in have[cause]}, cause)

    @staticmethod
    def count_miss(want, prices, before, now):
        cached = before and before['read'] + before['w5'] + before['w1']
        context = cached + 100 if cached else 0
        if not now['said'] and not (before and now['read'] * 2 < context):
            return
        written = now['w5'] + now['w1']
        rewritten = min(written, max(0, context - now['read'])) if before else written
        ttl_s = HOUR_S if before and (now['w1'] or before['w1']) else 300
        cause = (now['said'] or ('expired' if now['at'] - before['at'] > ttl_s * 1000 else 'model_changed' if now['model'] != before['model']
                                 else 'compaction' if now['compacted'] else 'unknown'))
        hour = min(rewritten, now['w1'])
        none = {'input': 0, 'output': 0, 'cache_5m': 0, 'cache_1h': 0, 'cache_read': 0, 'web_searches': 0}
        cost = prices.cost(now['model'], now['at'], {**none, 'cache_5m': rewritten - hour, 'cache_1h': hour})
        counts = want[cause]
        counts.update(turns=1, told=bool(now['said']), rewritten=rewritten, unpriced=cost is None)
        if cost is not None:
            counts.update(cost=cost, lost=cost - prices.cost(now['model'], now['at'], {**none, 'cache_read': rewritten}))


if __name__ == '__main__':
    unittest.main()
