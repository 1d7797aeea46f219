// The flags of the commands: which command takes which (flag_list.cc), their words on the command line, and their values,
// checked. A command takes only the flags it uses.
//
// Threading: main thread.
// Errors: InvalidArgument, one printable line that names the flag and what it takes.
#ifndef HARROW_SIM_HARNESS_COMMAND_FLAGS_H_
#define HARROW_SIM_HARNESS_COMMAND_FLAGS_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace harrow::harness {

// A flag of ours, as opposed to those of libraries that are linked in. `commands`: who takes it, each name followed by a space.
struct OwnFlag {
  std::string_view name;
  std::string_view commands;
};
// In the order in which help shows them.
std::span<const OwnFlag> OwnFlags();
bool Takes(std::string_view command, const OwnFlag& flag);

// What follows a command: its arguments, and whether help was asked for.
struct ParsedWords {
  std::vector<std::string> arguments;
  bool help = false;
};

// Parses "--name=value" and "--name value" into the flags of `command`, leaves the rest as arguments; "--help" and "-h" ask for
// help, wherever they stand, and make nothing else an error. Never ends the process.
absl::StatusOr<ParsedWords> ParseFlags(std::string_view command,
                                       const std::vector<std::string>& words);

// The flags of a command, one a line; of all commands for "".
std::string FlagHelp(std::string_view command);

// Values. The name must be in the list.
bool IsGiven(std::string_view name);
std::string TextFlag(std::string_view name);
bool BoolFlag(std::string_view name);
absl::StatusOr<std::uint64_t> CountFlag(std::string_view name, std::uint64_t low,
                                        std::uint64_t high);
// "30s", "5m", "2h", in milliseconds; 0 for a flag that is empty by default and was not given.
absl::StatusOr<std::uint64_t> DurationFlag(std::string_view name);
// Of --jobs: worker processes, as many as there are processors for 0.
absl::StatusOr<std::uint32_t> JobsFlag();
// "512m", "2g", in bytes; 0 for "0".
absl::StatusOr<std::uint64_t> SizeFlag(std::string_view name);
absl::Status BadFlag(std::string_view name, std::string_view expected, std::string_view found);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_COMMAND_FLAGS_H_
