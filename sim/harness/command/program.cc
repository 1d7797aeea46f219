// Picks the command.
#include "sim/harness/command/program.h"

#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "sim/harness/command/commands.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/flags.h"
#include "sim/harness/scenario_text.h"

namespace harrow::harness {
namespace {

constexpr const char* kExitCodes =
    "\n"
    "exit codes:\n"
    "   0  all well\n"
    "  10  a rule was broken\n"
    "  11  a target crashed, hung or used up its memory\n"
    "  12  two runs of one seed differed\n"
    "  13  interrupted, nothing red\n"
    "  14  nothing red, yet no pass: a verdict reached a bound, a seed still ran when the time was "
    "over, or joined files lack seeds\n"
    "  15  a target made a call that is not served\n"
    "  16  a scenario file is not in canonical layout\n"
    "  17  a corpus scenario kept the rule that it expects to be broken\n"
    "  20  a bad command, flag or argument\n"
    "  21  a file that cannot be read or parsed\n"
    "  22  output could not be written\n";

// Of one command, or of all of them for "".
std::string Usage(std::string_view name) {
  for (const Command& command : Commands()) {
    if (command.name != name) continue;
    return "usage: harrow " + std::string(name) + " [FLAG ...] " + std::string(command.arguments) +
           "\n\n  " + std::string(command.purpose) + "\n\nflags (default in brackets):\n";
  }
  std::string text = "usage: harrow COMMAND [FLAG ...] [ARGUMENT ...]\n\n";
  for (const Command& command : Commands()) {
    std::string head =
        "  harrow " + std::string(command.name) + " " + std::string(command.arguments);
    head.resize(std::max<std::size_t>(head.size() + 2, 33), ' ');
    text += head + std::string(command.purpose) + "\n";
  }
  return text + "  harrow help                    this text\n\nflags (default in brackets):\n";
}

int Help(std::string_view command) {
  std::printf("%s%s%s", Usage(command).c_str(), FlagHelp(command).c_str(), kExitCodes);
  return EndOutput("help", kExitOk);
}

int UnknownCommand(const std::string& name) {
  std::string names;
  for (const Command& command : Commands()) names += std::string(command.name) + ", ";
  std::fprintf(stderr, "harrow: expected a command (%shelp), found \"%s\"\n", names.c_str(),
               Printable(name).c_str());
  return kExitUsage;
}

}  // namespace

int RunProgram(int argc, char** argv) {
  // A reader that went away is an error of a write, not a death without a word.
  signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  const std::string name = words.empty() ? "" : words[0];
  if (name == "help" || name == "--help" || name == "-h") return Help("");
  const auto command = std::find_if(Commands().begin(), Commands().end(),
                                    [&name](const Command& one) { return one.name == name; });
  if (command == Commands().end()) return UnknownCommand(name);
  const absl::StatusOr<ParsedWords> parsed =
      ParseFlags(name, std::vector<std::string>(words.begin() + 1, words.end()));
  if (!parsed.ok()) {
    std::fprintf(stderr, "harrow %s: %s\n", name.c_str(),
                 std::string(parsed.status().message()).c_str());
    return kExitUsage;
  }
  if (parsed->help) return Help(name);
  return EndOutput(name, command->run(argv[0], parsed->arguments));
}

}  // namespace harrow::harness
