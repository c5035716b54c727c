# SPDX-License-Identifier: MIT
"""tips/*.sql -> the C table of tip_def.h. Refuses a bad header with file:line.

    -- @tip     id, the name of the file
    -- @title   what it looks for, in a few words
    -- @one     the finding if there is one subject, or where they are not counted
    -- @many    the finding of several; {n} is their number, {NAME} a number of the rule
    -- @number  NAME TYPE DEFAULT ABOUT   bound as :NAME; the user may set it
"""
import glob
import os
import re

from embed_reports import BadHeader, bare, bare_sql, c_quote, statements

UNITS = ('count', 'usd', 'times', 'pct')
KNOWN = {'since_ms', 'until_ms', 'now_ms', 'project', 'branch', 'model', 'session', 'breakdown', 'by', 'cost', 'cheaper'}
MAX_NUMBERS = 4


class Tip:
    def __init__(self, path):
        self.path, self.tags, self.numbers, self.line = path, {}, [], 1
        lines = open(path, encoding='utf-8').read().split('\n')
        at = 0
        while at < len(lines) and lines[at].startswith('-- @'):
            self.line = at + 1
            tag, _, rest = lines[at][4:].partition(' ')
            self.read(tag, rest.strip())
            at += 1
        self.line = 1
        self.sql = bare_sql('\n'.join(lines[at:]))
        self.check()

    def bad(self, why):
        raise BadHeader(self.path, self.line, why)

    def read(self, tag, rest):
        if tag == 'number':
            c = rest.split(None, 3)
            if len(c) < 4 or c[1] not in UNITS or not re.fullmatch(r'\d+(\.\d{1,3})?', c[2]):
                self.bad('a number is: name, one of ' + ' '.join(UNITS) + ', default, what it is')
            self.numbers.append(dict(zip(('name', 'unit', 'fallback', 'about'), c)))
        elif tag not in ('tip', 'title', 'one', 'many'):
            self.bad(f'unknown tag @{tag}')
        elif tag in self.tags or not rest:
            self.bad(f'@{tag} stands here twice or says nothing')
        else:
            self.tags[tag] = rest

    def check(self):
        for tag in ('tip', 'title', 'one'):
            if tag not in self.tags:
                self.bad(f'@{tag} is missing')
        if self.tags['tip'] + '.sql' != os.path.basename(self.path):
            self.bad(f'@tip {self.tags["tip"]} is not the name of the file')
        names = {n['name'] for n in self.numbers}
        if not 0 < len(self.numbers) <= MAX_NUMBERS or len(names) < len(self.numbers) or names & KNOWN:
            self.bad(f'a rule has one to {MAX_NUMBERS} numbers, each with a name of its own')
        for text in self.tags.values():
            for word in re.findall(r'\{(\w+)\}', text):
                if word not in names | {'n'}:
                    self.bad(f'{{{word}}} is no number of the rule')
        used = set(re.findall(r'(?<![:\w]):([A-Za-z_]\w*)', re.sub(r"'[^']*'", "''", self.sql)))
        if used - names - KNOWN or names - used:
            self.bad(f'the SQL uses {sorted(used - KNOWN)}, the header has {sorted(names)}')


def tips(schema, c_string):
    """The lines of C, or an exception with file:line."""
    base = dict(statements(os.path.join(schema, 'tip_base.sql')))
    base['base'] = 'WITH ' + bare(os.path.join(schema, 'spend.sql')) + ',\n' + base['base']
    out = ['#include "tip_def.h"']
    all_tips = [Tip(p) for p in sorted(glob.glob(os.path.join(schema, 'tips', '*.sql')))]
    for i, t in enumerate(all_tips):
        out.append(f'static const struct tip_number tip_numbers_{i}[] = {{')
        for n in t.numbers:
            out.append(f'\t{{{c_quote(n["name"])}, {c_quote(n["about"])}, {c_quote(n["fallback"])}, TIP_{n["unit"].upper()}}},')
        out.append('};')
    out += [f'const char tip_{name}_sql[] =\n{c_string(sql)}\n"\\n";' for name, sql in base.items()]
    out.append('const struct tip_def tip_defs[] = {')
    for i, t in enumerate(all_tips):
        sql = t.sql[5:] if t.sql.startswith('WITH ') else f'unused AS (SELECT 1) {t.sql}'
        out.append(f'{{{c_quote(t.tags["tip"])}, {c_quote(t.tags["title"])}, {c_quote(t.tags["one"])}, '
                   f'{c_quote(t.tags.get("many"))},\n{c_string(sql)},\n\ttip_numbers_{i}, {len(t.numbers)}}},')
    out.append('};')
    out.append(f'const size_t n_tip_defs = {len(all_tips)};')
    return out

