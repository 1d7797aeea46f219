#!/usr/bin/env python3
"""Runs the ordinary sweep on each planted bug and says what found it.

Usage: find_planted.py HARROW PLANTED_PROGRAM... [--seeds N] [--seed FIRST]

For each program: the sweep must turn red within the budget of seeds; the command it prints must reproduce the failure in another
process, with the same hash and rule. Then the clean HARROW must be green on as many seeds as the slowest bug took, and at least
2,000. Prints a table, and as its last line how many were found. Exit status 1 when any of that fails.
"""
import argparse
import os
import re
import subprocess
import sys


def sweep(program, first, seeds, failures):
    start = os.times()
    done = subprocess.run(
        [program, "run", f"--seed={first}", f"--seeds={seeds}", f"--max_failures={failures}", "--recheck=0", "--hang=20s"],
        capture_output=True, text=True, check=False)
    end = os.times()
    cpu = (end.children_user - start.children_user) + (end.children_system - start.children_system)
    return done, cpu


def find(program, first, seeds):
    """Returns (row, problem): a table row, and None or what went wrong."""
    name = os.path.basename(program)
    done, cpu = sweep(program, first, seeds, 1)
    tried = re.search(r"^(\d+) seeds from", done.stdout, re.M)
    tried = int(tried.group(1)) if tried else 0
    rule = re.search(r"^rule (\S+) broken", done.stdout, re.M)
    if done.returncode != 10 or rule is None:
        return (name, "-", "-", tried, cpu), f"not found in {tried} seeds (exit {done.returncode})\n{done.stdout[-600:]}{done.stderr}"
    disk = re.search(r"^  disk: +(\S+)", done.stdout, re.M)
    row = (name, rule.group(1), disk.group(1) if disk else "-", tried, cpu)
    command = re.search(r"^  reproduce: \S+ (.*)$", done.stdout, re.M)
    digest = re.search(r"^  hash: +(\S+)", done.stdout, re.M)
    if command is None or digest is None:
        return row, "the sweep printed no command or hash"
    again = subprocess.run([program, *command.group(1).split(), "--hash"], capture_output=True, text=True, check=False)
    expected = f"hash={digest.group(1)} verdict={rule.group(1)}"
    if again.returncode != 10 or expected not in again.stdout:
        return row, f"the printed command gave: {again.stdout}{again.stderr} (expected {expected})"
    return row, None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("harrow")
    parser.add_argument("planted", nargs="+")
    parser.add_argument("--seeds", type=int, default=20000, help="the budget for each bug")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    problems = []
    most = 2000
    print(f"{'planted bug':<42} {'rule':<15} {'disk':<7} {'seeds':>7} {'CPU s':>7}", flush=True)
    for program in arguments.planted:
        row, problem = find(program, arguments.seed, arguments.seeds)
        print(f"{row[0]:<42} {row[1]:<15} {row[2]:<7} {row[3]:>7} {row[4]:>7.2f}", flush=True)
        most = max(most, row[3])
        if problem:
            problems.append(f"{row[0]}: {problem}")
    done, cpu = sweep(arguments.harrow, arguments.seed, most, 1)
    if done.returncode == 0:
        print(f"clean engine: {most} seeds, none red, {cpu:.2f} CPU s")
    else:
        problems.append(f"the clean engine is red on the same seeds\n{done.stdout}{done.stderr}")
    for problem in problems:
        print(problem, file=sys.stderr)
    failed = len(problems)
    print(f"{len(arguments.planted) + 1 - failed} passed, {failed} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
