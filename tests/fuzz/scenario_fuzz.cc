// A scenario file: any bytes parse, or fail with one printable line that has a place; what parses prints and formats, both to the
// same scenario again.
#include <algorithm>
#include <string>

#include "sim/harness/scenario.h"
#include "sim/harness/scenario_format.h"
#include "sim/harness/scenario_text.h"
#include "tests/fuzz/fuzz.h"

namespace harrow {
namespace {

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char byte) { return byte >= ' ' && byte <= '~'; });
}

void CheckError(const absl::Status& status) {
  fuzz::Require(absl::IsInvalidArgument(status), "the error is InvalidArgument");
  fuzz::Require(IsPrintable(fuzz::Message(status)), "the error is one printable line");
  fuzz::Require(fuzz::Message(status).starts_with("f:"), "the error begins with the file");
  fuzz::Require(fuzz::Message(status).find(": column ") != std::string_view::npos,
                "the error has a column");
}

void CheckPrinted(const harness::Scenario& scenario) {
  const std::string printed = harness::ToText(scenario);
  const absl::StatusOr<harness::Scenario> again = harness::ParseScenario("f", printed);
  fuzz::Require(again.ok(), "what is printed parses");
  fuzz::Require(*again == scenario, "what is printed parses to the same scenario");
  fuzz::Require(harness::ToText(*again) == printed, "printing is stable");
  const absl::StatusOr<std::string> formatted = harness::FormatScenario("f", printed);
  fuzz::Require(formatted.ok() && *formatted == printed, "what is printed is in canonical layout");
}

void CheckFormatted(const harness::Scenario& scenario, std::string_view text) {
  const absl::StatusOr<std::string> formatted = harness::FormatScenario("f", text);
  fuzz::Require(formatted.ok(), "what parses can be formatted");
  const absl::StatusOr<harness::Scenario> again = harness::ParseScenario("f", *formatted);
  fuzz::Require(again.ok() && *again == scenario, "formatting keeps the scenario");
  const absl::StatusOr<std::string> twice = harness::FormatScenario("f", *formatted);
  fuzz::Require(twice.ok() && *twice == *formatted, "formatting twice is formatting once");
}

}  // namespace
}  // namespace harrow

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = harrow::fuzz::Input(data, size);
  const absl::StatusOr<harrow::harness::Scenario> scenario =
      harrow::harness::ParseScenario("f", text);
  if (scenario.ok()) {
    harrow::CheckPrinted(*scenario);
    harrow::CheckFormatted(*scenario, text);
  } else {
    harrow::CheckError(scenario.status());
  }
  return 0;
}
