#!/usr/bin/env python3
"""Stock SQLite as a target: an ordinary sweep meets all its modes, and with the list of known findings it is green; a run has the
same hash in any process. Usage: sqlite_test.py HARROW KNOWN_FINDINGS [arguments]"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

HARROW = KNOWN = ""
RED = 10

# What a sweep must count at least once, by a part of its line.
COUNTED = {
    "ext4": ["with synchronous off", "journal wal and synchronous normal", "any with journal delete and synchronous full",
             "any with journal delete and synchronous normal", "journal truncate and synchronous normal", "after any sync interrupt",
             "after any any flip"],
    "strict": ["with synchronous off", "journal wal and synchronous normal"],
}

LIFE = """
life
  image none
  image random 0x5
  client
    put k0 100 sync
    put k1 3000 sync
    delete k0 sync
    flush
  client
    put k2 300
    scan winding
    snapshot
    put k2 10
    snapshot-get k2
    iterator
    seek-first
    next
    compact
"""


def harrow(*words):
    return subprocess.run([HARROW, *words], capture_output=True, text=True, timeout=250, check=False)


class Modes(unittest.TestCase):
    def replay(self, journal, synchronous):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "one.scenario")
            with open(path, "w", encoding="ascii") as file:
                file.write(f"harrow scenario 3\ntarget sqlite\nkeys 3\nparanoid-checks on\njournal {journal}\n"
                           f"synchronous {synchronous}\n{LIFE}{LIFE}")
            return harrow("replay", path)

    def test_each_promise_is_kept_or_its_breach_is_found(self):
        lossy = {("delete", "normal"), ("delete", "full"), ("truncate", "normal"), ("wal", "normal")}
        for journal in ("delete", "truncate", "persist", "wal"):
            for synchronous in ("normal", "full", "extra"):
                with self.subTest(journal=journal, synchronous=synchronous):
                    result = self.replay(journal, synchronous)
                    if (journal, synchronous) in lossy:
                        self.assertEqual(result.returncode, RED, result.stdout[-2000:] + result.stderr)
                        self.assertIn("rule durable broken", result.stdout)
                    else:
                        self.assertEqual(result.returncode, 0, result.stdout[-2000:] + result.stderr)

    def test_the_trace_says_what_is_written(self):
        self.assertIn("frame of page 2, commits 2 pages", self.replay("wal", "full").stdout)
        self.assertIn("header zeroed", self.replay("persist", "full").stdout)

    def test_a_mode_that_is_not_is_one_clear_error(self):
        result = self.replay("memory", "full")
        self.assertEqual(result.returncode, 21)
        self.assertIn("expected a journal mode (delete truncate persist wal), found \"memory\"", result.stderr)


class Sweeps(unittest.TestCase):
    def sweep(self, *words):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "out.jsonl")
            result = harrow("run", "--target=sqlite", "--shrink=0", "--keep_going", f"--out={out}", *words)
            with open(out, encoding="ascii") as file:
                return result, [json.loads(line) for line in file]

    def test_known_findings_are_counted_and_not_red(self):
        for profile, counted in COUNTED.items():
            with self.subTest(profile):
                result, _ = self.sweep(f"--profile={profile}", "--seeds=1000", "--jobs=2", f"--known_findings={KNOWN}")
                self.assertEqual(result.returncode, 0, result.stdout[-4000:] + result.stderr)
                listed = re.findall(r"^ *(\d+)  (.*)$", result.stdout.split("known findings:")[1].split("exercised")[0], re.M)
                for what in counted:
                    counts = [int(count) for count, line in listed if what in line]
                    self.assertEqual(len(counts), 1, what)
                    self.assertGreater(counts[0], 0, what)

    def test_a_seed_has_one_hash_in_any_process(self):
        result, lines = self.sweep("--seeds=60", "--jobs=1", "--recheck=1")
        self.assertEqual(result.returncode, RED, result.stderr)
        failures = [line for line in lines if line["line"] == "failure"]
        self.assertGreater(len(failures), 5)
        for failure in failures[:8]:
            self.assertEqual(failure["class"], "rule")
            again = harrow("replay", failure["seed"], "--target=sqlite")
            self.assertIn(f"hash {failure['hash']}\n", again.stdout)


if __name__ == "__main__":
    HARROW, KNOWN = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
