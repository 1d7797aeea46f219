#!/usr/bin/env python3
"""harrow format as its users meet it. Usage: format_test.py HARROW [unittest arguments]"""
import os
import stat
import subprocess
import sys
import tempfile
import unittest

HARROW = ""
TIDY = "harrow scenario 2\n# one write\nlife\n  client\n    put k0 100 sync  # synced\n"
UNTIDY = "harrow scenario 2\r\n# one write\r\nlife\n\tclient\nput  k0 100   sync # synced\n\n\n"


def run(*words):
    return subprocess.run([HARROW, *words], capture_output=True, text=True, timeout=60, check=False)


class Format(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="ascii", newline="") as file:
            file.write(text)
        return path

    def read(self, path):
        with open(path, encoding="ascii", newline="") as file:
            return file.read()

    def test_rewrites_what_is_untidy_and_nothing_else(self):
        tidy, untidy = self.file("tidy", TIDY), self.file("untidy", UNTIDY)
        os.chmod(untidy, 0o640)
        before = os.stat(tidy)
        done = run("format", tidy, untidy)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, f"{untidy}: formatted\n", ""))
        self.assertEqual(self.read(untidy), TIDY)
        self.assertEqual(stat.S_IMODE(os.stat(untidy).st_mode), 0o640)
        self.assertEqual((os.stat(tidy).st_ino, os.stat(tidy).st_mtime_ns), (before.st_ino, before.st_mtime_ns))
        self.assertEqual(sorted(os.listdir(self.folder.name)), ["tidy", "untidy"])
        self.assertEqual(run("format", tidy, untidy).stdout, "")

    def test_check_changes_nothing(self):
        tidy, untidy = self.file("tidy", TIDY), self.file("untidy", UNTIDY)
        done = run("format", "--check", untidy, tidy)
        self.assertEqual((done.returncode, done.stdout), (16, f"{untidy}: not in canonical layout\n"))
        self.assertEqual(self.read(untidy), UNTIDY)
        self.assertEqual(run("format", "--check", tidy).returncode, 0)

    def test_bad_files_stay_and_the_others_are_formatted(self):
        bad, untidy = self.file("bad", "harrow scenario 2\nlive\n"), self.file("untidy", UNTIDY)
        done = run("format", bad, os.path.join(self.folder.name, "absent"), untidy)
        self.assertEqual(done.returncode, 21)
        self.assertEqual(done.stderr.count("\n"), 2)
        self.assertIn("bad:2: column 1: expected a setting", done.stderr)
        self.assertIn("absent: No such file", done.stderr)
        self.assertEqual(self.read(bad), "harrow scenario 2\nlive\n")
        self.assertEqual(self.read(untidy), TIDY)
        self.assertEqual(run("format").returncode, 20)

    def test_a_link_stays_a_link(self):
        untidy = self.file("untidy", UNTIDY)
        link = os.path.join(self.folder.name, "link")
        os.symlink("untidy", link)
        self.assertEqual(run("format", link).returncode, 0)
        self.assertTrue(os.path.islink(link))
        self.assertEqual(self.read(untidy), TIDY)

    def test_a_full_disk_leaves_the_file(self):
        untidy = self.file("untidy", UNTIDY)
        done = subprocess.run(["bash", "-c", 'ulimit -f 0; trap "" XFSZ; exec "$0" format "$1"', HARROW, untidy],
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 22, done.stderr)
        self.assertIn("File too large", done.stderr)
        self.assertEqual(self.read(untidy), UNTIDY)
        self.assertEqual(os.listdir(self.folder.name), ["untidy"])


if __name__ == "__main__":
    HARROW = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
