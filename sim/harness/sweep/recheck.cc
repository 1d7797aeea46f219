#include "sim/harness/sweep/recheck.h"

#include <algorithm>

#include "sim/harness/replay_text.h"
#include "sim/harness/seed_text.h"

namespace harrow::harness {
namespace {

// Notes carry no step of their own and hash to nothing: two events are the same when everything that is hashed is.
bool SameStep(const kernel::TraceEvent& a, const kernel::TraceEvent& b) {
  return a.step == b.step && a.task == b.task && a.kind == b.kind && a.object == b.object &&
         a.a == b.a && a.b == b.b;
}

}  // namespace

std::string FirstDifference(const Recording& a, const Recording& b) {
  for (std::size_t life = 0; life < std::min(a.lives.size(), b.lives.size()); ++life) {
    const std::vector<kernel::TraceEvent>& left = a.lives[life].trace.events();
    const std::vector<kernel::TraceEvent>& right = b.lives[life].trace.events();
    for (std::size_t at = 0; at < std::max(left.size(), right.size()); ++at) {
      const bool both = at < left.size() && at < right.size();
      if (both && SameStep(left[at], right[at])) continue;
      std::string text = "first difference in life " + std::to_string(life + 1) + "\n";
      text += "  one run:     " +
              (at < left.size() ? EventLine(a.lives[life], at) : std::string("(ended)")) + "\n";
      text += "  the other:   " +
              (at < right.size() ? EventLine(b.lives[life], at) : std::string("(ended)")) + "\n";
      return text;
    }
  }
  return {};
}

std::string DescribeFirstDifference(const Scenario& scenario, std::uint64_t first,
                                    std::uint64_t second) {
  std::string text = "rule deterministic broken: two runs of one seed hash to " + SeedText(first) +
                     " and " + SeedText(second) + "\n";
  Recording a;
  Recording b;
  RunScenario(scenario, &a);
  RunScenario(scenario, &b);
  const std::string difference = FirstDifference(a, b);
  return text + (difference.empty()
                     ? "two recorded runs agree step by step; the difference comes and goes\n"
                     : difference);
}

}  // namespace harrow::harness
