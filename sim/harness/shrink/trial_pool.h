// Trials in worker processes, several at a time.
//
// Threading: single-threaded parent.
// Invariants:
//  1. What First returns does not depend on the number of workers: candidates are begun in order, and one that failed counts only
//     when all before it have answered.
//  2. No scenario is run again that is known not to do.
#ifndef HARROW_SIM_HARNESS_SHRINK_TRIAL_POOL_H_
#define HARROW_SIM_HARNESS_SHRINK_TRIAL_POOL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/harness/shrink/trial_worker.h"
#include "sim/harness/shrink/trials.h"

namespace harrow::harness {

// Whether runs that end say when another counts as hung: as they do where only a smaller one of the same kind is looked for.
enum class HangBounds : std::uint8_t { kLearned, kAsGiven };

struct TrialPoolOptions {
  std::uint32_t jobs = 1;
  KnownFindings known;  // what counts as no failure
  HangBound hang;       // with kLearned, until more is known
  HangBounds bounds = HangBounds::kLearned;
  std::function<bool()> stopped;  // asked often, as is
  std::function<bool()> late;     // that
  std::function<void()> tick;     // while trials run
};

class TrialPool : public Trials {
 public:
  explicit TrialPool(TrialPoolOptions options);

  // One run by itself, in a process that has run nothing before. It gets several times as long as a candidate would, but not
  // longer than the bound that the options set.
  Answer RunFresh(const Scenario& scenario, TrialMode mode);

  // What First looks for from now on, in whatever it saw before too; how candidates run.
  void Want(const FailureClass& failure, TrialMode mode);
  void WantAnyFailure(TrialMode mode);

  std::optional<Found> First(std::size_t count, const CandidateAt& candidate) override;
  Deviations Record(const Scenario& scenario) override;
  // Of the candidates that the last First ran, the first without a verdict: a check reached a bound, or the format cannot hold it.
  std::optional<std::size_t> undecided() const { return undecided_; }
  bool Stopped() const override { return options_.stopped(); }
  bool Late() const override { return options_.late(); }
  std::uint64_t tried() const { return tried_; }

 private:
  struct Batch;
  struct Seat {
    explicit Seat(const KnownFindings* known) : worker(known) {}
    TrialWorker worker;
    std::size_t index = 0;  // of the candidate that is out
    std::uint64_t batch = 0;
  };

  void Feed(Batch* batch);
  std::optional<Found> Consume(Batch* batch);
  void WaitForAnswers();
  void Collect(Batch* batch);
  void Learn(const Answer& answer);
  bool IsWanted(const Trial& trial) const;
  Answer RunOn(Seat* seat, const Scenario& scenario, TrialMode mode, const HangBound& hang);
  void Idle(Seat* seat);

  TrialPoolOptions options_;
  std::vector<std::unique_ptr<Seat>> seats_;
  FailureClass wanted_;
  bool any_failure_ = false;
  TrialMode mode_ = TrialMode::kOnce;
  HangBound hang_;
  std::uint64_t longest_ms_ = 0;
  std::uint64_t batches_ = 0;
  std::uint64_t tried_ = 0;
  std::optional<std::size_t> undecided_;
  std::set<std::uint64_t> in_vain_;  // hashes of the texts
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SHRINK_TRIAL_POOL_H_
