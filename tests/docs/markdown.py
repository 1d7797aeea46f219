"""What a page of the tree holds that can be run. The conventions:

- A fenced block with a line that begins with "$ " is a session: each such line is a command (a line that ends in a backslash goes
  on), what follows it is its output, standard error included, and "[exit code N]" where that is not 0.
- In an output, a line "..." stands for any lines, and "…" within a line for any text.
- ```scenario is a whole scenario, ```life holds lines of a life.
- ```yaml and ```cron are the snippets of a CI page.
- <!-- not run: reason --> on the line above a fence exempts a session.
"""
import re
from typing import List, NamedTuple

FENCE = re.compile(r"^(`{3,})(\S*)$")
NOT_RUN = re.compile(r"^<!-- not run: (.+) -->$")


class Block(NamedTuple):
    page: str
    line: int  # of the fence
    language: str
    text: str
    not_run: str  # the reason, or ""

    @property
    def is_session(self):
        return re.search(r"^\$ ", self.text, re.M) is not None


class Command(NamedTuple):
    line: int
    words: str
    output: List[str]
    exit_code: int


def blocks(page, text):
    found, opened, lines = [], None, text.split("\n")
    for number, line in enumerate(lines, 1):
        fence = FENCE.match(line)
        if opened is None and fence:
            before = NOT_RUN.match(lines[number - 2]) if number > 1 else None
            opened = (number, fence.group(1), fence.group(2), before.group(1) if before else "", [])
        elif opened and line == opened[1]:
            found.append(Block(page, opened[0], opened[2], "".join(one + "\n" for one in opened[4]), opened[3]))
            opened = None
        elif opened:
            opened[4].append(line)
    if opened:
        raise ValueError(f"{page}:{opened[0]}: a fence that does not end")
    return found


def commands(block):
    """The commands of a session, in order."""
    found, goes_on = [], False
    for number, line in enumerate(block.text.split("\n")[:-1], block.line + 1):
        code = re.match(r"^\[exit code (\d+)\]$", line)
        if goes_on:
            found[-1] = found[-1]._replace(words=found[-1].words + "\n" + line)
            goes_on = line.endswith("\\")
        elif line.startswith("$ "):
            found.append(Command(number, line[2:], [], 0))
            goes_on = line.endswith("\\")
        elif not found:
            raise ValueError(f"{block.page}:{number}: a session begins with a command")
        elif code:
            found[-1] = found[-1]._replace(exit_code=int(code.group(1)))
        else:
            found[-1].output.append(line)
    return found


def matches(shown, found):
    """Whether the lines of an output are what a page shows."""
    if shown and not any(shown):
        shown = []
    pattern = ""
    for line in shown:
        if line == "...":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in line.split("…")) + "\n"
    return re.fullmatch(pattern, "".join(line + "\n" for line in found)) is not None
