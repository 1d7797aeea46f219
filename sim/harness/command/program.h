// The harrow program, for a main of one's own: with a target of one's own under test (sim/targets/TARGETS.md).
//
// Threading: main thread.
#ifndef HARROW_SIM_HARNESS_COMMAND_PROGRAM_H_
#define HARROW_SIM_HARNESS_COMMAND_PROGRAM_H_

namespace harrow::harness {

// Runs the command that the arguments name, and returns the exit code.
int RunProgram(int argc, char** argv);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_COMMAND_PROGRAM_H_
