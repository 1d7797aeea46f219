// The exit codes of the harrow program, by class; 10 and up, clear of the shell's own.
#ifndef HARROW_SIM_HARNESS_COMMAND_EXIT_CODE_H_
#define HARROW_SIM_HARNESS_COMMAND_EXIT_CODE_H_

namespace harrow::harness {

enum ExitCode : int {
  kExitOk = 0,
  kExitRuleBroken = 10,        // at least one seed broke a rule
  kExitTargetDied = 11,        // no rule was broken, but a target or a worker crashed or hung
  kExitNotDeterministic = 12,  // two runs of one seed differed
  kExitInterrupted = 13,       // ended early by a signal, nothing red
  kExitUnknown = 14,           // nothing red, but no pass: a verdict reached a bound, or a seed
                               // was still running when the time was over
  kExitUsage = 20,             // a bad command, flag or argument
  kExitBadInput = 21,          // a scenario file that cannot be read or parsed
  kExitOutput = 22             // output could not be written; wins over all the others
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_COMMAND_EXIT_CODE_H_
