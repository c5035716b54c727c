# SPDX-License-Identifier: MIT
"""What a ledger says, without row ids, keyed hashes and times of reading: two ledgers that were filled from the same
transcripts, in whatever steps, are equal in it."""
import collections
import re
import sqlite3

# written anew in each ledger or counting runs
LEFT_OUT = {'meta', 'hook_run', 'price'}
LEFT_OUT_COLUMNS = {'id', 'read_ms', 'git_obs.at_ms'}
# ids that no foreign key declares
POINTERS = {('source_file', 'prompt_id'): 'prompt', ('session', 'title_file_id'): 'source_file', ('open_request', 'model_id'): 'model'}


class Logical:
    def __init__(self, path):
        self.db = sqlite3.connect(f'file:{path}?mode=rw', uri=True, timeout=10)
        self.targets = dict(POINTERS)
        self.rows = {}
        self.texts = {}
        self.busy = set()
        self.tables = [r[0] for r in self.db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        for table in self.tables:
            for key in self.db.execute(f'PRAGMA foreign_key_list({table})'):
                self.targets.setdefault((table, key[3]), key[2])

    def integrity(self):
        return [r[0] for r in self.db.execute('PRAGMA integrity_check')] + list(self.db.execute('PRAGMA foreign_key_check'))

    def columns(self, table):
        return [r[1] for r in self.db.execute(f'PRAGMA table_info({table})')]

    def words(self, table, names, row):
        """The columns of a row, what points elsewhere spelled out."""
        out = []
        for name, value in zip(names, row):
            if name in LEFT_OUT_COLUMNS or f'{table}.{name}' in LEFT_OUT_COLUMNS or name.endswith('_hash'):
                continue
            target = self.targets.get((table, name))
            if target and value is not None:
                value = self.spell(target, value)
            if isinstance(value, str):  # ids that hold a keyed hash
                value = re.sub(r'^(command-output|push-output):[0-9a-f]{16}$', r'\1', value)
            out.append(value)
        return tuple(out)

    def spell(self, table, row_id):
        key = (table, row_id)
        if key in self.busy:
            return f'({table})'  # a circle: source_file -> prompt -> source_file
        if key not in self.texts:
            self.busy.add(key)
            names = self.columns(table)
            row = self.db.execute(f'SELECT * FROM {table} WHERE id = ?', (row_id,)).fetchone()
            text = f'missing {table}' if row is None else self.words(table, names, row)
            self.busy.discard(key)
            if any(t == table for t, _ in self.busy):
                return text  # seen from within a circle: not to be kept
            self.texts[key] = text
        return self.texts[key]

    def dump(self):
        out = {}
        for table in self.tables:
            if table in LEFT_OUT:
                continue
            names = self.columns(table)
            rows = self.db.execute(f'SELECT * FROM {table}').fetchall()
            out[table] = collections.Counter(repr(self.words(table, names, r)) for r in rows)
        return out

    def close(self):
        self.db.close()


def differences(have, want, n=3):
    """Some lines that say where two dumps differ."""
    out = []
    for table in sorted(set(have) | set(want)):
        a, b = have.get(table, collections.Counter()), want.get(table, collections.Counter())
        out += [f'{table}: too much: {row}' for row in (a - b)] + [f'{table}: missing: {row}' for row in (b - a)]
    return out[:n]
