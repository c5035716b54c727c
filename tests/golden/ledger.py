# SPDX-License-Identifier: MIT
"""Makes the ledger of the golden tests."""
import glob
import os
import shutil
import sqlite3

TITLES = (b'{"type":"ai-title","aiTitle":"Clock\\n change \\u001b[31m| of autumn"}\n',
          '{"type":"custom-title","customTitle":"Zahlung 支払い","sessionId":"x"}\n'.encode(),
          b'{"type":"user","message":{"role":"user","content":"Pay with a card:\\n\\t1. read `src/pay.c`, \\u001b[31mas | it is"},"uuid":"p5"}\n')
# As the hook's roll-up is defined in 001_init.sql.
ROLLUP = '''
INSERT INTO rollup
SELECT at_ms / 900000, origin_id, class_id, charge_id, sum(turns), sum(steps), sum(i), sum(o), sum(w5), sum(w1), sum(r),
  sum(web), sum(aborted), min(at_ms), max(at_ms)
FROM (
  SELECT at_ms, origin_id, class_id, 1 AS turns, 0 AS steps, coalesce(input_tok, 0) AS i, coalesce(output_tok, 0) AS o,
    max(coalesce(cache_write_tok, 0) - coalesce(cache_1h_tok, 0), coalesce(cache_5m_tok, 0)) AS w5,
    coalesce(cache_1h_tok, 0) AS w1, coalesce(cache_read_tok, 0) AS r, coalesce(n_web_search, 0) AS web,
    aborted_chars IS NOT NULL AS aborted, charge_id FROM turn
  UNION ALL
  SELECT t.at_ms, t.origin_id, s.class_id, 0, 1, s.input_tok, s.output_tok, s.cache_5m_tok, s.cache_1h_tok,
    s.cache_read_tok, 0, 0, t.charge_id FROM turn_step AS s JOIN turn AS t ON t.id = s.turn_id)
GROUP BY 1, 2, 3, 4'''
# As it is without any evidence but the transcript's gitBranch; a fixture adds its own rows first.
CHARGE = '''
INSERT INTO charge(key_hash, project_id, branch_id, branch_source, reason)
SELECT DISTINCT -1 - 1000 * coalesce(w.project_id, 0) - coalesce(o.branch_id, 0), w.project_id, o.branch_id,
  CASE WHEN o.branch_id IS NOT NULL THEN 'transcript' END, CASE WHEN o.branch_id IS NULL THEN 'no-repo' ELSE 'no-pr' END
FROM origin AS o LEFT JOIN workdir AS w ON w.id = o.workdir_id;
UPDATE turn SET charge_id = (SELECT c.id FROM origin AS o LEFT JOIN workdir AS w ON w.id = o.workdir_id
  JOIN charge AS c ON c.project_id IS w.project_id AND c.branch_id IS o.branch_id AND c.key_hash < 0 WHERE o.id = turn.origin_id)
WHERE charge_id = 0'''
CHARGE_ROLLUP = '''
INSERT INTO charge_rollup SELECT r.charge_id, o.session_id, r.quarter / 96, r.class_id, sum(r.turns), sum(r.input_tok),
  sum(r.output_tok), sum(r.cache_5m_tok), sum(r.cache_1h_tok), sum(r.cache_read_tok), sum(r.web_searches), min(r.first_ms),
  max(r.last_ms) FROM rollup AS r JOIN origin AS o ON o.id = r.origin_id GROUP BY 1, 2, 3, 4'''


def make(schema_dir, folder, is_empty=False, more=None):
    """A ledger below `folder`; returns its path. more: NAME.db, with NAME.sql besides fixture.sql."""
    here = os.path.dirname(os.path.abspath(__file__))
    path = os.path.join(folder, 'empty.db' if is_empty else (more or 'ledger') + '.db')
    migrations = sorted(glob.glob(os.path.join(schema_dir, '[0-9][0-9][0-9]_*.sql')))
    db = sqlite3.connect(path, isolation_level=None)
    db.create_function('turn_hash', 1, lambda key: 0)  # migrate.c's, for the turns of an older ledger: here are none
    for m in migrations:
        db.executescript(open(m, encoding='utf-8').read())
    db.execute("INSERT INTO meta VALUES ('hash_key', ?)", (bytes(range(16)),))
    if not is_empty:
        with open(os.path.join(folder, 'title.jsonl'), 'wb') as f:
            f.writelines(TITLES)
        sql = open(os.path.join(here, 'fixture.sql'), encoding='utf-8').read()
        db.executescript(sql.replace('@DIR@', folder).replace('@SECOND@', str(len(TITLES[0]))).replace('@THIRD@', str(len(TITLES[0] + TITLES[1]))))
        if more:
            db.executescript(open(os.path.join(here, more + '.sql'), encoding='utf-8').read())
        db.executescript(CHARGE)
        db.execute(ROLLUP)
        db.execute(CHARGE_ROLLUP)
        db.executescript(open(os.path.join(schema_dir, 'views.sql'), encoding='utf-8').read())
        db.execute('INSERT INTO class_rate SELECT * FROM rate')
    db.execute(f'PRAGMA application_id = {0x63636c31}')
    db.execute(f'PRAGMA user_version = {len(migrations)}')
    assert not db.execute('PRAGMA foreign_key_check').fetchall()
    db.close()
    return path


def spend(folder):
    """spent.db beside ledger.db: the same and spent.sql."""
    path = os.path.join(folder, 'spent.db')
    shutil.copy(os.path.join(folder, 'ledger.db'), path)
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'spent.sql'), encoding='utf-8').read())
    assert not db.execute('PRAGMA foreign_key_check').fetchall()
    db.close()
