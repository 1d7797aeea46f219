"""Small source trees for the tests of the checks: written to a temporary folder from a dictionary of path to text."""

import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPTS = os.path.join(ROOT, "scripts")
sys.path.insert(0, SCRIPTS)


class SmallTreeTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="harrow-check-")
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def write(self, files):
        for path, text in files.items():
            full = os.path.join(self.root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)

    def run_script(self, *words):
        """(exit code, output) of a program of scripts/ or of any path."""
        result = subprocess.run([sys.executable, os.path.join(SCRIPTS, words[0]), *words[1:]], check=False,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return result.returncode, result.stdout
