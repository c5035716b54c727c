# SPDX-License-Identifier: MIT
"""Sessions that run away, as the transcripts that Claude Code would write, and an oracle that says which rule they
break at which call.

A Story is one session: its steps in order of time, each some lines of some files and the hook that follows. Its
author says in `planted` at which call a rule reaches a level; Oracle finds the same out of the lines alone, from the
definitions of the rules and the prices of schema/prices.tsv. A test compares the two, so that neither is trusted.
"""
import collections
import datetime
import json
import pathlib
import random
from fractions import Fraction
from typing import NamedTuple

from harness import TOKENS, Prices, payload

WARN, CRITICAL = 'warn', 'critical'
VERSIONS = {'A': '2.0.77', 'B': '2.1.86', 'C': '2.1.330'}  # gen_corpus.py says what their lines are like
START = '2026-11-16T09:00:00Z'
MODEL = 'claude-opus-5-5'
USD = 10 ** 12  # pico-USD
PRICES = Prices()


def ms_of(iso):
    return int(datetime.datetime.fromisoformat(iso.replace('Z', '+00:00')).timestamp() * 1000)


def iso_of(ms):
    return datetime.datetime.fromtimestamp(ms // 1000, datetime.timezone.utc).strftime('%Y-%m-%dT%H:%M:%S.') + f'{ms % 1000:03}Z'


class Step(NamedTuple):
    at_ms: int
    writes: tuple  # (path below the projects folder, text), in order
    hook: dict     # what the payload holds besides the session; None: no hook fires here
    calls: tuple   # indexes of the calls that came with it


class Agent:
    def __init__(self, uid, parent, depth, path):
        self.uid, self.parent, self.depth, self.path, self.last = uid, parent, depth, path, None


class Story:
    """Times are whole seconds apart; `now` is the time of the next line."""

    def __init__(self, name, seed=1, start=START, dialect='C', model=MODEL, cwd='/nowhere/project', branch='main', mode='default', gap=10):
        self.rng = random.Random(f'{name} {seed}')
        self.name, self.dialect, self.model, self.cwd, self.branch, self.mode = name, dialect, model, cwd, branch, mode
        self.gap = gap  # seconds from call to call
        self.now = ms_of(start)
        self.sid = self.uuid()
        self.folder = ''.join(c if c.isalnum() else '-' for c in cwd)
        self.path = f'{self.folder}/{self.sid}.jsonl'
        self.main = Agent(None, None, 0, self.path)
        self.steps, self.writes, self.calls = [], [], []
        self.n_calls = 0
        self.prompt_id = None
        self.planted = {}    # (rule, level): index of the call that reaches it
        self.loose = {}      # (rule, level): index of a later call at which it may be said, too: the definition is not that exact
        self.also = ()       # rules that are reached, too, where nobody said at which call
        self.agents = []

    # ---- what the author says
    def plant(self, rule, level, call):
        assert (rule, level) not in self.planted
        self.planted[rule, level] = call

    # ---- lines
    def uuid(self):
        h = f'{self.rng.getrandbits(128):032x}'
        return f'{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}'

    def wait(self, seconds):
        self.now += round(seconds * 1000)

    def put(self, agent, line):
        at = {'parentUuid': agent.last, 'isSidechain': agent.uid is not None, 'userType': 'external', 'cwd': self.cwd,
              'sessionId': self.sid, 'version': VERSIONS[self.dialect], 'gitBranch': self.branch,
              **({'agentId': agent.uid} if agent.uid else {}), **line, 'uuid': self.uuid(), 'timestamp': iso_of(self.now)}
        agent.last = at['uuid']
        self.writes.append((agent.path, json.dumps(at, ensure_ascii=False) + '\n'))

    def end_step(self, hook=None):
        self.steps.append(Step(self.now + 50, tuple(self.writes), hook, tuple(self.calls)))
        self.writes, self.calls = [], []

    def prompt(self, text='Go on.', human=True):
        """What a human typed, or (human=False) the client's own note that a background task ended."""
        self.prompt_id = self.uuid()
        line = {'type': 'user', 'message': {'role': 'user', 'content': text}, **({'permissionMode': self.mode} if self.dialect != 'A' else {})}
        if not human:
            line['message']['content'] = (f'<task-notification>\n<task-id>b{self.rng.getrandbits(32):08x}</task-id>\n'
                                          f'<status>completed</status>\n{text}\n</task-notification>')
        if self.dialect == 'C':
            line.update(promptId=self.prompt_id, promptSource='typed' if human else 'system',
                        turnOrigin='human' if human else 'task_notification',
                        origin={'kind': 'human' if human else 'task-notification'})
        self.put(self.main, line)
        self.end_step()

    def usage(self, usd=None, read=20000, write=400, context=None):
        """Of one call; usd: what it costs, made up of output."""
        use = dict(input=3, output=200, cache_5m=write, cache_1h=0, cache_read=read)
        if context is not None:
            use['cache_read'] = context - write - use['input']
        if usd is not None:
            use['output'] = 0
            row = PRICES.row(self.model, self.now, 0)
            rest = Fraction(str(usd)) * 10 ** 6 - sum(use[k] * Fraction(row[k]) for k in Prices.NUMBERS)
            assert rest > 0, 'the prompt alone costs more'
            use['output'] = round(rest / Fraction(row['output']))
        return use

    def say(self, agent, blocks, use, stop, model=None):
        """The lines of one API response, one for each block."""
        mid, rid = f'msg_01{self.rng.getrandbits(96):024x}', f'req_011{self.rng.getrandbits(96):024x}'
        for n, block in enumerate(blocks):
            is_early = self.dialect != 'C' and n < len(blocks) - 1  # older clients: the first count, then the final one
            usage = {'input_tokens': use['input'], 'cache_creation_input_tokens': use['cache_5m'] + use['cache_1h'],
                     'cache_read_input_tokens': use['cache_read'], 'output_tokens': min(3, use['output']) if is_early else use['output'],
                     'cache_creation': {'ephemeral_5m_input_tokens': use['cache_5m'], 'ephemeral_1h_input_tokens': use['cache_1h']},
                     'service_tier': 'standard'}
            line = {'message': {'id': mid, 'type': 'message', 'role': 'assistant', 'model': model or self.model, 'content': [block],
                                'stop_reason': None if is_early else stop, 'stop_sequence': None, 'usage': usage},
                    'requestId': rid, 'type': 'assistant'}
            if self.dialect == 'C':
                line.update(apiBlockIndex=n, requestedModel=model or self.model)
                usage.update(server_tool_use={'web_search_requests': 0, 'web_fetch_requests': 0}, inference_geo='global', iterations=[], speed='standard')
            self.put(agent, line)
        self.calls.append(self.n_calls)
        self.n_calls += 1
        return self.n_calls - 1

    def result(self, agent, tool_id, text, is_error=False, more=None):
        block = {'tool_use_id': tool_id, 'type': 'tool_result', 'content': text}
        if is_error or self.dialect != 'C':
            block['is_error'] = is_error
        line = {'type': 'user', 'message': {'role': 'user', 'content': [block]},
                'toolUseResult': f'Error: {text}' if is_error else more or {'stdout': text, 'stderr': '', 'interrupted': False}}
        if self.dialect == 'C' and self.prompt_id:
            line['promptId'] = self.prompt_id
        self.put(agent, line)

    def tool_id(self):
        return f'toolu_01{self.rng.getrandbits(96):024x}'

    def call(self, tool, input, result, is_error=False, use=None, agent=None, gap=None, model=None, more=None):
        """A call whose answer asks for one tool, the tool's result, and its hook; the index of the call."""
        agent, tool_id, use, gap = agent or self.main, self.tool_id(), use or self.usage(), gap or self.gap
        n = self.say(agent, [{'type': 'text', 'text': f'Step {self.n_calls}.'}, {'type': 'tool_use', 'id': tool_id, 'name': tool, 'input': input}],
                     use, 'tool_use', model)
        wait = min(2000, gap * 500)
        self.now += round(wait)
        self.result(agent, tool_id, result, is_error, more)
        self.end_step({'hook_event_name': 'PostToolUse', 'tool_name': tool, 'tool_input': input, 'tool_use_id': tool_id,
                       'tool_response': more or {'stdout': result[:2000]},
                       **({'agent_id': agent.uid, 'agent_type': 'general-purpose'} if agent.uid else {})})
        self.now += round(gap * 1000) - round(wait)
        return n

    def read(self, **more):
        """A call that is like no other."""
        return self.call('Read', {'file_path': f'{self.cwd}/src/f{self.n_calls}.c'}, f'1\tint f{self.n_calls};', **more)

    def edit(self, **more):
        """A call that makes progress."""
        path = f'{self.cwd}/src/f{self.n_calls}.c'
        patch = {'filePath': path, 'oldString': f'a{self.n_calls}', 'newString': f'b{self.n_calls}', 'originalFile': f'a{self.n_calls}\n',
                 'structuredPatch': [{'oldStart': 1, 'oldLines': 1, 'newStart': 1, 'newLines': 1, 'lines': [f'-a{self.n_calls}', f'+b{self.n_calls}']}]}
        return self.call('Edit', {'file_path': path, 'old_string': f'a{self.n_calls}', 'new_string': f'b{self.n_calls}', 'replace_all': False},
                         f'The file {path} has been updated successfully.', more=patch, **more)

    def bash(self, command, result, **more):
        return self.call('Bash', {'command': command, 'description': 'run it'}, result, **more)

    def answer(self, text='Done.', use=None, agent=None, gap=10):
        """A call that ends the turn."""
        agent = agent or self.main
        n = self.say(agent, [{'type': 'text', 'text': text}], use or self.usage(), 'end_turn')
        if agent is self.main:
            self.end_step({'hook_event_name': 'Stop', 'stop_hook_active': False, 'last_assistant_message': text})
        self.wait(gap)
        return n

    def spawn(self, parent=None, use=None, agent_use=None, gap=10):
        """The agent that a call of `parent` starts, whose first call is at once; the index of that call, and the agent."""
        parent, tool_id = parent or self.main, self.tool_id()
        uid = f'a{self.rng.getrandbits(64):016x}'
        path = f'{self.folder}/agent-{uid}.jsonl' if self.dialect == 'A' else f'{self.folder}/{self.sid}/subagents/agent-{uid}.jsonl'
        agent = Agent(uid, parent.uid, parent.depth + 1, path)
        self.agents.append(agent)
        self.say(parent, [{'type': 'tool_use', 'id': tool_id, 'name': 'Task' if self.dialect == 'A' else 'Agent',
                           'input': {'description': 'look into it', 'prompt': f'Part {uid}.', 'subagent_type': 'general-purpose'}}],
                 use or self.usage(), 'tool_use')
        if self.dialect != 'A':
            meta = {'agentType': 'general-purpose', 'description': 'look into it', 'toolUseId': tool_id, 'spawnDepth': agent.depth}
            if agent.parent:
                meta['parentAgentId'] = agent.parent
            self.writes.append((path[:-6] + '.meta.json', json.dumps(meta)))
        self.put(agent, {'type': 'user', 'message': {'role': 'user', 'content': f'Part {uid}.'}})
        self.now += 1000
        n = self.answer(f'Part {uid} is done.', agent_use, agent, gap=0)
        self.result(parent, tool_id, 'Async agent launched successfully.',
                    more={'isAsync': True, 'status': 'async_launched', 'agentId': uid, 'description': 'look into it'})
        self.end_step({'hook_event_name': 'PostToolUse', 'tool_name': 'Agent', 'tool_use_id': tool_id, 'tool_input': {'description': 'look into it'},
                       'tool_response': {'isAsync': True, 'agentId': uid},
                       **({'agent_id': parent.uid, 'agent_type': 'general-purpose'} if parent.uid else {})})
        self.wait(gap - 1)
        return n, agent

    def api_error(self, attempt=1):
        self.put(self.main, {'type': 'system', 'subtype': 'api_error', 'level': 'error',
                             'error': {'status': 529, 'message': '529 overloaded', 'formatted': '529 overloaded'},
                             'retryInMs': 600, 'retryAttempt': attempt, 'maxRetries': 10})
        self.wait(1)

    def pull_request(self, number):
        """The client's note that it saw one being made."""
        self.put(self.main, {'type': 'pr-link', 'prNumber': number, 'prRepository': 'acme/widgets',
                             'prUrl': f'https://github.com/acme/widgets/pull/{number}'})

    def compact(self, tokens):
        self.put(self.main, {'type': 'system', 'subtype': 'compact_boundary', 'content': 'Conversation compacted', 'isMeta': False, 'level': 'info',
                             'compactMetadata': {'trigger': 'auto', 'preTokens': tokens, 'postTokens': 2600}})
        self.put(self.main, {'type': 'user', 'message': {'role': 'user', 'content': 'This session is being continued from a previous conversation.'},
                             'isVisibleInTranscriptOnly': True, 'isCompactSummary': True})
        self.wait(1)

    # ---- for the tests
    def payload(self, step, projects):
        return payload('', pathlib.Path(projects) / self.path, self.sid, **{'cwd': self.cwd, 'permission_mode': self.mode, **step.hook})

    def write_step(self, step, projects):
        for path, text in step.writes:
            file = pathlib.Path(projects) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            with open(file, 'a', encoding='utf-8') as f:
                f.write(text)

    def write(self, projects):
        for step in self.steps:
            self.write_step(step, projects)
        return self

    def files(self):
        return dict.fromkeys(path for step in self.steps for path, _ in step.writes if path.endswith('.jsonl'))


# ---- the oracle ------------------------------------------------------------------------------------------------

def percentile(values, p):
    """R-7: linear between the two nearest."""
    values = sorted(values)
    at = Fraction(p, 100) * (len(values) - 1)
    low = int(at)
    return values[low] + (values[min(low + 1, len(values) - 1)] - values[low]) * (at - low)


class Usual:
    """What is usual: costs of closed sessions and of their prompts."""

    def __init__(self, sessions=(), prompts=()):
        self.sessions, self.prompts = list(sessions), list(prompts)


NO_HISTORY = Usual()
# Tools that wait for something: to ask again is their purpose.
POLLS = {'BashOutput', 'TaskOutput', 'AgentOutputTool', 'KillShell'}


class Oracle:
    """Reads a session's lines as they come; levels() are what the rules say of it then. `told` is what a hook would say."""

    def __init__(self, usual=NO_HISTORY, zone=datetime.timezone.utc, window=200_000):
        self.usual, self.zone, self.window = usual, zone, window
        self.calls = {}      # message id: {at, agent, use, model}
        self.tools = collections.defaultdict(dict)  # agent: {tool id: {tool, input, result, error}}
        self.agents = {}     # uid: {first (its first line), depth}
        self.prompts, self.human = [], []
        self.errors, self.compactions = [], []
        self.progress = None
        self.mode = None
        self.last_told = {}

    # ---- lines
    def feed(self, path, text):
        if path.endswith('.meta.json'):
            meta = json.loads(text)
            uid = pathlib.PurePath(path).name[len('agent-'):-len('.meta.json')]
            self.agents.setdefault(uid, {'first': None, 'depth': 1})['depth'] = meta.get('spawnDepth', 1)
            return
        for line in text.splitlines():
            self.feed_line(json.loads(line))

    def feed_line(self, d):
        at, agent = ms_of(d['timestamp']), d.get('agentId')
        if agent:
            known = self.agents.setdefault(agent, {'first': None, 'depth': 1})
            known['first'] = at if known['first'] is None else min(known['first'], at)
        if d['type'] == 'assistant':
            self.assistant(d, at, agent)
        elif d['type'] == 'system' and d['subtype'] == 'api_error':
            self.errors.append((at, d['retryAttempt']))
        elif d['type'] == 'system' and d['subtype'] == 'compact_boundary':
            self.compactions.append(at)
        elif d['type'] == 'user' and isinstance(d['message']['content'], list):
            for block in d['message']['content']:
                self.tool_result(block, d, at, agent)
        elif d['type'] == 'user' and not agent and not d.get('isCompactSummary'):
            self.mode = d.get('permissionMode')
            self.prompts.append(at)
            if not d['message']['content'].startswith('<task-notification'):
                self.human.append(at)

    def assistant(self, d, at, agent):
        m = d['message']
        u = m['usage']
        hour = u['cache_creation']['ephemeral_1h_input_tokens']
        use = {'input': u['input_tokens'], 'output': u['output_tokens'], 'cache_read': u['cache_read_input_tokens'],
               'cache_1h': hour, 'cache_5m': u['cache_creation_input_tokens'] - hour, 'web_searches': 0}
        call = self.calls.setdefault(m['id'], {'at': at, 'agent': agent, 'model': m['model'], 'use': use})
        call['use'] = {k: max(v, use[k]) for k, v in call['use'].items()}
        call['price'] = PRICES.cost(call['model'], call['at'], call['use'])
        for block in m['content']:
            if block['type'] == 'tool_use':
                self.tools[agent][block['id']] = {'tool': block['name'], 'input': json.dumps(block['input'], sort_keys=True), 'raw': block['input']}

    def tool_result(self, block, d, at, agent):
        call = self.tools[agent].get(block.get('tool_use_id'))
        if not call:
            return
        text = block['content']
        call['result'] = text.encode()[:4096]
        call['error'] = text.split('\n')[0] if block.get('is_error') else None
        command = call['raw'].get('command', '')
        is_work = call['tool'] in ('Edit', 'Write', 'MultiEdit', 'NotebookEdit') or command.startswith(('git commit', 'pytest', 'npm test'))
        if is_work and call['error'] is None:
            self.progress = max(at, self.progress or 0)

    # ---- rules
    def cost(self, calls):
        return sum(c['price'] or 0 for c in calls)

    def since(self, ms, calls=None):
        return [c for c in (calls or self.calls.values()) if c['at'] > ms]

    def levels(self):
        """{rule: (level, value, limit)} of all that are reached; value and limit in the rule's own unit."""
        calls = list(self.calls.values())
        if not calls:
            return {}
        now = max(c['at'] for c in calls)
        out = {}

        def reach(rule, value, warn, critical):
            for level, limit in ((CRITICAL, critical), (WARN, warn)):
                if limit is not None and value >= limit:
                    out[rule] = max(out.get(rule, (WARN, 0, 1)), (level, value, limit), key=lambda r: (r[0] == CRITICAL, r[1] / r[2]))
                    return

        window = self.since(now - 600_000)
        if len(window) >= 5:
            reach('R1', self.cost(window) * 6, 20 * USD, 60 * USD)
        self.outliers(reach, calls, now)
        for agent in self.tools:
            self.loops(reach, [t for t in self.tools[agent].values() if 'result' in t])
        n_errors = sum(at > now - 600_000 for at, _ in self.errors)
        reach('E1', n_errors, 5, 15)
        if self.errors and self.errors[-1][0] > now - 600_000:
            reach('E1', self.errors[-1][1], 5, None)
        self.contexts(reach, calls)
        reach('X3', sum(at > now - 1_800_000 for at in self.compactions), 3, 5)
        self.storms(reach, calls, now)
        human = self.human[-1] if self.human else min(c['at'] for c in calls)
        spent = self.since(human - 1)
        reach('U1', self.cost(spent), 10 * USD, 30 * USD)
        reach('U1', now - human, 60 * 60_000, 240 * 60_000)
        if self.mode != 'plan':
            reach('P1', self.cost(self.since(self.progress or 0)), 3 * USD, 10 * USD)
        unpriced = [c for c in calls if c['price'] is None]
        if unpriced:
            tokens = lambda cs: sum(c['use'][k] for c in cs for k in TOKENS)
            share = Fraction(tokens(unpriced), tokens(calls))
            out['Q1'] = (CRITICAL if share > Fraction(5, 100) else WARN, share, Fraction(5, 100))
        return out

    def outliers(self, reach, calls, now):
        usual = self.usual.sessions
        if len(usual) >= 20:
            median, p95 = percentile(usual, 50), percentile(usual, 95)
            more = lambda x: x + 1  # "more than", in whole pico-USD
            reach('R2', self.cost(calls), max(more(10 * median), more(1.5 * p95), 5 * USD), max(min(more(40 * median), more(3 * p95)), 20 * USD))
        if len(self.usual.prompts) >= 50 and self.prompts:
            median = percentile(self.usual.prompts, 50)
            reach('T1', self.cost(self.since(self.prompts[-1] - 1)), max(10 * median + 1, 3 * USD), max(40 * median + 1, 10 * USD))

    def loops(self, reach, tools):
        tools = [t for t in tools if t['tool'] not in POLLS and 'sleep ' not in t['raw'].get('command', '')]
        if not tools:
            return
        key = lambda t: (t['tool'], t['input'])
        most = lambda keys: max(collections.Counter(keys).values())
        reach('L1', most((*key(t), t['result']) for t in tools[-20:]), 5, 10)
        reach('L2', most(key(t) for t in tools[-30:]), 10, 20)
        last = [key(t) for t in tools[-20:]]
        pair = {last[-1], next((k for k in reversed(last) if k != last[-1]), None)}
        if len(last) == 20 and sum(k in pair for k in last) >= 16:
            reach('L3', sum(a != b and {a, b} == pair for a, b in zip(last, last[1:])), 8, 16)
        n, newest = 0, tools[-1]
        for t in reversed(tools):
            if newest['error'] is None or (t['tool'], t['error']) != (newest['tool'], newest['error']):
                break
            n += 1
        reach('L4', n, 5, 10)

    def contexts(self, reach, calls):
        by_agent = collections.defaultdict(list)
        for c in sorted(calls, key=lambda c: c['at']):
            by_agent[c['agent']].append(c['use'])
        size = lambda u: u['input'] + u['cache_read'] + u['cache_5m'] + u['cache_1h']
        window = 1_000_000 if any(size(c['use']) > self.window for c in calls) else self.window
        for uses in by_agent.values():
            reach('X1', Fraction(size(uses[-1]), window), Fraction(70, 100), Fraction(90, 100))
            n = 0
            for u in reversed(uses):
                if size(u) <= 50_000 or 2 * (u['cache_5m'] + u['cache_1h']) < size(u):
                    break
                n += 1
            reach('X2', n, 5, 10)

    def storms(self, reach, calls, now):
        agents = {c['agent'] for c in self.since(now - 300_000) if c['agent']}
        reach('S1', len(agents), 10, 25)
        human = self.human[-1] if self.human else 0
        reach('S1', sum(a['first'] is not None and a['first'] >= human for a in self.agents.values()), 20, 60)
        reach('S2', max((a['depth'] for a in self.agents.values()), default=0), 2, 3)
        spent = self.since(human - 1)
        of_agents, total = self.cost(c for c in spent if c['agent']), self.cost(spent)
        if total:
            for level, share, usd in ((WARN, 70, 5), (CRITICAL, 90, 20)):
                if of_agents * 100 >= total * share and of_agents >= usd * USD:
                    reach('S3', Fraction(of_agents, total), *((Fraction(share, 100), None) if level == WARN else (None, Fraction(share, 100))))

    # ---- what is said: once per level and scope, again after +50 % of the value or on another day
    def tell(self, at_ms):
        """[(rule, level)] that a hook at this time says."""
        day = datetime.datetime.fromtimestamp(at_ms / 1000, self.zone).date()
        said = []
        for rule, (level, value, limit) in self.levels().items():
            last = self.last_told.get(rule)
            share = Fraction(value) / Fraction(limit)
            if last:
                was, was_value, was_day = last
                rank = (WARN, CRITICAL)
                is_new = rank.index(level) > rank.index(was) or day != was_day or (level == was and share * 2 >= was_value * 3)
                if not is_new:
                    continue
            self.last_told[rule] = (level, share, day)
            said.append((rule, level))
        return sorted(said)


def tellings(story, oracle=None):
    """[(step, rule, level)]: what hooks say that all fire and all read everything."""
    oracle, out = oracle or Oracle(), []
    for n, step in enumerate(story.steps):
        for path, text in step.writes:
            oracle.feed(path, text)
        if step.hook:
            out += [(n, *t) for t in oracle.tell(step.at_ms)]
    return out


def first_calls(story, oracle=None):
    """{(rule, level): index of the call after which it is first said}; of a step with several, its last one."""
    out = {}
    for n, rule, level in tellings(story, oracle):
        out.setdefault((rule, level), story.steps[n].calls[-1])
    return out


# ---- stories ---------------------------------------------------------------------------------------------------
# Each takes what Story takes. Calls cost a cent or two where the rule is not about money, files differ where it is
# not about loops, and work is done where it is not about progress.

def retry_same_result(result_bytes=5200, **how):
    """One command again and again, whose output differs only behind 4 KiB; its members come in two orders."""
    s = Story('retry-same-result', **how)
    s.prompt('Make the build pass.')
    for _ in range(7):
        s.read()
    for n in range(1, 23):
        call = {'command': 'make -j4 all', 'description': 'build'}
        if n % 2:
            call = dict(reversed(call.items()))
        i = s.call('Bash', call, 'In file main.c: warning. ' * (result_bytes // 25) + f'pid {n}')
        for rule, level, at in (('L1', WARN, 5), ('L1', CRITICAL, 10), ('L2', WARN, 10), ('L2', CRITICAL, 20)):
            if n == at:
                s.plant(rule, level, i)
    return s


def retry_any_result(**how):
    """One command again and again, with another result each time."""
    s = Story('retry-any-result', **how)
    s.prompt('Wait for nothing.')
    for n in range(1, 25):
        if n % 4 == 0:
            s.read()
        i = s.bash('./flaky.sh', f'{n} of 100 failed')
        if n in (10, 20):
            s.plant('L2', {10: WARN, 20: CRITICAL}[n], i)
    return s


def ping_pong(**how):
    """Two calls in turn; what they print differs each time."""
    s = Story('ping-pong', **how)
    s.prompt('Choose one.')
    for _ in range(20):
        s.read()
    for n in range(1, 33):
        i = s.bash('./use_a.sh' if n % 2 else './use_b.sh', f'state {n}')
        # 16 of the last 20 calls are needed; the call after that is the sixteenth change
        if n in (16, 17):
            s.plant('L3', {16: WARN, 17: CRITICAL}[n], i)
        if n == 19:
            s.plant('L2', WARN, i)
        if n == 20:
            s.loose['L3', CRITICAL] = i
    return s


def failing_tool(**how):
    """One tool fails in a row with the same first line. Before that it did four times, then went well."""
    s = Story('failing-tool', **how)
    s.prompt('Fetch the pages.')

    def fetch(n, is_error):
        return s.call('WebFetch', {'url': f'https://example.org/{s.n_calls}', 'prompt': 'read'},
                      f'Request failed with status code 403\nat {n}' if is_error else f'Page {n}.', is_error=is_error)

    for n in range(4):
        fetch(n, True)
    fetch(4, False)
    for n in range(1, 13):
        i = fetch(n, True)
        if n in (5, 10):
            s.plant('L4', {5: WARN, 10: CRITICAL}[n], i)
    return s


def agent_storm(**how):
    """An agent every ten seconds: ten, then 25 at work within five minutes."""
    s = Story('agent-storm', **how)
    s.prompt('Ask everybody.')
    s.read()
    for n in range(1, 28):
        i, _ = s.spawn()
        if n in (10, 25):
            s.plant('S1', {10: WARN, 25: CRITICAL}[n], i)
    return s


def agent_crowd(**how):
    """Never more than eight agents at work, but 20, then 60 since the last word of the user."""
    s = Story('agent-crowd', **how)
    s.prompt('Ask one after another.')
    for _ in range(3):
        s.spawn(gap=40)
    s.prompt('Now everybody.')  # these three do not count
    for n in range(1, 63):
        i, _ = s.spawn(gap=40)
        if n % 9 == 0:
            s.prompt('An agent is done.', human=False)
        if n in (20, 60):
            s.plant('S1', {20: WARN, 60: CRITICAL}[n], i)
    return s


def context_growth(**how):
    """The context grows by 8,000 tokens a call."""
    s = Story('context-growth', **how)
    s.prompt('Read all of it.')
    for n in range(21):
        context = 30_000 + 8000 * n
        i = s.read(use=s.usage(context=context, write=8000))
        if context in (142_000, 182_000):  # of 200,000: the first above 70 %, above 90 %
            s.plant('X1', {142_000: WARN, 182_000: CRITICAL}[context], i)
    return s


def long_window(**how):
    """A context of more than 200,000 tokens is one of a million: nothing is wrong."""
    s = Story('long-window', **how)
    s.prompt('Read all of it.')
    for n in range(12):
        s.read(use=s.usage(context=100_000 if n < 6 else 230_000, write=500))
    return s


def cache_storm(**how):
    """A large prompt that is written anew at each call."""
    s = Story('cache-storm', model='claude-sonnet-5-5', **how)
    s.prompt('Look at the time before each step.')
    for n in range(5):
        s.read(use=s.usage(context=20_000, write=2000))
    for n in range(1, 13):
        i = s.read(use=s.usage(context=70_000, write=55_000), gap=60)
        if n in (5, 10):
            s.plant('X2', {5: WARN, 10: CRITICAL}[n], i)
    return s


def night(**how):
    """Nobody there: tasks that end wake it up again, for more than four hours."""
    s = Story('night', **how)
    s.prompt('Finish everything, I am off.')
    for n in range(33):  # every eight minutes
        i = s.edit(gap=480)
        if n % 3 == 2:
            s.prompt('A task has ended.', human=False)
        if n in (8, 30):  # 64 minutes, 240 minutes, less the prompt's own
            s.plant('U1', {8: WARN, 30: CRITICAL}[n], i)
    return s


def costly_night(**how):
    """Nobody there, work is done, at twelve dollars an hour."""
    s = Story('costly-night', **how)
    s.prompt('Finish everything, I am off.')
    for n in range(1, 40):
        i = s.edit(use=s.usage(usd=0.8), gap=240)
        if n in (13, 38):  # $10.40, $30.40
            s.plant('U1', {13: WARN, 38: CRITICAL}[n], i)
    return s


def error_storm(**how):
    """An API error before each call, every half minute."""
    s = Story('error-storm', **how)
    s.prompt('Try.')
    for n in range(1, 18):
        s.api_error()
        i = s.read(gap=29)
        if n in (5, 15):
            s.plant('E1', {5: WARN, 15: CRITICAL}[n], i)
    return s


def retries(**how):
    """Four attempts are nothing; the fifth retry of one request is."""
    s = Story('retries', **how)
    s.prompt('Try.')
    s.read()
    for attempt in (1, 2):
        s.api_error(attempt)
    s.read()
    s.wait(700)
    for attempt in (3, 4, 5):
        s.api_error(attempt)
    s.plant('E1', WARN, s.read())
    s.read()
    return s


def compaction_loop(**how):
    """Compacted again and again: the third within half an hour, the fifth. One an hour before is none of them."""
    s = Story('compaction-loop', **how)
    s.prompt('Read on.')
    s.read()
    s.compact(150_000)
    s.read()
    s.wait(2400)
    s.prompt('And on.')
    for n in range(1, 7):
        s.compact(150_000)
        i = s.read(gap=150)
        if n in (3, 5):
            s.plant('X3', {3: WARN, 5: CRITICAL}[n], i)
    return s


def burn(**how):
    """12, 30, then 84 dollars an hour; the user is there, work is done."""
    s = Story('burn', **how)
    costs = [0.10] * 20 + [0.25] * 25 + [0.70] * 25
    total = lambda n: sum(costs[max(0, n - 19):n + 1])  # 20 calls 31 s apart: ten minutes
    for n, cost in enumerate(costs):
        if n % 10 == 0:
            s.prompt('Next.')
        i = s.edit(use=s.usage(usd=cost), gap=31)
        for level, limit in ((WARN, 20), (CRITICAL, 60)):
            if n and total(n) * 6 >= limit > total(n - 1) * 6:
                s.plant('R1', level, i)
    return s


def no_progress(cost=0.41, n_calls=27, **how):
    """Reading and thinking, 41 cents a call; the user asks for more, but nothing is changed or tested any longer."""
    s = Story('no-progress', **how)
    s.prompt('Look at it.')
    s.edit(use=s.usage(usd=2), gap=600)
    s.bash('pytest -q', '12 passed', use=s.usage(usd=2), gap=180)
    for n in range(1, n_calls):
        if n % 8 == 0:
            s.prompt('And now?')
        i = s.read(use=s.usage(usd=cost), gap=180)
        for level, usd in ((WARN, 3), (CRITICAL, 10)):
            if n * cost >= usd > (n - 1) * cost:
                s.plant('P1', level, i)
    return s


def plan(**how):
    """The same in plan mode: that is what it is for."""
    s = Story('plan', mode='plan', **how)
    for n in range(27):
        if n % 8 == 0:
            s.prompt('And now?')
        s.read(use=s.usage(usd=0.41), gap=180)
    return s


def depth(**how):
    """Agents that start agents that start agents."""
    s = Story('depth', **how)
    s.prompt('Delegate.')
    _, first = s.spawn()
    s.read(agent=first)
    i, second = s.spawn(parent=first)
    s.plant('S2', WARN, i)
    s.read(agent=second)
    i, third = s.spawn(parent=second)
    s.plant('S2', CRITICAL, i)
    s.read(agent=third)
    return s


def share(**how):
    """An agent does all the work of a prompt, 60 cents a call."""
    s = Story('share', **how)
    s.prompt('Delegate.')
    _, agent = s.spawn(agent_use=s.usage(usd=0.6), gap=180)
    for n in range(2, 37):
        i = s.edit(agent=agent, use=s.usage(usd=0.6), gap=180)
        if n in (9, 34):  # $5.40, $20.40
            s.plant('S3', {9: WARN, 34: CRITICAL}[n], i)
        if n == 17:  # $10.20, and the main loop's cent
            s.plant('U1', WARN, i)
    return s


def unpriced(**how):
    """A model without a price answers now and then, then all the time."""
    s = Story('unpriced', **how)
    s.prompt('Ask the other one.')
    for _ in range(30):
        s.read()
    s.plant('Q1', WARN, s.read(model='claude-unknown-9'))
    i = s.read(model='claude-unknown-9')
    while True:
        n_unpriced, n = i - 29, i + 1
        if n_unpriced > n * 0.05:
            s.plant('Q1', CRITICAL, i)
            break
        i = s.read(model='claude-unknown-9')
    s.read()
    return s


def outlier(usual, name='outlier', cost=1.1, n_calls=None, **how):
    """A session that costs more than others; the user is there, work is done, a prompt is not dear."""
    s = Story(name, **how)
    median, p95 = percentile(usual.sessions, 50), percentile(usual.sessions, 95)
    limits = {WARN: max(10 * median, 1.5 * p95, 5 * USD), CRITICAL: max(min(40 * median, 3 * p95), 20 * USD)}
    n_calls = n_calls or int(limits[CRITICAL] / USD / Fraction(str(cost))) + 3
    for n in range(1, n_calls + 1):
        if n % 3 == 1:
            s.prompt('Next.')
        i = s.edit(use=s.usage(usd=cost), gap=240)
        for level, limit in limits.items():
            if n * Fraction(str(cost)) * USD > limit >= (n - 1) * Fraction(str(cost)) * USD:
                s.plant('R2', level, i)
    return s


def long_prompt(usual, **how):
    """One prompt that costs what ten, then forty others do."""
    s = Story('long-prompt', **how)
    median = percentile(usual.prompts, 50)
    limits = {WARN: max(10 * median, 3 * USD), CRITICAL: max(40 * median, 10 * USD)}
    s.prompt('Something small.')
    s.edit(use=s.usage(usd=0.83), gap=240)
    s.prompt('Everything.')
    n = 0
    while n * Fraction(83, 100) * USD <= limits[CRITICAL]:
        n += 1
        i = s.edit(use=s.usage(usd=0.83), gap=240)
        for level, limit in limits.items():
            if n * Fraction(83, 100) * USD > limit >= (n - 1) * Fraction(83, 100) * USD:
                s.plant('T1', level, i)
    s.edit(use=s.usage(usd=0.83), gap=240)
    s.also = ('U1', 'R2')
    return s


def ordinary(**how):
    """A day's work that nobody need hear of: edits, tests that fail twice, polling, lists that are kept."""
    s = Story('ordinary', **how)
    s.prompt('Add the option.')
    for n in range(8):
        s.read()
        s.edit()
        s.call('TodoWrite', {'todos': [{'content': f'part {i}', 'status': 'completed' if i <= n else 'pending', 'activeForm': 'adding'} for i in range(8)]},
               'Todos have been modified successfully. Ensure that you continue to use the todo list to track your progress.')
    s.prompt('Test it.')
    for n in range(4):
        for failed in (True, True, False):
            s.read()
            s.edit()
            s.read()
            s.bash('pytest -q', 'FAILED test_option.py\n1 failed' if failed else f'{n + 7} passed in 0.{n}s', is_error=failed)
    s.bash('./ci.sh', 'Command running in background with ID: b1')
    for n in range(12):
        s.call('BashOutput', {'bash_id': 'b1'}, '<status>running</status>')
    for n in range(12):
        s.call('TaskOutput', {'task_id': 'b1', 'block': False}, '<status>running</status>')
    for n in range(12):
        s.bash('sleep 30; cat ci.status', 'pending', gap=40)
    s.edit()
    s.answer()
    return s


PLAIN = (retry_same_result, retry_any_result, ping_pong, failing_tool, agent_storm, agent_crowd, context_growth, cache_storm, night,
         costly_night, error_storm, retries, compaction_loop, burn, no_progress, depth, share, unpriced)
QUIET = (ordinary, plan, long_window)


def history(n=40, days=30, end='2026-11-14T18:00:00Z', dear=4):
    """Closed sessions, all alike but for a few dear ones: two prompts each, and what they and their prompts cost."""
    stories, rng = [], random.Random(n)
    for i in range(n):
        at = ms_of(end) - (i + 1) * days * 86_400_000 // (n + 1)
        s = Story('history', seed=i, start=iso_of(at - at % 1000))
        usd = 10 if i % (n // dear) == 1 else rng.randint(40, 60) / 100
        for _ in range(2):
            s.prompt()
            for _ in range(4):
                s.edit(use=s.usage(usd=usd / 5), gap=240)
            s.answer(use=s.usage(usd=usd / 5), gap=240)
        stories.append(s)
    return stories


def usual_of(stories):
    """What these sessions cost, and each of their prompts."""
    usual = Usual()
    for s in stories:
        oracle = Oracle()
        for step in s.steps:
            for path, text in step.writes:
                oracle.feed(path, text)
        usual.sessions.append(oracle.cost(oracle.calls.values()))
        ends = oracle.prompts[1:] + [1 << 62]
        usual.prompts += [oracle.cost(c for c in oracle.calls.values() if a <= c['at'] < b) for a, b in zip(oracle.prompts, ends)]
    return usual
