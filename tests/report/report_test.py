#!/usr/bin/env python3
"""The report of a run in a real browser. Usage:

  report_test.py HARROW ACKNOWLEDGED_BEFORE_SYNC [unittest arguments]
  report_test.py HARROW ACKNOWLEDGED_BEFORE_SYNC --screenshot FILE.png

ACKNOWLEDGED_BEFORE_SYNC is the planted program of that name, which is red at red.scenario.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest

from browser import Browser

HARROW = PLANTED = ""
RED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "red.scenario")


def make(program, *words, code):
    done = subprocess.run([program, "report", *words], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code, (words, done.returncode, done.stderr)


def read_data(path):
    with open(path, encoding="ascii") as file:
        return json.loads(re.search(r'<script type="application/json" id="data">\n(.*)\n</script>', file.read()).group(1))


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path = os.path.join(cls.folder.name, "red.html")
        make(PLANTED, RED, f"--html={cls.path}", code=10)
        cls.data = read_data(cls.path)
        cls.browser = Browser()
        cls.browser.emulate_scheme("light")
        cls.addClassCleanup(cls.browser.close)

    def open(self, path=None):
        self.browser.open(path or self.path)
        self.assertEqual(self.run_script("return document.documentElement.dataset.ready"), "yes")

    def run_script(self, script, *arguments):
        return self.browser.run(script, *arguments)

    def texts(self, selector):
        return self.run_script("return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)", selector)

    def number(self, selector):
        return self.run_script("return document.querySelectorAll(arguments[0]).length", selector)


class Red(Page):
    """The run of a planted bug."""

    def setUp(self):
        self.open()

    def chosen(self):
        """The step that each view shows as chosen: (list, time line's column, detail)."""
        return self.run_script("""
            const row = document.querySelector('.row.chosen');
            const column = document.querySelector('.chosen-column');
            const detail = document.querySelector('.detail-step');
            return [row && Number(row.dataset.event), column && Math.round(column.getAttribute('x') / column.getAttribute('width')),
                    detail && detail.textContent]""")

    def life(self):
        return self.run_script("return [...document.querySelectorAll('.tab')].findIndex((tab) => tab.getAttribute('aria-selected') === 'true')")

    def step_number(self, life, event):
        return self.data["lives"][life]["steps"][event][0]

    def assert_chosen(self, life, event):
        self.assertEqual(self.life(), life)
        self.assertEqual(self.chosen(), [event, event, f"step {self.step_number(life, event)}"])

    def test_nothing_is_loaded_and_nothing_complains(self):
        console, addresses = self.browser.logs()
        self.assertEqual(console, [])
        self.assertEqual([one for one in addresses if not one.startswith(("file://" + self.path, "data:"))], [])
        with open(self.path, encoding="ascii") as file:
            self.assertNotRegex(file.read(), r"""(src|href)="(?!data:|#)|@import|url\(""")

    def test_the_verdict_comes_first(self):
        verdict = self.data["verdict"]
        self.assertEqual(self.texts("h1"), [f"{RED} is red"])
        self.assertEqual(self.texts(".rule b"), ["durable"])
        for kind in ("promised", "found"):
            self.assertEqual(self.texts(f".{kind} p"), [verdict[kind]])
        self.assertIn(verdict["where"], self.texts(".verdict dd"))
        self.assertIn(self.data["hash"], self.texts(".verdict dd"))
        self.assertEqual(self.texts(".verdict .command code"), [f"{PLANTED} replay {RED}"])

    def test_the_story_tells_the_cause(self):
        kinds = [fact["kind"] for fact in self.data["story"]]
        self.assertEqual(self.number(".story .fact"), len(kinds))
        wanted = ["call", "log", "early", "crash", "lost", "found"]
        self.assertEqual([kind for kind in kinds if kind in wanted], wanted)
        told = {fact["kind"]: fact for fact in self.data["story"]}
        promised = re.search(r"#\d+ ", self.data["verdict"]["promised"])[0]
        self.assertIn(promised, told["call"]["title"] + " ")
        self.assertIn("db/000002.log", told["early"]["text"])
        self.browser.click(".fact-log .card")
        self.assert_chosen(told["log"]["life"], told["log"]["event"])
        length = re.search(r"append log 000002 \+(\d+)", self.texts(".detail-text")[0])[1]
        self.assertIn(f"0 bytes of {length}", told["lost"]["text"])

    def test_counts_are_those_of_the_data(self):
        life = self.life()
        of_life = self.data["lives"][life]
        self.assertEqual(self.number(".tab"), len(self.data["lives"]))
        self.assertEqual(self.texts(".lane-name b"), [lane["name"] for lane in of_life["lanes"]])
        self.assertIn("L1.C0", self.texts(".lane-name b"))
        [crash] = [crash for crash in self.data["crashes"] if crash["judged"]]
        self.assertEqual(self.number(".log"), len(crash["logs"]))
        self.assertEqual(self.number(".fragment"), sum(len(log["fragments"]) for log in crash["logs"]))
        borders = sum(1 for log in crash["logs"] for one in log["fragments"] if one["offset"] and one["offset"] % 32768 == 0)
        self.assertEqual(self.number(".block-border"), borders)
        self.assertEqual(self.texts(".names tbody th"), [name["path"] for name in crash["names"]])
        self.assertEqual(self.number(".names .differs.bad"), sum(1 for name in crash["names"] if not name["same_survived"]))
        self.assertEqual(self.number(".decisions li"), len(crash["decisions"]))
        self.assertEqual(self.number(".model tbody tr"), len(crash["model"]["keys"]))
        self.assertIn(self.data["verdict"]["found"].split()[0], self.texts(".model tr.broken th"))
        self.assertEqual(self.texts("#shown-steps")[0].replace("\u202f", ""), f"{len(of_life['steps'])} steps")

    def test_all_glyphs_of_a_stretch_are_there(self):
        # At the smallest scale the whole life is in the document: every file call has a glyph of its own.
        for _ in range(6):
            self.browser.press("-")
        of_life = self.data["lives"][self.life()]
        self.assertEqual(self.number(".lanes-canvas .glyph:not(.tick):not(.faint)"), len(of_life["files"]))
        self.assertEqual(self.number(".lanes-canvas .fault"), sum(1 for file in of_life["files"] if "fault" in file))
        self.assertEqual(self.number(".lanes-canvas .call"), len(of_life["calls"]))
        self.assertEqual(self.number(".lanes-canvas .holds"), sum(1 for bar in of_life["bars"] if bar["kind"] == "holds"))
        self.assertEqual(self.number(".lanes-canvas .crash-line"), 1)

    def test_a_click_on_a_record_chooses_the_step_that_wrote_it_everywhere(self):
        [crash] = [crash for crash in self.data["crashes"] if crash["judged"]]
        fragment = crash["logs"][-1]["fragments"][-1]
        life, event = fragment["writer"]
        self.browser.press("escape")
        self.assertEqual(self.number(".chosen-column"), 0)
        self.browser.click(f'.log:last-child .fragment[data-offset="{fragment["offset"]}"]')
        self.assert_chosen(life, event)
        self.assertEqual(self.number(".fragment.chosen"), sum(1 for log in crash["logs"] for one in log["fragments"]
                                                              if one["writer"] == fragment["writer"]))
        self.assertEqual(self.texts(".names tr.chosen th"), [crash["logs"][-1]["path"]])

    def test_a_click_in_the_time_line_chooses_the_step_under_the_pointer(self):
        self.run_script("document.querySelector('.lanes').scrollIntoView({block: 'center'})")
        x, y, left, column = self.run_script("""
            const box = document.querySelector('.lanes-scroll').getBoundingClientRect();
            const canvas = document.querySelector('.lanes-canvas').getBoundingClientRect();
            return [box.left + 200, box.top + 120, canvas.left, Number(document.querySelector('.chosen-column').getAttribute('width'))]""")
        self.browser.click_at(x, y)
        self.assert_chosen(self.life(), int((round(x) - left) // column))

    def test_a_click_in_the_list_chooses(self):
        self.run_script("document.querySelector('.steps').scrollTop = 0")
        self.browser.click('.row[data-event="7"]')
        self.assert_chosen(self.life(), 7)

    def test_keys(self):
        life = self.life()
        start = self.chosen()[0]
        self.browser.press("j", "j", "right")
        self.assert_chosen(life, start + 3)
        self.browser.press("k", "left")
        self.assert_chosen(life, start + 1)
        faults = [file["event"] for file in self.data["lives"][life]["files"] if "fault" in file]
        self.browser.press("n")
        self.assert_chosen(life, min(event for event in faults if event > start + 1))
        [crash] = [crash for crash in self.data["crashes"] if crash["judged"]]
        self.browser.press("c")
        self.assert_chosen(crash["life"], crash["event"])
        self.browser.press("]")
        self.assertEqual(self.life(), life + 1)
        self.browser.press("[")
        self.assertEqual(self.life(), life)
        self.browser.press("/")
        self.assertEqual(self.run_script("return document.activeElement.id"), "search")
        self.browser.press("j")  # now a letter
        self.assertEqual(self.run_script("return document.activeElement.value"), "j")
        self.browser.press("escape", "?")
        self.assertTrue(self.run_script("return document.getElementById('help').open"))
        self.browser.press("escape")
        self.assertFalse(self.run_script("return document.getElementById('help').open"))

    def test_filters(self):
        of_life = self.data["lives"][self.life()]
        self.browser.press("/", *"fdatasync log")
        shown = int(self.texts("#shown-steps")[0].split()[0])
        self.assertEqual(shown, sum(1 for file in of_life["files"] if file["call"] == "fdatasync" and file["file"] == "log"))
        self.assertTrue(all("fdatasync log" in text for text in self.texts(".row-text")))
        self.run_script("""
            const search = document.getElementById('search'), file = document.getElementById('filter-file');
            search.value = ''; file.value = 'db/000002.log';
            for (const input of [search, file]) input.dispatchEvent(new Event('input', {bubbles: true}))""")
        shown = int(self.texts("#shown-steps")[0].split()[0])
        self.assertEqual(shown, sum(1 for file in of_life["files"] if file["path"] == "db/000002.log"))

    def test_themes(self):
        background = "return getComputedStyle(document.body).backgroundColor"
        self.browser.emulate_scheme("light")
        light = self.run_script(background)
        self.browser.emulate_scheme("dark")
        dark = self.run_script(background)
        self.assertNotEqual(light, dark)
        self.browser.click("#theme")
        self.assertEqual(self.run_script(background), light)
        self.browser.emulate_scheme("light")
        self.browser.click("#theme")
        self.assertEqual(self.run_script(background), dark)

    def test_text_has_contrast_in_both_themes(self):
        for scheme in ("light", "dark"):
            self.browser.emulate_scheme(scheme)
            for ink, ground in [("ink", "page"), ("ink", "surface"), ("soft", "page"), ("soft", "surface"), ("soft", "sunken"),
                                ("accent", "surface"), ("bad", "surface"), ("bad", "bad-soft"), ("ink", "bad-soft"),
                                ("warn", "warn-soft"), ("good", "surface"), ("ink", "accent-soft")]:
                self.assertGreater(self.contrast(ink, ground), 4.5, (scheme, ink, ground))
        self.browser.emulate_scheme("light")

    def contrast(self, *names):
        def luminance(name):
            colour = self.run_script("return getComputedStyle(document.documentElement).getPropertyValue('--' + arguments[0]).trim()", name)
            colour = colour if len(colour) == 7 else "#" + "".join(letter * 2 for letter in colour[1:])
            parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
            parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        dark, light = sorted(luminance(name) for name in names)
        return (light + 0.05) / (dark + 0.05)

    def test_nothing_sticks_out_at_any_width(self):
        for width in (1600, 1280, 800, 420):
            self.browser.resize(width, 900)
            self.assertLessEqual(self.run_script("return document.documentElement.scrollWidth"), width)
        self.browser.cdp("Emulation.clearDeviceMetricsOverride")

    def test_everything_that_can_be_pressed_has_a_name(self):
        unnamed = self.run_script("""
            return [...document.querySelectorAll('button, input, select, [role=listbox], [role=tablist]')]
                .filter((one) => !(one.textContent.trim() || one.getAttribute('aria-label') || one.getAttribute('aria-labelledby')))
                .map((one) => one.outerHTML.slice(0, 80))""")
        self.assertEqual(unnamed, [])


class Others(Page):
    """Runs of other kinds draw without a complaint."""

    def draw(self, program, *words, code):
        path = os.path.join(self.folder.name, "other.html")
        make(program, *words, f"--html={path}", code=code)
        began = time.monotonic()
        self.open(path)
        elapsed = time.monotonic() - began
        self.assertEqual(self.browser.logs()[0], [])
        return read_data(path), elapsed

    def test_a_clean_seed(self):
        self.draw(HARROW, "7", code=0)
        self.assertEqual(self.texts("h1"), ["seed 0x7 is clean"])

    def test_every_life_of_a_scenario(self):
        golden = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "golden")
        for name in sorted(one for one in os.listdir(golden) if one.endswith(".scenario")):
            data, _ = self.draw(HARROW, os.path.join(golden, name), code=0)
            self.assertEqual(self.number(".tab"), len(data["lives"]))
            for at in range(len(data["lives"])):
                self.browser.click(f"#tab-{at}")
                self.browser.press("j")
                self.assertEqual(self.number(".row.chosen"), 1)
            self.assertEqual(self.browser.logs()[0], [])

    def test_a_long_run_opens_fast_and_keeps_a_small_document(self):
        path = os.path.join(self.folder.name, "long.scenario")
        clients = "".join("  client\n" + "".join(f"    put k{at % 4} 100 sync\n" for at in range(350)) for _ in range(2))
        with open(path, "w", encoding="ascii") as file:
            file.write(f"harrow scenario 1\nkeys 4\nlife\n  schedule random seed 0x7\n  end crash keep none\n{clients}")
        data, elapsed = self.draw(HARROW, path, code=0)
        self.assertGreater(len(data["lives"][0]["steps"]), 5000)
        self.assertLess(elapsed, 3)  # under 1 s on an idle machine
        self.assertLess(self.number("*"), 6000)
        # Far away from where it opened there is something to see as well.
        self.run_script("document.querySelector('.lanes-scroll').scrollLeft = 30000")
        time.sleep(0.2)
        self.assertGreater(self.run_script("""
            const view = document.querySelector('.lanes-scroll').getBoundingClientRect();
            return [...document.querySelectorAll('.lanes-canvas .glyph')].filter((one) => {
              const box = one.getBoundingClientRect(); return box.left > view.left && box.right < view.right }).length"""), 20)


class Sweep(Page):
    """The results of a sweep of the planted program."""

    def setUp(self):
        self.results = os.path.join(self.folder.name, "results.jsonl")
        if not os.path.exists(self.results):
            done = subprocess.run([PLANTED, "run", "--seeds=300", "--max_failures=1000", f"--out={self.results}", "--shrink=1s"],
                                  capture_output=True, text=True, timeout=120, check=False)
            self.assertEqual(done.returncode, 10, done.stderr)
        page = os.path.join(self.folder.name, "sweep.html")
        make(PLANTED, self.results, f"--html={page}", code=0)
        self.sweep = read_data(page)
        self.open(page)

    def test_it_draws_what_the_file_says(self):
        console, addresses = self.browser.logs()
        self.assertEqual(console, [])
        self.assertEqual([one for one in addresses if not one.startswith(("file://", "data:"))], [])
        with open(self.results, encoding="ascii") as file:
            lines = [json.loads(line) for line in file]
        failures = [line for line in lines if line["line"] == "failure"]
        done = [line for line in lines if line["line"] == "done"]
        self.assertGreater(len(failures), 10)
        self.assertIn(f"{len(failures)} red seeds of {len(self.sweep['causes'])} cause", self.texts("h1")[0])
        tiles = dict(zip(self.texts(".tile span"), (text.replace("\u202f", "") for text in self.texts(".tile b"))))
        self.assertEqual((tiles["seeds"], tiles["red"]), ("300", str(len(failures))))
        self.assertEqual(tiles["crash states"], str(sum(line["counts"].get("crash states", 0) for line in done)))
        self.assertEqual(self.number(".cause"), len(self.sweep["causes"]))
        self.assertEqual(sum(cause["failures"] for cause in self.sweep["causes"]), len(failures))
        for profile in ("ext4", "strict"):
            red = sum(1 for line in failures if line["profile"] == profile)
            self.assertEqual(self.texts(f'.counts tr[data-name="{profile}"] td')[0], str(red))
        rules = {f"rule {line['rule']}" for line in failures}
        self.assertEqual(set(self.texts(".spread > :first-child tbody th")), rules)
        self.assertEqual(self.texts('.marks li[data-name="crash states"] b')[0].replace("\u202f", ""), tiles["crash states"])
        self.assertEqual(self.number(".chart"), 2 * len(self.sweep["sessions"]))

    def test_its_commands_give_the_reports_of_its_seeds(self):
        cause = self.sweep["causes"][0]
        seed = cause["seeds"][0]
        self.assertEqual(cause["report"], f"{PLANTED} report {seed} --html={seed}.html")
        done = subprocess.run(cause["report"].split(), cwd=self.folder.name, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 10, done.stderr)
        self.assertEqual(read_data(os.path.join(self.folder.name, f"{seed}.html"))["seed"], seed)

    def test_it_copies_what_it_shows(self):
        self.run_script("window.copied = []; document.execCommand = (what) => { copied.push([what, document.activeElement.value]); return true; };"
                        "Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        self.browser.click(".cause .copy")
        self.assertEqual(self.run_script("return copied"), [["copy", self.sweep["causes"][0]["reproduce"]]])
        self.assertEqual(self.texts(".cause .copy")[0], "Copied")

    def test_nothing_sticks_out_at_any_width(self):
        for width in (1600, 800, 420):
            self.browser.resize(width, 900)
            self.assertLessEqual(self.run_script("return document.documentElement.scrollWidth"), width)
        self.browser.cdp("Emulation.clearDeviceMetricsOverride")


class Errors(unittest.TestCase):
    """Each mistake: its exit code, nothing on standard output, one line that names it."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def check(self, code, expected, *words):
        done = subprocess.run([HARROW, "report", *words], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertRegex(done.stderr, r"\Aharrow report: [ -~]*\n\Z")
        self.assertIn(expected, done.stderr)

    def test_mistakes(self):
        results = os.path.join(self.folder.name, "results.jsonl")
        with open(results, "w", encoding="ascii") as file:
            file.write('{"line":"nothing"}\n')
        page = os.path.join(self.folder.name, "out.html")
        self.check(20, "--html: expected the file to write", "7")
        self.check(20, "expected one seed or scenario file, found 0", f"--html={page}")
        self.check(20, "expected one seed or scenario file, found 2", f"--html={page}", "1", "2")
        self.check(20, 'found "x/y"', f"--html={page}", "x/y")
        self.check(20, "--profile: expected a seed", f"--html={page}", "--profile=ext4", results)
        self.check(21, results, f"--html={page}", results)
        self.check(22, "No such file or directory", f"--html={self.folder.name}/nowhere/out.html", "7")
        self.check(22, "Is a directory", f"--html={self.folder.name}", "7")
        self.check(22, "No space left on device", "--html=/dev/full", "7")
        self.assertEqual(sorted(os.listdir(self.folder.name)), ["results.jsonl"])


def screenshot(path):
    """The picture of the README: the upper part of the report that its walk-through makes, by the same commands."""
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        program = "build/release/tests/planted/bin/acknowledged_before_sync"
        os.makedirs(os.path.join(folder, os.path.dirname(program)))
        os.symlink(os.path.abspath(PLANTED), os.path.join(folder, program))
        for words in (["shrink", "0x30", "--out=bug.scenario"], ["report", "bug.scenario", "--html=bug.html"]):
            done = subprocess.run([program, *words], cwd=folder, capture_output=True, text=True, timeout=120, check=False)
            assert done.returncode == 10, (words, done.returncode, done.stdout, done.stderr)
        browser.emulate_scheme("light")
        browser.resize(1400, 1660)
        browser.open(os.path.join(folder, "bug.html"))
        browser.screenshot(path)


if __name__ == "__main__":
    HARROW, PLANTED = sys.argv[1:3]
    if sys.argv[3:4] == ["--screenshot"]:
        screenshot(sys.argv[4])
        sys.exit()
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
