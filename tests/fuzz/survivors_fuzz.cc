// What survives a crash: any bytes parse, or fail at a column; what parses prints to itself.
#include <string>

#include "faults/crash.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = harrow::fuzz;
  namespace faults = harrow::faults;
  const absl::StatusOr<faults::CrashImageChoice> choice =
      faults::ParseCrashImageChoice(fuzz::Input(data, size));
  if (!choice.ok()) {
    fuzz::Require(fuzz::Message(choice.status()).starts_with("column "), "the error has a column");
    return 0;
  }
  const absl::StatusOr<faults::CrashImageChoice> again =
      faults::ParseCrashImageChoice(faults::ToText(*choice));
  fuzz::Require(again.ok() && *again == *choice, "what is printed parses to the same choice");
  return 0;
}
