#!/usr/bin/env python3
"""harrow report of a run that does not end. Usage: report_test.py BROKEN_HARROW [unittest arguments]"""
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BROKEN = ""


class Unfinished(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.page = os.path.join(folder.name, "page.html")

    def start(self, broken):
        return subprocess.Popen([BROKEN, "report", "7", f"--html={self.page}"], env=dict(os.environ, HARROW_BROKEN=broken),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def check(self, process, code, how):
        output, errors = process.communicate(timeout=60)
        self.assertEqual((process.returncode, output), (code, f"wrote {self.page}\n"), errors)
        self.assertEqual(errors.count("\n"), 1, errors)
        self.assertIn(how, errors)
        with open(self.page, encoding="ascii") as file:
            data = json.loads(re.search(r'id="data">\n(.*)\n</script>', file.read()).group(1))
        self.assertEqual(data["verdict"]["kind"], "unfinished")
        self.assertGreater(len(data["lives"][0]["steps"]), 20)
        self.assertGreater(len(data["lives"][0]["files"]), 10)
        self.assertEqual(data["lives"][-1]["end"], "not ended")
        step = int(re.search(r"after step (\d+)", errors).group(1))
        self.assertEqual(data["lives"][-1]["steps"][-1][0], step)

    def test_a_target_that_dies_leaves_its_steps(self):
        for broken, how in [("abort", "died of signal 6 (Aborted)"), ("segfault", "died of signal 11"),
                            ("stack", "died of signal 11"), ("exit", "ended the process with status 0")]:
            self.check(self.start(broken), 11, how)

    def test_an_interrupt_leaves_the_steps_of_a_target_that_hangs(self):
        process = self.start("hang")
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        self.check(process, 13, "interrupted by signal")


if __name__ == "__main__":
    BROKEN = sys.argv[1]
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
