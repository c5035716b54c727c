# SPDX-License-Identifier: MIT
"""Who spent: agents, skills and tool calls of transcripts that the hook has read, against figures that are made here from
what was written. No SQL of the project is used for what is expected."""
import collections
import contextlib
import json
import random
import sqlite3
import unittest
from fractions import Fraction

from harness import ROOT, LedgerCase, turn_line

NEW, OLD = '2.1.330', '2.1.100'  # clients that say of each turn for which skill it works, and that do not
TOOLS = {'Read': 'file_path', 'Edit': 'file_path', 'Write': 'file_path', 'NotebookEdit': 'notebook_path', 'Bash': 'command',
         'Skill': 'skill', 'Agent': 'subagent_type', 'mcp__git__log': None, 'mcp__plugin_a_b__c': None, 'Grep': None}
COMMANDS = {'git commit -m x': 'git commit', 'cmake ..': 'cmake', 'ls -l | wc': 'ls'}
FILES, SKILLS = [f'{{root}}/src/{n}.c' for n in 'abcd'] + ['/etc/hosts'], ['pdf', 'x:y', 'review']
MODELS = ['claude-opus-5-5', 'claude-haiku-5-5', 'claude-next-9']
EDITS = ('Edit', 'Write', 'NotebookEdit')


def clock(second):
    return f'2026-11-20T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z'


class Calls(LedgerCase):
    """Random transcripts; self.turns says what stands in them."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(self.id())
        self.turns, self.projects = [], self.dir / 'projects'

    def write(self, session, root, version, n_prompts, tools=TOOLS):
        folder = self.projects / root.strip('/').replace('/', '-')
        folder.mkdir(parents=True, exist_ok=True)
        second = self.random.randrange(80000)
        with open(folder / f'{session}.jsonl', 'w') as f:
            for p in range(n_prompts):
                f.write(json.dumps({'type': 'user', 'uuid': f'{session}-p{p}', 'sessionId': session, 'cwd': root, 'version': version,
                                    'timestamp': clock(second), 'promptId': f'{session}-p{p}',
                                    'message': {'role': 'user', 'content': 'Do it.'}}) + '\n')
                skill = None
                for _ in range(self.random.randrange(1, 6)):
                    second += 1
                    skill = self.turn(f, session, root, version, second, skill, tools)
                second += 1

    def turn(self, f, session, root, version, second, skill, tools):
        """One answer with its calls and their results; the skill that the next one works for."""
        calls = [self.call(root, tools) for _ in range(self.random.randrange(4))]
        line = json.loads(turn_line(session, second, cwd=root, version=version))
        line['message']['model'] = self.random.choice(MODELS)
        line['message']['content'] = [{'type': 'tool_use', 'id': f'toolu_{session}_{second}_{i}', 'name': c['tool'], 'input': c['input']}
                                      for i, c in enumerate(calls)] or [{'type': 'text', 'text': 'x'}]
        if skill and version == NEW:
            line['attributionSkill'] = skill
        f.write(json.dumps(line) + '\n')
        for i, c in enumerate(calls):
            if c['bytes'] is not None:
                f.write(self.result(line, i, c))
        self.turns.append({'key': line['message']['id'], 'session': session, 'root': root, 'version': version, 'calls': calls,
                           'skill': skill, 'model': line['message']['model'], 'second': second})
        return ([c['target'] for c in calls if c['tool'] == 'Skill'] or [skill])[-1]

    def call(self, root, tools):
        tool = self.random.choice(sorted(tools))
        member, given = tools[tool], None
        if member in ('file_path', 'notebook_path'):
            given = self.random.choice(FILES).format(root=root)
        elif member:
            given = self.random.choice({'skill': SKILLS, 'command': sorted(COMMANDS), 'subagent_type': ['Plan']}[member])
        is_error = self.random.random() < 0.2
        lines = (self.random.randrange(1, 5), self.random.randrange(3)) if tool in ('Edit', 'Write') and not is_error else (0, 0)
        size = None if self.random.random() < 0.1 else self.random.randrange(1, 500)
        return {'tool': tool, 'input': {member: given} if member else {}, 'target': COMMANDS.get(given, given),
                'bytes': size, 'error': is_error and size is not None, 'lines': lines if size else (0, 0)}

    def result(self, line, i, c):
        more = {}
        if sum(c['lines']):
            added, removed = c['lines']
            more = {'toolUseResult': {'filePath': 'x', 'structuredPatch': [
                {'oldStart': 1, 'newStart': 1, 'oldLines': removed, 'newLines': added, 'lines': ['+a'] * added + ['-b'] * removed}]}}
        block = {'type': 'tool_result', 'tool_use_id': line['message']['content'][i]['id'], 'content': 'y' * c['bytes']}
        if c['error']:
            block['is_error'] = True
        return json.dumps({'type': 'user', 'uuid': f'{line["uuid"]}-r{i}', 'sessionId': line['sessionId'], 'cwd': line['cwd'],
                           'version': line['version'], 'timestamp': line['timestamp'],
                           'message': {'role': 'user', 'content': [block]}, **more}) + '\n'

    def filters(self):
        """(arguments, whether they leave a turn)"""
        yield [], lambda t: True
        yield ['--session', 's3'], lambda t: t['session'] == 's3'
        yield ['--project', '/srv/one'], lambda t: t['root'] == '/srv/one'
        yield ['--model', MODELS[0]], lambda t: t['model'] == MODELS[0]
        yield ['--branch', 'main'], lambda t: True
        yield ['--branch', 'none'], lambda t: False
        yield ['--since', '2026-11-20T00:00:01Z', '--until', '2026-11-21'], lambda t: t['second'] >= 1
        at = sorted(t['second'] for t in self.turns)  # limits that turns stand on; a short time is read in another way
        for first, last in ((at[0], at[1]), (at[5], at[6]), (at[5], at[-5]), (at[-1], at[-1] + 1), (at[3], at[-1])):
            yield (['--since', clock(first), '--until', clock(last)], lambda t, first=first, last=last: first <= t['second'] < last)
        yield ['--project', '/srv/two', '--model', MODELS[1], '--since', '2026-11-20T06:00Z'], \
            lambda t: t['root'] == '/srv/two' and t['model'] == MODELS[1] and t['second'] >= 21600

    def check(self, report, key, columns, row_key):
        """Every row of a report is what its turns' calls are, under all filters."""
        n = 0
        for args, is_left in self.filters():
            want = {}
            for t in filter(is_left, self.turns):
                for c in t['calls']:
                    k = key(t, c)
                    if k is not None:
                        want.setdefault(k, []).append((t, c))
            have = {row_key(r): r for r in self.report(report, '--timezone', 'UTC', *args)}
            self.assertEqual({k: {x: have[k][x] for x in columns} for k in have},
                             {k: {x: columns[x](v) for x in columns} for k, v in want.items()}, [report, *args])
            n += len(want)
        self.assertGreater(n, 10)

    def fill(self, tools=TOOLS):
        for i in range(8):
            self.write(f's{i}', '/srv/one' if i % 3 else '/srv/two', OLD if i % 2 else NEW, 4, tools)
        self.sync(self.projects)


def errors(pairs):
    return sum(c['error'] for _, c in pairs)


def result_bytes(pairs):
    return sum(c['bytes'] or 0 for _, c in pairs)


class Reports(Calls):
    def test_calls(self):
        self.fill()
        sums = {'calls': len, 'errors': errors, 'result_bytes': result_bytes}
        self.check('tools', lambda t, c: c['tool'], {
            **sums, 'lines_added': lambda p: sum(c['lines'][0] for _, c in p),
            'lines_removed': lambda p: sum(c['lines'][1] for _, c in p)}, lambda r: r['tool'])
        self.check('commands', lambda t, c: c['tool'] == 'Bash' and c['target'] or None, sums, lambda r: r['command'])
        self.check('mcp-tools', lambda t, c: {'mcp__git__log': ('git', 'log'), 'mcp__plugin_a_b__c': ('plugin:a:b', 'c')}.get(c['tool']),
                   {**sums, 'sessions': lambda p: len({t['session'] for t, _ in p})}, lambda r: (r['server'], r['tool']))
        self.check('files', lambda t, c: (t['root'].split('/')[-1], c['target'].removeprefix(t['root'] + '/'))
                   if c['tool'] in ('Read', *EDITS) else None,
                   {'reads': lambda p: sum(c['tool'] == 'Read' for _, c in p), 'edits': lambda p: sum(c['tool'] in EDITS for _, c in p),
                    'errors': errors, 'sessions': lambda p: len({t['session'] for t, _ in p})}, lambda r: (r['project'], r['file']))

    def money(self, turns):
        cost = {t['key']: t['cost'] for t in self.read().turns}
        known = [cost[t['key']] for t in turns if cost[t['key']] is not None]
        return {'turns': len(turns), 'cost': Fraction(sum(known), 10**12) if known else None, 'unpriced': len(turns) - len(known)}

    def test_lines(self):
        self.fill()
        for args, is_left in self.filters():
            want = collections.defaultdict(list)
            for t in filter(is_left, self.turns):
                want[t['root'], t['model']].append(t)
            have = self.report('lines', '--timezone', 'UTC', *args)
            self.assertEqual({(r['root'], r['model']) for r in have}, set(want), args)
            for r in have:
                turns = want[r['root'], r['model']]
                calls = [(t, c) for t in turns for c in t['calls']]
                added = sum(c['lines'][0] for _, c in calls)
                money = self.money(turns)
                self.assertEqual({k: r[k] for k in ('turns', 'cost', 'unpriced', 'lines_added', 'lines_removed')},
                                 {**money, 'lines_added': added, 'lines_removed': sum(c['lines'][1] for _, c in calls)})
                self.assertEqual(r['cost_per_line'], added and money['cost'] is not None and
                                 Fraction(int(money['cost'] * 10**12) // added, 10**12) or None)

    def test_skills(self):
        self.fill({'Skill': 'skill', 'Read': 'file_path', 'Bash': 'command'})
        self.assertTrue({OLD, NEW} <= {t['version'] for t in self.turns if t['skill']})
        for args, is_left in self.filters():
            want, calls = collections.defaultdict(list), collections.Counter()
            for t in filter(is_left, self.turns):
                source = 'exact' if t['version'] == NEW else 'estimated'
                want[t['skill'], t['skill'] and source].append(t)
                calls.update((c['target'], source) for c in t['calls'] if c['tool'] == 'Skill')
            have = {(r['skill'], r['source']): {k: r[k] for k in ('calls', 'turns', 'cost', 'unpriced')}
                    for r in self.report('skills', '--timezone', 'UTC', *args)}
            self.assertEqual(have, {k: {'calls': calls[k], **self.money(want[k])} for k in {*want, *calls}}, args)


class Agents(LedgerCase):
    def agent(self, folder, session, uid, second, meta=None, **more):
        folder = folder / session / 'subagents'
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / f'agent-{uid}.jsonl', 'w') as f:
            f.write(turn_line(session, second, agentId=uid, isSidechain=True, **more))
        if meta:
            (folder / f'agent-{uid}.meta.json').write_text(json.dumps(meta))

    def test_overhead(self):
        folder = self.dir / 'projects/-nowhere'
        folder.mkdir(parents=True)
        (folder / 's1.jsonl').write_text(turn_line('s1', 1))
        self.agent(folder, 's1', 'a1234567890abcdef', 2, {'agentType': 'Plan', 'spawnDepth': 1})
        self.agent(folder, 's1', 'a2234567890abcdef', 3, {'agentType': 'Explore', 'spawnDepth': 2, 'parentAgentId': 'a1234567890abcdef'})
        self.agent(folder, 's1', 'a3234567890abcdef', 4, {'agentType': 'Explore', 'spawnDepth': 1})
        client = ['acompact', 'aprompt_suggestion', 'aside_question', 'aextract_memories', 'asession_memory']
        for n, prefix in enumerate(client):
            self.agent(folder, 's1', f'{prefix}-0123456789abcdef', 10 + n)
        self.agent(folder, 's1', 'acompactor', 20)  # not the client's own
        for n, path in enumerate(('/home/u/.claude-mem/observer-sessions', '/data/mem/observer-sessions/x', '/srv/my-observer-sessions')):
            (folder / f'o{n}.jsonl').write_text(turn_line(f'o{n}', 30 + n, cwd=path))
        self.agent(folder, 'o0', 'a4234567890abcdef', 40, {'agentType': 'Plan'}, cwd='/home/u/.claude-mem/observer-sessions')
        self.sync(self.dir / 'projects')

        want = {('work', 'main'): 2, ('work', 'Plan'): 1, ('work', 'Explore'): 2, ('work', 'unknown'): 1, ('overhead', 'observer'): 2,
                ('overhead', 'Plan'): 1, **{('overhead', p): 1 for p in client}}
        rows = self.report('overhead')
        self.assertEqual({(r['kind'], r['agent_type']): r['turns'] for r in rows}, want)
        self.assertAlmostEqual(sum(r['share'] for r in rows), 1, 9)
        self.assertEqual([r['kind'] for r in rows], sorted((r['kind'] for r in rows), reverse=True))
        rows = self.report('agents')
        self.assertEqual({('overhead' if r['overhead'] else 'work', r['agent_type']): r['turns'] for r in rows}, want)
        found = {(r['agent_type'], r['overhead']): (r['parent'], r['depth'], r['runs']) for r in rows}
        self.assertEqual(found['Explore', False], ('Plan, main', 2, 2))
        self.assertEqual((found['Plan', False], found['Plan', True]), (('main', 1, 1), ('observer', None, 1)))
        self.assertEqual((found['main', False], found['observer', True]), ((None, None, 0), (None, None, 0)))
        nested = {(r['agent_type'], r['parent'], r['depth']): r['runs'] for r in self.report('agents', '--nested') if not r['overhead']}
        self.assertEqual(nested, {('main', None, None): 0, ('Plan', 'main', 1): 1, ('Explore', 'Plan', 2): 1, ('Explore', 'main', 1): 1,
                                  ('unknown', 'main', None): 1})

    def test_estimate_of_agents(self):
        """A call of Skill is for what follows it in its prompt, agents included; an agent's is for itself alone."""
        folder = self.dir / 'projects/-nowhere'
        folder.mkdir(parents=True)
        call = {'type': 'tool_use', 'name': 'Skill'}

        def line(n, skill=None, **more):
            made = json.loads(turn_line('s1', n, version=OLD, promptId='p1', **more))
            if skill:
                made['message']['content'] = [{**call, 'id': f't{n}', 'input': {'skill': skill}}]
            return json.dumps(made) + '\n'
        prompt = {'type': 'user', 'uuid': 'p1', 'promptId': 'p1', 'sessionId': 's1', 'cwd': '/nowhere', 'version': OLD,
                  'timestamp': '2026-11-20T00:00:00.500Z', 'message': {'role': 'user', 'content': 'Do it.'}}
        (folder / 's1.jsonl').write_text(json.dumps(prompt) + '\n' + line(1) + line(2, 'pdf') + line(5) + line(8) + line(9))
        agents = folder / 's1/subagents'
        agents.mkdir(parents=True)
        for uid, lines in {'a1': line(3, agentId='a1') + line(6, 'review', agentId='a1') + line(7, agentId='a1'),
                           'a2': line(4, agentId='a2') + line(10, agentId='a2')}.items():
            (agents / f'agent-{uid}.jsonl').write_text(json.dumps({**prompt, 'agentId': uid, 'isSidechain': True, 'uuid': uid}) + '\n' + lines)
        self.sync(self.dir / 'projects')
        self.assertEqual({r['skill']: (r['source'], r['calls'], r['turns'], r['output']) for r in self.report('skills')},
                         {None: (None, 0, 2, 203), 'review': ('estimated', 1, 1, 107),
                          'pdf': ('estimated', 1, 7, 700 + 3 + 4 + 5 + 6 + 8 + 9 + 10)})

    def test_old_ledger(self):
        """One of version 4 did not know the client's own agents for its memory."""
        self.ledger.parent.mkdir()
        with contextlib.closing(sqlite3.connect(self.ledger, isolation_level=None)) as db:
            db.executescript((ROOT / 'tests/ledgers/004.sql').read_text())
            db.execute(f'PRAGMA application_id = {0x63636c31}')
            version = db.execute('PRAGMA user_version').fetchone()[0]
            for uid in ('asession_memory-01', 'aextract_memories-01', 'aextract_memoriesx-01', 'asession_memory'):
                db.execute('INSERT INTO agent(session_id, uid) SELECT min(id), ? FROM session', (uid,))
        (self.dir / 'projects').mkdir()
        self.sync(self.dir / 'projects')
        self.assertEqual(version, 4)
        names = {r['uid']: r['text'] for r in self.read().all('SELECT uid, text FROM agent JOIN name ON name.id = overhead_id')}
        self.assertEqual({u: n for u, n in names.items() if 'memor' in u},
                         {'asession_memory-01': 'asession_memory', 'aextract_memories-01': 'aextract_memories'})

    def test_recorded_plugin(self):
        """What Claude Code itself wrote."""
        self.sync(ROOT / 'tests/recorded/plugin/projects')
        self.assertEqual({(r['server'], r['tool']): r['calls'] for r in self.report('mcp-tools')},
                         {('lab', 'echo'): 1, ('plugin:lab-plugin:lab', 'echo'): 1})
        skills = {r['skill']: (r['source'], r['calls'], r['turns']) for r in self.report('skills')}
        self.assertEqual(skills, {'lab-plugin:lab-skill': ('exact', 1, 1), 'lab-plugin:lab-cmd': ('exact', 0, 1), None: (None, 0, 7)})

    def test_recorded_nested(self):
        self.sync(ROOT / 'tests/recorded/nested/projects')
        self.assertEqual({(r['agent_type'], r['parent'], r['depth']): r['runs'] for r in self.report('agents', '--nested')},
                         {('main', None, None): 0, ('general-purpose', 'main', 1): 1, ('general-purpose', 'general-purpose', 2): 1})


if __name__ == '__main__':
    unittest.main()
