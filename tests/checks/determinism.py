#!/usr/bin/env python3
"""One seed, one hash: replays seeds in fresh processes and demands the same line each time.

  determinism.py [--seeds N] [--first_seed N] [--jobs N] HARROW...

Each HARROW is a built program, of any compiler, optimisation or sanitizer. Each seed runs on each of them twice with
address randomisation and twice without, in a different environment each time; all lines "SEED hash=... verdict=..." of a
seed must be equal. Exit code 1 on a difference or a failed replay.
"""

import argparse
import concurrent.futures
import os
import re
import subprocess
import sys

LINE = re.compile(r"^(0x[0-9a-f]+|\d+) hash=0x[0-9a-f]+ verdict=\S")
WITHOUT_RANDOMISATION = ["setarch", "-R"]
SECONDS_MAX = 120
SEEDS_SHOWN_MAX = 5


def randomisation_can_be_switched():
    """Whether setarch -R works here (some containers forbid it), and addresses are randomised without it."""
    with open("/proc/sys/kernel/randomize_va_space", encoding="ascii") as file:
        randomised = file.read().strip() != "0"
    switched = subprocess.run([*WITHOUT_RANDOMISATION, "true"], check=False, capture_output=True).returncode == 0
    return randomised and switched


def replay(prefix, harrow, seed, padding):
    """The line of one replay, or what went wrong instead. The padding moves the stack by a bit."""
    command = [*prefix, harrow, "replay", str(seed), "--hash"]
    try:
        result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=SECONDS_MAX,
                                env={**os.environ, "HARROW_DETERMINISM_PADDING": "x" * padding})
    except subprocess.TimeoutExpired:
        return command, f"no end after {SECONDS_MAX} s"
    lines = [line for line in result.stdout.split("\n") if LINE.match(line)]
    if len(lines) != 1 or int(LINE.match(lines[0]).group(1), 0) != seed:
        tail = (result.stdout + result.stderr).strip().split("\n")[-1]
        return command, f"exit code {result.returncode} and not one line for seed {seed}: {tail}"
    return command, lines[0].strip()


def check_seed(prefixes, programs, seed):
    """Problems of one seed: every replay that differs from the first."""
    replays = [replay(prefix, harrow, seed, padding)
               for harrow in programs for prefix in prefixes for padding in (0, 1000)]
    problems = [(command, line) for command, line in replays if not LINE.match(line)]
    good = [(command, line) for command, line in replays if LINE.match(line)]
    different = [(command, line) for command, line in good if line != good[0][1]]
    return problems + (good[:1] + different if different else [])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=40)
    parser.add_argument("--first_seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("programs", nargs="+", metavar="HARROW")
    arguments = parser.parse_args()
    missing = [program for program in arguments.programs if not os.access(program, os.X_OK)]
    if missing:
        print("determinism: not built: " + ", ".join(missing))
        return 1
    prefixes = [[], WITHOUT_RANDOMISATION]
    if not randomisation_can_be_switched():
        print("determinism: address randomisation cannot be switched here; only one setting of it is compared")
        prefixes = [[]]

    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=arguments.jobs) as pool:
        for seed, problems in zip(seeds, pool.map(lambda seed: check_seed(prefixes, arguments.programs, seed), seeds)):
            failed += bool(problems)
            if problems and failed <= SEEDS_SHOWN_MAX:
                print(f"seed {seed}:")
                for command, line in problems:
                    print(f"  {line}\n    from: {' '.join(command)}")
    replays = len(seeds) * len(arguments.programs) * len(prefixes) * 2
    print(f"determinism: {len(seeds)} seeds, {len(arguments.programs)} programs, {replays} replays, "
          f"{failed} seeds that differ")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
