# SPDX-License-Identifier: MIT
"""reports/*.sql -> the C table of report_def.h. Refuses a bad header with file:line."""
import glob
import os
import re

TYPES = 'text id path number int tokens usd rate time day hour week month span pct bool quantity exact'.split()
FILTERS = 'time project branch model session breakdown by'.split()
GROUPS = 'overview time work worklog guard health'.split()
# What a filter binds, besides :now_ms, which every report may use.
BINDS = {'time': ('since_ms', 'until_ms')}
SINGLE = 'report title about group version window totals chart empty example source like order exit'.split()
WINDOWS = ('today', 'newest', 'pull-request', 'turn', 'prompt', 'tips')
LATE = ('prompt_text',)
FLAGS = ('total', 'minor', 'wrap', 'alert', 'wide', 'detail')
MEASURES = [  # (name, type, about, flags), in the order of contract.md
    ('turns', 'int', 'API responses', ['total']),
    ('input', 'tokens', 'Input tokens that were not cached', ['total', 'minor']),
    ('output', 'tokens', 'Output tokens, thinking included', ['total', 'minor']),
    ('cache_write_5m', 'tokens', 'Tokens written to the 5-minute cache', ['total', 'minor']),
    ('cache_write_1h', 'tokens', 'Tokens written to the 1-hour cache', ['total', 'minor']),
    ('cache_read', 'tokens', 'Tokens read from the cache', ['total', 'minor']),
    ('web_searches', 'int', 'Web searches, which are billed apart', ['total', 'minor']),
    ('cost', 'usd', 'Money, from the price table; null if no turn of the row has a price', ['total']),
    ('unpriced', 'int', 'Turns left out of cost: their model has no price', ['total', 'alert']),
]
MEASURE_SQL = ', '.join(f'sum({m[0]}) AS {m[0]}' for m in MEASURES)
BY = [  # what --by splits rows of `spend AS s` by: name, about, SQL, what to group by
    ('project', 'Project, with --by project', '(SELECT name FROM project WHERE id = s.by_project_id)', 's.by_project_id'),
    ('branch', 'Git branch, with --by branch; null where nothing names one', '(SELECT text FROM name WHERE id = s.by_branch_id)',
     's.by_branch_id'),
    ('agent', 'Type of the agent, with --by agent; main: the session itself',
     "CASE WHEN :by & 4 THEN coalesce((SELECT agent_type FROM agent_name WHERE agent_id = s.by_agent_id), 'main') END", 'agent'),
    ('model', 'Model that answered, with --by model or --breakdown', '(SELECT name FROM model WHERE id = s.split)', 's.split'),
]
TOKENS = {
    '@measures': MEASURE_SQL,
    '@by_columns': ', '.join(f'{b[2]} AS {b[0]}' for b in BY),
    '@by_groups': ', '.join(b[3] for b in BY),
    # what a trend is of: the last 30 days, their numbers from 0 on
    '@recent_day': 'local_day_number(s.first_ms) - local_day_number(:now_ms) + 29',
    '@recent': "spend_sum(max(:since_ms, local_start(:now_ms, 'day', -29)), min(:until_ms, local_start(:now_ms, 'day', 1)), "
               ':project, :branch, :model, :session, :breakdown, :by, :cost)',
}


# SQL that several reports share: @name stands for it.
FRAGMENTS = [('rules', 'budget_rows'), ('rules', 'session_outcome'), ('', 'work_rows')]


class BadHeader(Exception):
    def __init__(self, path, line, why):
        super().__init__(f'{"/".join(path.split(os.sep)[-2:])}:{line}: {why}')


def c_quote(text):
    if text is None:
        return 'NULL'
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"').replace('?', '\\?') + '"'


def cells(text, n):
    """The first n words, then pieces that stand two blanks or more apart."""
    words = text.split(None, n)
    rest = re.split(r'\s{2,}', words[n]) if len(words) > n else []
    return words[:n] + rest


class Header:
    """The comment lines at the top of one report."""

    def __init__(self, path):
        self.path, self.tags = path, {}
        self.params, self.columns = [], []
        self.filters, self.by = None, None  # by: what rows are split by unless the user says
        lines = open(path, encoding='utf-8').read().split('\n')
        at = 0
        while at < len(lines) and lines[at].startswith('-- @'):
            self.line = at + 1
            tag, _, rest = lines[at][4:].partition(' ')
            self.read(tag, rest.strip())
            at += 1
        self.line = 1
        parts = re.split(r'^-- @(footer|chart_footer|trend)\n', '\n'.join(lines[at:]), flags=re.M)
        self.body, self.more = bare_sql(parts[0]), {k: bare_sql(v) for k, v in zip(parts[1::2], parts[2::2])}

    def bad(self, why):
        raise BadHeader(self.path, self.line, why)

    def read(self, tag, rest):
        if tag in SINGLE:
            if tag in self.tags:
                self.bad(f'@{tag} stands here twice')
            if not rest:
                self.bad(f'@{tag} says nothing')
            self.tags[tag] = rest
        elif tag == 'filter':
            if self.filters is not None:
                self.bad('@filter stands here twice')
            self.filters = rest.split()
            for f in self.filters:
                if f not in FILTERS:
                    self.bad(f'unknown filter {f!r}: it is one of {" ".join(FILTERS)}')
        elif tag == 'by':
            if self.by is not None:
                self.bad('@by stands here twice')
            self.by = rest.split()
            for b in self.by:
                if b not in [b[0] for b in BY]:
                    self.bad(f'@by names what rows are split by unless the user says; {b!r} is not one of {", ".join(b[0] for b in BY)}')
            for name, about, *_ in BY:
                self.add_column(name, 'text', about, [f'by={name}'])
        elif tag == 'measures':
            if rest:
                self.bad('@measures stands alone')
            for m in MEASURES:
                self.add_column(*m)
        elif tag == 'column':
            c = cells(rest, 2)
            if len(c) < 3:
                self.bad('a column is: name, type, what it is')
            self.add_column(c[0], c[1], c[2], ' '.join(c[3:]).split())
        elif tag == 'param':
            self.read_param(cells(rest, 3))
        else:
            self.bad(f'unknown tag @{tag}')

    def add_column(self, name, kind, about, flags):
        drill, ratio, by, late = None, None, None, 'none'
        for f in flags:
            if f.startswith('drill='):
                drill = f[6:]
            elif f.startswith('ratio='):
                ratio = f[6:]
            elif f == 'split':
                by = 'model'
            elif f.startswith('by='):
                by = f[3:]
            elif f[5:] in LATE and f.startswith('late='):
                late = f[5:]
            elif f not in FLAGS:
                self.bad(f'unknown flag {f!r} of column {name}')
        self.check_word(name)
        if kind not in TYPES:
            self.bad(f'column {name} is of no known type: {kind!r}')
        if name in [c['name'] for c in self.columns]:
            self.bad(f'column {name} stands here twice')
        self.columns.append(dict(name=name, type=kind, about=about, drill=drill, ratio=ratio, by=by, late=late, line=self.line,
                                 **{f: f in flags or (f == 'total' and ratio is not None) for f in FLAGS}))

    def read_param(self, c):
        if len(c) != 4:
            self.bad('a parameter is: name, type, required or - or a default or [the default|other choices], what it is')
        self.check_word(c[0])
        if c[1] not in TYPES:
            self.bad(f'parameter {c[0]} is of no known type: {c[1]!r}')
        if c[2][0] == '[' and not re.fullmatch(r'\[\w{1,23}(\|\w{1,23}){1,7}\]', c[2]):
            self.bad('choices are [the default|other choices], at most 8')
        choices = c[2][1:-1] if c[2][0] == '[' else None
        fallback = choices.split('|')[0] if choices else None if c[2] in ('required', '-') else c[2]
        self.params.append(dict(name=c[0], type=c[1], about=c[3], required=c[2] == 'required', fallback=fallback, choices=choices))

    def check_word(self, name):
        if not re.fullmatch(r'[a-z][a-z0-9_]*', name):
            self.bad(f'not a name: {name!r}')

    def take_from(self, others):
        """@like NAME: its filters, columns and SQL."""
        other = others.get(self.tags.get('like'))
        if not other or 'like' in other.tags or self.columns or self.body or self.filters is not None:
            self.bad('@like names another report, and stands in place of @filter, @column and SQL')
        self.columns, self.filters, self.by, self.body = other.columns, other.filters, other.by, other.body

    def check(self):
        for tag in ('report', 'title', 'about', 'group', 'empty'):
            if tag not in self.tags:
                self.bad(f'@{tag} is missing')
        if self.tags['report'] + '.sql' != os.path.basename(self.path):
            self.bad(f'@report {self.tags["report"]} is not the name of the file')
        if self.tags['group'] not in GROUPS:
            self.bad(f'unknown group {self.tags["group"]!r}: it is one of {" ".join(GROUPS)}')
        if not self.columns:
            self.bad('no @column')
        if not re.fullmatch(r'[1-9]\d*', self.tags.get('version', '1')):
            self.bad('@version is a number from 1')
        if not re.fullmatch(r'\d{1,2}', self.tags.get('order', '99')):
            self.bad('@order is a number up to 99')
        if 'window' in self.tags and (self.tags['window'] not in WINDOWS or 'time' not in (self.filters or [])):
            self.bad(f'@window is one of {" ".join(WINDOWS)}, in a report with @filter time')
        names = [c['name'] for c in self.columns]
        self.check_ratios()
        chart = self.tags.get('chart', '')
        if chart and not re.fullmatch(r'bar( x=\S+)? y=\S+( note=\S+)?', chart):
            self.bad('@chart is bar x=COLUMN,COLUMN y=COLUMN note=COLUMN')
        for word in re.findall(r'[^ =,]+(?= |,|$)', re.sub(r'\w+=', '', chart.partition(' ')[2])):
            if word not in names:
                self.bad(f'@chart names no column: {word}')
        if 'totals' in self.tags and (not re.fullmatch(r'\w+=\w+', self.tags['totals'])
                                      or self.tags['totals'].split('=')[0] not in names):
            self.bad('@totals is COLUMN=VALUE')
        if 'exit' in self.tags and (self.tags['exit'].split()[1:] != ['critical=3', 'warn=2']
                                    or self.tags['exit'].split()[0] not in names):
            self.bad('@exit is COLUMN critical=3 warn=2')
        if ('source' in self.tags) == bool(self.body):
            self.bad('a report has either SQL or a @source')
        if any(c['by'] for c in self.columns) and 'breakdown' not in (self.filters or []):
            self.bad('a split column needs @filter breakdown')
        if (self.by is not None) != ('by' in (self.filters or [])):
            self.bad('@by and @filter by go together')
        self.check_binds()

    def check_ratios(self):
        sums = [c['name'] for c in self.columns if c['total'] and not c['ratio']]
        for c in self.columns:
            parts = (c['ratio'] or '').split('/')
            if c['ratio'] is not None and (len(parts) != 2 or not set(re.split(r'[+]', '+'.join(parts))) <= set(sums)):
                raise BadHeader(self.path, c['line'], f'ratio={c["ratio"]} is not A+B/C+D of columns with a total')

    def rank(self):
        group = self.tags.get('group')
        return (GROUPS.index(group) if group in GROUPS else 0, int(self.tags.get('order', 99)), self.path)

    def check_binds(self):
        for name, sql in self.fragments.items():
            self.body = self.body.replace('@' + name, sql)
            self.more = {k: v.replace('@' + name, sql) for k, v in self.more.items()}
        known = {'now_ms'} | {p['name'] for p in self.params}
        for f in self.filters or []:
            known |= set(BINDS.get(f, (f,)))
        if self.filters is not None:  # spend.sql binds them all
            known |= {'since_ms', 'until_ms', 'project', 'branch', 'model', 'session', 'breakdown', 'by', 'cost'}
        sums = {f'total_{c["name"]}' for c in self.columns if c['total']}
        for part, sql in [('body', self.body), *self.more.items()]:
            names = known | sums if part == 'footer' else known
            for name in re.findall(r'(?<![:\w]):([A-Za-z_]\w*)', re.sub(r"'[^']*'", "''", sql)):
                if name not in names:
                    self.bad(f'the SQL uses :{name}, which no @param or @filter declares')

    def has_spend(self):
        """Whether its money is a sum over `spend`, which --cost decides about."""
        is_money = any(c['type'] == 'usd' for c in self.columns)
        return is_money and bool(re.search(r'\b(FROM|JOIN)\s+spend\b|:cost\b', self.body))

    def sql(self, spend, body):
        for token, sql in TOKENS.items():
            body = body.replace(token, sql)
        if re.search(r'@\w+', re.sub(r"'[^']*'", "''", body)):
            self.bad('unknown @token in the SQL')
        if self.filters is None:
            return body
        if body.startswith('WITH '):
            return f'WITH {spend},\n{body[5:]}'
        return f'WITH {spend}\n{body}'


def flag(value):
    return 'true' if value else 'false'


def by_bits(names):
    return ' | '.join(f'BY_{n.upper()}' for n in names if n) or '0'


def c_table(headers, spend, c_string):
    out = ['#include "report_def.h"', '']
    for i, h in enumerate(headers):
        if h.params:
            out.append(f'static const struct report_param params_{i}[] = {{')
            for p in h.params:
                out.append(f'\t{{{c_quote(p["name"])}, {c_quote(p["about"])}, {c_quote(p["fallback"])}, '
                           f'{c_quote(p["choices"])}, VALUE_{p["type"].upper()}, {flag(p["required"])}, '
                           f'{flag(p["required"] or p["choices"])}}},')
            out.append('};')
        out.append(f'static const struct report_column columns_{i}[] = {{')
        for c in h.columns:
            out.append(f'\t{{{c_quote(c["name"])}, {c_quote(c["about"])}, {c_quote(c["drill"])}, {c_quote(c["ratio"])}, '
                       f'VALUE_{c["type"].upper()}, LATE_{c["late"].upper()}, '
                       + ', '.join(flag(c[f]) for f in FLAGS) + f', {by_bits([c["by"]])}}},')
        out.append('};')
    out.append('const struct report_def report_defs[] = {')
    for i, h in enumerate(headers):
        if i + 1 == len(headers):  # export.sql
            out += ['};', f'const size_t n_report_defs = {i};', 'const struct report_def export_def[1] = {']
        t = h.tags
        total = t.get('totals', '').split('=') if 'totals' in t else (None, None)
        filters = ' | '.join(f'FILTER_{f.upper()}' for f in h.filters or []) or '0'
        strings = {k: t.get(k) for k in 'title about group empty example chart source'.split()}
        out.append('{\n\t.name = ' + c_quote(t['report']) + ',')
        out += [f'\t.{k} = {c_quote(v)},' for k, v in strings.items()]
        out.append('\t.sql = ' + (c_string(h.sql(spend, h.body)) if h.body else 'NULL') + ',')
        for part in ('footer', 'chart_footer', 'trend'):
            out.append(f'\t.{part}_sql = ' + (c_string(h.sql(spend, h.more[part])) if part in h.more else 'NULL') + ',')
        out.append(f'\t.exit_column = {c_quote(t["exit"].split()[0] if "exit" in t else None)},')
        out.append(f'\t.totals_column = {c_quote(total[0])}, .totals_value = {c_quote(total[1])},')
        out.append(f'\t.params = {f"params_{i}" if h.params else "NULL"}, .n_params = {len(h.params)},')
        out.append(f'\t.columns = columns_{i}, .n_columns = {len(h.columns)},')
        out.append(f'\t.filters = {filters}, .default_by = {by_bits(h.by or [])}, .has_spend = {flag(h.has_spend())},')
        out.append(f'\t.window = WINDOW_{t.get("window", "none").upper().replace("-", "_")}, .version = {t.get("version", "1")},\n}},')
    out.append('};')
    return out


def bare_sql(text):
    """SQL without the comment lines."""
    return '\n'.join(x for x in text.split('\n') if not x.lstrip().startswith('--')).strip()


def bare(path):
    return bare_sql(open(path, encoding='utf-8').read())


def statements(path):
    """[(name, SQL)] of a file with several, each behind `-- @statement NAME`."""
    parts = re.split(r'^-- @statement (\w+)\n', open(path, encoding='utf-8').read(), flags=re.M)[1:]
    return [(name, bare_sql(text)) for name, text in zip(parts[::2], parts[1::2])]


def filters(spend):
    """The common table expressions of spend.sql before `spend` itself."""
    return spend.rpartition('spend AS ')[0].rstrip().rstrip(',')


def reports(schema, c_string):
    """The lines of C, or an exception with file:line."""
    Header.fragments = {name: bare(os.path.join(schema, folder, name + '.sql')) for folder, name in FRAGMENTS}
    headers = [Header(p) for p in sorted(glob.glob(os.path.join(schema, 'reports', '*.sql')))]
    headers.sort(key=Header.rank)
    names = {h.tags.get('report'): h for h in headers}
    for h in headers:
        if 'like' in h.tags:
            h.take_from(names)
        h.check()
        for c in h.columns:
            if c['drill'] and c['drill'] not in names:
                raise BadHeader(h.path, c['line'], f'drill={c["drill"]}: there is no such report')
    fragment = lambda name: bare(os.path.join(schema, name + '.sql'))
    spend, newest = fragment('spend'), fragment('newest')
    export = Header(os.path.join(schema, 'export.sql'))
    export.check()
    return c_table(headers + [export], spend, c_string) + [
        f'const char report_newest_sql[] =\n{c_string(f"WITH {spend} {newest}")};'] + [
        f'const char spend_{name}_sql[] =\n{c_string(f"WITH {filters(spend)} {sql}" if "spend_" in sql or sql[0] == "," else sql)};'
        for name, sql in statements(os.path.join(schema, 'spend_read.sql'))] + [
        f'const char calls_{name}_sql[] =\n{c_string(f"WITH {filters(spend)} {sql}")};'
        for name, sql in statements(os.path.join(schema, 'call_read.sql'))] + [
        f'const char beyond_{name}_sql[] =\n{c_string(sql)};'
        for name, sql in statements(os.path.join(schema, 'beyond_read.sql'))] + [
        f'const char audit_{name}_sql[] =\n{c_string(sql)};'
        for name, sql in statements(os.path.join(schema, 'audit_read.sql'))]
