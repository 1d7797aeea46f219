// The search for the smallest scenario: which candidates are tried, and in which order.
//
// The best so far is kept in a tight form: nothing after the failure, and the crash that shows it as the end of the last life
// rather than as one of many explored images. A step that takes something out moves the mutations, the schedule and what the
// medium keeps, so each candidate is tried in several variants: as it is, with every crash point of its last life explored, and
// under other schedules. What fails is made tight again. When no structure can go any more, the schedule is written down
// as departures from the default one and thinned out, and details are made plain; and all of it again while it helps.
//
// Threading: single-threaded; pure, apart from what the trials do.
// Invariants:
//  1. Every scenario given to `better` failed as wanted, and is smaller by SizeOf than the one before it; except the first,
//     which may be the starting one in its tight form.
//  2. Where a trial depends on the scenario alone, so does the result.
#ifndef HARROW_SIM_HARNESS_SHRINK_SEARCH_H_
#define HARROW_SIM_HARNESS_SHRINK_SEARCH_H_

#include <functional>

#include "sim/harness/scenario.h"
#include "sim/harness/shrink/trials.h"

namespace harrow::harness {

struct SearchResult {
  Scenario smallest;
  Trial trial;  // of `smallest`
  bool finished = false;
};

// `start` failed as wanted, in the way that `trial` says.
SearchResult SearchSmallest(const Scenario& start, const Trial& trial, Trials* trials,
                            const std::function<void(const Scenario&, const Trial&)>& better);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SHRINK_SEARCH_H_
