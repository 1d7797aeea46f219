// The flags that commands share, checked and in the harness's own types.
//
// Threading: main thread.
// Errors: InvalidArgument, one line that names the flag and what it takes.
#ifndef HARROW_SIM_HARNESS_FLAGS_H_
#define HARROW_SIM_HARNESS_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/harness/generator.h"
#include "sim/harness/scenario.h"
#include "sim/harness/sweep.h"

namespace harrow::harness {

// Parses "--name=value" and "--name value" into the flags, leaves the rest as arguments. Never ends the process.
absl::StatusOr<std::vector<std::string>> ParseFlags(const std::vector<std::string>& words);

absl::StatusOr<GeneratorLimits> LimitsFromFlags();
absl::StatusOr<SweepOptions> SweepOptionsFromFlags();
// The scenario that an argument names: a seed, or a file. NotFound or InvalidArgument for a file that cannot be read or parsed
// (bad input), FailedPrecondition for an argument that is neither (usage).
absl::StatusOr<Scenario> ScenarioFromArgument(const std::string& argument);
bool OnlyHash();
std::string FlagHelp();

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_FLAGS_H_
