// Every flag of the program: its type, default and help, and the commands that take it.
#include <gflags/gflags.h>

#include "sim/harness/command/flags.h"

DEFINE_string(seed, "1", "the first seed of the sweep: a number or a commit hash");
DEFINE_string(seeds, "10000", "how many seeds; without a bound when --time is given");
DEFINE_string(
    time, "",
    "begins no seed after this much wall time (30s, 5m, 2h), and kills what still runs 2 s "
    "later; of shrink: the search ends with the best so far (10s)");
DEFINE_string(jobs, "1", "worker processes");
DEFINE_string(recheck, "20", "one seed in this many runs twice and must hash the same; 0: none");
DEFINE_string(hang, "60s", "a seed that takes longer than this is reported as hung (shrink: 10s)");
DEFINE_string(max_failures, "10", "ends after this many failures");
DEFINE_string(target, "harrow", "what is put under test: harrow");
DEFINE_string(profile, "", "the file system's rules: ext4, strict; empty: the seed chooses");
DEFINE_string(strategy, "",
              "how tasks are interleaved: default, random, pct, pos; empty: the seed chooses");
DEFINE_string(out, "", "the file to write the scenario to, again at each step down");
DEFINE_string(html, "", "the file to write the report to");
DEFINE_bool(hash, false, "prints one line, the seed's hash and verdict, instead of the steps");
DEFINE_bool(check, false, "changes nothing, and names the files that are not in canonical layout");

namespace harrow::harness {
namespace {

constexpr OwnFlag kOwnFlags[] = {
    {"seed", "run "},
    {"seeds", "run "},
    {"time", "run shrink "},
    {"jobs", "run shrink "},
    {"recheck", "run "},
    {"hang", "run shrink "},
    {"max_failures", "run "},
    {"target", "run replay report scenario shrink "},
    {"profile", "run replay report scenario shrink "},
    {"strategy", "run replay report scenario shrink "},
    {"out", "shrink "},
    {"html", "report "},
    {"hash", "replay "},
    {"check", "format "},
};

}  // namespace

std::span<const OwnFlag> OwnFlags() { return kOwnFlags; }

}  // namespace harrow::harness
