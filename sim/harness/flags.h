// The flags of the commands, checked and in the harness's own types. A command takes only the flags it uses.
//
// Threading: main thread.
// Errors: InvalidArgument, one printable line that names the flag and what it takes.
#ifndef HARROW_SIM_HARNESS_FLAGS_H_
#define HARROW_SIM_HARNESS_FLAGS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/harness/generator.h"
#include "sim/harness/scenario.h"
#include "sim/harness/sweep.h"

namespace harrow::harness {

// What follows a command: its arguments, and whether help was asked for.
struct ParsedWords {
  std::vector<std::string> arguments;
  bool help = false;
};

// Parses "--name=value" and "--name value" into the flags of `command` ("run", "replay", "scenario"), leaves the rest as
// arguments; "--help" and "-h" ask for help, wherever they stand, and make nothing else an error. Never ends the process.
absl::StatusOr<ParsedWords> ParseFlags(std::string_view command,
                                       const std::vector<std::string>& words);

absl::StatusOr<GeneratorLimits> LimitsFromFlags();
absl::StatusOr<SweepOptions> SweepOptionsFromFlags();
// The scenario that an argument names: a seed, or a file of at most 64 MiB. NotFound or InvalidArgument for a file that cannot be
// read or parsed (bad input), FailedPrecondition for an argument that is neither, and for a file together with flags that only
// shape what a seed becomes (usage).
absl::StatusOr<Scenario> ScenarioFromArgument(const std::string& argument);
bool OnlyHash();
// The flags of a command, one a line; of all commands for "".
std::string FlagHelp(std::string_view command);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_FLAGS_H_
