# SPDX-License-Identifier: MIT
"""Each rule of `ccl tips`: a ledger in which it fires, one just short of it, and what it would have saved, by hand.

Rates in USD per million tokens, from 2026-10-07: claude-opus-5-5 4 input, 20 output, 5 write, 0.2 read;
claude-sonnet-5-5 is half of each.
"""
import json
import subprocess
import sys
import unittest
from fractions import Fraction

from harness import CCL, LedgerCase
from runaways import Agent, Story

NOW = '2026-11-20T12:00:00Z'
NOTHING = dict(input=0, output=600, cache_5m=0, cache_1h=0, cache_read=0)


def use(**more):
    return {**NOTHING, **more}


def usd(amount):
    """One call of Opus at that price: output alone, 20 micro-USD a token."""
    return use(output=round(Fraction(str(amount)) * 50_000))


class Rule(LedgerCase):
    def setUp(self):
        super().setUp()
        self.n_stories = 0
        self.fresh()

    def fresh(self):
        """The next ledger of this test."""
        self.n_stories += 1
        self.projects = self.dir / f'projects{self.n_stories}' / 'projects'
        self.ledger = self.dir / f'ledger{self.n_stories}' / 'ledger.db'
        self.projects.mkdir(parents=True)

    def story(self, **more):
        self.n_stories += 1
        return Story(f'tip{self.n_stories}', gap=2, **more)

    def ccl(self, *args, status=0):
        run = subprocess.run([CCL, *args], env=self.env(CCL_NOW=NOW), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run.stdout + run.stderr

    def tips(self, *args):
        return self.report('tips', *args, CCL_NOW=NOW)

    def load(self, *stories):
        for s in stories:
            s.write(self.projects)
        self.sync(self.projects)

    def check_fires(self, rule, stories, savings=None, evidence=(), args=()):
        """The rule finds something in these stories, and nothing in another ledger's."""
        self.load(*stories)
        rows = {r['rule']: r for r in self.tips(*args)}
        self.assertIn(rule, rows)
        self.assertEqual(rows[rule]['savings'], savings and Fraction(savings))
        for text in evidence:
            self.assertIn(text, rows[rule]['evidence'])
        each = self.tips('--rule', rule, *args)
        self.assertEqual(sum(r['savings'] or 0 for r in each), savings and Fraction(savings) or 0)
        self.fresh()
        return rows

    def check_quiet(self, rule, *stories, args=()):
        self.load(*stories)
        self.assertEqual([r for r in self.tips('--rule', rule, *args)], [])
        self.assertNotIn(rule, [r['rule'] for r in self.tips(*args)])
        self.fresh()

    # ---- cheaper models
    def exploring(self, **tokens):
        s = self.story()
        s.prompt()
        s.read(use=use(**tokens))
        return s

    def test_opus_on_exploration(self):
        s = self.exploring(input=100_000, output=30_000)
        self.check_fires('opus-on-exploration', [s], '0.5', [f'session {s.sid[:8]} (review, $0.50)'])
        self.check_quiet('opus-on-exploration', self.exploring(input=100_000, output=29_999))
        edits = self.exploring(input=1_000_000)
        edits.edit()
        edits.edit()
        self.check_quiet('opus-on-exploration', edits)

    def short(self, n, output=499):
        s = self.story()
        s.prompt()
        for _ in range(n):
            s.answer(use=use(input=50_000, output=output))
        return s

    def test_opus_small_answers(self):
        s = self.short(10)
        # 50,000 x 2 and 499 x 10 micro-USD less
        self.check_fires('opus-small-answers', [s], '1.0499', [f'session {s.sid[:8]} (10 answers, $1.05)'])
        self.check_quiet('opus-small-answers', self.short(9))
        self.check_quiet('opus-small-answers', self.short(10, 500))
        self.load(self.short(10))
        self.ccl('config', 'set', 'tip.opus-small-answers', '500,10,1.05')
        self.assertEqual(self.tips('--rule', 'opus-small-answers'), [])

    def test_model_that_is_compared(self):
        self.load(self.short(10))
        self.ccl('config', 'set', 'tip.cheaper', 'claude-haiku-4-5')
        # 50,000 x 3 and 499 x 15 micro-USD
        self.assertEqual([r['savings'] for r in self.tips('--rule', 'opus-small-answers')], [Fraction('1.57485')])
        self.ccl('config', 'set', 'tip.cheaper', 'claude-next-9')
        self.assertEqual(self.tips('--rule', 'opus-small-answers'), [])

    # ---- agents
    def agent(self, story, uid, amount, kind=None):
        a = Agent(uid, None, 1, f'{story.folder}/{story.sid}/subagents/agent-{uid}.jsonl')
        if kind:
            story.writes.append((a.path[:-6] + '.meta.json', json.dumps({'agentType': kind})))
        story.put(a, {'type': 'user', 'message': {'role': 'user', 'content': 'Do it.'}})
        story.answer(use=usd(amount), agent=a)
        story.end_step()
        return story

    def with_agent(self, uid, amount, rest, kind=None):
        s = self.story()
        s.prompt()
        s.answer(use=usd(rest))
        return self.agent(s, uid, amount, kind)

    def test_overhead(self):
        self.check_fires('overhead', [self.with_agent('acompact-1', '0.16', '0.84')], '0.08', ['acompact (1 run, $0.16)'])
        self.check_quiet('overhead', self.with_agent('acompact-1', '0.15', '0.85'))

    def test_subagent_share(self):
        self.check_fires('subagent-share', [self.with_agent('a1', '6.02', '4', 'Explore')], '3.01', ['Explore (1 run, $6.02)'])
        self.check_quiet('subagent-share', self.with_agent('a1', '6', '4', 'Explore'))
        self.check_quiet('subagent-share', self.with_agent('a1', '4.98', '0.1', 'Explore'))
        self.check_quiet('subagent-share', self.with_agent('acompact-1', '6.02', '1'))

    def test_agent_outlier(self):
        def runs(last, n=5):
            s = self.story()
            s.prompt()
            s.answer(use=usd(1))
            for i in range(n):
                self.agent(s, f'a{i}', '0.1', 'Plan')
            return self.agent(s, 'a99', last, 'Plan')
        s = runs('0.61')
        self.check_fires('agent-outlier', [s], evidence=[f'Plan a99 in session {s.sid[:8]} ($0.61, usually $0.10)'])
        self.check_quiet('agent-outlier', runs('0.60'))
        self.check_quiet('agent-outlier', runs('0.61', 4))

    # ---- calls
    def calls(self, *calls, **more):
        s = self.story(**more)
        s.prompt()
        for tool, given, result in calls:
            s.call(tool, given, result)
        return s

    def reads(self, n, same=False):
        return self.calls(*[('Read', {'file_path': '/nowhere/a.c', 'offset': 1}, 'x' if same else f'x{i}') for i in range(n)])

    def test_same_file_read(self):
        s = self.reads(20)
        self.check_fires('same-file-read', [s], evidence=[f'/nowhere/a.c (20 times in session {s.sid[:8]})'])
        self.check_quiet('same-file-read', self.reads(19), self.reads(19))

    def test_read_again(self):
        s = self.reads(5, same=True)
        self.check_fires('read-again', [s], evidence=[f'/nowhere/a.c (5 times in session {s.sid[:8]})'])
        self.check_quiet('read-again', self.reads(4, same=True), self.reads(9))

    def test_huge_result(self):
        s = self.calls(('Bash', {'command': 'make all'}, 'x' * 320_000))
        self.check_fires('huge-result', [s], evidence=[f'Bash make all (320 KB in session {s.sid[:8]})'])
        self.check_quiet('huge-result', self.calls(('Bash', {'command': 'make all'}, 'x' * 319_990)))

    def test_many_large_results(self):
        large = lambda n: self.calls(*[('Bash', {'command': f'cat {i}'}, 'x' * 200_000) for i in range(n)])
        s = large(5)
        self.check_fires('many-large-results', [s], evidence=[f'session {s.sid[:8]} (5 results, 1,000 KB)'])
        self.check_quiet('many-large-results', large(4), large(4))

    def test_same_call(self):
        one, other = ('Bash', {'command': 'make'}, 'no'), ('Bash', {'command': 'make x'}, 'no')
        s = self.calls(one, one, one, one)
        self.check_fires('same-call', [s], evidence=[f'Bash make (4 times in session {s.sid[:8]})'])
        self.check_quiet('same-call', self.calls(one, one, one, other, one, one, one))

    def test_same_call_of_two_at_once(self):
        """Two sessions whose calls are stored by turns."""
        one = ('Bash', {'command': 'make'}, 'no')
        two = [self.calls(one, one, one, one), self.calls(one, one, one, one)]
        for steps in zip(*(s.steps for s in two)):
            for s, step in zip(two, steps):
                s.write_step(step, self.projects)
            self.sync(self.projects)
        self.assertEqual(len(self.tips('--rule', 'same-call')), 2)

    def test_reads_per_edit(self):
        def work(reads, edits):
            s = self.story()
            s.prompt()
            for _ in range(edits):
                s.edit()
            for _ in range(reads):
                s.read()
            return s
        self.check_fires('reads-per-edit', [work(19, 10)], evidence=['project (19 reads, 10 edits)'])
        self.check_quiet('reads-per-edit', work(20, 10))
        self.check_quiet('reads-per-edit', work(0, 9))

    def test_retries(self):
        def work(n, amount, command='make test', prompts=1):
            s = self.story()
            patch = {'filePath': '/nowhere/a.c', 'structuredPatch': []}
            for _ in range(prompts):
                s.prompt()
                for i in range(n + 1):
                    s.call('Edit', {'file_path': '/nowhere/a.c', 'old_string': f'{i}', 'new_string': f'{i + 1}'}, 'ok', more=patch)
                    s.bash(command, 'failed')
            s.answer(use=usd(amount))
            return s
        s = work(3, 2)
        self.check_fires('retries', [s], evidence=[f'session {s.sid[:8]} (3 retries, '])
        self.check_quiet('retries', work(2, 2))
        self.check_quiet('retries', work(3, '1.9'))
        self.check_quiet('retries', work(0, 2, prompts=5))

    # ---- sessions
    def of_tokens(self, **tokens):
        s = self.story()
        s.prompt()
        s.answer(use=use(**tokens))
        return s

    def test_low_cache_hit(self):
        s = self.of_tokens(cache_read=39_999, cache_5m=60_001)
        self.check_fires('low-cache-hit', [s], evidence=[f'session {s.sid[:8]} (39 % of 100,000 tokens)'])
        self.check_quiet('low-cache-hit', self.of_tokens(cache_read=40_000, cache_5m=60_000))
        self.check_quiet('low-cache-hit', self.of_tokens(cache_read=39_999, cache_5m=60_000))

    def test_input_heavy(self):
        s = self.of_tokens(input=70_000, cache_5m=5_000, output=3_000)
        self.check_fires('input-heavy', [s], evidence=[f'session {s.sid[:8]} (75,000 tokens in, 3,000 out)'])
        self.check_quiet('input-heavy', self.of_tokens(input=75_000, output=3_001))
        self.check_quiet('input-heavy', self.of_tokens(input=74_999, output=1))

    def of_cost(self, amount, edits=False, **more):
        s = self.story(**more)
        s.prompt()
        s.answer(use=usd(amount))
        if edits:
            s.edit()
        return s

    def test_session_outlier(self):
        four = lambda: [self.of_cost(1) for _ in range(4)]
        # the mean of 1, 1, 1, 1 and 2.67 is 1.334
        s = self.of_cost('2.67')
        self.check_fires('session-outlier', four() + [s], evidence=[f'session {s.sid[:8]} ($2.67, usual in project $1.33)'])
        self.check_quiet('session-outlier', *four(), self.of_cost('2.66'))
        self.check_quiet('session-outlier', *four()[:3], self.of_cost(50))

    def test_no_edit(self):
        s = self.of_cost(3)
        self.check_fires('no-edit', [s], evidence=[f'session {s.sid[:8]} ($3.00)'])
        self.check_quiet('no-edit', self.of_cost('2.99'), self.of_cost(4, edits=True))

    def test_same_prompt(self):
        def said(*texts):
            s = self.story()
            for text in texts:
                s.prompt(text)
                s.answer(use=usd('0.25'))
                s.answer(use=usd('0.5'))
            return s
        long = 'Please fix the test that fails in a.c now'
        self.assertEqual(len(long), 41)
        s = said(long, 'Go on.', long)
        self.check_fires('same-prompt', [s], '0.75', [f'session {s.sid[:8]} (2 times, 41 characters)'])
        self.check_quiet('same-prompt', said(long), said(long), said(long[2:], long[2:]))

    # ---- time
    def test_spend_anomaly(self):
        def days(last):
            return [self.of_cost(1 if i < 27 else last, start=f'2026-{10 + (i + 22) // 32:02}-{(i + 22 - 1) % 31 + 1 if i < 10 else i - 9:02}T13:00:00Z')
                    for i in range(29)] + [self.of_cost(last, start='2026-11-20T08:00:00Z')]
        rows = self.check_fires('spend-anomaly', days('2.12'), evidence=['$2.12 a day, usually $1.11', '($2.12)'], args=['--since', '2026-10-22'])
        self.assertEqual(rows['spend-anomaly']['finding'][:19], 'The last three days')
        self.check_quiet('spend-anomaly', *days('2.11'), args=['--since', '2026-10-22'])

    def test_cache_decline(self):
        def project(before, read, n=5):
            write = lambda s, r: s.answer(use=use(cache_read=r, cache_5m=1_000_000 - r))
            old = [self.story(start='2026-11-05T09:00:00Z') for _ in range(n)]
            for s in old:
                s.prompt()
                write(s, before)
            new = self.story(start='2026-11-18T09:00:00Z')
            new.prompt()
            write(new, read)
            return old + [new]
        # (0.9 - 0.4) / (1 - 0.4) of 600,000 writes would have been reads: 833 of 1,000, at 4.8 micro-USD less each
        self.check_fires('cache-decline', project(900_000, 400_000), '2.39904', ['project project (40 %, before 90 %)'])
        self.check_quiet('cache-decline', *project(900_000, 460_000))
        self.check_quiet('cache-decline', *project(900_000, 400_000, 4))

    # ---- files
    def test_long_memory_file(self):
        place = self.dir / 'place'
        place.mkdir()
        (place / 'CLAUDE.md').write_text('x\n' * 200 + 'the 201st')
        self.check_fires('long-memory-file', [self.of_cost(1, cwd=str(place))], evidence=[f'{place}/CLAUDE.md (201 lines, 409 characters)'])
        (place / 'CLAUDE.md').write_text('x\n' * 200)
        self.check_quiet('long-memory-file', self.of_cost(1, cwd=str(place)))
        (place / 'CLAUDE.md').unlink()
        (place / 'CLAUDE.md').mkdir()
        self.check_quiet('long-memory-file', self.of_cost(1, cwd=str(place)))

    def test_mcp_unused(self):
        place = self.dir / 'place'
        place.mkdir()
        (place / '.mcp.json').write_text('{"mcpServers":{"my db":{},"dead":{}}}')
        (self.home / '.claude.json').write_text(json.dumps({'mcpServers': {'github': {}}, 'projects': {
            str(place): {'mcpServers': {'own': {}}, 'disabledMcpjsonServers': ['dead']}, '/else': {'mcpServers': {'far': {}}}}}))
        five = lambda n=5: [self.of_cost(1, cwd=str(place)) for _ in range(n)]
        self.load(*five())
        self.assertEqual([r['evidence'] for r in self.tips('--rule', 'mcp-unused')],
                         ['github (yours, 5 sessions)', 'my db (of place, 5 sessions)', 'own (yours in place, 5 sessions)'])
        self.fresh()
        self.check_quiet('mcp-unused', *five(4))
        calls = five()
        for server in ('github', 'my_db', 'own'):
            calls[0].call(f'mcp__{server}__get', {'id': 1}, 'x')
        self.check_quiet('mcp-unused', *calls)
        (place / '.mcp.json').write_text('{"mcpServers": [')
        (self.home / '.claude.json').write_text('no JSON')
        self.check_quiet('mcp-unused', *five())

    # ---- all together
    def test_no_turn_is_claimed_twice(self):
        """An exploring session has small answers: who claims them depends on which rule saves more in all."""
        def explore(n_small, large):
            s = self.exploring(input=0, output=large)
            for _ in range(n_small):
                s.read(use=use(input=50_000, output=400))
            return s
        small = '1.04'  # of ten answers: 50,000 x 2 and 400 x 10 micro-USD less each
        self.load(explore(10, 100_000), self.short(1, 400))
        rows = {r['rule']: r['savings'] for r in self.tips()}
        # 100,000 x 10 micro-USD and the small ones are exploration's; of the other rule the one elsewhere is left
        self.assertEqual((rows['opus-on-exploration'], rows['opus-small-answers']), (Fraction(1) + Fraction(small), Fraction('0.104')))
        self.fresh()
        self.load(explore(10, 100_000), self.short(20, 400))
        rows = {r['rule']: r['savings'] for r in self.tips()}
        self.assertEqual((rows['opus-on-exploration'], rows['opus-small-answers']), (Fraction(1), Fraction(small) * 3))
        total = self.report('summary', CCL_NOW=NOW)[-1]['cost']
        self.assertLessEqual(sum(r or 0 for r in rows.values()), total)

    def test_sum_is_at_most_the_cost(self):
        stories = [self.exploring(input=300_000), self.short(30), self.with_agent('a1', '80', '1', 'Explore'), self.with_agent('acompact-1', '25', '1')]
        again = self.story()
        for _ in range(3):
            again.prompt('Please do the same thing once more, as before.')
            again.answer(use=use(input=200_000, output=100))
        self.load(*stories, again)
        rows = self.tips()
        savings = {r['rule']: r['savings'] for r in rows if r['savings'] is not None}
        self.assertEqual(set(savings), {'opus-on-exploration', 'opus-small-answers', 'overhead', 'subagent-share', 'same-prompt'})
        self.assertEqual(list(savings.values()), sorted(savings.values(), reverse=True))
        self.assertLessEqual(sum(savings.values()), self.report('summary', CCL_NOW=NOW)[-1]['cost'])
        # the answers to the repeated prompt are small, and that rule saves more: nothing is left of the other one
        self.assertEqual(savings['opus-small-answers'], 30 * Fraction('0.10499') + 3 * Fraction('0.401'))
        self.assertEqual(savings['same-prompt'], 0)
        self.ccl('tips', 'dismiss', 'opus-small-answers')
        self.assertEqual({r['rule']: r['savings'] for r in self.tips()}['same-prompt'], 2 * Fraction('0.802'))

    def test_dismissed(self):
        self.load(self.short(10), self.of_cost(3))
        self.assertIn('1 tip is dismissed', self.ccl('tips', 'dismiss', 'no-edit') and self.ccl('tips'))
        self.assertNotIn('no-edit', [r['rule'] for r in self.tips()])
        self.assertIn('no-edit', [r['rule'] for r in self.tips('--all')])
        self.assertEqual(len(self.tips('--rule', 'no-edit')), 1)
        later = self.report('tips', '--since', '30d', CCL_NOW='2026-12-04T12:00:00Z')
        self.assertIn('no-edit', [r['rule'] for r in later])
        self.ccl('tips', 'restore', 'no-edit')
        self.assertIn('no-edit', [r['rule'] for r in self.tips()])
        self.ccl('tips', 'restore', 'no-edit', status=64)
        self.ccl('config', 'set', 'tip.no-edit', 'off')
        self.assertNotIn('no-edit', [r['rule'] for r in self.tips('--all')])

    def test_filters(self):
        here, there = self.of_cost(3), self.of_cost(4, cwd='/nowhere/other')
        self.load(here, there)
        evidence = lambda *args: [r['evidence'][:16] for r in self.tips('--rule', 'no-edit', *args)]
        self.assertEqual(evidence(), [f'session {there.sid[:8]}', f'session {here.sid[:8]}'])
        self.assertEqual(evidence('--project', 'project'), [f'session {here.sid[:8]}'])
        self.assertEqual(evidence('--session', there.sid[:8]), [f'session {there.sid[:8]}'])
        self.assertEqual(evidence('--until', '2026-11-16'), [])
        self.assertEqual(evidence('--since', '2026-11-17'), [])


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1] + ['-v'] + sys.argv[1:])
