# SPDX-License-Identifier: MIT
"""A made-up time in which a user works in real git repositories and Claude Code writes transcripts.

git gives its reflog the time of GIT_COMMITTER_DATE, so both follow one clock, which the test moves.
"""
import datetime
import json
import os
import pathlib
import subprocess

from harness import GRACE_S, SHARE, Ledger, LedgerCase, check_rollups, until

START_MS = 1_790_000_000_000
ZERO = {k: 0 for k in ('input', 'output')}


class GitWorld(LedgerCase):
    patience = GRACE_S

    def setUp(self):
        super().setUp()
        self.ms = START_MS
        self.n = 0
        self.projects = self.home / '.claude' / 'projects' / 'work'
        self.projects.mkdir(parents=True)

    # -- the clock

    def env(self, **more):
        return super().env(**{'CCL_NOW': self.iso(), **more})

    def wait(self, seconds=10):
        self.ms += int(seconds * 1000)

    def iso(self, ms=None):
        t = datetime.datetime.fromtimestamp((ms or self.ms) / 1000, datetime.timezone.utc)
        return t.strftime('%Y-%m-%dT%H:%M:%S.') + f'{(ms or self.ms) % 1000:03d}Z'

    # -- git

    def git(self, where, *args, **more):
        date = f'@{self.ms // 1000} +0000'
        env = {**{k: v for k, v in os.environ.items() if not k.startswith('GIT_')}, 'HOME': str(self.home), 'GIT_CONFIG_NOSYSTEM': '1', 'GIT_COMMITTER_DATE': date,
               'GIT_AUTHOR_DATE': date, 'GIT_COMMITTER_NAME': 'A', 'GIT_COMMITTER_EMAIL': 'a@example.com',
               'GIT_AUTHOR_NAME': 'A', 'GIT_AUTHOR_EMAIL': 'a@example.com', 'GIT_TERMINAL_PROMPT': '0', **more}
        run = subprocess.run(['git', '-c', 'protocol.file.allow=always', '-C', str(where), *args], env=env,
                             stdin=subprocess.DEVNULL, capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, f'git {args}: {run.stderr}')
        self.wait(2)
        return run.stdout.strip()

    def repository(self, name='app', remote='https://github.com/acme/app.git', branch='main'):
        path = self.dir / name
        path.mkdir(parents=True)
        self.git(path, 'init', '-q', '-b', branch)
        if remote:
            self.git(path, 'remote', 'add', 'origin', remote)
        self.commit(path, 'first')
        return path

    def commit(self, where, subject='work', *args):
        self.n += 1
        (pathlib.Path(where) / f'file{self.n}').write_text('x')
        self.git(where, 'add', '-A')
        self.git(where, 'commit', '-q', '-m', subject, *args)

    # -- Claude Code

    def file(self, session, agent=None):
        if agent:
            path = self.projects / session / 'subagents' / f'agent-{agent}.jsonl'
            path.parent.mkdir(parents=True, exist_ok=True)
            return path
        return self.projects / f'{session}.jsonl'

    def write(self, session, line, agent=None):
        with open(self.file(session, agent), 'a', encoding='utf-8') as f:
            f.write(line if isinstance(line, str) else json.dumps(line) + '\n')

    def prompt(self, session, cwd, branch='main'):
        self.n += 1
        self.write(session, {'type': 'user', 'uuid': f'p{self.n}', 'promptId': f'p{self.n}', 'sessionId': session,
                             'timestamp': self.iso(), 'cwd': str(cwd), 'gitBranch': branch, 'version': '2.1.330',
                             'promptSource': 'typed', 'message': {'role': 'user', 'content': 'go on'}})
        self.wait(1)
        return f'p{self.n}'

    def turn(self, session, cwd, branch='main', tools=(), agent=None, **more):
        """One response; the key by which the ledger knows it. `tools`: (name, input) pairs."""
        self.n += 1
        key = f'msg_{self.n:04}'
        content = [{'type': 'tool_use', 'id': f'toolu_{self.n}_{i}', 'name': name, 'input': data}
                   for i, (name, data) in enumerate(tools)]
        self.write(session, {
            'type': 'assistant', 'uuid': f'u{self.n}', 'sessionId': session, 'timestamp': self.iso(), 'cwd': str(cwd),
            'gitBranch': branch, 'version': '2.1.330', 'requestId': f'req_{self.n}', 'isSidechain': bool(agent),
            **({'agentId': agent} if agent else {}),
            'message': {'id': key, 'role': 'assistant', 'model': 'claude-opus-4-5', 'content': content or [{'type': 'text', 'text': 'ok'}],
                        'stop_reason': 'tool_use' if tools else 'end_turn',
                        'usage': {'input_tokens': 100 + self.n, 'output_tokens': 10, 'cache_creation_input_tokens': 0,
                                  'cache_read_input_tokens': 0}}, **more}, agent)
        self.wait(5)
        return key

    def bash(self, session, cwd, command, branch='main', output='', agent=None, act=None, failed=False, **result):
        """A response that runs a command, `act` (what it does to the repository), and its result."""
        key = self.turn(session, cwd, branch, [('Bash', {'command': command})], agent)
        self.wait(-5)
        call = f'toolu_{self.n}_0'
        self.wait(0.3)
        if act:
            act()
        self.wait(0.3)
        self.n += 1
        self.write(session, {
            'type': 'user', 'uuid': f'r{self.n}', 'sessionId': session, 'timestamp': self.iso(), 'cwd': str(cwd), 'gitBranch': branch,
            'version': '2.1.330', 'isSidechain': bool(agent), **({'agentId': agent} if agent else {}),
            'toolUseResult': {'stdout': output, **result},
            'message': {'role': 'user', 'content': [{'type': 'tool_result', 'tool_use_id': call, 'is_error': failed, 'content': output}]}}, agent)
        self.wait(5)
        return key

    def create_pr(self, session, cwd, number, branch, repo='acme/app', host='github.com', agent=None):
        url = f'https://{host}/{repo}/pull/{number}'
        return self.bash(session, cwd, 'gh pr create --fill', branch, url + '\n', agent,
                         gitOperation={'pr': {'number': number, 'url': url, 'action': 'created'}})

    def stop(self, session, cwd, event='Stop'):
        """The hook of a finished prompt."""
        self.hook({'session_id': session, 'transcript_path': str(self.file(session)), 'cwd': str(cwd), 'hook_event_name': event},
                  CCL_NOW=self.iso())
        self.wait(1)

    # -- what came of it

    def sync_all(self):
        return self.sync(self.projects.parent)

    CHARGES = '''
      SELECT t.key, b.text AS branch, c.branch_source, r.text || '#' || c.number AS pr, c.role, c.source, c.confidence, c.reason,
        p.root FROM turn AS t JOIN charge AS c ON c.id = t.charge_id LEFT JOIN name AS b ON b.id = c.branch_id
      LEFT JOIN name AS r ON r.id = c.repo_id LEFT JOIN project AS p ON p.id = c.project_id'''

    def charges(self):
        return {r['key']: r for r in Ledger(self.ledger).all(self.CHARGES)}

    def check(self, wants):
        """wants: {key: dict of the fields that matter}. A hook leaves the rest of its work to a child: it may take a while."""
        def have():
            rows = self.charges()
            return {k: {f: rows[k][f] for f in want} if k in rows else None for k, want in wants.items()}
        until(lambda: have() == wants and self.is_settled(), self.patience)
        self.assertEqual(have(), wants)

    def is_settled(self):
        return not Ledger(self.ledger).all('SELECT 1 FROM charge_due')

    def check_sums(self):
        """The roll-ups are those of the turns, and pull requests and the rest add up to all that was spent."""
        until(self.is_settled, self.patience)
        check_rollups(self, self.read())
        total = next(r for r in self.report('summary') if r['period'] == 'all')
        for guess in ([], ['--guess']):
            prs, rest = self.report('prs', *guess), self.report('unassigned', *guess)
            parts = [r[k] or 0 for r in prs for k in ('author_cost', 'review_cost', 'ci_cost')] + [r['cost'] or 0 for r in rest]
            self.assertEqual(sum(parts), total['cost'])

    def check_again(self, without=()):
        """A ledger that is made anew from the transcripts says the same, as far as git still knows it, whatever is read
        first; `without`: the fields that only a hook on the spot can know."""
        def facts():
            return {k: {f: v for f, v in r.items() if f not in without} for k, r in self.charges().items()}
        until(self.is_settled, self.patience)
        have, seen = facts(), self.ledger
        for turn in range(2 if SHARE == 1 else 1):
            self.ledger = seen.parent / f'again{turn}' / 'ledger.db'
            for path in sorted(self.projects.rglob('*.jsonl'), reverse=bool(turn)):
                if turn:  # one file after another
                    self.hook({'session_id': path.stem, 'transcript_path': str(path), 'cwd': '/nowhere', 'hook_event_name': 'Stop'})
            self.sync_all()
            until(self.is_settled, self.patience)
            self.assertEqual(facts(), have)
            self.check_sums()
        self.ledger = seen


def on(branch, source=None):
    want = {'branch': branch}
    if source:
        want['branch_source'] = source
    return want


def pr(number, repo='github.com/acme/app', role='author', **more):
    return {'pr': f'{repo}#{number}', 'role': role, 'reason': None, **more}


def none(reason='no-pr', **more):
    return {'pr': None, 'reason': reason, **more}
