# SPDX-License-Identifier: MIT
"""Homes for the golden tests of `ccl doctor`: WORLD=NAME before ccl makes the one of that name.

Each is made by the programs themselves, as a user would get there, and then spoilt.
"""
import json
import os
import sqlite3
import subprocess

NOW = '2026-11-21T17:56:00Z'  # when the hook ran; four minutes before the reports
SESSION = 'aaaa1111-0000-4000-8000-000000000001'


class World:
    def __init__(self, folder, ccl, hook, env):
        self.folder, self.ccl, self.hook = folder, ccl, hook
        self.env = {**env, 'HOME': folder, 'CCL_LEDGER': self.path('ledger.db'), 'CCL_NOW': NOW}
        self.transcript = self.path(f'.claude/projects/-home-u-api/{SESSION}.jsonl')

    def path(self, name):
        return os.path.join(self.folder, name)

    def run(self, *words, stdin=''):
        run = subprocess.run(words, env=self.env, input=stdin, capture_output=True, text=True, timeout=60)
        assert run.returncode == 0, run

    def write(self, *lines):
        """Appends to the one transcript."""
        os.makedirs(os.path.dirname(self.transcript), exist_ok=True)
        with open(self.transcript, 'a', encoding='utf-8') as f:
            f.writelines(line + '\n' for line in lines)

    def install(self):
        self.run(self.ccl, 'install')

    def sync(self):
        self.run(self.hook, '--sync')

    def end_session(self):
        """The event whose hook leaves nothing to a child."""
        self.run(self.hook, stdin=json.dumps({'session_id': SESSION, 'transcript_path': self.transcript,
                                              'cwd': '/home/u/api', 'hook_event_name': 'SessionEnd'}))

    def sql(self, text):
        db = sqlite3.connect(self.path('ledger.db'), isolation_level=None)
        db.executescript(text)
        db.close()


def turn(n, model='claude-opus-5-5', output=100):
    return json.dumps({'type': 'assistant', 'uuid': f'u{n}', 'sessionId': SESSION, 'cwd': '/home/u/api',
                       'timestamp': f'2026-11-21T17:5{n}:00.000Z', 'requestId': f'req_{n}',
                       'message': {'id': f'msg_{n}', 'model': model, 'stop_reason': 'end_turn',
                                   'usage': {'input_tokens': 10, 'output_tokens': output}}})


def healthy(w):
    w.write(turn(1))
    w.install()
    w.sync()
    w.write(turn(2))
    w.end_session()


def unwired(w):
    w.write(turn(1))
    w.sync()


def unwired_again(w):
    """Somebody else's settings, ours taken out."""
    healthy(w)
    w.run(w.ccl, 'uninstall')
    with open(w.path('.claude/settings.json'), 'w', encoding='utf-8') as f:
        f.write('{"model": "opus"}\n')


def half_wired(w):
    """Somebody took one hook out and wrote another path into a second."""
    healthy(w)
    with open(w.path('.claude/settings.json'), encoding='utf-8') as f:
        settings = json.load(f)
    del settings['hooks']['SessionStart']
    settings['hooks']['Stop'][0]['hooks'][0]['command'] = '/gone/ccl-hook'
    with open(w.path('.claude/settings.json'), 'w', encoding='utf-8') as f:
        json.dump(settings, f)


def half_guarded(w):
    """Wired before a budget was enforced, which was then done by another way."""
    healthy(w)
    w.sql("INSERT INTO budget (scope, target, period, limit_pico, mode) VALUES"
          " ('all', '', 'day', 5000000000000, 'enforce')")


def unguarded(w):
    """Wired by a ccl that had no guard."""
    healthy(w)
    with open(w.path('.claude/settings.json'), encoding='utf-8') as f:
        settings = json.load(f)
    del settings['hooks']['PostToolUse']
    with open(w.path('.claude/settings.json'), 'w', encoding='utf-8') as f:
        json.dump(settings, f)


def with_line(w):
    """Wired, and a status line of another program."""
    healthy(w)
    with open(w.path('.claude/settings.json'), encoding='utf-8') as f:
        settings = json.load(f)
    settings['statusLine'] = {'type': 'command', 'command': "echo 'it is' \"$USER\"", 'padding': 1}
    with open(w.path('.claude/settings.json'), 'w', encoding='utf-8') as f:
        json.dump({'statusLine': settings.pop('statusLine'), **settings}, f)


def bad_settings(w):
    healthy(w)
    with open(w.path('.claude/settings.json'), 'w', encoding='utf-8') as f:
        f.write('{"hooks": {\n  "Stop": [,]\n}}\n')


def no_hooks_allowed(w):
    w.write(turn(1))
    with open(w.path('.claude/settings.json'), 'w', encoding='utf-8') as f:
        f.write('{"disableAllHooks": true}\n')
    w.install()
    w.sync()


def fresh(w):
    """Wired, not used yet, nothing read."""
    w.write(turn(1))
    w.install()


def no_claude(w):
    """Not even Claude Code has been there."""


def never_ran(w):
    w.write(turn(1))
    w.install()
    w.sync()


def unpriced(w):
    w.write(turn(1), turn(2, 'claude-next-9'), turn(3, 'claude-next-9'), turn(4, 'anthropic/other:free'))
    w.install()
    w.sync()
    w.end_session()


def skipped(w):
    w.write(turn(1), '{"type":"assistant","mess', turn(2, output='many'), '{"a":"' + 'x' * (9 << 20) + '"}', turn(3))
    w.install()
    w.sync()
    w.end_session()


def behind(w):
    """The transcript has grown, and another one was never read."""
    healthy(w)
    w.write(turn(3))
    w.transcript = w.path('.claude/projects/-home-u-api/bbbb2222-0000-4000-8000-000000000002.jsonl')
    w.write(turn(4))


def noted(w):
    """The hook could not do its work twice: long ago, and today."""
    healthy(w)
    with open(w.path('hook.log'), 'w', encoding='utf-8') as f:
        f.write('2026-11-01T09:00:00.000Z cannot use the ledger /x: disk full\n'
                '2026-11-21T17:00:00.000Z cannot read /y: Permission denied\n')


def corrupt(w):
    """A page in the middle of a table was overwritten."""
    w.write(*(turn(n % 10, output=n).replace(f'msg_{n % 10}"', f'msg_{n:060}"') for n in range(400)))
    w.install()
    w.sync()
    w.sql('PRAGMA journal_mode = DELETE')
    with sqlite3.connect(w.path('ledger.db')) as db:
        root = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'turn'").fetchone()[0]
        size = db.execute('PRAGMA page_size').fetchone()[0]
    with open(w.path('ledger.db'), 'r+b') as f:
        f.seek((root - 1) * size)
        f.write(b'\xa5' * 512)


def garbage(w):
    healthy(w)
    w.sql('PRAGMA journal_mode = DELETE')
    with open(w.path('ledger.db'), 'wb') as f:
        f.write(b'not a database\n' * 1000)


def wrong_sums(w):
    healthy(w)
    w.sql('UPDATE rollup SET output_tok = output_tok + 1')


def newer(w):
    healthy(w)
    w.sql('PRAGMA user_version = 99')


def foreign(w):
    w.write(turn(1))
    w.install()
    w.sql('CREATE TABLE note (text TEXT)')


def make(name, folder, ccl, hook, env):
    """Returns the environment of the world; the first time its folder is made."""
    w = World(folder, ccl, hook, env)
    if not os.path.exists(folder):
        os.makedirs(folder if name == 'no_claude' else w.path('.claude'))
        globals()[name](w)
    return w.env
