// Looks for one order of a life's calls that agrees with real time and in which every observer
// finds what it found.
//
// Threading: one thread; one search.
// Invariants:
//  1. kInfeasible is only said after every order was excluded; kUnknown after steps_max steps.
// Not checked: two configurations with equal 64-bit hashes are taken for equal. Of a million
// configurations some pair collides with odds of 1 to 40 million.
// Source: Wing and Gong, Testing and Verifying Concurrent Objects, JPDC 1993; Lowe, Testing for
// Linearizability, CCPE 2017, for remembering configurations that failed.
#ifndef HARROW_MODELS_LIFE_SEARCH_H_
#define HARROW_MODELS_LIFE_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <unordered_set>
#include <vector>

#include "models/life_problem.h"

namespace harrow::models {

class LifeSearch {
 public:
  enum class Outcome : std::uint8_t { kFeasible, kInfeasible, kUnknown };

  static constexpr std::uint32_t kStepsMax = 200'000;

  explicit LifeSearch(const LifeProblem& problem) : problem_(problem) {}

  Outcome Decide(std::uint32_t steps_max = kStepsMax);
  // After kInfeasible: the observer that no order reached could satisfy, or kNoCall.
  std::uint32_t stuck() const { return stuck_; }

 private:
  // A configuration with several calls that may come next, and which of them were tried.
  struct Frame {
    std::size_t trail = 0;
    std::uint64_t hash = 0;
    std::size_t begin = 0;  // into candidates_
    std::size_t next = 0;
  };

  void Prepare();
  void LinkByInvocation();
  // Places every observer that may come next and fits; then lists the writes that may.
  void Advance();
  Time EarliestEnd() const;
  bool Fits(const LifeCall& observer) const;
  std::uint32_t& NeedsOf(KeyId key, std::uint32_t state);
  // Of the key's state; all states that nobody is still to observe count as one.
  std::uint64_t StateHash(KeyId key);
  bool MayOverwrite(const LifeCall& write) const;
  bool Backtrack();
  void Place(std::uint32_t call);
  void PlaceObserver(const LifeCall& observer);
  void TakeBackObserver(const LifeCall& observer);
  void TakeBackWrite(const LifeCall& write);
  void PlaceWrite(const LifeCall& write);
  void TakeBack(std::size_t trail);
  void NoteStuck();

  const LifeProblem& problem_;
  std::uint32_t steps_ = 0;
  std::uint32_t stuck_ = kNoCall;
  std::size_t deepest_ = 0;
  std::uint32_t required_left_ = 0;
  std::uint64_t hash_ = 0;           // of the calls placed and the states that matter
  std::vector<std::uint32_t> next_;  // by call, calls.size() being both ends: those not placed,
  std::vector<std::uint32_t> prev_;  // in order of invocation
  std::vector<std::uint32_t> waits_;
  std::vector<std::uint32_t> edges_begin_;
  std::vector<std::uint32_t> edges_of_;
  std::vector<std::uint32_t> states_;         // by key
  std::vector<std::uint32_t> needs_;          // by touch: observers of its value not yet placed
  std::vector<std::uint32_t> initial_needs_;  // by key
  std::vector<std::uint32_t> absent_needs_;   // by key
  std::vector<std::uint32_t> trail_;          // the calls placed, in order
  std::vector<std::uint32_t> old_states_;     // what they replaced
  std::vector<std::uint32_t> candidates_;
  std::vector<Frame> frames_;
  std::unordered_set<std::uint64_t> failed_;  // order never observed: only asked for members
};

}  // namespace harrow::models

#endif  // HARROW_MODELS_LIFE_SEARCH_H_
