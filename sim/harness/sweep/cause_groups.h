// The failures of a sweep as a list of bugs, as far as that can be told: those with the same cause (cause.h), and causes whose
// shrunk representatives are alike.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_SWEEP_CAUSE_GROUPS_H_
#define HARROW_SIM_HARNESS_SWEEP_CAUSE_GROUPS_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sim/harness/sweep/results.h"

namespace harrow::harness {

struct CauseGroup {
  std::vector<std::string> causes;  // the first is that of most failures
  std::uint64_t failures = 0;
  std::map<std::string, std::uint64_t> classes;  // "rule durable" and how many
  std::vector<std::uint64_t> seeds;       // the first few, in the order in which they were found
  const Failure* first = nullptr;         // with its texts, where one has them
  const ShrunkCause* smallest = nullptr;  // nullptr: none was shrunk
};

constexpr std::size_t kSeedsOfAGroup = 20;

// Most failures first. Points into `results`.
std::vector<CauseGroup> GroupByCause(const SweepResults& results);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_CAUSE_GROUPS_H_
