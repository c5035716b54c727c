#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The scanner against Python's json, on thousands of made, mutated and recorded lines.

usage: scan_differential.py DRIVER     (scan_driver.c, built)

Both must take the same lines and read the same keys, types, strings and numbers. What Python does
differently is undone here: NaN and Infinity are refused, duplicate keys are kept, numbers keep
their spelling, lone surrogates and U+0000 become U+FFFD, a byte that is no UTF-8 becomes one U+FFFD
by itself (Python's own 'replace' takes a cut character as one), and lines nested deeper than
Python's stack are left to test_scan.c.
"""
import codecs
import json
import pathlib
import random
import subprocess
import sys

N_MADE = 10000
N_MUTANTS_OF_MADE = 20000
N_RECORDED = 3000
N_MUTANTS_OF_RECORDED = 6000
MAX_LINE = 20000
MAX_DEPTH = 200

codecs.register_error('byte by byte', lambda e: ('\ufffd', e.start + 1))


class Number(str):
    pass


def refuse(word):
    raise ValueError(word)


def spell_string(s):
    out = []
    for c in s:
        n = ord(c)
        if n == 0 or 0xd800 <= n < 0xe000:
            c = '\ufffd'
        out.append('\\u%04x' % n if 0 < n < 0x20 or n == 0x7f or c in '"\\' else c)
    units = sum(2 if ord(c) > 0xffff else 1 for c in s)
    return '"' + ''.join(out) + '"#' + str(units)


def spell(v):
    """The spelling of scan_walk.h."""
    if isinstance(v, Pairs):
        return '{' + ','.join(spell_string(k) + ':' + spell(x) for k, x in v) + '}'
    if isinstance(v, Number):
        return str(v)
    if isinstance(v, str):
        return spell_string(v)
    if isinstance(v, list):
        return '[' + ','.join(map(spell, v)) + ']'
    return {True: 'true', False: 'false', None: 'null'}[v]


class Pairs(list):
    """The members of an object, also those with the same key."""


def oracle(line):
    text = line.decode('utf-8', 'byte by byte')
    try:
        value = json.loads(text, object_pairs_hook=Pairs, parse_int=Number, parse_float=Number, parse_constant=refuse)
    except ValueError:
        return 'bad'
    return 'ok ' + spell(value)


def is_too_deep(line):
    return line.count(b'[') + line.count(b'{') > MAX_DEPTH


class Maker:
    WORDS = ['', 'type', 'usage', 'input_tokens', 'a', 'k"', 'back\\slash', 'é', '日本', '😀', 'tab\t', 'nul\0', '\x7f', '/',
             'x' * 15, 'x' * 16, 'x' * 17, 'x' * 31, '{"a":1}', ' ', '\ud800', '\udfff', '\ud83d', '\u2028', '\ufeff', '\uffff']
    NUMBERS = ['0', '-0', '7', '-12', '1.5', '1e400', '-1E-400', '9007199254740993', '123456789012345678901234567890',
               '0.1e+5', '10000001', '3' * 5000]

    def __init__(self, seed):
        self.random = random.Random(seed)

    def blanks(self):
        return self.random.choice(['', '', '', '', '', ' ', '\t', '\r', '  \t'])

    def string(self):
        r = self.random
        s = ''.join(r.choice(self.WORDS) for _ in range(r.choice([1, 1, 1, 2, 3, 6])))
        out = []
        for c in s:
            n = ord(c)
            units = [n] if n < 0x10000 else [0xd800 + (n - 0x10000 >> 10), 0xdc00 + (n - 0x10000 & 0x3ff)]
            must = n < 0x20 or 0xd800 <= n < 0xe000 or c in '"\\'
            short = {'"': '\\"', '\\': '\\\\', '\t': '\\t', '/': '\\/'}.get(c)
            if short and r.random() < .7:
                out.append(short)
            elif must or r.random() < .05:
                out.append(''.join(r.choice(['\\u%04x', '\\u%04X']) % u for u in units))
            else:
                out.append(c)
        data = ''.join(out).encode()
        if r.random() < .05:  # bytes that are no UTF-8
            at = r.randrange(len(data) + 1)
            if data[max(at - 6, 0):at].count(b'\\') == 0:
                data = data[:at] + bytes(r.choice([0x80, 0xbf, 0xc0, 0xc3, 0xe2, 0xed, 0xf0, 0xf4, 0xff]) for _ in range(r.randrange(1, 4))) + data[at:]
        return b'"' + data + b'"'

    def value(self, depth):
        r = self.random
        kind = r.randrange(9 if depth < 6 else 6)
        b = self.blanks().encode()
        if kind < 3:
            return b + self.string() + b
        if kind == 3:
            return b + r.choice(self.NUMBERS).encode() + b
        if kind == 4:
            return b + r.choice([b'true', b'false', b'null']) + b
        if kind == 5:
            return r.choice([b'{}', b'[]', b'{ }', b'[\t]', b'""'])
        items = [self.value(depth + 1) for _ in range(r.randrange(5))]
        if kind == 6:
            return b + b'[' + b','.join(items) + b']' + b
        return b + b'{' + b','.join(b + self.string() + b + b':' + v for v in items) + b'}' + b

    def mutant(self, line):
        r = self.random
        line = bytearray(line)
        for _ in range(r.choice([1, 1, 1, 2, 3])):
            at = r.randrange(len(line) + 1)
            special = r.choice([b'"', b'\\', b'{', b'}', b'[', b']', b',', b':', b'0', b'-', b'.', b'e', b'u', b'\0', b' ', b'\x1f',
                                b'\x80', b'\xe2', b'\xff', b'\\u', b'\\ud800', b'NaN', b'Infinity', b'true', b'//', b'\xef\xbb\xbf', b'\x0b'])
            step = r.randrange(5)
            if step == 0:
                line[at:at] = special
            elif step == 1:
                line[at:at + len(special)] = special
            elif step == 2:
                del line[at:at + r.choice([1, 1, 2, 16])]
            elif step == 3:
                del line[at:]
            else:
                line[at:at] = line[max(0, at - r.randrange(1, 30)):at]
        return bytes(line).replace(b'\n', b' ')


def recorded_lines(seed):
    """Lines of real transcripts, of each kind some."""
    folder = pathlib.Path(__file__).resolve().parents[1] / 'recorded'
    lines = []
    for path in sorted(folder.rglob('*.jsonl')):
        lines += [l for l in path.read_bytes().split(b'\n') if l and len(l) <= MAX_LINE]
    random.Random(seed).shuffle(lines)
    return lines[:N_RECORDED]


def all_lines():
    maker = Maker(1)
    made = [maker.value(0) for _ in range(N_MADE)]
    recorded = recorded_lines(2)
    lines = made + [maker.mutant(maker.random.choice(made)) for _ in range(N_MUTANTS_OF_MADE)] + recorded
    if recorded:
        lines += [maker.mutant(maker.random.choice(recorded)) for _ in range(N_MUTANTS_OF_RECORDED)]
    return [l for l in lines if l and not is_too_deep(l)]


def main():
    lines = all_lines()
    run = subprocess.run([sys.argv[1]], input=b'\n'.join(lines) + b'\n', stdout=subprocess.PIPE, check=True)
    answers = run.stdout.split(b'\n')[:-1]
    if len(answers) != len(lines):
        sys.exit(f'{len(lines)} lines, {len(answers)} answers')
    wrong = 0
    count = {'ok': 0, 'bad': 0}
    for line, answer in zip(lines, answers):
        want = oracle(line)
        count[want.split(' ')[0]] += 1
        if answer.decode('utf-8', 'backslashreplace') == want:
            continue
        wrong += 1
        if wrong <= 5:
            print(f'{line[:300]!r}\n  scanner {answer[:300]!r}\n  Python  {want[:300]!r}', file=sys.stderr)
    print(f"{count['ok']} good lines, {count['bad']} bad ones, {wrong} read differently")
    if min(count.values()) < 2000:
        sys.exit('too few lines of one kind: this test tests nothing')
    sys.exit(wrong > 0)


main()
