# SPDX-License-Identifier: MIT
"""Runaway sessions, replayed line by line: each is said by the next tool event after the call that crosses the limit,
once a level, to its own session. What is ordinary is not said. runaways.py has the sessions and says what is right."""
import json
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import unittest
from fractions import Fraction

import runaways
from guarded import Guarded, rules
from harness import SHARE, payload, until
from runaways import CRITICAL, START, USD, WARN, Oracle, Story, Usual, iso_of, ms_of, percentile, tellings

GENERATOR = pathlib.Path(__file__).resolve().parents[1] / 'tools/gen_corpus.py'
SEEDS = (1, 2, 3, 4, 5)[::SHARE]
DAY_MS = 86_400_000
LOOPS = {'L1', 'L2', 'L3', 'L4'}


class Generator(unittest.TestCase):
    """The oracle finds in the lines of each story what its author planted."""

    def check(self, story, oracle=None):
        have = runaways.first_calls(story, oracle)
        self.assertEqual({k: v for k, v in have.items() if k[0] not in story.also}, story.planted, f'{story.name} {story.dialect}')

    def test_stories(self):
        for make in runaways.PLAIN + runaways.QUIET:
            for dialect in 'ABC':
                if dialect != 'A' or make not in (runaways.depth, runaways.plan):  # no meta files, no modes yet
                    self.check(make(dialect=dialect))

    def test_stories_with_a_past(self):
        usual = runaways.usual_of(runaways.history())
        for make in (runaways.outlier, runaways.long_prompt):
            self.check(make(usual), Oracle(usual))

    def test_same_seed_same_story(self):
        for make in runaways.PLAIN:
            self.assertEqual(make(seed=3).steps, make(seed=3).steps)
            self.assertNotEqual(make(seed=3).sid, make(seed=4).sid)

    def test_percentile(self):
        for values in ([1, 2, 3, 4], [5, 1, 9, 7, 3, 8], list(range(20))):
            want = statistics.quantiles(values, n=20, method='inclusive')
            self.assertEqual([float(percentile(values, p)) for p in range(5, 100, 5)], [round(float(x), 12) for x in want])


class Live(Guarded):
    def check(self, story, oracle=None):
        """Each level is said by the hook that follows the call, and nothing else but what came half as much again."""
        want = tellings(story, oracle)
        said = self.replay(story)
        seen, first = {}, []
        for n, rule, level in want:
            if level not in seen.setdefault(rule, []):
                seen[rule].append(level)
                first.append((n, rule))
        for (rule, level), call in story.loose.items():
            on_time = [(n, r) for n, r, l in want if (r, l) == (rule, level)][:1]
            late = [(n, r) for n, r in said if r == rule and on_time and on_time[0][0] < n and story.steps[n].calls[-1] <= call]
            if late and on_time[0] not in said:
                said[said.index(late[0])] = on_time[0]
        missing = [t for t in first if t not in said]
        extra = [t for t in said if t not in {(n, rule) for n, rule, _ in want}]
        where = lambda ts: [(rule, f'step {n}', f'call {story.steps[n].calls[-1]}') for n, rule in ts]
        self.assertEqual((where(missing), where(extra)), ([], []), f'{story.name} {story.dialect}: (not said, said in vain) of {where(first)}')
        self.assertEqual(len(said), len(set(said)), 'said twice')
        # all is told: Stop has nothing to add
        self.assertEqual(self.stop(story), [])
        rows = self.runaway(iso_of(story.now), '--session', story.sid)
        for rule, levels in seen.items():
            self.assertEqual(rows.get((story.sid, rule)), levels[-1], f'{story.name}: {rule} in {rows}')
        if not want:
            self.assertEqual(rows, {})

    def fresh(self, name):
        """Another ledger and home for the next of several stories."""
        self.home = self.dir / name / 'home'
        self.home.mkdir(parents=True)
        self.projects = self.home / '.claude/projects'
        self.ledger = self.dir / name / 'ledger.db'

    def each(self, makes, dialects):
        for make in makes:
            for dialect in dialects:
                with self.subTest(make.__name__, dialect=dialect):
                    self.fresh(f'{make.__name__}-{dialect}')
                    self.check(make(dialect=dialect))

    def test_loops(self):
        self.each((runaways.retry_same_result, runaways.retry_any_result, runaways.ping_pong, runaways.failing_tool), 'ABC')

    def test_agents(self):
        self.each((runaways.agent_storm, runaways.agent_crowd, runaways.share), 'AC')
        self.each((runaways.depth,), 'BC')

    def test_context_and_cache(self):
        self.each((runaways.context_growth, runaways.cache_storm, runaways.compaction_loop), 'BC')

    def test_money(self):
        self.each((runaways.burn, runaways.no_progress, runaways.unpriced), 'AC')

    def test_nobody_there(self):
        self.each((runaways.night, runaways.costly_night), 'BC')

    def test_errors(self):
        self.each((runaways.error_storm, runaways.retries), 'BC')

    def test_nothing_wrong(self):
        self.each((runaways.ordinary, runaways.long_window), 'ABC')
        self.each((runaways.plan,), 'BC')  # the oldest lines do not say that it is plan mode

    def test_outliers(self):
        """Closed sessions say what is usual: a 40x session, a prompt that costs 40 others."""
        past = runaways.history()
        usual = runaways.usual_of(past)
        for make in (runaways.outlier, runaways.long_prompt):
            with self.subTest(make.__name__):
                self.fresh(make.__name__)
                for story in past:
                    story.write(self.projects)
                self.sync_at(START)
                self.check(make(usual), Oracle(usual))

    def test_no_outlier_without_a_past(self):
        """Nineteen sessions are too few to say what is usual, twenty are not; forty prompts are too few in any case."""
        for n in (19, 20):
            with self.subTest(n):
                self.fresh(str(n))
                past = runaways.history(n, dear=2)
                for story in past:
                    story.write(self.projects)
                self.sync_at(START)
                said = {rule for _, rule in self.replay(runaways.outlier(runaways.usual_of(past)))}
                self.assertEqual({'R2', 'T1'} & said, {'R2'} if n == 20 else set())

    def test_quick_calls(self):
        """Calls two seconds apart: said with the first hook that reads, five seconds after the last that did."""
        story = runaways.retry_same_result(gap=2)
        said, want = self.replay(story), {}
        for n, rule, level in tellings(story):
            want.setdefault((rule, level), story.steps[n].at_ms)
        times = {}
        for n, rule in said:
            times.setdefault(rule, []).append(story.steps[n].at_ms)
        for (rule, level), at in want.items():
            late = [t - at for t in times.get(rule, []) if at <= t < at + 5000 + 2000]
            if at + 7000 < story.steps[-1].at_ms:
                self.assertTrue(late, f'{rule} {level}: crossed at {at}, said at {times.get(rule)}')
            self.assertFalse([t for t in times.get(rule, []) if t < want[rule, WARN]], f'{rule} said before it was crossed')

    def test_much_is_new(self):
        """64 KB since the last reading: said at once, however quick the calls are."""
        story = runaways.retry_same_result(gap=1, result_bytes=70_000)
        said = self.replay(story)
        for n, rule, _ in tellings(story):
            self.assertIn((n, rule), said)

    def test_lines_that_come_late(self):
        """The client writes behind: a hook that fires before its lines stand there leaves the rule to the next one."""
        story, said = runaways.retry_same_result(), []
        for n, step in enumerate(story.steps):
            if step.hook:
                said += [(n - 1, rule) for rule in rules(self.fire(story.payload(step, self.projects), step.at_ms))]
            story.write_step(step, self.projects)
        # what a hook says stood there before its own step was written
        self.assertEqual([(n, rule) for n, rule in said if n < len(story.steps) - 1], [(n, rule) for n, rule, _ in tellings(story)][:len(said)])
        self.assertGreaterEqual(len(said), 3)

    def test_a_failing_tool_fires_no_PostToolUse(self):
        """New clients run PostToolUseFailure then, which is not registered: the next event of any kind says it."""
        story = runaways.failing_tool()
        step = next(s for s in story.steps if story.planted['L4', WARN] in s.calls)
        for s in story.steps[:story.steps.index(step) + 1]:
            story.write_step(s, self.projects)
        self.assertEqual(rules(self.fire(payload('Stop', self.projects / story.path, story.sid), step.at_ms + 1000)), ['L4'])


class Once(Guarded):
    """Who is told, and how often."""

    def looping(self, name, n, **how):
        """A session with n calls that are all the same."""
        story = Story(name, **how)
        story.prompt('Go.')
        for _ in range(n):
            story.bash('make', 'error 1')
        return story

    def test_half_as_much_again(self):
        story = runaways.no_progress(cost=0.44, n_calls=38)
        want = [(n, rule) for n, rule, _ in tellings(story) if rule == 'P1']
        # $3.08, $4.84, $7.48, critical at $10.12, $15.40
        self.assertEqual([story.steps[n].calls[-1] - 1 for n, _ in want], [7, 11, 17, 23, 35])
        self.assertEqual([t for t in self.replay(story) if t[1] == 'P1'], want)

    def test_another_day(self):
        """What is still so on the next day is said once more, by the local clock."""
        for zone, start in (('UTC', '2026-11-16T23:40:00Z'), ('America/New_York', '2026-11-17T04:40:00Z')):
            with self.subTest(zone):
                self.ledger = self.dir / zone.replace('/', '-') / 'ledger.db'
                story = Story('late', start=start, seed=zone)
                story.prompt('Look.')
                for _ in range(8):
                    story.read(use=story.usage(usd=0.4), gap=180)  # $3.20 at 24 minutes past, local midnight is at 20
                self.assertEqual(rules(self.fire_all(story, TZ=zone)), ['P1'])
                story.prompt('And now?')
                before = len(story.steps)
                for _ in range(3):
                    story.read(use=story.usage(usd=0.01), gap=60)
                said = self.replay(story, before, TZ=zone)
                self.assertEqual([rule for _, rule in said], [])
                before = len(story.steps)
                story.wait(20 * 3600)
                story.prompt('Good morning.')
                for _ in range(3):
                    story.read(use=story.usage(usd=0.01), gap=60)
                said = self.replay(story, before, TZ=zone)
                self.assertEqual([rule for _, rule in said], [])
                story.wait(4 * 3600)  # past midnight
                before = len(story.steps)
                story.prompt('Good morning.')
                for _ in range(3):
                    story.read(use=story.usage(usd=0.01), gap=60)
                said = self.replay(story, before, TZ=zone)
                self.assertEqual([rule for _, rule in said], ['P1'])

    def fire_all(self, story, **more):
        """Writes a story whole; then one hook."""
        story.write(self.projects)
        return self.fire(payload('Stop', self.projects / story.path, story.sid), story.now, **more)

    def test_resumed_on_another_day(self):
        """A loop of yesterday is not one of today."""
        story = self.looping('resumed', 6)
        self.assertEqual([rule for _, rule in self.replay(story)], ['L1'])
        before = len(story.steps)
        story.wait(20 * 3600)
        story.prompt('Something else.')
        for _ in range(20):
            story.read()
        self.assertFalse(LOOPS & {rule for n, rule in self.replay(story, before) if n > before + 16})

    def untold(self, story):
        """An alert that SubagentStop has found, which may not speak of it."""
        story.write(self.projects)
        agent = story.agents[0]
        hook = payload('SubagentStop', self.projects / story.path, story.sid, agent_id=agent.uid, agent_transcript_path=str(self.projects / agent.path))
        self.assertIsNone(self.fire(hook, story.now))
        self.assertTrue(until(lambda: [a for a in self.alerts() if a[2] == story.sid and a[3] is None]), 'nothing was found')

    def agent_loop(self, name, n=6):
        story = Story(name)
        story.prompt('Delegate.')
        _, agent = story.spawn()
        for _ in range(n):
            story.call('Bash', {'command': 'make'}, 'error 1', agent=agent)
        return story

    def test_what_an_agent_did_is_said_later(self):
        for event in ('Stop', 'PostToolUse', 'UserPromptSubmit'):
            with self.subTest(event):
                story = self.agent_loop(f'later-{event}')
                self.untold(story)
                self.assertEqual(self.stop(story, event=event), ['L1'])
                for again in ('Stop', 'PostToolUse', 'UserPromptSubmit'):
                    self.assertEqual(self.stop(story, event=again), [])

    def test_said_by_one_of_many_hooks(self):
        story = self.agent_loop('many')
        self.untold(story)
        hooks = [self.start_hook(payload(('Stop', 'PostToolUse', 'UserPromptSubmit')[n % 3], self.projects / story.path, story.sid), CCL_NOW=iso_of(story.now))
                 for n in range(18)]
        said = []
        for hook in hooks:
            out, err = hook.communicate(timeout=60)
            said += rules(self.answer_of(subprocess.CompletedProcess([], hook.returncode, out, err)))
        said += self.stop(story)  # one whose lock was not free in time left it to the next
        self.assertEqual(said, ['L1'])

    def test_many_hooks_find_it_at_once(self):
        """Nobody has read the transcript yet: one of the hooks finds the loop, one says it."""
        story = self.looping('find', 6)
        story.write(self.projects)
        hooks = [self.start_hook(payload('PostToolUse', self.projects / story.path, story.sid), CCL_NOW=iso_of(story.now)) for _ in range(18)]
        said = []
        for hook in hooks:
            out, err = hook.communicate(timeout=60)
            said += rules(self.answer_of(subprocess.CompletedProcess([], hook.returncode, out, err)))
        self.assertTrue(until(self.alerts))
        said += self.stop(story)
        self.assertEqual(said, ['L1'])

    def test_each_session_hears_of_its_own(self):
        one, two = runaways.retry_same_result(seed=1), runaways.retry_any_result(seed=2)
        quiet = runaways.ordinary(seed=3)
        said = {s.name: [] for s in (one, two, quiet)}
        for n in range(max(len(s.steps) for s in (one, two, quiet))):
            for s in (one, two, quiet):
                if n < len(s.steps):
                    said[s.name] += [(n, rule) for rule in self.step(s, n)]
        for s in (one, two, quiet):
            self.assertEqual(said[s.name], [(n, rule) for n, rule, _ in tellings(s)], s.name)

    def test_a_fork_is_not_told(self):
        """A fork's file begins with the whole loop of its parent."""
        for mark in (True, False):
            with self.subTest(mark=mark):
                story = self.looping(f'parent-{mark}', 6)
                self.assertEqual([rule for _, rule in self.replay(story)], ['L1'])
                fork = Story(f'fork-{mark}')
                fork.now = story.now
                fork.prompt('Another way.')
                text = ''
                for line in (self.projects / story.path).read_text().splitlines():
                    d = json.loads(line)
                    if d['type'] == 'assistant' and mark:
                        d['requestSessionId'] = story.sid
                    text += json.dumps({**d, 'sessionId': fork.sid}) + '\n'
                first = fork.steps[0]
                fork.steps[0] = first._replace(writes=((fork.path, text), *first.writes))
                for _ in range(4):
                    fork.read()
                self.assertEqual(self.replay(fork), [])
                self.assertEqual({i for i, _ in self.runaway(iso_of(fork.now))} & {fork.sid}, set())

    def test_read_again(self):
        """Another file with the same lines, a back-fill: nothing is said twice."""
        story = self.looping('again', 12)
        said = [rule for _, rule in self.replay(story)]
        self.assertEqual(said, [r for _, r, _ in tellings(story)])
        path, before = self.projects / story.path, self.alerts()
        copy = path.with_suffix('.tmp')
        copy.write_bytes(path.read_bytes())
        copy.rename(path)
        self.assertEqual(self.stop(story, story.now + 10_000), [])
        self.sync_at(iso_of(story.now + 20_000))
        shutil.copytree(self.projects, self.dir / 'copy')
        self.sync_at(iso_of(story.now + 30_000), self.dir / 'copy')
        self.assertEqual(self.stop(story, story.now + 40_000), [])
        self.assertEqual(self.alerts(), before)

    def test_a_back_fill_tells_nobody(self):
        story = self.looping('old', 12).write(self.projects)
        self.sync_at(iso_of(story.now))
        self.assertEqual(self.runaway(iso_of(story.now)), {(story.sid, 'L1'): CRITICAL, (story.sid, 'L2'): WARN})
        self.assertFalse([a for a in self.alerts() if a[3] is None])
        for event in ('Stop', 'PostToolUse', 'UserPromptSubmit'):
            self.assertEqual(self.stop(story, event=event), [])

    def test_switched_off(self):
        for value in ('off', 'observe'):
            with self.subTest(value):
                self.ledger = self.dir / value / 'ledger.db'
                self.stop(Story('first'))  # makes the ledger
                self.ccl('config', 'set', 'guard', value)
                story = self.looping(value, 6)
                self.assertEqual(self.replay(story), [])
                self.assertEqual(self.stop(story), [])
                rows = self.runaway(iso_of(story.now))
                self.assertEqual(rows, {(story.sid, 'L1'): WARN} if value == 'observe' else {})
                self.ccl('config', 'set', 'guard', 'warn')
                before = len(story.steps)
                for _ in range(6):
                    story.bash('make', 'error 1')
                self.assertIn('L1', [rule for _, rule in self.replay(story, before)])

    def test_a_message_is_short_and_private(self):
        story, n_said = self.looping('private', 6), 0
        for step in story.steps:
            story.write_step(step, self.projects)
            answer = self.fire(story.payload(step, self.projects), step.at_ms) if step.hook else None
            if answer:
                n_said += 1
                self.assertLessEqual(set(answer), {'systemMessage', 'terminalSequence'})
                self.assertNotIn('error 1', answer['systemMessage'])
                self.assertNotIn('\n', answer['systemMessage'])
        self.assertEqual(n_said, 1)
        # Stop is never blocked
        self.assertIsNone(self.fire({**payload('Stop', self.projects / story.path, story.sid), 'stop_hook_active': True}, story.now))

    def test_killed_hooks(self):
        """A hook that is killed may cost its message, never the next one's, and nothing is said twice."""
        rng, story, said = random.Random(5), self.looping('killed', 14), []
        for n, step in enumerate(story.steps):
            story.write_step(step, self.projects)
            if not step.hook:
                continue
            hook = self.start_hook(story.payload(step, self.projects), CCL_NOW=iso_of(step.at_ms))
            if rng.random() < 0.5:
                try:
                    hook.wait(rng.uniform(0, 0.004))
                except subprocess.TimeoutExpired:
                    hook.kill()
            out, _ = hook.communicate(timeout=60)
            said += rules(json.loads(out)) if out.endswith(b'}') or out.endswith(b'}\n') else []
        most = [rule for _, rule, _ in tellings(story)]
        for rule in set(said):
            self.assertLessEqual(said.count(rule), most.count(rule), said)
        self.sync_at(iso_of(story.now))
        self.assertEqual(self.runaway(iso_of(story.now)), {(story.sid, 'L1'): CRITICAL, (story.sid, 'L2'): WARN})


def by_definition(costs):
    """The level that R2 (or R3) gives to each, {id: level}: with each left out of what is usual for it, and not."""
    out = []
    for leave_out in (True, False):
        levels = {}
        for i, cost in costs.items():
            usual = [c for j, c in costs.items() if j != i or not leave_out]
            median, p95 = percentile(usual, 50), percentile(usual, 95)
            if (cost > 40 * median or cost > 3 * p95) and cost >= 20 * USD:
                levels[i] = CRITICAL
            elif cost > 10 * median and cost > 1.5 * p95 and cost >= 5 * USD:
                levels[i] = WARN
        out.append(levels)
    return out


class Corpora(Guarded):
    """Ordinary sessions by the hundred: outliers are few, and all that was planted is found."""
    NOW = '2026-11-21T20:00:00Z'
    PLANTED = (runaways.retry_same_result, runaways.retry_any_result, runaways.ping_pong, runaways.failing_tool, runaways.agent_storm,
               runaways.agent_crowd, runaways.context_growth, runaways.cache_storm, runaways.night, runaways.error_storm,
               runaways.compaction_loop, runaways.no_progress, runaways.depth, runaways.unpriced)

    def plant(self, seed, **how):
        stories = [make(seed=seed, dialect='BC'[n % 2], **how) for n, make in enumerate(self.PLANTED)]
        for story in stories:
            story.write(self.projects)
        return stories

    def check_outliers(self, rows, costs, rule):
        """As the definition has it: {id: level}."""
        have = {i: level for (i, r), level in rows.items() if r == rule and i in costs}
        with_own, without = by_definition(costs)
        for i in costs:
            self.assertIn(have.get(i), {with_own.get(i), without.get(i)}, (rule, i, float(Fraction(costs[i], USD))))
        return have

    def check_few(self, have, n):
        """At most 4 % are warned of, 1 % critical."""
        self.assertLessEqual(len(have), 0.04 * n, f'of {n}: {have}')
        self.assertLessEqual(sum(level == CRITICAL for level in have.values()), 0.01 * n, f'of {n}: {have}')

    def session_costs(self):
        return {uid: group['cost'] for uid, group in self.read().sums(lambda t: t['session']).items()}

    def test_generated(self):
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self.home = self.dir / str(seed)
                self.projects = self.home / '.claude/projects'
                self.ledger = self.home / 'ledger.db'
                subprocess.run([sys.executable, GENERATOR, '--out', self.home, '--sessions', '220', '--bytes', '12M', '--seed', str(seed)],
                               check=True, stdout=subprocess.DEVNULL)
                stories = self.plant(seed)
                # what is usual is known before the dear one is made: it costs 45 times the median of all
                self.sync_at(self.NOW)
                costs = self.session_costs()
                usual = Usual(costs.values())
                limit = max(45 * percentile(usual.sessions, 50), 3.1 * float(percentile(usual.sessions, 95)), 21 * USD)
                dear = runaways.outlier(usual, n_calls=int(limit / USD / 1.1) + 1, seed=seed)
                dear.write(self.projects)
                self.sync_at(self.NOW)
                rows = self.runaway(self.NOW)
                self.assertEqual(rows.get((dear.sid, 'R2')), CRITICAL)
                for story in stories:
                    for rule in {r for r, _ in story.planted}:
                        level = CRITICAL if (rule, CRITICAL) in story.planted else WARN
                        self.assertEqual(rows.get((story.sid, rule)), level, f'{story.name}: {rule}')
                    self.assertEqual({r for i, r in rows if i == story.sid} & LOOPS, {r for r, _ in story.planted} & LOOPS, story.name)
                mine = {s.sid for s in stories} | {dear.sid}
                ordinary = {i: c for i, c in self.session_costs().items() if i not in mine}
                self.assertGreater(len(ordinary), 200)
                have = {i: level for (i, r), level in rows.items() if r == 'R2' and i in ordinary}
                self.check_few(have, len(ordinary))

    def test_log_normal(self):
        """Costs around two dollars, where no floor hides what the statistics say; each session made a pull request."""
        for spread in (0.8, 1.2):
            everyone = {}
            for seed in SEEDS:
                with self.subTest(seed=seed, spread=spread):
                    everyone.update(self.log_normal(seed, spread))
            self.check_few(everyone, 220 * len(SEEDS))
        self.assertTrue(everyone, 'no outlier at all: the test could not fail')

    def log_normal(self, seed, spread):
        self.home = self.dir / f'{seed}-{spread}'
        self.projects = self.home / '.claude/projects'
        self.ledger = self.home / 'ledger.db'
        rng, number = random.Random(f'{seed} {spread}'), {}
        for n in range(220):
            at = ms_of(self.NOW) - 2 * DAY_MS - n * 9 * 3_600_000
            s = Story('usual', seed=f'{seed} {spread} {n}', start=iso_of(at), branch=f'feature-{n}', model='claude-opus-4-8')
            s.prompt()
            usd = max(0.2, rng.lognormvariate(0.7, spread))
            for _ in range(4):
                s.edit(use=s.usage(usd=round(usd / 4, 4)), gap=200)
            s.pull_request(n + 1)
            s.end_step()
            s.write(self.projects)
            number[s.sid] = str(n + 1)
        self.sync_at(self.NOW)
        costs = self.session_costs()
        self.assertEqual(len(costs), 220)
        rows = self.runaway(self.NOW)
        have = self.check_outliers(rows, costs, 'R2')
        prs = {(i.rsplit('#')[-1], r): level for (i, r), level in rows.items() if r == 'R3'}
        self.check_outliers(prs, {number[i]: c for i, c in costs.items()}, 'R3')
        return have

    def test_a_runaway_of_the_past_is_found(self):
        """The loop lies in the middle of a session that went on well."""
        story = Story('past')
        story.prompt('Go.')
        for _ in range(10):
            story.bash('make', 'error 1')
        for _ in range(45):
            story.edit()
        story.answer()
        story.write(self.projects)
        self.sync_at(iso_of(story.now))
        self.assertEqual(self.runaway(iso_of(story.now)).get((story.sid, 'L1')), CRITICAL)


if __name__ == '__main__':
    unittest.main()
