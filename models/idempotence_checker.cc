#include "models/idempotence_checker.h"

#include <string>

#include "models/check.h"
#include "models/describe.h"

namespace harrow::models {

Verdict CheckIdempotent(const History& history, const Recoveries& recoveries) {
  MODELS_CHECK(recoveries.undisturbed.size() == recoveries.after_crash.size());
  for (std::size_t at = 0; at < recoveries.undisturbed.size(); ++at) {
    const Cell& first = recoveries.undisturbed[at];
    const Cell& second = recoveries.after_crash[at];
    if (first == second) continue;
    const std::string key = KeyName(static_cast<KeyId>(at));
    return Verdict::Violated(
        Rule::kIdempotent,
        "recovering what the crash left brings back " + key + " = " + DescribeCell(history, first),
        "after a crash inside that recovery, recovering brings back " + key + " = " +
            DescribeCell(history, second));
  }
  return Verdict::Ok();
}

}  // namespace harrow::models
