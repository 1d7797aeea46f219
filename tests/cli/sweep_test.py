#!/usr/bin/env python3
"""Sweeps: result files, kill -9, seeds that cost a worker, shards, CI. Usage: sweep_test.py HARROW BROKEN_HARROW [arguments]"""
import json
import os
import random
import re
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

from processes import children, shown_on_terminal, wait_for

HARROW = BROKEN = ""
VARIABLES = ("GTEST_TOTAL_SHARDS", "GTEST_SHARD_INDEX", "GTEST_SHARD_STATUS_FILE", "GITHUB_ACTIONS")
# What broken_target.cc does: seed modulo 50, and the class of failure.
CHOSEN = {7: "died", 13: "died", 19: "died", 23: "unserved"}
COSTLY = {**CHOSEN, 29: "hung", 31: "memory", 37: "memory"}


def environment(broken=None, **variables):
    kept = {name: value for name, value in os.environ.items()
            if name not in VARIABLES and not name.startswith(("SLURM_", "JOB_COMPLETION"))}
    return {**kept, "HARROW_BROKEN": broken or "", **variables}


def run(*words, broken=None, **variables):
    return subprocess.run([BROKEN if broken else HARROW, *words], capture_output=True, text=True,
                          env=environment(broken, **variables), timeout=100, check=False)


def lines(path, kind):
    with open(path, encoding="ascii") as file:
        return [line for line in map(json.loads, file) if line["line"] == kind]


def found(path):
    """What a result file says, but for times."""
    counts, digest, positions, rechecked = {}, 0, [], 0
    for line in lines(path, "done"):
        positions += range(line["first"], line["first"] + line["size"])
        digest = (digest + int(line["digest"], 16)) % 2**64
        rechecked += line["rechecked"]
        for group in ("counts", "profiles", "strategies"):
            for name, value in line[group].items():
                counts[name] = counts.get(name, 0) + value
    failures = {line["seed"]: {name: line[name] for name in ("class", "hash", "profile", "strategy", "cause", "text")}
                for line in lines(path, "failure")}
    return {"positions": sorted(positions), "digest": digest, "rechecked": rechecked, "counts": counts,
            "failures": failures}


def expected(modes, seeds):
    return {hex(seed): modes[seed % 50] for seed in range(1, seeds + 1) if seed % 50 in modes}


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def error(self, code, text, *words, **variables):
        done = run(*words, **variables)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertIn(text, done.stderr)


class BrokenSeeds(Case):
    def test_each_costs_one_seed(self):
        out = self.path("out")
        done = run("run", "--seeds=100", "--keep_going", "--jobs=2", "--hang=5s", "--memory=256m", "--shrink=0",
                   f"--out={out}", broken="costly")
        self.assertEqual(done.returncode, 11, done.stdout)
        result = found(out)
        self.assertEqual({seed: failure["class"] for seed, failure in result["failures"].items()}, expected(COSTLY, 100))
        self.assertEqual(result["positions"], list(range(100)))
        self.assertIn("100 seeds from 0x1", done.stdout)
        self.assertIn("14 red of 6 causes;", done.stdout)
        self.assertNotIn("accounted for", done.stdout)
        self.assertRegex(done.stdout, r"used \d+ MiB of memory, more than the 256 MiB allowed\n")
        self.assertIn("the target did not end within 5 s\n", done.stdout)
        self.assertIn("    the target says why\n", done.stdout)
        self.assertIn("ended the process with status 3\n", done.stdout)
        by_seed = {line["seed"]: line for line in lines(out, "failure")}
        self.assertEqual(by_seed[hex(7)]["signal"], 11)
        self.assertIn("OpenBroken", by_seed[hex(7)]["cause"])
        self.assertIn("OpenBroken", by_seed[hex(29)]["cause"])
        self.assertIn("backtrace:", by_seed[hex(13)]["output"])

    def test_a_thousand_red_seeds_of_one_bug_are_one_line(self):
        out = self.path("out")
        done = run("run", "--seeds=1000", "--keep_going", "--jobs=2", "--shrink=0", f"--out={out}", broken="unserved")
        self.assertEqual(done.returncode, 15)
        red = int(re.search(r" (\d+) red of 1 cause;", done.stdout).group(1))
        self.assertGreater(red, 900)
        self.assertEqual(len(lines(out, "failure")), red)
        self.assertEqual(done.stdout.count(" is red\n"), 1)
        self.assertIn(f"\ncause 1: {red} failures, a call that is not served\n", done.stdout)

    def test_a_representative_is_shrunk(self):
        out = self.path("out")
        done = run("run", "--seeds=10", f"--out={out}", broken="segfault")
        self.assertRegex(done.stdout, r"\n  seed 0x\w+ shrunk to 3 operations of 1 client in 1 life, 0 faults")
        cause = lines(out, "cause")[0]
        self.assertEqual((cause["operations"], cause["lives"]), (3, 1))
        with open(self.path("scenario"), "w", encoding="ascii") as file:
            file.write(cause["scenario"])
        self.assertEqual(run("replay", self.path("scenario"), broken="segfault").returncode, 11)

    def test_when_a_sweep_ends(self):
        def red(*words):
            done = run("run", "--seeds=400", "--shrink=0", *words, broken="chosen")
            self.assertEqual(done.returncode, 11)
            return int(re.search(r" (\d+) red of", done.stdout).group(1))
        self.assertEqual([red("--until_red"), red("--max_failures=3"), red(), red("--keep_going")], [1, 3, 10, 32])


class Kills(Case):
    def test_fifty_kills_lose_nothing_and_count_nothing_twice(self):
        words = ["run", "--seeds=2500", "--jobs=2", "--keep_going", "--shrink=0"]
        whole = self.path("whole")
        self.assertEqual(run(*words, f"--out={whole}", broken="chosen").returncode, 11)
        undisturbed = found(whole)
        self.assertEqual(undisturbed["positions"], list(range(2500)))
        self.assertEqual({seed: one["class"] for seed, one in undisturbed["failures"].items()}, expected(CHOSEN, 2500))
        kills = rounds = 0
        draws = random.Random(1)
        while kills < 50:
            out = self.path(f"killed{rounds}")
            rounds += 1
            while True:
                process = subprocess.Popen([BROKEN, *words, f"--out={out}", "--resume"], env=environment("chosen"),
                                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                try:
                    text, error = process.communicate(timeout=draws.uniform(0.0, 0.3) if kills < 50 else None)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.communicate()
                    kills += 1
                    continue
                self.assertEqual((process.returncode, error), (11, ""), text)
                break
            self.assertEqual(found(out), undisturbed)
            self.assertIn("2500 seeds from 0x1", text)
            self.assertIn("200 red of", text)
        self.assertGreaterEqual(kills, 50)

    def test_interrupted_in_time_with_workers_that_hang(self):
        out = self.path("out")
        process = subprocess.Popen([BROKEN, "run", "--jobs=2", f"--out={out}"], env=environment("hang"),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        wait_for(lambda: len(children(process.pid)) == 2)
        time.sleep(0.3)
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        text, error = process.communicate(timeout=10)
        self.assertLess(time.monotonic() - began, 1)
        self.assertEqual((process.returncode, error), (13, ""))
        self.assertIn("\nstill running when stopped: 0x1 0x2\n", text)
        end = lines(out, "end")[0]
        self.assertEqual((end["reason"], sorted(end["unfinished"])), ("interrupted", ["0x1", "0x2"]))
        done = run("run", "--jobs=2", f"--out={out}", "--resume", "--until_red", "--hang=1s", "--shrink=0", broken="hang")
        self.assertEqual(done.returncode, 11)
        self.assertIn("session 2 of ", done.stdout)
        hung = {line["seed"] for line in lines(out, "failure")}
        self.assertTrue(hung and hung <= {"0x1", "0x2"}, hung)

    def test_a_signal_to_all_its_processes_is_no_failure(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen([BROKEN, "run", "--jobs=2"], env=environment("hang"), start_new_session=True,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            wait_for(lambda p=process: len(children(p.pid)) == 2)
            time.sleep(0.3)
            os.killpg(process.pid, number)
            text, error = process.communicate(timeout=10)
            self.assertEqual((process.returncode, error), (13, ""), text)
            self.assertIn("\nstill running when stopped: 0x1 0x2\n", text)

    def test_a_pause_is_no_hang(self):
        process = subprocess.Popen([BROKEN, "run", "--jobs=1", "--until_red", "--hang=3s", "--shrink=0"],
                                   env=environment("hang"), start_new_session=True, stdout=subprocess.PIPE, text=True)
        wait_for(lambda: len(children(process.pid)) == 1)
        time.sleep(0.3)
        os.killpg(process.pid, signal.SIGSTOP)
        time.sleep(3.2)
        began = time.monotonic()
        os.killpg(process.pid, signal.SIGCONT)
        text, _ = process.communicate(timeout=20)
        self.assertGreater(time.monotonic() - began, 1.5)
        self.assertIn("the target did not end within 3 s\n", text)

    def test_a_resumed_sweep_is_red_for_what_was_found_before(self):
        out = self.path("out")
        words = ["run", "--shrink=0", f"--out={out}", "--resume", "--seeds=60"]
        self.assertEqual(run(*words, "--until_red", broken="chosen").returncode, 11)
        self.assertEqual(run(*words, "--keep_going", broken="chosen").returncode, 11)
        done = run(*words, "--keep_going", broken="chosen")
        self.assertEqual(done.returncode, 11)
        self.assertRegex(done.stdout, r"^60 seeds from 0x1 .* 5 red of")
        self.assertIn("session 3 of ", done.stdout)
        self.assertIn("60 seeds were done before", done.stdout)


class Files(Case):
    def test_refused(self):
        out = self.path("out")
        self.assertEqual(run("run", "--seeds=20", f"--out={out}").returncode, 0)
        before = found(out)
        self.error(20, "--resume: expected a result file in --out", "run", "--resume")
        self.error(20, "--out: expected a file that is not there yet, or --resume", "run", f"--out={out}")
        for option, value in [("seeds", 21), ("seed", 2), ("recheck", 7), ("profile", "ext4"), ("strategy", "pct")]:
            words = {"seeds": 20, option: value}
            self.error(20, f"expected a sweep with the same --{option};", "run", f"--out={out}", "--resume",
                       *(f"--{name}={words[name]}" for name in words))
        self.error(20, "expected a sweep with the same --shard_count;", "run", f"--out={out}", "--resume", "--seeds=20",
                   "--shard_index=0", "--shard_count=2")
        done = run("run", "--seeds=20", f"--out={out}", "--resume", broken="chosen")
        self.assertEqual(done.returncode, 20)
        self.assertIn("expected results of this build", done.stderr)
        self.error(22, "--out: " + self.path("no/file"), "run", f"--out={self.path('no/file')}")
        self.error(22, "--junit: " + self.path("no/file"), "run", f"--junit={self.path('no/file')}")
        self.error(20, "at most one of --max_failures, --until_red and --keep_going", "run", "--until_red", "--keep_going")
        self.error(20, "--memory: expected a size such as 512m or 2g", "run", "--memory=2")
        self.error(20, "--shrink: expected a duration such as 2s, or 0", "run", "--shrink=x")
        self.assertEqual(found(out), before)

    def test_damage(self):
        out = self.path("out")
        run("run", "--seeds=20", f"--out={out}")
        with open(out, encoding="ascii") as file:
            text = file.read()
        with open(out, "w", encoding="ascii") as file:
            file.write(text.replace('"size":', '"sizes":', 1))
        self.error(21, f"--out: {out}:3: expected ", "run", "--seeds=20", f"--out={out}", "--resume")
        self.error(21, f"{out}:3: expected ", "merge", out)
        self.error(21, "No such file", "merge", self.path("nothing"))
        self.error(21, "expected the header of a result file", "merge", __file__)
        self.error(20, "expected result files, found none", "merge")

    def test_output_that_cannot_be_written(self):
        script = f"ulimit -f 8; exec {HARROW} run --seeds=3000 --out={self.path('out')}"
        done = subprocess.run(["bash", "-c", "trap '' XFSZ; " + script], capture_output=True, text=True, timeout=60,
                              env=environment(), check=False)
        self.assertEqual(done.returncode, 22, done.stdout)
        self.assertIn("File too large", done.stderr)
        done = run("run", "--seeds=100", "--recheck=20", "--resume", f"--out={self.path('out')}")
        self.assertEqual(done.returncode, 20)


class Shards(Case):
    def shard(self, index, count, broken=None):
        path = self.path(f"shard{index}")
        run("run", "--seeds=100", "--keep_going", "--shrink=0", f"--shard_index={index}", f"--shard_count={count}",
            f"--out={path}", broken=broken)
        return path

    def test_merge_is_the_whole(self):
        whole = self.path("whole")
        words = ["--seeds=100", "--keep_going", "--shrink=0"]
        self.assertEqual(run("run", *words, f"--out={whole}", broken="chosen").returncode, 11)
        shards = [self.shard(index, 3, "chosen") for index in range(3)]
        merged = self.path("merged")
        done = run("merge", *shards, shards[1], f"--out={merged}", broken="chosen")
        self.assertEqual((done.returncode, done.stderr), (11, ""))
        self.assertIn("8 red of", done.stdout)
        self.assertIn("joined from 4 files, 3 of 3 shards\n", done.stdout)
        self.assertNotIn("missing", done.stdout)
        again = run("merge", merged, shards[0], broken="chosen")
        self.assertEqual(again.returncode, 11)
        one, other = found(whole), found(merged)
        self.assertEqual(other["failures"], one["failures"])
        for key in ("digest", "counts", "rechecked"):
            self.assertEqual(other[key], one[key])

    def test_missing_is_named(self):
        done = run("merge", self.shard(0, 3), self.shard(2, 3))
        self.assertEqual(done.returncode, 14)
        self.assertIn("\nmissing: shard 1 of 3\n", done.stdout)
        self.assertEqual(run("merge", self.shard(1, 3), self.path("shard0"), self.path("shard2")).returncode, 0)
        short = self.path("short")
        with open(self.path("shard2"), encoding="ascii") as file:
            kept = [line for line in file if '"line":"done"' not in line or '"first":0,' in line]
        with open(short, "w", encoding="ascii") as file:
            file.writelines(kept)
        done = run("merge", self.path("shard0"), self.path("shard1"), short)
        self.assertEqual(done.returncode, 14)
        self.assertRegex(done.stdout, r"\nnot done: \d+ seeds: 0x[0-9a-f]+ to 0x63 of shard 2\n")

    def test_merge_refuses_other_sweeps(self):
        first = self.shard(0, 2)
        other = self.path("other")
        run("run", "--seeds=30", f"--out={other}")
        self.error(21, f"{other}: expected a sweep with the same --seeds as {first}", "merge", first, other)

    def test_variables_of_engines(self):
        status = self.path("status")
        done = run("run", "--seeds=9", GTEST_TOTAL_SHARDS="2", GTEST_SHARD_INDEX="1", GTEST_SHARD_STATUS_FILE=status)
        self.assertRegex(done.stdout, r"^4 seeds from 0x1 .*\nshard 1 of 2, from GTEST_SHARD_INDEX\n")
        self.assertTrue(os.path.exists(status))
        done = run("run", "--seeds=9", SLURM_ARRAY_TASK_ID="3", SLURM_ARRAY_TASK_MIN="1", SLURM_ARRAY_TASK_MAX="3",
                   SLURM_ARRAY_TASK_STEP="2", SLURM_ARRAY_TASK_COUNT="2")
        self.assertIn("shard 1 of 2, from SLURM_ARRAY_TASK_ID\n", done.stdout)
        self.error(20, "expected JOB_COMPLETIONS or --shard_count", "run", JOB_COMPLETION_INDEX="1")


class Ci(Case):
    def test_junit_and_annotations(self):
        junit = self.path("junit.xml")
        done = run("run", "--seeds=30", "--shrink=0", f"--junit={junit}", broken="chosen", GITHUB_ACTIONS="true")
        suite = xml.etree.ElementTree.parse(junit).getroot().find("testsuite")
        cases = suite.findall("testcase")
        self.assertEqual((suite.get("tests"), suite.get("failures")), ("5", "5"))
        self.assertEqual(len(cases), 5)
        self.assertTrue(all(case.find("failure") is not None for case in cases))
        self.assertIn("reproduce: ", cases[1].find("failure").text)
        annotations = [line for line in done.stdout.splitlines() if line.startswith("::")]
        self.assertEqual(len(annotations), 4)
        self.assertRegex(annotations[0], r"^::error title=harrow%3A [^:,]*%2C 1 failure::.*%0Areproduce: ")
        self.assertEqual(os.listdir(self.folder), ["junit.xml"])
        self.assertNotIn("::", run("run", "--seeds=8", "--shrink=0", "--github=false", broken="chosen",
                                   GITHUB_ACTIONS="true").stdout.replace("harrow::", "").replace("targets::", ""))

    def test_a_pipe_takes_the_output_and_stays(self):
        pipe, out = self.path("pipe"), self.path("out")
        os.mkfifo(pipe)
        run("run", "--seeds=5", f"--out={out}")
        for words in (["run", "--seeds=5", f"--junit={pipe}"], ["merge", out, f"--out={pipe}"],
                      ["shrink", "7", f"--out={pipe}"]):
            reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
            done = run(*words, broken="abort" if words[0] == "shrink" else None)
            self.assertEqual(done.returncode, 11 if words[0] == "shrink" else 0, done.stderr)
            found = re.findall(b"<testsuites>|harrow results|harrow scenario", os.read(reader, 1 << 16))
            self.assertEqual(len(found), 1, words)
            os.close(reader)
            self.assertTrue(stat.S_ISFIFO(os.stat(pipe).st_mode))
        self.assertEqual(sorted(os.listdir(self.folder)), ["out", "pipe"])

    def test_a_pass_and_what_is_none(self):
        junit = self.path("junit.xml")
        self.assertEqual(run("run", "--seeds=5", f"--junit={junit}").returncode, 0)
        suite = xml.etree.ElementTree.parse(junit).getroot().find("testsuite")
        self.assertEqual([suite.get(name) for name in ("tests", "failures", "errors")], ["1", "0", "0"])
        done = run("run", "--seeds=5", f"--junit={junit}", "--github", broken="unknown")
        self.assertEqual(done.returncode, 14)
        suite = xml.etree.ElementTree.parse(junit).getroot().find("testsuite")
        self.assertEqual([suite.get(name) for name in ("tests", "failures", "errors")], ["1", "0", "1"])
        self.assertIn("\n::warning title=harrow%3A no pass::no verdict, a bound was reached: 0x1", done.stdout)


class Progress(Case):
    def test_line(self):
        words = ["run", "--seeds=400", "--keep_going", "--shrink=0"]
        _, _, shown = shown_on_terminal(lambda terminal: subprocess.Popen([BROKEN, *words], env=environment("chosen"),
                                                                          stdout=subprocess.DEVNULL, stderr=terminal))
        self.assertRegex(shown, r"\r\x1b\[K\d+/400 seeds, \d+/s, \d+ s, \d+ red of \d causes, \d+ s left")


if __name__ == "__main__":
    HARROW, BROKEN = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
