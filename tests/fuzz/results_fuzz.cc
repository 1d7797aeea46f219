// A result file of a sweep: any bytes are read, or fail with one printable line; what is read is written again in lines that are
// printable, and reading those and writing them again changes nothing.
#include <algorithm>
#include <string>

#include "sim/harness/sweep/result_lines.h"
#include "sim/harness/sweep/results.h"
#include "tests/fuzz/fuzz.h"

namespace harrow {
namespace {

std::string Written(const harness::SweepResults& results) {
  std::string text = harness::HeaderLine(results.header);
  for (const harness::Session& session : results.sessions) text += harness::SessionLine(session);
  for (const auto& [place, block] : results.blocks) text += harness::DoneLine(block);
  for (const harness::Failure& failure : results.failures) text += harness::FailureLine(failure);
  for (const harness::ShrunkCause& shrunk : results.shrunk) text += harness::CauseLine(shrunk);
  for (const harness::Session& session : results.sessions) {
    if (session.end.has_value()) text += harness::EndLine(session.number, *session.end);
  }
  return text;
}

bool IsPrintable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char byte) { return (byte >= ' ' && byte <= '~') || byte == '\n'; });
}

}  // namespace
}  // namespace harrow

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = harrow::fuzz;
  namespace harness = harrow::harness;
  const std::string_view text = fuzz::Input(data, size);
  const absl::StatusOr<harness::ReadResults> read = harness::ParseResults("f", text);
  if (!read.ok()) {
    const std::string_view message = fuzz::Message(read.status());
    fuzz::Require(harrow::IsPrintable(message) && message.find('\n') == std::string_view::npos,
                  "the error is one printable line");
    fuzz::Require(message.starts_with("f"), "the error begins with the file");
    return 0;
  }
  fuzz::Require(read->whole_bytes <= size, "no more is read than there is");
  const std::string written = harrow::Written(read->results);
  fuzz::Require(harrow::IsPrintable(written), "lines are printable");
  const absl::StatusOr<harness::ReadResults> again = harness::ParseResults("f", written);
  fuzz::Require(again.ok(), "what is written is read");
  fuzz::Require(again->whole_bytes == written.size(), "what is written is whole");
  fuzz::Require(harrow::Written(again->results) == written, "writing is stable");
  return 0;
}
