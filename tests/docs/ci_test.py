#!/usr/bin/env python3
"""The snippets of scripts/CI.md do what they say. Usage: ci_test.py BUILD_FOLDER [unittest arguments]

The lines that a job would run are taken from the parsed YAML, and run in one scratch copy of the tree's shape with the variables that
the CI would set; artifacts are handed on as it would. Setting up and building are left out: the build is this one.
"""
import glob
import os
import re
import shutil
import subprocess
import sys
import unittest

import yaml

import docs_test
import markdown

PAGE = "scripts/CI.md"
COMMIT = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"
BUILD_STEPS = {"scripts/setup", "cmake --preset release && cmake --build --preset release --target harrow"}
QUICK = {"SMOKE_SEEDS": "30", "SWEEP_TIME": "1s"}


def snippets(language):
    return [block.text for block in markdown.blocks(PAGE, docs_test.read(PAGE)) if block.language == language]


class Ci(unittest.TestCase):
    def setUp(self):
        self.scratch = docs_test.Scratch()
        self.addCleanup(self.scratch.folder.cleanup)
        self.ran = []

    def run_line(self, line, variables, code=0):
        if line.strip() in BUILD_STEPS:
            self.ran.append("build")
            return ""
        done = self.scratch.run("set -e -o pipefail\n" + line, {**QUICK, **variables})
        self.assertEqual(done.returncode, code, line + "\n" + done.stdout)
        self.ran.append(line)
        return done.stdout

    def files(self, pattern):
        return sorted(glob.glob(os.path.join(self.scratch.path, pattern)))

    def check_results(self, shards):
        """What a sweep in shards must have left."""
        self.assertEqual(len(self.files("sweep.jsonl")), 1)
        done = docs_test.harrow("merge", *self.files("sweep.jsonl"))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertIn(f"{shards} of {shards} shards", done.stdout)
        self.assertNotIn("missing", done.stdout)

    def test_pushed_commit_decides_the_seeds(self):
        text = docs_test.read(PAGE)
        for variable in ("GITHUB_SHA", "CI_COMMIT_SHA"):
            self.assertIn(f"--seed=${variable}", text)

    def github_step(self, step, matrix, artifacts):
        fill = lambda text: re.sub(r"\$\{\{ matrix\.(\w+) \}\}", lambda name: str(matrix[name.group(1)]), text)
        if "run" in step:
            return self.run_line(fill(step["run"]), {"GITHUB_SHA": COMMIT, "GITHUB_ACTIONS": "true"})
        action = step["uses"].split("@")[0]
        self.assertIn(action, ("actions/checkout", "actions/upload-artifact", "actions/download-artifact"))
        if action == "actions/upload-artifact":
            for path in fill(step["with"]["path"]).split():
                self.assertEqual(len(self.files(path)), 1, path)
                artifacts.setdefault(fill(step["with"]["name"]), []).extend(self.files(path))
        if action == "actions/download-artifact":
            target = os.path.join(self.scratch.path, step["with"]["path"])
            os.makedirs(target)
            chosen = [path for name in artifacts for path in artifacts[name]
                      if re.fullmatch(step["with"]["pattern"].replace("*", ".*"), name)]
            for path in chosen:
                shutil.copy(path, target)
        return ""

    def test_github(self):
        flow = yaml.safe_load(snippets("yaml")[0])
        self.assertIn("schedule", flow[True])  # YAML 1.1 reads the key "on" as true
        self.assertEqual(set(flow["env"]), set(QUICK))
        artifacts, done = {}, set()
        for name, job in flow["jobs"].items():
            self.assertLessEqual({job["needs"]} if "needs" in job else set(), done)
            shards = job.get("strategy", {}).get("matrix", {}).get("shard", [None])
            for shard in shards:
                for step in job["steps"]:
                    self.github_step(step, {"shard": shard}, artifacts)
            done.add(name)
        self.check_results(4)
        self.assertEqual(self.ran.count("build"), 2 * (1 + 4 + 1))
        self.assertIn(f"--shard_count={len(flow['jobs']['nightly']['strategy']['matrix']['shard'])}",
                      flow["jobs"]["nightly"]["steps"][3]["run"])

    def test_gitlab(self):
        flow = yaml.safe_load(snippets("yaml")[1])
        self.assertEqual(set(flow["variables"]), set(QUICK))
        jobs = {name: job for name, job in flow.items() if isinstance(job, dict) and "script" in job}
        self.assertEqual(sorted(jobs), ["nightly", "nightly-result", "smoke"])
        self.assertEqual(set(flow["default"]["before_script"]), BUILD_STEPS)
        for stage in flow["stages"]:
            for job in jobs.values():
                if job["stage"] != stage:
                    continue
                total = job.get("parallel", 1)
                for node in range(1, total + 1):
                    variables = {"CI_COMMIT_SHA": COMMIT, "CI_NODE_INDEX": str(node), "CI_NODE_TOTAL": str(total)}
                    self.run_line("\n".join(job["script"]), variables)
                for path in job["artifacts"]["paths"]:
                    self.assertEqual(len(self.files(path)), total, path)
                report = job["artifacts"].get("reports", {}).get("junit")
                self.assertIn(report, [None, *job["artifacts"]["paths"]])
        self.check_results(4)

    def test_cron(self):
        for command in ("git init -q", "git -c user.name=n -c user.email=e commit -q --allow-empty -m start"):
            subprocess.run(command.split(), cwd=self.scratch.path, check=True)
        variables, lines = {}, []
        for line in snippets("cron")[0].splitlines():
            name = re.match(r"^(\w+)=(.*)$", line)
            entry = re.match(r"^(?:[\d*/,-]+ ){5}(.+)$", line)
            self.assertTrue(name or entry, line)
            self.assertNotIn("%", line)  # cron takes it for the end of the line
            if name:
                variables[name.group(1)] = name.group(2)
            else:
                lines.append(entry.group(1))
        self.assertEqual(set(variables), {"SWEEP_TIME", "HARROW_TREE"})
        # One line, so that nothing is swept before it is built; the build was made before this test.
        (line,) = lines
        build, sweep = line.split(" && mkdir -p sweeps && ")
        self.assertEqual(build.replace(" >build.log", "").replace(" >>build.log", "").split(" && ")[2:],
                         [part for step in sorted(BUILD_STEPS, reverse=True) for part in step.split(" && ")])
        for night in (1, 2):
            self.assertEqual(self.run_line(f'cd "$HARROW_TREE" && mkdir -p sweeps && {sweep}', {"HARROW_TREE": self.scratch.path}), "")
            with open(self.files("sweeps/*.jsonl")[0], encoding="ascii") as file:
                self.assertEqual(file.read().count('"line":"session"'), night)


if __name__ == "__main__":
    docs_test.BUILD = os.path.abspath(sys.argv[1])
    unittest.main(argv=sys.argv[:1] + sys.argv[2:])
