#!/usr/bin/env python3
"""determinism.py accepts programs that agree and names the seed and the commands where one does not."""

import os
import stat
import subprocess
import sys
import unittest

from small_tree import SmallTreeTest

DETERMINISM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "determinism.py")
STEADY = 'echo "$2 hash=0x$(printf %08x $(( $2 * 77 )) ) verdict=ok"'


class DeterminismTest(SmallTreeTest):

    def program(self, name, body):
        self.write({name: f"#!/bin/sh\n# called: replay SEED --hash\n{body}\n"})
        path = os.path.join(self.root, name)
        os.chmod(path, os.stat(path).st_mode | stat.S_IXUSR)
        return path

    def check(self, *programs):
        result = subprocess.run([sys.executable, DETERMINISM, "--seeds=3", *programs], check=False,
                                capture_output=True, text=True)
        return result.returncode, result.stdout

    def test_seed_in_hexadecimal(self):
        code, output = self.check(self.program("a", 'printf "0x%x hash=0x1 verdict=ok\\n" "$2"'))
        self.assertEqual(code, 0, output)

    def test_equal(self):
        code, output = self.check(self.program("a", STEADY), self.program("b", STEADY + "; exit 10"))
        self.assertEqual(code, 0, output)
        self.assertIn("0 seeds that differ", output)

    def test_program_that_differs_on_one_seed(self):
        code, output = self.check(self.program("a", STEADY),
                                  self.program("b", 'if [ "$2" = 2 ]; then echo "2 hash=0x1 verdict=ok"; else '
                                               + STEADY + "; fi"))
        self.assertEqual(code, 1, output)
        self.assertIn("seed 2:", output)
        self.assertIn("b replay 2 --hash", output)
        self.assertNotIn("seed 1:", output)

    def test_verdict_that_differs(self):
        code, _ = self.check(self.program("a", STEADY), self.program("b", STEADY.replace("=ok", "=red")))
        self.assertEqual(code, 1)

    def test_second_process_that_differs(self):
        counter = os.path.join(self.root, "count")
        code, _ = self.check(self.program("a", f'echo x >> {counter}; echo "$2 hash=0x$(wc -l < {counter}) verdict=ok"'))
        self.assertEqual(code, 1)

    def test_address_randomisation_that_shows(self):
        # The flag 0x0040000 of the personality is what setarch -R sets.
        code, output = self.check(self.program("a", 'echo "$2 hash=0x$(cat /proc/self/personality) verdict=ok"'))
        self.assertEqual(code, 0 if "cannot be switched" in output else 1, output)

    def test_no_line_is_a_failure(self):
        for body in ("exit 0", "echo broken >&2; exit 3", 'echo "9 hash=0x1 verdict=ok"', STEADY + ";" + STEADY):
            code, output = self.check(self.program("a", body))
            self.assertEqual((code, "not one line for seed 1" in output), (1, True), output)

    def test_missing_program(self):
        code, output = self.check(os.path.join(self.root, "none"))
        self.assertEqual((code, "not built" in output), (1, True), output)


if __name__ == "__main__":
    unittest.main()
