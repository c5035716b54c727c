#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The manual page: all of the catalogue is in it, and what formats it has nothing to complain of."""
import json
import os
import shutil
import subprocess
import tempfile
import unittest

import harness


class Man(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix='ccl-test-')
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        cls.env = harness.environ(os.path.join(cls.dir, 'none.db'), cls.dir)
        cls.page = cls.run_ccl('man')
        cls.reports = json.loads(cls.run_ccl('reports', '--json'))['rows']

    @classmethod
    def run_ccl(cls, *args):
        return subprocess.run([harness.CCL, *args], env=cls.env, capture_output=True, text=True, check=True).stdout

    def shown(self):
        out = subprocess.run(['groff', '-man', '-Tutf8', '-rLL=200n', '-rHY=0', '-P-cbou'], input=self.page, capture_output=True, text=True, check=True)
        return out.stdout

    def test_source(self):
        self.assertTrue(self.page.startswith('.TH CCL 1 '))
        self.assertTrue(self.page.isascii())
        for line in self.page.splitlines():
            self.assertRegex(line, r"^(\.(TH|SH|SS|TP|IP|EX|EE|RS|RE|PP|B|BR|I|br|ad)\b|\\&|[^.'])", line)
        for r in self.reports:
            self.assertIn('.TP\n\\fB' + r['report'].replace('-', '\\-') + '\\fR', self.page)
        self.assertNotIn('hidden', self.page)
        self.assertNotIn('\\fBtrailer\\fR', self.page)

    @unittest.skipUnless(shutil.which('groff'), 'groff is not here')
    def test_groff(self):
        p = subprocess.run(['groff', '-man', '-ww', '-z', '-Tutf8'], input=self.page, capture_output=True, text=True)
        self.assertEqual((0, ''), (p.returncode, p.stderr))
        shown = ' '.join(self.shown().replace('\u2010', '-').split())
        for r in self.reports:
            self.assertIn(r['example'], shown)
            self.assertIn(' '.join(r['about'].replace('`', '').split()), shown)
        for section in ('NAME', 'SYNOPSIS', 'DESCRIPTION', 'REPORTS', 'COMMANDS', 'OPTIONS', 'MEASURES', 'EXIT STATUS', 'ENVIRONMENT', 'FILES'):
            self.assertIn(f' {section} ', ' ' + shown)

    @unittest.skipUnless(shutil.which('mandoc'), 'mandoc is not here')
    def test_mandoc(self):
        p = subprocess.run(['mandoc', '-T', 'lint', '-W', 'warning'], input=self.page, capture_output=True, text=True)
        self.assertEqual('', '\n'.join(x for x in p.stdout.splitlines() if 'missing date' not in x))


if __name__ == '__main__':
    unittest.main()
