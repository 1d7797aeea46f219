#!/usr/bin/env python3
"""harrow corpus as its users meet it. Usage: corpus_test.py HARROW BROKEN_HARROW [unittest arguments]"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HARROW = BROKEN = ""
GREEN = "harrow scenario 2\nlife\n  client\n    put k0 100 sync\n"
# More steps than that are needed to open.
RED = GREEN.replace("life", "step-limit 20\nlife")


def run(*words, broken=None):
    environment = dict(os.environ, HARROW_BROKEN=broken or "")
    return subprocess.run([BROKEN if broken else HARROW, *words], capture_output=True, text=True, timeout=60, env=environment,
                          check=False)


class Folder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def read(self, name):
        with open(os.path.join(self.folder, name), encoding="ascii") as file:
            return file.read()


class Run(Folder):
    def test_a_folder_in_order(self):
        self.file("b.scenario", GREEN)
        self.file("a.scenario", GREEN.replace("sync", ""))
        self.file("notes.txt", "not a scenario")
        done = run("corpus", "run", f"--folder={self.folder}")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"\Aok +a +every rule held\nok +b +every rule held\n2 scenarios, 0 not as expected\n\Z")
        self.assertEqual(run("corpus", "run", self.folder).stdout, done.stdout)

    def test_what_is_expected(self):
        for text, code, words in [
                (GREEN, 0, r"ok +s +every rule held\n"),
                (RED, 10, r"FAILED s +rule live broken\nrule live broken: .*\n(  .*\n)+  reproduce: \S+ replay \S+/s\.scenario\n"),
                (RED.replace("life", "expect live\nlife"), 0, r"ok +s +rule live broken, as expected\n"),
                (RED.replace("life", "expect durable\nlife"), 10, r"FAILED s +rule live broken\n(.*\n)+"),
                (GREEN.replace("life", "expect live\nlife"), 17, r"FAILED s +rule live held, expected to be broken\n.*\n")]:
            done = run("corpus", "run", self.file("s.scenario", text))
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
            self.assertRegex(done.stdout, rf"\A{words}1 scenario, {int(code != 0)} not as expected\n\Z")

    def test_one_that_crashes_costs_none_of_the_others(self):
        writes = "".join(f"    put k{key} 100\n" for key in range(4))
        self.file("a.scenario", GREEN)
        self.file("b.scenario", GREEN + writes)
        self.file("c.scenario", GREEN)
        for broken, words in (("abort", "died of signal 6"), ("segfault", "died of signal 11"), ("hang", "hung")):
            done = run("corpus", "run", "--hang=1s", self.folder, broken=broken)
            self.assertEqual(done.returncode, 11, broken)
            self.assertRegex(done.stdout, rf"ok +a .*\nFAILED b +{words}.*\n(.*\n)+ok +c .*\n3 scenarios, 1 not")
        # Slower by far than what ran before is not hung.
        done = run("corpus", "run", "--hang=50s", self.folder, broken="slow")
        self.assertEqual(done.returncode, 0, done.stdout)
        done = run("corpus", "run", self.folder, broken="unknown")
        self.assertEqual(done.returncode, 14)
        self.assertIn("no verdict, a bound was reached", done.stdout)

    def test_bad_files(self):
        self.file("a.scenario", "harrow scenario 2\nlive\n")
        self.file("b.scenario", GREEN)
        done = run("corpus", "run", self.folder)
        self.assertEqual(done.returncode, 21)
        self.assertIn("a.scenario:2: column 1: expected a setting", done.stderr)
        self.assertRegex(done.stdout, r"ok +b .*\n1 scenario, 0 not as expected, 1 not read\n")
        with tempfile.TemporaryDirectory() as empty:
            done = run("corpus", "run", empty)
            self.assertEqual(done.returncode, 21)
            self.assertIn("expected a folder with .scenario files, found none", done.stderr)
        self.assertEqual(run("corpus", "run", "/nowhere").returncode, 21)

    def test_interrupted(self):
        self.file("a.scenario", GREEN)
        self.file("b.scenario", GREEN + "    put k0 10\n    put k0 10\n")
        process = subprocess.Popen([BROKEN, "corpus", "run", self.folder], env=dict(os.environ, HARROW_BROKEN="hang"),
                                   stdout=subprocess.PIPE, text=True)
        first = process.stdout.readline()  # the second hangs from here on
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        out, _ = process.communicate(timeout=10)
        self.assertLess(time.monotonic() - began, 1)
        out = first + out
        self.assertEqual(process.returncode, 13)
        self.assertRegex(out, r"\Aok +a .*\ninterrupted: 1 scenario, 0 not as expected\n\Z")


class Add(Folder):
    def test_a_failure_is_shrunk_and_kept(self):
        big = RED.replace("sync", "") + "    put k1 4000 sync\n    scan\n" * 5
        done = run("corpus", "add", self.file("big", big), "--name=never_opens", f"--folder={self.folder}")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("never_opens.scenario: added; it expects that every rule holds\n", done.stdout)
        text = self.read("never_opens.scenario")
        self.assertRegex(text, r"\A# Shrunk from \S+big: \d operations? .*\n#\n# rule live broken: .*\n#   promised: .*\n")
        self.assertRegex(text, r"\n#   hash:     0x[0-9a-f]+\n#\n# Expects: every rule holds\.\nharrow scenario 3\n")
        self.assertLess(text.count("\n    "), big.count("\n    "))
        path = os.path.join(self.folder, "never_opens.scenario")
        self.assertEqual(run("format", "--check", path).returncode, 0)
        self.assertEqual(run("corpus", "run", path).returncode, 10)
        found = re.search(r"hash: +(\S+)", text).group(1)
        self.assertIn(f"hash={found} verdict=live", run("replay", "--hash", path).stdout)

    def test_a_known_finding(self):
        done = run("corpus", "add", self.file("red", RED), "--name=known", "--known", "--jobs=0", f"--folder={self.folder}")
        self.assertIn("it expects that this rule is broken", done.stdout)
        self.assertIn("\n# Expects: rule live is broken.\n", self.read("known.scenario"))
        self.assertIn("\nexpect live\n", self.read("known.scenario"))
        self.assertEqual(run("corpus", "run", os.path.join(self.folder, "known.scenario")).returncode, 0)
        done = run("corpus", "add", "7", "--name=crash", "--known", f"--folder={self.folder}", broken="abort")
        self.assertEqual(done.returncode, 20)
        self.assertIn("--known: expected a broken rule, found: died of signal 6", done.stderr)

    def test_what_crashes_can_be_kept(self):
        done = run("corpus", "add", "7", "--name=crash", "--time=2s", f"--folder={self.folder}", broken="abort")
        self.assertEqual(done.returncode, 0, done.stderr)
        path = os.path.join(self.folder, "crash.scenario")
        self.assertEqual(run("corpus", "run", path, broken="abort").returncode, 11)
        self.assertEqual(run("corpus", "run", path).returncode, 0)

    def test_refusals(self):
        self.file("there.scenario", "mine")
        red = self.file("red", RED)
        for code, words, arguments in [
                (22, "there.scenario: is there already", [red, "--name=there"]),
                (20, "--name: expected a name of letters", [red]),
                (20, "--name: expected a name of letters", [red, "--name=../x"]),
                (20, "expected a scenario that fails; 7 does not", ["7", "--name=green"]),
                (20, "expected one seed or scenario file, found 0", ["--name=none"]),
                (22, "No such file or directory", [red, "--name=x", "--folder=/nowhere"]),
                (21, "expected a setting", [self.file("bad", "harrow scenario 2\nlive\n"), "--name=x"])]:
            done = run("corpus", "add", *[f"--folder={self.folder}"], *arguments)
            self.assertEqual((done.returncode, done.stdout), (code, ""), arguments)
            self.assertEqual(done.stderr.count("\n"), 1)
            self.assertIn(words, done.stderr)
        self.assertEqual(self.read("there.scenario"), "mine")
        self.assertEqual(sorted(os.listdir(self.folder)), ["bad", "red", "there.scenario"])
        for words in (["corpus"], ["corpus", "drop"], ["corpus", "run", "--name=x"]):
            self.assertEqual(run(*words).returncode, 20, words)


if __name__ == "__main__":
    HARROW, BROKEN = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
