# SPDX-License-Identifier: MIT
"""The scenarios of test_client.py in which ccl speaks: a session that would go on for ever ends at its budget, one that is
only warned is told so where the user looks."""
import json
import unittest
from fractions import Fraction

from harness import Ledger, Prices, check_billed, check_rollups, until

case = unittest.TestCase()
case.maxDiff = None
LIMIT = Fraction('0.50')
ENOUGH = Fraction('0.60')  # at $0.02 a call


def billed(s):
    """Dollars, by the price table."""
    prices, pico = Prices(), 0
    for bill in s.bills():
        use = bill['usage']
        if use:
            hour = use['cache_creation']['ephemeral_1h_input_tokens']
            pico += prices.cost(bill['model'], bill['t'], {
                'input': use['input_tokens'], 'output': use['output_tokens'], 'cache_read': use['cache_read_input_tokens'], 'cache_1h': hour,
                'cache_5m': use['cache_creation_input_tokens'] - hour, 'web_searches': 0})
    return Fraction(pico, 10 ** 12)


def check_ended(s, session):
    """It went up to the limit and not much further, and every call of it is in the ledger."""
    case.assertGreaterEqual(billed(s), LIMIT)
    case.assertLess(billed(s), ENOUGH, f'{len(s.bills())} calls')
    bills = [b for b in s.bills() if b['usage'] and b['kind'] == 'loop']
    case.assertTrue(until(lambda: len(s.seen) >= len(bills), 5), 'the last turns are not in the ledger')
    db = Ledger(s.ledger)
    check_billed(case, db, bills)
    check_rollups(case, db)
    s.ccl('budget', 'check', '--session', session, status=3)
    case.assertIn('B1', s.ccl('runaway', '--session', session, status=3))


def enforce(s):
    s.ccl('budget', 'set', '--session', '0.50', '--enforce')
    s.args = ['--model', 'claude-opus-5-5']  # old clients would ask for another: not $0.02 a call


def hard_budget(s):
    enforce(s)
    code, result, _ = s.ask('Go on. [[forever]]', *s.args)
    case.assertEqual(code, 0)
    case.assertNotIn('Nobody stopped me', str(result.get('result')))
    check_ended(s, result['session_id'])
    # and a prompt is refused
    n = len(s.bills())
    s.ask('And on. [[plain]]', '--continue', *s.args)
    case.assertEqual([b for b in s.bills()[n:] if b['kind'] == 'loop'], [])
    # until somebody gives it more
    s.ccl('budget', 'allow', '--session', result['session_id'], '--add', '1')
    _, result, _ = s.ask('And on. [[plain]]', '--continue', *s.args)
    case.assertEqual(result['result'], 'Plain answer.')


def agent_at_the_limit(s):
    """What an agent spends counts, and the agent is stopped, too."""
    enforce(s)
    _, result, _ = s.ask('Delegate. [[agentforever]]', *s.args)
    case.assertGreaterEqual(billed(s), LIMIT)
    case.assertLess(billed(s), ENOUGH, f'{len(s.bills())} calls')
    s.ccl('budget', 'check', '--session', result['session_id'], status=3)


def hard_budget_on_screen(s):
    enforce(s)
    s.tui('--permission-mode', 'acceptEdits', *s.args)
    s.wait_for('accept edits')
    s.type_line('Go on. [[forever]]')
    s.wait_for(r'\[B1\]')
    s.wait_for(r'ccl budget')
    # when the screen asks for the next prompt nothing goes on any more
    s.wait_for(r'done|for \d+s')
    session = next((s.home / '.claude/projects').rglob('*.jsonl')).stem
    n = len(s.bills())
    s.type_line('And on. [[plain]]')
    s.wait_for('blocked by hook')
    case.assertEqual([b for b in s.bills()[n:] if b['kind'] == 'loop'], [])
    s.tmux('send-keys', '-t', 't', 'C-u')  # what was refused stands in the box again
    s.end_tui()
    check_ended(s, session)  # no Stop follows a refused call: its last lines are read at the end


def warned(s):
    """A budget that only warns: said once a level in the stream, and the run goes on to its end."""
    s.ccl('budget', 'set', '--session', '0.12')
    prompt = 'Work. ' + s.script(*(f'echo {n}; sleep 1.1' for n in range(10)))  # $0.015 a call
    run = s.run('-p', prompt, '--output-format', 'stream-json', '--verbose')
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    said = [line for line in lines if '[B1]' in json.dumps(line) and line.get('type') == 'system']
    case.assertIn(len(said), (1, 2), said)  # both levels may be reached between two hooks that read
    case.assertEqual([line['result'] for line in lines if line['type'] == 'result'], ['Commands ran.'])
    s.check()


def warned_on_screen(s):
    s.ccl('budget', 'set', '--session', '0.12')
    s.tui('--permission-mode', 'acceptEdits')
    s.wait_for('accept edits')
    s.type_line('Work. ' + s.script(*(f'echo {n}' for n in range(10))))
    s.wait_for('Commands ran')
    s.wait_for(r'says: .*\[B1\]')
    s.end_tui()
    s.check()
