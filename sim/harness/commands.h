// The commands of the harrow program. Each returns an exit code (exit_code.h); results go to standard output, errors to
// standard error.
//
// Threading: main thread.
#ifndef HARROW_SIM_HARNESS_COMMANDS_H_
#define HARROW_SIM_HARNESS_COMMANDS_H_

#include <string>
#include <vector>

namespace harrow::harness {

// harrow run: a sweep. `program` is how this program was called, for the commands it prints.
int RunCommand(const std::string& program, const std::vector<std::string>& arguments);
// harrow replay SEED | FILE: the same run again, step by step.
int ReplayCommand(const std::vector<std::string>& arguments);
// harrow scenario SEED | FILE: the scenario as text.
int ScenarioCommand(const std::vector<std::string>& arguments);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_COMMANDS_H_
