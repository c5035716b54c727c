# SPDX-License-Identifier: MIT
"""Budgets as the hooks see them: sessions that cost what is known, and what is said, refused, let through and kept."""
import collections
import datetime
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import time
import unittest
from fractions import Fraction
from zoneinfo import ZoneInfo

from guarded import Guarded
from harness import CCL, TOKENS, check_rollups, open_ledger, payload, price_days, until
from runaways import USD, Oracle, Story, iso_of, ms_of
from test_truth import GENERATOR

START = '2026-11-16T09:00:00Z'
OK, WARN, OVER = 0, 2, 3


def local_ms(zone, *when):
    return int(datetime.datetime(*when, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def user_name():
    users = {int(line.split(':')[2]): line.split(':')[0] for line in open('/etc/passwd') if line.count(':') == 6}
    return users.get(os.getuid(), 'unknown')


class Budgets(Guarded):
    def setUp(self):
        super().setUp()
        self.refused = []
        self.fresh('first')

    def fresh(self, name):
        """A home and a ledger of its own for each of several cases."""
        self.home = self.dir / re.sub('[^A-Za-z0-9]', '-', name)
        self.projects = self.home / '.claude/projects'
        self.ledger = self.home / 'ledger.db'
        self.home.mkdir()
        self.fire(payload('Stop', self.projects / 'none.jsonl', 'none'), ms_of(START))  # makes the ledger
        self.assertTrue(until(self.ledger.exists))

    def budget(self, *args, at_ms=None, status=0, **more):
        return self.ccl('budget', *args, status=status, CCL_NOW=iso_of(at_ms or ms_of(START)), **more)

    def check(self, story=None, at_ms=None, **more):
        """The exit status of `ccl budget check`."""
        run = subprocess.run([CCL, 'budget', 'check', *(['--session', story.sid] if story else [])],
                             env=self.env(CCL_NOW=iso_of(at_ms or story.now), **more), stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        self.assertIn(run.returncode, (OK, WARN, OVER), run.stderr)
        return run.returncode

    def budgets(self, at_ms, **more):
        """{(scope, id, period): row}"""
        rows = self.report('budgets', CCL_NOW=iso_of(at_ms), **more)
        for r in rows:
            self.assertEqual(r['left'], r['limit'] - r['spent'], r)
        return {(r['scope'], r['id'], r['period']): r for r in rows}

    def one(self, scope, at_ms, **more):
        row, = [r for (s, _, _), r in self.budgets(at_ms, **more).items() if s == scope]
        return row

    def work(self, name, *costs, start=START, gap=60, **how):
        """A session whose calls cost so many dollars each: nothing else is wrong with it."""
        story = Story(name, start=start, **how)
        for n, usd in enumerate(costs):
            if n % 3 == 0:
                story.prompt('Next.')
            story.edit(use=story.usage(usd=usd), gap=gap)
        return story

    def told(self, story, first=0, **more):
        """[(call, rule)] of budgets, as the hooks said them."""
        return [(story.steps[n].calls[-1], rule) for n, rule in self.replay(story, first, **more) if rule[0] == 'B']

    def pre(self, story, command=None, at_ms=None, tool='Bash', **more):
        """Asks before a tool runs: true if it is let through."""
        tool_input = {'command': command or 'make', 'description': 'run it'} if tool == 'Bash' else {'file_path': '/nowhere/a'}
        answer = self.fire({**payload('PreToolUse', self.projects / story.path, story.sid), 'cwd': story.cwd, 'permission_mode': 'default',
                            'tool_name': tool, 'tool_input': tool_input, 'tool_use_id': story.tool_id()}, at_ms or story.now, **more)
        if not answer or set(answer) <= {'systemMessage', 'terminalSequence'}:
            return True
        self.assertEqual(answer['continue'], False)
        self.assertNotIn('decision', answer)
        out = answer.get('hookSpecificOutput')
        if out or story not in self.refused:  # clients that do not end at a denial are sent `continue` alone the next time
            self.assertEqual((out['hookEventName'], out['permissionDecision']), ('PreToolUse', 'deny'))
            self.assertIn('ccl budget', out['permissionDecisionReason'])  # what lifts it
        self.assertIn('ccl budget', answer['stopReason'])
        self.assertNotRegex(answer['stopReason'], r'[\x00-\x09\x0b-\x1f]')
        self.refused.append(story)
        return False

    def submit(self, story, at_ms=None, **more):
        """A prompt is typed: true if it is let through."""
        answer = self.fire({**payload('UserPromptSubmit', self.projects / story.path, story.sid), 'cwd': story.cwd, 'prompt': 'Go on.'},
                           at_ms or story.now, **more)
        if not answer or 'decision' not in answer:
            return True
        self.assertEqual(answer['decision'], 'block')
        self.assertIn('ccl budget', answer['reason'])
        return False

    def spent(self, story):
        oracle = Oracle()
        for step in story.steps:
            for path, text in step.writes:
                oracle.feed(path, text)
        return Fraction(oracle.cost(oracle.calls.values()), USD)


class Said(Budgets):
    def test_session(self):
        self.budget('set', '--session', '5')
        story, levels = self.work('s', *[0.51] * 12), []
        said = []
        for n in range(len(story.steps)):
            said += [(story.steps[n].calls[-1], r) for r in self.step(story, n) if r[0] == 'B']
            if story.steps[n].hook:
                levels.append(self.check(story, story.steps[n].at_ms))
                self.assertTrue(self.pre(story, at_ms=story.steps[n].at_ms))  # it only warns
                self.assertTrue(self.submit(story, at_ms=story.steps[n].at_ms))
        self.assertEqual(said, [(7, 'B1'), (9, 'B1')])  # $4.08, $5.10
        self.assertEqual(levels, [OK] * 7 + [WARN] * 2 + [OVER] * 3)
        row = self.one('session', story.now)
        self.assertEqual((row['id'], row['limit'], row['spent'], row['level'], row['mode']), (story.sid, 5, self.spent(story), 'over', 'warn'))
        self.assertEqual(self.runaway(iso_of(story.now))[story.sid, 'B1'], 'critical')
        # another session has its own
        other = self.work('other', 0.5)
        self.assertEqual(self.told(other), [])
        self.assertEqual(self.check(other), OK)

    def test_half_as_much_again(self):
        """Over the limit, it is said again at 150 %, at 225 %."""
        self.budget('set', '--session', '1')
        # $0.88, $1.10, $1.65, $2.53
        self.assertEqual(self.told(self.work('s', *[0.11] * 25)), [(7, 'B1'), (9, 'B1'), (14, 'B1'), (22, 'B1')])

    def test_agents_count(self):
        self.budget('set', '--session', '5')
        story = Story('s')
        story.prompt()
        _, agent = story.spawn(agent_use=story.usage(usd=1.5))
        for _ in range(3):
            story.edit(agent=agent, use=story.usage(usd=1.5), gap=120)
        self.assertEqual([rule for _, rule in self.told(story)], ['B1', 'B1'])
        self.assertEqual(self.one('session', story.now)['spent'], self.spent(story))

    def test_day(self):
        """All sessions together; only the one whose call crosses a level hears of it."""
        self.budget('set', '--day', '10')
        one, two = self.work('one', *[1.1] * 6), self.work('two', *[1.1] * 6, start='2026-11-16T09:00:30Z')
        said = []
        for n in range(len(one.steps)):
            for s in (one, two):
                said += [(s.name, s.steps[n].calls[-1], r) for r in self.step(s, n) if r[0] == 'B']
        self.assertEqual(said, [('two', 3, 'B2'), ('two', 4, 'B2')])  # the eighth, the tenth
        row = self.one('all', two.now)
        self.assertEqual((row['period'], row['limit'], row['spent']), ('day', 10, self.spent(one) + self.spent(two)))
        self.assertEqual(self.check(at_ms=two.now), OVER)

    def test_day_ends_at_local_midnight(self):
        for zone in ('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'):
            with self.subTest(zone):
                self.fresh(zone)
                self.budget('set', '--day', '10', '--enforce')
                night = local_ms(zone, 2026, 11, 17)
                story = self.work(f's {zone}', *[2.1] * 5, start=iso_of(night - 6 * 60_000))
                self.assertEqual(self.told(story, TZ=zone), [(3, 'B2'), (4, 'B2')])  # the last one a minute and more before midnight
                self.assertLess(story.now, night)
                self.assertFalse(self.pre(story, at_ms=night - 1000, TZ=zone))
                self.assertEqual(self.check(at_ms=night - 1, TZ=zone), OVER)
                self.assertEqual(self.check(at_ms=night, TZ=zone), OK)
                self.assertTrue(self.pre(story, at_ms=night + 1000, TZ=zone))
                self.assertEqual(self.one('all', night, TZ=zone)['spent'], 0)
                before = len(story.steps)
                story.now = night + 60_000
                for _ in range(4):
                    story.edit(use=story.usage(usd=2.1), gap=60)
                self.assertEqual(self.told(story, before, TZ=zone), [(8, 'B2')])  # $8.40 of this day

    def test_day_of_a_clock_change(self):
        """25 hours in Berlin, 23 in Auckland: both ends belong to it."""
        for zone, day in (('Europe/Berlin', (2026, 10, 25)), ('America/New_York', (2026, 11, 1)), ('Pacific/Auckland', (2026, 9, 27))):
            with self.subTest(zone):
                self.fresh(zone)
                self.budget('set', '--day', '10')
                first, end = local_ms(zone, *day), local_ms(zone, *day[:2], day[2] + 1)
                self.assertNotEqual(end - first, 86_400_000)
                costs = {first - 1000: 1, first: 2, end - 1000: 4, end: 3}
                for at, usd in costs.items():
                    story = Story(f'{zone} {at}', start=iso_of(at))
                    story.answer(use=story.usage(usd=usd))
                    story.write(self.projects)
                    self.sync_at(iso_of(at))
                want = [round(float(self.one('all', at, TZ=zone)['spent']), 3) for at in (first - 1, first, end - 1)]
                self.assertEqual(want, [1, 6, 6])
                self.assertAlmostEqual(float(self.one('all', end, TZ=zone)['spent']), 3, 3)

    def test_month(self):
        for zone in ('UTC', 'America/New_York', 'Asia/Kolkata'):
            with self.subTest(zone):
                self.fresh(zone)
                self.budget('set', '--month', '100')
                end = local_ms(zone, 2026, 12, 1)
                # 80 % is reached, but on the 28th no more than 100 is to come
                story = self.work(f's {zone}', 84, start=iso_of(end - 2 * 86_400_000 - 60_000))
                self.assertEqual(self.told(story, TZ=zone), [])
                story.now = end - 600_000
                before = len(story.steps)
                for _ in range(3):
                    story.edit(use=story.usage(usd=8.5), gap=60)
                self.assertEqual([r for _, r in self.told(story, before, TZ=zone)], ['B4'])  # $100 and more
                row = self.one('all', end - 1, TZ=zone)
                self.assertEqual((row['period'], row['spent'], row['level']), ('month', self.spent(story), 'over'))
                self.assertEqual(self.one('all', end, TZ=zone)['spent'], 0)
                self.assertEqual(self.check(at_ms=end, TZ=zone), OK)

    def test_month_that_will_not_do(self):
        self.budget('set', '--month', '100')
        self.assertEqual(self.told(self.work('s', 84, start='2026-11-12T12:00:00Z')), [(0, 'B4')])

    def test_branch(self):
        self.budget('set', '--branch', 'feature=5')
        one = self.work('one', *[1.1] * 3, branch='feature')
        other = self.work('other', *[1.1] * 6, branch='main', start='2026-11-16T10:00:00Z')
        two = self.work('two', *[1.1] * 3, branch='feature', start='2026-11-16T11:00:00Z')
        self.assertEqual([self.told(s) for s in (one, other, two)], [[], [], [(0, 'B3'), (1, 'B3')]])
        row = self.one('branch', two.now)
        self.assertEqual((row['id'], row['limit'], row['spent']), ('feature', 5, self.spent(one) + self.spent(two)))
        self.assertEqual([self.check(s) for s in (other, two)], [OK, OVER])

    def test_project(self):
        self.budget('set', '--project', 'api=5/total')
        one = self.work('one', *[1.1] * 3, cwd='/nowhere/api')
        other = self.work('other', *[1.1] * 6, cwd='/nowhere/web', start='2026-11-16T10:00:00Z')
        two = self.work('two', *[1.1] * 3, cwd='/nowhere/api', start='2026-11-16T11:00:00Z')
        said = [self.told(s) for s in (one, other, two)]
        self.assertEqual([[call for call, _ in s] for s in said], [[], [], [0, 1]])
        row = self.one('project', two.now)
        self.assertEqual((row['id'], row['limit'], row['spent']), ('api', 5, self.spent(one) + self.spent(two)))
        self.assertEqual([self.check(s) for s in (other, two)], [OK, OVER])

    def test_pull_request(self):
        """Each pull request has the same limit; what its branch cost counts, and nothing else."""
        self.budget('set', '--pr', '5')

        def of(name, number, start):
            story = Story(name, branch=f'feature-{number}', start=start)
            story.prompt()
            story.edit(use=story.usage(usd=1.1), gap=60)
            story.pull_request(number)
            for _ in range(3):
                story.edit(use=story.usage(usd=1.1), gap=60)
            return story

        one, two, more = of('one', 7, START), of('two', 8, '2026-11-16T10:00:00Z'), of('more', 7, '2026-11-16T11:00:00Z')
        said = [self.told(s) for s in (one, two, more)]
        self.assertEqual(said, [[(3, 'B3')], [(3, 'B3')], [(0, 'B3'), (3, 'B3')]])  # $4.40 each; $5.50, and half as much again
        rows = {i: r['spent'] for (s, i, _), r in self.budgets(more.now).items() if s == 'pr'}
        self.assertEqual({i.rsplit('#')[-1]: spent for i, spent in rows.items()}, {'7': self.spent(one) + self.spent(more), '8': self.spent(two)})

    def test_observed_only(self):
        self.budget('set', '--session', '1', '--observe')
        story = self.work('s', *[0.3] * 5)
        self.assertEqual(self.told(story), [])
        self.assertEqual((self.pre(story), self.submit(story), self.stop(story)), (True, True, []))
        self.assertEqual(self.runaway(iso_of(story.now)).get((story.sid, 'B1')), 'critical')

    def test_several_at_once(self):
        """One answer names them all."""
        self.budget('set', '--session', '1', '--day', '1', '--branch', 'main=1')
        story = self.work('s', 1.1)
        self.assertEqual(sorted(r for _, r in self.told(story)), ['B1', 'B2', 'B3'])

    def test_set_list_remove(self):
        self.budget('set', '--session', '5', '--day', '50', '--month', '500', '--pr', '40', '--branch', 'x=20', '--project', 'y=100', '--enforce')
        shown = self.budget('list')
        for word in ('session', 'day', 'month', 'pr', 'x', 'y'):
            self.assertRegex(shown, rf'\b{word}\b')
        for money in ('5', '50', '500', '40', '20', '100'):
            self.assertRegex(shown, rf'\b{money}(\.00)?\b')
        self.budget('remove', 'session')
        self.assertNotRegex(self.budget('list'), r'\bsession\b')
        with open_ledger(self.ledger) as db:
            acts = db.execute('SELECT act, scope, period, at_ms, who FROM budget_change ORDER BY id').fetchall()
        self.assertEqual(collections.Counter(a[0] for a in acts), {'set': 6, 'remove': 1})
        self.assertEqual(acts[-1][:4], ('remove', 'session', 'total', ms_of(START)))
        self.assertEqual({a[4] for a in acts}, {user_name()})

    def test_wrong_use(self):
        for args in (['set'], ['set', '--session'], ['set', '--session', 'much'], ['set', '--session', '-5'], ['set', '--branch', '20'],
                     ['allow', '--add', '10'], ['off'], ['off', '--for', 'ever'], ['nothing']):
            with self.subTest(args):
                self.budget(*args, status=64)
        with open_ledger(self.ledger) as db:
            self.assertEqual(db.execute('SELECT (SELECT count(*) FROM budget) + (SELECT count(*) FROM budget_change)').fetchone(), (0,))


class Enforced(Budgets):
    def over(self, name='s', limit='2', **how):
        """A session that is over its limit."""
        self.budget('set', '--session', limit, '--enforce')
        story = self.work(name, *[0.51] * 5, **how)
        self.told(story)
        return story

    def test_session(self):
        self.budget('set', '--session', '2', '--enforce')
        story, free = self.work('s', *[0.51] * 5), []
        for n in range(len(story.steps)):
            self.step(story, n)
            if story.steps[n].hook:
                at = story.steps[n].at_ms
                free.append((self.pre(story, at_ms=at), self.pre(story, tool='Read', at_ms=at), self.submit(story, at_ms=at)))
        self.assertEqual(free, [(True,) * 3] * 3 + [(False,) * 3] * 2)  # $2.04
        answer = self.fire(payload('Stop', self.projects / story.path, story.sid, stop_hook_active=False), story.now)
        self.assertNotIn('decision', answer or {})
        self.assertNotIn('continue', answer or {})
        # each other session has its own
        other = self.work('other', 0.51)
        self.told(other)
        self.assertTrue(self.pre(other))
        self.assertEqual(self.check(story), OVER)

    def test_what_no_hook_has_read_counts(self):
        self.budget('set', '--session', '2', '--enforce')
        for event in ('pre', 'submit'):
            with self.subTest(event):
                story = self.work(event, *[0.51] * 5).write(self.projects)
                self.assertFalse((self.pre if event == 'pre' else self.submit)(story))

    def test_what_an_agent_appended_counts(self):
        self.budget('set', '--session', '2', '--enforce')
        story = Story('s')
        story.prompt()
        _, agent = story.spawn()
        self.told(story)
        self.assertTrue(self.pre(story))
        before = len(story.steps)
        for _ in range(4):
            story.edit(agent=agent, use=story.usage(usd=0.6), gap=1)
        for step in story.steps[before:]:
            story.write_step(step, self.projects)
        self.assertFalse(self.pre(story))

    def test_every_scope(self):
        for scope, value, how in (('day', '2', {}), ('week', '2', {}), ('month', '2', {}), ('branch', 'feature=2', {'branch': 'feature'}),
                                  ('project', 'api=2', {'cwd': '/nowhere/api'}), ('project', '/nowhere/api=2/day', {'cwd': '/nowhere/api'})):
            with self.subTest(f'{scope} {value}'):
                self.fresh(f'{scope} {value}')
                self.budget('set', f'--{scope}', value, '--enforce')
                story, other = self.work('s', *[0.51] * 5, **how), self.work('other', 0.1, cwd='/nowhere/web', branch='other')
                for s in (other, story):
                    self.told(s)
                self.assertFalse(self.pre(story))
                self.assertFalse(self.submit(story))
                self.assertEqual(self.pre(other), '=' in value)
                self.budget('remove', scope, *([value.split('=')[0]] if '=' in value else []))
                self.assertTrue(self.pre(story))

    def test_lifted(self):
        story = self.over()
        self.assertFalse(self.pre(story))
        self.assertTrue(self.pre(story, CCL_BUDGET='off'))
        self.assertTrue(self.submit(story, CCL_BUDGET='off'))
        self.assertFalse(self.pre(story, CCL_BUDGET='on'))
        self.budget('allow', '--session', story.sid, '--add', '1', at_ms=story.now)
        self.assertTrue(self.pre(story))
        self.assertTrue(self.submit(story))
        self.assertEqual(self.one('session', story.now)['limit'], 3)
        before = len(story.steps)
        story.edit(use=story.usage(usd=0.6))  # $3.15
        self.told(story, before)
        self.assertFalse(self.pre(story))
        # off for an hour
        self.budget('off', '--for', '1h', at_ms=story.now)
        for minutes, free in ((0, True), (59, True), (61, False)):
            self.assertEqual(self.pre(story, at_ms=story.now + minutes * 60_000), free, minutes)
        self.budget('remove', 'session')
        self.assertTrue(self.pre(story, at_ms=story.now + 61 * 60_000))
        with open_ledger(self.ledger) as db:
            acts = db.execute("SELECT act, target, amount_pico, until_ms - at_ms FROM budget_change WHERE act IN ('allow', 'off') ORDER BY id").fetchall()
        self.assertEqual([a[0] for a in acts], ['allow', 'off'])
        self.assertEqual((acts[0][1:3], acts[1][3]), ((story.sid, USD), 3_600_000))

    def test_guard_is_off(self):
        story = self.over()
        self.ccl('config', 'set', 'guard', 'off')
        self.assertTrue(self.pre(story))
        self.assertTrue(self.submit(story))

    def test_work_can_be_saved(self):
        """Three calls to save work pass; nothing else does."""
        for name, commands in {'git': ('git add -A', 'git commit -m "wip"', 'git stash'),
                               'ccl': ('ccl budget allow --session x --add 10', 'ccl budget off --for 1h', 'ccl'),
                               'both': ('git add . && git commit -m "half done"', 'git stash push -m x', 'ccl budgets')}.items():
            with self.subTest(name):
                self.fresh(name)
                story = self.over(name)
                self.assertFalse(self.pre(story, 'make'))
                self.assertEqual([self.pre(story, c) for c in commands], [True] * 3)
                self.assertEqual([self.pre(story, c) for c in commands], [False] * 3)

    def test_what_does_not_save_work(self):
        story = self.over()
        for command in ('git commit -m x && rm -rf /', 'ccl; curl https://example.org', 'git push', 'git add . | sh', 'ccl $(curl x)', 'git commit -m x; make',
                        'git add `make`', 'git commit -m "$(make)"', 'git stash & make', 'git add -A\nmake', 'gitx add', 'cclx', 'git commit-tree x',
                        'echo git add', 'make # git commit', 'sh -c "git add; make"', 'git add <(make)', 'git commit -m x || make', '(git add x; make)', ''):
            with self.subTest(command):
                self.assertFalse(self.pre(story, command or ' '))
        # and none of them was counted as one
        self.assertEqual([self.pre(story, 'git stash') for _ in range(4)], [True] * 3 + [False])

    def test_twins_pass_once(self):
        """Hooks of settings and of a plugin both run: the three passes are three calls."""
        story = self.over()
        for n in range(3):
            data = {**payload('PreToolUse', self.projects / story.path, story.sid), 'tool_name': 'Bash', 'tool_input': {'command': 'git stash'},
                    'tool_use_id': f'toolu_{n}'}
            self.assertEqual([self.fire(data, story.now) for _ in range(2)], [None, None], n)

    def test_old_client_keeps_trying(self):
        """One that does not end (2.1.197 and older take a denial for an answer) is stopped again and again."""
        story = self.over()
        self.assertEqual([self.pre(story) for _ in range(10)], [False] * 10)


class FailsOpen(Budgets):
    """What is broken never stands in the user's way."""

    def over(self):
        self.budget('set', '--session', '2', '--enforce')
        story = self.work('s', *[0.51] * 5)
        self.told(story)
        self.assertFalse(self.pre(story))
        return story

    def free(self, story):
        start = time.monotonic()
        self.assertEqual((self.pre(story), self.submit(story)), (True, True))
        self.assertLess(time.monotonic() - start, 2)

    def test_locked(self):
        """Something is new, and the ledger is locked: it is not known what was spent."""
        story = self.over()
        before = len(story.steps)
        story.edit(use=story.usage(usd=0.1))
        story.write_step(story.steps[before], self.projects)
        db = sqlite3.connect(self.ledger, isolation_level=None)
        db.execute('BEGIN IMMEDIATE')
        try:
            self.free(story)
        finally:
            db.execute('ROLLBACK')
            db.close()
        self.assertFalse(self.pre(story))

    def test_corrupt(self):
        story = self.over()
        self.ledger.write_bytes(b'no database' * 1000)
        self.free(story)

    def test_half_corrupt(self):
        """The head of the file is good."""
        story = self.over()
        with sqlite3.connect(self.ledger) as db:
            db.execute('PRAGMA wal_checkpoint(TRUNCATE)')
        db.close()
        data = bytearray(self.ledger.read_bytes())
        data[8192:] = random.Random(1).randbytes(len(data) - 8192)
        self.ledger.write_bytes(data)
        self.free(story)

    def test_gone(self):
        story = self.over()
        for path in self.ledger.parent.glob('ledger.db*'):
            path.unlink()
        self.free(story)

    def test_newer(self):
        story = self.over()
        with sqlite3.connect(self.ledger) as db:
            db.execute('PRAGMA user_version = 999')
        db.close()
        self.free(story)

    def test_not_ours(self):
        story = self.over()
        for path in self.ledger.parent.glob('ledger.db*'):
            path.unlink()
        with sqlite3.connect(self.ledger) as db:
            db.execute('CREATE TABLE budget (x)')
        db.close()
        self.free(story)

    def test_no_price(self):
        """Nobody knows what it cost."""
        self.budget('set', '--session', '2', '--day', '2', '--enforce')
        story = Story('s')
        story.prompt()
        for _ in range(8):
            story.edit(use={**story.usage(), 'output': 5_000_000}, model='claude-unknown-9')
        self.told(story)
        self.assertTrue(self.pre(story))
        self.assertTrue(self.submit(story))
        self.assertEqual(self.check(story), OK)

    def test_no_transcript(self):
        self.budget('set', '--session', '2', '--enforce')
        self.assertTrue(self.pre(self.work('never written', 5)))

    def test_payload_of_another_kind(self):
        story = self.over()
        for data in (b'', b'{', b'[]', b'{"hook_event_name":"PreToolUse"}', b'{"hook_event_name":"PreToolUse","session_id":5,"transcript_path":null}',
                     json.dumps({'hook_event_name': 'PreToolUse', 'session_id': '../..', 'transcript_path': '/dev/null'}).encode()):
            with self.subTest(data):
                self.hook(data, CCL_NOW=iso_of(story.now))

    def test_tool_input_of_another_kind(self):
        """Refused like any other call, whatever it asks for."""
        story = self.over()
        for tool_input in (None, [], 'x', {}, {'command': None}, {'command': ['git', 'stash']}, {'command': 'git stash\0; make'}, {'command': 'x' * 200_000}):
            with self.subTest(str(tool_input)[:40]):
                answer = self.fire({**payload('PreToolUse', self.projects / story.path, story.sid), 'tool_name': 'Bash', 'tool_input': tool_input}, story.now)
                self.assertEqual((answer or {}).get('continue'), False)


class State(Budgets):
    """What is kept for budgets of all work and of projects is the sum of the turns."""
    NOW = '2026-11-21T17:00:00Z'
    ZONE = 'Europe/Berlin'

    def bounds(self, period):
        """Beginning and end of the period that holds NOW, by local clocks."""
        day = datetime.datetime.fromtimestamp(ms_of(self.NOW) / 1000, ZoneInfo(self.ZONE)).replace(hour=0, minute=0, second=0, microsecond=0)
        begin = {'day': day, 'week': day - datetime.timedelta(days=day.weekday()), 'month': day.replace(day=1)}.get(period)
        if begin is None:
            return 0, 1 << 62
        days = {'day': 1, 'week': 7, 'month': 32}[period]
        end = begin + datetime.timedelta(days=days)
        if period == 'month':
            end = end.replace(day=1)
        return int(begin.timestamp() * 1000), int(end.timestamp() * 1000)

    def check_report(self):
        """What `ccl budgets` says was spent is the sum of the turns: how many dollars that is in all."""
        db, total = self.read(), 0
        check_rollups(self, db)
        rows = self.budgets(ms_of(self.NOW))
        self.assertEqual({(s, p) for s, _, p in rows}, {(b['scope'], b['period']) for b in db.all('SELECT * FROM budget')})
        for (scope, target, period), row in rows.items():
            since, before = self.bounds(period)
            cost = sum(t['cost'] or 0 for t in db.turns if since <= t['at_ms'] < before and self.is_of(t, scope, target))
            self.assertEqual(row['spent'], Fraction(cost, USD), (scope, target, period))
            total += row['spent']
        return total

    @staticmethod
    def is_of(turn, scope, target):
        return scope == 'all' or (turn['project'] or '').rsplit('/', 1)[-1] == target

    def check_state(self):
        """And budget_state is what is made here once more: a pure function of the turns."""
        total = self.check_report()
        db = self.read()
        for b in db.all("SELECT * FROM budget WHERE scope IN ('all', 'project')"):
            rows = db.all('SELECT * FROM budget_state WHERE budget_id = ?', b['id'])
            head, = [r for r in rows if r['day'] == -1]
            since, before = self.bounds(b['period'])
            if b['period'] != 'total':
                self.assertEqual((head['since_ms'], head['until_ms']), (since, before), b)
            want, price_day = collections.defaultdict(collections.Counter), price_days(db)
            for t in db.turns:
                if since <= t['at_ms'] < before and self.is_of(t, b['scope'], b['target']):
                    group = want[price_day(t['class_id'], t['at_ms'] // 86_400_000), t['class_id']]
                    group.update(turns=1, web_searches=t['web_searches'], **{k: t[k] for k in TOKENS})
            have = {(r['day'], r['class_id']): {'turns': r['turns'], 'web_searches': r['web_searches'], **{k: r[k + '_tok'] for k in TOKENS}}
                    for r in rows if r['day'] != -1 and r['turns']}
            self.assertEqual(have, {k: {f: v[f] for f in ('turns', 'web_searches', *TOKENS)} for k, v in want.items()}, (b['scope'], b['target'], b['period']))
        return total

    def env(self, **more):
        return super().env(**{'TZ': self.ZONE, **more})

    def generate(self, seed):
        out = self.dir / f'corpus-{seed}'
        subprocess.run([sys.executable, GENERATOR, '--out', out, '--sessions', '10', '--bytes', '2M', '--seed', str(seed), '--days', '20'],
                       check=True, stdout=subprocess.DEVNULL)
        return out / '.claude/projects', json.loads((out / 'truth.json').read_text())

    def set_all(self):
        self.budget('set', '--day', '50', '--month', '500', '--week', '200')
        for name in ('api-gateway', 'compiler', 'infra'):
            self.budget('set', '--project', name + '=10/total')

    def hook_now(self, name):
        """A hook of a session that has just one turn."""
        self.told(self.work(name, 0.01, start=iso_of(ms_of(self.NOW) - 60_000)))

    def test_back_fill(self):
        """Budgets that were there before, and ones that came later."""
        corpus, truth = self.generate(1)
        self.set_all()
        self.sync_at(self.NOW, corpus)
        self.assertGreater(self.check_report(), 0)
        self.hook_now('first')
        self.assertGreater(self.check_state(), 0)
        self.budget('set', '--project', 'ledger_core=10/total')
        self.budget('set', '--project', 'search=3')
        self.assertGreater(self.check_report(), 0)
        self.sync_at(self.NOW, corpus)
        self.hook_now('second')
        self.assertGreater(self.check_state(), 0)
        self.assertEqual(len(self.read().turns), truth['total']['messages'] + 2)

    def test_hooks_killed_hooks_and_syncs(self):
        """Files grow by pieces; of the hooks some are killed, some run at once, and a sync beside them."""
        corpus, truth = self.generate(2)
        self.set_all()
        rng, left = random.Random(4), {}
        for path in sorted(corpus.rglob('*.jsonl')):
            to = self.projects / path.relative_to(corpus)
            to.parent.mkdir(parents=True, exist_ok=True)
            left[to] = path.read_bytes()
        mains = [p for p in left if len(p.relative_to(self.projects).parts) == 2 and not p.name.startswith('agent-')]
        running, n = [], 0
        while left:
            n += 1
            to = rng.choice(sorted(left))
            size = int(rng.lognormvariate(9.5, 1.5)) + 1
            with open(to, 'ab') as f:
                f.write(left[to][:size])
            left[to] = left[to][size:]
            if not left[to]:
                del left[to]
            hook = self.start_hook(payload(rng.choice(('Stop', 'PostToolUse', 'SubagentStop')), rng.choice(mains)), CCL_NOW=self.NOW)
            running.append(hook)
            if rng.random() < 0.15:
                hook.kill()
            if n % 60 == 30:
                self.sync_at(self.NOW)
            while len(running) > 6:
                running.pop(0).communicate(timeout=60)
        for hook in running:
            hook.communicate(timeout=60)
        self.sync_at(self.NOW)
        self.assertTrue(until(lambda: self.n_turns() == truth['total']['messages']))
        self.hook_now('last')
        self.assertGreater(self.check_state(), 0)

    def test_forks(self):
        self.set_all()
        story = self.work('parent', *[0.4] * 6, cwd='/nowhere/infra', start='2026-11-21T08:00:00Z')
        self.told(story)
        for n in range(3):
            fork = Story(f'fork {n}', cwd='/nowhere/infra', start=iso_of(story.now))
            text = ''.join(json.dumps({**json.loads(line), 'sessionId': fork.sid}) + '\n' for line in (self.projects / story.path).read_text().splitlines())
            fork.prompt()
            fork.steps[0] = fork.steps[0]._replace(writes=((fork.path, text), *fork.steps[0].writes))
            fork.edit(use=fork.usage(usd=0.4))
            self.told(fork)
        self.assertEqual(len(self.read().turns), 9)
        self.assertAlmostEqual(float(self.check_state()), 3.6 * 4, 2)  # of the day, the week, the month, the project
        self.assertAlmostEqual(float(self.budgets(ms_of(self.NOW))['all', '', 'day']['spent']), 3.6, 3)

    def test_forget(self):
        """What was forgotten counts no more, and what comes later does."""
        self.set_all()
        one = self.work('one', *[0.4] * 6, cwd='/nowhere/infra', start='2026-11-21T08:00:00Z')
        two = self.work('two', *[0.4] * 3, cwd='/nowhere/infra', start='2026-11-21T09:00:00Z')
        self.told(one)
        self.told(two)
        self.ccl('forget', one.sid, '--yes')
        self.assertGreater(self.check_report(), 0)
        rows = self.budgets(ms_of(self.NOW))
        self.assertEqual(rows['all', '', 'day']['spent'], self.spent(two))
        before = len(two.steps)
        two.edit(use=two.usage(usd=0.4))
        self.told(two, before)
        self.assertGreater(self.check_state(), 0)
        self.assertEqual(self.budgets(ms_of(self.NOW))['all', '', 'day']['spent'], self.spent(two))
        with open_ledger(self.ledger) as db:
            self.assertEqual(db.execute('PRAGMA foreign_key_check').fetchall(), [])
            # a child that was under way looks at the file once more, and passes over it
            dump = '\n'.join(l for l in db.iterdump() if not l.startswith('INSERT INTO "source_file"'))
        self.assertNotIn(one.sid, dump)

    def test_a_new_day(self):
        """The first hook of a day begins at nothing, and a late line of yesterday does not count for today."""
        self.budget('set', '--day', '10')
        late = self.work('late', 3, start='2026-11-20T12:00:00Z')
        story = self.work('s', 3, start='2026-11-20T13:00:00Z')
        self.told(story)
        self.assertEqual(round(float(self.one('all', ms_of('2026-11-20T22:00:00Z'))['spent'])), 3)
        before = len(story.steps)
        story.now = ms_of('2026-11-21T08:00:00Z')
        story.edit(use=story.usage(usd=2))
        self.told(story, before)
        late.write(self.projects)
        self.fire(payload('Stop', self.projects / late.path, late.sid), ms_of(self.NOW))
        self.assertEqual(round(float(self.one('all', ms_of(self.NOW))['spent'])), 2)
        self.assertGreater(self.check_state(), 0)


if __name__ == '__main__':
    unittest.main()
