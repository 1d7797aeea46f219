#!/usr/bin/env python3
"""The harrow program as its users meet it. Usage: cli_test.py HARROW BROKEN_HARROW [unittest arguments]"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from processes import alive, children, shown_on_terminal, wait_for

HARROW = BROKEN = ""
HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"


def run(*words, program=None, broken=None, stdout=subprocess.PIPE):
    environment = dict(os.environ, HARROW_BROKEN=broken or "")
    return subprocess.run([program or (BROKEN if broken else HARROW), *words], stdout=stdout, stderr=subprocess.PIPE,
                          text=True, env=environment, timeout=60, check=False)


def start(*words, broken=None, **options):
    environment = dict(os.environ, HARROW_BROKEN=broken or "")
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    return subprocess.Popen([BROKEN if broken else HARROW, *words], env=environment, **options)


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, data, name="scenario.txt"):
        path = os.path.join(self.folder.name, name)
        with open(path, "wb") as file:
            file.write(data if isinstance(data, bytes) else data.encode())
        return path


class Errors(Files):
    """Each mistake: its exit code, nothing on standard output, one line on standard error that names it."""

    def check(self, code, expected, *words):
        done = run(*words)
        self.assertEqual((done.returncode, done.stdout), (code, ""), words)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertRegex(done.stderr, r"^harrow[^\x00-\x09\x0b-\x1f\x7f-\xff]*\n$")
        self.assertIn(expected, done.stderr)

    def test_commands_and_flags(self):
        for expected, words in [
            ('expected a command (run, merge, replay, report, scenario, shrink, format, corpus, help), found ""', []),
            ('found "sweep"', ["sweep"]),
            (r'found "\x1b[31m\x0a"', ["\x1b[31m\n"]),
            ("unknown flag --speed", ["run", "--speed=1"]),
            (r"unknown flag --a\x0ab", ["run", "--a\nb"]),
            ("unknown flag --flagfile", ["run", "--flagfile=x"]),
            ("--jobs: expected a value", ["run", "--jobs"]),
            ("--jobs: expected a number from 0 to 256", ["run", "--jobs=-1"]),
            ("--jobs: expected a number from 0 to 256", ["run", "--jobs=257"]),
            ("--seeds: expected a number from 1 to", ["run", "--seeds=-1"]),
            ("--seeds: expected a number from 1 to", ["run", "--seeds=" + "1" * 40]),
            ("--seed: expected a number or a commit hash", ["run", "--seed=x"]),
            ("--seed: expected a number or a commit hash", ["run", "--seed=18446744073709551616"]),
            ("--time: expected a duration such as 30s, 5m or 2h", ["run", "--time=30"]),
            ("--hang: expected a duration", ["run", "--hang=0s"]),
            ("--recheck: expected a number", ["run", "--recheck=often"]),
            ("--max_failures: expected a number", ["run", "--max_failures=0"]),
            ("--target: expected a target (harrow", ["run", "--target=mysql"]),
            ("--profile: expected a profile (strict ext4 ", ["run", "--profile=fat"]),
            ("--strategy: expected default, random, pct or pos", ["run", "--strategy=best"]),
            ("--hash: expected true or false", ["replay", "--hash=maybe", "7"]),
            ("--profile: expected a profile (strict ext4 ", ["replay", "--profile=fat", "7"]),
            ("--hash is no flag of this command", ["run", "--hash"]),
            ("--hash is no flag of this command", ["scenario", "--hash", "7"]),
            ("expected only flags, found \"7\"", ["run", "7"]),
        ] + [(f"--{flag} is no flag of this command", [command, f"--{flag}=1", "7"]) for command in ("replay", "scenario")
             for flag in ("seed", "seeds", "time", "jobs", "recheck", "hang", "max_failures")]:
            self.check(20, expected, *words)

    def test_arguments(self):
        for command in ("replay", "scenario"):
            self.check(20, "expected one seed or scenario file, found 0", command)
            self.check(20, "expected one seed or scenario file, found 2", command, "1", "2")
            self.check(20, 'found "12345678901234567890123"', command, "12345678901234567890123")
            self.check(20, 'found "/nowhere/file"', command, "/nowhere/file")
            self.check(20, 'found ""', command, "")
            file = self.file("harrow scenario 1\nlife\n")
            for flag in ("--target=harrow", "--profile=ext4", "--strategy=pct"):
                self.check(20, flag.split("=")[0] + ": expected a seed; the file", command, flag, file)

    def test_files(self):
        for expected, data in [
            (":1: column 1: expected \"harrow scenario 1\", \"harrow scenario 2\" or \"harrow scenario 3\", found the end of the line", b""),
            (r'found "\x00\x00\x00"', b"\0\0\0"),
            (r'found "\x7fELF\x1b[2J\xff"', b"\x7fELF\x1b[2J\xff"),
            (":3: column 1: expected no second \"seed\" (line 2 has one)", b"harrow scenario 1\nseed 1\nseed 1\nlife\n"),
            (":2: column 1: expected a setting", b"harrow scenario 1\n" + b"x" * 1000000),
        ]:
            self.check(21, expected, "replay", self.file(data))
            self.check(21, expected, "scenario", self.file(data))
        self.check(21, "Is a directory", "replay", self.folder.name)
        self.check(21, "/dev/zero: expected at most 64 MiB", "replay", "/dev/zero")
        self.check(21, "expected at most 64 MiB", "scenario", self.file(b"#\n" * (33 << 20)))
        if os.geteuid() != 0:
            path = self.file("")
            os.chmod(path, 0)
            self.check(21, "Permission denied", "replay", path)


class Results(Files):
    def test_help(self):
        for words in (["help"], ["--help"], ["-h"], ["run", "--help"], ["replay", "-h"], ["scenario", "7", "--help"]):
            done = run(*words)
            self.assertEqual((done.returncode, done.stderr), (0, ""), words)
            self.assertIn("usage: harrow", done.stdout)
            for code in (0, 10, 11, 12, 13, 14, 15, 16, 17, 20, 21, 22):
                self.assertRegex(done.stdout, rf"\b{code} ")
        self.assertNotIn("--hash", run("run", "--help").stdout)
        self.assertNotIn("--jobs", run("replay", "--help").stdout)

    def test_sweep(self):
        done = run("run", "--seeds=30", "--jobs=2")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertRegex(done.stdout, r"^30 seeds from 0x1 .* 0 red; 2 run twice")

    def test_commit_hash_is_a_seed(self):
        done = run("replay", HASH, "--hash")
        self.assertRegex(done.stdout, r"^0x9f86d081884c7d65 hash=0x[0-9a-f]+ verdict=ok\n$")
        self.assertEqual(run("replay", "0x9f86d081884c7d65", "--hash").stdout, done.stdout)
        self.assertIn("from 0x9f86d081884c7d65 in", run("run", "--seeds=1", "--seed", HASH).stdout)

    def test_scenario_file_replays_to_the_same_hash(self):
        for seed in ("7", "8", HASH):
            text = run("scenario", seed)
            self.assertEqual(text.returncode, 0)
            path = self.file(text.stdout)
            self.assertEqual(run("scenario", path).stdout, text.stdout)
            self.assertEqual(run("replay", path, "--hash").stdout, run("replay", seed, "--hash").stdout)
            windows = self.file(text.stdout.replace("  ", "\t").replace("\n", "\r\n"), "windows.txt")
            self.assertEqual(run("replay", windows, "--hash").stdout, run("replay", seed, "--hash").stdout)
        replay = run("replay", "7")
        self.assertEqual(replay.returncode, 0)
        digest = re.search(r"hash=(\S+)", run("replay", "7", "--hash").stdout).group(1)
        self.assertIn(f"hash {digest}\n", replay.stdout.replace(",", "\n"))

    def test_broken_rule(self):
        # A run takes more steps than that.
        text = run("scenario", "7").stdout
        path = self.file(re.sub(r"step-limit \d+", "step-limit 50", text))
        done = run("replay", path, "--hash")
        self.assertEqual(done.returncode, 10)
        self.assertIn("verdict=live", done.stdout)
        self.assertEqual(run("replay", path).returncode, 10)

    def test_unknown_is_no_pass(self):
        done = run("run", "--seeds=3", broken="unknown")
        self.assertEqual(done.returncode, 14)
        self.assertIn("no verdict, a bound was reached: 0x1 0x2 0x3\n", done.stdout)
        done = run("replay", "7", "--hash", broken="unknown")
        self.assertEqual(done.returncode, 14)
        self.assertIn("verdict=unknown\n", done.stdout)
        done = run("replay", "7", broken="unknown")
        self.assertEqual(done.returncode, 14)
        self.assertNotIn("ok: every rule held", done.stdout)

    def test_output_that_cannot_be_written(self):
        for words in (["replay", "7"], ["replay", "7", "--hash"], ["scenario", "7"], ["help"], ["run", "--seeds=3"]):
            with open("/dev/full", "w", encoding="ascii") as full:
                done = run(*words, stdout=full)
            self.assertEqual(done.returncode, 22, words)
            self.assertIn("output could not be written", done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1)

    def test_closed_pipe(self):
        for words in (["replay", "7"], ["scenario", "7"], ["run", "--time=60s", "--jobs=2"]):
            reader, writer = os.pipe()
            os.close(reader)
            began = time.monotonic()
            done = run(*words, stdout=writer)
            os.close(writer)
            self.assertEqual(done.returncode, 22, words)
            self.assertLess(time.monotonic() - began, 5)


class Crashes(unittest.TestCase):
    def test_replay_leaves_a_record(self):
        for broken, end in [("abort", "died of signal 6 (Aborted)"), ("segfault", "died of signal 11 (Segmentation fault)"),
                            ("stack", "died of signal 11 (Segmentation fault)"),
                            ("exit", "ended the process with status 0")]:
            done = run("replay", "7", broken=broken)
            self.assertEqual(done.returncode, 11, broken)
            lines = done.stdout.splitlines()
            self.assertIn("== life 1 of", done.stdout)
            found = re.fullmatch(rf"the target {re.escape(end)} after step (\d+) in life (\d+)", lines[-1])
            self.assertTrue(found, lines[-1])
            self.assertEqual(done.stdout.count("== life "), int(found.group(2)))
            steps = [int(match.group(1)) for match in map(re.compile(r" *(\d+)  [ |:*<>!=]+  ").match, lines) if match]
            self.assertEqual(steps[-1], int(found.group(1)))
            self.assertIn("CURRENT", done.stdout)
            done = run("replay", "7", "--hash", broken=broken)
            self.assertEqual((done.returncode, done.stdout), (11, "0x7 hash=0x0 verdict=died\n"))
            self.assertIn(end, done.stderr)

    def test_replay_that_the_machine_cuts_short(self):
        for broken, code, verdict, expected in [
                ("heap", 11, "memory", "out of memory: the run's heap is full"),
                ("unserved", 15, "unserved", "a call that is not served: pthread_cancel is not simulated")]:
            done = run("replay", "7", broken=broken)
            self.assertEqual(done.returncode, code, done.stdout[-2000:])
            self.assertRegex(done.stdout, rf"\n{expected}\n  where:    in life \d")
            self.assertNotIn("rule live broken", done.stdout)
            done = run("replay", "7", "--hash", broken=broken)
            self.assertEqual(done.returncode, code)
            self.assertRegex(done.stdout, rf"^0x7 hash=0x[0-9a-f]+ verdict={verdict}\n$")

    def test_replay_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = start("replay", "7", broken="hang")
            child = wait_for(lambda p=process: children(p.pid))
            time.sleep(1)
            process.send_signal(number)
            out, _ = process.communicate(timeout=10)
            self.assertEqual(process.returncode, 13)
            self.assertIn("== life 1 of", out)
            self.assertRegex(out, r"\ninterrupted by signal \d+ .* after step \d+ in life \d+\n$")
            self.assertFalse(alive(child[0]))

    def test_replay_killed(self):
        process = start("replay", "7", broken="hang")
        child = wait_for(lambda: children(process.pid))
        os.kill(child[0], signal.SIGKILL)
        out, _ = process.communicate(timeout=10)
        self.assertEqual(process.returncode, 11)
        self.assertIn("the target died of signal 9 (Killed)", out)

    def test_sweep(self):
        for broken, expected in [("abort", "died of signal 6"), ("exit", "ended the process with status 0")]:
            done = run("run", "--seeds=6", "--jobs=2", broken=broken)
            self.assertEqual(done.returncode, 11)
            red = re.search(r"\n6 seeds from 0x1 .* (\d+) red of 1 cause;", done.stdout)
            self.assertIn(f"\ncause 1: {red.group(1)} failures, ", done.stdout)
            self.assertGreater(int(red.group(1)), 1)
            self.assertIn(expected, done.stdout)
        done = run("run", "--seeds=1", "--hang=1s", broken="hang")
        self.assertEqual(done.returncode, 11)
        self.assertIn("did not end within 1 s", done.stdout)

    def test_different_runs_of_one_seed(self):
        done = run("run", "--seeds=10", "--recheck=1", broken="differ")
        self.assertEqual(done.returncode, 12, done.stdout)


class Signals(unittest.TestCase):
    def test_interrupted_sweep(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = start("run", "--time=60s", "--jobs=2")
            workers = wait_for(lambda p=process: len(children(p.pid)) == 2 and children(p.pid))
            time.sleep(0.3)
            began = time.monotonic()
            process.send_signal(number)
            out, err = process.communicate(timeout=10)
            self.assertLess(time.monotonic() - began, 2)
            self.assertEqual((process.returncode, err), (13, ""))
            self.assertRegex(out, r"^interrupted: \d+ seeds from 0x1 ")
            self.assertNotIn("accounted for", out)
            self.assertFalse(any(alive(worker) for worker in workers))

    def test_seeds_still_running_are_named(self):
        process = start("run", "--jobs=2", broken="hang")
        wait_for(lambda: len(children(process.pid)) == 2)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=10)
        self.assertEqual(process.returncode, 13)
        self.assertRegex(out, r"\nstill running when stopped: 0x[12] 0x[12]\n")

    def test_time_is_a_bound(self):
        began = time.monotonic()
        done = run("run", "--time=1s", "--jobs=2", broken="hang")
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual(done.returncode, 14)
        self.assertRegex(done.stdout, r"\nstill running when stopped: 0x[12] 0x[12]\n")

    def test_killed_worker_names_its_seed(self):
        process = start("run", "--time=2s", "--jobs=2")
        workers = wait_for(lambda: len(children(process.pid)) == 2 and children(process.pid))
        time.sleep(0.2)
        os.kill(workers[0], signal.SIGKILL)
        wait_for(lambda: len(children(process.pid)) == 2 and workers[0] not in children(process.pid))
        out, _ = process.communicate(timeout=10)
        self.assertEqual(process.returncode, 11)
        self.assertRegex(out, r"(seed 0x[0-9a-f]+ is red\nthe target|between two seeds and was replaced\nthe worker) died of "
                              r"signal 9 \(Killed\)\n")

    def test_killed_parent_leaves_no_process(self):
        for words, broken in ((["run", "--time=60s", "--jobs=2"], None), (["run", "--jobs=2"], "hang"),
                              (["replay", "7"], "hang")):
            process = start(*words, broken=broken)
            jobs = 1 if words[0] == "replay" else 2
            workers = wait_for(lambda p=process, n=jobs: len(children(p.pid)) == n and children(p.pid))
            time.sleep(0.2)
            process.kill()
            process.communicate(timeout=10)
            wait_for(lambda w=workers: not any(alive(worker) for worker in w), 2)


class Progress(unittest.TestCase):
    def test_only_on_a_terminal(self):
        self.assertEqual(run("run", "--seeds=100").stderr, "")
        process, out, shown = shown_on_terminal(lambda terminal: start("run", "--seeds=300", stderr=terminal))
        self.assertEqual(process.returncode, 0)
        self.assertRegex(shown, r"\r\x1b\[K\d+/300 seeds, \d+/s, \d+ s, 0 red")
        self.assertTrue(out.startswith("300 seeds"))


if __name__ == "__main__":
    HARROW, BROKEN = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
