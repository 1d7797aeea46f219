// A candidate in several forms: what a scenario needs besides its operations (the crash point, the schedule) does not survive the
// loss of one unchanged, so it is looked for again.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_SHRINK_VARIANTS_H_
#define HARROW_SIM_HARNESS_SHRINK_VARIANTS_H_

#include <cstddef>

#include "sim/harness/run.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

// As many variants as pay for a scenario of this size.
std::size_t VariantCount(const Scenario& scenario);
// 0: the candidate itself. 1: with the crash points of its last life explored. 2: so, on the default schedule. The others: so,
// on schedules drawn anew wherever there is one to draw. Variants may be equal.
Scenario VariantOf(const Scenario& candidate, std::size_t variant);

// The scenario without what follows the failure, and with the crash that showed it as the end of its last life.
Scenario Tightened(const Scenario& scenario, const Place& place);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SHRINK_VARIANTS_H_
