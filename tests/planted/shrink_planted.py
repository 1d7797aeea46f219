#!/usr/bin/env python3
"""Shrinks a red seed of each planted bug and holds the results against what the shrinker promises.

Usage: shrink_planted.py PLANTED_PROGRAM... [--time=10s] [--jobs=1] [--seeds=20000] [--seed=FIRST]

For each program: the ordinary sweep finds a red seed, `harrow shrink` makes it small, and another process replays the file that
it wrote, with the same rule and hash. Prints a table, its worst rows and the medians. Exit status 1 when one of that fails, or
when the median result is larger than 6 operations, 1 fault or 2 preemptions, or takes 10 s or longer.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

LIMITS = {"operations": 6, "faults": 1, "preemptions": 2}
SECONDS = 10.0


def run(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True, check=False)


def first_red(program, first, seeds):
    done = run(program, "run", f"--seed={first}", f"--seeds={seeds}", "--max_failures=1", "--recheck=0", "--hang=20s")
    found = re.search(r"^seed (\S+) is red$", done.stdout, re.M)
    return found.group(1) if found else None


def shrink(program, seed, folder, arguments):
    """Returns (row, problem): what the table shows, and None or what went wrong."""
    name = os.path.basename(program)
    path = os.path.join(folder, name + ".scenario")
    began = time.monotonic()
    done = run(program, "shrink", seed, f"--out={path}", f"--time={arguments.time}", f"--jobs={arguments.jobs}")
    row = {"bug": name, "seed": seed, "seconds": time.monotonic() - began}
    rule = re.search(r"^rule (\S+) broken", done.stdout, re.M)
    digest = re.search(r"^  hash: +(\S+)$", done.stdout, re.M)
    size = re.search(r"^  size: +(.*)$", done.stdout, re.M)
    if done.returncode != 10 or not (rule and digest and size):
        return row, f"shrink gave exit {done.returncode}\n{done.stdout}{done.stderr}"
    row["rule"] = rule.group(1)
    for what in LIMITS:
        row[what] = int(re.search(rf"(\d+) {what[:-1]}s?\b", size.group(1)).group(1))
    row["finished"] = "none that is smaller" in done.stdout
    if row["finished"] and "drawn" in size.group(1):
        return row, f"a schedule is left that is drawn from a seed: {size.group(1)}"
    again = run(program, "replay", "--hash", path)
    expected = f"hash={digest.group(1)} verdict={rule.group(1)}"
    if again.returncode != 10 or expected not in again.stdout:
        return row, f"{path} replays as {again.stdout}{again.stderr}, expected {expected}"
    return row, None


def line(row):
    return (f"{row['bug']:<42} {row['seed']:<8} {row.get('rule', '-'):<15} {row.get('operations', '-'):>5} {row.get('faults', '-'):>6} "
            f"{row.get('preemptions', '-'):>11} {row['seconds']:>7.2f}{'' if row.get('finished') else '  time was over'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("planted", nargs="+")
    parser.add_argument("--time", default="10s")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=20000, help="the budget of the sweep for each bug")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="a folder that the shrunk scenarios stay in")
    arguments = parser.parse_args()
    rows, problems = [], []
    print(f"{'planted bug':<42} {'seed':<8} {'rule':<15} {'ops':>5} {'faults':>6} {'preemptions':>11} {'seconds':>7}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for program in arguments.planted:
            name = os.path.basename(program)
            seed = first_red(program, arguments.seed, arguments.seeds)
            if seed is None:
                problems.append(f"{name}: no red seed in {arguments.seeds}")
                continue
            row, problem = shrink(program, seed, arguments.keep or folder, arguments)
            print(line(row), flush=True)
            if problem:
                problems.append(f"{name}: {problem}")
            else:
                rows.append(row)
    if rows:
        worst = sorted(rows, key=lambda row: (row["operations"] + row["faults"] + row["preemptions"], row["seconds"]), reverse=True)
        print("\nthe largest:\n" + "\n".join(line(row) for row in worst[:10]))
        medians = {what: statistics.median(row[what] for row in rows) for what in LIMITS}
        seconds = statistics.median(row["seconds"] for row in rows)
        print(f"\nmedians of {len(rows)}: " + ", ".join(f"{medians[what]:g} {what}" for what in LIMITS) + f", {seconds:.2f} s")
        problems += [f"the median of {what} is {medians[what]:g}, not at most {limit}"
                     for what, limit in LIMITS.items() if medians[what] > limit]
        if seconds >= SECONDS:
            problems.append(f"the median time is {seconds:.2f} s, not below {SECONDS:g} s")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
