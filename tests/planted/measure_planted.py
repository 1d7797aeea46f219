#!/usr/bin/env python3
"""How long the ordinary sweep takes to find each planted bug, from ten starting seeds, as a table.

Usage: measure_planted.py HARROW FOLDER NAME... [--rare NAME]... [--markdown FILE] [--jobs N] [--kept FILE]

For each bug, a program of that name in FOLDER, and each start: seeds and processor seconds up to the first red seed, with no hint of
what to look for. Then the clean HARROW must be green on all the seeds that the slowest bug took from each start, up to 20,000. With
--kept what was measured for a program is kept in that file, and not measured again as long as the program is the same.

Exit status 1 when a bug is missed at the median of its starts within 60 processor seconds, unless it is a rare one, or the clean
engine is red; the table is not written then.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import statistics
import subprocess
import sys
import threading

STARTS = [1] + [start * 0x9E3779B97F4A7C15 % 2**64 for start in range(1, 10)]
LIMIT_CPU_S = 60
SEEDS_MAX = 40000  # more than the limit has time for
CLEAN_SEEDS_MAX = 20000
MISSED = float("inf")


def sweep(program, first, seeds):
    """(exit code, what was printed, processor seconds)"""
    process = subprocess.Popen(
        [program, "run", f"--seed={first}", f"--seeds={seeds}", "--jobs=1", "--max_failures=1", "--recheck=0", "--shrink=0",
         "--hang=20s"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, output, usage.ru_utime + usage.ru_stime


def measure(program, first):
    code, output, cpu = sweep(program, first, SEEDS_MAX)
    tried = re.search(r"^(\d+) seeds from", output, re.M)
    found = re.search(r"^rule (\S+) broken", output, re.M)
    disk = re.search(r"^  disk: +(\S+)", output, re.M)
    died = re.search(r"^died .*$", output, re.M)
    if code == 0:
        return {"seeds": SEEDS_MAX, "cpu": None, "rule": "", "profile": ""}
    if code not in (10, 11) or tried is None:
        sys.exit(f"{program} from {first:#x}: expected exit 0, 10 or 11, found {code}\n{output}")
    return {"seeds": int(tried[1]), "cpu": cpu, "rule": found[1] if found else died[0] if died else "?",
            "profile": disk[1] if disk else "?"}


def digest(program):
    with open(program, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def commonest(values):
    ordered = sorted(set(values), key=lambda value: (-values.count(value), value))
    return " ".join(ordered[:2]) + (" …" if len(ordered) > 2 else "")


class Kept:
    """Measurements by program and start, in a file that is written after each."""

    def __init__(self, path):
        self.path, self.all, self.lock = path, {}, threading.Lock()
        if path and os.path.exists(path):
            with open(path, encoding="ascii") as file:
                self.all = json.load(file)

    def get(self, program, first):
        key = f"{digest(program)} {first}"
        if key not in self.all:
            measured = measure(program, first)
            with self.lock:
                self.all[key] = measured
                self.write()
        return self.all[key]

    def write(self):
        if self.path:
            with open(self.path + ".new", "w", encoding="ascii") as file:
                json.dump(self.all, file)
            os.replace(self.path + ".new", self.path)


def seconds(value):
    return "missed" if value == MISSED else f"{value:.2f}"


def row_of(name, runs):
    found = [run for run in runs if run["cpu"] is not None]
    cpu = [MISSED if run["cpu"] is None else run["cpu"] for run in runs]
    seeds = sorted(run["seeds"] for run in runs)
    return {"name": name, "rule": commonest([run["rule"] for run in found]), "profile": commonest([run["profile"] for run in found]),
            "median_seeds": int(statistics.median_low(seeds)), "worst_seeds": seeds[-1],
            "median_cpu": statistics.median_high(cpu), "worst_cpu": max(cpu)}


def table(rows, clean):
    lines = ["| bug | rule that caught it | profile | seeds, median | worst | CPU s, median | worst |",
             "|---|---|---|--:|--:|--:|--:|"]
    for row in rows:
        lines.append(f"| {row['name']} | {row['rule']} | {row['profile']} | {row['median_seeds']} | {row['worst_seeds']} | "
                     f"{seconds(row['median_cpu'])} | {seconds(row['worst_cpu'])} |")
    return "\n".join(lines + ["", clean]) + "\n"


def check_clean(pool, harrow, starts):
    """(sentence, problem)"""
    total, cpu_total = 0, 0.0
    ends = pool.map(lambda start: sweep(harrow, start[0], min(start[1], CLEAN_SEEDS_MAX)), starts)
    for (first, seeds), (code, output, cpu) in zip(starts, ends):
        if code != 0:
            return "", f"the clean engine from {first:#x}: expected exit 0, found {code}\n{output}"
        total, cpu_total = total + min(seeds, CLEAN_SEEDS_MAX), cpu_total + cpu
    return f"The engine without a bug: {total} seeds from the same starts, none red, {cpu_total:.0f} CPU s.", ""


def write_markdown(path, text):
    """Replaces what stands after the line "## Results"."""
    with open(path, encoding="utf-8") as file:
        head = file.read().split("## Results\n")[0]
    with open(path, "w", encoding="utf-8") as file:
        file.write(head + "## Results\n" + text)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("harrow")
    parser.add_argument("folder")
    parser.add_argument("names", nargs="+")
    parser.add_argument("--rare", action="append", default=[])
    parser.add_argument("--markdown")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--kept")
    arguments = parser.parse_args()
    kept, rows, problems = Kept(arguments.kept), [], []
    most = {first: 2000 for first in STARTS}
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for name in arguments.names:
            program = os.path.join(arguments.folder, name)
            runs = list(pool.map(lambda first, program=program: kept.get(program, first), STARTS))
            row = row_of(name + (" (rare)" if name in arguments.rare else ""), runs)
            rows.append(row)
            for first, run in zip(STARTS, runs):
                most[first] = max(most[first], run["seeds"])
            print(f"{row['name']:<44} {row['median_seeds']:>6} {row['worst_seeds']:>6} {seconds(row['median_cpu']):>8} "
                  f"{seconds(row['worst_cpu']):>8}  {row['rule']}", flush=True)
            if row["median_cpu"] > LIMIT_CPU_S and name not in arguments.rare:
                problems.append(f"{row['name']}: {seconds(row['median_cpu'])} CPU s at the median, expected at most {LIMIT_CPU_S}")
        clean, problem = check_clean(pool, arguments.harrow, list(most.items()))
    problems += [problem] if problem else []
    print(clean)
    if arguments.markdown and not problems:
        write_markdown(arguments.markdown, table(rows, clean))
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(rows) + 1 - len(problems)} passed, {len(problems)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
