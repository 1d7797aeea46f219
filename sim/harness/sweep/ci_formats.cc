#include "sim/harness/sweep/ci_formats.h"

#include <cinttypes>
#include <cstdio>
#include <string_view>

#include "sim/harness/sweep/sweep_text.h"

namespace harrow::harness {
namespace {

// XML 1.0 has no way to write most control characters; texts are ASCII but for what a target wrote.
std::string XmlEscaped(std::string_view text) {
  std::string out;
  for (const char byte : text) {
    switch (byte) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += byte >= ' ' && byte <= '~' ? byte : '?';
    }
  }
  return out;
}

std::string GitHubEscaped(std::string_view text, std::string_view also) {
  std::string out;
  for (const char byte : text) {
    if (byte == '%' || byte == '\r' || byte == '\n' || also.find(byte) != std::string_view::npos) {
      char code[8];
      std::snprintf(code, sizeof(code), "%%%02X", static_cast<unsigned>(byte));
      out += code;
    } else {
      out += byte >= ' ' && byte <= '~' ? byte : '?';
    }
  }
  return out;
}

std::string Plural(std::uint64_t number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

std::string CauseBody(const CiReport& report, const CauseGroup& group) {
  std::string text = ReportOf(group);
  if (group.seeds.empty()) return text;
  const std::uint64_t seed = group.smallest == nullptr ? group.seeds[0] : group.smallest->seed;
  text +=
      "reproduce: " + SeedCommand(report.program, "replay", report.results->header, seed) + "\n";
  if (group.smallest != nullptr) text += "\n" + group.smallest->scenario;
  if (group.smallest == nullptr && !group.first->output.empty()) text += "\n" + group.first->output;
  return text;
}

std::string SuiteName(const SweepHeader& header) {
  std::string name = "harrow sweep of " + header.target;
  if (header.shards.size() == 1 && header.space.shard_count > 1)
    name += ", shard " + std::to_string(header.shards[0]) + " of " +
            std::to_string(header.space.shard_count);
  return name;
}

std::string Case(const std::string& name, const std::string& body) {
  return "    <testcase classname=\"harrow.sweep\" name=\"" + XmlEscaped(name) + "\" time=\"0\"" +
         (body.empty() ? "/>\n" : ">\n" + body + "    </testcase>\n");
}

}  // namespace

std::string JUnitXml(const CiReport& report) {
  const SweepResults& results = *report.results;
  const std::uint64_t causes = report.groups->size();
  const std::uint64_t elapsed_ms = ElapsedMs(results);
  char numbers[160];
  std::snprintf(numbers, sizeof(numbers),
                "tests=\"%" PRIu64 "\" failures=\"%" PRIu64 "\" errors=\"%d\" time=\"%" PRIu64
                ".%03" PRIu64 "\"",
                causes + 1, causes == 0 ? 0 : causes + 1,
                causes == 0 && !report.incomplete.empty() ? 1 : 0, elapsed_ms / 1000,
                elapsed_ms % 1000);
  const std::string name = XmlEscaped(SuiteName(results.header));
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"" + name +
      "\" " + numbers + ">\n";
  std::string whole;
  if (causes != 0) {
    whole =
        "      <failure type=\"red\" message=\"" +
        XmlEscaped(Plural(results.failures.size(), "failure") + " of " + Plural(causes, "cause")) +
        "\"/>\n";
  } else if (!report.incomplete.empty()) {
    whole =
        "      <error type=\"incomplete\" message=\"" + XmlEscaped(report.incomplete) + "\"/>\n";
  }
  text += Case("the sweep as a whole", whole);
  for (std::size_t at = 0; at < causes; ++at) {
    const CauseGroup& group = (*report.groups)[at];
    text += Case("cause " + std::to_string(at + 1) + ": " + group.causes[0],
                 "      <failure type=\"" + XmlEscaped(ClassesOf(group)) + "\" message=\"" +
                     XmlEscaped(Plural(group.failures, "failure") + ", " + ClassesOf(group)) +
                     "\">" + XmlEscaped(CauseBody(report, group)) + "</failure>\n");
  }
  return text + "    <system-out>" + XmlEscaped(report.summary) +
         "</system-out>\n  </testsuite>\n</testsuites>\n";
}

std::string GitHubAnnotations(const CiReport& report) {
  std::string text;
  for (const CauseGroup& group : *report.groups) {
    text += "::error title=" +
            GitHubEscaped("harrow: " + ClassesOf(group) + ", " + Plural(group.failures, "failure"),
                          ":,") +
            "::" + GitHubEscaped(CauseBody(report, group), "") + "\n";
  }
  if (report.groups->empty() && !report.incomplete.empty())
    text += "::warning title=" + GitHubEscaped("harrow: no pass", ":,") +
            "::" + GitHubEscaped(report.incomplete, "") + "\n";
  return text;
}

}  // namespace harrow::harness
