#!/usr/bin/env python3
"""A store of one's own: its bug is found by an ordinary sweep, and without the bug the same sweep is clean.

Usage: own_store_test.py APPEND_STORE APPEND_STORE_TORN [unittest arguments]
"""
import re
import subprocess
import sys
import unittest

GOOD = TORN = ""
SEEDS = 400


def run(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True, timeout=250, check=False)


def sweep(program, *more):
    return run(program, "run", "--target=append-store", f"--seeds={SEEDS}", "--jobs=2", "--keep_going", *more)


class OwnStore(unittest.TestCase):
    def test_the_store_is_clean(self):
        done = sweep(GOOD, "--shrink=0")
        self.assertEqual(done.returncode, 0, done.stdout[-3000:] + done.stderr)
        self.assertRegex(done.stdout, rf"{SEEDS} seeds from 0x1 .* 0 red")
        for what in ("crash states in recovery", "background-error entries", "fault: short write"):
            self.assertGreater(int(re.search(rf"^  {what} +(\d+)$", done.stdout, re.M)[1]), 0, what)

    def test_its_bug_is_found_and_made_small(self):
        done = sweep(TORN)
        self.assertEqual(done.returncode, 10, done.stdout[-3000:] + done.stderr)
        self.assertIn("rule durable broken", done.stdout)
        smallest = re.search(r"shrunk to (\d+) operations? of", done.stdout)
        self.assertLessEqual(int(smallest[1]), 3, done.stdout[-3000:])

    def test_it_replays(self):
        done = run(TORN, "run", "--target=append-store", f"--seeds={SEEDS}", "--until_red", "--shrink=0")
        command = re.search(r"reproduce: (\S+) (replay \S+ .*)", done.stdout)
        self.assertEqual(command[1], TORN)
        again = run(TORN, *command[2].split())
        self.assertEqual(again.returncode, 10)
        self.assertIn("append log", again.stdout)

    def test_the_trees_engine_is_there_as_well(self):
        done = run(GOOD, "run", "--seeds=20", "--shrink=0")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = run(GOOD, "run", "--target=nothing")
        self.assertEqual(done.returncode, 20)
        self.assertRegex(done.stderr, r"expected a target \(harrow .*append-store\)")


if __name__ == "__main__":
    GOOD, TORN = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
