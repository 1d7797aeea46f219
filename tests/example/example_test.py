#!/usr/bin/env python3
"""The example on an engine with a planted bug fails as it should, and is a project of its own.

Usage: example_test.py ENGINE_TEST_PLANTED HARROW_PLANTED CMAKE [unittest arguments]
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
TEST = HARROW = CMAKE = ""


def run(*words, **variables):
    environment = {name: value for name, value in os.environ.items() if name not in ("RC_PARAMS", "HARROW_SCENARIO")}
    return subprocess.run(words, capture_output=True, text=True, timeout=200, check=False, env=dict(environment, **variables))


class Example(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_seeds(self):
        done = run(TEST, "--gtest_filter=Engine.KeepsItsPromisesOnManySeeds", TEST_TMPDIR=self.folder)
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stdout, r"engine_simulation\.cc:\d+: Failure\nFailed\nseed 0x[0-9a-f]+ is red\nrule atomic broken: .*\n"
                                      r"  promised: .*\n  found: .*\n  where: .*\n  disk: .*\n  profiles: .*\n  hash: +0x[0-9a-f]+\n"
                                      r"  size: +1 operation of 1 client in 1 life, 0 faults, 0 preemptions\n")
        path = re.search(r"  reproduce: harrow replay (\S+)\n", done.stdout).group(1)
        self.assertEqual(path, os.path.join(self.folder, "harrow-Engine.KeepsItsPromisesOnManySeeds.scenario"))
        with open(path, encoding="ascii") as file:
            self.assertIn("  scenario:\n" + file.read(), done.stdout)
        # The program with the same engine, and the test itself, run it again.
        digest = re.search(r"  hash: +(\S+)\n", done.stdout).group(1)
        again = run(HARROW, "replay", "--hash", path)
        self.assertEqual(again.returncode, 10)
        self.assertIn(f"hash={digest} verdict=atomic", again.stdout)
        command = re.search(r"  or: +HARROW_SCENARIO=(\S+) (\S+) (\S+)\n", done.stdout)
        again = run(command.group(2), command.group(3), HARROW_SCENARIO=command.group(1))
        self.assertEqual(again.returncode, 1)
        self.assertIn("rule atomic broken", again.stdout)
        self.assertRegex(again.stdout, r"\n +\d+  .  main  ")

    def test_property(self):
        done = run(TEST, "--gtest_filter=EngineProperty.*", TEST_TMPDIR=self.folder, RC_PARAMS="seed=1")
        self.assertEqual(done.returncode, 1, done.stdout)
        text = done.stdout + done.stderr
        self.assertRegex(text, r"Falsifiable after \d+ tests? and \d+ shrinks?")
        self.assertRegex(text, r"seed 0x[0-9a-f]+ is red\nrule \S+ broken: ")
        scenario = re.search(r"\n  scenario:\n(harrow scenario 3\n(?:.+\n)*)\n", text).group(1)
        self.assertLessEqual(len(re.findall(r"^    \w", scenario, re.M)), 4, scenario)
        path = os.path.join(self.folder, "found.scenario")
        with open(path, "w", encoding="ascii") as file:
            file.write(scenario)
        self.assertEqual(run(HARROW, "replay", "--hash", path).returncode, 10)

    def test_a_bad_file_is_a_failure(self):
        path = os.path.join(self.folder, "bad.scenario")
        with open(path, "w", encoding="ascii") as file:
            file.write("harrow scenario 2\nlive\n")
        done = run(TEST, "--gtest_filter=Engine.KeepsItsPromisesOnASeed", HARROW_SCENARIO=path)
        self.assertEqual(done.returncode, 1)
        self.assertIn("bad.scenario:2: column 1: expected a setting", done.stdout)

    def test_it_is_a_project(self):
        done = run(CMAKE, "-S", FOLDER, "-B", self.folder, "-G", "Ninja")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        # Everything that the example needs can be built; none of the tree's own tests comes along.
        done = run("ninja", "-C", self.folder, "-n", "engine_test")
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("tests/unit", done.stdout)
        done = run("ctest", "--test-dir", self.folder, "-N")
        self.assertRegex(done.stdout, r"\n  Test #1: engine_test\n\nTotal Tests: 1\n")


if __name__ == "__main__":
    TEST, HARROW, CMAKE = sys.argv[1:4]
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
