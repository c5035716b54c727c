# SPDX-License-Identifier: MIT
"""The comments of tables, columns and views in the migrations and views.sql, for `ccl sql --schema`."""
import re

COLUMN = re.compile(r'^\s*(\w+) +(?:TEXT|INTEGER|REAL|BLOB|ANY)\b')


def strip(text):
    return re.sub(r'\s+', ' ', text.strip().lstrip('-').strip())


def split_comment(line):
    code, _, about = line.partition('--')
    return code, strip(about)


class Comments:
    def __init__(self):
        self.tables = {}  # name -> {column or '': comment}

    def read(self, text):
        above, table = [], None
        for line in text.split('\n'):
            code, about = split_comment(line)
            if not code.strip():
                above = above + [about] if about else []
                continue
            made = re.match(r'CREATE (?:TABLE|TEMP VIEW) (\w+)', code)
            if made:
                table = self.tables.setdefault(made[1], {})
                table[''] = about or ' '.join(above)
                table = table if 'TABLE' in code else None
            elif code.startswith(')'):
                table = None
            elif table is not None:
                for piece in code.split(','):
                    column = COLUMN.match(piece)
                    if column:
                        table[column[1]] = about
            else:
                self.change(code, about)
            above = []

    def change(self, code, about):
        added = re.match(r'ALTER TABLE (\w+) ADD COLUMN (\w+)', code)
        renamed = re.match(r'ALTER TABLE (\w+) RENAME TO (\w+)', code)
        gone = re.match(r'DROP TABLE (\w+)', code)
        if added:
            self.tables[added[1]][added[2]] = about
        elif renamed:
            self.tables[renamed[2]] = self.tables.pop(renamed[1])
        elif gone:
            del self.tables[gone[1]]


def c_table(texts, quote):
    """Lines of C: what each table (its column is "") and column is."""
    comments = Comments()
    for text in texts:
        comments.read(text)
    rows = [(t, c, about) for t, columns in sorted(comments.tables.items()) for c, about in sorted(columns.items()) if about]
    return ['const struct embedded_comment embedded_comments[] = {',
            *(f'\t{{{quote(t)}, {quote(c)}, {quote(about)}}},' for t, c, about in rows),
            '};', f'const size_t n_embedded_comments = {len(rows)};']
