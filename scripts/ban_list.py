"""What the code of the rooms may not contain, since it would make a run depend on something besides its scenario.

A rule is a pattern over the code (comments do not count), the paths it holds for, and where an exception is thinkable a
mark: a comment on the line or the one above, in the words given here and followed by the reason. STYLE.md 9 to 12.
"""

import re
from typing import NamedTuple, Optional, Tuple

from source_tree import ROOMS, split_comments

ROOM_PATHS = tuple(room + "/" for room in ROOMS)


class Rule(NamedTuple):
    name: str
    pattern: re.Pattern
    reason: str
    mark: Optional[str] = None  # the comment that permits it
    mark_paths: Tuple[str, ...] = ROOM_PATHS  # where that comment is accepted
    free_paths: Tuple[str, ...] = ()  # where the rule does not hold at all


RULES = (
    Rule("random_device", re.compile(r"\brandom_device\b"), "every draw comes from the seed"),
    Rule("standard generator", re.compile(r"\bmt19937|\bminstd_rand|\bdefault_random_engine\b"),
         "draw from the named stream of the run"),
    Rule("standard distribution", re.compile(r"\bstd::\w+_distribution\b"),
         "its results differ between standard libraries; draw integers from a stream of the run"),
    Rule("rand()", re.compile(r"(?<![\w.>])(?:s?rand|rand_r|[dlm]rand48)\s*\(|\bstd::s?rand\b"),
         "every draw comes from the seed"),
    Rule("absl random or hash", re.compile(r"\babsl::(?:\w*BitGen\w*|Hash\b|HashOf\b|Uniform\b)"),
         "salted anew in every process"),
    Rule("absl hash container", re.compile(r"\b(?:flat|node)_hash_(?:map|set)\b"), "its order differs from process to process"),
    Rule("unordered container", re.compile(r"\bstd::unordered_"),
         "its order must not reach a run", mark="order never observed:"),
    Rule("real clock", re.compile(r"\b(?:system_clock|steady_clock|high_resolution_clock)\b|\babsl::(?:Now|GetCurrentTimeNanos)\b"),
         "time inside a run is virtual", mark="real clock:", mark_paths=("sim/harness/",)),
    Rule("C clock", re.compile(r"(?<![\w.>])(?:clock_gettime|gettimeofday)\s*\(|(?<![\w.>])time\s*\(\s*(?:nullptr|NULL|0)\s*\)"),
         "time inside a run is virtual", mark="real clock:", mark_paths=("sim/harness/", "engine/clock.cc"),
         free_paths=("sim/kernel/",)),
    Rule("environment", re.compile(r"\b(?:secure_)?getenv\b"), "a run must not depend on the environment",
         free_paths=("sim/harness/",)),
    Rule("thread_local", re.compile(r"\bthread_local\b|\b__thread\b"), "the fibers of one OS thread would share it"),
    Rule("iostream", re.compile(r"#\s*include\s*<iostream>|\bstd::(?:cout|cerr|clog)\b"), "its state and locks are outside the run"),
    Rule("pointer as a number or text", re.compile(r"reinterpret_cast<\s*(?:std::)?u?intptr_t\s*>|\"[^\"\n]*%p|\bstd::bit_cast<\s*(?:std::)?u?intptr_t"),
         "addresses differ between processes", mark="address never observed:"),
    Rule("order or hash of a pointer",
         re.compile(r"\bstd::(?:map|set|multimap|multiset|hash|less|greater|priority_queue)<\s*(?:const\s+)?[\w:]+(?:<[^<>]*>)?(?:\s+const)?\s*\*"),
         "addresses differ between processes", mark="address never observed:"),
)

# Spelt in two halves, so that this file passes its own check.
UNFINISHED = re.compile("|".join((
    r"\bTO" r"DO\b", r"\bFIX" r"ME\b", r"\bX" r"XX\b", r"\bDIS" r"ABLED_", r"\bGTEST_" r"SKIP\b",
    r"(?i:\bnot implem" r"ented\b)")))


def check_banned(path, text):
    """Problems as (path, line, message) for a source file of the rooms."""
    if not path.startswith(ROOM_PATHS):
        return []
    problems = []
    code, comments = split_comments(text)
    for index, line in enumerate(code):
        for rule in RULES:
            if path.startswith(rule.free_paths) or not rule.pattern.search(line):
                continue
            message = f"{rule.name}: {rule.reason}"
            if rule.mark and path.startswith(rule.mark_paths):
                near = comments[index] + " " + (comments[index - 1] if index > 0 else "")
                if re.search(re.escape(rule.mark) + r"\s*\w", near):
                    continue
                message += f" (or say why not: // {rule.mark} reason)"
            problems.append((path, index + 1, message))
    return problems


def check_unfinished(path, text):
    """Problems for words of unfinished or switched-off work, in comments as well."""
    return [(path, number, f"unfinished or switched off: {match.group()}")
            for number, line in enumerate(text.split("\n"), 1)
            for match in [UNFINISHED.search(line)] if match]
