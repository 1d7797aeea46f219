// 1. Each recovered cell must be the base's, absent, or a value that an issued and unrefused write
//    put at that key (no-invention; atomic; indeterminate).
// 2. The search says whether the writes since the base, with all promises, give these cells.
// 3. If not, the first of the promises that cannot be kept names the rule; no promise at all, and
//    it is a hole (prefix), or half a batch if the entries one by one would do (atomic).

#include "models/recovery_checker.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "models/check.h"
#include "models/describe.h"
#include "models/recovery_problem.h"
#include "models/recovery_report.h"
#include "models/recovery_search.h"

namespace harrow::models {

struct RecoveryChecker::Impl {
  std::vector<Cell> base;
  WriteId first_write = 0;
  RecoveryProblem problem;
  RecoverySearch search;
  RecoveryProblem split;  // for classifying a violation
  RecoverySearch split_search;

  Verdict BindGoals(const History& history, Time at, std::span<const Cell> recovered);
  Verdict Invention(const History& history, Time at, KeyId key, const Cell& cell) const;
  Verdict Classify(const History& history, std::span<const Cell> recovered);
  bool SplitExplains();
};

namespace {

using Outcome = RecoverySearch::Outcome;

std::string Holds(const History& history, KeyId key, const Cell& cell) {
  return KeyName(key) + " holds " + DescribeCell(history, cell) + " after recovery";
}

}  // namespace

// A value at `key` that is neither the base's nor a last entry of a write since: why it cannot be.
Verdict RecoveryChecker::Impl::Invention(const History& history, Time at, KeyId key,
                                         const Cell& cell) const {
  constexpr Rule kRule = Rule::kNoInvention;
  const char* const demand = "every value comes from a write that was issued for its key";
  if (cell.write >= history.writes.size() || history.writes[cell.write].invoked >= at) {
    return Verdict::Violated(kRule, demand,
                             Holds(history, key, cell) + ", though no such write had been issued");
  }
  const Write& write = history.writes[cell.write];
  if (cell.entry >= write.entries.size() || write.entries[cell.entry].key != key ||
      write.entries[cell.entry].deletion) {
    return Verdict::Violated(
        kRule, demand,
        Holds(history, key, cell) + ", but " + Describe(write) + " put no such value there");
  }
  if (problem.Refused(cell.write)) {
    return Verdict::Violated(kRule,
                             Describe(write) + " was called " + At(write.invoked) +
                                 ", after a write of its life had failed, and was refused",
                             Holds(history, key, cell));
  }
  if (cell.write >= first_write && problem.ItemOf(cell.write) != kNone) {
    return Verdict::Violated(Rule::kAtomic,
                             Describe(write) + " puts " + KeyName(key) +
                                 " more than once, and "
                                 "its last entry counts",
                             Holds(history, key, cell) + ", an earlier entry of it");
  }
  if (cell.write >= first_write) {
    return Verdict::Violated(kRule, demand,
                             Holds(history, key, cell) + ", which was called after its life ended");
  }
  return Verdict::Violated(Rule::kIndeterminate,
                           KeyName(key) + " held " + DescribeCell(history, base[key]) +
                               " when this life began: what a reader has seen after recovery stays",
                           Holds(history, key, cell) + ", which was no longer there then");
}

Verdict RecoveryChecker::Impl::BindGoals(const History& history, Time at,
                                         std::span<const Cell> recovered) {
  problem.goals.assign(recovered.size(), KeyGoal{});
  Verdict worst = Verdict::Ok();
  for (KeyId key = 0; key < recovered.size(); ++key) {
    const Cell& cell = recovered[key];
    KeyGoal& goal = problem.goals[key];
    goal.base_has_value = base[key].kind == Cell::Kind::kValue;
    if (cell.kind == Cell::Kind::kAbsent) continue;
    if (cell.kind == Cell::Kind::kGarbage) {
      return Verdict::Violated(Rule::kNoInvention,
                               "every value comes from a write that was issued for its key",
                               KeyName(key) + " holds bytes that no write put there");
    }
    if (goal.base_has_value && cell == base[key]) {
      goal.kind = KeyGoal::Kind::kUnchanged;
      continue;
    }
    const std::uint32_t touch = problem.TouchOf(cell.write, cell.entry);
    if (touch != kNone && problem.touches[touch].key == key && !problem.touches[touch].deletion) {
      goal.kind = KeyGoal::Kind::kHeld;
      goal.touch = touch;
      problem.items[problem.touches[touch].item].seen = true;
      continue;
    }
    Verdict verdict = Invention(history, at, key, cell);
    if (verdict.violation.rule == Rule::kNoInvention) return verdict;
    if (worst.ok() || verdict.violation.rule == Rule::kAtomic) worst = std::move(verdict);
  }
  return worst;
}

bool RecoveryChecker::Impl::SplitExplains() {
  split = problem;
  split.Split();
  return split_search.Decide(split, Promises::kNothing) == Outcome::kFeasible;
}

Verdict RecoveryChecker::Impl::Classify(const History& history, std::span<const Cell> recovered) {
  const RecoveryReport report(history, problem, search, recovered);
  if (search.Decide(problem, Promises::kNothing) == Outcome::kInfeasible) {
    Verdict half = report.HalfBatch();
    if (!half.ok()) return half;
    const RecoverySearch::Failure& failure = search.failure();
    if (failure.kind == RecoverySearch::Failure::Kind::kUndeleted && failure.item == kNone) {
      return Verdict::Violated(Rule::kIndeterminate,
                               KeyName(failure.key) + " held " +
                                   DescribeCell(history, base[failure.key]) +
                                   " when this life began, and nothing deleted it since",
                               report.Found(failure.key));
    }
    return report.Explain(SplitExplains() ? Rule::kAtomic : Rule::kPrefix);
  }
  constexpr std::array<std::pair<Promises, Rule>, 5> kLevels = {{
      {Promises::kSynced, Rule::kDurable},
      {Promises::kBeforeSync, Rule::kDurableBefore},
      {Promises::kBeforeFlush, Rule::kFlush},
      {Promises::kAcknowledged, Rule::kDurable},
      {Promises::kAll, Rule::kDurableBefore},
  }};
  for (const auto& [promises, rule] : kLevels) {
    if (search.Decide(problem, promises) == Outcome::kInfeasible) return report.Explain(rule);
  }
  MODELS_CHECK(false && "the last level is the one that was infeasible");
  return Verdict::Ok();
}

RecoveryChecker::RecoveryChecker() : impl_(std::make_unique<Impl>()) {}
RecoveryChecker::~RecoveryChecker() = default;

void RecoveryChecker::Reset(std::uint32_t key_count) {
  impl_->base.assign(key_count, Cell{});
  impl_->first_write = 0;
}

Verdict RecoveryChecker::Check(const History& history, Time at, ImageKind image,
                               std::span<const Cell> recovered) {
  MODELS_CHECK(recovered.size() == history.key_count);
  MODELS_CHECK(recovered.size() == impl_->base.size());
  impl_->problem.Build(history, impl_->first_write, at, image);
  Verdict verdict = impl_->BindGoals(history, at, recovered);
  if (!verdict.ok()) return verdict;
  switch (impl_->search.Decide(impl_->problem, Promises::kAll)) {
    case Outcome::kFeasible:
      return Verdict::Ok();
    case Outcome::kUnknown:
      return Verdict::Unknown("more than " + std::to_string(RecoverySearch::kEvaluationsMax) +
                              " ways to explain the absent keys were tried");
    case Outcome::kInfeasible:
      return impl_->Classify(history, recovered);
  }
  MODELS_CHECK(false && "not an outcome");
  return Verdict::Ok();
}

void RecoveryChecker::Settle(const History& history, std::span<const Cell> recovered,
                             WriteId first_write) {
  MODELS_CHECK(recovered.size() == impl_->base.size());
  MODELS_CHECK(first_write >= impl_->first_write);
  MODELS_CHECK(first_write <= history.writes.size());
  impl_->base.assign(recovered.begin(), recovered.end());
  impl_->first_write = first_write;
}

}  // namespace harrow::models
