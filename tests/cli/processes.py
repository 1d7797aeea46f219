"""Processes under test, for the tests of this folder: who their children are, whether they live, what they write to a terminal."""
import os
import pty
import select
import time


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    except FileNotFoundError:
        return []


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def wait_for(what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.01)
    raise AssertionError("waited in vain")


def shown_on_terminal(start):
    """Waits for the process that start(terminal) begins: it, its standard output, and what it wrote to the terminal."""
    leader, follower = pty.openpty()
    process = start(follower)
    os.close(follower)
    shown = b""
    while select.select([leader], [], [], 30)[0]:
        try:
            data = os.read(leader, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
    out, _ = process.communicate(timeout=30)
    os.close(leader)
    return process, out, shown.decode()
