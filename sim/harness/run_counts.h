// What a life and a history add to the counts of a run.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_RUN_COUNTS_H_
#define HARROW_SIM_HARNESS_RUN_COUNTS_H_

#include "models/history.h"
#include "sim/harness/counts.h"
#include "sim/harness/life.h"

namespace harrow::harness {

void CountLife(const LifeResult& life, Counts* counts);
void CountHistory(const models::History& history, Counts* counts);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_RUN_COUNTS_H_
