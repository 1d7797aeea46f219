#!/usr/bin/env python3
"""check_layout.py accepts a good tree and names each thing wrong with a bad one."""

import json
import os
import unittest

from small_tree import SmallTreeTest

import ban_list
from check_layout import check_tree
from source_tree import split_comments

HEADER = """// A thing.
#ifndef HARROW_ENGINE_A_H_
#define HARROW_ENGINE_A_H_
int A();
#endif  // HARROW_ENGINE_A_H_
"""
GOOD_TREE = {
    "CMakeLists.txt": "add_subdirectory(engine)\nadd_subdirectory(sim/kernel)\nadd_subdirectory(tests)\n",
    "engine/CMakeLists.txt": "harrow_library(engine SOURCES a.cc)\n",
    "engine/a.h": HEADER,
    "engine/a.cc": '#include "engine/a.h"\n#include "absl/status/status.h"\nint A() { return 1; }\n',
    "sim/kernel/CMakeLists.txt": "harrow_library(kernel SOURCES fiber.cc)\n",
    "sim/kernel/fiber.cc": "int Fiber() { return 1; }\n",
    "tests/CMakeLists.txt": "harrow_test(a_test SOURCES a_test.cc)\n",
    "tests/a_test.cc": '#include "engine/a.h"\nTEST(A, IsOne) {}\n',
}
# Each is one line of code, or one word, that must be refused in a room; spelt so that this file passes the same check.
BANNED = (
    "std::random_device device;", "std::mt19937_64 g(1);", "std::uniform_int_distribution<int> d(0, 1);", "int i = rand();",
    "int i = std::rand();", "absl::BitGen g;", "auto h = absl::Hash<int>{}(1);", "absl::flat_hash_map<int, int> m;",
    "std::unordered_map<int, int> m;", "auto t = std::chrono::steady_clock::now();", "timespec t; clock_gettime(0, &t);",
    "auto t = time(nullptr);", 'auto* e = getenv("HOME");', "thread_local int i;", "#include <iostream>",
    "std::cerr << 1;", "auto n = reinterpret_cast<std::uintptr_t>(p);", 'printf("%p", p);', "std::set<const Task*> tasks;",
    "std::map<Task*, int> tasks;", "// TO" "DO: later", "// FIX" "ME", "int x;  // X" "XX", "TEST(A, DIS" "ABLED_B) {}",
    "GTEST_" "SKIP();", 'Check("not implem' 'ented");',
)
PERMITTED = (
    "// no std::random_device here", '/* rand() */ int i;', "int strand(int x);", "auto operand = strand(1);",
    "std::map<int, Task*> tasks;", "int uptime(int x); int t = uptime(0);", "int b = generator.rand();",
    "// order never observed: only counted\nstd::unordered_set<int> s;",
    "std::unordered_set<int> s;  // order never observed: only looked up",
    "// address never observed: alignment only\nauto n = reinterpret_cast<std::uintptr_t>(p);",
)


class LayoutTest(SmallTreeTest):

    def problems(self, changes):
        self.write({**GOOD_TREE, **changes})
        return ["%s:%d: %s" % problem for problem in check_tree(self.root)]

    def expect(self, changes, *parts):
        """Exactly one problem, with all these parts in its line."""
        problems = self.problems(changes)
        self.assertEqual(len(problems), 1, problems)
        for part in parts:
            self.assertIn(part, problems[0])

    def test_good_tree(self):
        self.assertEqual(self.problems({}), [])

    def test_top_level(self):
        self.expect({"notes/a.txt": ""}, "notes:0:", "does not know")

    def test_arrows(self):
        for path, target in (("engine/a.cc", "sim/kernel/fiber.cc"), ("sim/kernel/fiber.cc", "engine/a.h")):
            self.expect({**GOOD_TREE, path: f'#include "{target}"\n'}, path + ":1:", target)

    def test_arrows_of_disk(self):
        disk = {"CMakeLists.txt": GOOD_TREE["CMakeLists.txt"] + "add_subdirectory(sim/disk)\n",
                "sim/disk/CMakeLists.txt": "harrow_library(disk SOURCES disk.cc)\n"}
        self.assertEqual(self.problems({**disk, "sim/disk/disk.cc": '#include "sim/kernel/fiber.cc"\n'}), [])
        self.expect({**disk, "sim/disk/disk.cc": '#include "engine/a.h"\n'}, "sim/disk/disk.cc:1:")

    def test_includes(self):
        self.expect({"engine/a.cc": '#include "a.h"\n'}, "from the root")
        self.expect({"engine/a.cc": '#include "../engine/a.h"\n'}, "from the root")
        self.assertEqual(self.problems({"engine/a.cc": '#include "rapidcheck.h"\n'}), [])
        self.expect({"engine/a.cc": '#include "engine/b.h"\n'}, "does not exist")
        self.expect({"engine/a.cc": '#include "tests/a_test.cc"\n'}, "may not include tests")

    def test_guard_and_comment(self):
        self.expect({"engine/a.h": HEADER.replace("ENGINE", "MODELS")}, "HARROW_ENGINE_A_H_")
        self.expect({"engine/a.h": HEADER.replace("#endif  // HARROW_ENGINE_A_H_", "#endif")}, "HARROW_ENGINE_A_H_")
        self.expect({"engine/a.h": HEADER.replace("// A thing.\n", "")}, "opens with the comment")

    def test_unlisted_source(self):
        self.expect({"engine/b.cc": "int b;\n"}, "engine/b.cc", "not listed")

    def test_listed_only_in_a_comment(self):
        self.expect({"engine/CMakeLists.txt": "# harrow_library(engine SOURCES a.cc)\n"}, "engine/a.cc", "not listed")

    def test_folder_that_is_not_reached(self):
        self.expect({"engine/deep/CMakeLists.txt": "harrow_library(deep SOURCES b.cc)\n", "engine/deep/b.cc": ""},
                    "engine/deep/b.cc", "not listed")

    def test_test_that_nothing_runs(self):
        self.expect({"tests/CMakeLists.txt": "add_executable(a_test a_test.cc)\n"}, "tests/a_test.cc", "nothing runs it")
        self.expect({"tests/a_test.cc": "int x;\n", "tests/CMakeLists.txt": GOOD_TREE["tests/CMakeLists.txt"]},
                    "without a test")

    def test_source_that_this_build_leaves_out(self):
        self.write(GOOD_TREE)
        compiled = [path for path in GOOD_TREE if path.endswith(".cc") and path != "engine/a.cc"]
        commands = os.path.join(self.root, "build", "compile_commands.json")
        self.write({"build/compile_commands.json": json.dumps(
            [{"directory": self.root, "file": path, "command": ""} for path in compiled])})
        problems = check_tree(self.root, commands)
        self.assertEqual([problem[0] for problem in problems], ["engine/a.cc"])

    def test_length(self):
        self.expect({"engine/a.cc": "\n" * 501}, "engine/a.cc", "501 lines")
        self.assertEqual(self.problems({"engine/a.cc": "\n" * 500}), [])
        self.expect({"ARCHITECTURE.md": "\n" * 301}, "ARCHITECTURE.md", "at most 300")

    def test_documents(self):
        self.expect({"engine/a.cc": "// See DISK" ".md.\n"}, "engine/a.cc:1:", "not in the tree")
        self.assertEqual(self.problems({"engine/a.cc": "// See README.md.\n", "README.md": ""}), [])

    def test_code_map(self):
        code_map = "### engine/: it\n`a`\n### sim/kernel/\n`fiber`, `None`, `x y`\n## More\n`nothing`\n"
        self.assertEqual(self.problems({"ARCHITECTURE.md": code_map}), [])
        self.expect({"ARCHITECTURE.md": code_map.replace("`a`", "`a` over `aa`")}, "ARCHITECTURE.md:2:", "engine/ has no aa")

    def test_banned(self):
        for line in BANNED:
            with self.subTest(line=line):
                self.expect({"engine/a.cc": line + "\n"}, "engine/a.cc:1:")

    def test_permitted(self):
        for line in PERMITTED:
            with self.subTest(line=line):
                self.assertEqual(self.problems({"engine/a.cc": line + "\n"}), [])

    def test_mark_needs_a_reason_and_its_place(self):
        self.expect({"engine/a.cc": "std::unordered_set<int> s;  // order never observed:\n"}, "order never observed: reason")
        clock = "// real clock: progress line\nstd::chrono::steady_clock::time_point t;\n"
        self.assertNotEqual(ban_list.check_banned("engine/a.cc", clock), [])
        self.assertEqual(ban_list.check_banned("sim/harness/a.cc", clock), [])

    def test_every_rule_is_exercised(self):
        for rule in ban_list.RULES:
            self.assertTrue(any(rule.pattern.search(line) for line in BANNED), rule.name)

    def test_split_comments(self):
        text = 'a("//x"); // c1\nR"(/* s */)"; /* c2\nc3 */ b(\'"\'); 1\'000; // d\n'
        code, comments = split_comments(text)
        self.assertEqual([line.rstrip() for line in code], ['a("//x");', 'R"(/* s */)";', "      b('\"'); 1'000;", ""])
        self.assertEqual([line.split() for line in comments], [["//", "c1"], ["/*", "c2"], ["c3", "*/", "//", "d"], []])

    def test_exit_codes(self):
        self.write(GOOD_TREE)
        self.assertEqual(self.run_script("check_layout.py", "--root", self.root)[0], 0)
        self.write({"engine/a.cc": "int i = rand();\n"})
        code, output = self.run_script("check_layout.py", "--root", self.root)
        self.assertEqual((code, "engine/a.cc:1: rand()" in output), (1, True), output)


if __name__ == "__main__":
    unittest.main()
