// The commands of the harrow program. Each returns an exit code (exit_code.h); results go to standard output, errors to
// standard error.
//
// Threading: main thread.
#ifndef HARROW_SIM_HARNESS_COMMAND_COMMANDS_H_
#define HARROW_SIM_HARNESS_COMMAND_COMMANDS_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace harrow::harness {

struct Command {
  std::string_view name;
  std::string_view arguments;  // as usage shows them
  std::string_view purpose;    // one line
  // `program` is how this program was called, for the commands it prints.
  int (*run)(const std::string& program, const std::vector<std::string>& arguments);
};
// In the order in which help shows them.
std::span<const Command> Commands();

// harrow run: a sweep.
int RunCommand(const std::string& program, const std::vector<std::string>& arguments);
// harrow merge FILE...: the results of several sweeps, as one.
int MergeCommand(const std::string& program, const std::vector<std::string>& arguments);
// harrow replay SEED | FILE: the same run again, step by step. It runs in a process of its own: one that crashes, hangs until it
// is interrupted or ends the process leaves the steps up to there.
int ReplayCommand(const std::string& program, const std::vector<std::string>& arguments);
// harrow report SEED | FILE --html=FILE: a picture of the run as one page of HTML; of a result file, of its sweep. A run has a
// process of its own, as in a replay.
int ReportCommand(const std::string& program, const std::vector<std::string>& arguments);
// harrow scenario SEED | FILE: the scenario as text.
int ScenarioCommand(const std::string& program, const std::vector<std::string>& arguments);
// harrow shrink SEED | FILE: the smallest scenario that still fails in the same way, as a scenario file whose comments say how it
// fails. An interrupt ends the search, not the command: the best so far is printed.
int ShrinkCommand(const std::string& program, const std::vector<std::string>& arguments);

// harrow format FILE ...: rewrites scenario files in canonical layout, or says which are not.
int FormatCommand(const std::string& program, const std::vector<std::string>& arguments);

// harrow corpus add SEED | FILE, harrow corpus run [FILE | FOLDER ...]: see corpus.h.
int CorpusCommand(const std::string& program, const std::vector<std::string>& arguments);

// The end of a command: `code`, or kExitOutput and a line on standard error when standard output could not be written.
int EndOutput(const std::string& command, int code);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_COMMAND_COMMANDS_H_
