#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every report of the catalogue: wrong use is refused in one line that names it, its example runs, an empty
ledger has something to say, and the columns that scripts count on are there (columns.txt).

usage: misuse.py CCL SCHEMA_DIR        UPDATE=1 adds new columns to columns.txt
"""
import json
import os
import shlex
import subprocess
import sys
import tempfile

import ledger
import run

HERE = os.path.dirname(os.path.abspath(__file__))
SHARE = int(os.environ.get('CCL_TEST_SHARE', 1))  # as in tests/tools/harness.py
LONG = 'x' * 100_000
BAD_TIMES = ['yesterdy', '2026-02-30', '-7d', '30', '30x', '', '2026-11-21T25:00', '\udcff', '7d\n', LONG]
# option -> (values, a word that the message has besides the value)
BAD = {
    'since': (BAD_TIMES, '--since'),
    'until': (BAD_TIMES, '--until'),
    'timezone': (['Europe/Berln', '../../etc/passwd', '\x1b[31m', LONG], '--timezone'),
    'model': (['claude-opus-5-4', 'gpt', "x' OR 1=1 --", '\x1b]0;x\x07', '\udcff', LONG], 'model'),
    'session': (['dddd'], 'several sessions'),
    'limit': (['-1', '1.5', 'x', '99999999999999999999', '\x1b', LONG], '--limit'),
    'sort': (['nothing', 'nothing:desc', '', ':', LONG], '--sort'),
    'columns': (['nothing', ',', '\u202e', LONG], '-o'),
    'by': (['colour', 'colour,project', LONG], '--by'),
    'cost': (['cheap'], '--cost'),
}


def is_clean(text):
    return all(c.isprintable() for c in text)


class Ccl:
    def __init__(self, program, folder):
        self.program, self.folder, self.n, self.bad = program, folder, 0, []

    def __call__(self, *args, **extra):
        self.n += 1
        raw = [os.fsencode(a) for a in args]
        p = subprocess.run([self.program, *raw], env=run.environment(self.folder, extra), capture_output=True, timeout=60,
                           stdin=subprocess.DEVNULL)
        return p.returncode, p.stdout.decode('utf-8', 'surrogateescape'), p.stderr.decode('utf-8', 'surrogateescape')

    def check(self, ok, args, why):
        if not ok:
            self.bad.append(f'ccl {" ".join(a[:60] for a in args)!r}: {why}')

    def refuse(self, args, *words, status=64):
        """Status 64, nothing on stdout, and one clean line that has the words."""
        code, out, err = self(*args)
        self.check(code == status, args, f'status {code} in place of {status}: {out[:100]!r} {err[:200]!r}')
        self.check(not out, args, f'prints {out[:100]!r}')
        self.check(err.startswith('ccl: ') and err.count('\n') == 1 and err.endswith('\n'), args, f'not one line: {err[:200]!r}')
        self.check(is_clean(err[:-1]) and len(err) < 1200, args, f'not clean, or long: {err[:600]!r}')
        for word in words:
            self.check(word in err, args, f'does not say {word!r}: {err[:200]!r}')


def words_of(report):
    """The command line that runs it on fixture.sql."""
    needed = {'session': 'dddd5', 'number': '7', 'turn': 'msg_11', 'prompt': 'p5'}
    words = [report['report']]
    for p in report['params']:
        if p['required']:
            words.append(needed.get(p['name'], '1' if p['type'] in ('int', 'number') else 'x'))
    if 'number' in [p['name'] for p in report['params']]:
        words += ['--repo', 'acme/api']
    return words


def misuse(ccl, report):
    words = words_of(report)
    options = [o['name'] for o in report['options']]
    for option in options:
        values, says = BAD.get(option, ((), ''))
        for value in values:
            ccl.refuse(words + [f'--{option}={value}'], says, *([value.partition(':')[0].split(',')[-1]] if len(value) < 99 and is_clean(value) else []))
    # a value that does not stand behind `=`, and none at all
    ccl.refuse(words + ['--limit', '-1'], '--limit -1')
    ccl.refuse(words + ['--sort'], '--sort')
    ccl.refuse(words + ['--jsn'], '--jsn', 'did you mean --json?')
    ccl.refuse(words + ['--nothing-at-all'], '--nothing-at-all', 'lists them')
    ccl.refuse(words + ['\x1b[31m'] * 16, 'ccl')
    # the audit takes a session, if it is given one
    ccl.refuse(words + (['dddd5555'] if report['report'] == 'audit' else []) + ['surplus'], 'surplus')
    ccl.refuse(words + ['--json', '--csv'], 'one format')
    ccl.refuse(words + ['--json=1'], 'takes no value')
    if 'chart' in options:
        ccl.refuse(words + ['--chart=cake'], '--chart takes no value')
        ccl.refuse(words + ['--chart', '--json'], '--chart')
    for option in {'since', 'project', 'branch', 'model', 'session', 'breakdown', 'by'} - set(options) - {p['name'] for p in report['params']}:
        ccl.refuse(words + [f'--{option}=x'], f'--{option}')
    # `ccl pr` alone is the report of all
    for missing in range(1, 1 + sum(p['required'] for p in report['params'])) if report['report'] != 'pr' else ():
        ccl.refuse(words[:missing], 'wants')
    if 'project' in options:
        code, out, err = ccl(*words, '--project', 'apii')
        ccl.check((code in (0, 2, 3) or report['params']) and 'did you mean api' in out + err, words + ['--project', 'apii'], f'{code} {out!r} {err!r}')
    if 'branch' in options:
        code, out, err = ccl(*words, '--branch', 'feature/pya')
        ccl.check((code in (0, 2, 3) or report['params']) and 'did you mean feature/pay' in out + err, words + ['--branch'], f'{code} {out!r} {err!r}')


def answers(ccl, report, known):
    """Help, example, formats, an empty ledger."""
    words = words_of(report)
    code, out, err = ccl(*words, '--help')
    ccl.check(code == 0 and not err and out.startswith(f'usage: ccl {report["report"]}') and '\nExample\n' in out, words, 'its --help has no example')
    ccl.check(all(c['name'] in out for c in report['columns']), words, 'its --help misses columns')
    example = shlex.split(report['example'] or '')
    ccl.check(example[:1] == ['ccl'], words, f'no example: {example}')
    code, _, err = ccl(*[w.replace('3f2a', 'dddd5') for w in example[1:]])
    ccl.check(code in (0, 2, 3, 66), example, f'{code} {err!r}')
    code, out, err = ccl(*words, '--json')
    ccl.check(code in (0, 1, 2, 3) and not err, words, f'--json: {code} {err!r}')
    if out:
        shown = json.loads(out)
        ccl.check(shown['report'] == report['report'] and shown['version'] >= 1, words, 'another report')
        names = [c['name'] for c in shown['columns']]
        always = [c['name'] for c in report['columns'] if not c['by'] or [report['report'], c['by']] == ['compare', 'project']]
        ccl.check(names == always, words, f'--json has {names}, the catalogue {always}')
    gone = [c for c in known.get(report['report'], []) if c not in [c['name'] + ':' + c['type'] for c in report['columns']]]
    ccl.check(not gone, words, f'columns that scripts use are gone, or of another type: {gone}')
    code, out, err = ccl(*words, LEDGER='empty')
    ccl.check(code in (0, 1, 66) and out + err, words, f'an empty ledger: {code} {out!r} {err!r}')


def read_known(path):
    known = {}
    for line in open(path, encoding='utf-8') if os.path.exists(path) else ():
        name, *columns = line.split()
        known[name] = columns
    return known


def commands(ccl):
    """What is wrong before any report is meant."""
    for words, says in ((['sesions'], 'did you mean sessions?'), (['day'], 'did you mean'), (['zzzzzz'], '`ccl help` lists all'),
                        (['\x1b[31m'], 'unknown command'), (['\udcff\udcfe'], 'unknown command'), ([LONG], '`ccl help` lists all'),
                        (['--nothing'], '--nothing'), (['pr', 'lnk'], 'did you mean pr link?'), (['budget', 'st'], 'budget st'),
                        (['help', 'dyas'], 'dyas'), (['config', 'set', 'gard', 'off'], 'did you mean guard?'),
                        (['config', 'set', 'guard', 'maybe'], 'guard'), (['config', 'set', 'budget.near', '100'], 'budget.near'),
                        (['config', 'set', 'notify.quiet', '25:00-26:00'], 'notify.quiet'), (['config', 'set', 'R1', 'x'], 'R1'), (['config', 'set', 'R1', '-3'], 'unknown option -3'),
                        (['export', '--format', LONG], 'csv, jsonl or sqlite'), (['completion', '\x07'], 'bash, zsh and fish'),
                        (['menubar', '--format', 'nothing'], 'nothing'), (['sql', 'SELEC 1'], 'SELEC'),
                        (['sql', 'DELETE FROM turn'], 'SELECT'), (['sql', LONG], 'ccl')):
        ccl.refuse(words, says)


def main():
    path = os.path.join(HERE, 'columns.txt')
    known = read_known(path)
    with tempfile.TemporaryDirectory() as folder:
        schema = os.path.abspath(sys.argv[2])
        ledger.make(schema, folder)
        ledger.make(schema, folder, is_empty=True)
        ccl = Ccl(os.path.abspath(sys.argv[1]), folder)
        catalogue = json.loads(ccl('reports', '--json')[1])['rows']
        now = {r['report']: [c['name'] + ':' + c['type'] for c in r['columns']] for r in catalogue}
        if os.environ.get('UPDATE') == '1':
            with open(path, 'w', encoding='utf-8') as f:
                f.writelines(' '.join([name, *now[name]]) + '\n' for name in sorted(now))
            known = now
        commands(ccl)
        for report in catalogue[::SHARE]:
            misuse(ccl, report)
            answers(ccl, report, known)
    for name in known.keys() - now.keys():
        ccl.bad.append(f'the report {name} is gone')
    for name in now:
        new = [c for c in now[name] if c not in known.get(name, [])]
        if new:
            ccl.bad.append(f'columns.txt does not have {name} {new}: UPDATE=1 adds them')
    if len(catalogue) < 20 or ccl.n < 1000 // SHARE:
        ccl.bad.append(f'only {len(catalogue)} reports, {ccl.n} runs')
    if ccl.bad:
        sys.exit('\n'.join(ccl.bad[:40]) + f'\n{len(ccl.bad)} complaints')
    print(f'{ccl.n} runs of {len(catalogue)} reports')


if __name__ == '__main__':
    main()
