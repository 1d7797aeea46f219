"""The tree as the checks see it: which files belong to it, and their text with comments told apart from code.

Files come from git (tracked, and new ones that are not ignored), so a build directory never counts; a tree that is not
a git work tree, such as the ones the checks' own tests make, is walked instead.
"""

import os
import re
import subprocess

ROOMS = ("engine", "faults", "models", "sim")
CODE_SUFFIXES = (".h", ".cc")


def list_files(root):
    """Every file of the tree, as sorted paths relative to its root."""
    if os.path.exists(os.path.join(root, ".git")):
        output = subprocess.run(
            ["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True, text=True).stdout
        paths = {path for path in output.split("\0") if path}
    else:
        paths = set()
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name not in ("build", ".cache")]
            paths.update(os.path.relpath(os.path.join(folder, name), root) for name in names)
    return sorted(path for path in paths if os.path.isfile(os.path.join(root, path)))


def code_files(root):
    return [path for path in list_files(root) if path.endswith(CODE_SUFFIXES)]


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as file:
        return file.read()


_TOKEN = re.compile(
    r"""(?P<line>//[^\n]*)
      | (?P<block>/\*.*?\*/)
      | R"(?P<delimiter>[^()\\\s]{0,16})\(.*?\)(?P=delimiter)"
      | "(?:\\.|[^"\\\n])*"
      | (?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'
    """,
    re.VERBOSE | re.DOTALL)


def split_comments(text):
    """(code lines, comment lines): the same number of lines each; string literals stay with the code."""
    code, comments, position = [], [], 0

    def take(piece, is_comment):
        blank = re.sub(r"[^\n]", " ", piece)
        code.append(blank if is_comment else piece)
        comments.append(piece if is_comment else blank)

    for match in _TOKEN.finditer(text):
        take(text[position:match.start()], False)
        take(match.group(), bool(match.group("line") or match.group("block")))
        position = match.end()
    take(text[position:], False)
    return "".join(code).split("\n"), "".join(comments).split("\n")


_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def quoted_includes(text):
    """(line number, path) of every #include "path"."""
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        match = _INCLUDE.match(line)
        if match:
            found.append((number, match.group(1)))
    return found
