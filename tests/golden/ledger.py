# SPDX-License-Identifier: MIT
"""Makes the ledger of the golden tests."""
import glob
import os
import sqlite3

TITLES = (b'{"type":"ai-title","aiTitle":"Clock\\n change \\u001b[31m| of autumn"}\n',
          '{"type":"custom-title","customTitle":"Zahlung 支払い","sessionId":"x"}\n'.encode())
# As the hook's roll-up is defined in 001_init.sql.
ROLLUP = '''
INSERT INTO rollup
SELECT at_ms / 900000, origin_id, class_id, sum(turns), sum(steps), sum(i), sum(o), sum(w5), sum(w1), sum(r),
  sum(web), sum(aborted), min(at_ms), max(at_ms)
FROM (
  SELECT at_ms, origin_id, class_id, 1 AS turns, 0 AS steps, coalesce(input_tok, 0) AS i, coalesce(output_tok, 0) AS o,
    max(coalesce(cache_write_tok, 0) - coalesce(cache_1h_tok, 0), coalesce(cache_5m_tok, 0)) AS w5,
    coalesce(cache_1h_tok, 0) AS w1, coalesce(cache_read_tok, 0) AS r, coalesce(n_web_search, 0) AS web,
    aborted_chars IS NOT NULL AS aborted FROM turn
  UNION ALL
  SELECT t.at_ms, t.origin_id, s.class_id, 0, 1, s.input_tok, s.output_tok, s.cache_5m_tok, s.cache_1h_tok,
    s.cache_read_tok, 0, 0 FROM turn_step AS s JOIN turn AS t ON t.id = s.turn_id)
GROUP BY 1, 2, 3'''


def make(schema_dir, folder, is_empty=False):
    """A ledger below `folder`; returns its path."""
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(folder, 'empty.db' if is_empty else 'ledger.db')
    migrations = sorted(glob.glob(os.path.join(schema_dir, '[0-9][0-9][0-9]_*.sql')))
    db = sqlite3.connect(path, isolation_level=None)
    for m in migrations:
        db.executescript(open(m, encoding='utf-8').read())
    db.execute("INSERT INTO meta VALUES ('hash_key', ?)", (bytes(range(16)),))
    if not is_empty:
        with open(os.path.join(folder, 'title.jsonl'), 'wb') as f:
            f.writelines(TITLES)
        sql = open(os.path.join(here, 'fixture.sql'), encoding='utf-8').read()
        db.executescript(sql.replace('@DIR@', folder).replace('@SECOND@', str(len(TITLES[0]))))
        db.execute(ROLLUP)
    db.execute(f'PRAGMA application_id = {0x63636c31}')
    db.execute(f'PRAGMA user_version = {len(migrations)}')
    assert not db.execute('PRAGMA foreign_key_check').fetchall()
    db.close()
    return path
