# SPDX-License-Identifier: MIT
"""The real Claude Code client against a stub of the Messages API: what the stub billed is what the ledger holds.

Two scenarios run at a time. Each has a home, a git project, a stub and a ledger of its own; the hooks come from
`ccl install`. Nothing but 127.0.0.1 is talked to, with a dummy key."""
import base64
import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import unittest

from branch_money import helpers, money_of_branches
from guarded_client import agent_at_the_limit, hard_budget, hard_budget_on_screen, warned, warned_on_screen
from harness import CCL, HOOK, ROOT, Ledger, check_billed, check_rollups, open_ledger, read_lines, until

HERE = pathlib.Path(__file__).resolve().parent
CACHE = ROOT / 'tests/.cache'
PACKAGE = '@anthropic-ai/claude-code'
OLD_VERSIONS = ('2.1.197', '2.1.86')  # the last that plain npm gives on Node 20; the last generation that runs on Node
KEY = 'lab-dummy-key-0001'
TOOLS = ('Bash', 'Read', 'Write', 'Edit', 'Glob', 'Grep', 'Agent', 'Task')
# Fields of the printed JSON that differ between any two runs.
VOLATILE = re.compile(r'session_id|uuid|duration|_ms$|cost|Usage|usage|hook', re.I)
case = unittest.TestCase()
case.maxDiff = None
lags = []


class Unavailable(Exception):
    pass


def newest():
    try:
        run = subprocess.run(['npm', 'view', PACKAGE, 'dist-tags.latest'], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        raise Unavailable('npm does not answer')
    if run.returncode or not run.stdout.strip():
        raise Unavailable('npm knows no ' + PACKAGE)
    return run.stdout.strip()


def install(version):
    """The client's command, installed once."""
    folder = CACHE / f'client-{version}'
    scope = folder / 'node_modules/@anthropic-ai'
    native = list(scope.glob('claude-code-*/claude'))
    script = scope / 'claude-code/cli.js'
    if not native and not script.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / 'package.json').write_text('{"private":true}\n')
        # no postinstall script: it only links what lies there already
        run = subprocess.run(['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', f'{PACKAGE}@{version}'], cwd=folder,
                             stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
        native = list(scope.glob('claude-code-*/claude'))
        if run.returncode or not (native or script.exists()):
            raise Unavailable(f'npm cannot install {PACKAGE} {version}')
    return [str(native[0])] if native else ['node', str(script)]


class Scenario:
    """One home with a client, a project, a stub and a ledger."""

    def __init__(self, name, client, is_hooked=True):
        self.name, self.client = name, client
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix=f'ccl-e2e-{name}-'))
        self.home, self.work, self.out = self.dir / 'home', self.dir / 'work/project', self.dir / 'stub'
        self.ledger = self.home / '.local/share/ccl/ledger.db'
        (self.home / '.claude').mkdir(parents=True)
        (self.dir / 'tmp').mkdir()
        self.work.mkdir(parents=True)
        self.seen = {}  # turn: when it was first in the ledger
        self.over = threading.Event()
        self.stub = subprocess.Popen(['node', str(HERE / 'stub.mjs'), '--out', str(self.out)], stdin=subprocess.DEVNULL)
        self.git('init', '-q', '-b', 'main')
        self.git('commit', '-q', '--allow-empty', '-m', 'one')
        self.write_settings(is_hooked)
        until(lambda: (self.out / 'port').exists() and (self.out / 'port').read_text(), 20)
        self.port = (self.out / 'port').read_text()
        self.watcher = threading.Thread(target=self.watch)
        self.watcher.start()

    def write_settings(self, is_hooked):
        # what notes when Stop fired, beside our hook
        note = {'type': 'command', 'command': f'date +%s%3N >>"{self.dir}/stops"'}
        settings = {'permissions': {'allow': list(TOOLS)}, 'hooks': {e: [{'hooks': [note]}] for e in ('Stop', 'SubagentStop')}}
        path = self.home / '.claude/settings.json'
        path.write_text(json.dumps(settings, indent=2) + '\n')
        (self.home / '.claude.json').write_text(json.dumps({
            'hasCompletedOnboarding': True, 'theme': 'dark', 'customApiKeyResponses': {'approved': [KEY], 'rejected': []},
            'projects': {str(self.work): {'hasTrustDialogAccepted': True, 'allowedTools': []}}}))
        if is_hooked:
            run = subprocess.run([CCL, 'install'], env=self.env(), stdin=subprocess.DEVNULL, capture_output=True, text=True)
            case.assertEqual(run.returncode, 0, run.stderr)
            case.assertIn('ccl-hook', path.read_text())

    def env(self):
        tmp = str(self.dir / 'tmp')
        return {'HOME': str(self.home), 'PATH': f'{pathlib.Path(HOOK).parent}:{HERE}/bin:{os.environ["PATH"]}', 'TERM': 'xterm-256color',
                'LANG': 'C.UTF-8', 'SHELL': '/bin/bash', 'TMPDIR': tmp, 'CLAUDE_CODE_TMPDIR': tmp, 'ANTHROPIC_API_KEY': KEY,
                'ANTHROPIC_BASE_URL': f'http://127.0.0.1:{getattr(self, "port", 9)}', 'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC': '1',
                'DISABLE_TELEMETRY': '1', 'DISABLE_AUTOUPDATER': '1', 'DISABLE_ERROR_REPORTING': '1', 'CLAUDE_CODE_MAX_RETRIES': '3'}

    def git(self, *args, cwd=None):
        env = {'HOME': str(self.home), 'PATH': os.environ['PATH'], 'GIT_CONFIG_NOSYSTEM': '1'}
        subprocess.run(['git', '-c', 'user.name=Lab', '-c', 'user.email=lab@example.org', *args], cwd=cwd or self.work, env=env, check=True,
                       stdin=subprocess.DEVNULL, capture_output=True)

    def run(self, *args, cwd=None):
        return subprocess.run([*self.client, *args], cwd=cwd or self.work, env=self.env(), stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=120)

    def ask(self, prompt, *args, cwd=None):
        run = self.run('-p', prompt, '--output-format', 'json', *args, cwd=cwd)
        try:
            result = json.loads(run.stdout)
        except ValueError:
            result = None
        if not isinstance(result, dict):
            raise AssertionError(f'{self.name}: {prompt}: rc {run.returncode}: {run.stdout[:500]} {run.stderr[:500]}')
        return run.returncode, result, run.stderr

    def script(self, *commands):
        return '[[sh:' + base64.b64encode('\n'.join(commands).encode()).decode() + ']]'

    def signal_amid(self, sig):
        """Stops the client in the middle of a streamed answer, after one finished tool turn."""
        client = subprocess.Popen([*self.client, '-p', 'Interrupt me. [[toolslow]]', '--output-format', 'json'], cwd=self.work, env=self.env(),
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        progress = self.out / 'progress.jsonl'
        before = len(read_lines(progress))
        until(lambda: len(read_lines(progress)) > before, 30)
        client.send_signal(sig)
        client.wait(timeout=30)

    def ccl(self, *args, status=0):
        run = subprocess.run([CCL, *map(str, args)], env=self.env(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
        case.assertEqual(run.returncode, status, run.stdout + run.stderr)
        return run.stdout

    def bills(self):
        return read_lines(self.out / 'billing.jsonl')

    def watch(self):
        """Notes when each turn appears in the ledger."""
        while not self.over.wait(0.01):
            try:
                with open_ledger(self.ledger) as db:
                    for key, in db.execute('SELECT key FROM turn'):
                        self.seen.setdefault(key, time.time() * 1000)
            except sqlite3.Error:  # not there yet
                pass

    def tui(self, *args):
        self.tmux('new-session', '-d', '-s', 't', '-x', '160', '-y', '50', '-c', str(self.work), *self.client, *args)

    def tmux(self, *args):
        return subprocess.run(['tmux', '-L', self.dir.name, '-f', '/dev/null', *args], env=self.env(), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True).stdout

    def wait_for(self, text):
        if not until(lambda: re.search(text, self.tmux('capture-pane', '-p', '-t', 't')), 30):
            raise AssertionError(f'{self.name}: no "{text}" on the screen:\n' + self.tmux('capture-pane', '-p', '-t', 't'))

    def type_line(self, line):
        self.tmux('send-keys', '-t', 't', '-l', line)
        self.wait_for(re.escape(line[-20:]))
        self.tmux('send-keys', '-t', 't', 'Enter')

    def end_tui(self):
        self.type_line('/exit')
        if not until(lambda: not self.tmux('list-sessions'), 20):
            raise AssertionError(f'{self.name}: the client did not end')

    def check(self, missing=(), broken_off=0):
        """missing: what may be billed without a turn, by kind or script(status); broken_off: how many turns."""
        bills = [b for b in self.bills() if b['usage']]
        missing = collections.Counter(missing)
        n_turns = len(bills) - sum(missing.values())
        until(lambda: len(self.seen) >= n_turns, 5)
        db = Ledger(self.ledger)
        cut = {b['id'] for b in bills if b['status'] != 'complete' and b['id'] in {t['key'] for t in db.turns}}
        case.assertEqual(len(cut), broken_off)
        left = check_billed(case, db, bills, cut)
        case.assertEqual(collections.Counter(b['kind'] if b['kind'] != 'loop' else f'{b["marker"]}({b["status"]})' for b in left), missing)
        check_rollups(case, db)
        self.check_lag(bills)
        self.check_transcripts()
        return db

    def check_lag(self, bills):
        """Within a second after the Stop or SubagentStop that follows it a turn is in the ledger."""
        stops = sorted(read_lines(self.dir / 'stops'))  # one number a line
        until(lambda: all(b['id'] in self.seen for b in bills if b['status'] == 'complete' and b['kind'] == 'loop'), 2)
        for bill in bills:
            stop = next((s for s in stops if s >= bill['t']), None)
            if stop and bill['id'] in self.seen:
                lags.append((self.seen[bill['id']] - stop, self.seen[bill['id']] - bill['t'], f'{self.name} {bill["id"]}'))
                case.assertLess(self.seen[bill['id']] - stop, 1000, bill['id'])

    def check_transcripts(self):
        """The client had nothing to complain about."""
        for path in (self.home / '.claude/projects').rglob('*.jsonl'):
            for d in read_lines(path):
                case.assertNotIn((d.get('attachment') or {}).get('type'),
                                 ('hook_non_blocking_error', 'hook_blocking_error', 'hook_cancelled', 'hook_error_during_execution'), d)
                case.assertFalse(d.get('hookErrors'), d)

    def stop(self):
        self.over.set()
        self.watcher.join()
        self.tmux('kill-server')
        self.stub.terminate()
        self.stub.wait()
        for pid in self.left_over():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        until(lambda: not self.left_over(), 5)
        shutil.rmtree(self.dir, ignore_errors=True)

    def left_over(self):
        """Processes of this home that are still there: a supervisor of background sessions."""
        found = []
        for proc in pathlib.Path('/proc').glob('[0-9]*'):
            try:
                if f'HOME={self.home}'.encode() in (proc / 'environ').read_bytes().split(b'\0'):
                    found.append(int(proc.name))
            except OSError:
                pass
        return found


# ---- the scenarios: each takes a Scenario and drives it

def plain(s):
    code, result, err = s.ask('Say something. [[plain]]')
    case.assertEqual((code, result['result'], err), (0, 'Plain answer.', ''))
    db = s.check()
    case.assertEqual([(t['project'], t['branch'], t['agent_type']) for t in db.turns], [(str(s.work), 'main', 'main')])


def blocks_and_tools(s):
    s.ask('Look. [[blocks]]')
    s.ask('Make a file. [[tools]]')
    db = s.check()
    calls = collections.Counter(r['text'] for r in db.all('SELECT n.text FROM tool_call AS c JOIN name AS n ON n.id = c.name_id'))
    case.assertEqual(calls, {'Bash': 3, 'Glob': 1, 'Write': 1, 'Read': 1, 'Edit': 1})


def agents(s):
    for script in ('agents', 'agents_fg'):
        s.ask(f'Delegate. [[{script}]]')
    db = s.check()
    runs = {(t['agent'], t['agent_type']) for t in db.turns if t['agent']}
    case.assertEqual(len(runs), 6)
    case.assertEqual({t for _, t in runs}, {'general-purpose'})


def nested_and_explore(s):
    s.ask('Delegate. [[nested]]')
    s.ask('Explore. [[explore]]')
    db = s.check()
    case.assertEqual(collections.Counter(t['agent_type'] for t in db.turns), {'main': 4, 'general-purpose': 4, 'Explore': 2})
    case.assertEqual(db.one('SELECT count(*) FROM agent WHERE parent_uid IS NOT NULL'), 1)


def several_processes(s):
    _, first, _ = s.ask('First. [[plain]]')
    s.ask('Second. [[blocks]]', '--continue')
    s.ask('Third. [[plain]]', '--resume', first['session_id'])
    _, fork, _ = s.ask('Fourth, forked. [[plain]]', '--resume', first['session_id'], '--fork-session')
    s.ask('Fifth, not kept. [[plain]]', '--no-session-persistence')
    db = s.check(missing=['plain(complete)'])
    by = collections.Counter(t['session'] for t in db.turns)
    case.assertEqual(by, {first['session_id']: 4, fork['session_id']: 1})
    case.assertEqual(db.one('SELECT count(*) FROM turn_copy'), 4)
    case.assertEqual(db.one('SELECT count(*) FROM prompt WHERE is_prompt = 1'), 4)


def git_branches(s):
    s.ask('On main. [[plain]]')
    s.git('checkout', '-q', '-b', 'feature/one')
    (s.work / 'sub/dir').mkdir(parents=True)
    s.ask('On a branch. [[plain]]', cwd=s.work / 'sub/dir')
    s.git('worktree', 'add', '-q', str(s.dir / 'work/wt two'), '-b', 'wt/two')
    s.ask('In a worktree. [[plain]]', cwd=s.dir / 'work/wt two')
    s.git('checkout', '-q', '--detach')
    s.ask('Detached. [[plain]]')
    s.git('checkout', '-q', 'main')
    s.ask('Switch. ' + s.script('git checkout -q -b mid/session', 'sleep 2', 'echo after'))
    db = s.check()
    case.assertEqual({t['project'] for t in db.turns}, {str(s.work)})
    by = collections.Counter(t['branch'] for t in db.turns)
    # the client's gitBranch follows a switch about 1.7 s late
    case.assertEqual(by, {'main': 1 + 2, 'feature/one': 1, 'wt/two': 1, None: 1, 'mid/session': 2})


def pull_request(s):
    s.git('checkout', '-q', '-b', 'feature/one')
    s.ask('Make and merge. ' + s.script('gh pr create --title Lab --body lab', 'gh pr merge 123 --squash'))
    s.ask('In a subagent. [[prsub]]')
    s.ask('Only an echo. ' + s.script('echo https://github.com/acme/widgets/pull/124'))
    db = s.check()
    hints = db.all("SELECT DISTINCT session_id, source, verb, number FROM pr_hint WHERE source IN ('pr-link', 'gitOperation')")
    case.assertEqual({h['number'] for h in hints}, {123})
    case.assertEqual(len({h['session_id'] for h in hints if h['source'] == 'pr-link'}), 2)
    case.assertIn('merged', {h['verb'] for h in hints})


def errors(s):
    for script in ('e529', 'e500', 'drop', 'miderror'):
        code, result, _ = s.ask(f'Error. [[{script}]]')
        case.assertEqual((code, result['is_error']), (0, False))
    db = s.check(missing=['drop(dropped)'], broken_off=1)
    case.assertGreaterEqual(db.one('SELECT count(*) FROM api_error'), 3)


def interrupted(s):
    """Killed in the middle of an answer: what was finished is there, at the latest when the next session starts."""
    s.signal_amid(signal.SIGINT)
    s.signal_amid(signal.SIGTERM)
    s.signal_amid(signal.SIGKILL)
    s.ask('The next. [[plain]]')
    missing = ['toolslow(aborted)'] * 2
    db = s.check(missing=missing, broken_off=1)
    case.assertEqual(sum(t['aborted_chars'] is not None for t in db.turns), 1)
    case.assertGreaterEqual(db.one('SELECT count(*) FROM open_request'), 2)


def compaction(s):
    s.ask('One. [[plain]]')
    s.ask('Two. [[blocks]]', '--continue')
    s.ask('/compact keep the numbers', '--continue')
    s.ask('Three. [[plain]]', '--continue')
    db = s.check(missing=['compact'])
    case.assertEqual(db.one('SELECT count(*) FROM compaction'), 1)
    # the client's own meter knows of the summary
    reported = db.all('SELECT line FROM cost_state ORDER BY total_tok DESC LIMIT 1')[0]['line']
    usage = json.loads(reported)['modelUsage']
    case.assertEqual(sum(u['outputTokens'] for u in usage.values()), sum(t['output'] for t in db.turns) + 907)


def usage_shapes(s):
    for script in ('search', 'oldshape', 'iter', 'othermodel', 'refusal', 'maxtok', 'bareusage'):
        s.ask(f'Usage. [[{script}]]')
    s.check()


def worktrees(s):
    s.ask('Isolated agent. [[agentwt]]')
    s.ask('Enter. [[enterwt]]', '--allowedTools', 'EnterWorktree')
    s.ask('Next turn. [[plain]]', '--continue')
    db = s.check()
    case.assertEqual({t['project'] for t in db.turns}, {str(s.work)})  # folded into their repository
    case.assertEqual(db.one('SELECT count(*) FROM session WHERE worktree_path IS NOT NULL'), 1)


def interactive(s):
    s.tui('--permission-mode', 'acceptEdits')
    s.wait_for('accept edits')
    s.type_line('Hello there. [[plain]]')
    s.wait_for('Plain answer')
    s.type_line('Use tools. [[tools]]')
    s.wait_for('File written, read, edited')
    s.end_tui()
    db = s.check()
    case.assertEqual(db.one('SELECT count(*) FROM prompt WHERE is_prompt = 1'), 2)


def background(s):
    s.run('--bg', 'In the background. [[plain]]')
    own = {'bg-state', 'bg-label'}  # what the client asks for itself
    until(lambda: own <= {b['kind'] for b in s.bills()}, 30)
    db = s.check(missing=own)
    case.assertEqual(len(db.turns), 1)
    case.assertEqual(db.one('SELECT n.text FROM session AS s JOIN name AS n ON n.id = s.kind_id'), 'bg')


def same_without_hook(s):
    """The client prints and answers the same, asks the API the same, whether our hook is there or not."""
    bare = Scenario('bare', s.client, is_hooked=False)
    try:
        for prompt in ('Say something. [[plain]]', 'Look. [[blocks]]', 'Delegate. [[agents_fg]]'):
            with_hook, without = (x.ask(prompt) for x in (s, bare))
            for answer in (with_hook, without):
                for k in [k for k in answer[1] if VOLATILE.search(k)]:
                    del answer[1][k]
            case.assertEqual(with_hook, without)
        asked = lambda x: sorted((b['kind'], b['marker'] or '', b['step'], b['status']) for b in x.bills())
        case.assertEqual(asked(s), asked(bare))
        case.assertFalse(bare.ledger.exists())
    finally:
        bare.stop()
    s.check()


def old_client(s):
    for prompt in ('Plain. [[plain]]', 'Agents. [[oldagents]]', 'Shape. [[oldshape]]'):
        s.ask(prompt)
    s.ask('Blocks. [[blocks]]', '--continue')
    s.check(missing=helpers(s))


SCENARIOS = (interrupted, background, interactive, agents, errors, git_branches, several_processes, compaction, nested_and_explore,
             usage_shapes, worktrees, pull_request, money_of_branches, same_without_hook, blocks_and_tools, plain,
             hard_budget, hard_budget_on_screen, agent_at_the_limit, warned, warned_on_screen)
OLD_SCENARIOS = (old_client, money_of_branches, hard_budget, agent_at_the_limit)


def drive(name, function, client):
    start = time.monotonic()
    s = Scenario(name, client)
    try:
        function(s)
        print(f'ok      {name} ({time.monotonic() - start:.0f} s)', flush=True)
        return True
    except Exception:
        print(f'FAILED  {name} ({time.monotonic() - start:.0f} s)\n{traceback.format_exc()}', flush=True)
        return False
    finally:
        s.stop()


def main():
    try:
        version = newest()
        clients = {v: install(v) for v in (version, *OLD_VERSIONS)}
    except Unavailable as e:
        print(f'skipped: {e}')
        return 77
    if not shutil.which('tmux'):
        print('skipped: no tmux')
        return 77
    jobs = [(f.__name__, f, clients[version]) for f in SCENARIOS] + [(f'{f.__name__}-{v}', f, clients[v]) for v in OLD_VERSIONS for f in OLD_SCENARIOS]
    jobs = [j for j in jobs if not sys.argv[1:] or j[0] in sys.argv[1:]]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        good = list(pool.map(lambda j: drive(*j), jobs))
    print(f'client {version}, {", ".join(OLD_VERSIONS)}: {sum(good)} of {len(good)} scenarios good')
    if lags:
        lags.sort()
        print(f'in the ledger after Stop: median {lags[len(lags) // 2][0]:.0f} ms, most {lags[-1][0]:.0f} ms ({lags[-1][2]}); '
              f'after the API answered: most {max(l[1] for l in lags):.0f} ms')
    return 0 if all(good) else 1


if __name__ == '__main__':
    sys.exit(main())
