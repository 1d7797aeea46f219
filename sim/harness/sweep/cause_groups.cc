#include "sim/harness/sweep/cause_groups.h"

#include <algorithm>
#include <utility>

namespace harrow::harness {
namespace {

bool Smaller(const ShrunkCause& a, const ShrunkCause& b) {
  const auto weight = [](const ShrunkCause& one) {
    return one.size.operations + one.size.faults + one.size.preemptions;
  };
  return weight(a) < weight(b);
}

// From each cause to the one that stands for its group. Two causes are one where the shrunk scenario of one shows the other when
// varied, or where the shrunk scenarios are alike.
class Joined {
 public:
  explicit Joined(const SweepResults& results) {
    std::map<std::string, std::string> first_with;  // fingerprint to cause
    for (const ShrunkCause& shrunk : results.shrunk) {
      if (!shrunk.fingerprint.empty()) {
        const auto [place, fresh] = first_with.try_emplace(shrunk.fingerprint, shrunk.cause);
        if (!fresh) Join(shrunk.cause, place->second);
      }
      for (const std::string& nearby : shrunk.nearby) {
        if (results.by_cause.contains(nearby)) Join(shrunk.cause, nearby);
      }
    }
  }

  std::string Of(std::string cause) const {
    for (auto next = parent_.find(cause); next != parent_.end(); next = parent_.find(cause))
      cause = next->second;
    return cause;
  }

 private:
  void Join(const std::string& a, const std::string& b) {
    const std::string from = Of(a);
    const std::string to = Of(b);
    if (from != to) parent_[from] = to;
  }

  std::map<std::string, std::string> parent_;
};

}  // namespace

std::vector<CauseGroup> GroupByCause(const SweepResults& results) {
  const Joined joined(results);
  std::map<std::string, CauseGroup> groups;
  for (const auto& [cause, failures] : results.by_cause) {
    CauseGroup& group = groups[joined.Of(cause)];
    group.causes.push_back(cause);
    group.failures += failures;
  }
  for (const Failure& failure : results.failures) {
    CauseGroup& group = groups[joined.Of(failure.cause)];
    ++group.classes[ToText(failure.what)];
    if (failure.seed.has_value() && group.seeds.size() < kSeedsOfAGroup)
      group.seeds.push_back(*failure.seed);
    if (group.first == nullptr) group.first = &failure;
  }
  for (const ShrunkCause& shrunk : results.shrunk) {
    const auto found = groups.find(joined.Of(shrunk.cause));
    if (found == groups.end()) continue;
    const ShrunkCause*& smallest = found->second.smallest;
    if (smallest == nullptr || Smaller(shrunk, *smallest)) smallest = &shrunk;
  }
  std::vector<CauseGroup> sorted;
  for (auto& [cause, group] : groups) {
    std::stable_sort(group.causes.begin(), group.causes.end(),
                     [&results](const std::string& a, const std::string& b) {
                       return results.by_cause.at(a) > results.by_cause.at(b);
                     });
    sorted.push_back(std::move(group));
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const CauseGroup& a, const CauseGroup& b) {
    return a.failures > b.failures;
  });
  return sorted;
}

}  // namespace harrow::harness
