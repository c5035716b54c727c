#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A report or tip with a bad header does not build, and the message says where.

usage: headers.py SCHEMA_DIR
"""
import os
import shutil
import subprocess
import sys
import tempfile

GOOD = '''-- @report  probe
-- @title   Probe
-- @about   What a row is.
-- @group   work
-- @filter  time model
-- @param   number  int  required  A number
-- @column  model  text  Model
-- @measures
-- @chart   bar x=model y=cost
-- @empty   Nothing.
SELECT m.name AS model, @measures FROM spend JOIN model AS m ON m.id = model_id WHERE :number > 0 GROUP BY 1
'''
CASES = [  # what is replaced, by what, what the message begins with and has in it
    ('-- @title   Probe\n', '', 'probe.sql:1', '@title is missing'),
    ('-- @title   Probe', '-- @titel   Probe', 'probe.sql:2', 'unknown tag @titel'),
    ('-- @title   Probe', '-- @title', 'probe.sql:2', 'says nothing'),
    ('-- @title   Probe', '-- @title   Probe\n-- @title   Probe', 'probe.sql:3', 'twice'),
    ('@report  probe', '@report  other', 'probe.sql:1', 'not the name of the file'),
    ('@group   work', '@group   nowhere', 'probe.sql:1', 'unknown group'),
    ('time model', 'time colour', 'probe.sql:5', 'unknown filter'),
    ('int  required  A', 'integer  required  A', 'probe.sql:6', 'no known type'),
    ('int  required  A number', 'int', 'probe.sql:6', 'a parameter is'),
    ('model  text  Model', 'model  string  Model', 'probe.sql:7', 'no known type'),
    ('model  text  Model', 'model  text', 'probe.sql:7', 'a column is'),
    ('model  text  Model', 'model  text  Model  drill=nothing', 'probe.sql:7', 'no such report'),
    ('model  text  Model', 'model  text  Model  totl', 'probe.sql:7', 'unknown flag'),
    ('model  text  Model', 'model  text  Model  late=title', 'probe.sql:7', 'unknown flag'),
    ('model  text  Model', 'model  text  Model  split', 'probe.sql:1', 'needs @filter breakdown'),
    ('model  text  Model', 'cost  usd  Money', 'probe.sql:8', 'twice'),
    ('time model', 'time model by', 'probe.sql:1', '@by and @filter by'),
    ('-- @measures', '-- @by colour\n-- @measures', 'probe.sql:8', "'colour' is not one of"),
    ('y=cost', 'y=costs', 'probe.sql:1', '@chart names no column'),
    ('y=cost', 'z=cost', 'probe.sql:1', '@chart is bar'),
    ('x=model', 'x=model,modle', 'probe.sql:1', '@chart names no column: modle'),
    ('int  required  A', 'text  [week]  A', 'probe.sql:6', 'choices are'),
    (':number >', ':total_cost >', 'probe.sql:1', ':total_cost'),
    ('model  text  Model', 'share  pct  Share  ratio=cost/model', 'probe.sql:7', 'ratio='),
    (':number >', ':nummer >', 'probe.sql:1', ':nummer'),
    ('@measures FROM', '@measure FROM', 'probe.sql:1', '@token'),
    ('-- @empty', '-- @source doctor\n-- @empty', 'probe.sql:1', 'either SQL or a @source'),
    ('-- @empty', '-- @window tomorrow\n-- @empty', 'probe.sql:1', '@window'),
]

GOOD_TIP = '''-- @tip     probe
-- @title   Probes
-- @one     One probe of {least} or more
-- @number  least  count  5  probes at least
SELECT session_id, words, turns FROM tip_session WHERE turns >= :least
'''
TIP_CASES = [
    ('-- @title   Probes\n', '', 'probe.sql:1', '@title is missing'),
    ('-- @title   Probes', '-- @about   Probes', 'probe.sql:2', 'unknown tag @about'),
    ('-- @title   Probes', '-- @title', 'probe.sql:2', 'says nothing'),
    ('@tip     probe', '@tip     other', 'probe.sql:1', 'not the name of the file'),
    ('of {least}', 'of {most}', 'probe.sql:1', '{most}'),
    ('least  count  5', 'least  tokens  5', 'probe.sql:4', 'a number is'),
    ('least  count  5', 'least  count  five', 'probe.sql:4', 'a number is'),
    ('least  count', 'since_ms  count', 'probe.sql:1', 'a name of its own'),
    ('-- @number  least  count  5  probes at least\n', '', 'probe.sql:1', 'one to 4 numbers'),
    ('>= :least', '>= :most', 'probe.sql:1', "['most']"),
    ('>= :least', '> 1', 'probe.sql:1', "the header has ['least']"),
]


def embed(schema, folder):
    return subprocess.run([sys.executable, '-B', os.path.join(schema, 'embed.py'), os.path.join(folder, 'a.c'),
                           os.path.join(folder, 'b.c'), schema], capture_output=True, text=True)


def check(schema, folder, kind, good, cases):
    path = os.path.join(schema, kind, 'probe.sql')

    def build(text):
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)
        return embed(schema, folder)

    p = build(good)
    if p.returncode:
        sys.exit(f'what is good is refused: {p.stderr}')
    for old, new, where, why in cases:
        assert old in good, old
        p = build(good.replace(old, new, 1))
        if p.returncode == 0 or f'{kind}/{where}: ' not in p.stderr or why not in p.stderr:
            sys.exit(f'{new!r}: status {p.returncode}, {p.stderr!r}; expected {where} and {why!r}')
    os.remove(path)


def main():
    with tempfile.TemporaryDirectory() as folder:
        schema = os.path.join(folder, 'schema')
        shutil.copytree(sys.argv[1], schema)
        for kind, good, cases in (('reports', GOOD, CASES), ('tips', GOOD_TIP, TIP_CASES)):
            check(schema, folder, kind, good, cases)
    print(f'{len(CASES) + len(TIP_CASES)} bad headers are refused')


if __name__ == '__main__':
    main()
