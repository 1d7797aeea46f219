// The name and the place are checked first: a search of seconds must not end in a file that cannot be written.
#include <signal.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/harness/command/corpus.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/flags.h"
#include "sim/harness/command/scenario_argument.h"
#include "sim/harness/command/text_file.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"
#include "sim/harness/shrink/shrink.h"

namespace harrow::harness {
namespace {

struct AddFlags {
  ShrinkOptions shrink;
  std::string path;
};

bool IsName(const std::string& name) {
  const auto fits = [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
  };
  return !name.empty() && name[0] != '-' && std::all_of(name.begin(), name.end(), fits);
}

absl::StatusOr<AddFlags> ReadFlags() {
  AddFlags flags;
  const std::string name = TextFlag("name");
  if (!IsName(name)) return BadFlag("name", "a name of letters, digits, \"_\" and \"-\"", name);
  flags.path = TextFlag("folder") + "/" + name + ".scenario";
  const absl::StatusOr<std::uint64_t> time = DurationFlag("time");
  if (!time.ok()) return time.status();
  if (IsGiven("time")) flags.shrink.time_ms = *time;
  const absl::StatusOr<std::uint32_t> jobs = JobsFlag();
  if (!jobs.ok()) return jobs.status();
  flags.shrink.jobs = *jobs;
  const absl::StatusOr<std::uint64_t> hang = DurationFlag("hang");
  if (!hang.ok()) return hang.status();
  if (IsGiven("hang")) flags.shrink.hang_ms = *hang;
  return flags;
}

int Complain(const std::string& message, int code) {
  std::fprintf(stderr, "harrow corpus add: %s\n", message.c_str());
  return code;
}

// The report of the failure, of the commit that adds it: the hash is that commit's too.
std::string Comment(const std::string& argument, const ShrinkResult& result) {
  std::string comment = "# Shrunk from " + Printable(argument) + ": " +
                        ToText(Measure(result.smallest)) + ". When it was added:\n#\n";
  std::string_view rest = result.text;
  while (!rest.empty()) {
    const std::size_t size = std::min(rest.find('\n'), rest.size());
    comment += "# " + Printable(rest.substr(0, size)) + "\n";
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
  if (result.hash != 0) comment += "#   hash:     " + SeedText(result.hash) + "\n";
  const std::optional<models::Rule>& expect = result.smallest.expect;
  return comment + "#\n# Expects: " +
         (expect.has_value() ? "rule " + std::string(models::ToText(*expect)) + " is broken"
                             : "every rule holds") +
         ".\n";
}

void OnSignal(int) { InterruptShrink(); }

}  // namespace

int AddToCorpus(const std::string& program, const std::vector<std::string>& arguments) {
  absl::StatusOr<AddFlags> flags = ReadFlags();
  if (!flags.ok()) return Complain(std::string(flags.status().message()), kExitUsage);
  Scenario scenario;
  if (const int code = OneScenario("corpus add", arguments, &scenario); code != kExitOk)
    return code;
  const std::string shown = Printable(flags->path);
  if (IsFile(flags->path)) return Complain(shown + ": is there already", kExitOutput);
  if (!IsFile(TextFlag("folder")))
    return Complain(Printable(TextFlag("folder")) + ": No such file or directory", kExitOutput);
  struct sigaction action {};
  action.sa_handler = &OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  scenario.expect.reset();
  ShrinkResult result = Shrink(scenario, flags->shrink);
  if (result.failure.kind == FailureClass::Kind::kNone) {
    if (result.interrupted)
      return Complain("interrupted before the scenario was run", kExitInterrupted);
    return Complain("expected a scenario that fails; " + Printable(arguments[0]) + " does not",
                    kExitUsage);
  }
  if (BoolFlag("known")) {
    if (result.failure.kind != FailureClass::Kind::kRule)
      return Complain("--known: expected a broken rule, found: " + ToText(result.failure),
                      kExitUsage);
    result.smallest.expect = result.failure.rule;
  }
  const absl::Status written =
      CreateFile(flags->path, Comment(arguments[0], result) + ToText(result.smallest));
  if (!written.ok()) return Complain(std::string(written.message()), kExitOutput);
  std::printf("%s  size:     %s\n", result.text.c_str(), ToText(Measure(result.smallest)).c_str());
  std::printf("  reproduce: %s replay %s\n", program.c_str(), shown.c_str());
  std::printf("%s: added; it expects that %s\n", shown.c_str(),
              result.smallest.expect.has_value() ? "this rule is broken" : "every rule holds");
  return result.interrupted ? kExitInterrupted : kExitOk;
}

}  // namespace harrow::harness
