# SPDX-License-Identifier: MIT
"""bench.py's part about the guard: what each hook costs that it adds to a turn."""
import json
import shutil
import statistics
import subprocess

from harness import environ, payload

FILLED = 40       # turns that the transcript has before
CALL_BYTES = 70_000  # of a call with its result: more than the 64 KB that PostToolUse waits for
BUDGETS = ('--session', '5000', '--day', '5000', '--week', '5000', '--month', '50000', '--branch', 'main=9000',
           '--project', 'nowhere=9000', '--enforce')


def calls(b, first, n, session):
    """A file of n calls with their results, $0.05 each."""
    path = b.tmp / 'calls'
    with open(path, 'w') as f:
        for i in range(first, first + n):
            env = {'isSidechain': False, 'cwd': '/nowhere', 'sessionId': session, 'version': '2.1.330', 'gitBranch': 'main',
                   'timestamp': f'2026-11-20T{i // 3600 % 24:02}:{i // 60 % 60:02}:{i % 60:02}.000Z'}
            call = {'type': 'tool_use', 'id': f'toolu_{i}', 'name': 'Bash', 'input': {'command': f'make part-{i}'}}
            answer = json.dumps({**env, 'type': 'assistant', 'uuid': f'a{i}', 'requestId': f'req_{i}', 'message': {
                'id': f'msg_{session}_{i}', 'type': 'message', 'role': 'assistant', 'model': 'claude-opus-5-5', 'content': [call],
                'stop_reason': 'tool_use', 'usage': {'input_tokens': 500, 'output_tokens': 2000, 'cache_creation_input_tokens': 800,
                                                     'cache_read_input_tokens': 20000 + i}}}) + '\n'
            result = json.dumps({**env, 'type': 'user', 'uuid': f'r{i}', 'message': {'role': 'user', 'content': [
                {'type': 'tool_result', 'tool_use_id': f'toolu_{i}', 'content': '@'}]}}) + '\n'
            f.write(answer + result.replace('@', 'x' * (CALL_BYTES - len(answer) - len(result) + 1)))
    return path


def measure(b, ledger, event, pairs, grows, strict):
    """(hook ms, true ms, ratio, CPU ms, peak MiB)"""
    session = f'guard-{event}-{grows}-{strict}'
    path = b.folder / f'{session}.jsonl'
    shutil.copy(calls(b, 0, FILLED, session), path)
    env = environ(ledger, b.home)
    subprocess.run([b.hook, '--sync', b.home / '.claude/projects'], env=env, check=True, capture_output=True)
    subprocess.run([b.ccl, 'budget', 'set', *BUDGETS] if strict else [b.ccl, 'budget', 'remove', 'all'], env=env, capture_output=True)
    stdin = b.tmp / 'payload'
    stdin.write_text(json.dumps(payload(event, path, tool_name='Bash', tool_use_id='toolu_x', tool_input={'command': 'make all'})))
    more = calls(b, FILLED, pairs, session)
    rows = b.run(pairs, ledger, [b.hook], stdin, *((path, more, CALL_BYTES) if grows else ()))
    path.unlink()
    middle = lambda i: statistics.median(r[i] for r in rows)
    return middle(0) / 1000, middle(3) / 1000, middle(0) / middle(3), middle(1) / 1000, max(r[2] for r in rows) / 1024


def guard_part(b, million, n_million, pairs):
    out = ['## The guard', '',
           f'Hooks between the calls of one session that goes on and on, a call of {CALL_BYTES // 1000} KB before each ({FILLED} calls before, $0.05 each, so',
           f'that the rules of money speak, too). "strict": five budgets are set, all enforced. `/bin/true` as above; {pairs} pairs, medians.', '',
           '| event | before it | ledger | hook, ms | true, ms | ratio | CPU of the hook, ms | peak, MiB |', '|---|---|---|---|---|---|---|---|']
    small = b.tmp / 'guard/ledger.db'
    for ledger, what in ((small, 'its own turns'), (million, f'{n_million:,} turns')):
        for event, grows, strict in (('PostToolUse', False, False), ('PostToolUse', True, False), ('Stop', True, False),
                                     ('PostToolUse', True, True), ('PreToolUse', False, True), ('PreToolUse', True, True),
                                     ('UserPromptSubmit', True, True)):
            figures = measure(b, ledger, event, pairs, grows, strict)
            out.append('| {}{} | {} | {} | {:.2f} | {:.2f} | {:.2f} | {:.2f} | {:.1f} |'.format(
                event, ', strict' if strict else '', 'a call' if grows else 'nothing', what, *figures))
            print(out[-1], flush=True)
    return out + ['']
