// A fault rule: any bytes parse, or fail at a column; what parses is valid and prints to itself.
#include <string>

#include "faults/plan.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = harrow::fuzz;
  namespace faults = harrow::faults;
  const absl::StatusOr<faults::Rule> rule = faults::ParseRule(fuzz::Input(data, size));
  if (!rule.ok()) {
    fuzz::Require(fuzz::Message(rule.status()).starts_with("column "), "the error has a column");
    return 0;
  }
  fuzz::Require(faults::Validate(*rule).ok(), "what parses is valid");
  const absl::StatusOr<faults::Rule> again = faults::ParseRule(faults::ToText(*rule));
  fuzz::Require(again.ok() && *again == *rule, "what is printed parses to the same rule");
  return 0;
}
