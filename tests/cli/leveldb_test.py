#!/usr/bin/env python3
"""Stock LevelDB as a target: what it is known for is found, each by a scenario that shows it alone and by an ordinary sweep;
with the list of known findings the sweep is green. Usage: leveldb_test.py HARROW KNOWN_FINDINGS [arguments]"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

HARROW = KNOWN = ""
RED = 10

# Name: profile, settings, lives, and the rule that each breaks.
SHOWN = {
    "append_error_not_sticky": ("ext4", "", """
life
  fault log write #2: short 10 then ENOSPC
  client
    put k0 100 sync
    put k0 100
    put k0 100 sync
""", "poisoned"),
    "hole_across_rotation": ("ext4", "", """
life
  explore 0
  end crash keep none
  client
    put k0 100
    put k1 66000
    put k2 100 sync
""", "prefix"),
    "read_error_is_end_of_log": ("ext4", "", """
life
  end close
  client
    put k0 100 sync
life
  fault log read #1: error EIO
""", "durable"),
    "short_read_is_end_of_log": ("ext4", "", """
life
  end close
  client
    put k0 100 sync
life
  fault log read #1: short 20
""", "durable"),
    "reused_log_keeps_torn_tail": ("ext4", "reuse-logs on\n", """
life
  explore 0
  end crash keep names-only
  client
    put k0 9
life
  client
    put k0 16 sync
""", "durable"),
    "existence_error_makes_new_database": ("ext4", "", """
life
  end close
  client
    put k0 100 sync
    flush
life
  fault current stat #1: error EIO
""", "durable"),
    "null_batch_swallowed": ("ext4", "", """
life
  schedule default seed 0x0
  replay
  switch 0x4be5611df48d7f7b 2 0x9bf4064122a6b10
  explore 0
  end crash keep none
  client
    put k0 16
  client
    flush
  client
    put k0 16
""", "flush"),
    "manifest_removed_before_current_is_durable": ("strict", "", """
life
  image every-subset
""", "open"),
    "log_name_not_durable": ("strict", "", """
life
  explore 0
  end crash keep none
  client
    put k0 100 sync
""", "durable"),
    "current_without_directory_sync": ("ext4", "", """
life
  explore 0
  end close
  client
    put k0 16
life
  explore 0
  end crash keep none
""", "indeterminate"),
}
# What a sweep under each profile must count at least once, by the beginning of its place on record and the rule or fault that
# tells it from others.
COUNTED = {
    "ext4": ["after log write, log sync", "durable durable-before prefix atomic in any", "after log read error",
             "with reuse-logs on", "after current stat error", "flush in any", "after log read short", "space in any"],
    "strict": ["open in strict", "durable durable-before flush prefix atomic indeterminate idempotent in strict"],
}


def harrow(*words):
    return subprocess.run([HARROW, *words], capture_output=True, text=True, timeout=250, check=False)


class Shown(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "one.scenario")

    def replay(self, target, profile, settings, lives):
        with open(self.path, "w", encoding="ascii") as file:
            file.write(f"harrow scenario 3\ntarget {target}\nprofile {profile}\nkeys 3\n{settings}{lives}")
        return harrow("replay", self.path)

    def test_each_is_found_by_its_rule(self):
        for name, (profile, settings, lives, rule) in SHOWN.items():
            with self.subTest(name):
                result = self.replay("leveldb", profile, settings, lives)
                self.assertEqual(result.returncode, RED, result.stdout[-2000:] + result.stderr)
                self.assertIn(f"rule {rule} broken", result.stdout)

    def test_our_engine_has_none_of_them(self):
        for name, (profile, settings, lives, _) in SHOWN.items():
            with self.subTest(name):
                result = self.replay("harrow", profile, settings.replace("reuse-logs on\n", ""), lives)
                self.assertEqual(result.returncode, 0, result.stdout[-2000:] + result.stderr)

    def test_its_own_files_and_threads_serve_without_a_fault(self):
        # Rotation, flush, compaction and reopening, on the maps of its own files.
        lives = """
life
  explore 0
  end close
  client
    put k0 60000
    put k1 60000
    put k2 60000
    delete k1
    flush
    put k1 60000
    compact
    scan
    get k2
life
  explore 0
  end close
  client
    scan backward
"""
        result = self.replay("leveldb", "ext4", "", lives)
        self.assertEqual(result.returncode, 0, result.stdout[-2000:] + result.stderr)
        self.assertIn("create table", result.stdout)


class Sweeps(unittest.TestCase):
    def sweep(self, profile, seeds):
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "out.jsonl")
            result = harrow("run", "--target=leveldb", f"--profile={profile}", f"--seeds={seeds}", "--jobs=2",
                            "--shrink=0", "--keep_going", f"--known_findings={KNOWN}", f"--out={out}")
            with open(out, encoding="ascii") as file:
                lines = [json.loads(line) for line in file]
        return result, lines

    def test_known_findings_are_counted_and_not_red(self):
        for profile, seeds in (("ext4", 6000), ("strict", 400)):
            with self.subTest(profile):
                result, lines = self.sweep(profile, seeds)
                self.assertEqual(result.returncode, 0, result.stdout[-4000:] + result.stderr)
                listed = re.findall(r"^ *(\d+)  (.*)$", result.stdout.split("known findings:")[1].split("exercised")[0], re.M)
                for what in COUNTED[profile]:
                    counts = [int(count) for count, line in listed if what in line]
                    self.assertEqual(len(counts), 1, what)
                    self.assertGreater(counts[0], 0, what)
                # The result file has the same.
                self.assertEqual(lines[0]["known"], [line for _, line in listed])
                sums = [0] * len(listed)
                for line in lines:
                    for at, count in enumerate(line.get("known", []) if line["line"] == "done" else []):
                        sums[at] += count
                self.assertEqual(sums, [int(count) for count, _ in listed])

    def test_without_the_list_the_sweep_is_red(self):
        result = harrow("run", "--target=leveldb", "--profile=ext4", "--seeds=50", "--jobs=2", "--shrink=0", "--keep_going")
        self.assertEqual(result.returncode, RED, result.stderr)

    def test_a_bad_list_is_one_clear_error(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "list")
            with open(path, "w", encoding="ascii") as file:
                file.write("# all\ndurable on ext4: x\n")
            result = harrow("run", "--seeds=1", f"--known_findings={path}")
            self.assertEqual(result.returncode, 20)
            self.assertEqual(result.stderr, f"harrow run: {path}:2: column 8: expected in, found \" on ext4: x\"\n")
            result = harrow("run", "--seeds=1", f"--known_findings={folder}/none")
            self.assertEqual(result.returncode, 20)
            self.assertIn("No such file", result.stderr)


if __name__ == "__main__":
    HARROW, KNOWN = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
