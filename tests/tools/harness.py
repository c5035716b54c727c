# SPDX-License-Identifier: MIT
"""What the tests share: running the programs, reading a ledger, and prices.tsv in exact arithmetic.

Nothing here uses the project's own SQL views: the figures that a test expects are computed from the
ledger's rows in Python, with integers and Fractions.
"""
import collections
import contextlib
import datetime
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
import unittest
from fractions import Fraction
from zoneinfo import ZoneInfo

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOOK = os.environ.get('CCL_HOOK', str(ROOT / 'build-test/hook/ccl-hook'))
CCL = os.environ.get('CCL', str(ROOT / 'build-test/query/ccl'))
ZONES = ('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata')
TOKENS = ('input', 'output', 'cache_5m', 'cache_1h', 'cache_read')
# Of cases that are many of one kind every so many-th is run: CCL_TEST_SHARE=1, the default, is all. Sanitizers are
# after the code, not after the sums, and some of the cases reach as much of it.
SHARE = int(os.environ.get('CCL_TEST_SHARE', 1))
# A hook that could not finish leaves a child that waits up to 30 s for the lock.
GRACE_S = 35


def environ(ledger, home, **more):
    keep = ('PATH', 'LD_LIBRARY_PATH', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'TMPDIR')
    env = {k: os.environ[k] for k in keep if k in os.environ}
    env.update(HOME=str(home), LANG='C.UTF-8', TZ='UTC', CCL_LEDGER=str(ledger), NO_COLOR='1')
    env.update({k: str(v) for k, v in more.items()})
    return env


def payload(event, transcript, session=None, **more):
    transcript = str(transcript)
    session = session or pathlib.Path(transcript).stem
    return {'session_id': session, 'transcript_path': transcript, 'cwd': '/nowhere', 'hook_event_name': event, **more}


def read_lines(path):
    """The JSON of each line of a file; nothing, if there is no file."""
    if not os.path.exists(path):
        return []
    with open(path, encoding='utf-8') as f:
        return [json.loads(line) for line in f]


def until(check, seconds=GRACE_S):
    """Waits for check() to be true; the answer is its last value."""
    end = time.monotonic() + seconds
    while True:
        value = check()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.01)


def check_said(case, out):
    """What a hook may print: nothing, or one object in which the guard says what it found."""
    if not out:
        return
    said = json.loads(out)
    case.assertLessEqual(set(said), {'systemMessage', 'terminalSequence'}, out)
    for line in said['systemMessage'].split('\n'):
        case.assertRegex(line, r'^ccl(, critical)?: .* \[[A-Z][0-9]\]\. |^ccl: and \d+ more: ')


class LedgerCase(unittest.TestCase):
    """A test with a folder, a home and a ledger of its own."""
    maxDiff = None

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix='ccl-test-'))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.home = self.dir / 'home'
        self.home.mkdir()
        self.ledger = self.dir / 'ledger' / 'ledger.db'

    def env(self, **more):
        return environ(self.ledger, self.home, **more)

    def sync(self, *folders):
        run = subprocess.run([HOOK, '--sync', *map(str, folders)], env=self.env(), stdin=subprocess.DEVNULL,
                             capture_output=True, timeout=600)
        self.assertEqual(run.returncode, 0, run.stderr.decode(errors='replace'))
        return run

    def start_sync(self, *folders):
        """A sync that runs beside the test; end_sync() waits for it."""
        sync = subprocess.Popen([HOOK, '--sync', *map(str, folders)], env=self.env(), stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(sync.wait)
        self.addCleanup(sync.kill)
        return sync

    def end_sync(self, sync):
        self.assertEqual(sync.wait(timeout=60), 0)

    def start_hook(self, data, **more):
        """A hook that was given its payload; for a test that runs several at once."""
        hook = subprocess.Popen([HOOK], env=self.env(**more), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)
        hook.stdin.write(data if isinstance(data, bytes) else json.dumps(data).encode())
        hook.stdin.close()
        hook.stdin = None
        return hook

    def end_hook(self, hook):
        out, err = hook.communicate(timeout=60)
        self.assertEqual((hook.returncode, err), (0, b''))
        check_said(self, out)

    def hook(self, data, **more):
        """One hook run: it must exit 0 and print nothing but what the guard says, whatever it was given."""
        data = data if isinstance(data, bytes) else json.dumps(data).encode()
        run = subprocess.run([HOOK], env=self.env(**more), input=data, capture_output=True, timeout=60)
        self.assertEqual((run.returncode, run.stderr), (0, b''))
        check_said(self, run.stdout)

    def report(self, *args, **more):
        run = subprocess.run([CCL, *map(str, args), '--json'], env=self.env(**more), stdin=subprocess.DEVNULL,
                             capture_output=True, timeout=60)
        self.assertEqual(run.returncode, 0, run.stderr.decode(errors='replace'))
        # a number of money keeps all its digits
        return json.loads(run.stdout, parse_float=Fraction)['rows']

    def read(self):
        return Ledger(self.ledger)

    def n_turns(self):
        try:
            with open_ledger(self.ledger) as db:
                return db.execute('SELECT count(*) FROM turn').fetchone()[0]
        except sqlite3.OperationalError:  # no file yet, or its tables are being made
            return 0


class Prices:
    """prices.tsv: pico-USD per token."""
    NUMBERS = ('input', 'output', 'cache_5m', 'cache_1h', 'cache_read')

    def __init__(self, path=ROOT / 'schema/prices.tsv'):
        lines = [l.split('\t') for l in path.read_text().splitlines() if not l.startswith('#')]
        self.rows = [dict(zip(lines[0], l)) for l in lines[1:]]

    def row(self, model, at_ms, prompt_tok):
        model = re.sub(r'-20\d{6}$', '', model.replace('[1m]', ''))
        day = datetime.datetime.fromtimestamp(at_ms / 1000, datetime.timezone.utc).strftime('%Y-%m-%d')
        fits = [r for r in self.rows if r['model'] == model and r['from'] <= day and (not r['until'] or day < r['until'])
                and prompt_tok > int(r['above'] or 0) - (r['above'] == '0')]
        return max(fits, key=lambda r: int(r['above'])) if fits else None

    def cost(self, model, at_ms, use, geo=None, speed=None, tier=None):
        """pico-USD of one response, None if it has no price; `use` has the TOKENS and web_searches."""
        row = self.row(model, at_ms, use['input'] + use['cache_5m'] + use['cache_1h'] + use['cache_read'])
        if row is None or (speed == 'fast' and not row['fast']):
            return None
        factor = Fraction(1)
        if speed == 'fast':
            factor *= Fraction(row['fast'])
        if geo == 'us':
            factor *= Fraction(row['geo_us'])
        if tier == 'batch':
            factor *= Fraction(row['batch'])
        money = sum(use[k] * Fraction(row[k]) * 10**6 for k in self.NUMBERS) * factor
        money += use['web_searches'] * Fraction(row['web_search']) * 10**12
        assert money.denominator == 1
        return int(money)


def open_ledger(path):
    return contextlib.closing(sqlite3.connect(f'file:{path}?mode=ro', uri=True))


class Ledger:
    """All turns of a ledger, one dict each, read with plain SQL."""
    TURNS = '''
      SELECT t.id, t.key, t.at_ms, t.origin_id, t.class_id, t.charge_id, s.uid AS session, p.root AS project, b.text AS branch,
        m.name AS model, v.text AS version, a.uid AS agent, t.is_output_final, t.aborted_chars,
        CASE WHEN o.agent_id IS NULL THEN 'main'
          ELSE coalesce(ov.text, mt.text, at.text, ct.text, 'unknown') END AS agent_type,
        coalesce(t.input_tok, 0) AS input, coalesce(t.output_tok, 0) AS output,
        max(coalesce(t.cache_write_tok, 0) - coalesce(t.cache_1h_tok, 0), coalesce(t.cache_5m_tok, 0)) AS cache_5m,
        coalesce(t.cache_1h_tok, 0) AS cache_1h, coalesce(t.cache_read_tok, 0) AS cache_read,
        coalesce(t.n_web_search, 0) AS web_searches, geo.text AS geo, speed.text AS speed, tier.text AS tier
      FROM turn AS t JOIN origin AS o ON o.id = t.origin_id JOIN session AS s ON s.id = o.session_id
      LEFT JOIN workdir AS w ON w.id = o.workdir_id LEFT JOIN project AS p ON p.id = w.project_id
      LEFT JOIN name AS b ON b.id = o.branch_id LEFT JOIN name AS v ON v.id = o.version_id
      JOIN class AS c ON c.id = t.class_id JOIN model AS m ON m.id = c.model_id
      LEFT JOIN name AS geo ON geo.id = c.geo_id LEFT JOIN name AS speed ON speed.id = c.speed_id
      LEFT JOIN name AS tier ON tier.id = c.tier_id
      LEFT JOIN agent AS a ON a.id = o.agent_id LEFT JOIN name AS ov ON ov.id = a.overhead_id
      LEFT JOIN name AS mt ON mt.id = a.meta_type_id LEFT JOIN name AS at ON at.id = a.attr_type_id
      LEFT JOIN name AS ct ON ct.id = a.call_type_id'''

    def __init__(self, path):
        self.path = path
        # a copy in memory: one state of the ledger, and no file of it is held open
        self.db = sqlite3.connect(':memory:')
        with open_ledger(path) as file:
            file.backup(self.db)
        self.db.row_factory = sqlite3.Row
        self.prices = Prices()
        self.turns = [dict(r) for r in self.db.execute(self.TURNS)]
        for t in self.turns:
            t['cost'] = self.prices.cost(t['model'], t['at_ms'], t, t['geo'], t['speed'], t['tier'])

    def all(self, sql, *args):
        return [dict(r) for r in self.db.execute(sql, args)]

    def one(self, sql, *args):
        return self.db.execute(sql, args).fetchone()[0]

    def sums(self, key):
        """{key(turn): {messages, the TOKENS, cost}}"""
        out = collections.defaultdict(collections.Counter)
        for t in self.turns:
            group = out[key(t)]
            group['messages'] += 1
            group['cost'] += t['cost'] or 0
            for k in TOKENS:
                group[k] += t[k]
        return {k: dict(v) for k, v in out.items()}

    def check_views(self, case):
        """The project's own views give every turn the money that Python gives it."""
        run = subprocess.run([CCL, 'sql', 'SELECT turn_id, CAST(cost AS TEXT) AS cost FROM turn_cost', '--json'],
                             env=environ(self.path, '/nowhere'), stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
        case.assertEqual(run.returncode, 0, run.stderr)
        by_view = {r['turn_id']: r['cost'] and int(r['cost']) for r in json.loads(run.stdout)['rows']}
        wrong = [(t['key'], t['cost'], by_view.get(t['id'])) for t in self.turns if t['cost'] != by_view.get(t['id'])]
        case.assertEqual(wrong[:3], [], f'{len(wrong)} turns: (key, pico-USD, by the views)')


def is_lower_bound(version):
    """Clients 2.1.8 to 2.1.60 wrote the first output count on every line; the final one is nowhere."""
    major, minor, patch = map(int, version.split('.'))
    return (major, minor) == (2, 1) and 8 <= patch <= 60


def check_billed(case, ledger, bills, broken_off=()):
    """Each billed response (a line of the stub's billing.jsonl) that has a turn is that turn, with exactly its tokens
    and its money; there is no turn that nobody billed. Of the ids broken_off only the first output count was written.
    The answer: the bills that have no turn."""
    turns = {t['key']: t for t in ledger.turns}
    case.assertEqual(len(turns), len(ledger.turns))
    ledger.check_views(case)
    missing = []
    for bill in bills:
        if not bill['usage']:
            continue
        turn = turns.pop(bill['id'], None)
        if turn is None:
            missing.append(bill)
            continue
        use = bill['usage']
        hour = (use.get('cache_creation') or {}).get('ephemeral_1h_input_tokens', 0)
        want = {'input': use['input_tokens'], 'output': use['output_tokens'], 'cache_read': use['cache_read_input_tokens'],
                'cache_1h': hour, 'cache_5m': use['cache_creation_input_tokens'] - hour,
                'web_searches': use.get('server_tool_use', {}).get('web_search_requests', 0)}
        if bill['id'] in broken_off or is_lower_bound(turn['version']):
            want['output'] = bill['early']['output_tokens']
        if is_lower_bound(turn['version']):
            case.assertEqual(turn['is_output_final'], 0, bill['id'])
        case.assertEqual({k: turn[k] for k in want}, want, bill['id'])
        case.assertEqual(turn['model'], bill['model'], bill['id'])
        money = ledger.prices.cost(bill['model'], turn['at_ms'], want, use.get('inference_geo'), use.get('speed'), use.get('service_tier'))
        case.assertEqual(turn['cost'], money, bill['id'])
    case.assertEqual(turns, {}, 'turns that nobody billed')
    return missing


def day_in(zone):
    tz = ZoneInfo(zone)
    return lambda t: datetime.datetime.fromtimestamp(t['at_ms'] / 1000, tz).strftime('%Y-%m-%d')


def check_rollups(case, ledger):
    """The roll-ups are a pure function of the turns: made here once more, they are the same rows."""
    case.assertEqual(ledger.all('PRAGMA foreign_key_check'), [])
    want = {}

    days = {}

    def count(rows, key, at_ms, counts):
        row = rows.setdefault(key, dict.fromkeys(names, 0) | {'first': at_ms, 'last': at_ms})
        row['first'] = min(row['first'], at_ms)
        row['last'] = max(row['last'], at_ms)
        for k, v in counts.items():
            row[k] += v

    def add(t, klass, **counts):
        at_ms, charge = t['at_ms'], t['charge_id']
        count(want, (at_ms // 900000, t['origin_id'], klass, charge), at_ms, counts)
        count(days, (charge, session_of[t['origin_id']], at_ms // 86400000, klass), at_ms, counts)

    names = ('turns', 'steps', *TOKENS, 'web_searches', 'aborted')
    session_of = {r['id']: r['session_id'] for r in ledger.all('SELECT id, session_id FROM origin')}
    charges = {r['id'] for r in ledger.all('SELECT id FROM charge')}
    where = {}
    for t in ledger.turns:
        where[t['id']] = t
        case.assertIn(t['charge_id'], charges)
        case.assertNotEqual(t['charge_id'], 0, 'not charged')
        add(t, t['class_id'], turns=1, web_searches=t['web_searches'],
            aborted=int(t['aborted_chars'] is not None), **{k: t[k] for k in TOKENS})
    for s in ledger.all('SELECT * FROM turn_step'):
        add(where[s['turn_id']], s['class_id'], steps=1, **{k: s[k + '_tok'] for k in TOKENS})

    def stored(r, *more):
        return {**{k: r[k] for k in ('turns', 'web_searches', *more)}, 'first': r['first_ms'], 'last': r['last_ms'],
                **{k: r[k + '_tok'] for k in TOKENS}}

    have = {(r['quarter'], r['origin_id'], r['class_id'], r['charge_id']): stored(r, 'steps', 'aborted')
            for r in ledger.all('SELECT * FROM rollup')}
    case.assertEqual(have, want)
    have = {(r['charge_id'], r['session_id'], r['day'], r['class_id']): stored(r) for r in ledger.all('SELECT * FROM charge_rollup')}
    case.assertEqual(have, {k: {n: v for n, v in row.items() if n not in ('steps', 'aborted')} for k, row in days.items()})
    check_rates(case, ledger)
    check_budget_states(case, ledger)
    calls = collections.Counter(
        (r['session_id'], r['name_id']) for r in ledger.all(
            'SELECT o.session_id, c.name_id FROM tool_call AS c JOIN turn AS t ON t.id = c.turn_id '
            'JOIN origin AS o ON o.id = t.origin_id WHERE c.name_id IS NOT NULL'))
    case.assertEqual({(r['session_id'], r['name_id']): r['calls'] for r in ledger.all('SELECT * FROM tool_rollup')}, calls)


def check_rates(case, ledger):
    """The rates that hooks go by give each turn (of one step) the money that Python gives it."""
    names = {'input': 'input_rate', 'output': 'output_rate', 'cache_5m': 'cache_5m_rate', 'cache_1h': 'cache_1h_rate',
             'cache_read': 'cache_read_rate', 'web_searches': 'web_search_rate'}
    partners = {r['id'] for r in ledger.all('SELECT id FROM class WHERE partner_id IS NOT NULL')}
    rates = collections.defaultdict(list)
    for r in ledger.all('SELECT * FROM class_rate'):
        rates[r['class_id']].append(r)
    for t in ledger.turns:
        fits = [r for r in rates[t['class_id']] if r['from_ms'] <= t['at_ms'] < r['until_ms']]
        if t['class_id'] not in partners:
            case.assertEqual([sum(t[k] * r[n] for k, n in names.items()) for r in fits],
                             [] if t['cost'] is None else [t['cost']])


def price_days(ledger):
    """(class, UTC day) -> the day from which the class has had the price of that one; without a price it is that day."""
    rates = ledger.all('SELECT class_id, from_ms / 86400000 AS first, until_ms / 86400000 AS end FROM class_rate')
    return lambda class_id, day: next((r['first'] for r in rates if r['class_id'] == class_id and r['first'] <= day < r['end']), day)


def check_budget_states(case, ledger):
    """What is kept for a budget is the sum of the turns of its period, under days of the same price."""
    projects = {r['id']: r for r in ledger.all(
        'SELECT o.id, p.name, p.root, p.repo FROM origin AS o LEFT JOIN workdir AS w ON w.id = o.workdir_id '
        'LEFT JOIN project AS p ON p.id = w.project_id')}

    branches = {r['id']: r['text'] for r in ledger.all(
        'SELECT c.id, n.text FROM charge AS c LEFT JOIN name AS n ON n.id = c.branch_id AND c.project_id IS NOT NULL')}

    def is_its(budget, turn):
        p, target = projects[turn['origin_id']], budget['target']
        whole = [x for x in (p['root'], p['repo']) if x]
        if budget['scope'] == 'branch':
            return branches[turn['charge_id']] == target
        return budget['scope'] == 'all' or target in (p['name'], *whole) or any(x.endswith('/' + target) for x in whole)

    price_day = price_days(ledger)
    steps = ledger.all('SELECT s.*, t.at_ms, t.origin_id, t.charge_id FROM turn_step AS s JOIN turn AS t ON t.id = s.turn_id')
    parts = ledger.turns + [dict(s, **{k: s[k + '_tok'] for k in TOKENS}, web_searches=0) for s in steps]
    for b in ledger.all('SELECT b.*, x.since_ms, x.until_ms FROM budget AS b JOIN budget_state AS x ON x.budget_id = b.id '
                        'WHERE x.day = -1'):
        want, have = collections.Counter(), collections.Counter()
        for t in parts:
            if b['since_ms'] <= t['at_ms'] < b['until_ms'] and is_its(b, t):
                for k in (*TOKENS, 'web_searches'):
                    want[price_day(t['class_id'], t['at_ms'] // 86400000), t['class_id'], k] += t[k]
        for r in ledger.all('SELECT * FROM budget_state WHERE day >= 0 AND budget_id = ?', b['id']):
            for k in TOKENS:
                have[r['day'], r['class_id'], k] += r[k + '_tok']
            have[r['day'], r['class_id'], 'web_searches'] += r['web_searches']
        case.assertEqual(+have, +want, b)


def turn_line(session, n, final=True, **more):
    """One assistant line of a turn that says which it is by its tokens."""
    at = datetime.datetime(2026, 11, 20, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=n)
    line = {'parentUuid': None, 'isSidechain': False, 'cwd': '/nowhere', 'sessionId': session, 'version': '2.1.330',
            'gitBranch': 'main', 'type': 'assistant', 'uuid': f'{session}-{n}',
            'timestamp': at.strftime('%Y-%m-%dT%H:%M:%S.000Z'), 'requestId': f'req_{session}_{n}',
            'message': {'id': f'msg_{session}_{n}', 'type': 'message', 'role': 'assistant', 'model': 'claude-opus-5-5',
                        'content': [{'type': 'text', 'text': f'Answer {n}.'}], 'stop_reason': 'end_turn' if final else None,
                        'usage': {'input_tokens': 7, 'output_tokens': 100 + n, 'cache_creation_input_tokens': 11,
                                  'cache_read_input_tokens': 13}}}
    line.update(more)
    return json.dumps(line) + '\n'
