#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""SQL and prices -> one C file. Refuses what is wrong with file:line.

usage: embed.py SQL.c REPORTS.c SCHEMA_DIR [DEPFILE]
"""
import datetime
import fractions
import glob
import hashlib
import os
import re
import sys

import embed_comments
import embed_reports
import embed_tips

# ISO C's least limit for a string is 4,095 bytes; gcc and clang have none.
QUIET = '#pragma GCC diagnostic ignored "-Woverlength-strings"'
NO_END_MS = 900_000_000_000_000  # LEDGER_NO_END_MS
TIERS_TOK = (0, 100_000, 200_000)  # class.above_tok: the ingest stores which of these a prompt exceeds


def die(path, line, why):
    sys.exit(f'{os.path.basename(path)}:{line}: {why}')


def c_string(text):
    """A C string literal, one source line a piece."""
    esc = {'\\': '\\\\', '"': '\\"', '\t': '\\t', '\n': '\\n', '?': '\\?'}
    out = []
    for line in text.splitlines(keepends=True) or ['']:
        out.append('\t"' + ''.join(esc.get(c, c) for c in line) + '"')
    return '\n'.join(out)


def bare_sql(text):
    """Without comments and needless blanks: SQLite parses the stored schema anew at every open."""
    text = re.sub(r'--[^\n]*', '', text)
    assert "'--" not in text
    text = re.sub(r'\s+', ' ', text).replace('; ', ';\n').strip() + '\n'
    parts = text.split("'")  # every other one is a string
    return "'".join(s if i % 2 else re.sub(r' ?([(),]) ?', r'\1', s) for i, s in enumerate(parts))


def date_ms(text, path, n):
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        die(path, n, f'not a date: {text!r}')
    return (day - datetime.date(1970, 1, 1)).days * 86_400_000


def micro_usd(text, path, n):
    """USD per million tokens -> pico-USD per token; exact or refused."""
    try:
        rate = fractions.Fraction(text) * 1_000_000
    except ValueError:
        die(path, n, f'not a price: {text!r}')
    if rate.denominator != 1 or rate < 0:
        die(path, n, f'{text} USD has more than six digits behind the point')
    return int(rate)


def ratio(text, path, n):
    if not text:
        return None
    m = re.fullmatch(r'(\d+)/(\d+)', text)
    if not m or int(m[2]) == 0:
        die(path, n, f'not a ratio a/b: {text!r}')
    return int(m[1]), int(m[2])


def price_row(f, path, n):
    rates = [micro_usd(f[k], path, n) for k in ('input', 'output', 'cache_5m', 'cache_1h', 'cache_read')]
    fast, geo, regional, batch = (ratio(f[k], path, n) for k in ('fast', 'geo_us', 'regional', 'batch'))
    if not (geo and regional and batch):
        die(path, n, 'geo_us, regional and batch must be given')
    above = int(f['above'])
    if above not in TIERS_TOK:
        die(path, n, f'above must be one of {TIERS_TOK}: the ingest keeps no other size of a prompt apart')
    den = (fast or (1, 1))[1] * geo[1] * regional[1] * batch[1]
    num = (fast or (1, 1))[0] * geo[0] * regional[0] * batch[0]
    for rate in rates:
        if rate * num % den or rate * geo[0] % geo[1] or rate * batch[0] % batch[1] or rate * 121 % 100:
            die(path, n, f'{rate} micro-USD times the factors leaves a remainder')
    begin = date_ms(f['from'], path, n) if f['from'] else 0
    end = date_ms(f['until'], path, n) if f['until'] else NO_END_MS
    search = fractions.Fraction(f['web_search']) * 10**12
    if search.denominator != 1:
        die(path, n, 'web_search is no whole number of pico-USD')
    null = ('NULL', 'NULL')
    values = [f"'{f['model']}'", "'builtin'", begin, end, above, *rates, *(fast or null), *geo, *regional, *batch, int(search)]
    return '(' + ','.join(map(str, values)) + ')'


def prices(path):
    head, rows, seen = None, [], {}
    for n, line in enumerate(open(path, encoding='utf-8'), 1):
        line = line.rstrip('\n')
        if not line or line.startswith('#'):
            continue
        cells = line.split('\t')
        if head is None:
            head = cells
            continue
        if len(cells) != len(head):
            die(path, n, f'{len(cells)} cells, {len(head)} expected')
        f = dict(zip(head, cells))
        if not re.fullmatch(r'[a-z0-9-]+', f['model']):
            die(path, n, f"not a normalised model id: {f['model']!r}")
        for a, b in seen.get((f['model'], f['above']), []):
            if (f['from'] or '0') < (b or '9') and a < (f['until'] or '9'):
                die(path, n, f"overlaps another row of {f['model']}")
        seen.setdefault((f['model'], f['above']), []).append((f['from'] or '0', f['until']))
        rows.append(price_row(f, path, n))
    return 'INSERT INTO price VALUES\n' + ',\n'.join(rows) + ';\n'


def version_number(text, open_end, path, n):
    """client_price_version() of client_price.c."""
    if not text:
        return open_end
    if not re.fullmatch(r'\d+\.\d+\.\d+', text):
        die(path, n, f'not a version: {text!r}')
    a, b, c = map(int, text.split('.'))
    return str((a * 100_000 + b) * 100_000 + c)


def client_prices(path):
    """client_prices.tsv -> the C table of client_price.h."""
    out, head = [], None
    for n, line in enumerate(open(path, encoding='utf-8'), 1):
        cells = line.rstrip('\n').split('\t')
        if line.startswith('#'):
            continue
        if head is None:
            head = cells
            continue
        if len(cells) != len(head):
            die(path, n, f'{len(cells)} cells, {len(head)} expected')
        f = dict(zip(head, cells))
        rates = [micro_usd(f[k], path, n) for k in ('input', 'output', 'cache_5m', 'cache_1h', 'cache_read')]
        num, den = ratio(f['fast'], path, n)
        if any(r * num * 11 % (den * 10) for r in rates):
            die(path, n, 'a rate times the factors leaves a remainder')
        since, until = version_number(f['since'], '0', path, n), version_number(f['until'], 'INT64_MAX', path, n)
        search = fractions.Fraction(f['web_search']) * 10**12
        out.append(f'\t{{"{f["model"]}", {since}, {until}, {f["above"]}, {{{", ".join(map(str, rates + [search]))}}}, {num}, {den}}},')
    if sum('"*", 0,' in row for row in out) != 1 or not any('"*"' in row and 'INT64_MAX' in row for row in out):
        die(path, 1, 'every version needs a row for * (any other model)')
    return ['const struct client_price_row client_price_rows[] = {', *out, '};',
            f'const size_t n_client_price_rows = {len(out)};']


def main():
    out, out_reports, schema = sys.argv[1:4]
    read = lambda name: open(os.path.join(schema, name), encoding='utf-8').read()
    migrations = sorted(glob.glob(os.path.join(schema, '[0-9][0-9][0-9]_*.sql')))
    for i, path in enumerate(migrations, 1):
        if not os.path.basename(path).startswith(f'{i:03}_'):
            die(path, 1, f'migration {i:03} is missing')
    price_sql = prices(os.path.join(schema, 'prices.tsv'))
    views = read('views.sql')
    rule = bare_sql(read('rules/pr_evidence.sql'))
    views += f'\nCREATE TEMP VIEW pr_evidence AS {rule};'
    parts = ['// Made by embed.py.', QUIET, '#include "embedded.h"', '#include "client_price.h"', '']
    parts.append('const char *const embedded_migrations[] = {')
    for path in migrations:
        parts.append(c_string(bare_sql(open(path, encoding='utf-8').read())) + ',')
    parts.append('};')
    parts.append(f'const int n_embedded_migrations = {len(migrations)};')
    parts.append(f'const char embedded_views[] =\n{c_string(views)};')
    parts.append(f'const char embedded_pr_evidence[] =\n{c_string(rule)};')
    parts.append(f'const char embedded_prices[] =\n{c_string(price_sql)};')
    parts.append(f'const char embedded_prices_digest[] = "{hashlib.sha256(price_sql.encode()).hexdigest()[:16]}";')
    parts += embed_comments.c_table([open(p, encoding='utf-8').read() for p in migrations] + [read('views.sql')], embed_reports.c_quote)
    parts += client_prices(os.path.join(schema, 'client_prices.tsv'))
    try:
        table = ['// Made by embed.py.', QUIET] + embed_reports.reports(schema, c_string) + embed_tips.tips(schema, c_string)
    except embed_reports.BadHeader as e:
        sys.exit(str(e))
    for name, lines in ((out, parts), (out_reports, table)):
        with open(name, 'w', encoding='utf-8') as f:
            f.write('\n'.join(lines) + '\n')
    if len(sys.argv) > 4:
        folders = [os.path.join(schema, 'reports'), os.path.join(schema, 'tips')]
        read_too = migrations + folders + [p for f in folders for p in sorted(glob.glob(os.path.join(f, '*.sql')))]
        with open(sys.argv[4], 'w', encoding='utf-8') as f:
            f.write(f'{out}: ' + ' '.join(p.replace(' ', '\\ ') for p in read_too) + '\n')


if __name__ == '__main__':
    main()
