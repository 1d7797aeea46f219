#!/usr/bin/env python3
"""harrow shrink as its users meet it. Usage: shrink_test.py HARROW BROKEN_HARROW [unittest arguments]"""
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
# The sound engine, with fewer steps than two clients need: the rule live is broken.
FAILS = ("harrow scenario 1\nstep-limit 60\nkeys 4\nlife\n  client\n    put k0 16 sync\n    put k1 500\n    get k0\n"
         "  client\n    put k2 16 sync\n    flush\n")
SOUND = "harrow scenario 1\nlife\n  client\n    put k0 16 sync\n"


def start(*words, broken=None, **options):
    environment = dict(os.environ, HARROW_BROKEN=broken or "")
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    return subprocess.Popen([BROKEN if broken else HARROW, *words], env=environment, **options)


def run(*words, broken=None, **options):
    process = start(*words, broken=broken, **options)
    out, err = process.communicate(timeout=60)
    return subprocess.CompletedProcess(words, process.returncode, out, err)


class Shrink(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def file(self, text, name="start.scenario"):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def read(self, path):
        with open(path, encoding="ascii") as file:
            return file.read()

    def operations(self, text):
        """The lines of operations of a scenario."""
        return re.findall(r"^ {4}(\S.*)$", text, re.M)


class Results(Shrink):
    def test_standard_output_is_a_scenario_that_replays(self):
        done = run("shrink", self.file(FAILS))
        self.assertEqual((done.returncode, done.stderr), (10, ""))
        self.assertLess(len(self.operations(done.stdout)), 5)
        self.assertTrue(done.stdout.startswith("# rule live broken: "), done.stdout)
        hashed = re.search(r"^#   hash: +(0x[0-9a-f]+)$", done.stdout, re.M).group(1)
        self.assertRegex(done.stdout, r"\n#   size: +\d operations? of \d clients? in 1 life, 0 faults, 0 preemptions\n")
        self.assertRegex(done.stdout, r"\n#   search: +\d+ scenarios tried in \d+\.\d s, none that is smaller fails\n")
        replay = run("replay", "--hash", self.file(done.stdout, "small.scenario"))
        self.assertEqual(replay.returncode, 10)
        self.assertIn(f"hash={hashed} verdict=live", replay.stdout)

    def test_out_and_the_command_it_prints(self):
        out = os.path.join(self.folder, "small.scenario")
        done = run("shrink", self.file(FAILS), f"--out={out}")
        self.assertEqual((done.returncode, done.stderr), (10, ""))
        self.assertTrue(done.stdout.startswith("rule live broken: "))
        self.assertNotIn("harrow scenario", done.stdout)
        command = re.search(r"^  reproduce: (.*)$", done.stdout, re.M).group(1).split()
        hashed = re.search(r"^  hash: +(\S+)$", done.stdout, re.M).group(1)
        again = subprocess.run([*command, "--hash"], capture_output=True, text=True, check=False, timeout=60)
        self.assertIn(f"hash={hashed} verdict=live", again.stdout)
        self.assertEqual(sorted(os.listdir(self.folder)), ["small.scenario", "start.scenario"])
        # Small already: the same again.
        small = [line for line in self.read(out).splitlines() if not line.startswith("#")]
        twice = run("shrink", out)
        self.assertEqual([line for line in twice.stdout.splitlines() if not line.startswith("#")], small)

    def test_jobs_and_repetition_change_nothing(self):
        texts = {re.sub(r"^#   search:.*\n", "", run("shrink", self.file(FAILS), f"--jobs={jobs}").stdout, flags=re.M)
                 for jobs in (1, 1, 3, 0)}
        self.assertEqual(len(texts), 1, texts)
        self.assertIn("rule live broken", texts.pop())

    def test_what_does_not_fail(self):
        out = os.path.join(self.folder, "small.scenario")
        done = run("shrink", self.file(SOUND), f"--out={out}")
        self.assertEqual((done.returncode, done.stdout), (0, "the scenario does not fail\n"))
        self.assertFalse(os.path.exists(out))


class Broken(Shrink):
    """broken_harrow breaks at its third write."""

    def test_deaths(self):
        for broken, end in [("abort", "died of signal 6 (Aborted)"), ("segfault", "died of signal 11 (Segmentation fault)"),
                            ("exit", "ended the process with status 0")]:
            done = run("shrink", "7", broken=broken)
            self.assertEqual((done.returncode, done.stderr), (11, ""), broken)
            self.assertIn(f"# the target {end}\n", done.stdout)
            self.assertEqual(self.operations(done.stdout), ["put k0 16"] * 3)
            self.assertEqual(run("replay", self.file(done.stdout), broken=broken).returncode, 11)

    def test_a_hang(self):
        done = run("shrink", "7", "--hang=1s", "--time=20s", broken="hang")
        self.assertEqual((done.returncode, done.stderr), (11, ""))
        self.assertRegex(done.stdout, r"^# the target did not end within \d+ ms( of processor time)?\n")
        self.assertEqual(len(self.operations(done.stdout)), 3, done.stdout)

    def test_runs_that_differ(self):
        done = run("shrink", "7", broken="differ")
        self.assertEqual((done.returncode, done.stderr), (12, ""))
        self.assertIn("# rule deterministic broken: two runs of one scenario hash to", done.stdout)
        self.assertLess(len(self.operations(done.stdout)), 10)


class Signals(Shrink):
    def start_long(self, *words):
        """A shrink that is busy for long: each candidate that fails hangs."""
        out = os.path.join(self.folder, "small.scenario")
        process = start("shrink", "7", "--hang=1s", "--time=600s", f"--out={out}", *words, broken="hang")
        first = wait_for(lambda: os.path.exists(out) and self.read(out))
        return process, out, first

    def check_fails(self, path, smaller_than):
        text = self.read(path)
        self.assertLess(len(self.operations(text)), len(self.operations(smaller_than)))
        replay = start("replay", path, broken="hang")
        with self.assertRaises(subprocess.TimeoutExpired):
            replay.wait(1)
        replay.terminate()
        replay.communicate(timeout=10)

    def test_an_interrupt_keeps_the_best(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process, out, first = self.start_long("--jobs=2")
            wait_for(lambda o=out, f=first: self.read(o) != f)
            workers = wait_for(lambda p=process: children(p.pid))
            began = time.monotonic()
            process.send_signal(number)
            text, err = process.communicate(timeout=10)
            self.assertLess(time.monotonic() - began, 1)
            self.assertEqual((process.returncode, err), (11, ""))
            self.assertRegex(text, r"\n  search: .* interrupted\n")
            self.assertFalse(any(alive(worker) for worker in workers))
            self.check_fails(out, first)
            os.remove(out)

    def test_an_interrupt_without_out_prints_the_best(self):
        process = start("shrink", "7", "--hang=1s", "--time=600s", broken="hang")
        time.sleep(4)
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=10)
        self.assertEqual(process.returncode, 11)
        self.check_fails(self.file(text), run("scenario", "7").stdout)

    def test_an_interrupt_before_the_first_run_ended(self):
        process = start("shrink", "7", broken="hang")
        wait_for(lambda: children(process.pid))
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        text, _ = process.communicate(timeout=10)
        self.assertEqual((process.returncode, text), (13, "interrupted before the scenario was run\n"))

    def test_killed_it_leaves_the_best_and_no_process(self):
        process, out, first = self.start_long()
        wait_for(lambda: self.read(out) != first)
        workers = wait_for(lambda: children(process.pid))
        process.kill()
        process.communicate(timeout=10)
        wait_for(lambda: not any(alive(worker) for worker in workers), 2)
        self.check_fails(out, first)


class Errors(Shrink):
    def test_each_mistake_is_one_line(self):
        fails = self.file(FAILS)
        bad = self.file("harrow scenario 1\nlive\n", "bad.scenario")
        for code, expected, words in [
            (20, "expected one seed or scenario file, found 0", []),
            (20, "expected one seed or scenario file, found 2", ["1", "2"]),
            (20, "expected a seed (a number or a commit hash) or a scenario file", ["nowhere"]),
            (20, "--jobs: expected a number from 0 to 256", ["1", "--jobs=257"]),
            (20, "--time: expected a duration", ["1", "--time=5"]),
            (20, "--hang: expected a duration", ["1", "--hang=soon"]),
            (20, "--seeds is no flag of this command", ["1", "--seeds=4"]),
            (20, "--profile: expected a seed", [fails, "--profile=ext4"]),
            (21, "bad.scenario:2: column 1: expected", [bad]),
            (22, "--out: /no/such/folder/out: ", [fails, "--out=/no/such/folder/out"]),
        ]:
            done = run("shrink", *words)
            self.assertEqual(done.returncode, code, words)
            self.assertIn(expected, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_unwritable_output(self):
        reader, writer = os.pipe()
        os.close(reader)
        done = run("shrink", self.file(FAILS), stdout=writer)
        os.close(writer)
        self.assertEqual(done.returncode, 22)


class Progress(Shrink):
    def test_only_on_a_terminal(self):
        _, _, shown = shown_on_terminal(lambda terminal: start("shrink", self.file(FAILS), stderr=terminal))
        self.assertRegex(shown, r"\r\x1b\[K\d+ tried, \d+\.\d s: \d+ operations? of \d+ clients? in \d+ li")
        self.assertTrue(shown.endswith("\r\x1b[K"))


if __name__ == "__main__":
    HARROW, BROKEN = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0]] + sys.argv[3:])
