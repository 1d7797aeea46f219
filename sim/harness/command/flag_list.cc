// Every flag of the program: its type, default and help, and the commands that take it.
#include <gflags/gflags.h>

#include "sim/harness/command/flags.h"

DEFINE_string(seed, "1", "the first seed of the sweep: a number or a commit hash");
DEFINE_string(seeds, "10000", "how many seeds; without a bound when --time is given");
DEFINE_string(
    time, "",
    "begins no seed after this much wall time (30s, 5m, 2h), and kills what still runs 2 s "
    "later; shrink, corpus add: ends the search with the best so far, 10s unless given");
DEFINE_string(jobs, "1", "worker processes; 0: as many as there are processors");
DEFINE_string(recheck, "20", "one seed in this many runs twice and must hash the same; 0: none");
DEFINE_string(hang, "60s",
              "a seed that takes longer than this is reported as hung; of shrink 10s unless given");
DEFINE_string(memory, "2g", "a seed that takes more memory than this is reported; 0: no bound");
DEFINE_string(max_failures, "10", "ends after this many failures");
DEFINE_bool(until_red, false, "ends at the first red seed");
DEFINE_bool(keep_going, false, "never ends because of failures");
DEFINE_bool(resume, false, "goes on with the sweep in the file of --out, where there is one");
DEFINE_string(shrink, "2s", "shrinks one failure of each cause for at most this long; 0: none");
DEFINE_string(known_findings, "",
              "a file of failures that are on record (sim/harness/known_findings.h): they "
              "are counted, and are not red");
DEFINE_string(shard_index, "",
              "which shard of the sweep this is, from 0; or see sim/harness/sweep/RESULTS.md");
DEFINE_string(shard_count, "", "in how many shards the sweep is run");
DEFINE_string(junit, "", "a file for the results as JUnit XML");
DEFINE_bool(github, false,
            "prints annotations for GitHub Actions; by itself where GITHUB_ACTIONS is true");
DEFINE_bool(meetings, false, "prints which mechanisms and which faults met each other how often");
DEFINE_bool(marks, false,
            "prints how often each rare path was taken, and which were never reached");
DEFINE_string(target, "harrow",
              "what is put under test: harrow, or leveldb or sqlite (the stock ones, where the "
              "build found them)");
DEFINE_string(profile, "",
              "the file system's rules, as in sim/disk/DISK.md; empty: the seed chooses");
DEFINE_string(strategy, "",
              "how tasks are interleaved: default, random, pct, pos; empty: the seed chooses");
DEFINE_string(out, "",
              "run, merge: a file for the results, as they come; shrink: the file to write the "
              "scenario to, again at each step down");
DEFINE_string(html, "", "the file to write the report to");
DEFINE_string(detail, "quiet",
              "how much is shown: quiet (what bears on the verdict), normal (every file call), all "
              "(every step)");
DEFINE_bool(hash, false, "prints one line, the seed's hash and verdict, instead of the steps");
DEFINE_string(name, "", "what the scenario is called: letters, digits, \"_\" and \"-\"");
DEFINE_string(folder, "tests/corpus", "where the scenarios of the corpus lie");
DEFINE_bool(known, false,
            "the scenario expects its rule to be broken: a finding that is known and stays");
DEFINE_bool(check, false, "changes nothing, and names the files that are not in canonical layout");

namespace harrow::harness {
namespace {

constexpr OwnFlag kOwnFlags[] = {
    {"seed", "run "},
    {"seeds", "run "},
    {"time", "run shrink corpus "},
    {"jobs", "run shrink corpus "},
    {"recheck", "run "},
    {"hang", "run shrink corpus "},
    {"memory", "run "},
    {"max_failures", "run "},
    {"until_red", "run "},
    {"keep_going", "run "},
    {"shrink", "run "},
    {"resume", "run "},
    {"known_findings", "run "},
    {"shard_index", "run "},
    {"shard_count", "run "},
    {"junit", "run merge "},
    {"github", "run merge "},
    {"meetings", "run merge "},
    {"marks", "run merge "},
    {"target", "run replay report scenario shrink corpus "},
    {"profile", "run replay report scenario shrink corpus "},
    {"strategy", "run replay report scenario shrink corpus "},
    {"out", "run merge shrink "},
    {"html", "report "},
    {"hash", "replay "},
    {"check", "format "},
    {"name", "corpus "},
    {"folder", "corpus "},
    {"known", "corpus "},
    {"detail", "replay "},
};

}  // namespace

std::span<const OwnFlag> OwnFlags() { return kOwnFlags; }

}  // namespace harrow::harness
