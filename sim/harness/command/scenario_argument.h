// What "SEED | FILE" on a command line names.
//
// Threading: main thread.
#ifndef HARROW_SIM_HARNESS_COMMAND_SCENARIO_ARGUMENT_H_
#define HARROW_SIM_HARNESS_COMMAND_SCENARIO_ARGUMENT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sim/harness/generator.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

// --target, --profile and --strategy.
absl::StatusOr<GeneratorLimits> LimitsFromFlags();
bool IsFile(const std::string& path);
// NotFound or InvalidArgument for a file that cannot be read or parsed (bad input), FailedPrecondition for an argument that is
// neither a seed nor a file, and for a file together with flags that only shape what a seed becomes (usage).
absl::StatusOr<Scenario> ScenarioFromArgument(const std::string& argument);
// The one scenario that a command's arguments name. Prints the error and returns an exit code otherwise.
int OneScenario(const char* command, const std::vector<std::string>& arguments, Scenario* scenario);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_COMMAND_SCENARIO_ARGUMENT_H_
