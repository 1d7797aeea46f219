// What happened, in words: files of an image, faults that hit, where a rule was broken, and the report of a failure.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_RUN_TEXT_H_
#define HARROW_SIM_HARNESS_RUN_TEXT_H_

#include <string>
#include <vector>

#include "faults/injector.h"
#include "sim/disk/image.h"
#include "sim/harness/run.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

std::vector<std::string> DescribeFired(const std::vector<faults::Fired>& fired);
std::string DescribePlace(const Scenario& scenario, const Place& place);  // one sentence
// Of a run that failed: the rule, what was promised, what was found, where, and the profile's rules it depends on; or the call
// that is not served, or the memory that was used up, and where.
std::string DescribeFailure(const Scenario& scenario, const RunResult& result);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_RUN_TEXT_H_
