// What failures of one bug have in common, in one line, so that a thousand red seeds are one line.
//
// It is cheap and a guess: the class of failure and what was found, with everything left out that another seed would have
// otherwise (numbers, keys, clients, names of files, which older state shows in the place of the right one). Two bugs may share a line where they break a rule in the same way; one bug
// may have several. Shrinking a representative of each (cause_groups.h) joins the latter.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_SWEEP_CAUSE_H_
#define HARROW_SIM_HARNESS_SWEEP_CAUSE_H_

#include <string>
#include <string_view>

#include "sim/harness/failure_class.h"
#include "sim/harness/run.h"

namespace harrow::harness {

// Of a run that failed.
std::string CauseOfRun(const RunResult& result);
// Of a process that died, with what it wrote (ReadableOutput): the signal and the innermost functions (of a hang
// the outermost of the target's), or a sanitizer's words.
std::string CauseOfDeath(const FailureClass& what, std::string_view output);

// "k1 holds #30.5 of L2.C0 (put, sync) at t=96 in db/000040.log" becomes "k holds # of L.C at t in db/.log".
std::string WithoutParticulars(std::string_view text);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_CAUSE_H_
