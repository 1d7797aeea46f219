#include "sim/harness/command/commands.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "sim/harness/command/exit_code.h"

namespace harrow::harness {
namespace {

constexpr Command kCommands[] = {
    {"run", "", "sweeps seeds, each a run with crashes, faults and interleavings", &RunCommand},
    {"merge", "FILE ...", "joins the result files of a sweep's shards", &MergeCommand},
    {"replay", "SEED | FILE", "the same run again, step by step", &ReplayCommand},
    {"report", "SEED | FILE", "a picture of a run, or of a sweep's results, as one page of HTML",
     &ReportCommand},
    {"scenario", "SEED | FILE", "the run as text that can be edited and replayed",
     &ScenarioCommand},
    {"shrink", "SEED | FILE", "the smallest scenario that still fails in the same way",
     &ShrinkCommand},
    {"format", "FILE ...", "lays scenario files out in the canonical way, comments kept",
     &FormatCommand},
    {"corpus", "add SEED | FILE --name=NAME, or: run [FILE | FOLDER ...]",
     "keeps failures, shrunk, as scenario files, and runs them again", &CorpusCommand},
};

}  // namespace

std::span<const Command> Commands() { return kCommands; }

int EndOutput(const std::string& command, int code) {
  errno = 0;
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  std::fprintf(stderr, "harrow %s: output could not be written%s%s\n", command.c_str(),
               errno == 0 ? "" : ": ", errno == 0 ? "" : std::strerror(errno));
  return kExitOutput;
}

}  // namespace harrow::harness
