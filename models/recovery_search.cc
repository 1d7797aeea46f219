// In are: what was recovered, what was promised, the deletions chosen, and all that took effect
// before one of these was called; nothing else ever helps, since each further write only adds
// constraints. Each touch of a key then precedes the key's last writer. The edges that real time
// does not imply anyway are collected, and where there are any, an order is looked for. (Only
// batches can make one impossible: without them an edge's source has no edge into it.)

#include "models/recovery_search.h"

#include <algorithm>

#include "models/check.h"

namespace harrow::models {

RecoverySearch::Outcome RecoverySearch::Decide(const RecoveryProblem& problem, Promises promises) {
  problem_ = &problem;
  promises_ = promises;
  evaluations_ = 0;
  candidates_.clear();
  chosen_.assign(problem.items.size(), 0);
  last_.assign(problem.goals.size(), kNone);
  return Explore(true);
}

RecoverySearch::Outcome RecoverySearch::Explore(bool root) {
  if (++evaluations_ > kEvaluationsMax) return Outcome::kUnknown;
  const Step step = Evaluate();
  if (step == Step::kFeasible) return Outcome::kFeasible;
  if (step == Step::kInfeasible) return Outcome::kInfeasible;

  const KeyId key = branch_key_;
  const std::uint32_t put_item = keys_[key].put_item;
  const std::size_t begin = candidates_.size();
  CollectCandidates(key);
  const std::size_t end = candidates_.size();
  for (std::size_t c = begin; c < end; ++c) {
    const std::uint32_t candidate = candidates_[c];
    last_[key] = candidate;
    ++chosen_[candidate];
    const Outcome outcome = Explore(false);
    --chosen_[candidate];
    last_[key] = kNone;
    if (outcome != Outcome::kInfeasible) return outcome;
  }
  candidates_.resize(begin);
  if (!root) return Outcome::kInfeasible;
  TakeIn();  // for IsSeed and ForcedBy: as it was before any choice
  return Fail(begin == end ? Failure::Kind::kUndeleted : Failure::Kind::kExhausted, put_item, key);
}

RecoverySearch::Outcome RecoverySearch::Fail(Failure::Kind kind, std::uint32_t item, KeyId key) {
  failure_.kind = kind;
  failure_.item = item;
  failure_.key = key;
  return Outcome::kInfeasible;
}

RecoverySearch::Step RecoverySearch::Evaluate() {
  TakeIn();
  if (!ApplyTouches()) return Step::kInfeasible;
  if (!edges_.empty() && !Ordered()) {
    Fail(Failure::Kind::kCycle, kNone, 0);
    if (evaluations_ == 1) failure_.cycle = order_.cycle();
    return Step::kInfeasible;
  }
  return FindBranch() ? Step::kBranch : Step::kFeasible;
}

bool RecoverySearch::IsSeed(std::uint32_t item) const {
  const RecoveryItem& it = problem_->items[item];
  if (it.seen || chosen_[item] > 0) return true;
  if (it.acknowledged == kNever || promises_ < Promises::kSynced) return false;
  if (it.sync) return true;
  const RecoverySegment& segment = problem_->segments[it.segment];
  if (promises_ >= Promises::kBeforeSync && it.acknowledged < segment.sync_invoked) return true;
  if (promises_ >= Promises::kBeforeFlush && it.acknowledged < segment.flush_invoked) return true;
  return promises_ >= Promises::kAcknowledged && segment.keeps_all;
}

void RecoverySearch::TakeIn() {
  const std::vector<RecoveryItem>& items = problem_->items;
  in_.assign(items.size(), 0);
  reach_.assign(problem_->segments.size(), 0);
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    if (!IsSeed(i)) continue;
    in_[i] = 1;
    if (promises_ == Promises::kAll || items[i].seen || chosen_[i] > 0) {
      reach_[items[i].segment] = std::max(reach_[items[i].segment], items[i].invoked);
    }
  }
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    if (items[i].effective < reach_[items[i].segment]) in_[i] = 1;
  }
}

std::uint32_t RecoverySearch::ForcedBy(std::uint32_t item) const {
  if (IsSeed(item)) return kNone;
  const std::vector<RecoveryItem>& items = problem_->items;
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    if (items[i].segment == items[item].segment && IsSeed(i) &&
        items[i].invoked == reach_[items[i].segment]) {
      return i;
    }
  }
  return kNone;
}

bool RecoverySearch::Precedes(std::uint32_t a, std::uint32_t b) const {
  return problem_->items[a].latest < problem_->items[b].invoked;
}

// Orders `before` ahead of `after`; false if real time has them the other way.
bool RecoverySearch::MustPrecede(std::uint32_t before, std::uint32_t after, KeyId key) {
  if (before == after || Precedes(before, after)) return true;
  if (Precedes(after, before)) {
    Fail(Failure::Kind::kMissing, before, key);
    return false;
  }
  edges_.push_back({before, after});
  return true;
}

bool RecoverySearch::ApplyTouches() {
  edges_.clear();
  keys_.assign(problem_->goals.size(), KeyState{});
  for (std::uint32_t i = 0; i < problem_->items.size(); ++i) {
    if (in_[i] == 0) continue;
    const RecoveryItem& item = problem_->items[i];
    for (std::uint32_t t = item.touch_begin; t < item.touch_end; ++t) {
      const RecoveryTouch& touch = problem_->touches[t];
      const KeyGoal& goal = problem_->goals[touch.key];
      if (goal.kind == KeyGoal::Kind::kUnchanged) {
        Fail(Failure::Kind::kMissing, i, touch.key);
        return false;
      }
      if (goal.kind == KeyGoal::Kind::kHeld) {
        if (!MustPrecede(i, problem_->touches[goal.touch].item, touch.key)) return false;
        continue;
      }
      KeyState& key = keys_[touch.key];
      key.touched = true;
      if (touch.deletion) {
        key.deletion_invoked = std::max(key.deletion_invoked, item.invoked);
        continue;
      }
      key.put_latest = std::max(key.put_latest, item.latest);
      key.put_invoked = item.invoked;  // items are in order of invocation
      key.put_item = i;
      if (last_[touch.key] != kNone && !MustPrecede(i, last_[touch.key], touch.key)) return false;
    }
  }
  return true;
}

// True if an absent key still needs a deletion to be chosen for it; branch_key_ is then the key.
bool RecoverySearch::FindBranch() {
  for (KeyId key = 0; key < keys_.size(); ++key) {
    const KeyGoal& goal = problem_->goals[key];
    if (goal.kind != KeyGoal::Kind::kAbsent || last_[key] != kNone) continue;
    const KeyState& state = keys_[key];
    const bool explained = state.put_item != kNone ? state.deletion_invoked > state.put_latest
                                                   : state.touched || !goal.base_has_value;
    if (explained) continue;
    branch_key_ = key;
    return true;
  }
  return false;
}

bool RecoverySearch::CouldDeleteLast(std::uint32_t item, KeyId key) const {
  const RecoveryItem& it = problem_->items[item];
  if (keys_[key].put_item != kNone && it.latest < keys_[key].put_invoked) return false;
  const auto touches = problem_->touches.begin();
  return std::any_of(
      touches + it.touch_begin, touches + it.touch_end,
      [key](const RecoveryTouch& touch) { return touch.key == key && touch.deletion; });
}

// The deletions that could be the key's last writer: those that force nothing else in first, latest
// call first; then the others, earliest call first. Of two deletions that touch nothing else and
// force nothing in, the one with the later interval serves wherever the other does.
void RecoverySearch::CollectCandidates(KeyId key) {
  const std::vector<RecoveryItem>& items = problem_->items;
  const auto is_free = [&](std::uint32_t i) {
    return in_[i] != 0 || items[i].invoked <= reach_[items[i].segment];
  };
  Time single_latest = 0;
  for (auto i = static_cast<std::uint32_t>(items.size()); i-- > 0;) {
    if (!is_free(i) || !CouldDeleteLast(i, key)) continue;
    if (items[i].touch_end - items[i].touch_begin == 1) {
      if (single_latest >= items[i].latest) continue;
      single_latest = items[i].latest;
    }
    candidates_.push_back(i);
  }
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    if (!is_free(i) && CouldDeleteLast(i, key)) candidates_.push_back(i);
  }
}

bool RecoverySearch::Ordered() {
  calls_.clear();
  for (const RecoveryItem& item : problem_->items) calls_.push_back({item.invoked, item.latest});
  return order_.Exists(calls_, in_, edges_);
}

}  // namespace harrow::models
