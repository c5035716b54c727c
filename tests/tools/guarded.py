# SPDX-License-Identifier: MIT
"""What the tests of the guard share: hooks that may speak, on the clock of the transcripts that they read."""
import json
import re
import sqlite3
import subprocess
from fractions import Fraction

from harness import CCL, HOOK, LedgerCase, open_ledger, payload
from runaways import CRITICAL, WARN, iso_of

RULE = re.compile(r'\[([A-Z][0-9])\]')


def rules(answer):
    """The rules that a hook's answer names; None is no answer."""
    return RULE.findall(answer['systemMessage']) if answer and 'systemMessage' in answer else []


class Guarded(LedgerCase):
    """Hooks that may speak. Their clock is the transcript's."""

    def setUp(self):
        super().setUp()
        self.projects = self.home / '.claude/projects'

    def answer_of(self, run):
        """What a hook printed: nothing, or one JSON object with nothing in it that a terminal would obey."""
        self.assertEqual((run.returncode, run.stderr), (0, b''))
        if not run.stdout:
            return None
        answer = json.loads(run.stdout)
        self.assertIsInstance(answer, dict)
        self.assertTrue(answer)
        message = answer.get('systemMessage', '')
        self.assertFalse(re.search(r'[\x00-\x09\x0b-\x1f\x7f]', message), message)
        self.assertLess(len(message), 10_000)  # where Claude Code cuts it
        return answer

    def fire(self, data, at_ms=None, **more):
        if at_ms is not None:
            more['CCL_NOW'] = iso_of(at_ms)
        run = subprocess.run([HOOK], env=self.env(**more), input=json.dumps(data).encode(), capture_output=True, timeout=60)
        return self.answer_of(run)

    def step(self, story, n, **more):
        """Writes a step and fires its hook: the rules that it said."""
        step = story.steps[n]
        story.write_step(step, self.projects)
        return rules(self.fire(story.payload(step, self.projects), step.at_ms, **more)) if step.hook else []

    def replay(self, story, first=0, **more):
        """[(step, rule)] as they were said."""
        return [(n, rule) for n in range(first, len(story.steps)) for rule in self.step(story, n, **more)]

    def stop(self, story, at_ms=None, event='Stop', **more):
        return rules(self.fire(payload(event, self.projects / story.path, story.sid), at_ms or story.now, **more))

    def sync_at(self, at, *folders):
        run = subprocess.run([HOOK, '--sync', *map(str, folders or [self.projects])], env=self.env(CCL_NOW=at), stdin=subprocess.DEVNULL,
                             capture_output=True, timeout=600)
        self.assertEqual(run.returncode, 0, run.stderr.decode(errors='replace'))

    def ccl(self, *args, status=0, **more):
        run = subprocess.run([CCL, *map(str, args)], env=self.env(**more), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run.stdout

    def runaway(self, at, *args):
        """{(id, rule): level}; the exit status says which is the worst."""
        run = subprocess.run([CCL, 'runaway', '--json', *args], env=self.env(CCL_NOW=at), stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        rows = json.loads(run.stdout, parse_float=Fraction)['rows']
        levels = {r['level'] for r in rows}
        self.assertLessEqual(levels, {WARN, CRITICAL})
        self.assertEqual(run.returncode, 3 if CRITICAL in levels else 2 if levels else 0, run.stderr)
        for r in rows:
            self.assertLessEqual({'scope', 'id', 'rule', 'level', 'value', 'limit', 'unit', 'since', 'message'}, r.keys())
            self.assertGreaterEqual(r['value'], r['limit'], r)
            self.assertTrue(r['message'] and '\n' not in r['message'], r)
            self.assertRegex(r['since'], r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$')
        return {(r['id'], r['rule']): r['level'] for r in sorted(rows, key=lambda r: r['level'] == CRITICAL)}

    def alerts(self):
        try:
            with open_ledger(self.ledger) as db:
                return db.execute('SELECT a.rule, a.level, s.uid, a.told_ms FROM alert AS a JOIN session AS s ON s.id = a.session_id').fetchall()
        except sqlite3.OperationalError:  # no ledger yet
            return []
