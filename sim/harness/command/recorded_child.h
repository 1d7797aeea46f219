// Runs a scenario in a process of its own: a target that crashes, calls exit() or is interrupted leaves what was recorded up to
// there, and how it ended.
//
// Threading: main thread; forks; one at a time.
#ifndef HARROW_SIM_HARNESS_COMMAND_RECORDED_CHILD_H_
#define HARROW_SIM_HARNESS_COMMAND_RECORDED_CHILD_H_

#include <functional>
#include <string>
#include <string_view>

#include "sim/harness/recording.h"
#include "sim/harness/run.h"

namespace harrow::harness {

// What the child does. Neither function is called in the parent.
struct ChildWork {
  // Of the run, to say in which life it ended; nullptr: nothing is recorded. Outlives the static objects: a target may call exit().
  const Recording* recording = nullptr;
  // Runs the scenario and deals with the result; returns the exit code. Calls TargetEnded() in between.
  std::function<int()> run;
  // Leaves what there is of a run that does not go on, and says `how` it ended. In a handler, on a stack of 1 MiB.
  std::function<void(const std::string& how)> unfinished;
};

struct ChildEnd {
  bool ended = false;  // the run ended by itself, and `exit_code` is what `run` returned
  int exit_code = 0;   // otherwise kExitInterrupted or kExitTargetDied
  std::string
      how;  // of a run that did not end: "the target died of signal 11 (…) after step 7 in life 1"
  std::string left;    // what the child left
  bool whole = false;  // `left` is all that it meant to leave
};

ChildEnd RunInChild(const ChildWork& work);

// In the child: from here on signals do what they do to every program.
void TargetEnded();
// In the child: adds to what the parent gets, at most kLeftMax bytes in all.
inline constexpr std::size_t kLeftMax = std::size_t{512} << 20;
void Leave(std::string_view text);

// Of a run that ended by itself.
bool IsUnknown(const RunResult& result);  // nothing is red, yet a check reached its bound
int ExitCodeOf(const RunResult& result);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_COMMAND_RECORDED_CHILD_H_
