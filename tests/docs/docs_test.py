#!/usr/bin/env python3
"""Every page of the tree does what it shows, and says what there is. Usage: docs_test.py BUILD_FOLDER [unittest arguments]

markdown.py has the conventions for blocks. Sessions of one page run one after the other in one scratch folder that looks like the
tree after a build: the tree's own entries, build/release as it was built, the harrow program on the PATH.
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest

import markdown

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = ""
# Sessions that are not run: each is a decision. A page may have so many.
NOT_RUN_MAX = {"README.md": 1}
# A study of how others choose schedules: its flags are theirs, or thoughts.
STUDIES = {"sim/kernel/SCHEDULING.md"}
# Flags on pages that are other programs'.
FOREIGN_FLAGS = {"gtest_filter", "install", "prefix", "component", "preset", "build", "rewrite", "wrap", "undefined", "help", "hash"}


def pages():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout.split()
    return {path: read(path) for path in sorted(listed) if os.path.exists(os.path.join(ROOT, path))}


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
        return file.read()


def harrow(*words, **options):
    return subprocess.run([os.path.join(BUILD, "sim/harness/harrow"), *words], capture_output=True, text=True, timeout=60,
                          check=False, **options)


def all_blocks():
    return [block for page, text in pages().items() for block in markdown.blocks(page, text)]


class Scratch:
    """A folder that looks like the tree after a build, in which nothing a command writes reaches the tree."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = self.folder.name
        for name in os.listdir(ROOT):
            if name not in ("build", ".git"):
                os.symlink(os.path.join(ROOT, name), os.path.join(self.path, name))
        os.mkdir(os.path.join(self.path, "build"))
        os.symlink(BUILD, os.path.join(self.path, "build/release"))

    def run(self, words, variables=None):
        search = os.pathsep.join([os.path.join(BUILD, "sim/harness"), os.environ["PATH"]])
        environment = dict(os.environ, PATH=search, LC_ALL="C.UTF-8", **(variables or {}))
        return subprocess.run(["bash", "-c", words], cwd=self.path, env=environment, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()


class Sessions(unittest.TestCase):
    def test_every_session(self):
        ran = 0
        for page in pages():
            with Scratch() as scratch:
                for block in markdown.blocks(page, read(page)):
                    if not block.is_session or block.not_run:
                        continue
                    for command in markdown.commands(block):
                        with self.subTest(f"{page}:{command.line}: {command.words}"):
                            done = scratch.run(command.words)
                            ran += 1
                            self.assertEqual(done.returncode, command.exit_code, done.stdout)
                            found = done.stdout.split("\n")[:-1]
                            self.assertTrue(markdown.matches(command.output, found), "\n".join(["found:", *found]))
        self.assertGreater(ran, 0)

    def test_few_are_exempt(self):
        exempt = {}
        for block in all_blocks():
            if block.not_run:
                self.assertTrue(block.is_session, f"{block.page}:{block.line}: only a session needs the mark")
                exempt[block.page] = exempt.get(block.page, 0) + 1
        for page, count in exempt.items():
            self.assertLessEqual(count, NOT_RUN_MAX.get(page, 0), page)


class Scenarios(unittest.TestCase):
    def check(self, block, text):
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "page.scenario"), "w", encoding="utf-8") as file:
                file.write(text)
            done = harrow("replay", "--hash", "page.scenario", cwd=folder)
            self.assertEqual(done.returncode, 0, f"{block.page}:{block.line}: {done.stderr}{done.stdout}")
            done = harrow("format", "--check", "page.scenario", cwd=folder)
            self.assertEqual(done.returncode, 0, f"{block.page}:{block.line}: not in canonical layout")

    def test_each_runs_and_is_in_canonical_layout(self):
        found = [block for block in all_blocks() if block.language == "scenario"]
        self.assertGreaterEqual(len(found), 2)
        for block in found:
            self.check(block, block.text)

    def test_each_line_of_a_life(self):
        found = [block for block in all_blocks() if block.language == "life"]
        self.assertGreaterEqual(len(found), 1)
        for block in found:
            lines = "".join(f"  {line}\n" for line in block.text.splitlines())
            self.check(block, f"harrow scenario 3\nlife\n{lines}  client\n    put k0 100 sync\n")

    def words_of_the_parser(self):
        """What the parser's own errors list where one word of several is expected."""
        words = set()
        for text in ("x", "life\nx", "life\nclient\nx", "expect x", "target x", "profile x", "life\nschedule x",
                     "life\nfault x", "life\nfault log x", "life\nfault log write #1: x", "life\nend crash keep x"):
            with tempfile.NamedTemporaryFile("w", suffix=".scenario") as file:
                file.write("harrow scenario 3\n" + text + "\n")
                file.flush()
                done = harrow("replay", file.name)
            self.assertEqual(done.returncode, 21, text)
            listed = re.search(r"expected [^(]*\(([^)]*)\)", done.stderr)
            self.assertTrue(listed, done.stderr)
            words.update(listed.group(1).split())
        return words

    def test_the_page_has_every_word_of_the_parser(self):
        page, words = read("sim/harness/SCENARIOS.md"), self.words_of_the_parser()
        self.assertGreater(len(words), 80)
        code = " ".join(re.findall(r"`([^`\n]+)`", page))
        grammar = " ".join(re.findall(r'"([^"]+)"', page[page.index("## Grammar"):]))
        for word in words:
            self.assertRegex(code, rf"(?<![\w-]){re.escape(word)}(?![\w-])")
        names = re.findall(r"`([a-z-]+)`", page[page.index("- FILE is"):page.index("- WHICH")])
        names += re.findall(r"`([a-z-]+)`", page[page.index("The rules are"):page.index("## Lives")])
        names += re.findall(r"`([a-z0-9-]+)`", re.search(r"^\| `profile` \|.*$", page, re.M)[0])
        in_grammar = words - set(names) - {"harrow", "leveldb", "sqlite", "default", "random", "pct", "pos"}
        for word in in_grammar:
            self.assertRegex(grammar, rf"(?<![\w-]){re.escape(word)}(?![\w-])")

    def test_the_page_invents_no_word(self):
        grammar = read("sim/harness/SCENARIOS.md").split("## Grammar")[1]
        source = "".join(read(path) for path in ("sim/harness/scenario_parse.cc", "sim/harness/operation_parse.cc",
                                                 "sim/harness/option_list.h", "faults/plan.cc", "faults/crash.cc"))
        for literal in re.findall(r'"([a-z][a-z -]*)"', grammar):
            for word in literal.split():
                self.assertRegex(source, rf'["( ]{re.escape(word)}[") ]')


class Lists(unittest.TestCase):
    def flags(self):
        return set(re.findall(r"^  --(\w+)", harrow("help").stdout, re.M))

    def test_each_flag_is_on_a_page(self):
        text = "\n".join(pages().values())
        missing = [flag for flag in sorted(self.flags()) if not re.search(rf"--{flag}\b", text)]
        self.assertEqual(missing, [])

    def test_the_page_of_commands_has_the_flags_of_each(self):
        sections = re.split(r"^## harrow (\w+)\n", read("sim/harness/command/COMMANDS.md"), flags=re.M)
        shown = dict(zip(sections[1::2], sections[2::2]))
        names = [name for name in re.findall(r"^  harrow (\w+)", harrow("help").stdout, re.M) if name != "help"]
        self.assertEqual(sorted(shown), sorted(names))
        for name in names:
            rows = "".join(re.findall(r"^\| (`--[^|]*) \|", shown[name], re.M))
            taken = re.findall(r"^  --(\w+)", harrow(name, "--help").stdout, re.M)
            self.assertEqual(sorted(re.findall(r"`--(\w+)`", rows)), sorted(taken), name)

    def test_each_flag_on_a_page_exists(self):
        known = self.flags() | FOREIGN_FLAGS
        scripts = subprocess.run(["git", "ls-files", "scripts"], cwd=ROOT, capture_output=True, text=True, check=True)
        for path in scripts.stdout.split():
            if not path.endswith(".md"):
                known.update(re.findall(r"--([a-z][\w-]*)", read(path)))
        known.update(re.findall(r"^DEFINE_\w+\((\w+),", read("tests/bench/engine_bench.cc"), re.M))
        for page, text in pages().items():
            for number, line in enumerate(text.split("\n") if page not in STUDIES else [], 1):
                for flag in re.findall(r"(?<![\w-])--([a-z][\w-]*)", line):
                    self.assertIn(flag, known, f"{page}:{number}")

    def test_each_command_is_in_the_readme(self):
        readme = read("README.md")
        for name in re.findall(r"^  harrow (\w+)", harrow("help").stdout, re.M):
            if name != "help":
                self.assertIn(f"harrow {name}", readme)

    def test_each_exit_code_is_in_the_readme_and_the_help(self):
        codes = re.findall(r"^\s*kExit\w+\s*=\s*(\d+)", read("sim/harness/command/exit_code.h"), re.M)
        self.assertGreaterEqual(len(codes), 10)
        rows = re.findall(r"^\| (\d+) \|", read("README.md"), re.M)
        self.assertEqual(sorted(codes), sorted(rows))
        shown = re.findall(r"^ +(\d+)  ", harrow("help").stdout.split("exit codes:")[1], re.M)
        self.assertEqual(sorted(codes), sorted(shown))

    def test_links_lead_somewhere(self):
        for page, text in pages().items():
            for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
                if not re.match(r"[a-z]+:", target):
                    self.assertTrue(os.path.exists(os.path.join(ROOT, os.path.dirname(page), target)), f"{page}: {target}")


class Conventions(unittest.TestCase):
    """That a wrong page is seen."""

    def test_matches(self):
        for shown, found, expected in [
                (["a"], ["a"], True), (["a"], ["b"], False), ([], ["a"], False), (["..."], ["a", "b"], True), (["..."], [], True),
                (["a", "...", "z"], ["a", "z"], True), (["a", "...", "z"], ["a", "b", "z", "y"], False),
                (["took … s"], ["took 3 s"], True), (["took … s"], ["took 3"], False), (["a."], ["ab"], False)]:
            self.assertEqual(markdown.matches(shown, found), expected, (shown, found))

    def test_blocks(self):
        text = "```\n$ one \\\n  two\nout\n[exit code 3]\n$ three\n```\n\n<!-- not run: why -->\n```\n$ x\n```\n"
        first, second = markdown.blocks("p", text)
        self.assertEqual([tuple(command) for command in markdown.commands(first)],
                         [(2, "one \\\n  two", ["out"], 3), (6, "three", [], 0)])
        self.assertEqual((second.line, second.not_run, first.not_run), (10, "why", ""))
        for wrong in ("```\n$ x\n", ):
            with self.assertRaises(ValueError):
                markdown.blocks("p", wrong)
        with self.assertRaises(ValueError):
            markdown.commands(markdown.Block("p", 1, "", "out\n$ x\n", ""))


if __name__ == "__main__":
    BUILD = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
