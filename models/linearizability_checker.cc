// 1. Results that no order could give; 2. edges from what was seen, which may contradict real time;
// 3. a short search, which nearly always finds an order; 4. if it does not, a test for circles among
// the edges, and the long search. A life that fails, and would pass with its batches torn apart,
// broke atomic.

#include <string>
#include <vector>

#include "models/check.h"
#include "models/describe.h"
#include "models/interval_order.h"
#include "models/life_checkers.h"
#include "models/life_problem.h"
#include "models/life_search.h"

namespace harrow::models {
namespace {

using Outcome = LifeSearch::Outcome;

struct Answer {
  Outcome outcome = Outcome::kFeasible;
  bool contradiction = false;
  std::uint32_t stuck = kNoCall;
};

std::uint32_t ObserverOf(const LifeProblem& problem, const std::vector<std::uint32_t>& cycle) {
  for (const std::uint32_t call : cycle) {
    if (problem.calls[call].kind != LifeCall::Kind::kWrite) return call;
  }
  return kNoCall;
}

Answer Solve(LifeProblem* problem) {
  if (problem->observations.empty()) return {};
  if (!problem->Constrain()) return {Outcome::kInfeasible, true, kNoCall};
  const auto short_max = static_cast<std::uint32_t>(2 * problem->calls.size());
  LifeSearch first(*problem);
  const Outcome outcome = first.Decide(short_max);
  if (outcome != Outcome::kUnknown) return {outcome, false, first.stuck()};
  IntervalOrder order;
  if (!order.Exists(problem->intervals, problem->in, problem->edges)) {
    return {Outcome::kInfeasible, false, ObserverOf(*problem, order.cycle())};
  }
  LifeSearch search(*problem);
  const Outcome last = search.Decide();
  return {last, false, search.stuck()};
}

std::string ReadText(const History& history, const Observation& observation) {
  const Read& read = history.reads[observation.read];
  const Cell& cell = read.cells[observation.key - read.key];
  return Describe(read) + " found " + DescribeCell(history, cell) +
         (read.scan || read.move ? " at " + KeyName(observation.key) : "");
}

std::string EffectText(const History& history, const LifeProblem& problem, std::uint32_t call) {
  return Describe(history.writes[problem.calls[call].source]) +
         " had taken effect by t=" + std::to_string(problem.intervals[call].latest);
}

Verdict ExplainContradiction(const History& history, const LifeProblem& problem, Rule rule) {
  const LifeProblem::Contradiction& found = problem.contradiction();
  const Observation& observation = problem.observations[found.observation];
  std::string text = ReadText(history, observation);
  if (observation.state == kAbsentState) {
    text += ", and no deletion could have come between";
    if (found.overwriter == kNoCall) {
      return Verdict::Violated(
          rule, KeyName(observation.key) + " held a value when this life began", text);
    }
  } else if (observation.state == kInitialState) {
    text += ", which is what the life began with";
  } else {
    const std::uint32_t writer = problem.touches[observation.state].call;
    text += ", which had taken effect by t=" + std::to_string(problem.intervals[writer].latest) +
            ", before that was called " + At(problem.intervals[found.overwriter].invoked);
  }
  return Verdict::Violated(rule, EffectText(history, problem, found.overwriter), text);
}

Verdict Explain(const History& history, const LifeProblem& problem, const Answer& answer,
                Rule rule) {
  if (answer.contradiction) return ExplainContradiction(history, problem, rule);
  std::string found = "no such order exists";
  if (answer.stuck != kNoCall) {
    const LifeCall& observer = problem.calls[answer.stuck];
    found = ReadText(history, problem.observations[observer.begin]);
    for (std::uint32_t o = observer.begin + 1; o < observer.end; ++o) {
      const Read& read = history.reads[problem.observations[o].read];
      const KeyId key = problem.observations[o].key;
      found += ", " + DescribeCell(history, read.cells[key - read.key]) + " at " + KeyName(key);
    }
    found += ", which fits no such order";
  }
  return Verdict::Violated(rule,
                           rule == Rule::kAtomic
                               ? "the calls have one order that agrees with real time, and in it "
                                 "each batch takes effect as a whole"
                               : "the calls have one order that agrees with real time and gives "
                                 "every result",
                           found);
}

}  // namespace

Verdict CheckLinearizable(const History& history, std::uint32_t life) {
  MODELS_CHECK(life < history.lives.size());
  LifeProblem problem(history, life, Batches::kWhole);
  Verdict verdict = problem.Build();
  if (!verdict.ok()) return verdict;
  const Answer answer = Solve(&problem);
  switch (answer.outcome) {
    case Outcome::kFeasible:
      return Verdict::Ok();
    case Outcome::kUnknown:
      return Verdict::Unknown("more than " + std::to_string(LifeSearch::kStepsMax) +
                              " steps of the search for an order");
    case Outcome::kInfeasible:
      break;
  }
  LifeProblem torn(history, life, Batches::kTorn);
  const bool torn_would_do = torn.Build().ok() && Solve(&torn).outcome == Outcome::kFeasible;
  return Explain(history, problem, answer, torn_would_do ? Rule::kAtomic : Rule::kLinearizable);
}

}  // namespace harrow::models
