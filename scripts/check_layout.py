#!/usr/bin/env python3
"""Checks the shape of the tree: what lies where, which room includes which, that everything is built, the ban list.

  check_layout.py [--root DIR] [--compile_commands FILE]

Prints one line "path:line: what is wrong" for each problem; exit code 1 if there is any. With compile_commands, which the
build passes, a source file must really be compiled; without, it must be listed in a CMakeLists.txt that is reached.
"""

import argparse
import json
import os
import re
import sys

import ban_list
from source_tree import CODE_SUFFIXES, ROOMS, list_files, quoted_includes, read

TOP_LEVEL = {
    ".ci", ".clang-format", ".clang-tidy", ".gitignore", "CMakeLists.txt", "CMakePresets.json", "README.md",
    "ARCHITECTURE.md", "DECISIONS.md", "STYLE.md", "LICENSE", "engine", "faults", "models", "sim", "tests", "scripts"
}
LINES_MAX = 500
LINES_MAX_BY_PATH = {"ARCHITECTURE.md": 300}
OUR_FOLDERS = ROOMS + ("tests",)

# Room -> what of ours it may include besides itself. A room that is not named here may include every room.
ARROWS = {
    "engine": (),
    "faults": (),
    "models": (),
    "sim/kernel": (),
    "sim/disk": ("faults/", "sim/kernel/"),
}
TEST_BODY = re.compile(r"^\s*(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)\s*\(|^int main\(", re.M)


def room_of(path):
    parts = path.split("/")
    return "/".join(parts[:2]) if parts[0] == "sim" else parts[0]


def check_top_level(paths):
    unknown = sorted({path.split("/")[0] for path in paths} - TOP_LEVEL)
    return [(name, 0, "top-level entry that the layout does not know") for name in unknown]


def check_includes(path, text, known):
    problems = []
    room = room_of(path)
    for number, target in quoted_includes(text):
        first = target.split("/")[0]
        if first not in OUR_FOLDERS:
            if first == ".." or os.path.join(os.path.dirname(path), target) in known:
                problems.append((path, number, f'include "{target}" from the root of the repository'))
            continue
        if target not in known:
            problems.append((path, number, f'"{target}" does not exist'))
        if first == "tests" and not path.startswith("tests/"):
            problems.append((path, number, f'{room} may not include tests ("{target}")'))
        elif room in ARROWS and not target.startswith((room + "/",) + ARROWS[room]):
            allowed = " and ".join(ARROWS[room]) or "no other room"
            problems.append((path, number, f'{room} may include {allowed}, not "{target}"'))
    return problems


def check_guard(path, text):
    guard = "HARROW_" + re.sub(r"[^A-Za-z0-9]", "_", path).upper() + "_"
    lines = text.rstrip("\n").split("\n")
    if f"#ifndef {guard}" not in lines or f"#define {guard}" not in lines or lines[-1] != f"#endif  // {guard}":
        return [(path, 1, f"header guard must be {guard}, with #endif  // {guard} as the last line")]
    return []


def check_header_comment(path, text):
    if not text.startswith("// "):
        return [(path, 1, "a header opens with the comment that is its manual")]
    return []


def cmake_words(text):
    """The words of a CMake file without its comments."""
    return re.findall(r'[^\s()"]+', re.sub(r"#[^\n]*", "", text))


def listed_sources(root, known):
    """(sources, tests): the files named in any CMakeLists.txt reached from the root, and those named as tests."""
    sources, tests, folders, seen = set(), set(), [""], set()
    while folders:
        folder = folders.pop()
        path = os.path.join(folder, "CMakeLists.txt")
        if path not in known or folder in seen:
            continue
        seen.add(folder)
        text = re.sub(r"#[^\n]*", "", read(root, path))

        def resolve(word, folder=folder):
            for prefix in ("${PROJECT_SOURCE_DIR}/", "${CMAKE_SOURCE_DIR}/"):
                if word.startswith(prefix):
                    return os.path.normpath(word[len(prefix):])
            return os.path.normpath(os.path.join(folder, word.replace("${CMAKE_CURRENT_SOURCE_DIR}/", "")))

        sources.update(resolve(word) for word in cmake_words(text) if word.endswith(".cc"))
        for call in re.findall(r"\bharrow_test\s*\(([^)]*)\)", text):
            tests.update(resolve(word) for word in cmake_words(call) if word.endswith(".cc"))
        for call in re.findall(r"\badd_subdirectory\s*\(\s*([^\s)]+)", text):
            folders.append(resolve(call))
    return sources, tests


def compiled_sources(root, compile_commands):
    with open(compile_commands, encoding="utf-8") as file:
        entries = json.load(file)
    real_root = os.path.realpath(root)
    return {os.path.relpath(os.path.realpath(os.path.join(entry["directory"], entry["file"])), real_root)
            for entry in entries}


def check_built(root, paths, compile_commands):
    problems = []
    listed, tests = listed_sources(root, set(paths))
    compiled = compiled_sources(root, compile_commands) if compile_commands else None
    for path in paths:
        if not path.endswith(".cc") or not path.startswith(tuple(folder + "/" for folder in OUR_FOLDERS)):
            continue
        if path not in listed:
            problems.append((path, 0, "not listed in any CMakeLists.txt that the build reaches"))
        elif compiled is not None and path not in compiled:
            problems.append((path, 0, "listed, but this build does not compile it"))
        if path.endswith("_test.cc"):
            if path not in tests:
                problems.append((path, 0, "not a source of any harrow_test(), so nothing runs it"))
            if not TEST_BODY.search(read(root, path)):
                problems.append((path, 0, "a test file without a test"))
    return problems


def check_length(path, text):
    lines, lines_max = text.count("\n"), LINES_MAX_BY_PATH.get(path, LINES_MAX)
    return [(path, 0, f"{lines} lines, at most {lines_max}: split it")] if lines > lines_max else []


def check_document_names(path, text, known):
    """A document that a source or a document refers to is in the tree, in whatever folder."""
    documents = {os.path.basename(name) for name in known if name.endswith(".md")}
    return [(path, number, f"refers to {name}, which is not in the tree")
            for number, line in enumerate(text.split("\n"), 1)
            for name in re.findall(r"\b[A-Z]+\.md\b", line) if name not in documents]


def check_code_map(text, known):
    """Names in backticks under a heading "### folder/" of ARCHITECTURE.md are files or folders of that folder."""
    problems, folder = [], None
    for number, line in enumerate(text.split("\n"), 1):
        heading = re.match(r"#+ ", line)
        if heading:
            match = re.match(r"### (\S+/)", line)
            folder = match.group(1) if match else None
            continue
        for name in re.findall(r"`([a-z0-9_.-]+)/?`", line) if folder else ():
            if not any(path.startswith(folder + name) and path[len(folder + name):][:1] in ("", ".", "/") for path in known):
                problems.append(("ARCHITECTURE.md", number, f"{folder} has no {name}"))
    return problems


def check_tree(root, compile_commands=None):
    paths = list_files(root)
    known = set(paths)
    problems = check_top_level(paths) + check_built(root, paths, compile_commands)
    for path in paths:
        is_code = path.endswith(CODE_SUFFIXES)
        is_script = path.endswith((".py", ".cmake", ".txt")) or path.startswith(("scripts/", ".ci/"))
        if not (is_code or is_script or path.endswith(".md")):
            continue
        text = read(root, path)
        if not path.startswith("tests/corpus/"):
            problems += check_length(path, text)
        if is_code or path.endswith(".md"):
            problems += check_document_names(path, text, known)
        if path == "ARCHITECTURE.md":
            problems += check_code_map(text, known)
        if is_code or is_script:
            problems += ban_list.check_unfinished(path, text)
        if is_code:
            problems += check_includes(path, text, known) + ban_list.check_banned(path, text)
        if path.endswith(".h"):
            problems += check_guard(path, text) + check_header_comment(path, text)
    return sorted(problems)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser.add_argument("--compile_commands")
    arguments = parser.parse_args()
    problems = check_tree(arguments.root, arguments.compile_commands)
    for path, line, message in problems:
        print(f"{path}:{line}: {message}" if line else f"{path}: {message}")
    print(f"layout: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
