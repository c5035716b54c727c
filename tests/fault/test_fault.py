#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whatever operation fails, and at whatever instant the program ends: a clean run afterwards reaches the ledger that an
undisturbed run makes. `ccl-hook-fault` is ccl-hook with fault.c, in which the n-th operation fails; here n goes from 1
until a run meets no fault. After N_ALL the steps grow (allocations come in thousands). By hand, for more of them:
CCL_FAULT_ALL=1000.

usage: test_fault.py, with CCL_HOOK and CCL_HOOK_FAULT set to the programs."""
import json
import multiprocessing
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / 'tools'))
from harness import HOOK, environ, payload, turn_line  # noqa: E402
from logical import Logical, differences  # noqa: E402

FAULT = os.environ.get('CCL_HOOK_FAULT', '')
WRAPS_MALLOC = os.environ.get('CCL_FAULT_WRAPS_MALLOC', '1') == '1'
N_ALL = int(os.environ.get('CCL_FAULT_ALL', 40))  # every n up to here, then in growing steps
N_KILLS = 6
# what a program that was built with a sanitizer does with a NULL from malloc is its own business
ALLOC_ENV = {'ASAN_OPTIONS': 'allocator_may_return_null=1:detect_leaks=0'}


def lines_of(session, numbers, **more):
    """Prompts, turns with tool calls, and their results."""
    out = []
    for n in numbers:
        at = f'2026-11-20T{10 + n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}.000Z'
        common = {'sessionId': session, 'cwd': '/nowhere/app', 'timestamp': at, **more}
        if n % 3 == 0:
            out.append({'type': 'user', 'uuid': f'p-{n}', 'promptId': f'prompt-{n}', 'message': {'content': f'do {n}'}, **common})
        turn = json.loads(turn_line(session, n, **more))
        turn['uuid'] = f'u-{n}'
        turn['message']['id'] = f'msg_{n}'
        turn['requestId'] = f'req_{n}'  # as a fork keeps it
        turn['timestamp'] = at
        turn['message']['content'] = [{'type': 'tool_use', 'id': f'toolu_{n}', 'name': 'Edit', 'input': {'file_path': f'/f/{n % 5}'}}]
        if n % 4 == 0:
            turn['message']['usage']['iterations'] = [{'type': 'advisor_message', 'model': 'claude-fable-5', 'input_tokens': n}]
        out.append(turn)
        out.append({'type': 'user', 'uuid': f'r-{n}', 'message': {'content': [
            {'type': 'tool_result', 'tool_use_id': f'toolu_{n}', 'content': 'done'}]}, **common})
    return out


def last_line(session, n):
    line = json.loads(turn_line(session, n))
    line['message']['id'] = f'msg_end_{session}_{n}'
    return [line, {'type': 'ai-title', 'sessionId': session, 'aiTitle': 'x'},
            {'type': 'pr-link', 'sessionId': session, 'prNumber': 5, 'prUrl': 'https://github.com/o/r/pull/5'},
            {'type': 'cost-state', 'sessionId': session, 'startTime': 5, 'modelUsage': {'m': {'inputTokens': n}}}]


def text_of(lines):
    return ''.join(json.dumps(l) + '\n' for l in lines)


class Case:
    """A folder of transcripts, the ledger that a run starts from (or none), and how to run it."""

    def __init__(self, root, name, is_hook):
        self.dir = root / name
        self.home = self.dir / 'home'
        self.folder = self.home / '.claude/projects/-nowhere-app'
        (self.folder / 'A/subagents').mkdir(parents=True)
        self.main = self.folder / 'A.jsonl'
        self.start = self.dir / 'start'
        self.start.mkdir()
        self.is_hook = is_hook
        self.serial = 0

    def write(self, part):
        """The first or the second part of the transcripts; the second is added to the same files."""
        numbers = range(0, 9) if part == 1 else range(9, 18)
        with open(self.main, 'a') as f:
            f.write(text_of(lines_of('A', numbers)) + text_of(last_line('A', numbers.stop)))
        with open(self.folder / 'A/subagents/agent-x.jsonl', 'a') as f:
            f.write(text_of([json.loads(turn_line('A', 100 + n, isSidechain=True, agentId='x')) for n in numbers]))
        with open(self.folder / 'B.jsonl', 'a') as f:  # a fork of A with a turn of its own
            f.write(text_of(lines_of('B', numbers)) + text_of([json.loads(turn_line('B', 50 + numbers.stop))]))
        if not (self.folder / 'A/subagents/agent-x.meta.json').exists():
            (self.folder / 'A/subagents/agent-x.meta.json').write_text('{"agentType":"Explore","spawnDepth":1}')

    def fresh(self, thread):
        """A folder for a ledger, as this case's runs find it."""
        path = self.dir / f'run-{thread}'
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.start, path)
        return path / 'ledger.db'

    def run(self, program, ledger, env=()):
        """Waits also for a detached child: it holds the pipe. The answer: status, what was printed."""
        data = json.dumps(payload('Stop', self.main, 'A')).encode() if self.is_hook else b''
        args = [program] if self.is_hook else [program, '--sync', str(self.folder.parent)]
        reader, writer = os.pipe()
        try:
            p = subprocess.run(args, env=environ(ledger, self.home, **dict(env)), input=data, capture_output=True,
                               pass_fds=[writer], timeout=60)
        finally:
            os.close(writer)
        while os.read(reader, 4096):
            pass
        os.close(reader)
        return p.returncode, p.stdout + p.stderr


CASES = {}
CHECK = unittest.TestCase()


def one(args):
    """One run with a fault and a clean one. True: the fault was met."""
    name, kind, n, slot = args
    case = CASES[name]
    ledger = case.fresh(f'{kind}-{slot}')
    mark = ledger.parent / 'mark'
    env = {'CCL_FAULT': kind, 'CCL_FAULT_AT': n, 'CCL_FAULT_MARK': mark, **(ALLOC_ENV if kind in ('alloc', 'starve') else {})}
    status, text = case.run(FAULT, ledger, env)
    what = f'{case.dir.name}, {kind} at {n}'
    if case.is_hook:
        ended = kind in ('exit', 'torn') and status == 9
        CHECK.assertTrue(ended or (status, text) == (0, b''), f'{what}: status {status}, printed {text!r}')
    else:
        CHECK.assertIn(status, (0, 1, 9, 75, -signal.SIGABRT), f'{what}: {text!r}')
    # what is wrong now is wrong for the one who reads it, too
    CHECK.assertEqual(check_integrity(ledger), [], what)
    status, text = case.run(HOOK, ledger)
    CHECK.assertTrue(status == 0 and not (case.is_hook and text), f'{what}, then a clean run: status {status}, {text!r}')
    CHECK.assertEqual(differences(read_ledger(ledger), case.want), [], what)
    return mark.exists()


class Fault(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        base = '/dev/shm' if os.access('/dev/shm', os.W_OK) else None
        cls.root = pathlib.Path(tempfile.mkdtemp(prefix='ccl-fault-', dir=base))
        cls.addClassCleanup(shutil.rmtree, cls.root, ignore_errors=True)
        for name, is_hook, has_start in (('first', True, False), ('more', True, True), ('sync', False, False), ('sync more', False, True)):
            case = CASES[name] = Case(cls.root, name, is_hook)
            case.write(1)
            if has_start:
                status, text = Case.run(case_as_sync(case), HOOK, case.start / 'ledger.db')
                assert status == 0, text
            case.write(2)
            case.want = cls.undisturbed(case)
        case = CASES['old ledger'] = Case(cls.root, 'old ledger', False)
        load_old(case.start / 'ledger.db')
        case.write(1)
        case.want = cls.undisturbed(case)

    @classmethod
    def undisturbed(cls, case):
        ledger = case.fresh('reference')
        for program in (FAULT, HOOK):  # once more changes nothing
            status, text = case.run(program, ledger)
            assert status == 0 and not (case.is_hook and text), text
        want = read_ledger(ledger)
        assert sum(want['turn'].values()) >= 20, want['turn']
        return want

    def counts(self, case):
        ledger = case.fresh('count')
        out = case.dir / 'counts'
        case.run(FAULT, ledger, {'CCL_FAULT': 'count', 'CCL_FAULT_COUNT': out})
        return dict(zip(('change', 'read', 'alloc'), struct.unpack('@lll', out.read_bytes())))

    def loop(self, name, kind, least):
        case = CASES[name]
        counted = self.counts(case)['alloc' if kind in ('alloc', 'starve') else 'read' if kind == 'read' else 'change']
        self.assertGreaterEqual(counted, least, 'so few operations: this test tests nothing')
        n, n_met = 1, 0
        with multiprocessing.get_context('fork').Pool(max(2, os.cpu_count() or 2)) as pool:
            while True:
                steps = []
                for _ in range(16):
                    steps.append(n)
                    n += 1 if n <= N_ALL else max(1, n // max(2, N_ALL // 5))
                met = pool.map(one, [(name, kind, step, i) for i, step in enumerate(steps)], chunksize=1)
                n_met += sum(met)
                if not met[-1]:
                    break
        self.assertGreaterEqual(n_met, min(least, counted))


def case_as_sync(case):
    """The same folders, read by --sync."""
    other = Case.__new__(Case)
    other.__dict__.update(case.__dict__, is_hook=False)
    return other


def load_old(path):
    """A ledger of version 1: the first run brings it up to date."""
    dump = pathlib.Path(__file__).resolve().parents[1] / 'ledgers/001.sql'
    db = sqlite3.connect(path)
    db.executescript(dump.read_text(encoding='utf-8').replace('@DIR@', str(path.parent)))
    db.execute(f'PRAGMA application_id = {0x63636c31}')
    db.execute('PRAGMA journal_mode = WAL')
    db.close()


def read_ledger(path):
    ledger = Logical(path)
    try:
        return ledger.dump()
    finally:
        ledger.close()


def check_integrity(path):
    """What SQLite itself finds wrong, seen on a copy: looking at a ledger whose writer died mends it."""
    if not path.exists() or path.stat().st_size == 0:
        return []
    copy = path.parent.with_name(path.parent.name + '-copy')
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(path.parent, copy)
    ledger = Logical(copy / path.name)
    try:
        return [x for x in ledger.integrity() if x != 'ok']
    finally:
        ledger.close()


ALL_KINDS = ('io', 'full', 'read', 'exit', 'torn', 'alloc', 'starve')
LOOPS = {'first': ('io', 'full', 'torn', 'alloc'), 'more': ALL_KINDS, 'sync': ('io', 'torn'), 'sync more': ('io', 'torn', 'alloc'),
         'old ledger': ('io', 'full', 'torn', 'alloc')}


def add_loops():
    for name, kinds in LOOPS.items():
        for kind in kinds:
            def test(self, name=name, kind=kind):
                if kind in ('alloc', 'starve') and not WRAPS_MALLOC:
                    self.skipTest('the linker has no --wrap')
                self.loop(name, kind, 10)
            setattr(Fault, f"test_{name.replace(' ', '_')}_{kind}", test)


add_loops()


class Kill(unittest.TestCase):
    """kill -9 at random instants of a --sync with two workers."""

    def test_kill(self):
        base = '/dev/shm' if os.access('/dev/shm', os.W_OK) else None
        root = pathlib.Path(tempfile.mkdtemp(prefix='ccl-kill-', dir=base))
        self.addCleanup(shutil.rmtree, root, ignore_errors=True)
        folder = root / 'home/.claude/projects/-nowhere-app'
        folder.mkdir(parents=True)
        filler = json.dumps({'type': 'progress', 'data': 'x' * 3000}) + '\n'
        for i in range(80):  # 32 files start the second worker
            numbers = range(i * 20, i * 20 + 120)  # and many turns stand in several sessions
            text = ''.join(json.dumps(l) + '\n' + filler for l in lines_of(f'S{i:02}', numbers))
            (folder / f'S{i:02}.jsonl').write_text(text)

        def sync(ledger, kill_after=None):
            p = subprocess.Popen([HOOK, '--sync', str(folder.parent)], env=environ(ledger, root / 'home'), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if kill_after is not None:
                time.sleep(kill_after)
                p.kill()
            err = p.communicate(timeout=120)[1]
            if kill_after is None:
                self.assertEqual((p.returncode, err), (0, b''))
            return p.returncode == -signal.SIGKILL

        started = time.monotonic()
        sync(root / 'whole/ledger.db')
        took = time.monotonic() - started
        want = read_ledger(root / 'whole/ledger.db')
        self.assertGreater(sum(want['turn'].values()), 1500)
        r = random.Random(5)
        n_killed = n_between = 0
        for i in range(N_KILLS):
            ledger = root / f'{i}/ledger.db'
            for _ in range(r.choice([1, 1, 2])):
                n_killed += sync(ledger, r.random() * took)
            self.assertEqual(check_integrity(ledger), [])
            try:
                n = sum(read_ledger(ledger)['turn'].values())
                n_between += 0 < n < sum(want['turn'].values())
            except Exception:  # killed before there was a ledger
                pass
            sync(ledger)
            self.assertEqual(differences(read_ledger(ledger), want), [], f'kill {i}')
        self.assertGreaterEqual(n_killed, N_KILLS // 2, 'too few were killed in time: this test tests nothing')
        self.assertGreaterEqual(n_between, 2, 'none was killed in the middle: this test tests nothing')


if __name__ == '__main__':
    unittest.main()
