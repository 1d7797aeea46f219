// Tries scenarios: what the search asks of those who can run them.
//
// Threading: single-threaded.
#ifndef HARROW_SIM_HARNESS_SHRINK_TRIALS_H_
#define HARROW_SIM_HARNESS_SHRINK_TRIALS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/harness/failure_class.h"
#include "sim/harness/run.h"
#include "sim/harness/scenario.h"
#include "sim/kernel/strategy.h"

namespace harrow::harness {

// What a run showed.
struct Trial {
  FailureClass failure;
  Place place;             // of a broken rule
  std::uint64_t hash = 0;  // 0: the run did not end
  std::string text;        // the report of a failure
};

// A candidate that failed as it should.
struct Found {
  std::size_t index = 0;
  Scenario scenario;
  Trial trial;
};

// Departures from the default schedule, by life.
using Deviations = std::vector<std::vector<kernel::Deviation>>;

class Trials {
 public:
  using CandidateAt = std::function<Scenario(std::size_t index)>;
  virtual ~Trials() = default;

  // The first of `count` candidates, in order, that fails as wanted. Nothing when none does, or when Stopped().
  virtual std::optional<Found> First(std::size_t count, const CandidateAt& candidate) = 0;
  // The departures by which each life that a run began can be replayed; empty when it does not end.
  virtual Deviations Record(const Scenario& scenario) = 0;
  // A bound was reached or an interrupt came: the search is to end.
  virtual bool Stopped() const = 0;
  // A good part of the time is over: what has not been begun yet should be.
  virtual bool Late() const = 0;
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SHRINK_TRIALS_H_
