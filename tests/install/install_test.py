#!/usr/bin/env python3
"""The engine installed into an empty prefix serves a project that sees nothing but that.

Usage: install_test.py CMAKE BUILD CXX [unittest arguments]
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

EXAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "example")
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(EXAMPLE)))
CMAKE = BUILD = CXX = ""


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, timeout=150, check=False)


def readme_section():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        return re.search(r"^## As a library\n(.+?)^## ", file.read(), re.M | re.S).group(1)


def fence(language):
    found = re.findall(rf"^```{language}\n(.+?)^```$", readme_section(), re.M | re.S)
    assert len(found) == 1, f"README: {len(found)} fences of {language}"
    return found[0]


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        cls.prefix = os.path.join(cls.folder, "prefix")
        words = re.search(r"`cmake (--install [^`]+)`", readme_section()).group(1)
        words = words.replace("PREFIX", cls.prefix).replace("build/release", BUILD)
        cls.installed = run(CMAKE, *words.split())

    def setUp(self):
        self.assertEqual(self.installed.returncode, 0, self.installed.stderr)

    def build(self, source):
        build = tempfile.mkdtemp(dir=self.folder)
        done = run(CMAKE, "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                   f"-DCMAKE_CXX_COMPILER={CXX}")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        done = run(CMAKE, "--build", build, "--verbose")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotRegex(done.stdout, rf"-I *{re.escape(ROOT)}|-isystem *{re.escape(ROOT)}")
        return build

    def test_what_the_readme_shows_builds_and_stores(self):
        source = tempfile.mkdtemp(dir=self.folder)
        with open(os.path.join(source, "CMakeLists.txt"), "w", encoding="utf-8") as file:
            file.write("cmake_minimum_required(VERSION 3.25)\nproject(store LANGUAGES CXX)\n"
                       "add_executable(store store.cc)\n" + fence("cmake"))
        with open(os.path.join(source, "store.cc"), "w", encoding="utf-8") as file:
            file.write(f'#include "engine/db.h"\nabsl::Status Store() {{\n{fence("cpp")}return status;\n}}\n'
                       "int main() { return Store().ok() ? 0 : 1; }\n")
        build = self.build(source)
        for _ in range(2):  # the second opens what the first one made
            done = subprocess.run([os.path.join(build, "store")], cwd=build, timeout=60, check=False)
            self.assertEqual(done.returncode, 0)
        self.assertIn("CURRENT", os.listdir(os.path.join(build, "words")))

    def test_the_example_stores_and_reads(self):
        build = self.build(EXAMPLE)
        directory = os.path.join(build, "words")
        for _ in range(2):  # the second finds what the first one made
            done = run(os.path.join(build, "store"), directory)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "one: eins\ntwo: zwei\n", ""))
        self.assertIn("CURRENT", os.listdir(directory))

    def test_another_minor_version_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "CMakeLists.txt"), "w", encoding="ascii") as file:
                file.write("cmake_minimum_required(VERSION 3.25)\nproject(old LANGUAGES CXX)\n"
                           "find_package(harrow 0.2 REQUIRED)\n")
            done = run(CMAKE, "-S", folder, "-B", os.path.join(folder, "build"), f"-DCMAKE_PREFIX_PATH={self.prefix}")
            self.assertNotEqual(done.returncode, 0)
            self.assertIn('requested version "0.2"', done.stderr)

    def test_public_headers_are_those_that_public_headers_need(self):
        include = os.path.join(self.prefix, "include")
        self.assertEqual(os.listdir(include), ["harrow"])
        self.assertEqual(os.listdir(os.path.join(include, "harrow")), ["engine"])
        names = sorted(os.listdir(os.path.join(include, "harrow", "engine")))
        named = {"block_cache.h", "db.h", "destroy_db.h", "filter_policy.h", "info_log.h", "options.h", "repair_db.h"}
        for name in names:
            with open(os.path.join(include, "harrow", "engine", name), encoding="utf-8") as file:
                named.update(re.findall(r'^#include "engine/(.+)"$', file.read(), re.M))
        self.assertEqual(names, sorted(named))
        # They compile from there.
        source = os.path.join(self.folder, "headers.cc")
        with open(source, "w", encoding="ascii") as file:
            file.writelines(f'#include "engine/{name}"\n' for name in names)
        done = run(CXX, "-std=c++20", "-fsyntax-only", "-I", os.path.join(include, "harrow"), source)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    CMAKE, BUILD, CXX = sys.argv[1:4]
    unittest.main(argv=sys.argv[:1] + sys.argv[4:])
