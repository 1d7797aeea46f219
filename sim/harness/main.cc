// The harrow program: picks the command.
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "sim/harness/commands.h"
#include "sim/harness/exit_code.h"
#include "sim/harness/flags.h"
#include "sim/harness/scenario_text.h"

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
    "13 interrupted, nothing red; 14 nothing red, yet no pass: a verdict reached a bound, or a "
    "seed "
    "still ran when the\n"
    "time was over; 20 a bad command, flag or argument; 21 a scenario file that cannot be read or "
    "parsed; 22 output\n"
    "could not be written\n";

int Help(const std::string& command) {
  std::printf("%s%s%s", kUsage, harrow::harness::FlagHelp(command).c_str(), kExitCodes);
  return harrow::harness::EndOutput("help", harrow::harness::kExitOk);
}

}  // namespace

int main(int argc, char** argv) {
  namespace harness = harrow::harness;
  // A reader that went away is an error of a write, not a death without a word.
  signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const std::string command = words.empty() ? "" : words[0];
  if (command == "help" || command == "--help" || command == "-h") return Help("");
  if (command != "run" && command != "replay" && command != "scenario") {
    std::fprintf(stderr, "harrow: expected a command (run, replay, scenario, help), found \"%s\"\n",
                 harness::Printable(command).c_str());
    return harness::kExitUsage;
  }
  const absl::StatusOr<harness::ParsedWords> parsed =
      harness::ParseFlags(command, std::vector<std::string>(words.begin() + 1, words.end()));
  if (!parsed.ok()) {
    std::fprintf(stderr, "harrow %s: %s\n", command.c_str(),
                 std::string(parsed.status().message()).c_str());
    return harness::kExitUsage;
  }
  if (parsed->help) return Help(command);
  const std::vector<std::string>& arguments = parsed->arguments;
  if (command == "run") return harness::EndOutput(command, harness::RunCommand(argv[0], arguments));
  if (command == "replay") return harness::EndOutput(command, harness::ReplayCommand(arguments));
  return harness::EndOutput(command, harness::ScenarioCommand(arguments));
}
