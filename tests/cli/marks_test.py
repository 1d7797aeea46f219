#!/usr/bin/env python3
"""Rare paths: an ordinary sweep takes each of them, and the files of its shards add up to the same.
Usage: marks_test.py HARROW [arguments]"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

HARROW = ""
SEEDS = 4000
# One in 30,000 seeds; tests/unit/harness/marks_test.cc reaches it.
ELSEWHERE = {"group: its leader has had its turns"}


def run(*words):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GTEST_", "SLURM_", "JOB_"))}
    return subprocess.run([HARROW, *words], capture_output=True, text=True, env=kept, timeout=250, check=False)


def section(text):
    """How often each rare path was reached, by name, and the names of those that never were."""
    lines = text.split("rare paths:\n")[1].split("\n")
    counts = {}
    for line in lines:
        if row := re.fullmatch(r"  (\S.*?) +(\d+)", line):
            counts[row[1]] = int(row[2])
    never = [line[len("never reached: "):].split("; ") for line in lines if line.startswith("never reached: ")]
    return counts, never[0] if never else []


class Marks(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_a_sweep_reaches_each(self):
        done = run("run", f"--seeds={SEEDS}", "--jobs=2", "--recheck=0", "--shrink=0", "--keep_going", "--marks")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        never = [name for name in section(done.stdout)[1] if name not in ELSEWHERE]
        self.assertEqual(never, [], f"never reached in {SEEDS} seeds: " + "; ".join(never))

    def test_files_add_up(self):
        sweep = ("run", "--seeds=60", "--recheck=10", "--marks")
        whole = section(run(*sweep, "--jobs=2").stdout)
        self.assertGreater(len(whole[0]), 10)
        self.assertGreater(len(whole[1]), 0)
        shards = [os.path.join(self.folder, f"shard{index}") for index in range(3)]
        for index, shard in enumerate(shards):
            run(*sweep, f"--shard_index={index}", "--shard_count=3", f"--out={shard}")
        self.assertEqual(section(run("merge", *shards, "--marks").stdout), whole)
        self.assertNotIn("rare paths", run("merge", *shards).stdout)


if __name__ == "__main__":
    HARROW = sys.argv.pop(1)
    unittest.main()
