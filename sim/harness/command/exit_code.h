// The exit codes of the harrow program, by class; 10 and up, clear of the shell's own.
#ifndef HARROW_SIM_HARNESS_COMMAND_EXIT_CODE_H_
#define HARROW_SIM_HARNESS_COMMAND_EXIT_CODE_H_

#include "sim/harness/failure_class.h"

namespace harrow::harness {

enum ExitCode : int {
  kExitOk = 0,
  kExitRuleBroken = 10,        // at least one seed broke a rule
  kExitTargetDied = 11,        // no rule was broken, but a target or a worker crashed, hung or
                               // used up its memory
  kExitNotDeterministic = 12,  // two runs of one seed differed
  kExitInterrupted = 13,       // ended early by a signal, nothing red
  kExitUnknown = 14,           // nothing red, but no pass: a verdict reached a bound, a seed was
                               // still running when the time was over, or joined files lack seeds
  kExitUnserved = 15,          // nothing above, but the target made a call that is not served
  kExitNotFormatted = 16,      // format --check found a file that is not in canonical layout
  kExitHeld = 17,              // a corpus scenario kept the rule that it expects to be broken
  kExitUsage = 20,             // a bad command, flag or argument
  kExitBadInput = 21,          // a scenario or result file that cannot be read or parsed
  kExitOutput = 22             // output could not be written; wins over all the others
};

// What one failure stands for; kExitOk for kNone.
constexpr ExitCode ExitCodeOf(FailureClass::Kind kind) {
  switch (kind) {
    case FailureClass::Kind::kNone:
      return kExitOk;
    case FailureClass::Kind::kRule:
      return kExitRuleBroken;
    case FailureClass::Kind::kDied:
    case FailureClass::Kind::kHung:
    case FailureClass::Kind::kMemory:
      return kExitTargetDied;
    case FailureClass::Kind::kUnserved:
      return kExitUnserved;
    case FailureClass::Kind::kNotDeterministic:
      return kExitNotDeterministic;
  }
  return kExitOk;
}

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_COMMAND_EXIT_CODE_H_
