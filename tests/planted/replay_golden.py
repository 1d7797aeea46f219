#!/usr/bin/env python3
"""Replays a scenario that a planted bug breaks, and compares the text with the file that says what it must be.

Usage: replay_golden.py PROGRAM SCENARIO REPLAY

Exit status 1 when the replay is not red, or differs. With HARROW_REWRITE set REPLAY is written instead; commit a rewrite only when
every changed line can be explained.
"""
import difflib
import os
import subprocess
import sys

RULE_BROKEN = 10


def main():
    program, scenario, golden = sys.argv[1:]
    done = subprocess.run([program, "replay", scenario], capture_output=True, text=True, check=False)
    if done.returncode != RULE_BROKEN:
        print(f"{program} replay {scenario}: exit status {done.returncode}, expected {RULE_BROKEN}\n{done.stderr}")
        return 1
    if os.environ.get("HARROW_REWRITE"):
        with open(golden, "w", encoding="ascii") as file:
            file.write(done.stdout)
        return 0
    with open(golden, encoding="ascii") as file:
        expected = file.read()
    sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), done.stdout.splitlines(True), golden, "the replay"))
    return 0 if done.stdout == expected else 1


if __name__ == "__main__":
    sys.exit(main())
