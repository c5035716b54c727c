# SPDX-License-Identifier: MIT
"""`ccl blocks` against the rule applied to each turn in Python: turns of random times, some windows told by the status line."""
import bisect
import json
import random
import subprocess
import unittest
from fractions import Fraction

from harness import HOOK, LedgerCase, turn_line
from runaways import iso_of, ms_of

HOUR_MS = 3600 * 1000
START_MS = ms_of('2026-11-20T00:00:00Z')  # of turn_line()


def windows(turns_ms, resets_ms):
    """[(start, end, is told)]: the rule, turn by turn."""
    out, end = [], 0
    for at in turns_ms:
        if at < end:
            continue
        told = [r for r in resets_ms if at < r <= at + 5 * HOUR_MS]
        later = [r - 5 * HOUR_MS for r in resets_ms if r > at + 5 * HOUR_MS]
        start = max(end, max(told) - 5 * HOUR_MS if told else at - at % HOUR_MS)
        end = max(told) if told else min([start + 5 * HOUR_MS, *later])
        out.append((start, end, bool(told)))
    return out


def hit_line(resets_s):
    """What a transcript says when a limit is hit; and of a week, which says nothing of five hours."""
    quotas = [{'status': 'rejected', 'resetsAt': START_MS // 1000 + resets_s + days * 86400 // 2, 'rateLimitType': kind}
              for days, kind in ((0, 'five_hour'), (1, 'seven_day'))]
    return ''.join(json.dumps({'type': 'assistant', 'uuid': f'{q["rateLimitType"]}-{resets_s}', 'sessionId': 's', 'isApiErrorMessage': True,
                               'timestamp': '2026-11-20T00:00:00.000Z', 'quotaLimits': q, 'error': 'rate_limit'}) + '\n' for q in quotas)


def whole(part):
    """Rounded as money is: half up."""
    return int(part + Fraction(1, 2))


class Blocks(LedgerCase):
    def make(self, seed):
        """[seconds of a turn], [seconds at which a window resets]"""
        rng = random.Random(seed)
        turns = sorted(rng.sample([m * 900 + d for m in range(200) for d in (-1, 0, 1, 437)], 400))
        turns = [t for t in turns if t >= 0 and not 40 * 900 < t < 75 * 900]
        resets = sorted(rng.sample([m * 600 + d for m in range(250) for d in (0, 1)], rng.choice((0, 4, 20))))
        folder = self.home / f'.claude/projects/-x-{seed}'
        folder.mkdir(parents=True)
        hits = [r for r in resets if rng.random() < 0.3]
        (folder / f's{seed}.jsonl').write_text(''.join(turn_line(f's{seed}', n) for n in turns) + ''.join(hit_line(r) for r in hits))
        self.ledger = self.dir / f'{seed}.db'
        self.sync(folder)
        for r in set(resets) - set(hits):
            told = {'session_id': f's{seed}', 'rate_limits': {'five_hour': {'used_percentage': 1, 'resets_at': START_MS // 1000 + r}}}
            run = subprocess.run([HOOK, '--status'], env=self.env(), input=json.dumps(told).encode(), capture_output=True, timeout=60)
            self.assertEqual((run.returncode, run.stderr), (0, b''))
        return [START_MS + r * 1000 for r in resets]

    def check(self, seed):
        resets_ms = self.make(seed)
        ledger = self.read()
        turns = sorted(ledger.turns, key=lambda t: t['at_ms'])
        times = [t['at_ms'] for t in turns]
        want = windows(times, resets_ms)
        starts = [w[0] for w in want]
        parts = [[t for t in turns if bisect.bisect(starts, t['at_ms']) == i + 1] for i in range(len(want))]
        now_ms = times[-1] + 1000
        rows = self.report('blocks', CCL_NOW=iso_of(now_ms))
        gaps = [(a, b) for a, b in zip(parts, parts[1:]) if b[0]['at_ms'] - a[-1]['at_ms'] > 5 * HOUR_MS]
        self.assertEqual([(ms_of(r['start']), ms_of(r['end'])) for r in rows if r['gap'] is not None],
                         [(a[-1]['at_ms'], b[0]['at_ms']) for a, b in gaps])
        for r in rows:
            if r['gap'] is not None:
                self.assertEqual((r['turns'], r['cost'], r['active']), (0, None, False))
        rows = [r for r in rows if r['gap'] is None]
        self.assertEqual([(ms_of(r['start']), ms_of(r['end']), r['reset'] == 'told') for r in rows], want)
        for r, (start, end, _), part in zip(rows, want, parts):
            cost, span = sum(t['cost'] for t in part), part[-1]['at_ms'] - part[0]['at_ms']
            is_active = start <= now_ms < end
            self.assertEqual((r['turns'], r['cost'] * 10**12, r['active']), (len(part), cost, is_active))
            burn = whole(Fraction(cost * HOUR_MS, span)) if span >= 60000 else None
            self.assertEqual(r['burn_per_hour'] and r['burn_per_hour'] * 10**12, burn)
            projected = cost + whole(Fraction(cost * (end - now_ms), span)) if burn and is_active else None
            self.assertEqual(r['projected'] and r['projected'] * 10**12, projected)
        return len(gaps), sum(w[2] for w in want), sum(e % 900000 > 0 for w in want for e in w[:2]), sum(r['projected'] is not None for r in rows)

    def test_random_ledgers(self):
        seen = [self.check(seed) for seed in range(12)]
        for what, n in zip(('gaps', 'told windows', 'ends within a quarter hour', 'projections'), map(sum, zip(*seen))):
            self.assertGreater(n, 3, f'{what}: this test tests nothing')


if __name__ == '__main__':
    unittest.main()
