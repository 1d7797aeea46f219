#!/usr/bin/env python3
"""The format check fails on a badly formatted file, and scripts/format mends it."""

import shutil
import os
import unittest

from small_tree import ROOT, SmallTreeTest


class FormatTest(SmallTreeTest):

    def setUp(self):
        super().setUp()
        shutil.copy(os.path.join(ROOT, ".clang-format"), self.root)

    def test_bad_file_is_named_and_mended(self):
        self.write({"engine/good.h": "int a;\n", "engine/bad.cc": "int   b ;\n"})
        code, output = self.run_script("format", "--check", "--root", self.root)
        self.assertEqual(code, 1, output)
        self.assertIn("engine/bad.cc:1:", output)
        self.assertNotIn("good.h", output)
        self.assertEqual(self.run_script("format", "--root", self.root)[0], 0)
        code, output = self.run_script("format", "--check", "--root", self.root)
        self.assertEqual(code, 0, output)

    def test_no_files_is_a_failure(self):
        self.assertEqual(self.run_script("format", "--check", "--root", self.root)[0], 1)


if __name__ == "__main__":
    unittest.main()
