// A scan of everything that an iterator shows, for targets whose stores have no other way.
//
// Threading: one task.
#ifndef HARROW_SIM_TARGETS_SCAN_ALONG_H_
#define HARROW_SIM_TARGETS_SCAN_ALONG_H_

#include "absl/status/status.h"
#include "sim/targets/target.h"

namespace harrow::targets {

// Visits each pair once, in the order of the path. Where a turn or a seek lands on another pair, that pair is visited: out of
// order, as the caller will notice. What the iterator says at the end.
absl::Status ScanAlong(ScanPath path, TargetIterator* iterator, const PairVisitor& visit);

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_SCAN_ALONG_H_
