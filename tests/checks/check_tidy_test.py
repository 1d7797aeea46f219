#!/usr/bin/env python3
"""scripts/tidy fails on a finding, in a source or a header of ours; runs only what changed; forgets nothing that failed."""

import json
import os
import shutil
import tempfile
import unittest

from small_tree import ROOT, SmallTreeTest

GOOD = '#include "engine/a.h"\nint B() { return A(); }\n'
IMPLICIT = "struct C {\n  C(int c);\n};\n"  # google-explicit-constructor


class TidyTest(SmallTreeTest):

    def setUp(self):
        super().setUp()
        shutil.copy(os.path.join(ROOT, ".clang-tidy"), self.root)
        self.build = os.path.join(self.root, "build", "dev")
        self.cache = os.path.join(self.root, "build", "cache")
        self.write({"engine/a.h": "inline int A() { return 1; }\n", "engine/b.cc": GOOD, "engine/c.cc": "int C() { return 2; }\n"})
        self.write({"build/dev/compile_commands.json": json.dumps([
            {"directory": self.build, "file": os.path.join(self.root, "engine", name),
             "command": f"c++ -I{self.root} -std=c++20 -o {name}.o -c {self.root}/engine/{name}"}
            for name in ("b.cc", "c.cc")])})

    def tidy(self, *words):
        return self.run_script("tidy", "--build", self.build, "--root", self.root, "--cache", self.cache, *words)

    def test_runs_what_changed(self):
        code, output = self.tidy()
        self.assertEqual((code, "2 files, 2 run, 0 with" in output), (0, True), output)
        code, output = self.tidy()
        self.assertEqual((code, "2 files, 0 run" in output), (0, True), output)
        self.write({"engine/a.h": "inline int A() { return 3; }\n"})
        code, output = self.tidy()
        self.assertEqual((code, "2 files, 1 run" in output), (0, True), output)

    def test_another_checkout_shares_what_is_remembered(self):
        self.assertEqual(self.tidy()[0], 0)
        with tempfile.TemporaryDirectory() as other:
            shutil.copytree(self.root, os.path.join(other, "tree"))
            elsewhere = TidyTest()
            elsewhere.root, elsewhere.cache = os.path.join(other, "tree"), self.cache
            elsewhere.build = os.path.join(elsewhere.root, "build", "dev")
            path = os.path.join(elsewhere.build, "compile_commands.json")
            with open(path, encoding="utf-8") as file:
                text = file.read()
            with open(path, "w", encoding="utf-8") as file:
                file.write(text.replace(self.root, elsewhere.root))
            self.assertIn("2 files, 0 run", elsewhere.tidy()[1])

    def test_finding_fails_until_mended(self):
        self.write({"engine/c.cc": IMPLICIT})
        for _ in range(2):
            code, output = self.tidy()
            self.assertEqual(code, 1, output)
            self.assertIn("google-explicit-constructor", output)

    def test_finding_in_header_is_printed_once(self):
        self.write({"engine/a.h": "int A();\n" + IMPLICIT, "engine/c.cc": GOOD})
        code, output = self.tidy()
        self.assertEqual(code, 1, output)
        self.assertEqual(output.count("engine/a.h:3:"), 1, output)
        self.assertIn("2 with findings", output)

    def test_configuration_is_part_of_the_key(self):
        self.assertEqual(self.tidy()[0], 0)
        self.write({"engine/.clang-tidy": "InheritParentConfig: true\n"})
        self.assertIn("2 files, 2 run", self.tidy()[1])

    def test_unknown_file_is_an_error(self):
        code, output = self.tidy(os.path.join(self.root, "engine", "no.cc"))
        self.assertEqual(code, 1)
        self.assertIn("not compiled by this build: engine/no.cc", output)


if __name__ == "__main__":
    unittest.main()
