#!/usr/bin/env python3
"""A scenario of the corpus that is named after a planted bug, or begins with its name and "_", turns that program red, by the rule that its comment names.

Usage: corpus_planted.py CORPUS_FOLDER HARROW PLANTED_PROGRAM...

On the clean HARROW each scenario of the corpus does what it expects. Exit status 1 when any of that fails.
"""
import os
import re
import subprocess
import sys

CAUGHT_MIN = 8


def corpus_run(program, path):
    return subprocess.run([program, "corpus", "run", path], capture_output=True, text=True, timeout=60, check=False)


def check(path, program):
    """None, or what is wrong."""
    with open(path, encoding="ascii") as file:
        rule = re.search(r"^# rule (\S+) broken", file.read(), re.M)
    done = corpus_run(program, path)
    if rule is None:
        return "its comment names no rule"
    if done.returncode != 10 or f"rule {rule.group(1)} broken\n" not in done.stdout.split("\n", 1)[0] + "\n":
        return f"expected rule {rule.group(1)} broken, found exit code {done.returncode}\n{done.stdout}{done.stderr}"
    return None


def main():
    folder, harrow, *planted = sys.argv[1:]
    programs = {os.path.basename(program): program for program in planted}
    problems, caught = [], 0
    for name in sorted(name[:-len(".scenario")] for name in os.listdir(folder) if name.endswith(".scenario")):
        path = os.path.join(folder, name + ".scenario")
        clean = corpus_run(harrow, path)
        if clean.returncode != 0:
            problems.append(f"{name} on the clean engine: {clean.stdout}{clean.stderr}")
        bug = name if name in programs else next((bug for bug in programs if name.startswith(bug + "_")), None)
        if bug is not None:
            problem = check(path, programs[bug])
            print(f"{name:<40} {'not caught' if problem else 'caught'}")
            caught += problem is None
            if problem:
                problems.append(f"{name}: {problem}")
    if caught < CAUGHT_MIN:
        problems.append(f"{caught} planted bugs are caught by the corpus, expected at least {CAUGHT_MIN}")
    print("\n".join(problems + [f"{caught} caught, {len(problems)} problems"]))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
