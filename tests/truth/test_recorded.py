# SPDX-License-Identifier: MIT
"""Recorded runs of ten client versions: what the API billed is what the ledger holds (tests/recorded/README.md)."""
import collections
import itertools
import json
import shutil
import unittest

from harness import ROOT, Ledger, LedgerCase, check_billed, check_rollups, payload, read_lines, until

RECORDED = ROOT / 'tests/recorded'
CLIENT = 'a call of the client itself (title, quota, warm-up): no transcript line holds it'
CUT = 'cut off before a line was written'

# What was billed and is in no transcript: {run: {number of the response: why}}.
NOWHERE = {
    'background': {2: 'search inside the WebSearch tool', 22: 'prompt hook', 24: 'agent hook', 25: 'agent hook'},
    'bg': {2: 'state of the background job', 3: 'its label'},
    'compact': {4: 'summary of a compaction'},
    'err-drop': {1: CUT},
    'exit-mid-kill9': {2: CUT},
    'sig-HUP': {2: CUT},
    'sig-KILL': {2: CUT},
    'sig-TERM': {2: CUT},
    'tui': {18: 'summary of a compaction'},
    'turns': {7: '--no-session-persistence'},
    'v1.0.124': {**dict.fromkeys((1, 3, 4, 6, 7, 9, 13, 16, 17, 18, 19, 21, 24), CLIENT), 22: 'summary of a compaction'},
    'v2.0.77': {**dict.fromkeys((1, 6, 11, 12, 14, 21, 24, 29, 38, 43), CLIENT), 33: 'summary of a compaction',
                **dict.fromkeys((35, 36, 37, 40, 41, 42), 'warm-up of an agent, no file')},
    'v2.1.104': {15: 'summary of a compaction'},
    'v2.1.121': {15: 'summary of a compaction'},
    'v2.1.270': {16: 'summary of a compaction'},
    'v2.1.55': {**dict.fromkeys((5, 6, 13), CLIENT), 19: 'summary of a compaction'},
}
# Turns whose answer broke off: only the first output count was written.
BROKEN_OFF = {'err-miderror': {1}, 'sig-INT': {2}, 'tui': {17}}
ABORTED_CHARS = {'sig-INT': {2: 660}, 'tui': {17: 660}}
PROMPTS = collections.defaultdict(lambda: 1, {
    'background': 10, 'compact': 3, 'exit-mid-kill9': 2, 'exit-resume': 3, 'git': 10, 'git-slow': 2,
    'permission': 2, 'plugin': 5, 'plugin-hooks': 7, 'pr': 12, 'tui': 6, 'turns': 5, 'usage': 13, 'v1.0.124': 5,
    'v2.0.77': 6, 'v2.1.104': 6, 'v2.1.121': 6, 'v2.1.197': 6, 'v2.1.270': 6, 'v2.1.55': 6})
COPIES = {'turns': 4, 'v1.0.124': 1}  # messages that stand in two sessions
PR_LINKS = {'pr': {('acme/widgets', 123): 5, ('acme/widgets', 7): 1}}  # sessions that a pull request is linked to
GIT_OPERATIONS = {'pr': {'created': 5, 'merged': 1, 'pushed': 1}}


def records(run):
    """The lines of a run's transcripts, with the file each stands in."""
    for path in sorted((RECORDED / run / 'projects').rglob('*.jsonl')):
        for line in read_lines(path):
            yield path, line


class Recorded(LedgerCase):
    def check_money(self):
        """Each billed response is one turn with its tokens and its money, but for those listed above."""
        bills = read_lines(RECORDED / self.run_name / 'billing.jsonl')
        broken_off = {f'msg_stub_{n:05}' for n in BROKEN_OFF.get(self.run_name, ())}
        missing = check_billed(self, self.ledger_now, bills, broken_off)
        self.assertEqual({b['n'] for b in missing}, set(NOWHERE.get(self.run_name, ())), 'billed, in no transcript')

    def check_aborted(self):
        want = {f'msg_stub_{n:05}': chars for n, chars in ABORTED_CHARS.get(self.run_name, {}).items()}
        have = {t['key']: t['aborted_chars'] for t in self.ledger_now.turns if t['aborted_chars'] is not None}
        self.assertEqual(have, want)

    def check_agents(self):
        metas, calls, agents = {}, {}, {}
        for path, d in records(self.run_name):
            if d.get('agentId') and d['type'] == 'assistant' and d['message']['model'] != '<synthetic>':
                agents[d['agentId']] = d.get('attributionAgent')
                meta = path.with_suffix('.meta.json')
                if meta.exists():
                    metas[d['agentId']] = json.loads(meta.read_text())['agentType']
            for block in (d.get('message') or {}).get('content') or []:
                if isinstance(block, dict) and block['type'] == 'tool_use':
                    calls[block['id']] = block['input'].get('subagent_type')
                result = d.get('toolUseResult')
                if isinstance(block, dict) and block['type'] == 'tool_result' and isinstance(result, dict) and result.get('agentId'):
                    calls[result['agentId']] = calls.get(block['tool_use_id'])
        want = {a: metas.get(a) or attr or calls.get(a) or 'unknown' for a, attr in agents.items()}
        self.assertEqual({t['agent']: t['agent_type'] for t in self.ledger_now.turns if t['agent']}, want)

    def check_events(self):
        """What is no turn: compactions, errors, the client's own meter, calls without an answer, worktrees."""
        compactions, errors, states, requests, answered, worktrees = set(), set(), {}, set(), set(), {}
        for _, d in records(self.run_name):
            kind = d['type'], d.get('subtype')
            if kind == ('system', 'compact_boundary'):
                compactions.add((d['uuid'], d['compactMetadata']['trigger'], d['compactMetadata']['preTokens']))
            elif kind == ('system', 'api_error') or d.get('isApiErrorMessage'):
                errors.add((d['uuid'], d.get('retryAttempt')))
            elif d['type'] == 'cost-state':
                states.setdefault((d['sessionId'], d['startTime']), []).append(d)
            elif d['type'] == 'api-request':
                requests.add(d['id'])
            elif d['type'] == 'worktree-state' and d['worktreeSession']:
                worktrees[d['sessionId']] = (d['worktreeSession']['originalCwd'], d['worktreeSession']['worktreePath'])
            answered.add(d.get('requestRef'))
        db = self.ledger_now
        self.assertEqual({(r['uuid'], r['text'], r['pre_tok']) for r in db.all(
            'SELECT c.uuid, n.text, c.pre_tok FROM compaction AS c JOIN name AS n ON n.id = c.trigger_id')}, compactions)
        self.assertEqual({(r['uuid'], r['retry_attempt']) for r in db.all('SELECT * FROM api_error')}, errors)
        self.assertEqual(db.one('SELECT count(*) FROM open_request'), len(requests - answered))
        self.assertEqual({r['uid']: (r['original_cwd'], r['worktree_path']) for r in db.all(
            'SELECT * FROM session WHERE worktree_path IS NOT NULL')}, worktrees)
        kept = {(r['uid'], r['start_ms']): json.loads(r['line']) for r in db.all(
            'SELECT s.uid, c.* FROM cost_state AS c JOIN session AS s ON s.id = c.session_id')}
        self.assertEqual(set(kept), set(states))
        for key, line in kept.items():
            self.assertEqual(line['totalCostUSD'], max(s['totalCostUSD'] for s in states[key]), key)

    def check_pull_requests(self):
        links = collections.Counter(
            (r['repo'].removeprefix('github.com/').removeprefix('gitlab.com/'), r['number']) for r in self.ledger_now.all(
                "SELECT DISTINCT session_id, repo, number FROM pr_hint WHERE source = 'pr-link'"))
        self.assertEqual(links, PR_LINKS.get(self.run_name, {}))
        verbs = collections.Counter(r['verb'] for r in self.ledger_now.all("SELECT verb FROM pr_hint WHERE source = 'gitOperation'"))
        self.assertEqual(verbs, GIT_OPERATIONS.get(self.run_name, {}))

    def check_run(self, run):
        self.run_name = run
        self.ledger = self.dir / run / 'ledger.db'
        projects = RECORDED / run / 'projects'
        self.sync(projects)
        self.ledger_now = db = self.read()
        self.check_money()
        self.check_aborted()
        self.check_agents()
        self.check_events()
        self.check_pull_requests()
        self.assertEqual(db.one('SELECT count(*) FROM prompt WHERE is_prompt = 1'), PROMPTS[run])
        self.assertEqual(db.one('SELECT count(DISTINCT turn_id) FROM turn_copy'), COPIES.get(run, 0))
        self.assertEqual(db.one('SELECT sum(bad_lines + long_lines + bad_numbers) FROM source_file') or 0, 0)
        check_rollups(self, db)

    def test_runs(self):
        runs = sorted(p.name for p in RECORDED.iterdir() if p.is_dir())
        self.assertEqual(len(runs), 48)
        for run in runs:
            with self.subTest(run):
                self.check_run(run)

    def test_copies_in_any_order(self):
        """Forks and old resumes: whichever file is read first, the same session owns a message."""
        for run in ('turns', 'v1.0.124', 'exit-resume'):
            files = sorted((RECORDED / run / 'projects').glob('*/*.jsonl'))
            states = []
            for n, order in enumerate(itertools.permutations(files[:4])):
                with self.subTest(run, order=[f.name[:8] for f in order]):
                    self.ledger = self.dir / run / str(n) / 'ledger.db'
                    folder = self.dir / run / str(n) / 'projects/-home-dev-project'
                    folder.mkdir(parents=True)
                    for path in order:
                        self.hook(payload('SessionEnd', shutil.copy(path, folder)))
                    db = self.read()
                    check_rollups(self, db)
                    states.append({t['key']: (t['session'], t['at_ms'], t['branch']) for t in db.turns})
                    self.assertEqual(states[-1], states[0])

    def test_hook_payloads(self):
        """Every recorded payload, of every event: silent; and at the end the ledger is what a sync makes."""
        for run in ('agents', 'nested', 'turns', 'tui', 'pr', 'v1.0.124', 'v2.0.77', 'v2.1.270'):
            with self.subTest(run):
                self.ledger = self.dir / run / 'ledger.db'
                home = '/home/dev/.claude/projects'
                for line in read_lines(RECORDED / run / 'hooks.jsonl'):
                    self.hook(json.dumps(line['payload']).replace(home, str(RECORDED / run / 'projects')).encode())
                by_hooks = self.ledger
                self.ledger = self.dir / (run + '-sync') / 'ledger.db'
                self.sync(RECORDED / run / 'projects')
                key = lambda t: (t['key'], t['session'], t['agent_type'])
                want = self.read().sums(key)
                self.assertTrue(want)
                # a SessionStart's child reads the whole projects folder, in its own time
                until(lambda: Ledger(by_hooks).sums(key) == want)
                self.assertEqual(Ledger(by_hooks).sums(key), want)


if __name__ == '__main__':
    unittest.main()
