// A list of known findings: any bytes parse, or fail at a line and a column; what parses prints to itself.
#include <string>

#include "sim/harness/known_findings.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = harrow::fuzz;
  namespace harness = harrow::harness;
  const absl::StatusOr<harness::KnownFindings> known =
      harness::ParseKnownFindings("f", fuzz::Input(data, size));
  if (!known.ok()) {
    fuzz::Require(fuzz::Message(known.status()).starts_with("f:"), "the error has a line");
    fuzz::Require(fuzz::Message(known.status()).find(": column ") != std::string::npos,
                  "the error has a column");
    return 0;
  }
  std::string text;
  for (const harness::KnownFinding& finding : *known) text += harness::ToText(finding) + "\n";
  const absl::StatusOr<harness::KnownFindings> again = harness::ParseKnownFindings("f", text);
  fuzz::Require(again.ok() && again->size() == known->size(), "what is printed parses");
  std::string second;
  for (const harness::KnownFinding& finding : *again) second += harness::ToText(finding) + "\n";
  fuzz::Require(second == text, "what is printed parses to the same findings");
  return 0;
}
