// The harrow program: picks the command.
#include <cstdio>
#include <string>
#include <vector>

#include "sim/harness/commands.h"
#include "sim/harness/exit_code.h"
#include "sim/harness/flags.h"

namespace {

constexpr const char* kUsage =
    "usage: harrow COMMAND [FLAG ...] [ARGUMENT]\n"
    "\n"
    "  harrow run                     sweeps seeds, each a run with crashes, faults and "
    "interleavings\n"
    "  harrow replay SEED | FILE      the same run again, step by step\n"
    "  harrow scenario SEED | FILE    the run as text that can be edited and replayed\n"
    "  harrow help                    this text\n"
    "\n"
    "flags (default in brackets):\n";

constexpr const char* kExitCodes =
    "\n"
    "exit codes: 0 all well; 10 a rule was broken; 11 a target crashed or hung; 12 two runs of one "
    "seed differed;\n"
    "13 interrupted, nothing red; 20 a bad command, flag or argument; 21 a scenario file that "
    "cannot be read or parsed\n";

}  // namespace

int main(int argc, char** argv) {
  namespace harness = harrow::harness;
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::string command = words.empty() ? "" : words[0];
  if (command == "help" || command == "--help" || command == "-h") {
    std::printf("%s%s%s", kUsage, harness::FlagHelp().c_str(), kExitCodes);
    return harness::kExitOk;
  }
  if (command != "run" && command != "replay" && command != "scenario") {
    std::fprintf(stderr, "harrow: expected a command (run, replay, scenario, help), found \"%s\"\n",
                 command.c_str());
    return harness::kExitUsage;
  }
  const absl::StatusOr<std::vector<std::string>> arguments =
      harness::ParseFlags(std::vector<std::string>(words.begin() + 1, words.end()));
  if (!arguments.ok()) {
    std::fprintf(stderr, "harrow %s: %s\n", command.c_str(),
                 std::string(arguments.status().message()).c_str());
    return harness::kExitUsage;
  }
  if (command == "run") return harness::RunCommand(argv[0], *arguments);
  if (command == "replay") return harness::ReplayCommand(*arguments);
  return harness::ScenarioCommand(*arguments);
}
