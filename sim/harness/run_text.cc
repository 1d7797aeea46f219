#include "sim/harness/run_text.h"

#include "faults/plan.h"
#include "sim/disk/profile.h"

namespace harrow::harness {

std::vector<std::string> DescribeFired(const std::vector<faults::Fired>& fired) {
  std::vector<std::string> rules;
  for (const faults::Fired& one : fired) {
    faults::Rule rule;
    rule.file = one.file;
    rule.operation = one.operation;
    rule.first = one.number;
    rule.effect = one.effect;
    rules.push_back(faults::ToText(rule));
  }
  return rules;
}

std::string DescribePlace(const Scenario& scenario, const Place& place) {
  if (place.explored_image) {
    const std::string moment = place.before_mutation == 0
                                   ? "at the end of life " + std::to_string(place.life + 1)
                                   : "before disk mutation " +
                                         std::to_string(place.before_mutation) + " of life " +
                                         std::to_string(place.life + 1);
    std::string text = "recovering from a crash " + moment +
                       " in which the medium kept: " + faults::ToText(place.choice);
    for (std::uint32_t depth = 0; depth < place.nested_depth; ++depth) {
      const NestedCrash& nested = place.nested[depth];
      text += "; then from a crash " +
              (nested.before_mutation == 0
                   ? "at the end of that recovery"
                   : "before disk mutation " + std::to_string(nested.before_mutation) +
                         " of that recovery") +
              ", in which it kept: " + faults::ToText(nested.choice);
    }
    return text;
  }
  if (place.life == scenario.lives.size()) return "recovering from the end of the last life";
  return "in life " + std::to_string(place.life + 1) + " of " +
         std::to_string(scenario.lives.size());
}

std::string DescribeFailure(const Scenario& scenario, const RunResult& result) {
  std::string text;
  if (result.failure.kind == FailureClass::Kind::kRule) {
    const models::Violation& violation = result.verdict.violation;
    text += "rule " + std::string(models::ToText(violation.rule)) +
            " broken: " + std::string(models::Demand(violation.rule)) + "\n";
    text += "  promised: " + violation.promised + "\n";
    text += "  found:    " + violation.found + "\n";
  } else {
    text += ToText(result.failure) + ": " + result.failure_detail + "\n";
  }
  text += "  where:    " + DescribePlace(scenario, result.place) + "\n";
  text += "  disk:     " + std::string(disk::ToText(scenario.profile)) + "\n";
  return text;
}

}  // namespace harrow::harness
