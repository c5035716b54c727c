# SPDX-License-Identifier: MIT
"""What each prompt cost: every turn is counted to the prompt that a human typed for it, and what a prompt says is read
from the transcript, if it still stands there."""
import collections
import json
import os
import subprocess
import unittest

from harness import CCL, ROOT, LedgerCase, turn_line

FIELDS = ('turns', 'input', 'output', 'cache_write_5m', 'cache_write_1h', 'cache_read', 'web_searches', 'unpriced')


def at(second):
    return f'2026-11-20T00:{second // 60:02}:{second % 60:02}.000Z'


def user(session, second, content, uuid=None, **more):
    """A line of a user; what is None is left out."""
    line = {'parentUuid': None, 'isSidechain': False, 'cwd': '/nowhere', 'sessionId': session, 'version': '2.1.330',
            'gitBranch': 'main', 'type': 'user', 'message': {'role': 'user', 'content': content},
            'uuid': uuid or f'{session}-u{second}', 'timestamp': at(second), **more}
    return json.dumps({k: v for k, v in line.items() if v is not None}) + '\n'


def queued(session, second, prompt, **more):
    line = json.loads(user(session, second, '', **more))
    del line['message']
    line.update(type='attachment', attachment={'type': 'queued_command', 'commandMode': 'prompt', 'prompt': prompt})
    return json.dumps(line) + '\n'


def call(session, second, tools, **more):
    """A turn that calls tools, and the line of their results: {name: bytes}."""
    line = json.loads(turn_line(session, second, **more))
    line['message']['content'] = [{'type': 'tool_use', 'id': f'toolu_{session}_{second}_{i}', 'name': n, 'input': {}}
                                  for i, (n, _) in enumerate(tools)]
    results = [{'type': 'tool_result', 'tool_use_id': f'toolu_{session}_{second}_{i}', 'content': 'x' * b}
               for i, (_, b) in enumerate(tools) if b is not None]
    return json.dumps(line) + '\n' + user(session, second, results, uuid=f'{session}-r{second}', **more)


class Prompts(LedgerCase):
    def setUp(self):
        super().setUp()
        self.folder = self.home / '.claude/projects/-nowhere'
        self.folder.mkdir(parents=True)

    def write(self, session, *lines):
        path = self.folder / f'{session}.jsonl'
        with open(path, 'a') as f:
            f.writelines(lines)
        return path

    def check_sums(self, *args):
        """The report against turns that Python counts to prompts by the rule; and each prompt's own report."""
        ledger = self.read()
        prompts = {p['id']: p for p in ledger.all('SELECT p.*, s.uid AS session FROM prompt AS p '
                                                  'JOIN session AS s ON s.id = p.session_id WHERE is_prompt = 1')}
        stated = {r['id']: r['prompt_id'] for r in ledger.all('SELECT id, prompt_id FROM turn')}
        calls, want = collections.defaultdict(list), collections.defaultdict(collections.Counter)
        largest = collections.defaultdict(lambda: None)
        agents = collections.defaultdict(set)
        for c in ledger.all('SELECT turn_id, result_bytes FROM tool_call WHERE turn_id IS NOT NULL'):
            calls[c['turn_id']].append(c['result_bytes'])
        for t in ledger.turns:
            before = [p for p in prompts.values() if p['session'] == t['session'] and p['at_ms'] is not None
                      and p['at_ms'] <= t['at_ms']]
            last = max(before, key=lambda p: (p['at_ms'], p['id']), default=None)
            p = prompts.get(stated[t['id']]) or last
            uid = p and p['uid']
            sums = want[uid]
            sums.update(turns=1, input=t['input'], output=t['output'], cache_write_5m=t['cache_5m'],
                        cache_write_1h=t['cache_1h'], cache_read=t['cache_read'], web_searches=t['web_searches'],
                        unpriced=t['cost'] is None, calls=len(calls[t['id']]), cost=t['cost'] or 0)
            if t['agent']:
                agents[uid].add((t['session'], t['agent']))
            seen = [b for b in calls[t['id']] + [largest[uid]] if b is not None]
            largest[uid] = max(seen, default=None)
        rows = self.report('prompts')
        self.assertEqual(len({r['prompt'] for r in rows}), len(rows))
        have = {r['prompt']: r for r in rows}
        self.assertEqual(set(have), set(want))
        for uid, row in have.items():
            self.assertEqual({k: row[k] for k in FIELDS + ('calls',)}, {k: want[uid][k] for k in FIELDS + ('calls',)}, uid)
            self.assertEqual((row['cost'] or 0) * 10**12, want[uid]['cost'], uid)
            self.assertEqual(row['largest_result'], largest[uid], uid)
            self.assertEqual(row['agents'], len(agents[uid]), uid)
            if uid:
                self.assertEqual(row['session'], next(p['session'] for p in prompts.values() if p['uid'] == uid))
                one = self.report('prompt', uid)
                self.assertEqual(len(one), row['turns'])
                self.assertEqual([sum(r[k] or 0 for r in one) for k in FIELDS + ('cost',)],
                                 [row[k] or 0 for k in FIELDS + ('cost',)], uid)
            else:
                self.assertEqual((row['at'], row['session'], row['text'], row['repeats']), (None,) * 4)
                self.assertIs(row, rows[-1])
        return have

    def texts(self, *args):
        return {r['prompt']: r['text'] for r in self.report('prompts', *args)}


class WhoseTurn(Prompts):
    def test_recorded_sessions(self):
        n = said = 0
        for run in sorted((ROOT / 'tests/recorded').glob('*/projects')):
            with self.subTest(run.parent.name):
                self.ledger = self.dir / run.parent.name / 'ledger.db'
                self.sync(run)
                have = self.check_sums()
                n += len(have)
                said += sum(r['text'] is not None for r in have.values())
                self.assertNotIn(None, [r['text'] for uid, r in have.items() if uid])
        self.assertGreater(n, 80)
        self.assertGreater(said, 70)

    def test_every_kind_of_line(self):
        s = 'aaaa0000-0000-4000-8000-000000000001'
        self.write(s,
                   turn_line(s, 1),  # before any prompt
                   user(s, 2, 'first', uuid='one'), call(s, 3, [('Read', 10), ('Bash', 700), ('Bash', None)]),
                   user(s, 4, '<task-notification><task-id>x</task-id></task-notification>', promptId='note', promptSource='system'),
                   turn_line(s, 5, promptId='note'),
                   user(s, 6, '<command-name>/clear</command-name>', uuid='cmd'), turn_line(s, 7),
                   user(s, 8, 'a skill says', isMeta=True, uuid='meta'), turn_line(s, 9),
                   user(s, 10, 'second', uuid='two', promptId='two-id', promptSource='sdk'), turn_line(s, 11, promptId='two-id'),
                   queued(s, 12, 'while you work', uuid='three'), turn_line(s, 13, message={**json.loads(turn_line(s, 13))['message'], 'model': 'claude-next-9'}),
                   user(s, 14, 'nobody answers', uuid='four'),
                   user(s, 16, 'at once', uuid='five'), turn_line(s, 16), user(s, 17, 'and again', uuid='six'))
        agents = self.folder / s / 'subagents'
        agents.mkdir(parents=True)
        (agents / 'agent-a1.jsonl').write_text(  # one with the prompt's id, one of an older client without
            user(s, 11, 'look', uuid='x', promptId='two-id', isSidechain=True, agentId='a1') +
            turn_line(s, 21, promptId='two-id', isSidechain=True, agentId='a1'))
        (agents / 'agent-a2.jsonl').write_text(
            user(s, 3, 'look', uuid='y', isSidechain=True, agentId='a2') + turn_line(s, 4, isSidechain=True, agentId='a2') +
            turn_line(s, 16, isSidechain=True, agentId='a2', message={**json.loads(turn_line(s, 16))['message'], 'id': 'msg_a2'}))
        self.sync()
        have = self.check_sums()
        self.assertEqual({k: (v['turns'], v['text'], v['agents']) for k, v in have.items()}, {
            None: (1, None, 0), 'one': (5, 'first', 1), 'two-id': (2, 'second', 1), 'three': (1, 'while you work', 0),
            'five': (2, 'at once', 1)})
        self.assertEqual((have['one']['calls'], have['one']['largest_result'], have['one']['largest_tool']), (3, 700, 'Bash'))
        self.assertEqual((have['three']['cost'], have['three']['unpriced']), (None, 1))
        rows = self.report('prompt', 'one')
        self.assertEqual([(r['at'], r['agent'], r['tools'], r['results'], r['result_bytes']) for r in rows], [
            (at(3), 'main', 'Read,Bash,Bash', '10,700,-', 710), (at(4), 'a2', None, None, None),
            (at(5), 'main', None, None, None), (at(7), 'main', None, None, None), (at(9), 'main', None, None, None)])
        self.assertEqual([r['prompt'] for r in self.report('prompts', '--since', '2026-11-20T00:00:10Z')], ['five', 'two-id', 'three'])

    def test_a_fork_has_no_prompt_of_its_parent(self):
        a, b = 'aaaa0000-0000-4000-8000-000000000001', 'bbbb0000-0000-4000-8000-000000000002'
        self.write(a, user(a, 2, 'first', uuid='u1', promptId='p1'), turn_line(a, 3, promptId='p1'), turn_line(a, 4, promptId='p1'))
        copy = json.loads(turn_line(a, 3, promptId='p1'))
        copy['sessionId'] = b
        self.write(b, user(b, 2, 'first', uuid='u1', promptId='p1'), json.dumps(copy) + '\n',
                   turn_line(b, 6, promptId='p1'), user(b, 7, 'mine', uuid='u2', promptId='p2'), turn_line(b, 8, promptId='p2'))
        # a fork that holds the prompt, but no answer to it that its parent has, too
        c = 'cccc0000-0000-4000-8000-000000000003'
        self.write(c, user(c, 2, 'first', uuid='u1', promptId='p1'), turn_line(c, 9, promptId='p1'))
        self.sync()
        have = self.check_sums()
        self.assertEqual({k: (v['turns'], v['session'][:4]) for k, v in have.items()}, {'p1': (4, 'aaaa'), 'p2': (1, 'bbbb')})

    def test_a_fork_as_recorded(self):
        """Client 2.1.330 gives the fork's prompt's id to all that it copies: four prompts with one id."""
        for order in (('f17d6bd3', 'd1289dbb', '11111111'), ('11111111', 'd1289dbb', 'f17d6bd3')):
            with self.subTest(order[0]):
                self.ledger = self.dir / order[0] / 'ledger.db'
                for session in order:
                    folder = self.dir / order[0] / session
                    folder.mkdir(parents=True)
                    source, = (ROOT / 'tests/recorded/turns/projects').rglob(f'{session}*.jsonl')
                    (folder / source.name).write_bytes(source.read_bytes())
                    self.sync(folder)
                have = self.check_sums()
                self.assertEqual(sorted((r['session'][:4], r['text'].split(' [[')[0], r['turns'], r['repeats']) for r in have.values()), [
                    ('1111', 'Fifth, own id.', 1, 0), ('d128', 'Fourth, forked.', 1, 0), ('f17d', 'First.', 1, 0), ('f17d', 'Second.', 2, 0),
                    ('f17d', 'Third.', 1, 0)])

    def test_prefix(self):
        s = 'aaaa0000-0000-4000-8000-000000000001'
        self.write(s, *[user(s, n, 'same words' if n < 6 else 'others', uuid=f'ab{n}') + turn_line(s, n + 1) for n in (2, 4, 6)])
        self.sync()
        self.assertEqual([len(self.report('prompt', 'ab2')), len(self.report('prompt', 'ab4'))], [1, 1])
        self.assertEqual(sorted((r['prompt'], r['repeats']) for r in self.report('prompts')), [('ab2', 1), ('ab4', 1), ('ab6', 0)])
        for word, status, said in (('ab', 64, 'several prompts begin with ab: ab2, ab4, ab6'), ('zz', 66, 'no prompt begins with zz: '), ('', 66, 'no prompt begins')):
            run = subprocess.run([CCL, 'prompt', word], env=self.env(), capture_output=True, text=True)
            self.assertEqual(run.returncode, status, run.stderr)
            self.assertIn(said, run.stderr)


class Text(Prompts):
    S = 'aaaa0000-0000-4000-8000-000000000001'

    def one(self, *contents, more=()):
        """A transcript with a prompt of each content, all answered."""
        path = self.write(self.S, *[user(self.S, 2 * n, c, uuid=f'p{n}') + turn_line(self.S, 2 * n + 1) for n, c in enumerate(contents, 1)], *more)
        self.sync()
        return path

    def test_what_it_says(self):
        image = {'type': 'image', 'source': {'type': 'base64', 'data': 'A' * 3000000}}
        said = ['plain', 'two\nlines\tand "quotes" \\ é 支払い \U0001f600', '\x1b[31mred\x07\u202e\x00', [{'type': 'text', 'text': 'in a block'}],
                [image, {'type': 'text', 'text': 'what is this?'}], 'long ' * 20000, [{'type': 'text', 'text': ''}], '=1+1', '\ud83d alone']
        self.one(*said)
        have = self.texts()
        want = ['plain', said[1], '\x1b[31mred\x07\u202e\ufffd', 'in a block', 'what is this?', ('long ' * 20000)[:65536], '', '=1+1', '\ufffd alone']
        self.assertEqual([have.get(f'p{n}') for n in range(1, len(want) + 1)], want)
        run = subprocess.run([CCL, 'prompts', '-o', 'text,prompt', '--sort', 'prompt'], env=self.env(), capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertNotRegex(run.stdout, '[\x00-\x09\x0b-\x1f\x7f\u202e]')
        self.assertIn('two lines and "quotes" \\ é 支払い \U0001f600', run.stdout)
        self.assertIn('␛[31mred', run.stdout)
        self.assertLess(max(map(len, run.stdout.splitlines())), 220)
        csv = subprocess.run([CCL, 'prompts', '-o', 'text', '--csv'], env=self.env(), capture_output=True, text=True).stdout
        self.assertNotIn('\x1b', csv)
        self.assertIn("'=1+1\n", csv)

    def test_text_that_no_longer_stands_there(self):
        path = self.one('first', 'second', 'third')
        whole = path.read_bytes()
        lines = whole.splitlines(True)
        self.assertEqual(self.texts(), {'p1': 'first', 'p2': 'second', 'p3': 'third'})

        def after(content):
            path.write_bytes(content)
            return self.texts()

        gone = {'p1': None, 'p2': None, 'p3': None}
        at_second = len(lines[0] + lines[1])
        self.assertEqual(after(b''), gone)
        self.assertEqual(after(whole[:at_second]), {**gone, 'p1': 'first'})
        self.assertEqual(after(whole[:at_second + 10]), {**gone, 'p1': 'first'})  # cut within the second
        self.assertEqual(after(whole[:len(whole) - len(lines[5]) - 1]), {'p1': 'first', 'p2': 'second', 'p3': None})  # no newline
        self.assertEqual(after(b'x' * len(whole)), gone)
        self.assertEqual(after(b'\n' * len(whole)), gone)
        self.assertEqual(after(whole[1:]), gone)
        self.assertEqual(after(whole.replace(b'"p2"', b'"q2"')), {'p1': 'first', 'p2': None, 'p3': 'third'})
        # another prompt's words at the same place
        self.assertEqual(after(whole.replace(b'second', b'SECOND')), {'p1': 'first', 'p2': 'SECOND', 'p3': 'third'})
        self.assertEqual(after(lines[2] + lines[1] + lines[0] + b''.join(lines[3:])), {**gone, 'p3': 'third'})
        path.unlink()
        self.assertEqual(self.texts(), gone)
        path.mkdir()
        self.assertEqual(self.texts(), gone)
        path.rmdir()
        os.mkfifo(path)  # must not wait
        self.assertEqual(self.texts(), gone)
        path.unlink()
        path.symlink_to('/dev/zero')
        self.assertEqual(self.texts(), gone)

    def test_only_what_is_shown_is_read(self):
        """By --limit and -o; but all of it where the order goes by it."""
        path = self.one('c', 'a', 'b')
        trace = self.dir / 'trace'

        def opened(*args):
            run = subprocess.run(['strace', '-f', '-e', 'trace=open,openat', '-o', trace, CCL, 'prompts', *args, '--json'],
                                 env=self.env(ASAN_OPTIONS='detect_leaks=0'), capture_output=True)  # it cannot be traced, too
            self.assertEqual(run.returncode, 0, run.stderr)
            return trace.read_text().count(str(path)), [r.get('text') for r in json.loads(run.stdout)['rows']]

        try:
            subprocess.run(['strace', '-o', '/dev/null', 'true'], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest('no strace here')
        self.assertEqual(opened()[0], 3)
        self.assertEqual(opened('--limit', '1')[0], 1)
        self.assertEqual(opened('-o', 'at,cost'), (0, [None] * 3))
        self.assertEqual(opened('--sort', 'text', '--limit', '2'), (3, ['a', 'b']))

    def test_damaged_line(self):
        """Two records that a kill has glued together."""
        a, b = user(self.S, 2, 'first', uuid='p1'), user(self.S, 3, 'second', uuid='p2')
        self.write(self.S, '{"type":"user","uu' + a[:-1] + b, turn_line(self.S, 4))
        self.sync()
        self.assertIn(self.texts(), ({'p2': 'second'}, {'p1': 'first'}))


if __name__ == '__main__':
    unittest.main()
